//! Answering a page of a list: the body, its tag, and a `Link` to the next page (RFC 8288).

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
};
use serde::Serialize;
use shared::Page;

use super::etag;
use crate::error::Result;

/// A page of a list, whatever else it holds.
pub trait Paged: Serialize {
    /// The cursor of the next page; nothing on the last one.
    fn next_cursor(&self) -> Option<&str>;
}

impl<T: Serialize> Paged for Page<T> {
    fn next_cursor(&self) -> Option<&str> {
        self.next_cursor.as_deref()
    }
}

/// A page that is one person's to see.
pub fn private(request: &HttpRequest, page: &impl Paged) -> Result<HttpResponse> {
    Ok(linked(request, etag::private(request, page)?, page))
}

/// A page that is everybody's to see.
pub fn public(request: &HttpRequest, page: &impl Paged) -> Result<HttpResponse> {
    Ok(linked(request, etag::public(request, page)?, page))
}

fn linked(request: &HttpRequest, mut response: HttpResponse, page: &impl Paged) -> HttpResponse {
    if let Some(link) = next(request.path(), request.query_string(), page.next_cursor()) {
        response.headers_mut().insert(header::LINK, link);
    }
    response
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
