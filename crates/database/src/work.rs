//! The way of a closure from the caller to a worker thread, and of its answer back.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use tracing::Span;

use crate::{Error, Figures, Reader, Transaction};

thread_local! {
    static ON_WORKER: Cell<bool> = const { Cell::new(false) };
}

/// Marks this thread as one that closures run on.
pub(crate) fn become_worker() {
    ON_WORKER.set(true);
}

/// Whether the caller is itself a closure of a database, which would wait for itself.
pub(crate) fn on_worker() -> bool {
    ON_WORKER.get()
}

/// Where the answer goes: to a future, or to a thread that waits.
pub(crate) enum Reply<T> {
    Future(oneshot::Sender<T>),
    Thread(mpsc::SyncSender<T>),
}

impl<T> Reply<T> {
    /// Nobody may be waiting any more; then the answer is for nobody.
    fn send(self, answer: T) {
        match self {
            Reply::Future(sender) => drop(sender.send(answer)),
            Reply::Thread(sender) => drop(sender.try_send(answer)),
        }
    }

    fn is_abandoned(&self) -> bool {
        match self {
            Reply::Future(sender) => sender.is_closed(),
            Reply::Thread(_) => false,
        }
    }
}

/// How a closure ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ran {
    /// It returned Ok.
    Well,
    /// It returned Err.
    Badly,
    Panicked,
    /// It was not run, for nobody waits for it any more.
    Skipped,
}

/// A read closure: given the reader, or the reason why there is none.
pub(crate) type ReadJob = Box<dyn FnOnce(Result<&mut Reader, Error>) -> Ran + Send>;

pub(crate) fn read_job<T, E, F>(
    f: F,
    reply: Reply<Result<T, E>>,
    figures: Arc<Figures>,
    span: Span,
) -> ReadJob
where
    F: FnOnce(&mut Reader) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let asked = Instant::now();
    Box::new(move |reader| {
        figures.reads.note(waited(asked, &span));
        if reply.is_abandoned() {
            return Ran::Skipped;
        }
        let (ran, answer) = match reader {
            Err(error) => (Ran::Badly, Err(E::from(error))),
            Ok(reader) => guarded(|| f(reader)),
        };
        reply.send(answer);
        ran
    })
}

/// What a writer asks of a write closure: to run, perhaps again, and in the end to answer.
pub(crate) enum Step<'a> {
    Run(&'a mut Transaction),
    /// With the closure's own result, or with the reason why that is void.
    Answer(Option<Error>),
}

pub(crate) type WriteJob = Box<dyn FnMut(Step<'_>) -> Ran + Send>;

pub(crate) fn write_job<T, E, F>(
    mut f: F,
    reply: Reply<Result<T, E>>,
    figures: Arc<Figures>,
    span: Span,
) -> WriteJob
where
    F: FnMut(&mut Transaction) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let (mut reply, mut result, mut asked) = (Some(reply), None, Some(Instant::now()));
    Box::new(move |step| match step {
        Step::Run(transaction) => {
            // Not again when it is run again.
            if let Some(asked) = asked.take() {
                figures.writes.note(waited(asked, &span));
            }
            if reply.as_ref().is_none_or(Reply::is_abandoned) {
                return Ran::Skipped;
            }
            let (ran, answer) = guarded(|| f(transaction));
            result = Some(answer);
            ran
        }
        Step::Answer(void) => {
            let answer = match (void, result.take()) {
                (Some(error), _) => Err(E::from(error)),
                (None, Some(answer)) => answer,
                (None, None) => Err(E::from(Error::Closed)),
            };
            if let Some(reply) = reply.take() {
                reply.send(answer);
            }
            Ran::Well
        }
    })
}

fn waited(asked: Instant, span: &Span) -> Duration {
    let waited = asked.elapsed();
    span.record("waited_microseconds", i64::try_from(waited.as_micros()).unwrap_or(i64::MAX));
    waited
}

fn guarded<T, E: From<Error>>(run: impl FnOnce() -> Result<T, E>) -> (Ran, Result<T, E>) {
    // The transaction is rolled back after a panic, so nothing half done is seen.
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(value)) => (Ran::Well, Ok(value)),
        Ok(Err(error)) => (Ran::Badly, Err(error)),
        Err(panic) => (Ran::Panicked, Err(E::from(Error::Panicked(message(&*panic))))),
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
        .to_owned()
}
