//! Every path on which a request changes data, each as one change that is ready to be sent.

mod accounts;
mod claims;
mod offers;
mod partners;
mod till;

use std::{future::Future, pin::Pin};

use tests::{client::Ask, db::Db};

use super::scene::Scene;

/// A change that is ready to be sent, any number of times until it goes well.
pub struct Change {
    pub ask: Ask,
    pub fact: Fact,
}

/// What the database says, and will say for ever, once a change was acknowledged.
#[derive(Clone, Debug)]
pub struct Fact {
    /// A query for a number, which is then 1.
    sql: String,
}

impl Fact {
    /// One row of a table.
    fn row(table: &str, condition: &str) -> Self {
        Self { sql: format!("SELECT count(*) FROM {table} WHERE {condition}") }
    }

    /// No row of a table.
    fn no_row(table: &str, condition: &str) -> Self {
        Self { sql: format!("SELECT count(*) = 0 FROM {table} WHERE {condition}") }
    }

    /// Whether it is so.
    pub async fn holds(&self, db: &Db) -> bool {
        db.number(&self.sql).await == 1
    }
}

type Making<'a> = Pin<Box<dyn Future<Output = Change> + Send + 'a>>;

/// A path by its name, and how to make ready a change on it.
pub struct Path {
    pub name: &'static str,
    pub make: for<'a> fn(&'a Scene) -> Making<'a>,
}

macro_rules! paths {
    ($($module:ident::{$($name:ident),+ $(,)?})+) => {
        /// All of them.
        pub const PATHS: &[Path] = &[$($(
            Path { name: concat!(stringify!($module), "::", stringify!($name)), make: |scene| Box::pin($module::$name(scene)) },
        )+)+];
    };
}

paths! {
    claims::{claim, claim_with_a_key, claim_a_code_of_the_pool, cancel}
    offers::{
        create, create_with_a_key, edit, upsert, submit, approve, reject, pause, resume, end, delete, act_on_many,
        approve_many, fill_the_pool, upload,
    }
    till::{hold, confirm, confirm_what_is_held, undo, release}
    accounts::{
        register, verify, forget_the_password, reset_the_password, sign_in, renew, sign_out, change_the_name, leave, confirm_a_role,
    }
    partners::{
        apply, change_the_profile, invite, change_a_member, make_a_key, revoke_a_key, listen, change_a_webhook,
        renew_a_secret, send_a_test, stop_listening, suspend,
    }
    // The last one: the upload must still be under way.
    offers::{cancel_an_upload}
}
