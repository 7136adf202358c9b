//! Search: folded letters, words in any order, beginnings of words, all three languages.

use serde_json::json;
use shared::{LocalText, offer::OfferList};
use tests::{Market, Offer, offer::act, on_both, people::unique};

use crate::imports::{self, NDJSON};

on_both!(
    letters_are_folded,
    words_and_their_beginnings_are_found,
    partners_and_summaries_are_found,
    letters_that_stand_in_for_others_are_found,
);

async fn found(market: &Market, q: &str, offer: shared::OfferId) -> bool {
    let page: OfferList = market.anon().get(&format!("/offers?limit=100&q={q}")).await.ok();
    assert!(page.total as usize >= page.items.len());
    page.items.iter().any(|o| o.id == offer)
}

async fn letters_are_folded(market: Market) {
    let mark = unique("x").replace('-', "q");
    let title = LocalText::new(
        format!("Məktəb üçün İNTERNET paketi, işıq və Gəncə {mark}"),
        format!("Café {mark}"),
        format!("Ёлка для школы {mark}"),
    );
    let offer = Offer::once().with(|o| o.title = title).publish(&market).await;
    for q in [
        "mekteb",
        "məktəb",
        "MƏKTƏB",
        "MEKTEB",
        "ucun",
        "internet",
        "ınternet",
        "İnternet",
        "INTERNET",
        "isiq",
        "ISIQ",
        "işıq",
        "gence",
        "Cafe",
        "елка",
        "ЁЛКА",
        "школы",
    ] {
        assert!(found(&market, &format!("{q}%20{mark}"), offer.id).await, "{q}");
    }
    for q in ["maktab", "internat", "школе"] {
        assert!(!found(&market, &format!("{q}%20{mark}"), offer.id).await, "{q}");
    }
}

async fn words_and_their_beginnings_are_found(market: Market) {
    let mark = unique("y").replace('-', "q");
    let offer = Offer::once().title(&format!("Pulsuz kompüter {mark}")).publish(&market).await;
    for q in ["komp", "komputer%20pulsuz", "pul%20kom", "%20%20pulsuz,%20kompüter!"] {
        assert!(found(&market, &format!("{q}%20{mark}"), offer.id).await, "{q}");
    }
    for q in ["omputer", "pulsuz%20telefon", "kompuuter"] {
        assert!(!found(&market, &format!("{q}%20{mark}"), offer.id).await, "{q}: every word must be there");
    }
}

async fn partners_and_summaries_are_found(market: Market) {
    let mark = unique("z").replace('-', "q");
    let summary = Some(LocalText::new(format!("Təqdimat {mark}"), "Summary", "Кратко"));
    let offer = Offer::once().with(|o| o.summary = summary).publish(&market).await;
    for q in ["azercell", "teqdimat", "кратко"] {
        assert!(found(&market, &format!("{q}%20{mark}"), offer.id).await, "{q}");
    }
    assert!(market.anon().get("/offers?q=").await.ok::<OfferList>().total > 0);
    assert!(market.anon().get("/offers?q=%20%20").await.ok::<OfferList>().total > 0, "nothing was asked for");
    for signs in ["%22%27%3B--%25_*", "_", "%25", "%E2%80%A6"] {
        let found: OfferList = market.anon().get(&format!("/offers?facets=true&q={signs}")).await.ok();
        assert_eq!((found.total, found.items.len()), (0, 0), "no title has {signs}");
        let managed: serde_json::Value =
            market.admin().await.get(&format!("/admin/offers?facets=true&q={signs}")).await.ok();
        assert_eq!((&managed["items"], &managed["facets"]["total"]), (&json!([]), &json!(0)), "{signs}");
    }
}

/// What word processors and other keyboards leave: soft hyphens, zero-width blanks, `ǝ` and `ә` for `ə`.
async fn letters_that_stand_in_for_others_are_found(market: Market) {
    let (admin, partner) = (market.admin().await, market.partner().await);
    let file = include_str!("../../cases/c04-search.ndjson");
    let sent = imports::send(&partner.program, &partner, "", NDJSON, file).await.status(202).json();
    let import = imports::over(&partner, &sent).await;
    assert_eq!(import.counts, imports::counts(4, 0, 0, 0), "{:?}", imports::errors(&partner, &import).await);
    let offers = imports::offers(&partner).await;
    for offer in offers.values() {
        act(&admin, offer, "approve").await.status(200);
    }
    let tehsil = ["c04-0", "c04-2"].map(|name| offers[name].id);
    let mekteb = ["c04-1", "c04-3"].map(|name| offers[name].id);
    for (q, expected) in [
        ("tehsil", tehsil),
        ("təhsil", tehsil),
        ("tǝhsil", tehsil),
        ("tәhsil", tehsil),
        ("T\u{4d8}HS\u{130}L", tehsil),
        ("tə\u{ad}hsil", tehsil),
        ("mekteb", mekteb),
        ("mək\u{200b}təb", mekteb),
        ("m\u{1dd}kteb", mekteb),
    ] {
        let path = format!("/offers?limit=100&partner={}&q={q}", partner.slug);
        let mut found: Vec<_> = market.anon().get(&path).await.ok::<OfferList>().items.iter().map(|o| o.id).collect();
        found.sort_by_key(|id| id.0);
        let mut expected = expected.to_vec();
        expected.sort_by_key(|id| id.0);
        assert_eq!(found, expected, "{q:?}");
        let managed = partner.program.get(&partner.path(&format!("/offers?q={q}"))).await.value();
        assert_eq!(managed["items"].as_array().map(Vec::len), Some(2), "{q:?} at the partner's");
    }
}
