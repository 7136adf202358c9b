//! Many offers that change at once, as uploads and decisions about a partner do it: the catalogue of every process shows
//! all of them.

use std::collections::BTreeSet;

use serde_json::json;
use shared::{OfferId, offer::OfferList};
use tests::{Caller, Kind, Market, Partner, Place, eventually_within, on_both};

use crate::imports::{counts, done, rows};

on_both!(alone: a_whole_assortment_comes_and_goes);

const COUNT: u32 = 2600;

/// Waits until a process lists so many offers of the partner.
async fn lists(anon: &Caller, partner: &Partner, count: u32) {
    let path = format!("/offers?partner={}&limit=1", partner.slug);
    eventually_within(std::time::Duration::from_mins(1), &format!("{count} offers are listed"), || async {
        let list: OfferList = anon.get(&path).await.ok();
        (list.total == count).then_some(())
    })
    .await;
}

/// All that a process lists of the partner, page by page.
async fn walk(anon: &Caller, partner: &Partner) -> Vec<OfferId> {
    let (mut met, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/offers?partner={}&limit=100{cursor}", partner.slug);
        let list: OfferList = anon.get(&path).await.ok();
        met.extend(list.items.iter().map(|offer| offer.id));
        let Some(next) = list.next_cursor else { return met };
        cursor = format!("&cursor={next}");
    }
}

async fn a_whole_assortment_comes_and_goes(kind: Kind) {
    let market = Market::open(Place::new(kind).await).await;
    let other = market.again().await;
    let everywhere = [market.anon(), other.anon()];
    let partner = market.partner().await;
    let view = done(&partner, "", &rows(COUNT as usize)).await;
    assert_eq!(view.counts, counts(u64::from(COUNT), 0, 0, 0));
    for anon in &everywhere {
        lists(anon, &partner, 0).await;
    }

    // The ministry approves a hundred at a time; here all are, in one transaction.
    let (db, admin) = (market.place.db().await, market.admin().await);
    let id = db.id(partner.id.0);
    let change = async |set: &str, which: &str| {
        let now = chrono::Utc::now().timestamp_millis();
        db.run(&format!(
            "UPDATE offers SET {set}, updated_at = {now}, version = version + 1 WHERE partner_id = {id} AND {which}"
        ))
        .await;
    };
    change("state = 'published', published_at = updated_at", "state = 'in_review'").await;
    for anon in &everywhere {
        lists(anon, &partner, COUNT).await;
        let met = walk(anon, &partner).await;
        let all: BTreeSet<_> = met.iter().collect();
        assert_eq!((met.len(), all.len()), (COUNT as usize, COUNT as usize), "each of them once");
    }
    change("state = 'ended'", "external_id LIKE 'o-1%'").await;
    let left = (0..COUNT).filter(|n| !n.to_string().starts_with('1')).count();
    let left = u32::try_from(left).expect("few");
    for anon in &everywhere {
        lists(anon, &partner, left).await;
    }

    // A partner's standing and name show on all of its offers.
    let path = format!("/admin/partners/{}", partner.id);
    admin.send(&format!("{path}/suspend"), &json!({"reason": "Yoxlanılır."})).await.status(200);
    for anon in &everywhere {
        lists(anon, &partner, 0).await;
    }
    admin.post(&format!("{path}/reinstate")).await.status(200);
    for anon in &everywhere {
        lists(anon, &partner, left).await;
        assert_eq!(walk(anon, &partner).await.len(), left as usize);
    }
    // What comes after is shown beside it.
    let new = tests::Offer::once().publish_at(&market, &partner.slug).await;
    for anon in &everywhere {
        lists(anon, &partner, left + 1).await;
        assert!(walk(anon, &partner).await.contains(&new.id));
    }
}
