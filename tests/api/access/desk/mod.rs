//! The operations at a partner's desk: members by their roles, programs by their keys, and those of another partner.

mod imports;
mod keys;
mod offers;
mod people;
mod redemptions;
mod webhooks;

use tests::{Caller, Market, Partner, on_both};

use super::{ask, judge, operations as all_operations};

on_both!(every_operation_at_a_desk_keeps_to_its_row);

/// The columns: not signed in, a learner, ministry staff, the partner's cashier, editor, owner, its program with a live
/// key of all scopes, and the owner and the program of another partner.
pub type Columns = [u16; 9];

/// An operation, what stands for `{id}`, its body, and who gets which status.
pub type Row = (&'static str, &'static str, &'static str, Columns);

/// Makes what stands for `{id}`, by the name that the row has for it.
pub async fn id_for(market: &Market, partner: &Partner, what: &str) -> String {
    match what {
        "" => String::new(),
        "key" => keys::key(market, partner).await,
        "import" => imports::over(market, partner).await,
        "member" => people::member(market, partner).await,
        "invitation" => people::invitation(partner).await,
        "webhook" => webhooks::webhook(partner).await,
        "delivery" => webhooks::delivery(partner).await,
        state => offers::in_state(market, partner, state).await,
    }
}

/// All rows, table by table.
const TABLES: &[&[Row]] =
    &[imports::TABLE, offers::TABLE, people::TABLE, keys::TABLE, redemptions::TABLE, webhooks::TABLE];

/// The ministry, editors and owners, and programs.
pub const fn editors(done: u16) -> Columns {
    [401, 403, done, 403, done, done, done, 403, 403]
}

/// The ministry and owners.
pub const fn owners(done: u16) -> Columns {
    [401, 403, done, 403, 403, done, 403, 403, 403]
}

/// The operations that have a row here.
pub fn operations() -> impl Iterator<Item = &'static str> {
    TABLES.iter().flat_map(|table| table.iter().map(|row| row.0))
}

async fn every_operation_at_a_desk_keeps_to_its_row(market: Market) {
    let documented = all_operations(&market).await;
    let (partner, other) = (market.partner().await, market.partner().await);
    let callers: [(&str, Caller); 9] = [
        ("nobody", market.anon()),
        ("a learner", market.learner().await),
        ("the ministry", market.admin().await),
        ("the cashier", partner.cashier.clone()),
        ("the editor", partner.editor.clone()),
        ("the owner", partner.owner.clone()),
        ("the program", partner.program.clone()),
        ("another's owner", other.owner.clone()),
        ("another's program", other.program.clone()),
    ];
    let mut wrong = Vec::new();
    for (name, what, body, columns) in TABLES.iter().copied().flatten() {
        for ((who, caller), expected) in callers.iter().zip(columns) {
            let id = id_for(&market, &partner, what).await;
            let status = ask(caller, name, &partner.slug, &id, body).await;
            wrong.extend(judge(&documented, name, who, status, *expected));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
