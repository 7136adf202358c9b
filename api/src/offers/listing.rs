//! The lists of those who manage offers: filters, orders, cursors, counts by state.
//!
//! Each order has its index beginning with the partner (`m0006_codes`), so that a page of a partner with 100,000 offers
//! is a short walk along it: `updated_at`, `ends_at` and `search` (which begins with the folded title). `-claimed` joins
//! the counts and sorts; a search walks the partner's part of `offers_partner_search`. The ministry's list of all
//! partners is meant for what waits, which has an index of its own.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, QueryResult, Value};
use serde::{Deserialize, Serialize};
use shared::{
    Code, PartnerId, Validate, Violations, fold,
    list::LIMIT_DEFAULT,
    month::Month,
    offer::{FacetCount, Kind, ManageSort, ManagedFacets, OfferState},
};
use utoipa::IntoParams;

use crate::{
    error::{Error, Result},
    http::{cursor, query::check_limit},
    store::{entities::offers, statement},
};

/// The longest search.
const Q_MAX: usize = 100;
/// Words of a search; more narrow nothing further.
const WORDS: usize = 8;

/// The query of the lists of offers for those who manage them.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ManageQuery {
    /// Only in these states: names with commas between.
    #[param(
        pattern = "^(draft|in_review|rejected|scheduled|announced|published|paused|ended)(,(draft|in_review|rejected|scheduled|announced|published|paused|ended))*$",
        max_length = 200,
        example = "published,paused"
    )]
    pub state: Option<String>,
    /// Only of this kind.
    pub kind: Option<Kind>,
    /// Words that titles (in any language) or the partner's own name for it must have; beginnings of words are enough.
    #[param(max_length = 100)]
    pub q: Option<String>,
    /// Only what waits for the ministry: in review, or with an edit that waits there (false: only what does not).
    pub waiting: Option<bool>,
    /// The order; `-updated_at` when left out.
    #[param(inline, value_type = ManageSort, required = false)]
    pub sort: Option<ManageSort>,
    /// Whether to count the offers in each state.
    #[param(default = false)]
    pub facets: Option<bool>,
    /// Offers on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: Option<u16>,
    /// As the page before gave it.
    #[param(pattern = "^[A-Za-z0-9_-]*$", max_length = 1024)]
    pub cursor: Option<String>,
}

impl Validate for ManageQuery {
    fn check(&self, violations: &mut Violations) {
        check_limit(self.limit, violations);
        if let Some(q) = &self.q {
            violations.typed("?q", q, 0, Q_MAX);
        }
        let known = self.states().is_some();
        violations.require(known, "?state", shared::FieldCode::UnknownValue);
    }
}

impl ManageQuery {
    /// The page size.
    pub fn limit(&self) -> usize {
        usize::from(self.limit.unwrap_or(LIMIT_DEFAULT))
    }

    /// The states, none for any; nothing where a name is unknown.
    fn states(&self) -> Option<Vec<OfferState>> {
        self.state
            .as_deref()
            .map_or_else(|| Some(Vec::new()), |names| names.split(',').map(OfferState::from_name).collect())
    }
}

/// Tells the cursors of a partner's list, and of the ministry's, from others.
const fn list(owner: Option<PartnerId>) -> &'static str {
    if owner.is_some() { "partner_offers" } else { "admin_offers" }
}

/// The place of the last offer of a page: the order, its key there, its id.
#[derive(Debug, Serialize, Deserialize)]
struct Position(String, Key, uuid::Uuid);

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Key {
    Number(i64),
    Text(String),
}

impl From<Key> for Value {
    fn from(key: Key) -> Self {
        match key {
            Key::Number(number) => number.into(),
            Key::Text(text) => text.into(),
        }
    }
}

/// Text and parameters of a query that is put together.
struct Built {
    wheres: Vec<String>,
    values: Vec<Value>,
}

impl Built {
    /// Adds a parameter; answers its name.
    fn value(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// The conditions that count for the page and for the counts by state alike.
    fn common(owner: Option<PartnerId>, query: &ManageQuery) -> Self {
        let mut built = Self { wheres: Vec::new(), values: Vec::new() };
        let owned = if let Some(partner) = owner {
            format!("o.partner_id = {}", built.value(partner.0))
        } else {
            "o.partner_id NOT IN (SELECT id FROM partners WHERE sandbox_of IS NOT NULL)".to_owned()
        };
        built.wheres.push(owned);
        if let Some(kind) = query.kind {
            let kind = built.value(kind.as_str());
            built.wheres.push(format!("o.draft ->> 'kind' = {kind}"));
        }
        if let Some(words) = query.q.as_deref().and_then(fold::search) {
            // Signs alone are in no title.
            built.wheres.extend(words.is_empty().then(|| "FALSE".to_owned()));
            // Folded words are letters and digits alone: nothing in them means something to LIKE.
            for word in words.into_iter().take(WORDS) {
                let pattern = built.value(format!("% {word}%"));
                built.wheres.push(format!("o.search LIKE {pattern}"));
            }
        }
        built
    }

    fn condition(&self) -> String {
        self.wheres.join(" AND ")
    }
}

/// How an order is written: its key, and whether it falls.
fn order(sort: ManageSort, backend: DbBackend, month: &str) -> (String, bool) {
    match sort {
        ManageSort::Newest => ("o.updated_at".to_owned(), true),
        ManageSort::Oldest => ("o.updated_at".to_owned(), false),
        ManageSort::Title if backend == DbBackend::Postgres => ("o.search COLLATE \"C\"".to_owned(), false),
        ManageSort::Title => ("o.search".to_owned(), false),
        ManageSort::EndsSoon => ("coalesce(o.ends_at, 9007199254740991)".to_owned(), false),
        // An offer is claimed in one sort of period alone, so there is one row at most.
        ManageSort::MostClaimed => (
            format!(
                "coalesce((SELECT CAST(max(q.claimed) AS BIGINT) FROM quotas q WHERE q.offer_id = o.id AND q.period IN (0, {month})), 0)"
            ),
            true,
        ),
    }
}

/// A page of offers, of one partner or of all but sandboxes, with the cursor of the next.
pub async fn page(
    db: &impl ConnectionTrait,
    owner: Option<PartnerId>,
    query: &ManageQuery,
    now: DateTime<Utc>,
) -> Result<(Vec<offers::Model>, Option<String>)> {
    let mut built = Built::common(owner, query);
    let states = query.states().unwrap_or_default();
    if !states.is_empty() {
        let names: Vec<String> = states.into_iter().map(|state| format!("'{}'", state.as_str())).collect();
        built.wheres.push(format!("o.state IN ({})", names.join(", ")));
    }
    built.wheres.extend(query.waiting.map(|waits| if waits { WAITS.to_owned() } else { format!("NOT {WAITS}") }));
    let sort = query.sort.unwrap_or_default();
    // Only where it is used: PostgreSQL takes no parameter whose type it cannot tell.
    let month = if sort == ManageSort::MostClaimed { built.value(Month::of(now).number()) } else { String::new() };
    let (key, falls) = order(sort, db.get_database_backend(), &month);
    if let Some(Position(_, from, id)) = position(list(owner), query, sort)? {
        let sign = if falls { '<' } else { '>' };
        let (from, id) = (built.value(from), built.value(id));
        built.wheres.push(format!("({key}, o.id) {sign} ({from}, {id})"));
    }
    let direction = if falls { "DESC" } else { "ASC" };
    let limit = query.limit();
    let most = built.value(i64::try_from(limit + 1).unwrap_or(i64::MAX));
    let sql = format!(
        "SELECT o.*, {key} AS sort_key FROM offers o WHERE {} ORDER BY {key} {direction}, o.id {direction} LIMIT {most}",
        built.condition()
    );
    let mut rows = db.query_all_raw(statement(db, &sql, built.values)).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more).map(|row| place(row, sort)).transpose()?;
    let next = last.map(|place| cursor::encode(list(owner), &place));
    let offers = rows.iter().map(|row| offers::Model::from_query_result(row, "")).collect::<Result<_, DbErr>>()?;
    Ok((offers, next))
}

/// What waits for the ministry.
const WAITS: &str = "(o.state = 'in_review' OR o.pending_at IS NOT NULL)";

fn position(list: &str, query: &ManageQuery, sort: ManageSort) -> Result<Option<Position>> {
    let Some(position) = cursor::decode::<Position>(list, query.cursor.as_deref())? else { return Ok(None) };
    let fits = position.0 == sort.as_str() && matches!(position.1, Key::Text(_)) == (sort == ManageSort::Title);
    if fits { Ok(Some(position)) } else { Err(Error::new(Code::InvalidCursor)) }
}

fn place(row: &QueryResult, sort: ManageSort) -> Result<Position, DbErr> {
    let key = match sort {
        ManageSort::Title => Key::Text(row.try_get::<Option<String>>("", "sort_key")?.unwrap_or_default()),
        _ => Key::Number(row.try_get("", "sort_key")?),
    };
    Ok(Position(sort.as_str().to_owned(), key, row.try_get("", "id")?))
}

/// How many offers there are in each state, whatever the filter of states.
pub async fn facets(
    db: &impl ConnectionTrait,
    owner: Option<PartnerId>,
    query: &ManageQuery,
) -> Result<ManagedFacets, DbErr> {
    let built = Built::common(owner, query);
    let sql = format!(
        "SELECT o.state, count(*) AS offers, count(CASE WHEN {WAITS} THEN 1 END) AS waiting FROM offers o
         WHERE {} GROUP BY o.state",
        built.condition()
    );
    let mut facets = ManagedFacets::default();
    let mut counts = std::collections::HashMap::new();
    for row in db.query_all_raw(statement(db, &sql, built.values)).await? {
        let count = |name| row.try_get::<i64>("", name).map(|n| u32::try_from(n).unwrap_or(u32::MAX));
        facets.waiting += count("waiting")?;
        facets.total += count("offers")?;
        counts.insert(row.try_get::<String>("", "state")?, count("offers")?);
    }
    facets.state = OfferState::ALL
        .into_iter()
        .map(|state| FacetCount {
            value: state.as_str().to_owned(),
            count: counts.get(state.as_str()).copied().unwrap_or_default(),
        })
        .collect();
    Ok(facets)
}
