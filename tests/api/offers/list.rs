//! `GET /offers`: filters, facets, orders, and the walk by cursor.

use std::collections::{BTreeMap, BTreeSet};

use shared::offer::{Area, Audience, Kind, OfferList, OfferState, Region, Sort};
use tests::{Caller, Market, Offer, eventually, on_both};

on_both!(
    the_programmes_are_there,
    a_walk_meets_each_offer_once_in_every_order,
    each_filter_keeps_what_it_says,
    facets_say_what_each_filter_would_give,
    what_is_taken_is_not_available,
    the_next_page_stands_in_a_link,
    a_claim_changes_the_tag,
);

async fn list(caller: &Caller, query: &str) -> OfferList {
    caller.get(&format!("/offers?{query}")).await.ok()
}

async fn the_programmes_are_there(market: Market) {
    let anon = market.anon();
    for (partner, kind, quota, state) in [
        ("azercell", Kind::InternetPackage, Some(30_000), OfferState::Published),
        ("azedunet", Kind::InternetPackage, Some(10_000), OfferState::Published),
        ("bestcomp", Kind::DeviceGrant, Some(1000), OfferState::Published),
        ("enginet", Kind::DiscountedTariff, None, OfferState::Published),
        ("bakcell", Kind::DiscountedTariff, None, OfferState::Published),
        ("te", Kind::DiscountedTariff, None, OfferState::Published),
        ("crocussoft", Kind::LongTermCredit, None, OfferState::Announced),
        ("unibank", Kind::LongTermCredit, None, OfferState::Announced),
        ("nteqral", Kind::LongTermCredit, None, OfferState::Announced),
    ] {
        let items = list(&anon, &format!("partner={partner}&limit=100&sort=published_at")).await.items;
        let found = items.iter().any(|o| o.kind == kind && o.quota == quota && o.state == state);
        assert!(found, "{partner}: {items:?}");
    }
}

async fn a_walk_meets_each_offer_once_in_every_order(market: Market) {
    let anon = market.anon();
    let word = tests::people::unique("gezinti").replace('-', "x");
    let mut made = BTreeSet::new();
    for n in 0..7 {
        made.insert(Offer::once().title(&format!("{word} {}", 7 - n)).publish(&market).await.id);
    }
    for sort in Sort::ALL {
        for limit in [1, 2, 3, 7, 100] {
            let (mut met, mut cursor) = (Vec::new(), String::new());
            let total = loop {
                let page = list(&anon, &format!("q={word}&sort={}&limit={limit}{cursor}", sort.as_str())).await;
                assert!(page.items.len() <= limit);
                met.extend(page.items);
                let Some(next) = page.next_cursor else { break page.total };
                cursor = format!("&cursor={next}");
            };
            let ids: BTreeSet<_> = met.iter().map(|o| o.id).collect();
            assert_eq!((met.len(), total, &ids), (7, 7, &made), "{sort:?} by {limit}");
            let ordered = match sort {
                Sort::Title => met.is_sorted_by_key(|o| o.title.az.clone()),
                Sort::Oldest => met.is_sorted_by_key(|o| o.published_at),
                Sort::Newest => met.iter().rev().is_sorted_by_key(|o| o.published_at),
                Sort::Relevance | Sort::EndsSoon => true,
            };
            assert!(ordered, "{sort:?}: {met:?}");
        }
    }
}

async fn each_filter_keeps_what_it_says(market: Market) {
    let anon = market.anon();
    let everything = list(&anon, "limit=100&sort=title").await.total;
    for kind in Kind::ALL {
        for card in list(&anon, &format!("limit=100&kind={}", kind.as_str())).await.items {
            assert!(card.kind == *kind || card.further_kinds.contains(kind), "{kind:?}: {card:?}");
        }
    }
    for audience in Audience::ALL {
        let page = list(&anon, &format!("limit=100&audience={}", audience.as_str())).await;
        assert!(page.total > 0 && page.items.iter().all(|o| o.audience.contains(audience)), "{audience:?}");
    }
    for area in Area::ALL {
        let page = list(&anon, &format!("limit=100&area={}", area.as_str())).await;
        assert!(page.items.iter().all(|o| o.area == *area), "{area:?}");
    }
    let partner = list(&anon, "limit=100&partner=bestcomp").await;
    assert!(partner.total < everything && partner.items.iter().all(|o| o.partner.slug == "bestcomp"));
    assert_eq!(list(&anon, "partner=nobody").await.total, 0);
    let available = list(&anon, "limit=100&available=true").await.items;
    assert!(available.iter().all(|o| o.state == OfferState::Published && o.left != Some(0)));

    let word = tests::people::unique("bolge").replace('-', "x");
    let here = Offer::once().title(&word).with(|o| o.regions = vec![Region::Karabakh]).publish(&market).await;
    let anywhere = Offer::once().title(&word).publish(&market).await;
    let ids = |page: OfferList| page.items.iter().map(|o| o.id).collect::<BTreeSet<_>>();
    assert_eq!(ids(list(&anon, &format!("q={word}&region=karabakh")).await), [here.id, anywhere.id].into());
    assert_eq!(ids(list(&anon, &format!("q={word}&region=nakhchivan")).await), [anywhere.id].into());
}

async fn facets_say_what_each_filter_would_give(market: Market) {
    let anon = market.anon();
    let word = tests::people::unique("facet").replace('-', "x");
    for (kind, audience) in [
        (Kind::InternetPackage, &[Audience::Educator][..]),
        (Kind::InternetPackage, &[Audience::Learner, Audience::Educator]),
        (Kind::Course, &[Audience::Learner]),
    ] {
        let offer = Offer::once().title(&word).audience(audience).with(|o| {
            o.kind = kind;
            o.terms.clear();
        });
        offer.publish(&market).await;
    }
    assert!(list(&anon, &format!("q={word}")).await.facets.is_none(), "only where they are asked for");
    let facets = list(&anon, &format!("q={word}&kind=internet_package&facets=true")).await.facets.expect("facets");
    let count = |facet: &[shared::offer::FacetCount]| -> BTreeMap<String, u32> {
        facet.iter().filter(|f| f.count > 0).map(|f| (f.value.clone(), f.count)).collect()
    };
    let expect = |pairs: &[(&str, u32)]| pairs.iter().map(|(v, n)| ((*v).to_owned(), *n)).collect::<BTreeMap<_, _>>();
    // A facet leaves out its own filter, and keeps the others.
    assert_eq!(count(&facets.kind), expect(&[("internet_package", 2), ("course", 1)]));
    assert_eq!(count(&facets.audience), expect(&[("educator", 2), ("learner", 1)]));
    assert_eq!(count(&facets.partner), expect(&[("azercell", 2)]));
    assert_eq!(facets.available, 2);
    for (value, expected) in count(&facets.audience) {
        let total = list(&anon, &format!("q={word}&kind=internet_package&audience={value}")).await.total;
        assert_eq!(total, expected, "{value}");
    }
}

async fn what_is_taken_is_not_available(market: Market) {
    let anon = market.anon();
    let offer = Offer::once().quota(1).publish(&market).await;
    let title = offer.offer.title.az.clone();
    let available = || async { list(&anon, &format!("q={title}&available=true&limit=100")).await.items };
    assert!(available().await.iter().any(|o| o.id == offer.id));
    market.educator().await.claimed(offer.id).await;
    eventually("it is no longer available", || async {
        (!available().await.iter().any(|o| o.id == offer.id)).then_some(())
    })
    .await;
    let all = list(&anon, &format!("q={title}&limit=100")).await.items;
    let card = all.iter().find(|o| o.id == offer.id).expect("it is still listed");
    assert_eq!((card.claimed, card.left), (1, Some(0)));
}

async fn the_next_page_stands_in_a_link(market: Market) {
    let anon = market.anon();
    let answer = anon.get("/offers?limit=1&kind=internet_package&q=internet&sort=title").await.status(200);
    let page: OfferList = answer.json();
    let link = answer.header("link").expect("a link");
    let address = link.strip_prefix('<').and_then(|l| l.strip_suffix(">; rel=\"next\"")).expect(link);
    let next: OfferList = anon.clone().at_root().get(address).await.ok();
    // How many there are in all changes with what others publish meanwhile.
    assert_eq!(next.items.len(), 1);
    assert_ne!(next.items[0].id, page.items[0].id);
    let last = anon.get("/offers?limit=100&partner=bestcomp").await.status(200);
    assert_eq!((last.header("link"), last.json::<OfferList>().next_cursor), (None, None));
}

async fn a_claim_changes_the_tag(market: Market) {
    let offer = Offer::once().quota(10).publish(&market).await;
    let path = format!("/offers?q={}", offer.offer.title.az);
    let before = market.anon().get(&path).await.header("etag").unwrap().to_owned();
    market.educator().await.claimed(offer.id).await;
    eventually("the list tells of the claim", || async {
        let now = market.anon().get(&path).header("if-none-match", &before).await;
        (now.status == 200).then(|| assert_ne!(now.header("etag"), Some(before.as_str())))
    })
    .await;
}
