//! Uploads at a partner's desk. What is sent here as a body has no type of an upload: it is heard, and refused for that.

use shared::import::ImportView;
use tests::{Market, Partner, eventually};

use super::{Row, editors};

#[rustfmt::skip] // A table.
pub const TABLE: &[Row] = &[
    ("GET /api/v1/partners/{slug}/imports",              "",       "", editors(200)),
    ("POST /api/v1/partners/{slug}/imports",             "",       "", editors(415)),
    ("GET /api/v1/partners/{slug}/imports/template.csv", "",       "", editors(400)),
    ("GET /api/v1/partners/{slug}/imports/{id}",         "import", "", editors(200)),
    ("GET /api/v1/partners/{slug}/imports/{id}/events",  "import", "", editors(200)),
    ("GET /api/v1/partners/{slug}/imports/{id}/errors",  "import", "", editors(200)),
    ("POST /api/v1/partners/{slug}/imports/{id}/cancel", "import", "", editors(409)),
    ("POST /api/v1/partners/{slug}/imports/{id}/retry",  "import", "", editors(415)),
];

/// An upload of the partner that is over.
pub async fn over(_market: &Market, partner: &Partner) -> String {
    let ask = partner.program.post(&partner.path("/imports?dry_run=true")).header("content-type", "application/json");
    let import: ImportView = ask.body("[{}]").await.status(202).json();
    let path = partner.path(&format!("/imports/{}", import.id));
    eventually("the upload is over", || async {
        let view: ImportView = partner.program.get(&path).await.ok();
        view.finished_at.map(|_| ())
    })
    .await;
    import.id.to_string()
}
