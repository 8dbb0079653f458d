//! What goes on beside the requests: calendars kept fresh, clocks that run out, resolved requests that close, jobs.

use std::time::Duration;

use tracing::{Instrument, debug_span, field};

use crate::app::App;
use crate::channels::letters;
use crate::desk::{clocks, recompute, save, usual};
use crate::directory::{codes, send_device_notice, send_link, send_notice, sync_people};
use crate::jobs::{self, Job};
use crate::machine::TRACE;
use crate::problem::Problem;
use crate::{record, retention};

const EVERY: Duration = Duration::from_secs(2);

pub async fn run(app: App) {
    let now = app.clock.now();
    let own = app.clone();
    let plan = move |tx: &mut database::Transaction| {
        usual::plan(tx, now)?;
        letters::plan(tx, &own)?;
        retention::plan(tx, &own)
    };
    if let Err(error) = app.db.write(plan).await {
        tracing::error!("the daily work could not be planned: {error:?}");
    }
    tell_of_missing_key(&app).await;
    let syncing = app.clone();
    if let Err(error) = app.db.write(move |tx| sync_people::plan_night(&syncing, tx, now)).await {
        tracing::error!("the comparison of people could not be planned: {error:?}");
    }
    loop {
        if let Err(problem) = round(&app).await {
            tracing::error!("a round of the worker failed and is tried again: {problem:?}");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Said at the start, where whoever moved the data reads it.
async fn tell_of_missing_key(app: &App) {
    let vault = app.vault.clone();
    match app.db.read(move |r| codes::locked(r, &vault)).await {
        Ok(0) => {}
        Ok(locked) => tracing::error!(
            "the codes of {locked} people cannot be checked: the key that sealed their secrets is missing; put \
             secrets.key back into the data folder, or set TENDREL_SECRETS_KEY"
        ),
        Err(error) => tracing::error!("it is not known whether the key to the secrets is there: {error:?}"),
    }
}

/// One round; tests call it after moving the clock.
pub async fn round(app: &App) -> Result<(), Problem> {
    app.refresh().await?;
    clocks::round(app).await?;
    clocks::close_resolved(app).await?;
    do_jobs(app).await?;
    letters::round(app).await?;
    Ok(record::seal_if_due(app).await?)
}

/// Jobs of one round; the rest waits for the next, so that clocks never wait for long.
const JOBS_A_ROUND: usize = 50;

async fn do_jobs(app: &App) -> Result<(), Problem> {
    let worker = format!("{}", std::process::id());
    for _ in 0..JOBS_A_ROUND {
        let (name, now) = (worker.clone(), app.clock.now());
        let Some(job) = app.db.write(move |tx| jobs::take(tx, &name, now)).await? else {
            return Ok(());
        };
        let span = debug_span!(
            target: TRACE,
            "job",
            otel.name = %format_args!("job {}", job.kind),
            otel.status_code = field::Empty,
            attempts = job.attempts
        );
        let done = do_job(app, &job).instrument(span.clone()).await;
        if done.is_err() {
            span.record("otel.status_code", "ERROR");
        }
        drop(span);
        app.machine.metrics.job_ended(&job.kind, done.is_ok());
        let now = app.clock.now();
        app.db
            .write(move |tx| match &done {
                Ok(()) => jobs::done(tx, &job).map(drop),
                Err(problem) => {
                    tracing::error!(kind = job.kind, attempts = job.attempts, "a job failed: {problem:?}");
                    jobs::failed(tx, &job, &format!("{problem:?}"), now)
                }
            })
            .await?;
    }
    Ok(())
}

/// Every kind of job has its line here; each says in its own file how it is done again safely.
async fn do_job(app: &App, job: &Job) -> Result<(), Problem> {
    match job.kind.as_str() {
        recompute::RECOMPUTE_PROMISES => recompute::run(app).await,
        usual::JOB => usual::run(app).await,
        send_notice::JOB => send_notice::run(app, &job.payload).await,
        send_device_notice::JOB => send_device_notice::run(app, &job.payload).await,
        sync_people::JOB => sync_people::run(app).await,
        send_link::JOB => send_link::run(app, &job.payload).await,
        save::TELL => letters::jobs::tell(app, &job.payload).await,
        letters::jobs::REMIND => letters::jobs::remind(app, &job.payload).await,
        letters::jobs::DIGEST => letters::jobs::digest(app).await,
        retention::JOB => retention::run(app).await,
        unknown => Err(Problem::Other(anyhow::anyhow!("there is no kind of job called {unknown}"))),
    }
}
