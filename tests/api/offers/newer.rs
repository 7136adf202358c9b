//! Rows that a newer program wrote, while it is brought in or after a way back: they stop nobody, and are shown as far as
//! they are known here.

use serde_json::{Value, json};
use shared::{
    OfferId, Page,
    offer::{OfferList, OfferVersion, OfferVersionView, OfferView, PartnerOffer},
};
use tests::{Market, Offer, Place, db::Db, offer::edit, on_both};

on_both!(alone: fields_of_a_newer_program_are_left_out, a_kind_of_a_newer_program_stops_no_other_offer);

/// Writes into the document of an offer past the program.
async fn write(db: &Db, id: OfferId, change: impl FnOnce(&mut Value)) {
    let (id, as_text) = (db.id(id.0), "CAST(draft AS TEXT)");
    let text = db.texts(&format!("SELECT {as_text} FROM offers WHERE id = {id}")).await.remove(0);
    let mut draft: Value = serde_json::from_str(&text).expect("a document");
    change(&mut draft);
    let draft = draft.to_string().replace('\'', "''");
    db.run(&format!("UPDATE offers SET draft = '{draft}' WHERE id = {id}")).await;
}

fn add_fields(draft: &mut Value) {
    draft["colour"] = json!({"colour": "red"});
    draft["title"]["tr"] = json!("Paket");
    draft["how_to_use"][0]["picture"] = json!(1);
}

async fn fields_of_a_newer_program_are_left_out(kind: tests::Kind) {
    let market = Market::open(Place::new(kind).await).await;
    let partner = market.partner().await;
    let live = Offer::monthly().quota(5).publish_at(&market, &partner.slug).await;
    let draft = Offer::once().draft_at(&market, &partner.slug).await;
    let db = market.place.db().await;
    for offer in [&live, &draft] {
        write(&db, offer.id, add_fields).await;
    }

    // Read at the start, and when something changes.
    let again = market.again().await;
    let list: OfferList = again.anon().get(&format!("/offers?partner={}", partner.slug)).await.ok();
    assert_eq!(list.items.iter().map(|card| card.id).collect::<Vec<_>>(), [live.id]);
    let view: OfferView = again.anon().get(&format!("/offers/{}", live.id)).await.ok();
    assert_eq!(view.card.title, live.offer.title);
    market.educator().await.at(&again.server.url).claimed(live.id).await;
    let program = partner.program.at(&again.server.url);
    let managed: Page<PartnerOffer> = program.get(&partner.path("/offers")).await.ok();
    assert_eq!(managed.items.len(), 2);
    let path = partner.path(&format!("/offers/{}", draft.id));
    let read: PartnerOffer = program.get(&path).await.ok();
    assert_eq!(read.offer, draft.offer);
    let changed: PartnerOffer = edit(&program, &read, &json!({"claim_days": 9})).await.ok();
    assert_eq!(changed.offer.claim_days, 9);
    let lines: Page<OfferVersion> = program.get(&format!("{path}/versions")).await.ok();
    assert_eq!(lines.items.len(), 2);
    let first: OfferVersionView = program.get(&format!("{path}/versions/1")).await.ok();
    assert_eq!(first.offer, draft.offer);

    // A request is read as strictly as ever.
    let mut document = Offer::once().json();
    document.insert("colour".to_owned(), json!("red"));
    program.send(&partner.path("/offers"), &document).await.refused(shared::Code::InvalidInput);
}

async fn a_kind_of_a_newer_program_stops_no_other_offer(kind: tests::Kind) {
    let market = Market::open(Place::new(kind).await).await;
    let (known, newer) = (Offer::once().publish(&market).await, Offer::once().publish(&market).await);
    write(&market.place.db().await, newer.id, |draft| draft["kind"] = json!("library_card")).await;
    let again = market.again().await;
    let ids = |list: OfferList| list.items.iter().map(|card| card.id).collect::<Vec<_>>();
    let listed = ids(again.anon().get("/offers?limit=100&sort=-published_at").await.ok());
    assert!(listed.contains(&known.id) && !listed.contains(&newer.id), "{listed:?}");
    let third = Offer::once().publish(&again).await;
    tests::eventually("what is published later is listed, too", || async {
        let listed = ids(again.anon().get("/offers?limit=100&sort=-published_at").await.ok());
        listed.contains(&third.id).then_some(())
    })
    .await;
    assert!(again.server.log().contains("catalogue.offer_unreadable"), "it is named in the log");
}
