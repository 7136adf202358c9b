//! What is sent to whom: encodings and formats by what the caller takes, the documentation at both of its addresses, and
//! nothing private for a cache to keep.

use serde_json::{Value, json};
use shared::Code;
use tests::{Kind, Market, Place, on_both};

on_both!(the_documentation_is_at_both_addresses, what_is_private_is_not_kept, csv_is_sent_to_who_prefers_it);
on_both!(alone: an_encoding_that_is_not_taken_is_not_sent);

async fn the_documentation_is_at_both_addresses(market: Market) {
    let anon = market.anon().at_root();
    let with = anon.get("/docs/").await.status(200);
    assert!(with.text().contains("swagger"), "{}", with.text());
    let without = anon.get("/docs").await;
    let place = without.header("location").expect("a location").to_owned();
    assert_eq!((without.status, place.as_str()), (308, "/docs/"));
}

async fn an_encoding_that_is_not_taken_is_not_sent(kind: Kind) {
    let mut place = Place::new(kind).await;
    let web = place.folder.path().join("web");
    std::fs::create_dir(&web).expect("a folder");
    for (name, text) in [("app.css", "plain"), ("app.css.br", "brotli"), ("app.css.gz", "gzip")] {
        std::fs::write(web.join(name), text).expect("a file");
    }
    place.set("WEB_DIR", web.to_string_lossy());
    let server = place.serve().await;
    for (accepted, sent) in [
        (Some("gzip, br"), "brotli"),
        (Some("br;q=0, gzip"), "gzip"),
        (Some("gzip;q=0, br;q=0.000"), "plain"),
        (Some("br;q=0"), "plain"),
        (Some("br; q=0.0, gzip; q=0.1"), "gzip"),
        (Some("*;q=0.5, br;q=0"), "plain"),
        (Some("GZIP"), "gzip"),
        (Some("identity"), "plain"),
        (Some(""), "plain"),
        (None, "plain"),
    ] {
        let ask = server.anon().at_root().get("/app.css");
        let answer = accepted.into_iter().fold(ask, |ask, accepted| ask.header("accept-encoding", accepted)).await;
        let encoding = match sent {
            "brotli" => Some("br"),
            "gzip" => Some("gzip"),
            _ => None,
        };
        assert_eq!((answer.status, answer.text()), (200, sent), "{accepted:?}");
        assert_eq!(answer.header("content-encoding").filter(|e| *e != "identity"), encoding, "{accepted:?}");
        assert_eq!(answer.header("vary"), Some("Accept-Encoding"), "{accepted:?}");
    }
}

async fn csv_is_sent_to_who_prefers_it(market: Market) {
    let partner = market.partner().await;
    let wrong = crate::imports::row("w-1", |row| row["kind"] = json!(1));
    let import = crate::imports::done(&partner, "", &[wrong]).await;
    let path = partner.path(&format!("/imports/{}/errors", import.id));
    for (accepted, is_csv) in [
        ("text/csv", true),
        ("text/csv;q=0", false),
        ("text/csv;q=0, application/json", false),
        ("application/json;q=0.2, text/csv;q=0.9", true),
        ("text/csv;q=0.2, application/json", false),
        ("*/*", false),
        ("text/html, text/csv;q=0.9, */*;q=0.1", true),
    ] {
        let answer = partner.program.get(&path).header("accept", accepted).await.status(200);
        let media = answer.header("content-type").unwrap_or_default().to_owned();
        assert_eq!(media.starts_with("text/csv"), is_csv, "{accepted}: {media}");
    }
}

async fn what_is_private_is_not_kept(market: Market) {
    let (person, partner, admin) = (market.educator().await, market.partner().await, market.admin().await);
    let offer = tests::Offer::once().publish_at(&market, &partner.slug).await;
    let claim = person.claimed(offer.id).await;
    let cookie = json!({"email": "nobody@test.az", "password": "not-this-one-9"});
    for (what, answer) in [
        ("me", person.get("/me").await),
        ("a claim", person.get(&format!("/claims/{}", claim.id)).await),
        ("claims", person.get("/me/claims").await),
        ("eligibility", person.get(&format!("/offers/{}/eligibility", offer.id)).await),
        ("the export", person.get("/me/export").await),
        ("a check", partner.cashier.send("/redemptions/check", &json!({"code": claim.code})).await),
        ("an offer of the partner's", partner.owner.get(&partner.path(&format!("/offers/{}", offer.id))).await),
        ("the template", partner.owner.get(&partner.path("/imports/template.csv?kind=course")).await),
        ("people", admin.get("/admin/users?limit=1").await),
        ("the audit log", admin.get("/admin/audit?limit=1").await),
        ("giving back", person.post(&format!("/claims/{}/cancel", claim.id)).await),
        ("a refusal", market.anon().send("/auth/token", &cookie).await),
        ("no such claim", person.get("/claims/0190163d-8694-739b-aea5-966c26f8ad91").await),
    ] {
        let kept = answer.header("cache-control").unwrap_or_default();
        assert!(kept.contains("no-store"), "{what} ({}): {kept:?}", answer.status);
    }
    // Programs that ask again with a tag are still answered shortly.
    let tag = person.get("/me").await.header("etag").expect("a tag").to_owned();
    person.get("/me").header("if-none-match", tag).await.status(304);
    let public = market.anon().get("/offers").await;
    assert!(public.header("cache-control").is_some_and(|kept| kept.starts_with("public")), "{:?}", public.headers);
    market.anon().get("/nothing").await.refused(Code::NotFound);
    let _: Value = market.anon().get("/stats/summary").await.ok();
}
