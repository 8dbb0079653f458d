//! A second PostgreSQL that follows the first: pages that only read may ask it.
//!
//! Each second the primary is asked how far it has written, and the replica how far it has come. What the replica is
//! known to hold is everything up to an instant; when that is longer ago than the settings allow, the primary is asked
//! instead. Whoever wrote something asks the primary for a little longer than that, so that nobody ever misses what
//! they themselves did.

use std::collections::VecDeque;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use database::{Database, Error, Options, Reader};

use crate::app::App;
use crate::directory::sessions;
use crate::problem::Problem;
use crate::settings::MachineSettings;

const EVERY: Duration = Duration::from_secs(1);
/// Positions that are remembered, one for each round.
const MARKS: usize = 600;
/// Beyond the longest lag: for the round's own length and for rounding.
const AFTER_WRITE: Duration = Duration::from_secs(3);

#[derive(Debug)]
pub struct Replica {
    address: Option<String>,
    within: Duration,
    state: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    database: Option<Database>,
    /// It holds everything that was written up to then.
    holds_until: Option<Instant>,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known").field("holds_until", &self.holds_until).finish_non_exhaustive()
    }
}

impl Replica {
    pub fn new(settings: &MachineSettings) -> Replica {
        let (address, within) = (settings.replica.clone(), settings.replica_lag());
        Replica { address, within, state: RwLock::default() }
    }

    pub fn is_set(&self) -> bool {
        self.address.is_some()
    }

    /// How far behind it is; `None` when there is none or nothing is known of it.
    pub fn lag(&self) -> Option<Duration> {
        let known = self.state.read().unwrap_or_else(PoisonError::into_inner);
        known.holds_until.map(|at| at.elapsed())
    }

    fn fresh(&self) -> Option<Database> {
        let known = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = known.holds_until.is_some_and(|at| at.elapsed() <= self.within);
        known.database.clone().filter(|_| is_fresh)
    }

    fn learn(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Asks the replica if it may be asked, else the primary, and the primary too when the replica fails.
    ///
    /// # Errors
    /// As `Database::read`.
    pub(crate) async fn read<T, F>(&self, primary: &Database, f: F) -> Result<T, Problem>
    where
        F: FnOnce(&mut Reader) -> Result<T, Problem> + Clone + Send + 'static,
        T: Send + 'static,
    {
        if let Some(replica) = self.fresh() {
            match replica.read(f.clone()).await {
                // Gone, or in the way of what it follows: nothing is wrong with the question.
                Err(problem) if problem.passes() => {
                    tracing::warn!("the replica did not answer, the primary is asked: {problem:?}");
                    self.learn(|known| known.holds_until = None);
                }
                answer => return answer,
            }
        }
        primary.read(f).await
    }
}

/// Follows how far the replica has come, for as long as the program runs.
pub async fn watch(app: App) {
    let Some(address) = app.machine.replica.address.clone() else { return };
    let mut marks: VecDeque<(Instant, i64)> = VecDeque::new();
    loop {
        if let Err(error) = round(&app, &address, &mut marks).await {
            tracing::debug!("nothing is known of the replica: {error}");
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn round(app: &App, address: &str, marks: &mut VecDeque<(Instant, i64)>) -> Result<(), Error> {
    let replica = &app.machine.replica;
    // Before it is asked: what was acknowledged by now stands before the position that it tells.
    let now = Instant::now();
    marks.push_back((now, app.db.read(written).await?));
    if marks.len() > MARKS {
        marks.pop_front();
    }
    let known = replica.state.read().unwrap_or_else(PoisonError::into_inner).database.clone();
    let database = match known {
        Some(database) => database,
        None => {
            let database = open(address.to_owned()).await?;
            replica.learn(|known| known.database = Some(database.clone()));
            tracing::info!("pages that only read may ask the replica");
            database
        }
    };
    let Some(come) = database.read(come).await? else {
        // It is no replica any more: it was promoted, and may be written to by others.
        replica.learn(|known| known.holds_until = None);
        return Ok(());
    };
    while marks.get(1).is_some_and(|(_, position)| *position <= come) {
        marks.pop_front();
    }
    if let Some((at, _)) = marks.front().filter(|(_, position)| *position <= come) {
        replica.learn(|known| known.holds_until = Some(*at));
    }
    Ok(())
}

async fn open(address: String) -> Result<Database, Error> {
    let options = Options { writers: 0, ..Options::default() };
    let opened = tokio::task::spawn_blocking(move || Database::open(&address, &options)).await;
    opened.unwrap_or_else(|error| Err(Error::Unavailable(error.to_string())))
}

fn written(r: &mut Reader) -> Result<i64, Error> {
    let sql = "SELECT CAST(pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS BIGINT) AS position";
    r.one(sql, &[], |row| row.get("position"))
}

fn come(r: &mut Reader) -> Result<Option<i64>, Error> {
    let sql = "SELECT CASE WHEN pg_is_in_recovery()
                   THEN CAST(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0') AS BIGINT) END AS position";
    r.one(sql, &[], |row| row.get("position"))
}

// who just wrote ------------------------------------------------------------------------------------

fn cookie_name(app: &App) -> &'static str {
    if app.settings.secure_cookies { "__Host-wrote" } else { "wrote" }
}

/// Programs keep no cookies, so they always ask the primary; and so does whoever wrote something just now.
pub fn must_read_primary(app: &App, headers: &HeaderMap, by_token: bool) -> bool {
    by_token || !app.machine.replica.is_set() || sessions::cookie(headers, cookie_name(app)).is_some()
}

/// Middleware: who sends a form is given the cookie that leads to the primary.
pub async fn remember_write(State(app): State<App>, request: Request, next: Next) -> Response {
    let only_reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let mut response = next.run(request).await;
    if app.machine.replica.is_set() && !only_reads {
        let secure = if app.settings.secure_cookies { "; Secure" } else { "" };
        let age = (app.machine.replica.within + AFTER_WRITE).as_secs();
        let text = format!("{}=1; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}", cookie_name(&app));
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}
