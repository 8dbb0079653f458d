//! `GET /live`: server-sent events for the officers' pages. The stream carries numbers and kinds; a page that hears of
//! one asks for itself again and takes what changed. Without it a page is merely less lively.
//!
//! Each node looks once a second for what was written, while anybody listens (`live/follow.rs`), and each stream tells
//! only what its viewer would find in a list.

mod follow;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use database::Reader;
use futures_util::stream;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, watch};
use tokio::time::{Instant, Interval, interval_at};

use crate::app::App;
use crate::desk::queue::units_of;
use crate::desk::store::live::{self as store, Changed};
use crate::directory::sessions;
use crate::id::{AccountId, OrganisationId, ServiceId};
use crate::problem::Problem;
use crate::viewer::{SignedIn, Viewer};

/// Streams of one node, and of one account: a tab that is not looked at closes its own.
const STREAMS: usize = 1_000;
const PER_ACCOUNT: usize = 8;
/// How often a stream says that it is alive, and asks whether its session still is and what it may see.
const BEAT: Duration = Duration::from_secs(15);
/// What happened longer ago is not told again to a page that comes back: it asks for itself.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(10);

pub fn routes() -> Router<App> {
    Router::new().route("/live", get(listen))
}

/// What the streams of one node share.
#[derive(Clone)]
pub struct Live {
    places: Arc<Semaphore>,
    by_account: Arc<Mutex<HashMap<AccountId, usize>>>,
    news: broadcast::Sender<Arc<News>>,
    /// Held by whoever follows the events.
    following: Arc<tokio::sync::Mutex<()>>,
    stop: Arc<watch::Sender<bool>>,
}

impl Default for Live {
    fn default() -> Live {
        Live {
            places: Arc::new(Semaphore::new(STREAMS)),
            by_account: Arc::default(),
            news: broadcast::Sender::new(64),
            following: Arc::default(),
            stop: Arc::new(watch::Sender::new(false)),
        }
    }
}

impl Live {
    /// Ends all streams: the program stops.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    fn place(&self, account: AccountId) -> Result<Place, Problem> {
        let mut accounts = self.by_account.lock().unwrap_or_else(PoisonError::into_inner);
        let open = accounts.entry(account).or_default();
        if *open >= PER_ACCOUNT {
            return Err(Problem::TooMany);
        }
        let permit = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Problem::Busy)?;
        *open += 1;
        Ok(Place { account, by_account: Arc::clone(&self.by_account), _permit: permit })
    }
}

/// One stream's place, given back when it ends.
struct Place {
    account: AccountId,
    by_account: Arc<Mutex<HashMap<AccountId, usize>>>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut accounts = self.by_account.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = accounts.get_mut(&self.account) {
            *open -= 1;
            if *open == 0 {
                accounts.remove(&self.account);
            }
        }
    }
}

/// What one look at the events found.
#[derive(Debug)]
enum News {
    Changed(Vec<Changed>),
    /// More than is worth telling one by one: an import.
    Many,
}

/// What a viewer finds in lists: of which units, and which confidential services.
#[derive(Clone, Debug)]
struct Sight {
    units: Option<Vec<OrganisationId>>,
    named: Vec<ServiceId>,
}

impl Sight {
    fn of(r: &mut Reader, app: &App, me: &SignedIn) -> Result<Sight, Problem> {
        Ok(Sight { units: units_of(r, app, me, "all")?, named: me.named.clone() })
    }

    fn sees(&self, changed: &Changed) -> bool {
        self.units.as_ref().is_none_or(|units| units.contains(&changed.unit))
            && changed.veiled_by.is_none_or(|service| self.named.contains(&service))
    }

    /// What of the news this viewer is told, in the words of the protocol.
    fn written(&self, news: &News) -> String {
        let News::Changed(all) = news else {
            return "event: many\ndata: {}\n\n".to_owned();
        };
        all.iter().filter(|changed| self.sees(changed)).map(written).collect()
    }
}

fn written(changed: &Changed) -> String {
    let kind = if changed.version == 1 { "new" } else { "changed" };
    let body = serde_json::json!({ "number": changed.number, "kind": kind, "version": changed.version });
    format!("id: {}\nevent: request\ndata: {body}\n\n", changed.at.as_microsecond())
}

/// From when on a page wants to hear: where its stream broke off, or when it was made.
fn since(headers: &HeaderMap, query: Option<String>) -> Option<Timestamp> {
    let broken = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let asked = || {
        form_urlencoded::parse(query.unwrap_or_default().as_bytes())
            .find(|(name, _)| name == "since")
            .map(|(_, since)| since.into_owned())
    };
    Timestamp::from_microsecond(broken.or_else(asked)?.parse().ok()?).ok()
}

async fn listen(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let me = viewer.must_be_signed_in()?.clone();
    let (place, asker) = (app.clone(), me.clone());
    let sight = app.db.read(move |r| Sight::of(r, &place, &asker)).await?;
    let place = app.live.place(me.account)?;
    // Listen first, then look back: told twice is better than not told.
    let news = app.live.news.subscribe();
    follow::begin(&app).await?;
    let first = match since(&headers, query) {
        Some(at) if at >= viewer.now - REMEMBERED => {
            let found = app.db.read(move |r| store::since(r, at)).await?;
            sight.written(&follow::news(found))
        }
        Some(_) => sight.written(&News::Many),
        None => String::new(),
    };
    let stream = Stream {
        beat: interval_at(Instant::now() + BEAT, BEAT),
        stop: app.live.stop.subscribe(),
        first: Some(format!("retry: 3000\n\n{first}")),
        is_over: false,
        app,
        headers,
        sight,
        news,
        _place: place,
    };
    let body = Body::from_stream(stream::unfold(stream, |mut stream| async move {
        let words = stream.next().await?;
        Some((Ok::<Bytes, Infallible>(Bytes::from(words)), stream))
    }));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // nginx would keep it back until it has a few kilobytes.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((headers, body).into_response())
}

struct Stream {
    app: App,
    headers: HeaderMap,
    sight: Sight,
    news: broadcast::Receiver<Arc<News>>,
    beat: Interval,
    stop: watch::Receiver<bool>,
    first: Option<String>,
    is_over: bool,
    _place: Place,
}

impl Stream {
    /// The next words, or nothing when the stream is over.
    async fn next(&mut self) -> Option<String> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        while !self.is_over && !*self.stop.borrow() {
            let news = tokio::select! {
                _ = self.stop.changed() => return None,
                _ = self.beat.tick() => return Some(self.look_again().await),
                news = self.news.recv() => news,
            };
            let words = match news {
                Ok(news) => self.sight.written(&news),
                Err(broadcast::error::RecvError::Lagged(_)) => self.sight.written(&News::Many),
                Err(broadcast::error::RecvError::Closed) => return None,
            };
            if !words.is_empty() {
                return Some(words);
            }
        }
        None
    }

    /// Is the session still there, and what may it see now? While the database is away nothing is decided.
    async fn look_again(&mut self) -> String {
        let app = self.app.clone();
        let sight = match sessions::still(&app, &self.headers).await {
            Ok(Some(me)) => {
                let place = app.clone();
                app.db.read(move |r| Sight::of(r, &place, &me)).await
            }
            Ok(None) => Err(Problem::SignIn),
            Err(problem) => Err(problem),
        };
        match sight {
            Ok(sight) => self.sight = sight,
            Err(problem) if problem.passes() => {}
            Err(_) => {
                self.is_over = true;
                return "event: end\ndata: {}\n\n".to_owned();
            }
        }
        ": still here\n\n".to_owned()
    }
}
