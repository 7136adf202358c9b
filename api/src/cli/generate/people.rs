//! Synthetic people. Who somebody is follows from their number alone, so that claims can name them without keeping
//! them: educators are spread evenly, and of the rest every 333rd is the head of an institution.

use chrono::TimeDelta;
use sea_orm::ActiveValue::Set;
use shared::{account::Role, offer::Audience};
use uuid::Uuid;

use super::{
    Plan,
    draw::{Draw, For},
    names,
};
use crate::store::{
    clock::{day_number, from_ms},
    entities::users,
};

/// What all generated people sign in with.
#[cfg(test)]
const PASSWORD: &str = "numune-parol-2026";
/// Its hash, made once: a million of them would take hours.
const PASSWORD_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$A89Fx83ioHIRNzJ7tiV9gQ$Zphk1T5SCX+dPZJoG8vsYDjEsndyEIU6rUjVkU4mcL4";

/// One head of an institution among so many who are no educators.
const HEAD_EVERY: u64 = 333;
/// Since when people have signed up.
pub const SIGN_UP_DAYS: i64 = 420;
/// How far back people were here last.
const ACTIVE_DAYS: u64 = 60;

/// The people of a run, by number from 0, in the order in which they signed up.
#[derive(Clone, Copy, Debug)]
pub struct People {
    seed: u64,
    users: u64,
    educators: u64,
    from_ms: i64,
    until_ms: i64,
}

impl People {
    /// Those that the plan asks for.
    pub fn of(plan: &Plan) -> Self {
        let from = plan.until - TimeDelta::days(SIGN_UP_DAYS);
        Self {
            seed: plan.seed,
            users: plan.users,
            educators: plan.educators,
            from_ms: from.timestamp_millis(),
            until_ms: plan.until.timestamp_millis(),
        }
    }

    /// Somebody's id.
    pub fn id(&self, index: u64) -> Uuid {
        Draw::new(self.seed, For::UserId, index).id(self.created_ms(index))
    }

    /// Sign-ups are spread evenly: an instant later for each number.
    fn created_ms(&self, index: u64) -> i64 {
        self.from_ms + share(index, self.span(), self.users)
    }

    fn span(&self) -> u64 {
        u64::try_from(self.until_ms - self.from_ms).unwrap_or_default()
    }

    /// How many people of an audience had signed up before `at_ms`.
    pub fn count(&self, audience: Audience, at_ms: i64) -> u64 {
        let since = u64::try_from(at_ms - self.from_ms).unwrap_or_default();
        let known = part(since.min(self.span()), self.users, self.span());
        let educators = part(known, self.educators, self.users);
        let rest = known - educators;
        let heads = rest.div_ceil(HEAD_EVERY);
        match audience {
            Audience::Educator => educators,
            Audience::Institution => heads,
            Audience::Learner => rest - heads,
        }
    }

    /// The number of the `nth` person of an audience, from 0, in the order of sign-up.
    pub fn nth(&self, audience: Audience, nth: u64) -> u64 {
        // Educators are the numbers at which `index × educators / users` steps up; the rest are those between.
        let rest = |n: u64| part(n, self.users, self.users - self.educators);
        match audience {
            Audience::Educator => ceil_part(nth + 1, self.users, self.educators).saturating_sub(1),
            Audience::Institution => rest(nth * HEAD_EVERY),
            Audience::Learner => rest(nth + nth / (HEAD_EVERY - 1) + 1),
        }
    }

    fn role(&self, index: u64) -> Role {
        let before = part(index, self.educators, self.users);
        if part(index + 1, self.educators, self.users) > before {
            Role::Educator
        } else if (index - before).is_multiple_of(HEAD_EVERY) {
            Role::InstitutionHead
        } else {
            Role::Learner
        }
    }

    /// Somebody's account.
    pub fn account(&self, plan: &Plan, index: u64) -> Account {
        let mut draw = Draw::new(self.seed, For::User, index);
        let created_ms = self.created_ms(index);
        let created_day = day_number(from_ms(created_ms));
        let role = self.role(index);
        // Most were here lately: three of four within the last 30 days.
        let first = draw.below(ACTIVE_DAYS);
        let days_ago = if draw.chance(50) { first / 2 } else { first };
        let last_active_day = created_day.max(plan.today - i32::try_from(days_ago).unwrap_or_default());
        let row = users::ActiveModel {
            id: Set(self.id(index)),
            email: Set(plan.email(index)),
            email_verified_at: Set(Some(created_ms + draw.between::<i64>(60_000, 3_600_000))),
            password_hash: Set(PASSWORD_HASH.to_owned()),
            name: Set(names::person(&mut draw)),
            role: Set(role.as_str().to_owned()),
            role_verified: Set(role.needs_verification()),
            lang: Set(draw.pick(&["az", "az", "az", "az", "az", "az", "az", "az", "ru", "en"]).to_string()),
            last_active_day: Set(Some(last_active_day)),
            created_at: Set(created_ms),
            updated_at: Set(created_ms),
        };
        Account { row, role, created_day, last_active_day }
    }
}

/// Somebody's row, and what the figures need of it.
#[derive(Debug)]
pub struct Account {
    pub row: users::ActiveModel,
    pub role: Role,
    pub created_day: i32,
    pub last_active_day: i32,
}

/// `value × of ÷ whole`, rounded down; 0 of nothing.
pub fn part(value: u64, of: u64, whole: u64) -> u64 {
    let whole = u128::from(whole).max(1);
    u64::try_from(u128::from(value) * u128::from(of) / whole).unwrap_or(u64::MAX)
}

fn ceil_part(value: u64, of: u64, whole: u64) -> u64 {
    let whole = u128::from(whole).max(1);
    u64::try_from((u128::from(value) * u128::from(of)).div_ceil(whole)).unwrap_or(u64::MAX)
}

/// The same as a difference of instants.
pub fn share(value: u64, of: u64, whole: u64) -> i64 {
    i64::try_from(part(value, of, whole)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::{
        Argon2,
        password_hash::{PasswordVerifier, phc::PasswordHash},
    };

    #[test]
    fn roles_are_as_many_as_asked_and_found_by_number() {
        let plan = Plan::sample(10_000, 869, 0, 0);
        let people = People::of(&plan);
        let now = plan.until.timestamp_millis();
        for (audience, count) in
            [(Audience::Educator, 869), (Audience::Institution, 28), (Audience::Learner, 10_000 - 869 - 28)]
        {
            let found: Vec<u64> = (0..10_000).filter(|i| people.role(*i) == audience.role()).collect();
            assert_eq!(found.len(), count);
            assert_eq!(people.count(audience, now), found.len() as u64);
            let named: Vec<u64> = (0..found.len() as u64).map(|nth| people.nth(audience, nth)).collect();
            assert_eq!(named, found, "{audience:?}");
            let half = people.created_ms(5000);
            assert_eq!(people.count(audience, half), found.iter().filter(|i| **i < 5000).count() as u64);
        }
    }

    #[test]
    fn people_without_educators_and_educators_alone() {
        for educators in [0, 500] {
            let plan = Plan::sample(500, educators, 0, 0);
            let people = People::of(&plan);
            let now = plan.until.timestamp_millis();
            let all: u64 = Audience::ALL.iter().map(|a| people.count(*a, now)).sum();
            assert_eq!(all, 500);
            assert_eq!(people.count(Audience::Educator, now), educators);
        }
    }

    #[test]
    fn the_password_is_the_one_that_is_told() {
        let hash = PasswordHash::new(PASSWORD_HASH).unwrap();
        assert!(Argon2::default().verify_password(PASSWORD.as_bytes(), &hash).is_ok());
    }
}
