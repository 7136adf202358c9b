//! The index is right whatever became of its offers.

use proptest::prelude::*;
use shared::{
    PartnerId,
    offer::{OfferDraft, OfferList, OfferState, PartnerRef},
};
use uuid::Uuid;

use super::*;
use crate::{http::query, offers::document::Count};

/// An offer, which differs from others by its number and from itself by its version.
fn offer(n: u32, version: u32) -> Arc<Entry> {
    let draft: OfferDraft = serde_json::from_value(serde_json::json!({
        "kind": if (n + version).is_multiple_of(2) { "internet_package" } else { "course" }, "area": "connectivity",
        "title": {"az": format!("Təklif {n} v{version}")}, "audience": ["educator"], "quota": 10 + n,
        "unit": "package", "period": "once", "fulfilment": "generated_code",
        "regions": if n.is_multiple_of(3) { vec!["baku"] } else { vec![] },
    }))
    .unwrap();
    let row = store::Listed {
        id: id(n),
        partner: PartnerId(Uuid::nil()),
        state: if n.is_multiple_of(5) { OfferState::Announced } else { OfferState::Published },
        draft: serde_json::to_string(&draft).unwrap(),
        starts_at: None,
        ends_at: n.is_multiple_of(4).then_some(i64::from(n * 7 % 11 + version) * 1000),
        published_at: i64::from((n + version) % 7),
    };
    Arc::new(Entry::new(&row, PartnerRef { slug: format!("p{}", n % 3), name: "P".into() }.into()).unwrap())
}

fn id(n: u32) -> OfferId {
    OfferId(Uuid::from_u128(u128::from(n) + 1))
}

fn index(count: u32) -> CatalogueIndex {
    CatalogueIndex::new((0..count).map(|n| offer(n, 0)).collect())
}

fn page(index: &CatalogueIndex, query: &str) -> OfferList {
    let query = query::parse::<ListQuery>(query).unwrap();
    let taken = vec![Count { claimed: 10, codes: None }; index.len()];
    serde_json::from_slice(&index.page(&query, &taken).unwrap().body).unwrap()
}

#[test]
fn a_walk_by_cursor_meets_each_offer_once_in_every_order() {
    let index = index(57);
    for sort in shared::offer::Sort::ALL {
        let (mut met, mut cursor) = (Vec::new(), String::new());
        loop {
            let list = page(&index, &format!("limit=10&sort={}{cursor}", sort.as_str()));
            met.extend(list.items.iter().map(|o| o.id));
            let Some(next) = list.next_cursor else { break };
            cursor = format!("&cursor={next}");
        }
        let mut all = met.clone();
        all.sort();
        all.dedup();
        assert_eq!((met.len(), all.len()), (57, 57), "{sort:?}");
    }
}

#[test]
fn facets_count_what_a_list_with_that_filter_has() {
    let index = index(60);
    let list = page(&index, "facets=true&kind=course&audience=educator&available=true&region=baku");
    let facets = list.facets.unwrap();
    for count in &facets.kind {
        let there = page(&index, &format!("kind={}&audience=educator&available=true&region=baku", count.value)).total;
        assert_eq!(there, count.count, "{}", count.value);
    }
    for count in &facets.partner {
        let query = format!("partner={}&kind=course&audience=educator&available=true&region=baku", count.value);
        assert_eq!(page(&index, &query).total, count.count, "{}", count.value);
    }
    assert_eq!(facets.available, list.total);
}

#[test]
fn what_is_left_is_counted() {
    let index = index(2);
    let list = page(&index, "sort=title");
    assert_eq!((list.items[0].claimed, list.items[0].left), (10, Some(0)));
    assert_eq!((list.items[1].claimed, list.items[1].left), (10, Some(1)));
}

/// Questions that show everything about an index: all orders, words, filters and counts.
const QUESTIONS: [&str; 9] = [
    "limit=100&facets=true",
    "limit=100&sort=published_at",
    "limit=100&sort=ends_at",
    "limit=100&sort=title",
    "limit=100&sort=-published_at&kind=course",
    "limit=100&q=teklif+1",
    "limit=100&q=v1",
    "partner=p1&facets=true&limit=2",
    "region=baku&available=true&facets=true",
];

proptest! {
    /// However offers came, changed and went, in whatever portions, the index is the one that would be made at once.
    #[test]
    fn changes_make_the_index_that_is_made_at_once(
        portions in prop::collection::vec(prop::collection::vec((0u32..40, 0u32..3, prop::bool::weighted(0.7)), 1..8), 1..8),
        warmed in any::<bool>(),
    ) {
        let mut changed = index(20);
        let mut now: HashMap<u32, u32> = (0..20).map(|n| (n, 0)).collect();
        if warmed {
            changed.warm();
        }
        for portion in portions {
            let mut fresh = Entries::new();
            for (n, version, listed) in portion {
                fresh.insert(id(n), listed.then(|| offer(n, version)));
                if listed { now.insert(n, version) } else { now.remove(&n) };
            }
            changed = changed.changed(&fresh);
        }
        let anew = CatalogueIndex::new(now.iter().map(|(n, version)| offer(*n, *version)).collect());
        prop_assert!(changed.len() <= 40, "places are used again");
        for question in QUESTIONS {
            prop_assert_eq!(page(&changed, question), page(&anew, question), "{}", question);
        }
    }

    /// An answer is kept over a change only where the new state would give the same one.
    #[test]
    fn kept_answers_are_those_of_the_new_state(changes in prop::collection::vec((0u32..30, 0u32..3, any::<bool>(), 0u32..3), 1..4)) {
        let counts = |claimed: &[(u32, u32)]| Counts::of_claims(claimed.iter().map(|(n, units)| (id(*n).0, *units)));
        let before = Snapshot::new(Arc::new(index(20)), &counts(&[]));
        let answer = |snapshot: &Snapshot, address: &str| {
            let query = query::parse::<ListQuery>(address).unwrap();
            let ListPage { body, next } = snapshot.index.page(&query, &snapshot.taken).unwrap();
            (query, Ready::new(body, next.map(|next| next.parse().unwrap())))
        };
        let pages = QUESTIONS.into_iter().chain(["kind=course&partner=p2", "partner=p0&available=true&limit=1"]);
        for address in pages.clone() {
            let (query, ready) = answer(&before, address);
            before.answers.add_page(address, query, ready);
        }
        (0..30).for_each(|n| before.answers.add_detail(id(n), Ready::new("{}".into(), None)));

        let edits = changes.iter().filter(|(.., units)| *units == 0);
        let fresh: Entries = edits.map(|(n, version, listed, _)| (id(*n), listed.then(|| offer(*n, *version)))).collect();
        let offers: BTreeSet<OfferId> = changes.iter().map(|(n, ..)| id(*n)).collect();
        let claimed: HashMap<u32, u32> = changes.iter().map(|(n, .., units)| (*n, units * 5)).collect();
        let claimed: Vec<(u32, u32)> = claimed.into_iter().collect();
        let after = before.changed(&fresh, &offers, &counts(&claimed));
        for address in pages {
            if let Some(kept) = after.answers.page(address) {
                prop_assert_eq!(kept.body, answer(&after, address).1.body, "{}", address);
            }
        }
        for n in 0..30 {
            prop_assert_eq!(after.answers.detail(id(n)).is_some(), !offers.contains(&id(n)));
        }
    }
}

#[test]
fn a_page_about_other_offers_is_kept() {
    let before = Snapshot::new(Arc::new(index(20)), &Counts::of_claims([]));
    for address in ["partner=p1", "partner=p2", "partner=p2&facets=true"] {
        let query = query::parse::<ListQuery>(address).unwrap();
        before.answers.add_page(address, query, Ready::new(address.into(), None));
    }
    // Number 4 is of partner p1.
    let fresh = Entries::from([(id(4), Some(offer(4, 1)))]);
    let after = before.changed(&fresh, &BTreeSet::from([id(4)]), &Counts::of_claims([]));
    assert!(after.answers.page("partner=p1").is_none());
    assert!(after.answers.page("partner=p2").is_some());
    assert!(after.answers.page("partner=p2&facets=true").is_none(), "it says how many p1 has");
}
