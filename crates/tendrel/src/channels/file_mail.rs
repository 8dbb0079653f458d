//! What was kept is understood and becomes part of a case, or is put where somebody sees it. Each mail is filed in one
//! transaction with all that follows from it, so that whatever happens it is filed once.
//!
//! A mail that ends the program three times is not read a fourth time; one that fails for a reason of its own hinders no
//! other.

mod case;
mod leads;
#[cfg(test)]
mod tests;

pub(in crate::channels) use case::{Beginning, Work};

use std::time::Duration;

use mail_reader::{Desk as ReaderDesk, Kind, Mail as Read};
use serde_json::json;

use crate::app::App;
use crate::channels::mailbox::Mailbox;
use crate::channels::marks::Marks;
use crate::channels::scans::fax_mail;
use crate::channels::store;
use crate::channels::store::mails::{self, Filing, Mail, State};
use crate::desk::act::Refused;
use crate::files::StoredFile;
use crate::frame::form::clean;
use crate::id::MailId;
use crate::problem::Problem;
use crate::scan;
use crate::settings::SHORT_TEXT_LIMIT;

/// Mails of one step.
const STEP: i64 = 32;
/// A mail that was begun so often, and ended the program or was refused by the database, is not begun again.
const TRIES: i64 = 3;
const EVERY: Duration = Duration::from_secs(1);
/// Attachments of one mail that are kept beside the case; the mail itself has all.
const ATTACHMENTS: usize = 50;

/// Files what was kept, for as long as the program runs.
pub async fn run(app: App) {
    loop {
        match round(&app).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(problem) => tracing::error!("mail could not be filed and is tried again: {problem:?}"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// One step. Returns how many were looked at; tests call it until there are none.
///
/// # Errors
/// When the database or the store of files cannot be used; then nothing was counted against a mail.
pub async fn round(app: &App) -> Result<usize, Problem> {
    if !app.db.read(mails::any_kept).await? {
        return Ok(0);
    }
    let step = app.db.write(|tx| mails::take_up(tx, STEP)).await?;
    let count = step.len();
    all(app, step).await?;
    Ok(count)
}

/// This mail, before those that wait as well. Where the round of this node or of another files it at the same moment,
/// it is filed once, and that is enough.
///
/// # Errors
/// As of `round`.
pub async fn this(app: &App, id: MailId) -> Result<(), Problem> {
    let taken = app.db.write(move |tx| mails::take(tx, id)).await?;
    match all(app, taken.into_iter().collect()).await {
        Err(Problem::Changed) => Ok(()),
        done => done,
    }
}

async fn all(app: &App, step: Vec<Mail>) -> Result<(), Problem> {
    let mailboxes = app.db.read(store::all_mailboxes).await?;
    let addresses: Vec<String> = mailboxes.iter().map(|mailbox| mailbox.address.clone()).collect();
    let ids: Vec<MailId> = step.iter().map(|mail| mail.id).collect();
    for mail in step {
        let Some(mailbox) = mailboxes.iter().find(|mailbox| mailbox.id == mail.mailbox) else { continue };
        if mail.tries > TRIES {
            quarantine(app, mail.id, "ends-program", "").await?;
            continue;
        }
        let bytes = match bytes_of(app, &mail).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                quarantine(app, mail.id, "file-gone", "").await?;
                continue;
            }
            Err(problem) => {
                app.db.write(move |tx| mails::put_back(tx, &ids)).await?;
                return Err(problem);
            }
        };
        match file(app, mailbox, &mailboxes, &addresses, &mail, bytes).await {
            Ok(()) => {}
            Err(Refused::Problem(problem)) if passes(&problem) => {
                // What the database says may be this mail's own fault: it is not tried for ever.
                let counts = matches!(problem, Problem::Storage(_));
                let ids: Vec<MailId> = ids.into_iter().filter(|id| !counts || *id != mail.id).collect();
                app.db.write(move |tx| mails::put_back(tx, &ids)).await?;
                return Err(problem);
            }
            Err(refused) => {
                tracing::error!(mail = %mail.id, "a mail could not be filed: {refused:?}");
                quarantine(app, mail.id, "failed", &said(&refused)).await?;
            }
        }
    }
    Ok(())
}

/// Is it the program's state, and not the mail, that stands in the way?
fn passes(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::Busy | Problem::Full | Problem::FilesAway | Problem::Changed | Problem::Storage(_)
    )
}

fn said(refused: &Refused) -> String {
    match refused {
        Refused::Rule(key) => (*key).to_owned(),
        Refused::Fields(fields) => fields.iter().map(|(_, key)| *key).collect::<Vec<_>>().join(", "),
        Refused::Stale(_) => "stale".to_owned(),
        Refused::Problem(problem) => problem.sentence().to_owned(),
    }
}

async fn quarantine(app: &App, id: MailId, reason: &'static str, why: &str) -> Result<(), Problem> {
    let (now, because) = (app.clock.now(), json!([why]).to_string());
    app.db.write(move |tx| mails::quarantine(tx, id, reason, &because, now)).await?;
    Ok(())
}

/// The mail as it came; `None` where it is not among the files any more.
pub(in crate::channels) async fn bytes_of(app: &App, mail: &Mail) -> Result<Option<Vec<u8>>, Problem> {
    let Some(hash) = mail.file.as_deref() else { return Ok(None) };
    app.files.read(hash).await
}

/// A mail that was read, with its attachments on the disk.
#[derive(Clone, Debug)]
pub(in crate::channels) struct Understood {
    pub mail: Mail,
    pub read: Read,
    pub files: Vec<StoredFile>,
    /// An attachment held one, and is not among the files.
    pub virus: Option<&'static str>,
}

impl Understood {
    /// How the row of the mail is filled, wherever it goes.
    fn filing(&self, state: State, reason: &'static str) -> Filing {
        let told: Vec<&String> = self.read.because.iter().chain(&self.read.problems).collect();
        Filing {
            state,
            kind: kind_code(self.read.kind).to_owned(),
            from: short(self.read.from.as_deref().unwrap_or_default()),
            from_name: short(self.read.from_name.as_deref().unwrap_or_default()),
            subject: short(&self.read.subject),
            reason,
            because: json!(told).to_string(),
            request: None,
            number: None,
        }
    }
}

pub(in crate::channels) fn kind_code(kind: Kind) -> &'static str {
    match kind {
        Kind::Person => "person",
        Kind::Automatic => "automatic",
        Kind::Bounce => "bounce",
        Kind::List => "list",
        Kind::Own => "own",
    }
}

/// As much as a short field takes.
fn short(text: &str) -> String {
    let one_line = clean(text).split_whitespace().collect::<Vec<_>>().join(" ");
    one_line.chars().take(SHORT_TEXT_LIMIT).collect()
}

async fn file(
    app: &App,
    mailbox: &Mailbox,
    mailboxes: &[Mailbox],
    addresses: &[String],
    mail: &Mail,
    bytes: Vec<u8>,
) -> Result<(), Refused> {
    let read = read(app, addresses, bytes).await?;
    if !fax_mail::sheets(mailbox, &read).is_empty() {
        return Ok(file_fax(app, mailbox, mail, read).await?);
    }
    let understood = with_files(app, mail, read).await?;
    let sorter = match mailbox.sorts && understood.read.kind == Kind::Person {
        true => app.sorters.of(app, mailbox.unit).await?,
        false => None,
    };
    let work = Work::new(app, mailbox, mailboxes, understood, sorter);
    app.db.write(move |tx| work.run(tx)).await
}

/// What hangs on a mail of a machine waits as sheets of paper; nobody answers the machine.
async fn file_fax(app: &App, mailbox: &Mailbox, mail: &Mail, read: Read) -> Result<(), Problem> {
    let sheets = fax_mail::sheets(mailbox, &read).into_iter();
    let sheets = sheets.map(|it| (it.name.clone(), it.content.clone())).collect();
    let refused = fax_mail::keep(app, mailbox, mail, sheets).await?;
    let understood = Understood { mail: mail.clone(), read, files: Vec::new(), virus: refused };
    let filing = match refused {
        Some(_) => understood.filing(State::Quarantined, "virus"),
        None => understood.filing(State::Filed, "fax"),
    };
    let (id, now) = (mail.id, app.clock.now());
    app.db.write(move |tx| mails::file(tx, id, State::Kept, &filing, now)).await?;
    Ok(())
}

/// Reads a mail and stores its attachments.
pub(in crate::channels) async fn understand(
    app: &App,
    mail: &Mail,
    addresses: &[String],
    bytes: Vec<u8>,
) -> Result<Understood, Problem> {
    let read = read(app, addresses, bytes).await?;
    with_files(app, mail, read).await
}

async fn read(app: &App, addresses: &[String], bytes: Vec<u8>) -> Result<Read, Problem> {
    let (addresses, mark) = (addresses.to_vec(), Marks::new(&app.vault).loop_mark());
    let reading = tokio::task::spawn_blocking(move || {
        mail_reader::read(&bytes, &ReaderDesk { addresses: &addresses, loop_mark: &mark })
    });
    reading.await.map_err(|error| Problem::Other(error.into()))
}

async fn with_files(app: &App, mail: &Mail, mut read: Read) -> Result<Understood, Problem> {
    let (mut files, mut virus) = (Vec::new(), None);
    if matches!(read.kind, Kind::Person | Kind::Automatic | Kind::List) {
        for attachment in read.attachments.iter_mut().filter(|it| !it.content.is_empty()).take(ATTACHMENTS) {
            let content = std::mem::take(&mut attachment.content);
            match store(app, &attachment.name, &content).await? {
                Ok(file) => files.push(file),
                Err(refused) => virus = virus.or(Some(refused)),
            }
        }
    }
    Ok(Understood { mail: mail.clone(), read, files, virus })
}

/// Stores an attachment, unless it holds a virus: then the name of the reason.
async fn store(app: &App, name: &str, content: &[u8]) -> Result<Result<StoredFile, &'static str>, Problem> {
    let mut upload = app.files.begin(u64::MAX).await?;
    upload.write(content).await?;
    match scan::refuses(app.settings.virus_scanner.as_deref(), upload.written().await?).await {
        None => Ok(Ok(upload.finish(name).await?)),
        // Nobody knows yet: it is asked again.
        Some("file-unchecked") => Err(Problem::Busy),
        Some(_) => Ok(Err("virus")),
    }
}
