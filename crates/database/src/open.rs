use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Sender, TrySendError, bounded};
use tokio::sync::oneshot;
use tracing::{Span, debug_span, field};

use crate::work::{ReadJob, Reply, WriteJob, become_worker, on_worker, read_job, write_job};
use crate::{Error, Figures, Migration, Reader, Transaction, migrate, pg, sqlite};

/// Which of the two databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

#[derive(Debug, Clone)]
pub struct Options {
    /// Threads that read, each with a connection.
    pub readers: usize,
    /// Threads that write, each with a connection. PostgreSQL only: SQLite has one. With none, nothing is written:
    /// for a server that only follows another.
    pub writers: usize,
    /// Closures of each sort that may wait before the next is refused with `Error::Busy`.
    pub queue: usize,
    /// How long to wait for a lock that another process holds, and for a connection.
    pub busy: Duration,
    /// The longest time that a statement of a read closure may take, save `Reader::each`.
    pub read_limit: Duration,
    /// The longest time that a statement of a write closure may take, save `batch` and `execute_many`.
    pub write_limit: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            readers: 4,
            writers: 8,
            queue: 1024,
            busy: Duration::from_secs(5),
            read_limit: Duration::from_secs(30),
            write_limit: Duration::from_secs(60),
        }
    }
}

/// A database, open. Copies are cheap and mean the same database; with the last one it is closed.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    kind: Kind,
    /// The file of an SQLite database.
    path: Option<PathBuf>,
    counter: Arc<AtomicU64>,
    figures: Arc<Figures>,
    queues: RwLock<Option<Queues>>,
    threads: Mutex<Threads>,
}

#[derive(Default)]
struct Threads {
    readers: Vec<JoinHandle<()>>,
    writers: Vec<JoinHandle<()>>,
}

struct Queues {
    reads: Sender<ReadJob>,
    writes: Sender<WriteJob>,
}

impl Database {
    /// Opens `postgres://…` or `postgresql://…`, or the SQLite file of this path, which is created if need be.
    /// With `sslmode=verify-full` connections to PostgreSQL are encrypted and the server's certificate is verified,
    /// against the authorities of the machine or those in `sslrootcert=FILE`; without it they are in the clear.
    ///
    /// # Errors
    /// `Error::Unavailable` when it cannot be reached or opened.
    pub fn open(url: &str, options: &Options) -> Result<Database, Error> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            open_postgres(url, options)
        } else {
            open_sqlite(Path::new(url), options)
        }
    }

    pub fn kind(&self) -> Kind {
        self.inner.kind
    }

    /// Brings the schema up to date. Blocks. Each migration is one transaction; two programs may do this
    /// at the same time.
    ///
    /// # Errors
    /// `Error::NewerSchema`, `Error::Checksum`, or `Error::Migration` with the failing step's name.
    pub fn migrate(&self, migrations: &[Migration]) -> Result<(), Error> {
        migrate::run(self, migrations)
    }

    /// How many of these migrations have not run here yet: 0 when the schema is the program's.
    ///
    /// # Errors
    /// As `migrate`, and as `read`.
    pub async fn missing(&self, migrations: &'static [Migration]) -> Result<usize, Error> {
        self.read(|reader| migrate::missing(reader, migrations)).await
    }

    /// What it was asked since it was opened, and how long that waited.
    pub fn figures(&self) -> &Figures {
        &self.inner.figures
    }

    /// Runs `f` with a stable snapshot of the database. If the future is dropped before `f` has begun, it is not run.
    ///
    /// # Errors
    /// Those of `f`; `Error::Busy` when too many wait; `Error::Unavailable`.
    pub async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Reader) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (sender, answer) = oneshot::channel();
        let span = self.asked("read");
        self.send_read(read_job(f, Reply::Future(sender), Arc::clone(&self.inner.figures), span.clone()))?;
        answer.await.unwrap_or_else(|_| Err(E::from(Error::Closed)))
    }

    /// Runs `f` in a transaction and returns its Ok after the commit is durable. An Err rolls back.
    /// `f` may be run again when its transaction had to be given up, so it must not do anything else.
    /// If the future is dropped before `f` has begun, it is not run; later, it is carried through.
    ///
    /// # Errors
    /// Those of `f`; `Error::Busy` when too many wait; `Error::Full`; `Error::Unavailable`, when nothing was
    /// stored; `Error::Unknown`, when that is not known.
    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnMut(&mut Transaction) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (sender, answer) = oneshot::channel();
        let span = self.asked("write");
        self.send_write(write_job(f, Reply::Future(sender), Arc::clone(&self.inner.figures), span.clone()))?;
        answer.await.unwrap_or_else(|_| Err(E::from(Error::Closed)))
    }

    /// As `read`, for commands and tests: blocks this thread.
    ///
    /// # Errors
    /// As `read`.
    pub fn read_blocking<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Reader) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        refuse_nested()?;
        let (sender, answer) = mpsc::sync_channel(1);
        self.send_read(read_job(f, Reply::Thread(sender), Arc::clone(&self.inner.figures), Span::none()))?;
        answer.recv().unwrap_or_else(|_| Err(E::from(Error::Closed)))
    }

    /// As `write`, for commands and tests: blocks this thread.
    ///
    /// # Errors
    /// As `write`.
    pub fn write_blocking<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnMut(&mut Transaction) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        refuse_nested()?;
        let (sender, answer) = mpsc::sync_channel(1);
        self.send_write(write_job(f, Reply::Thread(sender), Arc::clone(&self.inner.figures), Span::none()))?;
        answer.recv().unwrap_or_else(|_| Err(E::from(Error::Closed)))
    }

    /// From the question to its answer, for whoever follows what a request did; nothing of what is asked stands in it.
    fn asked(&self, sort: &'static str) -> Span {
        let system = match self.inner.kind {
            Kind::Sqlite => "sqlite",
            Kind::Postgres => "postgresql",
        };
        debug_span!(
            target: "trace",
            "database",
            otel.name = sort,
            otel.kind = "client",
            db.system.name = system,
            waited_microseconds = field::Empty
        )
    }

    /// The number of statements run since it was opened, without BEGIN, COMMIT and their like.
    pub fn statements(&self) -> u64 {
        self.inner.counter.load(Ordering::Relaxed)
    }

    /// The numbers of read and write closures that wait for a thread.
    pub fn waiting(&self) -> (usize, usize) {
        let queues = self.inner.queues.read().unwrap_or_else(PoisonError::into_inner);
        queues.as_ref().map_or((0, 0), |queues| (queues.reads.len(), queues.writes.len()))
    }

    /// Whether it answers a question now. Blocks, as long as other questions wait before it.
    ///
    /// # Errors
    /// `Error::Unavailable`, `Error::Busy`, `Error::Closed`.
    pub fn check(&self) -> Result<(), Error> {
        self.read_blocking(|reader| reader.one("SELECT 1 AS one", &[], |row| row.get::<i64>("one")).map(drop))
    }

    /// Writes a copy of an SQLite database to a new file, while others read and write. Blocks.
    ///
    /// # Errors
    /// `Error::Unsupported` on PostgreSQL, `Error::Unavailable` when `path` exists or cannot be written.
    pub fn backup_to(&self, path: &Path) -> Result<(), Error> {
        match &self.inner.path {
            Some(from) => sqlite::backup(from, path),
            None => Err(Error::Unsupported("use pg_dump to back up a PostgreSQL database".to_owned())),
        }
    }

    /// Takes no more closures, finishes those that wait, and closes the connections, for all copies.
    pub fn close(self) {
        self.inner.close();
    }

    fn send_read(&self, job: ReadJob) -> Result<(), Error> {
        let queues = self.inner.queues.read().unwrap_or_else(PoisonError::into_inner);
        let Some(queues) = &*queues else { return Err(Error::Closed) };
        queues.reads.try_send(job).map_err(refused)
    }

    fn send_write(&self, job: WriteJob) -> Result<(), Error> {
        let queues = self.inner.queues.read().unwrap_or_else(PoisonError::into_inner);
        let Some(queues) = &*queues else { return Err(Error::Closed) };
        queues.writes.try_send(job).map_err(refused)
    }
}

fn refused<T>(error: TrySendError<T>) -> Error {
    match error {
        TrySendError::Full(_) => Error::Busy("too many questions wait already".to_owned()),
        TrySendError::Disconnected(_) => Error::Closed,
    }
}

fn refuse_nested() -> Result<(), Error> {
    if on_worker() {
        let message = "a closure must ask the reader or transaction it was given, not the database";
        return Err(Error::Unsupported(message.to_owned()));
    }
    Ok(())
}

impl Inner {
    /// First the readers, so that SQLite's last connection is the writer's, which may tidy up the log.
    fn close(&self) {
        let queues = self.queues.write().unwrap_or_else(PoisonError::into_inner).take();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let (reads, writes) = queues.map(|queues| (queues.reads, queues.writes)).unzip();
        drop(reads);
        join(threads.readers);
        drop(writes);
        join(threads.writers);
    }
}

fn join(threads: Vec<JoinHandle<()>>) {
    for thread in threads {
        // The last copy may be dropped by a closure, on one of these threads.
        if thread.thread().id() != thread::current().id() && thread.join().is_err() {
            tracing::error!("a thread of the database ended in a panic");
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

fn start(name: String, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Error> {
    let worker = move || {
        become_worker();
        run();
    };
    thread::Builder::new()
        .name(name)
        .spawn(worker)
        .map_err(|error| Error::Unavailable(format!("no thread could be started: {error}")))
}

fn open_sqlite(path: &Path, options: &Options) -> Result<Database, Error> {
    if path.as_os_str() == ":memory:" || path.as_os_str().is_empty() {
        return Err(Error::Unsupported("a database needs a file".to_owned()));
    }
    let path = std::path::absolute(path).map_err(|error| Error::Unavailable(error.to_string()))?;
    let (counter, figures) = (Arc::new(AtomicU64::new(0)), Arc::new(Figures::default()));
    let writer = Transaction::new(Reader::sqlite(sqlite::open_writer(&path, options)?, Arc::clone(&counter)));
    let (reads, read_queue) = bounded::<ReadJob>(options.queue);
    let (writes, write_queue) = bounded::<WriteJob>(options.queue);
    let mut threads = Threads::default();
    for number in 0..options.readers.max(1) {
        let reader = Reader::sqlite(sqlite::open_reader(&path, options)?, Arc::clone(&counter));
        let queue = read_queue.clone();
        threads.readers.push(start(format!("db-read-{number}"), move || sqlite::read_loop(reader, &queue))?);
    }
    let (busy, counted) = (options.busy, Arc::clone(&figures));
    let write = move || sqlite::write_loop(writer, &write_queue, busy, &counted);
    threads.writers.push(start("db-write".to_owned(), write)?);
    Ok(Database {
        inner: Arc::new(Inner {
            kind: Kind::Sqlite,
            path: Some(path),
            counter,
            figures,
            queues: RwLock::new(Some(Queues { reads, writes })),
            threads: Mutex::new(threads),
        }),
    })
}

fn open_postgres(url: &str, options: &Options) -> Result<Database, Error> {
    let (counter, figures) = (Arc::new(AtomicU64::new(0)), Arc::new(Figures::default()));
    let connector = Arc::new(pg::Connector::new(url, options, Arc::clone(&counter), Arc::clone(&figures))?);
    let (reads, read_queue) = bounded::<ReadJob>(options.queue);
    let (writes, write_queue) = bounded::<WriteJob>(options.queue);
    let mut threads = Threads::default();
    for number in 0..options.readers.max(1) {
        let (connector, queue) = (Arc::clone(&connector), read_queue.clone());
        threads.readers.push(start(format!("db-read-{number}"), move || pg::read_loop(&connector, &queue))?);
    }
    for number in 0..options.writers {
        let (connector, queue) = (Arc::clone(&connector), write_queue.clone());
        threads
            .writers
            .push(start(format!("db-write-{number}"), move || pg::write_loop(&connector, &queue))?);
    }
    let database = Database {
        inner: Arc::new(Inner {
            kind: Kind::Postgres,
            path: None,
            counter,
            figures,
            queues: RwLock::new(Some(Queues { reads, writes })),
            threads: Mutex::new(threads),
        }),
    };
    warn_of_collation(&database)?;
    Ok(database)
}

/// Text that sorts otherwise than in SQLite and in the tests is a surprise to be told at the start.
fn warn_of_collation(database: &Database) -> Result<(), Error> {
    let sql = "SELECT datcollate AS collation FROM pg_database WHERE datname = current_database()";
    let ask = |reader: &mut Reader| reader.one(sql, &[], |row| row.get::<String>("collation"));
    let collation = database.read_blocking::<_, Error, _>(ask)?;
    if !["C", "POSIX", "C.UTF-8", "C.utf8"].contains(&collation.as_str()) {
        tracing::warn!(collation, "the database sorts text by a language; make it with LC_COLLATE 'C'");
    }
    database.inner.counter.store(0, Ordering::Relaxed);
    Ok(())
}
