//! What holds for every list: a cursor is good for its own list alone, and the link to the next page keeps the rest.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::Code;
use tests::{Caller, Market, Offer, Partner, on_both, people::unique};

on_both!(every_list_links_to_its_next_page_and_takes_no_others_cursor, a_link_keeps_every_parameter);

/// A list of which there are two pages at least.
struct List {
    /// As the OpenAPI document names it.
    name: &'static str,
    caller: Caller,
    path: String,
}

/// A partner with two of everything.
async fn partner_with_two_of_everything(market: &Market) -> (Partner, String, String, String) {
    let partner = market.partner().await;
    for n in 0..2 {
        let hook = json!({"url": format!("https://example.az/{n}"), "kinds": ["claim.created"]});
        partner.owner.send(&partner.path("/webhooks"), &hook).await.status(201);
        let invitation = json!({"email": format!("{}@test.az", unique("dost")), "role": "editor"});
        partner.owner.send(&partner.path("/members/invitations"), &invitation).await.status(201);
    }
    let pool = crate::codes::pool().in_state_at(market, &partner.slug, shared::offer::OfferState::Published).await;
    let offer = partner.path(&format!("/offers/{}", pool.id));
    let codes = json!({"codes": [unique("A"), unique("B"), unique("C"), unique("D")]});
    partner.editor.send(&format!("{offer}/codes"), &codes).await.status(200);
    let edited = partner.editor.patch(&offer, &json!({"claim_days": 12})).header("if-match", "*");
    edited.await.status(200);
    let wrong: Vec<Value> =
        (0..2).map(|n| crate::imports::row(&format!("w-{n}"), |row| row["kind"] = json!(1))).collect();
    let import = crate::imports::done(&partner, "", &wrong).await;
    crate::imports::done(&partner, "?dry_run=true", &crate::imports::rows(1)).await;
    let plain = Offer::once().in_state_at(market, &partner.slug, shared::offer::OfferState::Published).await;
    for _ in 0..2 {
        let claim = market.educator().await.claimed(plain.id).await;
        let confirmed = json!({"code": claim.code});
        partner.cashier.send("/redemptions/confirm", &confirmed).await.status(200);
    }
    let hooks: Value = partner.owner.get(&partner.path("/webhooks")).await.ok();
    let hook = hooks["items"][0]["id"].as_str().expect("an id");
    let deliveries = partner.path(&format!("/webhooks/{hook}/deliveries"));
    (partner.clone(), offer, partner.path(&format!("/imports/{}/errors", import.id)), deliveries)
}

async fn lists(market: &Market) -> Vec<List> {
    let (partner, offer, errors, deliveries) = partner_with_two_of_everything(market).await;
    let (admin, educator, owner) = (market.admin().await, market.educator().await, partner.owner.clone());
    for _ in 0..2 {
        educator.claimed(Offer::once().publish(market).await.id).await;
    }
    let me: shared::account::Me = owner.get("/me").await.ok();
    let (other, db) = (market.partner().await, market.place.db().await);
    let (id, user) = (db.id(other.id.0), db.id(me.id.0));
    db.run(&format!("INSERT INTO members (partner_id, user_id, role, created_at) VALUES ({id}, {user}, 'cashier', 0)"))
        .await;
    let list = |name, caller: &Caller, path: &str| List { name, caller: caller.clone(), path: path.to_owned() };
    vec![
        list("/api/v1/offers", &market.anon(), "/offers"),
        list("/api/v1/partners", &market.anon(), "/partners"),
        list("/api/v1/me/claims", &educator, "/me/claims"),
        list("/api/v1/me/partners", &owner, "/me/partners"),
        list("/api/v1/redemptions", &partner.program, "/redemptions"),
        list("/api/v1/partners/{slug}/offers", &owner, &partner.path("/offers")),
        list("/api/v1/partners/{slug}/offers/{id}/versions", &owner, &format!("{offer}/versions")),
        list("/api/v1/partners/{slug}/offers/{id}/codes", &owner, &format!("{offer}/codes")),
        list("/api/v1/partners/{slug}/imports", &owner, &partner.path("/imports")),
        list("/api/v1/partners/{slug}/imports/{id}/errors", &owner, &errors),
        list("/api/v1/partners/{slug}/members", &owner, &partner.path("/members")),
        list("/api/v1/partners/{slug}/members/invitations", &owner, &partner.path("/members/invitations")),
        list("/api/v1/partners/{slug}/api-keys", &owner, &partner.path("/api-keys")),
        list("/api/v1/partners/{slug}/webhooks", &owner, &partner.path("/webhooks")),
        list("/api/v1/partners/{slug}/webhooks/{id}/deliveries", &owner, &deliveries),
        list("/api/v1/admin/offers", &admin, "/admin/offers"),
        list("/api/v1/admin/partners", &admin, "/admin/partners"),
        list("/api/v1/admin/users", &admin, "/admin/users"),
        list("/api/v1/admin/audit", &admin, "/admin/audit"),
    ]
}

/// The lists of the OpenAPI document: what takes a cursor.
async fn documented(market: &Market) -> BTreeSet<String> {
    let document: Value = market.anon().at_root().get("/openapi.json").await.ok();
    let paths = document["paths"].as_object().expect("paths").clone();
    let takes_cursor = |item: &Value| {
        item["get"]["parameters"].as_array().is_some_and(|all| all.iter().any(|one| one["name"] == "cursor"))
    };
    paths.into_iter().filter(|(_, item)| takes_cursor(item)).map(|(path, _)| path).collect()
}

async fn every_list_links_to_its_next_page_and_takes_no_others_cursor(market: Market) {
    let lists = lists(&market).await;
    let named: BTreeSet<String> = lists.iter().map(|list| list.name.to_owned()).collect();
    assert_eq!(named, documented(&market).await, "every list is in the table");
    let (mut wrong, mut cursors) = (Vec::new(), Vec::new());
    for List { name, caller, path } in &lists {
        let answer = tests::eventually(name, || async {
            let answer = caller.get(&format!("{path}?limit=1")).await.status(200);
            answer.json::<Value>()["next_cursor"].is_string().then_some(answer)
        })
        .await;
        let cursor = answer.json::<Value>()["next_cursor"].as_str().expect("a second page").to_owned();
        let expected = format!("</api/v1{path}?limit=1&cursor={cursor}>; rel=\"next\"");
        if answer.header("link") != Some(expected.as_str()) {
            wrong.push(format!("{name} links to {:?}, not {expected}", answer.header("link")));
        }
        caller.get(&format!("{path}?limit=1&cursor={cursor}")).await.status(200);
        cursors.push(cursor);
    }
    for (at, List { name, caller, path }) in lists.iter().enumerate() {
        for (of, cursor) in cursors.iter().enumerate().filter(|(of, _)| *of != at) {
            let answer = caller.get(&format!("{path}?limit=1&cursor={cursor}")).await;
            if answer.status == 400 {
                answer.refused(Code::InvalidCursor);
            } else {
                wrong.push(format!("{name} takes a cursor of {}: {}", lists[of].name, answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

async fn a_link_keeps_every_parameter(market: Market) {
    let partner = market.partner().await;
    for _ in 0..3 {
        Offer::once().publish_at(&market, &partner.slug).await;
    }
    let everything = format!(
        "q=paket&kind=internet_package&audience=educator&partner={}&area=connectivity&region=baku&available=true\
         &sort=title&facets=true&limit=1",
        partner.slug
    );
    for (caller, path, query) in [
        (market.anon(), "/offers".to_owned(), everything),
        (
            partner.owner.clone(),
            partner.path("/offers"),
            "state=published&kind=internet_package&q=paket&waiting=false&sort=title&facets=true&limit=1".to_owned(),
        ),
    ] {
        let mut address = format!("/api/v1{path}?{query}");
        let mut pages = 1;
        loop {
            let answer = caller.clone().at_root().get(&address).await.status(200);
            assert!(answer.json::<Value>()["facets"].is_object(), "{address} counts on every page");
            let Some(link) = answer.header("link") else { break };
            link.trim_start_matches('<').trim_end_matches(">; rel=\"next\"").clone_into(&mut address);
            let kept = query.split('&').all(|parameter| address.contains(parameter));
            assert!(kept, "{address} keeps {query}");
            pages += 1;
        }
        assert_eq!(pages, 3, "{path}");
    }
}
