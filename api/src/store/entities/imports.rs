//! Uploads of offers.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "imports")]
#[allow(clippy::struct_excessive_bools)] // Columns of a table.
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub partner_id: Uuid,
    /// Of what upload this is the corrected rest.
    pub retry_of: Option<Uuid>,
    pub actor_id: Option<Uuid>,
    pub actor_key: Option<Uuid>,
    /// A `shared::import::ImportState`.
    pub state: String,
    /// A `shared::import::ImportMode`.
    pub mode: String,
    /// A `shared::import::OnError`.
    pub on_error: String,
    pub dry_run: bool,
    pub submit: bool,
    pub max_delete_percent: i32,
    pub format: String,
    pub charset: Option<String>,
    /// The folder that has the file.
    pub host: Uuid,
    pub bytes: i64,
    /// What is done with the rows: `check`, `apply`, or `end` where those that are missing end.
    pub stage: String,
    /// Rows that this stage is through with.
    pub position: i64,
    pub bytes_done: i64,
    /// Of the offers that are missing, in the order of their ids, the last one that ended.
    pub ended_up_to: Option<Uuid>,
    /// Offers that were open when it began, for the share that may end.
    pub open_before: i64,
    pub rows_read: i64,
    pub created: i64,
    pub updated: i64,
    pub unchanged: i64,
    pub ended: i64,
    pub failed: i64,
    /// Rows that failed and whose external id could not be read.
    pub nameless: i64,
    /// Rows of errors that are kept.
    pub errors: i64,
    /// Why the upload as a whole failed: a `shared::import::FileProblem`.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub failure: Option<Json>,
    pub created_at: i64,
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
    /// Whether what was kept for it is gone: the file, the errors, the ids.
    pub tidied: bool,
    /// Whether the file is kept. It may make room for newer ones before the rest is gone.
    pub file_kept: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
