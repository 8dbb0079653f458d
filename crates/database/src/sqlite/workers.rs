use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;

use super::Session;
use crate::work::{Ran, ReadJob, Step, WriteJob};
use crate::{Error, Figures, Reader, Transaction};

/// The most closures that one commit covers, and the longest that the first of them waits for the others.
const GROUP: usize = 256;
const GROUP_TIME: Duration = Duration::from_millis(20);

/// Pages in the write-ahead log after which it is copied into the database file (4 MB), and after which
/// the writer waits for readers, so that the log can start again (64 MB). The time is what it took to keep the
/// log at that size under readers that all scan a table at once; 200 ms did not.
const CHECKPOINT_PAGES: u64 = 1_000;
const RESTART_PAGES: u64 = 16_000;
const RESTART_WAIT: Duration = Duration::from_secs(2);

pub(crate) fn read_loop(mut reader: Reader, queue: &Receiver<ReadJob>) {
    while let Ok(job) = queue.recv() {
        match reader.plain("BEGIN") {
            Err(error) => {
                job(Err(error));
            }
            Ok(()) => {
                job(Ok(&mut reader));
                reader.take_spoil();
                end(&mut reader, "ROLLBACK");
            }
        }
    }
}

/// Ends the transaction, unless SQLite has done so by itself.
fn end(reader: &mut Reader, how: &str) {
    if in_transaction(reader)
        && let Err(error) = reader.plain(how)
    {
        tracing::error!(%error, "the transaction could not be ended");
    }
}

fn in_transaction(reader: &mut Reader) -> bool {
    reader.sqlite_session().is_some_and(|session| session.in_transaction())
}

pub(crate) fn write_loop(
    mut transaction: Transaction,
    queue: &Receiver<WriteJob>,
    busy: Duration,
    figures: &Figures,
) {
    let mut log = Log { pages: Arc::new(AtomicU64::new(0)), seen: 0, next: CHECKPOINT_PAGES, busy };
    if let Some(session) = transaction.sqlite_session() {
        let pages = Arc::clone(&log.pages);
        let hooked = session.connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, count: i32| {
            pages.store(u64::try_from(count).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }));
        if let Err(error) = hooked {
            tracing::error!(%error, "the write-ahead log cannot be watched");
        }
    }
    while let Ok(first) = queue.recv() {
        group(&mut transaction, first, queue, figures);
        if let Some(session) = transaction.sqlite_session() {
            log.checkpoint_if_due(session);
        }
    }
    if let Err(error) = transaction.plain("PRAGMA optimize") {
        tracing::warn!(%error, "the statistics were not refreshed");
    }
}

/// Runs the closure and all that wait behind it in one transaction, and answers them after its commit.
fn group(transaction: &mut Transaction, first: WriteJob, queue: &Receiver<WriteJob>, figures: &Figures) {
    let begun = Instant::now();
    let mut jobs: Vec<WriteJob> = Vec::new();
    let mut next = Some(first);
    let mut kept = 0;
    if let Err(error) = transaction.plain("BEGIN IMMEDIATE") {
        answer(next.take(), Some(&error));
        return;
    }
    while let Some(mut job) = next.take() {
        match savepoint(transaction, &mut job) {
            Outcome::Kept => {
                kept += 1;
                jobs.push(job);
            }
            Outcome::Undone => jobs.push(job),
            Outcome::Void(error) => {
                answer(Some(job), Some(&error));
            }
            Outcome::Skipped => {}
            Outcome::AllUndone(error) => {
                answer(Some(job), error.as_ref());
                end(transaction, "ROLLBACK");
                return one_by_one(transaction, jobs, figures);
            }
        }
        if jobs.len() < GROUP && begun.elapsed() < GROUP_TIME {
            next = queue.try_recv().ok();
        }
    }
    if kept == 0 {
        end(transaction, "ROLLBACK");
        return answer(jobs, None);
    }
    match transaction.plain("COMMIT") {
        Ok(()) => {
            figures.commit(kept);
            answer(jobs, None);
        }
        Err(error) => {
            end(transaction, "ROLLBACK");
            // A foreign key that may wait until the commit can be the fault of one closure among many.
            if error == Error::ForeignKey && jobs.len() > 1 {
                return one_by_one(transaction, jobs, figures);
            }
            answer(jobs, Some(&error));
        }
    }
}

/// Runs the closures again, each in a transaction of its own.
fn one_by_one(transaction: &mut Transaction, jobs: Vec<WriteJob>, figures: &Figures) {
    for mut job in jobs {
        if let Err(error) = transaction.plain("BEGIN IMMEDIATE") {
            answer(Some(job), Some(&error));
            continue;
        }
        match savepoint(transaction, &mut job) {
            Outcome::Kept => {
                let done = transaction.plain("COMMIT");
                if done.is_ok() {
                    figures.commit(1);
                }
                end(transaction, "ROLLBACK");
                answer(Some(job), done.err().as_ref());
            }
            Outcome::Undone | Outcome::Skipped => {
                end(transaction, "ROLLBACK");
                answer(Some(job), None);
            }
            Outcome::Void(error) => {
                end(transaction, "ROLLBACK");
                answer(Some(job), Some(&error));
            }
            Outcome::AllUndone(error) => {
                end(transaction, "ROLLBACK");
                answer(Some(job), error.as_ref());
            }
        }
    }
}

enum Outcome {
    /// Its changes stand, if the commit succeeds.
    Kept,
    /// It returned an error and its changes are undone.
    Undone,
    /// It returned Ok although a statement of it had failed; its changes are undone.
    Void(Error),
    /// SQLite undid the whole transaction, with the closures before. With an error if the closure's own
    /// result must not be its answer.
    AllUndone(Option<Error>),
    Skipped,
}

fn savepoint(transaction: &mut Transaction, job: &mut WriteJob) -> Outcome {
    if let Err(error) = transaction.plain("SAVEPOINT closure") {
        return Outcome::AllUndone(Some(error));
    }
    let ran = job(Step::Run(transaction));
    let spoil = transaction.take_spoil();
    if !in_transaction(transaction) {
        let void = (ran == Ran::Well).then(|| {
            spoil.unwrap_or_else(|| Error::Unsupported("a closure may not end the transaction".to_owned()))
        });
        return Outcome::AllUndone(void);
    }
    if ran == Ran::Well && spoil.is_none() {
        return match transaction.plain("RELEASE closure") {
            Ok(()) => Outcome::Kept,
            Err(error) => Outcome::AllUndone(Some(error)),
        };
    }
    let undone = transaction.plain("ROLLBACK TO closure").and_then(|()| transaction.plain("RELEASE closure"));
    match (undone, ran, spoil) {
        (Err(error), ..) => Outcome::AllUndone(Some(error)),
        (Ok(()), Ran::Well, Some(spoil)) => Outcome::Void(Error::Spoiled(spoil.to_string())),
        (Ok(()), Ran::Skipped, _) => Outcome::Skipped,
        (Ok(()), ..) => Outcome::Undone,
    }
}

fn answer(jobs: impl IntoIterator<Item = WriteJob>, void: Option<&Error>) {
    for mut job in jobs {
        job(Step::Answer(void.cloned()));
    }
}

/// The write-ahead log, which is copied into the database file after the callers have their answers.
struct Log {
    /// How many pages it holds, as SQLite tells at each commit.
    pages: Arc<AtomicU64>,
    seen: u64,
    next: u64,
    busy: Duration,
}

impl Log {
    fn checkpoint_if_due(&mut self, session: &mut Session) {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < self.seen {
            self.next = CHECKPOINT_PAGES;
        }
        self.seen = pages;
        if pages < self.next {
            return;
        }
        self.next = pages + CHECKPOINT_PAGES;
        let done = if pages < RESTART_PAGES {
            session.plain("PRAGMA wal_checkpoint(PASSIVE)")
        } else {
            // Seldom while a long export keeps the log in use, for each try holds up the writers.
            self.next = pages + pages / 2;
            restart(session, self.busy)
        };
        if let Err(error) = done {
            tracing::warn!(%error, pages, "the write-ahead log could not be copied into the database file");
        }
    }
}

/// Keeps the log from growing for ever under readers that overlap.
fn restart(session: &mut Session, busy: Duration) -> Result<(), Error> {
    let translate = |error: rusqlite::Error| super::translate(&error, "PRAGMA busy_timeout");
    session.connection.busy_timeout(RESTART_WAIT).map_err(translate)?;
    let done = session.plain("PRAGMA wal_checkpoint(RESTART)");
    session.connection.busy_timeout(busy).map_err(translate)?;
    done
}
