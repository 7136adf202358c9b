//! The queries of partners' people and of those who are invited.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, FromQueryResult, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict,
};
use shared::{InvitationId, PartnerId, UserId, partner::MemberRole};
use uuid::Uuid;

use crate::store::{
    Sql, either,
    entities::{invitations, members, partners},
    json, statement,
};

/// Somebody who works for a partner, with what of their account concerns it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Member {
    pub partner_id: Uuid,
    pub user_id: Uuid,
    pub role: String,
    pub created_at: i64,
    pub name: String,
    pub email: String,
    pub lang: String,
}

const MEMBER: &str = "m.partner_id, m.user_id, m.role, m.created_at, u.name, u.email, u.lang";

/// The people of a partner after an account's id.
pub async fn members(
    db: &impl ConnectionTrait,
    partner: PartnerId,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Member>, DbErr> {
    let sql = format!(
        "SELECT {MEMBER} FROM members m JOIN users u ON u.id = m.user_id
         WHERE m.partner_id = $1 AND m.user_id > $2 ORDER BY m.user_id LIMIT $3"
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values = [partner.0.into(), after.unwrap_or_default().into(), limit.into()];
    let rows = db.query_all_raw(statement(db, &sql, values)).await?;
    rows.iter().map(|row| Member::from_query_result(row, "")).collect()
}

/// One of a partner's people.
pub async fn member(db: &impl ConnectionTrait, partner: PartnerId, user: UserId) -> Result<Option<Member>, DbErr> {
    let sql = format!(
        "SELECT {MEMBER} FROM members m JOIN users u ON u.id = m.user_id WHERE m.partner_id = $1 AND m.user_id = $2"
    );
    let row = db.query_one_raw(statement(db, &sql, [partner.0.into(), user.0.into()])).await?;
    row.map(|row| Member::from_query_result(&row, "")).transpose()
}

/// The owners of several partners; one statement however many there are.
pub async fn owners(db: &impl ConnectionTrait, partners: &[Uuid]) -> Result<Vec<Member>, DbErr> {
    let sql = Sql {
        sqlite: &format!(
            "SELECT {MEMBER} FROM json_each($1) AS j CROSS JOIN members m ON m.partner_id = unhex(j.value)
             JOIN users u ON u.id = m.user_id WHERE m.role = 'owner' ORDER BY m.created_at, m.user_id"
        ),
        postgres: &format!(
            "SELECT {MEMBER} FROM json_array_elements_text($1::json) AS j JOIN members m ON m.partner_id = j.value::uuid
             JOIN users u ON u.id = m.user_id WHERE m.role = 'owner' ORDER BY m.created_at, m.user_id"
        ),
    };
    let rows = db.query_all_raw(either(db, sql, [json::ids(partners.iter().copied())])).await?;
    rows.iter().map(|row| Member::from_query_result(row, "")).collect()
}

/// How many people a partner has.
pub async fn count_members(db: &impl ConnectionTrait, partner: PartnerId) -> Result<u64, DbErr> {
    members::Entity::find().filter(members::Column::PartnerId.eq(partner.0)).count(db).await
}

/// Whether somebody of an address works for a partner.
pub async fn has_member_of(db: &impl ConnectionTrait, partner: PartnerId, email: &str) -> Result<bool, DbErr> {
    let sql =
        "SELECT 1 AS one FROM users u JOIN members m ON m.user_id = u.id AND m.partner_id = $1 WHERE u.email = $2";
    Ok(db.query_one_raw(statement(db, sql, [partner.0.into(), email.into()])).await?.is_some())
}

/// Makes somebody a member; whoever is one already keeps their role.
pub async fn add_member(
    db: &impl ConnectionTrait,
    partner: PartnerId,
    user: UserId,
    role: MemberRole,
    now: i64,
) -> Result<(), DbErr> {
    let row =
        members::Model { partner_id: partner.0, user_id: user.0, role: role.as_str().to_owned(), created_at: now };
    let there = OnConflict::new().do_nothing().to_owned();
    members::Entity::insert(row.into_active_model()).on_conflict(there).exec_without_returning(db).await?;
    Ok(())
}

/// Gives a member another role.
pub async fn set_role(
    db: &impl ConnectionTrait,
    partner: PartnerId,
    user: UserId,
    role: MemberRole,
) -> Result<(), DbErr> {
    let sql = "UPDATE members SET role = $3 WHERE partner_id = $1 AND user_id = $2";
    let values = [partner.0.into(), user.0.into(), role.as_str().into()];
    db.execute_raw(statement(db, sql, values)).await?;
    Ok(())
}

/// Takes somebody out.
pub async fn remove_member(db: &impl ConnectionTrait, partner: PartnerId, user: UserId) -> Result<(), DbErr> {
    members::Entity::delete_by_id((partner.0, user.0)).exec(db).await?;
    Ok(())
}

/// The partners of somebody, locked in the order of their ids, so that two who lock several never wait in a circle.
pub async fn lock_all_of(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<partners::Model>, DbErr> {
    let theirs = members::Entity::find()
        .select_only()
        .column(members::Column::PartnerId)
        .filter(members::Column::UserId.eq(user.0));
    let ids: Vec<Uuid> = theirs.into_tuple().all(db).await?;
    let locked = partners::Entity::find().filter(partners::Column::Id.is_in(ids));
    locked.order_by_asc(partners::Column::Id).lock_exclusive().all(db).await
}

/// Takes an account's id out of what it did for partners.
pub async fn forget_person(db: &impl ConnectionTrait, user: UserId) -> Result<(), DbErr> {
    for sql in [
        "UPDATE partner_profiles SET applied_by = NULL WHERE applied_by = $1",
        "UPDATE invitations SET invited_by = NULL WHERE invited_by = $1",
        "UPDATE api_keys SET created_by = NULL WHERE created_by = $1",
    ] {
        db.execute_raw(statement(db, sql, [user.0.into()])).await?;
    }
    Ok(())
}

/// A partner of somebody's.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Mine {
    pub slug: String,
    pub name: String,
    pub state: String,
    pub role: String,
}

/// The partners of somebody after a name in addresses.
pub async fn partners_of(
    db: &impl ConnectionTrait,
    user: UserId,
    after: &str,
    limit: usize,
) -> Result<Vec<Mine>, DbErr> {
    let sql = "SELECT p.slug, p.name, p.state, m.role FROM members m JOIN partners p ON p.id = m.partner_id
               WHERE m.user_id = $1 AND p.slug > $2 ORDER BY p.slug LIMIT $3";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = db.query_all_raw(statement(db, sql, [user.0.into(), after.into(), limit.into()])).await?;
    rows.iter().map(|row| Mine::from_query_result(row, "")).collect()
}

/// Invitations of a partner that can still be accepted, before `before`, the newest first.
pub async fn invitations(
    db: &impl ConnectionTrait,
    partner: PartnerId,
    before: Option<Uuid>,
    limit: usize,
    now: i64,
) -> Result<Vec<invitations::Model>, DbErr> {
    let open = Condition::all()
        .add(invitations::Column::PartnerId.eq(partner.0))
        .add(invitations::Column::ExpiresAt.gt(now))
        .add_option(before.map(|id| invitations::Column::Id.lt(id)));
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    invitations::Entity::find().filter(open).order_by_desc(invitations::Column::Id).limit(limit).all(db).await
}

/// Ends the invitations that somebody has sent for a partner; returns how many.
pub async fn end_invitations_of(db: &impl ConnectionTrait, partner: PartnerId, user: UserId) -> Result<u64, DbErr> {
    let theirs = invitations::Column::PartnerId.eq(partner.0).and(invitations::Column::InvitedBy.eq(user.0));
    Ok(invitations::Entity::delete_many().filter(theirs).exec(db).await?.rows_affected)
}

/// Whether somebody may invite for a partner now: its owners may, and the ministry.
pub async fn may_invite(db: &impl ConnectionTrait, partner: PartnerId, user: Uuid) -> Result<bool, DbErr> {
    let sql = "SELECT 1 AS one FROM users u WHERE u.id = $2 AND (u.role = 'admin' OR EXISTS
               (SELECT 1 FROM members m WHERE m.partner_id = $1 AND m.user_id = $2 AND m.role = 'owner'))";
    Ok(db.query_one_raw(statement(db, sql, [partner.0.into(), user.into()])).await?.is_some())
}

/// How many invitations to other addresses than this one can still be accepted.
pub async fn count_invitations(
    db: &impl ConnectionTrait,
    partner: PartnerId,
    except: &str,
    now: i64,
) -> Result<u64, DbErr> {
    let open = Condition::all()
        .add(invitations::Column::PartnerId.eq(partner.0))
        .add(invitations::Column::Email.ne(except))
        .add(invitations::Column::ExpiresAt.gt(now));
    invitations::Entity::find().filter(open).count(db).await
}

/// Writes an invitation in the place of an older one to the same address.
pub async fn put_invitation(db: &impl ConnectionTrait, row: invitations::Model) -> Result<(), DbErr> {
    let sql = "DELETE FROM invitations WHERE partner_id = $1 AND email = $2";
    db.execute_raw(statement(db, sql, [row.partner_id.into(), row.email.as_str().into()])).await?;
    invitations::Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// The invitation of a token, while it can be accepted.
pub async fn invitation_of(
    db: &impl ConnectionTrait,
    hash: &[u8],
    now: i64,
) -> Result<Option<invitations::Model>, DbErr> {
    let good = invitations::Column::Hash.eq(hash).and(invitations::Column::ExpiresAt.gt(now));
    invitations::Entity::find().filter(good).one(db).await
}

/// An invitation of a partner.
pub async fn invitation(
    db: &impl ConnectionTrait,
    partner: PartnerId,
    id: InvitationId,
) -> Result<Option<invitations::Model>, DbErr> {
    let own = invitations::Entity::find_by_id(id.0).filter(invitations::Column::PartnerId.eq(partner.0));
    own.one(db).await
}

/// Removes an invitation; answers whether it was there.
pub async fn delete_invitation(db: &impl ConnectionTrait, id: Uuid) -> Result<bool, DbErr> {
    Ok(invitations::Entity::delete_by_id(id).exec(db).await?.rows_affected == 1)
}

/// Forgets invitations that can no longer be accepted.
pub async fn delete_expired_invitations(db: &impl ConnectionTrait, now: i64) -> Result<(), DbErr> {
    let sql = "DELETE FROM invitations WHERE expires_at <= $1";
    db.execute_raw(statement(db, sql, [now.into()])).await?;
    Ok(())
}
