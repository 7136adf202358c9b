//! Who may do what: a row for every operation of the OpenAPI document, a column for every kind of caller. A new
//! operation without a row fails the test. Operations at a partner's desk have their rows in `desk`.

mod desk;

use reqwest::Method;
use serde_json::Value;
use shared::{
    account::Role,
    offer::{Audience, OfferState},
    partner::PartnerState,
};
use tests::{Caller, Market, Offer, on_both};

on_both!(every_operation_has_a_row_and_keeps_to_it);

/// The columns: not signed in, a learner, an educator whom nobody has confirmed, an educator, the head of an
/// institution, ministry staff. Claims in the table are the educator's; the others are strangers to them.
type Columns = [u16; 6];

/// What stands for `{id}` in the address.
#[derive(Clone, Copy)]
enum Id {
    None,
    /// An offer for educators, in this state.
    Offer(OfferState),
    /// An active claim of the educator.
    Claim,
    /// Somebody else's account.
    User,
    /// A partner in this state.
    Partner(PartnerState),
}

const ALL: Columns = [200; 6];
/// Everyone is heard: what they sent is wrong, but nobody is sent away.
const HEARD: Columns = [422; 6];
const SIGNED_IN: Columns = [401, 200, 200, 200, 200, 200];
const MINISTRY: Columns = [401, 403, 403, 403, 403, 200];

use OfferState::{Announced, InReview, Published};
use PartnerState::{Active, Applied, Suspended};

#[rustfmt::skip] // A table.
const TABLE: &[(&str, Id, &str, Columns)] = &[
    ("GET /.well-known/jwks.json",                      Id::None,             "", ALL),
    ("GET /health/live",                                Id::None,             "", ALL),
    ("GET /health/ready",                               Id::None,             "", ALL),
    ("GET /metrics",                                    Id::None,             "", ALL),
    ("GET /openapi.json",                               Id::None,             "", ALL),

    ("POST /api/v1/auth/register",                      Id::None,             "{}", HEARD),
    ("POST /api/v1/auth/login",                         Id::None,             "{}", HEARD),
    ("POST /api/v1/auth/token",                         Id::None,             "{}", HEARD),
    ("POST /api/v1/auth/password/forgot",               Id::None,             "{}", HEARD),
    ("POST /api/v1/auth/password/reset",                Id::None,             "{}", HEARD),
    ("POST /api/v1/auth/email/verify",                  Id::None,             r#"{"token": "x"}"#, HEARD),
    ("POST /api/v1/auth/refresh",                       Id::None,             r#"{"refresh_token": "x"}"#, [401; 6]),
    ("POST /api/v1/auth/logout",                        Id::None,             r#"{"session_id": "0190163d-8694-739b-aea5-966c26f8ad91"}"#, [401, 404, 404, 404, 404, 404]),

    ("GET /api/v1/me",                                  Id::None,             "", SIGNED_IN),
    ("PATCH /api/v1/me",                                Id::None,             "{}", SIGNED_IN),
    ("DELETE /api/v1/me",                               Id::None,             r#"{"current_password": "not-this-one"}"#, [401, 422, 422, 422, 422, 422]),
    ("GET /api/v1/me/allowances",                       Id::None,             "", SIGNED_IN),
    ("GET /api/v1/me/claims",                           Id::None,             "", SIGNED_IN),
    ("GET /api/v1/me/export",                           Id::None,             "", SIGNED_IN),

    ("GET /api/v1/offers",                              Id::None,             "", ALL),
    ("GET /api/v1/offers/{id}",                         Id::Offer(Published), "", ALL),
    ("GET /api/v1/offers/{id}/eligibility",             Id::Offer(Published), "", ALL),
    ("POST /api/v1/offers/{id}/claims",                 Id::Offer(Published), "{}", [401, 403, 403, 201, 403, 403]),
    ("GET /api/v1/claims/{id}",                         Id::Claim,            "", [401, 404, 404, 200, 404, 404]),
    ("POST /api/v1/claims/{id}/cancel",                 Id::Claim,            "", [401, 404, 404, 200, 404, 404]),

    ("GET /api/v1/partners",                            Id::None,             "", ALL),
    ("GET /api/v1/partners/{slug}",                     Id::None,             "", ALL),
    ("POST /api/v1/partners",                           Id::None,             "{}", [401, 422, 422, 422, 422, 422]),
    ("GET /api/v1/me/partners",                         Id::None,             "", SIGNED_IN),
    ("GET /api/v1/invitations",                         Id::None,             "", [400; 6]),
    ("POST /api/v1/invitations/accept",                 Id::None,             r#"{"token": "x"}"#, [401, 422, 422, 422, 422, 422]),
    ("GET /api/v1/stats/summary",                       Id::None,             "", ALL),

    ("GET /api/v1/admin/audit",                         Id::None,             "", MINISTRY),
    ("GET /api/v1/admin/offers",                        Id::None,             "", MINISTRY),
    ("POST /api/v1/admin/offers/approve",               Id::Offer(InReview),  r#"{"ids": ["{id}"]}"#, MINISTRY),
    ("GET /api/v1/admin/offers/{id}",                   Id::Offer(InReview),  "", MINISTRY),
    ("POST /api/v1/admin/offers/{id}/approve",          Id::Offer(InReview),  "", MINISTRY),
    ("POST /api/v1/admin/offers/{id}/announce",         Id::Offer(InReview),  "", MINISTRY),
    ("POST /api/v1/admin/offers/{id}/open",             Id::Offer(Announced), "", MINISTRY),
    ("POST /api/v1/admin/offers/{id}/reject",           Id::Offer(InReview),  r#"{"reason": "Yox"}"#, MINISTRY),
    ("GET /api/v1/admin/partners",                      Id::None,             "", MINISTRY),
    ("GET /api/v1/admin/partners/{id}",                 Id::Partner(Applied), "", MINISTRY),
    ("POST /api/v1/admin/partners/{id}/approve",        Id::Partner(Applied), "", MINISTRY),
    ("POST /api/v1/admin/partners/{id}/refuse",         Id::Partner(Applied), r#"{"reason": "Yox"}"#, MINISTRY),
    ("POST /api/v1/admin/partners/{id}/suspend",        Id::Partner(Active),  r#"{"reason": "Yox"}"#, MINISTRY),
    ("POST /api/v1/admin/partners/{id}/reinstate",      Id::Partner(Suspended), "", MINISTRY),
    ("GET /api/v1/admin/users",                         Id::None,             "", MINISTRY),
    ("GET /api/v1/admin/users/{id}",                    Id::User,             "", MINISTRY),
    ("PATCH /api/v1/admin/users/{id}",                  Id::User,             r#"{"role_verified": true}"#, MINISTRY),
];

async fn every_operation_has_a_row_and_keeps_to_it(market: Market) {
    let operations = operations(&market).await;
    let rows: Vec<&str> = TABLE.iter().map(|row| row.0).chain(desk::operations()).collect();
    let without_row: Vec<_> = operations.iter().filter(|(name, _)| !rows.contains(&name.as_str())).collect();
    assert!(without_row.is_empty(), "give these a row in the table: {without_row:?}");
    let stale: Vec<_> = rows.iter().filter(|row| !operations.iter().any(|(name, _)| name == *row)).collect();
    assert!(stale.is_empty(), "these are no longer there: {stale:?}");

    let educator = market.educator().await;
    let callers = [
        ("nobody", market.anon()),
        ("a learner", market.learner().await),
        ("an unconfirmed educator", market.signed_up(Role::Educator).await.caller),
        ("an educator", educator.clone()),
        ("a head", market.head().await),
        ("the ministry", market.admin().await),
    ];
    let mut wrong = Vec::new();
    for (name, id, body, columns) in TABLE {
        for ((who, caller), expected) in callers.iter().zip(columns) {
            let id = id_for(&market, &educator, *id).await;
            let status = ask(caller, name, "azercell", &id, body).await;
            wrong.extend(judge(&operations, name, who, status, *expected));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What is wrong with a status: it is not the one of the table, or not one that the document names.
fn judge(operations: &Operations, name: &str, who: &str, status: u16, expected: u16) -> Vec<String> {
    let (_, documented) = operations.iter().find(|(n, _)| n == name).expect("checked for every row");
    let mut wrong = Vec::new();
    if status != expected {
        wrong.push(format!("{name} by {who}: {status}, not {expected}"));
    }
    if !documented.contains(&status.to_string()) {
        wrong.push(format!("{name} by {who}: {status} is not in the OpenAPI document"));
    }
    wrong
}

/// Operations as `METHOD /path`, with the statuses that the document names.
type Operations = Vec<(String, Vec<String>)>;

/// All operations of the server's document.
async fn operations(market: &Market) -> Operations {
    let document: Value = market.anon().at_root().get("/openapi.json").await.ok();
    let paths = document["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &Value)| {
        let item = item.as_object().expect("a path item").clone();
        let methods = item.into_iter().filter(|(method, _)| method.parse::<Method>().is_ok() && method != "parameters");
        let path = path.clone();
        methods.map(move |(method, operation)| {
            let responses = operation["responses"].as_object().expect("responses");
            (format!("{} {path}", method.to_uppercase()), responses.keys().cloned().collect())
        })
    };
    paths.iter().flat_map(of_path).collect()
}

async fn id_for(market: &Market, educator: &Caller, id: Id) -> String {
    match id {
        Id::None => String::new(),
        Id::Offer(state) => Offer::once().audience(&[Audience::Educator]).in_state(market, state).await.id.to_string(),
        Id::Claim => educator.claimed(Offer::once().publish(market).await.id).await.id.to_string(),
        Id::Partner(state) => market.bare_partner(state).await.to_string(),
        Id::User => {
            let them: shared::account::Me = market.learner().await.get("/me").await.ok();
            them.id.to_string()
        }
    }
}

/// Asks for an operation of a partner; the body is JSON where it says nothing else.
async fn ask(caller: &Caller, name: &str, slug: &str, id: &str, body: &str) -> u16 {
    let (method, path) = name.split_once(' ').expect("METHOD /path");
    let path = path.replace("{slug}", slug).replace("{id}", id);
    let mut ask = caller.clone().at_root().ask(&method.parse().expect("a method"), &path).header("if-match", "*");
    if !body.is_empty() {
        ask = ask.header("content-type", "application/json").body(body.replace("{id}", id));
    }
    ask.await.status
}
