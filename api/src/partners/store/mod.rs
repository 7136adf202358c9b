//! The queries of partners.

mod keys;
mod people;

pub use keys::*;
pub use people::*;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{LikeExpr, OnConflict},
};
use shared::{PartnerId, UserId, partner::PartnerState};
use uuid::Uuid;

use crate::store::{
    entities::{partner_profiles, partners, users},
    statement,
};

/// A partner, which nobody else changes until the transaction ends (`FOR UPDATE`; SQLite has one writer anyway). Its
/// people are changed under this lock, too.
pub async fn lock(db: &impl ConnectionTrait, id: PartnerId) -> Result<Option<partners::Model>, DbErr> {
    let real = partners::Entity::find_by_id(id.0).filter(partners::Column::SandboxOf.is_null());
    real.lock_exclusive().one(db).await
}

/// A partner that is not a sandbox.
pub async fn find(db: &impl ConnectionTrait, id: PartnerId) -> Result<Option<partners::Model>, DbErr> {
    partners::Entity::find_by_id(id.0).filter(partners::Column::SandboxOf.is_null()).one(db).await
}

/// Adds a partner; false where its name in addresses is taken.
pub async fn add(db: &impl ConnectionTrait, partner: partners::Model) -> Result<bool, DbErr> {
    let taken = OnConflict::new().do_nothing().to_owned();
    let added =
        partners::Entity::insert(partner.into_active_model()).on_conflict(taken).exec_without_returning(db).await?;
    Ok(added == 1)
}

/// Writes all of a partner.
pub async fn write(db: &impl ConnectionTrait, partner: partners::Model) -> Result<(), DbErr> {
    partner.into_active_model().reset_all().update(db).await?;
    Ok(())
}

/// What only the partner's own people and the ministry see; of a partner without a row, an empty one.
pub async fn profile(db: &impl ConnectionTrait, partner: Uuid) -> Result<partner_profiles::Model, DbErr> {
    Ok(partner_profiles::Entity::find_by_id(partner).one(db).await?.unwrap_or_else(|| no_profile(partner)))
}

/// The profiles of several partners that have one.
pub async fn profiles(db: &impl ConnectionTrait, partners: &[Uuid]) -> Result<Vec<partner_profiles::Model>, DbErr> {
    let of = partner_profiles::Column::PartnerId.is_in(partners.iter().copied());
    partner_profiles::Entity::find().filter(of).all(db).await
}

/// The profile of a partner that has none.
pub fn no_profile(partner: Uuid) -> partner_profiles::Model {
    partner_profiles::Model {
        partner_id: partner,
        tax_id: None,
        contact_name: None,
        contact_email: None,
        contact_phone: None,
        message: None,
        reason: None,
        applied_by: None,
        applied_at: None,
        version: 1,
    }
}

/// Writes a profile, whether or not there is one. The partner is locked.
pub async fn write_profile(db: &impl ConnectionTrait, profile: partner_profiles::Model) -> Result<(), DbErr> {
    partner_profiles::Entity::delete_by_id(profile.partner_id).exec(db).await?;
    partner_profiles::Entity::insert(profile.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Applications of somebody that wait for an answer. Their account is locked, so that two at once count each other.
pub async fn open_applications(db: &impl ConnectionTrait, user: UserId) -> Result<u64, DbErr> {
    users::Entity::find_by_id(user.0).lock_exclusive().one(db).await?;
    let theirs = partner_profiles::Entity::find()
        .select_only()
        .column(partner_profiles::Column::PartnerId)
        .filter(partner_profiles::Column::AppliedBy.eq(user.0));
    let ids: Vec<Uuid> = theirs.into_tuple().all(db).await?;
    let open = partners::Column::Id.is_in(ids).and(partners::Column::State.eq(PartnerState::Applied.as_str()));
    partners::Entity::find().filter(open).count(db).await
}

/// Applications that wait for an answer, of those that were sent after one instant and up to another.
pub async fn waiting(db: &impl ConnectionTrait, after: i64, up_to: i64) -> Result<i64, DbErr> {
    let sql = "SELECT count(*) AS n FROM partner_profiles f JOIN partners p ON p.id = f.partner_id
               WHERE f.applied_at > $1 AND f.applied_at <= $2 AND p.state = 'applied'";
    let row = db.query_one_raw(statement(db, sql, [after.into(), up_to.into()])).await?;
    row.map_or(Ok(0), |row| row.try_get("", "n"))
}

/// Partners for the ministry before `before`, the newest first; no sandboxes.
pub async fn admin_page(
    db: &impl ConnectionTrait,
    state: Option<PartnerState>,
    words: Option<&str>,
    before: Option<Uuid>,
    limit: usize,
) -> Result<Vec<partners::Model>, DbErr> {
    let named = words.map(|words| {
        let slug = partners::Column::Slug.like(containing(&words.to_lowercase()));
        // The databases do not agree on capitals: both are asked for all the usual ways of writing.
        let names = [words.to_owned(), words.to_lowercase(), words.to_uppercase(), capitalised(words)];
        names
            .into_iter()
            .fold(Condition::any().add(slug), |any, name| any.add(partners::Column::Name.like(containing(&name))))
    });
    let mut wanted = Condition::all()
        .add(partners::Column::SandboxOf.is_null())
        .add_option(state.map(|state| partners::Column::State.eq(state.as_str())))
        .add_option(before.map(|id| partners::Column::Id.lt(id)));
    if let Some(named) = named {
        wanted = wanted.add(named);
    }
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    partners::Entity::find().filter(wanted).order_by_desc(partners::Column::Id).limit(limit).all(db).await
}

/// The pattern of texts that have this one in them, in which every sign stands for itself.
fn containing(text: &str) -> LikeExpr {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    LikeExpr::new(format!("%{escaped}%")).escape('\\')
}

fn capitalised(words: &str) -> String {
    let mut start = true;
    let mut capital = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            'i' if start => capital.push('İ'),
            c if start => capital.extend(c.to_uppercase()),
            c => capital.push(c),
        }
        start = c.is_whitespace();
    }
    capital
}
