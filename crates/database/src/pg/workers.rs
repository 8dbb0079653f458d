use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use postgres::{Client, NoTls};

use super::tls::{self, Address};
use super::{Session, translate};
use crate::work::{Ran, ReadJob, Step, WriteJob};
use crate::{Error, Figures, Options, Reader, Transaction};

/// How often a transaction that stood in another's way is run before its caller hears of it.
const TRIES: u32 = 6;

/// Waits until all that was committed before is on the disk, and on the standbys that the server waits for.
///
/// COMMIT itself does not wait: its rows are free for the next transaction a few milliseconds earlier, and one wait
/// serves all who committed in the meantime. The message is the smallest thing whose commit the server waits for; it
/// stands behind the other in the log, and a server that fell in between has cut this connection.
const FLUSH: &str = "BEGIN; SET LOCAL synchronous_commit TO DEFAULT; \
    SELECT pg_logical_emit_message(true, 'flush', ''); COMMIT";
const CAN_FLUSH: &str = "SELECT COUNT(*) AS can FROM pg_proc WHERE proname = 'pg_logical_emit_message'";

/// After a connection could not be opened, how long callers are told so without another try.
const PAUSE: Duration = Duration::from_millis(500);

/// Opens connections, for all threads of a database.
pub(crate) struct Connector {
    address: Address,
    read_limit: Duration,
    write_limit: Duration,
    counter: Arc<AtomicU64>,
    figures: Arc<Figures>,
    /// When the last try failed, and why.
    failed: Mutex<Option<(Instant, Error)>>,
}

impl Connector {
    pub(crate) fn new(
        url: &str,
        options: &Options,
        counter: Arc<AtomicU64>,
        figures: Arc<Figures>,
    ) -> Result<Connector, Error> {
        let mut address = tls::read(url)?;
        let config = &mut address.config;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(options.busy);
        }
        // A server that vanished is noticed within half a minute instead of hours.
        config.keepalives_idle(Duration::from_secs(20)).keepalives_interval(Duration::from_secs(5));
        config.keepalives_retries(2);
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(Duration::from_secs(30));
        }
        let (read_limit, write_limit) = (options.read_limit, options.write_limit);
        Ok(Connector { address, read_limit, write_limit, counter, figures, failed: Mutex::new(None) })
    }

    fn connect(&self, set: &str) -> Result<Reader, Error> {
        let mut failed = self.failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((at, error)) = &*failed
            && at.elapsed() < PAUSE
        {
            return Err(error.clone());
        }
        // The other threads wait for this one try, and share its failure.
        let opened = self.opened().and_then(|mut client| {
            client.batch_execute(set)?;
            Ok(client)
        });
        match opened {
            Ok(client) => {
                *failed = None;
                Ok(Reader::postgres(Session::new(client), Arc::clone(&self.counter)))
            }
            Err(error) => {
                let error = match translate(&error, "connect") {
                    Error::Sql { message, .. } => Error::Unavailable(message),
                    other => other,
                };
                if failed.is_none() {
                    tracing::warn!(%error, "no connection to PostgreSQL");
                }
                *failed = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    fn opened(&self) -> Result<Client, postgres::Error> {
        let Address { config, tls } = &self.address;
        match tls {
            Some(tls) => config.connect(tls.clone()),
            None => config.connect(NoTls),
        }
    }

    fn reader(&self) -> Result<Reader, Error> {
        self.connect(&format!(
            "SET default_transaction_isolation = 'repeatable read'; SET default_transaction_read_only = on; \
             SET jit = off; SET statement_timeout = {}",
            self.read_limit.as_millis()
        ))
    }

    fn writer(&self) -> Result<Writer, Error> {
        let mut reader = self.connect(&format!(
            "SET default_transaction_isolation = 'read committed'; SET jit = off; SET statement_timeout = {}",
            self.write_limit.as_millis()
        ))?;
        // Databases that speak PostgreSQL's language without being it commit as they see fit.
        let flushes = reader.one(CAN_FLUSH, &[], |row| row.get::<i64>("can"))? > 0;
        if flushes {
            reader.plain("SET synchronous_commit = off")?;
        }
        Ok(Writer { transaction: Transaction::new(reader), flushes })
    }
}

struct Writer {
    transaction: Transaction,
    /// COMMIT does not wait for the disk; `FLUSH` does.
    flushes: bool,
}

pub(crate) fn read_loop(connector: &Connector, queue: &Receiver<ReadJob>) {
    let mut connection: Option<Reader> = None;
    while let Ok(job) = queue.recv() {
        let mut reader = match begun_reader(connector, connection.take()) {
            Ok(reader) => reader,
            Err(error) => {
                job(Err(error));
                continue;
            }
        };
        let ran = job(Ok(&mut reader));
        reader.take_spoil();
        if ran != Ran::Panicked && !is_lost(&mut reader) && reader.plain("ROLLBACK").is_ok() {
            connection = Some(reader);
        }
    }
}

/// A connection within a transaction: the old one, or a new one if that was lost while it lay idle.
fn begun_reader(connector: &Connector, old: Option<Reader>) -> Result<Reader, Error> {
    if let Some(mut reader) = old
        && reader.plain("BEGIN").is_ok()
    {
        return Ok(reader);
    }
    let mut reader = connector.reader()?;
    reader.plain("BEGIN")?;
    Ok(reader)
}

fn begun_writer(connector: &Connector, old: Option<Writer>) -> Result<Writer, Error> {
    if let Some(mut writer) = old
        && writer.transaction.plain("BEGIN").is_ok()
    {
        return Ok(writer);
    }
    let mut writer = connector.writer()?;
    writer.transaction.plain("BEGIN")?;
    Ok(writer)
}

fn is_lost(reader: &mut Reader) -> bool {
    reader.postgres_session().is_none_or(|session| session.is_lost())
}

pub(crate) fn write_loop(connector: &Connector, queue: &Receiver<WriteJob>) {
    let mut connection: Option<Writer> = None;
    while let Ok(mut job) = queue.recv() {
        let mut tries = 0;
        loop {
            tries += 1;
            let mut writer = match begun_writer(connector, connection.take()) {
                Ok(writer) => writer,
                Err(error) => {
                    job(Step::Answer(Some(error)));
                    break;
                }
            };
            let end = attempt(&mut writer, &mut job);
            if end.is_reusable && !is_lost(&mut writer.transaction) {
                connection = Some(writer);
            }
            match end.failure {
                Some(Failure::Again(_)) if tries < TRIES => thread::sleep(pause(tries)),
                Some(Failure::Again(error) | Failure::Final(error)) => {
                    job(Step::Answer(Some(error)));
                    break;
                }
                None => {
                    if end.is_kept {
                        connector.figures.commit(1);
                    }
                    job(Step::Answer(None));
                    break;
                }
            }
        }
    }
}

enum Failure {
    /// The same closure may succeed if it is run again.
    Again(Error),
    Final(Error),
}

struct End {
    is_reusable: bool,
    /// Something was committed.
    is_kept: bool,
    /// None: the closure's own result is the answer.
    failure: Option<Failure>,
}

fn attempt(writer: &mut Writer, job: &mut WriteJob) -> End {
    let transaction = &mut writer.transaction;
    let ran = job(Step::Run(transaction));
    let spoil = transaction.take_spoil();
    if ran == Ran::Well && spoil.is_none() {
        return commit(writer);
    }
    let is_reusable = ran != Ran::Panicked && transaction.plain("ROLLBACK").is_ok();
    let failure = match spoil {
        // Nothing was committed, so it can be run again: on another connection if this one was lost.
        Some(error @ (Error::Conflict(_) | Error::Unavailable(_))) if ran != Ran::Panicked => {
            Some(Failure::Again(error))
        }
        Some(error) if ran == Ran::Well => Some(Failure::Final(Error::Spoiled(error.to_string()))),
        _ => None,
    };
    End { is_reusable, is_kept: false, failure }
}

fn commit(Writer { transaction, flushes }: &mut Writer) -> End {
    let Err(error) = transaction.plain("COMMIT") else {
        let kept = if *flushes { transaction.plain(FLUSH) } else { Ok(()) };
        let failure = kept.err().map(|error| Failure::Final(Error::Unknown(error.to_string())));
        let is_reusable = failure.is_none() || transaction.plain("ROLLBACK").is_ok();
        return End { is_reusable, is_kept: true, failure };
    };
    let failure = match error {
        Error::Conflict(_) => Failure::Again(error),
        Error::Unavailable(message) => Failure::Final(Error::Unknown(message)),
        _ => Failure::Final(error),
    };
    End { is_reusable: transaction.plain("ROLLBACK").is_ok(), is_kept: false, failure: Some(failure) }
}

/// 5 to 10 ms, twice as long each time, so that the two who collided do not meet again.
fn pause(tries: u32) -> Duration {
    let random = RandomState::new().build_hasher().finish() % 1_000;
    let base = Duration::from_millis(5) * 2_u32.pow(tries - 1);
    base + base.mul_f64(random as f64 / 1_000.0)
}
