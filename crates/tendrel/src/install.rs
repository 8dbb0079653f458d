//! The first start: an empty database gets the reference data that every installation begins with.

use anyhow::Context;
use database::Transaction;
use jiff::Timestamp;

use crate::app::App;
use crate::directory::calendars;
use crate::{desk, directory};

/// Fills an empty database; one that was filled before is left as it is.
pub fn install(app: &App) -> anyhow::Result<()> {
    let now = app.clock.now();
    app.db.write_blocking(move |tx| write(tx, now)).map_err(|Failed(error)| error)?;
    app.refresh_blocking().context("the reference data cannot be read back")
}

/// `anyhow::Error` that a transaction may return.
#[derive(Debug)]
struct Failed(anyhow::Error);

impl From<database::Error> for Failed {
    fn from(error: database::Error) -> Failed {
        Failed(error.into())
    }
}

fn write(tx: &mut Transaction, now: Timestamp) -> Result<(), Failed> {
    tx.lock("install")?;
    let installed: Option<String> =
        tx.row("SELECT value FROM settings WHERE key = 'installed'", &[], |row| row.get("value"))?;
    if installed.is_some() {
        return Ok(());
    }
    directory::reference::install(tx, now).map_err(Failed)?;
    desk::reference::install(tx, now).map_err(Failed)?;
    crate::retention::reference::install(tx, now).map_err(Failed)?;
    tx.execute("INSERT INTO settings (key, value) VALUES ('installed', $1)", &[now.to_string().into()])?;
    calendars::mark_changed(tx)?;
    Ok(())
}
