//! The queries of sign-ins: accounts, sessions, tokens.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Set, sea_query::Expr, sea_query::OnConflict,
};
use shared::{SessionId, UserId, account::Role};
use uuid::Uuid;

use crate::store::{
    entities::{claims, mail_tokens, refresh_tokens, sessions, users},
    revisions::{self, Revision},
    statement,
};

/// The account of an address (in small letters).
pub async fn by_email(db: &impl ConnectionTrait, email: &str) -> Result<Option<users::Model>, DbErr> {
    users::Entity::find().filter(users::Column::Email.eq(email)).one(db).await
}

/// An account.
pub async fn by_id(db: &impl ConnectionTrait, user: UserId) -> Result<Option<users::Model>, DbErr> {
    users::Entity::find_by_id(user.0).one(db).await
}

/// An account, which nobody else changes until the transaction ends (`FOR UPDATE`; SQLite has one writer anyway).
pub async fn by_id_locked(db: &impl ConnectionTrait, user: UserId) -> Result<Option<users::Model>, DbErr> {
    users::Entity::find_by_id(user.0).lock_exclusive().one(db).await
}

/// Adds an account; false where the address is taken.
pub async fn add_user(db: &impl ConnectionTrait, user: users::Model) -> Result<bool, DbErr> {
    let taken = OnConflict::column(users::Column::Email).do_nothing().to_owned();
    let added = users::Entity::insert(user.into_active_model()).on_conflict(taken).exec_without_returning(db).await?;
    Ok(added == 1)
}

/// Writes an account's changed fields.
pub async fn change_user(db: &impl ConnectionTrait, changed: users::ActiveModel) -> Result<users::Model, DbErr> {
    changed.update(db).await
}

/// Deletes an account, and with it its tokens for links.
pub async fn delete_user(db: &impl ConnectionTrait, user: UserId) -> Result<(), DbErr> {
    users::Entity::delete_by_id(user.0).exec(db).await?;
    Ok(())
}

/// Adds a session.
pub async fn add_session(db: &impl ConnectionTrait, session: sessions::Model) -> Result<(), DbErr> {
    sessions::Entity::insert(session.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Notes that a session was renewed.
pub async fn touch_session(db: &impl ConnectionTrait, session: Uuid, now: i64) -> Result<(), DbErr> {
    sessions::Entity::update_many()
        .col_expr(sessions::Column::LastUsedAt, Expr::value(now))
        .filter(sessions::Column::Id.eq(session))
        .exec(db)
        .await?;
    Ok(())
}

/// Somebody's sessions that were used after `used_after` and last beyond `now`, the last used first.
pub async fn sessions_of(
    db: &impl ConnectionTrait,
    user: UserId,
    used_after: i64,
    now: i64,
) -> Result<Vec<sessions::Model>, DbErr> {
    sessions::Entity::find()
        .filter(sessions::Column::UserId.eq(user.0))
        .filter(sessions::Column::LastUsedAt.gt(used_after))
        .filter(sessions::Column::ExpiresAt.gt(now))
        .order_by_desc(sessions::Column::LastUsedAt)
        .order_by_desc(sessions::Column::Id)
        .limit(100)
        .all(db)
        .await
}

/// Ends one session of somebody; false where it is not theirs or has ended already.
pub async fn end_session(db: &impl ConnectionTrait, user: UserId, session: SessionId, now: i64) -> Result<bool, DbErr> {
    let sql = "INSERT INTO ended_sessions (id, ended_at) SELECT id, $3 FROM sessions WHERE id = $1 AND user_id = $2
               ON CONFLICT DO NOTHING";
    db.execute_raw(statement(db, sql, [session.0.into(), user.0.into(), now.into()])).await?;
    let sql = "DELETE FROM sessions WHERE id = $1 AND user_id = $2";
    let ended = db.execute_raw(statement(db, sql, [session.0.into(), user.0.into()])).await?.rows_affected();
    revisions::raise(db, Revision::Sessions).await?;
    Ok(ended == 1)
}

/// Ends all sessions of somebody, except perhaps one.
pub async fn end_sessions(
    db: &impl ConnectionTrait,
    user: UserId,
    except: Option<SessionId>,
    now: i64,
) -> Result<(), DbErr> {
    let except = except.map_or(Uuid::nil(), |s| s.0);
    let sql = "INSERT INTO ended_sessions (id, ended_at) SELECT id, $3 FROM sessions WHERE user_id = $1 AND id <> $2
               ON CONFLICT DO NOTHING";
    db.execute_raw(statement(db, sql, [user.0.into(), except.into(), now.into()])).await?;
    let sql = "DELETE FROM sessions WHERE user_id = $1 AND id <> $2";
    db.execute_raw(statement(db, sql, [user.0.into(), except.into()])).await?;
    revisions::raise(db, Revision::Sessions).await
}

/// Remembers that a session ended of which there is no row: tokens that an operator made have none.
pub async fn note_ended(db: &impl ConnectionTrait, session: SessionId, now: i64) -> Result<(), DbErr> {
    let sql = "INSERT INTO ended_sessions (id, ended_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    db.execute_raw(statement(db, sql, [session.0.into(), now.into()])).await?;
    Ok(())
}

/// The sessions that ended after `since`.
pub async fn ended_sessions(db: &impl ConnectionTrait, since: i64) -> Result<Vec<Uuid>, DbErr> {
    let sql = "SELECT id FROM ended_sessions WHERE ended_at > $1";
    let rows = db.query_all_raw(statement(db, sql, [since.into()])).await?;
    rows.into_iter().map(|row| row.try_get("", "id")).collect()
}

/// Adds a refresh token.
pub async fn add_refresh(db: &impl ConnectionTrait, hash: Vec<u8>, session: Uuid, now: i64) -> Result<(), DbErr> {
    let token = refresh_tokens::ActiveModel {
        hash: Set(hash),
        session_id: Set(session),
        created_at: Set(now),
        used_at: Set(None),
    };
    refresh_tokens::Entity::insert(token).exec_without_returning(db).await?;
    Ok(())
}

/// Marks a refresh token as used; false where it was used before or is not there. Of two at once, one gets true.
pub async fn use_refresh(db: &impl ConnectionTrait, hash: &[u8], now: i64) -> Result<bool, DbErr> {
    let used = refresh_tokens::Entity::update_many()
        .col_expr(refresh_tokens::Column::UsedAt, Expr::value(now))
        .filter(refresh_tokens::Column::Hash.eq(hash))
        .filter(refresh_tokens::Column::UsedAt.is_null())
        .exec(db)
        .await?;
    Ok(used.rows_affected == 1)
}

/// A refresh token with its session.
pub async fn refresh_token(
    db: &impl ConnectionTrait,
    hash: &[u8],
) -> Result<Option<(refresh_tokens::Model, sessions::Model)>, DbErr> {
    let Some(token) = refresh_tokens::Entity::find_by_id(hash.to_vec()).one(db).await? else { return Ok(None) };
    let session = sessions::Entity::find_by_id(token.session_id).one(db).await?;
    Ok(session.map(|session| (token, session)))
}

/// Adds a token for a link in a mail.
pub async fn add_mail_token(db: &impl ConnectionTrait, token: mail_tokens::Model) -> Result<(), DbErr> {
    mail_tokens::Entity::insert(token.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// A token of a link in a mail, which nobody else uses until the transaction ends.
pub async fn mail_token(db: &impl ConnectionTrait, hash: &[u8]) -> Result<Option<mail_tokens::Model>, DbErr> {
    mail_tokens::Entity::find_by_id(hash.to_vec()).lock_exclusive().one(db).await
}

/// Marks a token of a link as used.
pub async fn use_mail_token(db: &impl ConnectionTrait, hash: &[u8], now: i64) -> Result<(), DbErr> {
    mail_tokens::Entity::update_many()
        .col_expr(mail_tokens::Column::UsedAt, Expr::value(now))
        .filter(mail_tokens::Column::Hash.eq(hash))
        .exec(db)
        .await?;
    Ok(())
}

/// Marks all tokens of somebody's links for one purpose as used.
pub async fn use_mail_tokens_of(db: &impl ConnectionTrait, user: UserId, purpose: &str, now: i64) -> Result<(), DbErr> {
    mail_tokens::Entity::update_many()
        .col_expr(mail_tokens::Column::UsedAt, Expr::value(now))
        .filter(mail_tokens::Column::UserId.eq(user.0))
        .filter(mail_tokens::Column::Purpose.eq(purpose))
        .filter(mail_tokens::Column::UsedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// All that somebody claimed, the oldest first.
pub async fn claims_of(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<claims::Model>, DbErr> {
    let own = claims::Entity::find().filter(claims::Column::ClaimantId.eq(user.0));
    own.order_by_asc(claims::Column::Id).all(db).await
}

/// The first accounts of a role whose address and standing are confirmed.
pub async fn claimants(db: &impl ConnectionTrait, role: Role, count: usize) -> Result<Vec<UserId>, DbErr> {
    let confirmed = users::Entity::find()
        .select_only()
        .column(users::Column::Id)
        .filter(users::Column::Role.eq(role.as_str()))
        .filter(users::Column::EmailVerifiedAt.is_not_null())
        .apply_if(role.needs_verification().then_some(()), |query, ()| {
            query.filter(users::Column::RoleVerified.eq(true))
        })
        .order_by_asc(users::Column::Id)
        .limit(u64::try_from(count).unwrap_or(u64::MAX));
    let ids: Vec<Uuid> = confirmed.into_tuple().all(db).await?;
    Ok(ids.into_iter().map(UserId).collect())
}

/// Ministry staff whose address is confirmed, at most `count`. Plan: the index of roles.
pub async fn staff(db: &impl ConnectionTrait, count: u64) -> Result<Vec<users::Model>, DbErr> {
    let confirmed = users::Column::Role.eq(Role::Admin.as_str()).and(users::Column::EmailVerifiedAt.is_not_null());
    users::Entity::find().filter(confirmed).order_by_asc(users::Column::Id).limit(count).all(db).await
}

/// Forgets what has no use any more: sessions that ran out, used refresh tokens that are older than any cookie, tokens
/// of links, ended sessions without living access tokens.
pub async fn tidy(db: &impl ConnectionTrait, now: i64, idle_since: i64, ended_since: i64) -> Result<(), DbErr> {
    let delete = [
        ("DELETE FROM sessions WHERE expires_at < $1", now),
        ("DELETE FROM sessions WHERE last_used_at < $1", idle_since),
        ("DELETE FROM refresh_tokens WHERE used_at < $1", idle_since),
        ("DELETE FROM mail_tokens WHERE expires_at < $1", now),
        ("DELETE FROM ended_sessions WHERE ended_at < $1", ended_since),
    ];
    for (sql, before) in delete {
        db.execute_raw(statement(db, sql, [before.into()])).await?;
    }
    Ok(())
}
