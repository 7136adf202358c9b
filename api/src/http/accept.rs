//! Which of two formats a caller wants (RFC 9110 §12.5.1).

use actix_web::{
    HttpRequest,
    http::header::{Accept, Header, Quality},
};

/// Whether CSV is wanted more than JSON.
pub fn prefers_csv(request: &HttpRequest) -> bool {
    Accept::parse(request)
        .is_ok_and(|accepted| quality(&accepted, "text", "csv") > quality(&accepted, "application", "json"))
}

/// How much a media type is wanted: what names it most exactly counts.
fn quality(accepted: &Accept, kind: &str, subtype: &str) -> Quality {
    let exactness = |(of, to): (&str, &str)| match (of == kind, to == subtype) {
        (true, true) => Some(2),
        (true, false) if to == "*" => Some(1),
        (false, _) if of == "*" => Some(0),
        _ => None,
    };
    let fitting = accepted.0.iter().filter_map(|range| {
        let exactness = exactness((range.item.type_().as_str(), range.item.subtype().as_str()))?;
        Some((exactness, range.quality))
    });
    fitting.max().map_or(Quality::ZERO, |(_, quality)| quality)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_more_exact_range_counts() {
        for (accepted, csv) in [
            ("text/csv", true),
            ("text/csv;q=0", false),
            ("text/*, application/json;q=0.5", true),
            ("text/csv, application/json", false),
            ("text/csv;q=0.1, */*;q=0.5", false),
            ("*/*", false),
            ("nonsense", false),
        ] {
            let request = TestRequest::default().insert_header(("accept", accepted)).to_http_request();
            assert_eq!(prefers_csv(&request), csv, "{accepted}");
        }
        assert!(!prefers_csv(&TestRequest::default().to_http_request()));
    }
}
