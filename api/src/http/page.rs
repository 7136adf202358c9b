//! Serving the built pages: precompressed assets, kept for ever where their name has a hash; everything that is no
//! asset is a page: the console's below its own addresses, the one for everybody elsewhere.

use std::path::{Component, Path, PathBuf};

use actix_files::NamedFile;
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method,
        header::{self, AcceptEncoding, ContentEncoding, Encoding, Header, HeaderValue},
    },
    web,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use shared::Code;

use super::described;
use crate::error::{Error, Result};

/// Where the built page is.
#[derive(Clone, Debug)]
pub struct WebDir(pub PathBuf);

/// The page for everybody, and the one for partners and the ministry.
const INDEX: &str = "index.html";
const CONSOLE: &str = "console.html";
/// What the console's addresses begin with.
const CONSOLE_PATHS: [&str; 3] = ["console", "join", "invitation"];

/// The page at an address.
fn page_at(relative: &Path) -> &'static str {
    let first = relative.components().next().and_then(|c| c.as_os_str().to_str());
    if first.is_some_and(|first| CONSOLE_PATHS.contains(&first)) { CONSOLE } else { INDEX }
}

/// The policy for the pages: only what we serve ourselves, WebAssembly, and the scripts that the build put inline, by
/// their hashes (CSP level 3 §8.1).
pub fn content_policy(web_dir: &Path) -> HeaderValue {
    let pages = [INDEX, CONSOLE].map(|page| std::fs::read_to_string(web_dir.join(page)).unwrap_or_default());
    let scripts = pages.iter().flat_map(|page| inline_scripts(page));
    let hashes = scripts.map(|script| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(script))));
    let hashes = hashes.collect::<Vec<_>>().join(" ");
    let policy = format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' {hashes}; style-src 'self'; img-src 'self' data: blob:; \
         font-src 'self'; connect-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'self'"))
}

fn inline_scripts(html: &str) -> impl Iterator<Item = &str> {
    html.split("<script").skip(1).filter_map(|rest| {
        let (tag, rest) = rest.split_once('>')?;
        let (script, _) = rest.split_once("</script>")?;
        (!tag.contains(" src=")).then_some(script)
    })
}

/// What no route took: an asset, the single page, or a refusal that tells a wrong method from a wrong address.
pub async fn fallback(request: HttpRequest, web_dir: web::Data<WebDir>) -> Result<HttpResponse> {
    if let Some(allow) = described::methods(request.path()) {
        return Err(Error::new(Code::MethodNotAllowed).with("allow", allow));
    }
    let path = request.path();
    if path.starts_with("/api/") {
        return Err(Code::NotFound.into());
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(Error::new(Code::MethodNotAllowed).with("allow", "GET, HEAD"));
    }
    let relative = safe(path).ok_or(Code::NotFound)?;
    let is_asset = relative.extension().is_some();
    let file = web_dir.0.join(if is_asset { relative } else { Path::new(page_at(relative)) });
    let Some(mut response) = send(&request, &file).await else { return Err(Code::NotFound.into()) };
    let keep = if is_asset && has_hash(&file) { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    Ok(response)
}

/// The path below the folder, if it stays below it.
fn safe(path: &str) -> Option<&Path> {
    let path = Path::new(path.trim_start_matches('/'));
    path.components()
        .all(|c| matches!(c, Component::Normal(n) if !n.to_string_lossy().starts_with('.')))
        .then_some(path)
}

/// Whether the build named the file by its content: `app-1a2b3c4d5e6f7a8b.css`.
fn has_hash(file: &Path) -> bool {
    let stem = file.file_name().and_then(|n| n.to_str()).unwrap_or_default().split('.').next().unwrap_or_default();
    stem.rsplit('-')
        .next()
        .map(|h| h.strip_suffix("_bg").unwrap_or(h))
        .is_some_and(|h| h.len() >= 12 && h.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// The file, in the best encoding that the caller takes and the build left beside it.
async fn send(request: &HttpRequest, file: &Path) -> Option<HttpResponse> {
    let accepted = AcceptEncoding::parse(request).ok();
    let takes = |encoding: Encoding| {
        let chosen = accepted.as_ref().and_then(|accepted| accepted.negotiate(std::iter::once(&encoding)));
        chosen == Some(encoding)
    };
    let media = actix_files::file_extension_to_mime(file.extension().and_then(|e| e.to_str()).unwrap_or_default());
    for (suffix, encoding) in
        [(".br", ContentEncoding::Brotli), (".gz", ContentEncoding::Gzip), ("", ContentEncoding::Identity)]
    {
        // As it is it goes to everybody: better than nothing, also for who takes nothing (RFC 9110 §12.5.3).
        if encoding != ContentEncoding::Identity && !takes(Encoding::Known(encoding)) {
            continue;
        }
        let mut path = file.as_os_str().to_owned();
        path.push(suffix);
        if let Ok(named) = NamedFile::open_async(PathBuf::from(path)).await {
            let named =
                named.set_content_type(media.clone()).disable_content_disposition().set_content_encoding(encoding);
            let mut response = named.into_response(request);
            response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
            return Some(response);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_the_folder() {
        assert!(safe("/a/b.css").is_some());
        for bad in ["/../x", "/a/../../x", "/.env", "/a/.git/config"] {
            assert!(safe(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_console_has_its_own_addresses() {
        for path in ["console", "console/numune/keys", "join", "invitation"] {
            assert_eq!(page_at(Path::new(path)), CONSOLE, "{path}");
        }
        for path in ["", "offers", "consoles", "offers/console"] {
            assert_eq!(page_at(Path::new(path)), INDEX, "{path}");
        }
    }

    #[test]
    fn names_with_a_hash_are_kept_for_ever() {
        assert!(has_hash(Path::new("web-0123456789abcdef_bg.wasm")));
        assert!(has_hash(Path::new("app-0123456789abcdef.css")));
        assert!(!has_hash(Path::new("inter-latin.woff2")));
        assert!(!has_hash(Path::new("index.html")));
    }

    #[test]
    fn inline_scripts_are_found() {
        let html = "<script src=\"/a.js\"></script><script type=\"module\">import 1</script>";
        assert_eq!(inline_scripts(html).collect::<Vec<_>>(), ["import 1"]);
    }
}
