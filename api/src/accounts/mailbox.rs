//! One mailbox, whatever tag its address carries: `ada+vm@example.az` is delivered to `ada@example.az` (RFC 5233). Dots are
//! left alone: most providers tell them apart.

use std::path::Path;

use anyhow::Context;
use aws_lc_rs::hmac;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, EntityTrait};

use crate::{
    private,
    store::{Sql, either, entities::users, statement},
};

/// The key's file, beside the keys that sign access tokens.
const FILE: &str = "mailboxes.key";
const KEY_BYTES: usize = 32;

/// Returns the address without the tag of its local part, in small letters.
pub fn fold(email: &str) -> String {
    let email = email.to_ascii_lowercase();
    match email.split_once('@').map(|(local, domain)| (local.split('+').next().unwrap_or_default(), domain)) {
        Some((local, domain)) if !local.is_empty() => format!("{local}@{domain}"),
        _ => email,
    }
}

/// The account of a mailbox, by the expression of the index `users_mailbox`.
const OF_MAILBOX: Sql = Sql {
    sqlite: "SELECT * FROM users WHERE CASE WHEN instr(email, '+') > 1 AND instr(email, '+') < instr(email, '@')
                 THEN substr(email, 1, instr(email, '+') - 1) || substr(email, instr(email, '@')) ELSE email END = $1
             LIMIT 1",
    postgres: r"SELECT * FROM users WHERE regexp_replace(email, '^([^+@]+)\+[^@]*@', '\1@') = $1 LIMIT 1",
};

/// Finds the account of a mailbox. Until the transaction ends nobody else signs up with the same one.
pub async fn find(tx: &impl ConnectionTrait, email: &str) -> Result<Option<users::Model>, DbErr> {
    let mailbox = fold(email);
    if tx.get_database_backend() == DbBackend::Postgres {
        let lock = "SELECT pg_advisory_xact_lock(hashtext('mailbox'), hashtext($1))";
        tx.execute_raw(statement(tx, lock, [mailbox.clone().into()])).await?;
    }
    users::Entity::find().from_raw_sql(either(tx, OF_MAILBOX, [mailbox.into()])).one(tx).await
}

/// Hashes mailboxes with a key that is not in the database, so that who reads that alone cannot try addresses.
#[derive(Debug)]
pub struct MailboxKey(hmac::Key);

impl MailboxKey {
    /// Reads the key of a folder, and makes it where there is none. Processes that serve together share the folder.
    ///
    /// # Errors
    /// Where the file cannot be read or written.
    pub fn open(dir: &Path) -> anyhow::Result<Self> {
        let file = dir.join(FILE);
        if !file.exists() {
            private::create_folder(dir).with_context(|| format!("cannot make the key folder {}", dir.display()))?;
            let key = rand::random::<[u8; KEY_BYTES]>();
            private::write_once(&file, &key).with_context(|| format!("cannot write {}", file.display()))?;
        }
        let key = std::fs::read(&file).with_context(|| format!("cannot read the key {}", file.display()))?;
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &key)))
    }

    /// Returns the hash of an address' mailbox.
    pub fn hash(&self, email: &str) -> Vec<u8> {
        hmac::sign(&self.0, fold(email).as_bytes()).as_ref().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_makes_no_other_mailbox() {
        for (email, mailbox) in [
            ("Ada+vm@Example.az", "ada@example.az"),
            ("ada+a+b@example.az", "ada@example.az"),
            ("a.da@example.az", "a.da@example.az"),
            ("+x@example.az", "+x@example.az"),
            ("ada@example.az", "ada@example.az"),
        ] {
            assert_eq!(fold(email), mailbox, "{email}");
        }
    }
}
