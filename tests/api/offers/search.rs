//! Search: folded letters, words in any order, beginnings of words, all three languages.

use shared::{LocalText, offer::OfferList};
use tests::{Market, Offer, on_both, people::unique};

on_both!(letters_are_folded, words_and_their_beginnings_are_found, partners_and_summaries_are_found);

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
    let signs: OfferList = market.anon().get("/offers?q=%22%27%3B--%25_*").await.ok();
    assert!(signs.total > 0, "signs narrow nothing");
}
