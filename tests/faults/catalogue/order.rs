//! Whatever is done in whatever order, at one process or the other: when all is quiet, both show what the database says.

use std::collections::BTreeMap;

use serde_json::json;
use shared::{
    OfferId,
    offer::{OfferList, PartnerOffer},
};
use tests::{
    Caller, Kind, Market, Offer, Partner, Place,
    db::{Db, Row},
    eventually,
    offer::act,
    on_both,
    people::unique,
};

use super::{ahead, detail, listed};

on_both!(alone: whatever_two_processes_do_both_show_what_the_database_says);

/// Edits, actions and claims in any order, four at a time, at one process or the other.
async fn whatever_two_processes_do_both_show_what_the_database_says(kind: Kind) {
    let one = Market::open(Place::new(kind).await).await;
    let two = ahead(&one).await;
    let (admin, partners) = (one.admin().await, [one.partner().await, one.partner().await]);
    let mut offers = Vec::new();
    for n in 0..8 {
        offers.push(Offer::once().quota(100).publish_at(&one, &partners[n % 2].slug).await);
    }
    let educators = one.educators(100).await;
    let mut dice = Dice(0x5eed);
    for _ in 0..25 {
        let steps = [(); 4].map(|()| {
            let url = [&one.server.url, &two.url][dice.roll(2)];
            let (offer, partner) = (&offers[dice.roll(8)], &partners[dice.roll(2)]);
            let educator = educators[dice.roll(100)].at(url);
            step(admin.at(url), educator, offer, partner, dice.roll(12))
        });
        futures_util::future::join_all(steps).await;
    }
    let db = one.place.db().await;
    for partner in &partners {
        for server in [&one.server.url, &two.url] {
            let anon = Caller::new(server);
            eventually("it shows what the database says", || async {
                (shown(&anon, partner).await == stored(&db, partner).await).then_some(())
            })
            .await;
            for offer in &offers {
                let view = detail(&anon, offer.id).await;
                let card = listed(&anon, offer.id).await;
                assert!(card.is_none_or(|card| card == view.card), "the page and the list say the same");
            }
        }
    }
}

/// One step; it may be refused.
async fn step(admin: Caller, educator: Caller, offer: &PartnerOffer, partner: &Partner, which: usize) {
    let path = format!("/admin/partners/{}", partner.id);
    match which {
        0 => drop(act(&admin, offer, "pause").await),
        1 | 2 => drop(act(&admin, offer, "resume").await),
        3 => drop(admin.send(&format!("{path}/suspend"), &json!({"reason": "Yoxlanılır."})).await),
        4 | 5 => drop(admin.post(&format!("{path}/reinstate")).await),
        6 => {
            let name = json!({"name": unique("Tərəfdaş")});
            drop(admin.patch(&partner.path(""), &name).header("if-match", "*").await);
        }
        7 | 8 => drop(educator.claim(offer.id).await),
        _ => {
            let change = json!({"title": {"az": unique("Başqa ad")}});
            let path = format!("/partners/{}/offers/{}", offer.partner.slug, offer.id);
            drop(admin.patch(&path, &change).header("if-match", "*").await);
        }
    }
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    /// A number below `sides` (a linear congruential generator with the constants of Knuth's MMIX).
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % sides
    }
}

/// What can be seen of an offer in a list: its title, state, partner and claims.
type Seen = BTreeMap<OfferId, (String, String, String, i64)>;

async fn shown(anon: &Caller, partner: &Partner) -> Seen {
    let list: OfferList = anon.get(&format!("/offers?limit=100&partner={}", partner.slug)).await.ok();
    let seen = list.items.into_iter().map(|card| {
        (card.id, (card.title.az, card.state.as_str().to_owned(), card.partner.name, i64::from(card.claimed)))
    });
    seen.collect()
}

async fn stored(db: &Db, partner: &Partner) -> Seen {
    let sql = format!(
        "SELECT o.id, o.draft -> 'title' ->> 'az', o.state, p.name, coalesce(q.claimed, 0) FROM offers o
         JOIN partners p ON p.id = o.partner_id LEFT JOIN quotas q ON q.offer_id = o.id AND q.period = 0
         WHERE p.slug = '{}' AND p.state = 'active' AND o.state IN ('announced', 'published')",
        partner.slug
    );
    let text = |row: &Row, at| row.try_get_by_index::<String>(at).expect("a text");
    let rows = db.rows(&sql).await;
    let seen = rows.iter().map(|row| {
        let id = OfferId(row.try_get_by_index(0).expect("an id"));
        let claimed: i32 = row.try_get_by_index(4).expect("a count");
        (id, (text(row, 1), text(row, 2), text(row, 3), i64::from(claimed)))
    });
    seen.collect()
}
