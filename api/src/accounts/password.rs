//! Passwords, in NFC (RFC 8265 §4.2.2), as argon2id hashes (OWASP Password Storage Cheat Sheet: m=19456, t=2, p=1), in PHC strings.

use std::{sync::Arc, time::Duration};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{self, PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use shared::{Code, characters::composed};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// How long somebody waits for their turn before they hear that the server is busy.
const WAIT: Duration = Duration::from_secs(5);

/// Stands for accounts that are not there: as much work as any other, and no password belongs to it.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$dmlydHVhbC1tYXJrZXQtMQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes and checks passwords, at most one for each core at once: each takes 19 MiB and a core for its time, so more
/// at once would only make all of them, and everything else, slower.
#[derive(Clone, Debug)]
pub struct Hasher {
    turns: Arc<Semaphore>,
}

impl Default for Hasher {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { turns: Arc::new(Semaphore::new(cores)) }
    }
}

impl Hasher {
    /// The hash of a password.
    pub async fn hash(&self, password: &str) -> Result<String> {
        let password = composed(password.to_owned());
        self.in_turn(move || hash_now(&password)).await?.map_err(failed)
    }

    /// Whether the password belongs to the hash. Without a hash it takes the same time, and the answer is no.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool> {
        let known = hash.is_some();
        let (password, hash) = (composed(password.to_owned()), hash.unwrap_or(NOBODY).to_owned());
        let fits = self.in_turn(move || verify_now(&password, &hash)).await?.map_err(failed)?;
        Ok(known && fits)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let turn = tokio::time::timeout(WAIT, self.turns.clone().acquire_owned());
        let turn = turn.await.map_err(|_| Error::new(Code::Overloaded))?.map_err(Error::internal)?;
        // The turn goes along, so that a caller who hangs up does not let another one in before the work is done.
        let working = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        working.await.map_err(Error::internal)
    }
}

fn argon2() -> Argon2<'static> {
    // These are the crate's defaults, too; they stand here so that another version of it cannot change them.
    let params = Params::new(19_456, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash_now(password: &str) -> password_hash::Result<String> {
    argon2().hash_password(password.as_bytes()).map(|hash: PasswordHash| hash.to_string())
}

fn verify_now(password: &str, hash: &str) -> password_hash::Result<bool> {
    let hash = PasswordHash::new(hash).map_err(|_| password_hash::Error::EncodingInvalid)?;
    match argon2().verify_password(password.as_bytes(), &hash) {
        Ok(()) => Ok(true),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(error),
    }
}

fn failed(error: password_hash::Error) -> Error {
    Error::internal(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_belongs_to_its_own_hash_alone() {
        let hash = hash_now("Bakı-küləyi-1918").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify_now("Bakı-küləyi-1918", &hash).unwrap());
        assert!(!verify_now("Bakı-küləyi-1919", &hash).unwrap());
        assert!(!verify_now("Bakı-küləyi-1918", NOBODY).unwrap());
    }
}
