//! `token`: access tokens of many users at once, for load tests. It works only where the signing key is at hand.

use std::{io::Write, num::NonZero, path::PathBuf, thread};

use anyhow::Context;
use clap::Args;
use shared::{SessionId, UserId, account::Role};
use uuid::Uuid;

use crate::{
    accounts::{operator, token::Keys},
    config::DataConfig,
    private,
    store::{Store, clock::Clock, starting::IfMissing},
};

#[derive(Args, Clone, Debug)]
pub struct Token {
    #[command(flatten)]
    data: DataConfig,
    /// `learner`, `educator`, `institution_head` or `admin`; of the former only those whose status is confirmed.
    #[arg(long, value_parser = role)]
    role: Role,
    /// How many users.
    #[arg(long)]
    count: usize,
    /// The file, one token a line.
    #[arg(long)]
    out: PathBuf,
    /// Seconds that the tokens are good for.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(i64).range(1..=86_400))]
    seconds: i64,
}

fn role(name: &str) -> Result<Role, String> {
    Role::from_name(name).ok_or_else(|| "learner, educator, institution_head or admin".to_owned())
}

impl Token {
    /// Writes the file. The tokens belong to sessions of which there are no rows: only ended ones are looked up.
    pub async fn run(self) -> anyhow::Result<()> {
        let store = Store::open(&self.data).await?;
        let users = operator::claimants(&store, self.role, self.count).await;
        let signing = IfMissing::by_rows_of(store.fresh(), "sessions").await;
        store.close().await;
        let (users, keys) = (users?, Keys::open(&self.data.keys_dir(), signing?)?);
        anyhow::ensure!(
            users.len() == self.count,
            "there are only {} users of the role {} whose address and status are confirmed",
            users.len(),
            self.role.as_str()
        );
        let lines = sign(&keys, &users, self.seconds)?;
        let file = private::create(&self.out);
        let mut file = file.with_context(|| format!("cannot write {}", self.out.display()))?;
        for part in lines {
            file.write_all(part.as_bytes())?;
        }
        println!("{} tokens in {}", users.len(), self.out.display());
        Ok(())
    }
}

/// Signs on all cores; each signature is independent of the others.
fn sign(keys: &Keys, users: &[UserId], seconds: i64) -> anyhow::Result<Vec<String>> {
    let now = Clock::default().now();
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let part = users.len().div_ceil(cores).max(1);
    thread::scope(|scope| {
        let signing: Vec<_> = users
            .chunks(part)
            .map(|users| {
                scope.spawn(move || {
                    let mut lines = String::new();
                    for user in users {
                        lines.push_str(&keys.sign_for(*user, SessionId(Uuid::now_v7()), now, seconds)?);
                        lines.push('\n');
                    }
                    anyhow::Ok(lines)
                })
            })
            .collect();
        signing.into_iter().map(|part| part.join().map_err(|_| anyhow::anyhow!("signing failed"))?).collect()
    })
}
