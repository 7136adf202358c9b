//! The ministry's search for people.

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value};
use shared::{UserId, account::Role};

use crate::store::{Sql, either, entities::users};

/// Whom to find.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// How the address or the name begins.
    pub beginning: Option<String>,
    pub role: Option<Role>,
    /// Whether the role counts.
    pub verified: Option<bool>,
}

/// People before `before`, the newest first. A beginning is a range in the order of bytes, which the indexes of address
/// and name serve; the role's index serves the rest.
pub async fn admin_users(
    db: &impl ConnectionTrait,
    filter: &Filter,
    before: Option<UserId>,
    limit: usize,
) -> Result<Vec<users::Model>, DbErr> {
    let mut values: Vec<Value> = Vec::new();
    let mut bind = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    let mut conditions = Vec::new();
    if let Some(before) = before {
        conditions.push(format!("id < {}", bind(before.0.into())));
    }
    if let Some(role) = filter.role {
        conditions.push(format!("role = {}", bind(role.as_str().into())));
    }
    // Some roles need no confirmation, whatever the column says.
    match (filter.verified, filter.role.map(Role::needs_verification)) {
        (Some(verified), Some(true)) => conditions.push(format!("role_verified = {verified}")),
        (Some(true), None) => conditions.push("(role_verified = true OR role IN ('learner', 'admin'))".to_owned()),
        (Some(false), None) => {
            conditions.push("role_verified = false AND role IN ('educator', 'institution_head')".to_owned());
        }
        (Some(false), Some(false)) => return Ok(Vec::new()),
        (None, _) | (Some(true), Some(false)) => {}
    }
    if let Some(beginning) = &filter.beginning {
        let mut range = |column: &str, from: String| {
            let (from, to) = (bind(from.as_str().into()), bind(format!("{from}\u{10ffff}").into()));
            format!("({column}{{bytewise}} >= {from} AND {column}{{bytewise}} < {to})")
        };
        let mut ranges = vec![range("email", beginning.to_lowercase())];
        ranges.extend(name_beginnings(beginning).into_iter().map(|name| range("name", name)));
        conditions.push(format!("({})", ranges.join(" OR ")));
    }
    let wanted = if conditions.is_empty() { "TRUE".to_owned() } else { conditions.join(" AND ") };
    let limit = bind(i64::try_from(limit).unwrap_or(i64::MAX).into());
    let sql = format!("SELECT * FROM users WHERE {wanted} ORDER BY id DESC LIMIT {limit}");
    let (sqlite, postgres) = (sql.replace("{bytewise}", ""), sql.replace("{bytewise}", " COLLATE \"C\""));
    let rows = db.query_all_raw(either(db, Sql { sqlite: &sqlite, postgres: &postgres }, values)).await?;
    rows.iter().map(|row| users::Model::from_query_result(row, "")).collect()
}

/// How a name may be written that was typed in small letters: as typed, and with capitals, where `i` has two.
fn name_beginnings(typed: &str) -> Vec<String> {
    let capitals = |dotted: bool| {
        let mut start = true;
        let mut name = String::with_capacity(typed.len());
        for c in typed.chars() {
            match c {
                'i' if start && dotted => name.push('İ'),
                c if start => name.extend(c.to_uppercase()),
                c => name.push(c),
            }
            start = c.is_whitespace() || c == '-';
        }
        name
    };
    let mut names = vec![typed.to_owned(), capitals(false), capitals(true)];
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_be_typed_in_small_letters() {
        assert_eq!(name_beginnings("ilqar m"), ["ilqar m", "Ilqar M", "İlqar M"]);
        assert_eq!(name_beginnings("Şəhla"), ["Şəhla"]);
        assert_eq!(name_beginnings("əli"), ["əli", "Əli"]);
    }
}
