//! A disk that fills up or breaks below SQLite, for a moment and for longer, on every path that writes: what was
//! acknowledged stays, whoever writes meanwhile is told to come back, reads go on, and so does everything afterwards.

mod changes;
mod claims;
mod crash;
mod full;
mod jobs;
mod lasting;
mod moment;
mod scene;

use std::fmt::Write;

use tests::db::Db;

use changes::Fact;

/// What was acknowledged, by name.
#[derive(Default)]
struct Journal(Vec<(String, Fact)>);

impl Journal {
    fn add(&mut self, what: String, fact: Fact) {
        self.0.push((what, fact));
    }

    /// Names of what was acknowledged and is not there.
    async fn lost(&self, db: &Db) -> Vec<&str> {
        let mut lost = Vec::new();
        for (what, fact) in &self.0 {
            if !fact.holds(db).await {
                lost.push(what.as_str());
            }
        }
        lost
    }

    /// Everything that was acknowledged is there, and the ledger is whole.
    async fn check(&self, db: &Db) {
        let lost = self.lost(db).await;
        println!("{} changes acknowledged, {} lost", self.0.len(), lost.len());
        assert!(lost.is_empty(), "acknowledged and lost: {lost:#?}");
        db.check_ledger().await;
    }
}

/// What went wrong, all of it: one fault of the program shows on many paths.
#[derive(Default)]
struct Wrongs(Vec<String>);

impl Wrongs {
    fn add(&mut self, what: String) {
        self.0.push(what);
    }

    fn check(&self) {
        let list = self.0.iter().fold(String::new(), |mut list, wrong| {
            let _ = writeln!(list, "- {wrong}");
            list
        });
        assert!(self.0.is_empty(), "{} answers are wrong:\n{list}", self.0.len());
    }
}
