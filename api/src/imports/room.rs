//! How much of the disk a partner's uploads take: the oldest of those that are over make room for the next one.

use sea_orm::{ConnectionTrait, DbErr};
use shared::{Code, ImportId, PartnerId};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    store::{Sql, either, json, statement},
};

/// An upload whose file is kept.
#[derive(Clone, Copy, Debug)]
struct Kept {
    id: Uuid,
    bytes: u64,
    is_over: bool,
}

/// Makes room for so many bytes more and returns the uploads whose files are to be removed once that is committed.
///
/// # Errors
/// `uploads_full` where those that are not over leave too little.
pub async fn make(tx: &impl ConnectionTrait, partner: PartnerId, bytes: u64, limit: u64) -> Result<Vec<ImportId>> {
    let kept = list(tx, partner).await?;
    let gone = choose(&kept, bytes, limit)
        .map_err(|used| Error::new(Code::UploadsFull).with("limit_bytes", limit).with("used_bytes", used))?;
    release(tx, &gone).await?;
    Ok(gone.into_iter().map(ImportId).collect())
}

/// Chooses which of the uploads that are over give way, the oldest first.
///
/// # Errors
/// How much is taken by those that cannot give way, where that is too much.
fn choose(kept: &[Kept], bytes: u64, limit: u64) -> Result<Vec<Uuid>, u64> {
    let mut used: u64 = kept.iter().map(|upload| upload.bytes).sum();
    let mut gone = Vec::new();
    for upload in kept.iter().filter(|upload| upload.is_over) {
        if used + bytes <= limit {
            break;
        }
        used -= upload.bytes;
        gone.push(upload.id);
    }
    if used + bytes <= limit { Ok(gone) } else { Err(used) }
}

/// The uploads of a partner whose files are kept, in the order in which they were over. Plan: the index of those.
async fn list(tx: &impl ConnectionTrait, partner: PartnerId) -> Result<Vec<Kept>, DbErr> {
    let sql = "SELECT id, bytes, finished_at FROM imports WHERE partner_id = $1 AND file_kept ORDER BY finished_at, id";
    let rows = tx.query_all_raw(statement(tx, sql, [partner.0.into()])).await?;
    rows.iter()
        .map(|row| {
            Ok(Kept {
                id: row.try_get("", "id")?,
                bytes: u64::try_from(row.try_get::<i64>("", "bytes")?).unwrap_or_default(),
                is_over: row.try_get::<Option<i64>>("", "finished_at")?.is_some(),
            })
        })
        .collect()
}

async fn release(tx: &impl ConnectionTrait, ids: &[Uuid]) -> Result<(), DbErr> {
    if ids.is_empty() {
        return Ok(());
    }
    let sql = Sql {
        sqlite: "UPDATE imports SET file_kept = FALSE WHERE id IN (SELECT unhex(value) FROM json_each($1))",
        postgres: "UPDATE imports SET file_kept = FALSE
                   WHERE id IN (SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb))",
    };
    tx.execute_raw(either(tx, sql, [json::ids(ids.iter().copied())])).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_that_are_over_give_way_and_no_more_of_them_than_need_be() {
        let upload = |bytes, is_over| Kept { id: Uuid::now_v7(), bytes, is_over };
        let kept = [upload(40, true), upload(30, false), upload(20, true)];
        let chosen = |bytes| choose(&kept, bytes, 100).map(|gone| gone.len());
        assert_eq!([chosen(10), chosen(11), chosen(50), chosen(51), chosen(70)], [Ok(0), Ok(1), Ok(1), Ok(2), Ok(2)]);
        assert_eq!(choose(&kept, 11, 100), Ok(vec![kept[0].id]));
        assert_eq!(chosen(71), Err(30));
        assert_eq!(choose(&[], 100, 100), Ok(vec![]));
    }
}
