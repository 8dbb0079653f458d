//! What the page asks the database.

use database::{Error, Kind, Reader};
use jiff::Timestamp;

use crate::backup::store::{self as backups, Row};
use crate::channels::letters::{self, Stopped};
use crate::channels::sms;
use crate::jobs::{self, GivenUp};
use crate::record::checkpoint::Checkpoint;

/// Backups and jobs that are shown.
const ROWS: i64 = 20;

#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) made: Option<Timestamp>,
    pub(super) proven: Option<Timestamp>,
    pub(super) backups: Vec<Row>,
    pub(super) checkpoint: Option<Checkpoint>,
    pub(super) broken: Vec<Broken>,
    pub(super) given_up: Vec<GivenUp>,
    pub(super) letters: Option<Stopped>,
    pub(super) sms: Option<sms::Pause>,
    pub(super) database_bytes: i64,
    pub(super) files: i64,
    pub(super) file_bytes: i64,
    pub(super) schema: i64,
}

/// A chain of events that did not continue what was sealed.
#[derive(Clone, Debug, serde::Serialize)]
pub(super) struct Broken {
    pub(super) name: String,
    pub(super) found_at: Timestamp,
    pub(super) reason: String,
}

pub(super) fn state(r: &mut Reader) -> Result<State, Error> {
    let (made, proven) = backups::ages(r)?;
    let (files, file_bytes) = r.one(
        "SELECT COUNT(*) AS files, CAST(COALESCE(SUM(size), 0) AS BIGINT) AS bytes FROM files",
        &[],
        |row| Ok((row.get("files")?, row.get("bytes")?)),
    )?;
    let size = match r.kind() {
        Kind::Sqlite => "SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()",
        Kind::Postgres => "SELECT pg_database_size(current_database()) AS bytes",
    };
    Ok(State {
        made,
        proven,
        backups: backups::newest(r, ROWS)?,
        checkpoint: crate::record::last(r)?,
        broken: r.rows(
            "SELECT name, found_at, reason FROM broken_chains ORDER BY found_at DESC, name LIMIT $1",
            &[ROWS.into()],
            |row| {
                Ok(Broken {
                    name: row.get("name")?,
                    found_at: row.get("found_at")?,
                    reason: row.get("reason")?,
                })
            },
        )?,
        given_up: jobs::given_up(r, ROWS)?,
        letters: letters::stopped(r)?,
        sms: sms::paused(r)?,
        database_bytes: r.one(size, &[], |row| row.get("bytes"))?,
        files,
        file_bytes,
        schema: backups::schema(r)?,
    })
}
