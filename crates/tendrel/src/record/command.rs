//! `tendrel checkpoint`: makes one now, or writes the last to a file that is kept elsewhere.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use database::{Error, Reader};
use uuid::Uuid;

use crate::app::App;
use crate::files::hex;
use crate::record::checkpoint::{self, Checkpoint};
use crate::record::{seal, store};

#[derive(Clone, Debug, clap::Subcommand)]
pub enum CheckpointCommand {
    /// Seals what happened since the last one.
    Make,
    /// Writes the last one to a file, with where each chain stood; keep it where nobody who runs this desk can change it.
    Export { file: PathBuf },
}

/// # Errors
/// When there is no checkpoint yet, or the file exists or cannot be written.
pub fn run(app: &App, command: &CheckpointCommand, out: &mut dyn Write) -> anyhow::Result<()> {
    match command {
        CheckpointCommand::Make => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(seal(app))?;
            let last = app.db.read_blocking(store::last)?.context("nothing was ever recorded here")?;
            write!(out, "{}", last.statement())?;
        }
        CheckpointCommand::Export { file } => {
            let last = export(app, file)?;
            write!(out, "{}", last.statement())?;
            writeln!(out, "is now in {}", file.display())?;
        }
    }
    Ok(())
}

/// Writes the last checkpoint: a line of JSON, then for each chain a line `subject number hash name`.
///
/// # Errors
/// As `run`.
pub fn export(app: &App, path: &Path) -> anyhow::Result<Checkpoint> {
    let fresh = File::create_new(path).with_context(|| format!("{} cannot be made", path.display()))?;
    let mut file = BufWriter::new(fresh);
    let (last, file) = app.db.read_blocking::<_, Error, _>(move |r| {
        let Some(last) = store::last(r)? else { return Ok((None, file)) };
        let told = serde_json::to_string(&last.signed()).unwrap_or_default();
        writeln!(file, "{told}").map_err(|error| full(&error))?;
        each_chain(r, &mut file)?;
        Ok((Some(last), file))
    })?;
    let Some(last) = last else {
        std::fs::remove_file(path)?;
        anyhow::bail!("there is no checkpoint yet; tendrel checkpoint make makes one");
    };
    file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    Ok(last)
}

fn each_chain(r: &mut Reader, file: &mut impl Write) -> Result<(), Error> {
    r.each(
        "SELECT subject_id, number, hash, subject, name FROM sealed_chains ORDER BY bucket, subject_id",
        &[],
        |row| {
            let (subject, number): (Uuid, i64) = (row.get("subject_id")?, row.get("number")?);
            let (name, kind): (String, String) = (row.get("name")?, row.get("subject")?);
            let name = if name.is_empty() { format!("{kind} {subject}") } else { name };
            let hash = hex(&checkpoint::hash(row, "hash")?);
            writeln!(file, "{subject} {number} {hash} {name}").map_err(|error| full(&error))
        },
    )
}

fn full(error: &std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::StorageFull {
        Error::Full
    } else {
        Error::Unavailable(error.to_string())
    }
}
