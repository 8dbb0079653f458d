//! What a backup or a check left behind whose program was killed: half a copy, a temporary folder, a schema.

use std::path::Path;

use database::{Error, Kind};
use jiff::Timestamp;
use uuid::Uuid;

use crate::app::App;
use crate::backup::away;

/// Removes what was begun before `before`. Blocks.
pub(super) fn sweep(app: &App, before: Timestamp) -> anyhow::Result<()> {
    let halves = |name: &str| {
        let half = name.strip_prefix("tendrel-").and_then(|name| name.strip_suffix(".partial"));
        half.is_some_and(|at| *at < *before.strftime("%Y%m%d-%H%M%SZ").to_string())
    };
    remove(&app.settings.backup_folder, halves)?;
    remove(&app.settings.data, |name| is_temporary(name, before))?;
    if let Err(error) = away::sweep(app, before) {
        // It may be another store than tonight's, and does not hold this backup up.
        tracing::warn!("what is left of an upload cannot be removed yet: {error:#}");
    }
    if app.db.kind() == Kind::Postgres {
        app.db.write_blocking::<_, Error, _>(move |tx| {
            let all = tx.rows(
                "SELECT CAST(nspname AS TEXT) AS name FROM pg_namespace WHERE nspname LIKE 'tendrel%'",
                &[],
                |row| row.get::<String>("name"),
            )?;
            for name in all.iter().filter(|name| is_temporary(name, before)) {
                tx.batch(&format!("DROP SCHEMA {name} CASCADE"))?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// `tendrel_check_` and its like end with an identifier that holds the time at which it was made.
fn is_temporary(name: &str, before: Timestamp) -> bool {
    let of = |kind: &&str| name.strip_prefix(*kind).and_then(|id| Uuid::parse_str(id).ok());
    let id = ["tendrel_check_", "tendrel_packing_", "tendrel_unpacked_"].iter().find_map(of);
    let made = id.and_then(|id| id.get_timestamp()).map(|at| at.to_unix().0);
    made.is_some_and(|made| i64::try_from(made).unwrap_or(i64::MAX) < before.as_second())
}

fn remove(folder: &Path, is_left: impl Fn(&str) -> bool) -> anyhow::Result<()> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(&is_left) && entry.file_type()?.is_dir() {
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}
