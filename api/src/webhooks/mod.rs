//! Webhooks: what partners' programs are told, once it is true.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, Value as DbValue};
use serde::Serialize;
use serde_json::Value;
use shared::{PartnerId, webhook::EventKind};
use uuid::Uuid;

use crate::store::{
    Sql,
    clock::to_ms,
    either,
    json::{self, hex_id},
};

/// Something that happened at a partner.
#[derive(Clone, Debug)]
pub struct Event {
    pub kind: EventKind,
    pub partner: PartnerId,
    /// What it happened to: events of one subject are delivered in order.
    pub subject: Uuid,
    /// What is told of it.
    pub data: Value,
}

#[derive(Serialize)]
struct Row {
    id: String,
    partner_id: String,
    kind: &'static str,
    subject: String,
    data: Value,
}

/// Writes events down, in the transaction that makes them true; one statement however many there are.
pub async fn emit(tx: &impl ConnectionTrait, events: &[Event], now: DateTime<Utc>) -> Result<(), DbErr> {
    if events.is_empty() {
        return Ok(());
    }
    let rows: Vec<Row> = events
        .iter()
        .map(|event| Row {
            id: hex_id(Uuid::now_v7()),
            partner_id: hex_id(event.partner.0),
            kind: event.kind.as_str(),
            subject: hex_id(event.subject),
            data: event.data.clone(),
        })
        .collect();
    let sql = Sql {
        sqlite: "INSERT INTO events (id, partner_id, kind, subject, data, at)
                 SELECT unhex(value ->> 'id'), unhex(value ->> 'partner_id'), value ->> 'kind',
                        unhex(value ->> 'subject'), value -> 'data', $2 FROM json_each($1)",
        postgres: "INSERT INTO events (id, partner_id, kind, subject, data, at)
                   SELECT id, partner_id, kind, subject, data, $2 FROM jsonb_to_recordset($1::jsonb)
                   AS e (id uuid, partner_id uuid, kind text, subject uuid, data jsonb)",
    };
    let values: [DbValue; 2] = [json::rows(&rows), to_ms(now).into()];
    tx.execute_raw(either(tx, sql, values)).await?;
    Ok(())
}
