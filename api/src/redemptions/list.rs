//! What tills did, over HTTP.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use shared::{
    FieldCode, OfferId, Page, PartnerId, Validate, Violations,
    redemption::{RedemptionState, RedemptionView},
};
use utoipa::IntoParams;
use uuid::Uuid;

use super::{
    store as queries,
    till::{Ledger, Seen},
};
use crate::{
    error::Result,
    http::{self, Allowed, Query, cursor, query::check_limit},
    refusals,
    store::{Store, clock::to_ms},
};

refusals! {
    /// No such partner, or a cursor of another list.
    ListRefusals: PartnerNotActive, NotFound, InvalidQuery, InvalidCursor;
}

/// Tells this list's cursors from others.
const LIST: &str = "redemptions";

/// Which redemptions.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RedemptionsQuery {
    /// The partner's name in addresses; only needed by people who work for several. The ministry sees those of all
    /// partners without it.
    #[param(min_length = 1, max_length = 64)]
    pub partner: Option<String>,
    /// Only of this offer.
    pub offer: Option<OfferId>,
    /// Only in this state.
    pub state: Option<RedemptionState>,
    /// Held, or confirmed without a hold, at this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Before this time.
    pub to: Option<DateTime<Utc>>,
    /// Redemptions on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: Option<u16>,
    /// As the page before gave it.
    #[param(pattern = "^[A-Za-z0-9_-]*$", max_length = 1024)]
    pub cursor: Option<String>,
}

impl Validate for RedemptionsQuery {
    fn check(&self, violations: &mut Violations) {
        check_limit(self.limit, violations);
        if let Some(partner) = &self.partner {
            violations.typed("?partner", partner, 1, 64);
        }
        violations.time("?from", self.from);
        violations.time("?to", self.to);
        if let (Some(from), Some(to)) = (self.from, self.to) {
            violations.require(from < to, "?to", FieldCode::NotAfter);
        }
    }
}

/// Which redemptions the database is asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// None: of all partners but sandboxes.
    pub partner: Option<PartnerId>,
    pub offer: Option<OfferId>,
    pub state: Option<RedemptionState>,
    pub from: Option<i64>,
    pub to: Option<i64>,
    /// The time and id of the last one of the page before.
    pub before: Option<(i64, Uuid)>,
}

/// Lists the redemptions of a partner, the newest first.
#[utoipa::path(tag = "till", params(RedemptionsQuery), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = Page<RedemptionView>, headers(("ETag" = String))), ListRefusals))]
#[get("/redemptions")]
pub async fn list(
    request: HttpRequest,
    Allowed(ledger, Query(query)): Allowed<Ledger, Query<RedemptionsQuery>>,
    store: web::Data<Store>,
) -> Result<HttpResponse> {
    let filter = Filter {
        partner: match ledger.seen(&store, query.partner.as_deref()).await? {
            Seen::All => None,
            Seen::Of(partner) => Some(partner),
        },
        offer: query.offer,
        state: query.state,
        from: query.from.map(to_ms),
        to: query.to.map(to_ms),
        before: cursor::decode(LIST, query.cursor.as_deref())?,
    };
    let limit = usize::from(query.limit.unwrap_or(shared::list::LIMIT_DEFAULT));
    let mut rows = queries::page(store.fresh(), &filter, limit + 1).await?;
    let next_cursor = cursor::cut(LIST, &mut rows, limit, |last| (last.redemption.created_at, last.redemption.id));
    let (undo, now) = ledger.times();
    let items = rows.iter().map(|row| row.view(undo, now)).collect::<Result<Vec<_>>>()?;
    http::list::private(&request, &Page { items, next_cursor })
}
