//! What the ministry is told by mail: that partners applied, and that offers wait in its review. Not one mail for each of
//! them: an upload can hand in 100,000 offers.

mod letter;
mod store;

use chrono::{DateTime, TimeDelta, Utc};

use self::letter::Letter;
use crate::{
    accounts::Accounts,
    error::Result,
    jobs, offers, partners,
    store::{
        Store,
        clock::{from_ms, to_ms},
    },
};

/// What is younger than this is told of next time: its transaction may have begun before it and end after.
const SETTLED: TimeDelta = TimeDelta::seconds(20);
/// The mail is worth sending for so long.
const GOOD_FOR: TimeDelta = TimeDelta::days(1);

/// What waits for the ministry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Companies that want to be partners.
    Applications,
    /// Offers, and edits of offers, in review.
    Offers,
}

impl Subject {
    /// All of them.
    const ALL: [Self; 2] = [Self::Applications, Self::Offers];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Applications => "applications",
            Self::Offers => "offers",
        }
    }

    /// The shortest time between two mails.
    const fn pause(self) -> TimeDelta {
        match self {
            Self::Applications => TimeDelta::minutes(15),
            Self::Offers => TimeDelta::hours(1),
        }
    }

    /// How many came to wait after one instant and up to another, and still do.
    async fn waiting(self, db: &Store, after: i64, up_to: i64) -> Result<i64> {
        Ok(match self {
            Self::Applications => partners::waiting(db.fresh(), after, up_to).await?,
            Self::Offers => offers::waiting(db.fresh(), after, up_to).await?,
        })
    }
}

/// Tells the staff what came to wait for them since they were told last. Of several processes one does it.
pub async fn tell(db: &Store, accounts: &Accounts, now: DateTime<Utc>) -> Result<()> {
    for subject in Subject::ALL {
        if let Err(error) = tell_of(db, accounts, subject, now).await {
            // The other one goes on.
            jobs::warn(subject.as_str(), &error);
        }
    }
    Ok(())
}

async fn tell_of(db: &Store, accounts: &Accounts, subject: Subject, now: DateTime<Utc>) -> Result<()> {
    let up_to = to_ms(now - SETTLED);
    let Some(told) = store::told(db.fresh(), subject).await? else { return Ok(()) };
    if from_ms(told.at) + subject.pause() > now {
        return Ok(());
    }
    let count = subject.waiting(db, told.up_to, up_to).await?;
    // Without news, the place from which to look is still brought up, so that little is read each time.
    let is_far = from_ms(told.up_to) + subject.pause() < now;
    if count == 0 && !is_far {
        return Ok(());
    }
    let at = if count == 0 { told.at } else { to_ms(now) };
    db.transaction(async |tx| {
        if store::note(tx, subject, &told, up_to, at).await? && count > 0 {
            accounts.post_to_staff(tx, &Letter { subject, count }, GOOD_FOR, now).await?;
        }
        Ok(())
    })
    .await
}
