//! Answering a page of a list: the body, its tag, and a `Link` to the next page (RFC 8288).

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
};
use serde::Serialize;
use shared::Page;

use super::etag;
use crate::error::Result;

/// A page that is one person's to see.
pub fn private<T: Serialize>(request: &HttpRequest, page: &Page<T>) -> Result<HttpResponse> {
    let mut response = etag::private(request, page)?;
    if let Some(link) = next(request.path(), request.query_string(), page.next_cursor.as_deref()) {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// The link to the next page: the same query with another cursor.
pub fn next(path: &str, query: &str, cursor: Option<&str>) -> Option<HeaderValue> {
    let kept = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "cursor");
    let query =
        form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).append_pair("cursor", cursor?).finish();
    HeaderValue::from_str(&format!("<{path}?{query}>; rel=\"next\"")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_has_the_same_query_and_another_cursor() {
        let link = next("/api/v1/offers", "q=m%C9%99kt%C9%99b&cursor=a&limit=5", Some("b")).unwrap();
        assert_eq!(link, "</api/v1/offers?q=m%C9%99kt%C9%99b&limit=5&cursor=b>; rel=\"next\"");
        assert_eq!(next("/api/v1/offers", "", None), None);
    }
}
