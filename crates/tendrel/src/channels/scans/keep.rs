//! What comes is kept before it is read: the bytes on the disk, a row that says so. The same bytes for the same unit a
//! second time are only counted.

use jiff::Timestamp;

use crate::app::App;
use crate::channels::scans::store::files::{self, ScanFile};
use crate::channels::scans::store::{self, NewScan};
use crate::desk::request::Channel;
use crate::files::{self as stored, StoredFile, hex};
use crate::id::{MailId, OrganisationId, PersonId, ScanFileId, ScanId};
use crate::problem::Problem;
use crate::scan;

/// Bytes of one file that comes by itself; what an officer brings is an attachment, and as large as one.
pub const LONGEST: u64 = 50 * 1024 * 1024;

/// The way a sheet came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Upload,
    Folder,
    Fax,
}

impl By {
    pub const ALL: [By; 3] = [By::Upload, By::Folder, By::Fax];

    pub fn code(self) -> &'static str {
        match self {
            By::Upload => "upload",
            By::Folder => "folder",
            By::Fax => "fax",
        }
    }

    /// As which channel it counts, unless an officer says otherwise.
    pub fn channel(code: &str) -> Channel {
        if code == By::Fax.code() { Channel::Fax } else { Channel::Letter }
    }
}

/// To whom a file came, and how.
#[derive(Clone, Debug)]
pub struct Came {
    pub unit: OrganisationId,
    pub by: By,
    pub brought_by: Option<PersonId>,
    pub mail: Option<MailId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    New(ScanId),
    /// It was here before: its first sheet.
    Again(ScanId),
}

/// Keeps a file that is on the disk.
///
/// # Errors
/// What the database says; then nothing was kept.
pub async fn keep(app: &App, file: StoredFile, came: Came) -> Result<Kept, Problem> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let known_by = hex(&file.hash);
            if let Some(first) = files::came_again(tx, came.unit, &known_by)? {
                return Ok(Kept::Again(first));
            }
            stored::keep(tx, &file, now)?;
            let row = row(&file, &came, known_by, now);
            // Another brought it at this very moment: the next try finds it.
            let file = files::insert(tx, &row)?.ok_or(Problem::Changed)?;
            let id = ScanId::new(now);
            store::insert(tx, &NewScan { id, file, unit: came.unit, came_at: now, is_whole: true })?;
            Ok(Kept::New(id))
        })
        .await
}

fn row(file: &StoredFile, came: &Came, known_by: String, now: Timestamp) -> ScanFile {
    ScanFile {
        id: ScanFileId::new(now),
        unit: came.unit,
        known_by,
        hash: Some(file.hash.clone()),
        name: file.name.clone(),
        came_by: came.by.code().to_owned(),
        came_at: now,
        brought_by: came.brought_by,
        mail: came.mail,
        tries: 0,
    }
}

/// Stores bytes that came by themselves.
///
/// # Errors
/// The name of the reason when it is not to be taken; `Busy` while nobody knows whether it holds a virus.
pub async fn store(app: &App, name: &str, bytes: &[u8]) -> Result<Result<StoredFile, &'static str>, Problem> {
    let mut upload = app.files.begin(LONGEST).await?;
    match upload.write(bytes).await {
        Ok(()) => {}
        Err(Problem::TooLarge) => return Ok(Err("too-large")),
        Err(problem) => return Err(problem),
    }
    match scan::refuses(app.settings.virus_scanner.as_deref(), upload.written().await?).await {
        None => Ok(Ok(upload.finish(name).await?)),
        Some("file-unchecked") => Err(Problem::Busy),
        Some(_) => Ok(Err("virus")),
    }
}
