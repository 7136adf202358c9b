//! A crowd at once: exactly the quota, and a true answer for everyone.

use futures_util::future::join_all;
use shared::{Code, claim::ClaimView};
use tests::{Kind, Market, Offer, Place, eventually, on_both};

on_both!(fifty_people_and_ten_units, one_person_on_many_devices);
on_both!(alone: a_full_queue_sheds_load_and_loses_nothing);

async fn fifty_people_and_ten_units(market: Market) {
    let offer = Offer::once().quota(10).publish(&market).await;
    let people = market.educators(50).await;
    let answers = join_all(people.iter().map(|p| async { p.claim(offer.id).await })).await;
    let got: Vec<ClaimView> = answers.iter().filter(|a| a.status == 201).map(tests::Answer::json).collect();
    assert_eq!(got.len(), 10);
    for answer in answers.iter().filter(|a| a.status != 201) {
        answer.refused(Code::QuotaExhausted);
    }
    let mut codes: Vec<String> = got.iter().map(|c| c.code.as_str().to_owned()).collect();
    let db = market.place.db().await;
    let mut there = db.codes(offer.id).await;
    codes.sort();
    there.sort();
    assert_eq!(codes, there);
    db.check_ledger().await;
    assert_eq!(market.managed(offer.id).await.claimed, 10);
    eventually("everybody sees that none is left", || async {
        (market.offer(offer.id).await.card.left == Some(0)).then_some(())
    })
    .await;
}

async fn one_person_on_many_devices(market: Market) {
    let offer = Offer::once().quota(10).publish(&market).await;
    let educator = market.educator().await;
    let answers = join_all((0..30).map(|_| async { educator.claim(offer.id).await })).await;
    let got: Vec<ClaimView> = answers.iter().filter(|a| a.status == 201).map(tests::Answer::json).collect();
    assert_eq!(got.len(), 1);
    for answer in answers.iter().filter(|a| a.status != 201) {
        assert_eq!(answer.refused(Code::AlreadyClaimed).extra["claim_id"], serde_json::json!(got[0].id));
    }
    assert_eq!(market.managed(offer.id).await.claimed, 1);
}

async fn a_full_queue_sheds_load_and_loses_nothing(kind: Kind) {
    let market = Market::open(Place::new(kind).await.with("CLAIM_QUEUE", "1")).await;
    let offer = Offer::once().publish(&market).await;
    let people = market.educators(300).await;
    let answers = join_all(people.iter().map(|p| async { p.claim(offer.id).await })).await;
    for answer in answers.iter().filter(|a| a.status != 201) {
        answer.refused(Code::Overloaded);
        assert!(answer.header("retry-after").is_some_and(|s| s.parse::<u32>().is_ok_and(|s| s >= 1)));
    }
    let got = answers.iter().filter(|a| a.status == 201).count();
    assert!(got >= 1);
    let db = market.place.db().await;
    assert_eq!(db.codes(offer.id).await.len(), got, "what was refused is not there, what was promised is");
    db.check_ledger().await;
}
