//! The list of those who manage offers: filters, orders, counts; many at once; offers by the partner's own name.

use std::collections::HashSet;

use reqwest::Method;
use serde_json::{Value, json};
use shared::{
    Code, FieldCode, LocalText, OfferId,
    offer::{BulkResult, ManageSort, ManagedOffers, OfferState, PartnerOffer},
};
use tests::{
    Caller, Market, Offer, Partner,
    client::Ask,
    offer::{edit, is_of_version},
    on_both,
};

on_both!(
    offers_are_found_by_state_kind_and_words,
    every_order_meets_each_offer_once,
    the_counts_are_those_of_the_lists,
    wrong_queries_are_refused,
    many_are_paused_ended_and_removed_at_once,
    an_offer_is_written_under_the_partners_own_name,
    what_is_the_same_makes_no_version,
    conditions_are_heeded,
    a_sandbox_needs_no_ministry_and_is_seen_by_nobody,
);

async fn ids(caller: &Caller, path: &str) -> Vec<OfferId> {
    let list: ManagedOffers = caller.get(path).await.ok();
    list.items.iter().map(|o| o.id).collect()
}

async fn offers_are_found_by_state_kind_and_words(market: Market) {
    let partner = market.partner().await;
    let title = |az: &str, ru: &str| LocalText { az: az.into(), en: None, ru: Some(ru.into()) };
    let one = Offer::once().with(|o| {
        o.title = title("Məktəb üçün İnternet", "Интернет для школы");
        o.external_id = Some("pack-77".into());
    });
    let one = one.in_state_at(&market, &partner.slug, OfferState::Published).await;
    let two = Offer::once().with(|o| {
        o.title = title("Kurs", "Курс");
        o.kind = shared::offer::Kind::Course;
        o.terms.clear();
    });
    let two = two.draft_at(&market, &partner.slug).await;
    let three = Offer::once().with(|o| o.title = title("İnternet paketi", "Пакет"));
    let three = three.in_state_at(&market, &partner.slug, OfferState::Paused).await;
    for (query, found) in [
        ("", vec![three.id, two.id, one.id]),
        ("?state=draft", vec![two.id]),
        ("?state=published,paused", vec![three.id, one.id]),
        ("?kind=course", vec![two.id]),
        ("?q=internet", vec![three.id, one.id]),
        ("?q=inter%20mekt", vec![one.id]),
        ("?q=%D1%88%D0%BA%D0%BE%D0%BB", vec![one.id]),
        ("?q=pack-77", vec![one.id]),
        ("?q=%20", vec![three.id, two.id, one.id]),
        ("?q=%25", vec![]),
        ("?q=nternet", vec![]),
        ("?q=internet&state=draft", vec![]),
        ("?sort=title", vec![three.id, two.id, one.id]),
        ("?sort=updated_at", vec![one.id, two.id, three.id]),
    ] {
        assert_eq!(ids(&partner.editor, &partner.path(&format!("/offers{query}"))).await, found, "{query}");
    }
    let renamed: PartnerOffer = edit(&partner.editor, &two, &json!({"title": {"az": "Dərs"}})).await.ok();
    assert_eq!(ids(&partner.editor, &partner.path("/offers?q=ders")).await, [renamed.id]);
    assert_eq!(ids(&partner.editor, &partner.path("/offers")).await[0], renamed.id, "the last changed first");
}

async fn every_order_meets_each_offer_once(market: Market) {
    let partner = market.partner().await;
    let mut made = Vec::new();
    for n in 0..13_usize {
        // Titles and ends come twice, so that the id has to decide.
        let title = ["Ə", "Z", "A b", "A", "Я", "z"][n % 6];
        let offer = Offer::once().title(title).with(|o| {
            o.title.en = None;
            o.title.ru = None;
            o.ends_at = (n % 3 > 0).then(|| "2031-01-01T00:00:00Z".parse().unwrap());
        });
        made.push(offer.in_state_at(&market, &partner.slug, OfferState::Published).await);
    }
    for (n, educator) in market.educators(5).await.iter().enumerate() {
        for offer in &made[..=n / 2] {
            educator.claimed(offer.id).await;
        }
    }
    for sort in ManageSort::ALL {
        let (mut cursor, mut met) = (String::new(), Vec::<PartnerOffer>::new());
        loop {
            let path = partner.path(&format!("/offers?limit=4&sort={}{cursor}", sort.as_str()));
            let list: ManagedOffers = partner.editor.get(&path).await.ok();
            met.extend(list.items);
            let Some(next) = list.next_cursor else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(met.iter().map(|o| o.id).collect::<HashSet<_>>().len(), 13, "{sort:?}");
        assert_eq!(met.len(), 13, "{sort:?}");
        let fits = |a: &PartnerOffer, b: &PartnerOffer| match sort {
            ManageSort::Newest => a.updated_at >= b.updated_at,
            ManageSort::Oldest => a.updated_at <= b.updated_at,
            ManageSort::Title => shared::fold::fold(&a.offer.title.az) <= shared::fold::fold(&b.offer.title.az),
            ManageSort::MostClaimed => a.claimed >= b.claimed,
            ManageSort::EndsSoon => a.offer.ends_at.is_some() || b.offer.ends_at.is_none(),
        };
        assert!(met.windows(2).all(|pair| fits(&pair[0], &pair[1])), "{sort:?}");
    }
    let most: ManagedOffers = partner.editor.get(&partner.path("/offers?sort=-claimed&limit=3")).await.ok();
    assert_eq!(most.items.iter().map(|o| o.claimed).collect::<Vec<_>>(), [5, 3, 1]);
}

async fn the_counts_are_those_of_the_lists(market: Market) {
    let partner = market.partner().await;
    for state in OfferState::ALL {
        Offer::once().in_state_at(&market, &partner.slug, state).await;
    }
    let live = Offer::once().in_state_at(&market, &partner.slug, OfferState::Published).await;
    edit(&partner.editor, &live, &json!({"claim_days": 9})).await.status(200);
    let list: ManagedOffers = partner.editor.get(&partner.path("/offers?facets=true&state=draft")).await.ok();
    assert_eq!(list.items.len(), 1);
    let facets = list.facets.expect("facets");
    assert_eq!((facets.total, facets.waiting), (9, 2));
    for count in &facets.state {
        let there = ids(&partner.editor, &partner.path(&format!("/offers?state={}", count.value))).await;
        assert_eq!(there.len(), count.count as usize, "{}", count.value);
    }
    assert_eq!(facets.state.len(), OfferState::ALL.len());
    let plain: ManagedOffers = partner.editor.get(&partner.path("/offers")).await.ok();
    assert_eq!((plain.facets, plain.items.len()), (None, 9));
}

async fn wrong_queries_are_refused(market: Market) {
    let partner = market.partner().await;
    for (query, place, code) in [
        ("state=gone", "?state", FieldCode::UnknownValue),
        ("state=draft,", "?state", FieldCode::UnknownValue),
        ("kind=gift", "?kind", FieldCode::UnknownValue),
        ("sort=price", "?sort", FieldCode::UnknownValue),
        ("waiting=maybe", "?waiting", FieldCode::InvalidFormat),
        ("limit=101", "?limit", FieldCode::OutOfRange),
        ("colour=red", "?colour", FieldCode::UnknownField),
    ] {
        let answer = partner.editor.get(&partner.path(&format!("/offers?{query}"))).await;
        answer.wrong_at(Code::InvalidQuery, &[(place, code)]);
    }
    for n in 0..2 {
        Offer::once().title(&format!("C{n}")).draft_at(&market, &partner.slug).await;
    }
    let list: ManagedOffers = partner.editor.get(&partner.path("/offers?limit=1&sort=title")).await.ok();
    let other_order = format!("/offers?sort=updated_at&cursor={}", list.next_cursor.unwrap());
    partner.editor.get(&partner.path(&other_order)).await.refused(Code::InvalidCursor);
}

async fn many_are_paused_ended_and_removed_at_once(market: Market) {
    let (partner, other) = (market.partner().await, market.partner().await);
    let live = Offer::once().in_state_at(&market, &partner.slug, OfferState::Published).await;
    let draft = Offer::once().draft_at(&market, &partner.slug).await;
    let theirs = Offer::once().in_state_at(&market, &other.slug, OfferState::Published).await;
    let bulk = |action: &'static str, ids: Vec<OfferId>| {
        let (editor, path) = (partner.editor.clone(), partner.path("/offers/actions"));
        async move { editor.send(&path, &json!({"action": action, "ids": ids})).await }
    };
    let result: BulkResult = bulk("pause", vec![live.id, draft.id, theirs.id]).await.ok();
    let outcomes: Vec<_> = result.items.iter().map(|i| (i.done, i.state, i.code)).collect();
    assert_eq!(
        outcomes,
        [
            (true, Some(OfferState::Paused), None),
            (false, Some(OfferState::Draft), Some(Code::StateConflict)),
            (false, None, Some(Code::NotFound)),
        ]
    );
    assert_eq!((result.done, result.refused), (1, 2));
    market.educator().await.claim(live.id).await.refused(Code::OfferNotOpen);
    market.educator().await.claimed(theirs.id).await;
    for (action, ids, states) in [
        ("resume", vec![live.id], vec![Some(OfferState::Published)]),
        ("submit", vec![draft.id], vec![Some(OfferState::InReview)]),
        ("withdraw", vec![draft.id], vec![Some(OfferState::Draft)]),
        ("end", vec![live.id], vec![Some(OfferState::Ended)]),
        ("delete", vec![draft.id], vec![None]),
    ] {
        let result: BulkResult = bulk(action, ids).await.ok();
        assert!(result.items.iter().all(|i| i.done), "{action}: {result:?}");
        assert_eq!(result.items.iter().map(|i| i.state).collect::<Vec<_>>(), states, "{action}");
    }
    assert_eq!(ids(&partner.editor, &partner.path("/offers")).await, [live.id]);
    bulk("explode", vec![live.id]).await.wrong_at(Code::InvalidInput, &[("/action", FieldCode::UnknownValue)]);
    bulk("end", vec![]).await.wrong_at(Code::InvalidInput, &[("/ids", FieldCode::OutOfRange)]);
    let twice = bulk("end", vec![live.id, live.id]).await;
    twice.wrong_at(Code::InvalidInput, &[("/ids/1", FieldCode::Duplicate)]);
}

/// Sends an offer under the partner's own name for it.
fn put(caller: &Caller, partner: &Partner, name: &str, body: &Value) -> Ask {
    caller.ask(&Method::PUT, &partner.path(&format!("/offers/by-external-id/{name}"))).json(body)
}

async fn an_offer_is_written_under_the_partners_own_name(market: Market) {
    let partner = market.partner().await;
    let draft = Value::from(Offer::once().json());
    let answer = put(&partner.program, &partner, "a%3A1", &draft).await.status(201);
    let offer: PartnerOffer = answer.json();
    assert_eq!((offer.offer.external_id.as_deref(), offer.state), (Some("a:1"), OfferState::Draft));
    let here = partner.path(&format!("/offers/{}", offer.id));
    assert_eq!(answer.header("location"), Some(format!("/api/v1{here}").as_str()));
    assert!(is_of_version(answer.header("etag").expect("a tag"), 1));
    let mut changed = draft.clone();
    changed["claim_days"] = json!(12);
    changed["external_id"] = json!("a:1");
    let after: PartnerOffer = put(&partner.program, &partner, "a:1", &changed).await.ok();
    assert_eq!((after.id, after.version, after.offer.claim_days), (offer.id, 2, 12));
    put(&partner.program, &partner, "b:1", &changed)
        .await
        .wrong_at(Code::InvalidInput, &[("/external_id", FieldCode::NotAllowed)]);
    put(&partner.program, &partner, "a%20b", &draft)
        .await
        .wrong_at(Code::InvalidInput, &[("/external_id", FieldCode::InvalidFormat)]);
    put(&partner.program, &partner, "%ff", &draft)
        .await
        .wrong_at(Code::InvalidInput, &[("/external_id", FieldCode::InvalidFormat)]);
    put(&partner.program, &partner, "c", &json!({})).await.refused(Code::InvalidInput);
    let other = market.partner().await;
    put(&other.program, &other, "a:1", &draft).await.status(201);
    put(&other.program, &partner, "a:1", &draft).await.refused(Code::Forbidden);
}

async fn what_is_the_same_makes_no_version(market: Market) {
    let partner = market.partner().await;
    let mut draft = Value::from(Offer::once().json());
    let first: PartnerOffer = put(&partner.program, &partner, "same", &draft).await.created();
    let again = put(&partner.program, &partner, "same", &draft).await.status(200);
    assert!(is_of_version(again.header("etag").expect("a tag"), first.version));
    assert_eq!(again.json::<PartnerOffer>(), first);
    for action in ["submit", "approve"] {
        tests::offer::act(&market.admin().await, &first, action).await.status(200);
    }
    // A change of what everybody sees waits; sent again, it waits as it is.
    draft["claim_days"] = json!(12);
    let waits: PartnerOffer = put(&partner.program, &partner, "same", &draft).await.ok();
    assert_eq!((waits.offer.claim_days, waits.pending.as_ref().map(|p| p.offer.claim_days)), (30, Some(12)));
    let again: PartnerOffer = put(&partner.program, &partner, "same", &draft).await.ok();
    assert_eq!(again, waits);
}

async fn conditions_are_heeded(market: Market) {
    let partner = market.partner().await;
    let draft = Value::from(Offer::once().json());
    let ask = || put(&partner.program, &partner, "cond", &draft);
    ask().header("if-match", "\"v1\"").await.refused(Code::StaleVersion);
    ask().header("if-none-match", "*").await.status(201);
    let there = ask().header("if-none-match", "*").await.refused(Code::StaleVersion);
    assert_eq!(there.extra["version"], json!(1));
    ask().header("if-match", "\"v1\"").await.status(200);
    let stale = ask().header("if-match", "\"v7\"").await.refused(Code::StaleVersion);
    assert_eq!(stale.extra["version"], json!(1));
}

async fn a_sandbox_needs_no_ministry_and_is_seen_by_nobody(market: Market) {
    let partner = market.partner().await;
    let program = &partner.sandbox;
    let offer: PartnerOffer = program.send(&partner.path("/offers"), &Offer::once().0).await.created();
    let here = partner.path(&format!("/offers/{}", offer.id));
    let live: PartnerOffer = program.post(&format!("{here}/submit")).await.ok();
    assert_eq!(live.state, OfferState::Published);
    let edited: PartnerOffer = edit(
        program,
        &PartnerOffer {
            partner: shared::offer::PartnerRef { slug: partner.slug.clone(), name: String::new() },
            ..live.clone()
        },
        &json!({"claim_days": 3}),
    )
    .await
    .ok();
    assert_eq!((edited.offer.claim_days, edited.pending), (3, None));
    for caller in [&partner.editor, &partner.program] {
        caller.get(&here).await.refused(Code::NotFound);
        assert_eq!(ids(caller, &partner.path("/offers")).await, []);
    }
    market.anon().get(&format!("/offers/{}", offer.id)).await.refused(Code::NotFound);
    market.educator().await.claim(offer.id).await.refused(Code::NotFound);
    let public: shared::offer::OfferList = market.anon().get(&format!("/offers?q={}", live.offer.title.az)).await.ok();
    assert!(public.items.is_empty());
    let (mut cursor, admin) = (String::new(), market.admin().await);
    for _ in 0..3 {
        let list: ManagedOffers = admin.get(&format!("/admin/offers?limit=100{cursor}")).await.ok();
        assert!(list.items.iter().all(|o| o.id != offer.id));
        let Some(next) = list.next_cursor else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(ids(program, &partner.path("/offers")).await, [offer.id]);
}
