//! The way of every act on a request, from whichever page or program: fetch through the viewer, may, has somebody been
//! first, check and rule in the act's own file, one transaction, and on to the page that shows it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequest, Path, Request as HttpRequest, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use database::Transaction;
use serde_json::{Map, Value as Json, json};

use crate::app::App;
use crate::desk::accept::Accepted;
use crate::desk::access::{self, At, Doing, Standing};
use crate::desk::came_in::CameIn;
use crate::desk::request::Request;
use crate::desk::save::{Desk, Happened};
use crate::desk::store::timeline as said;
use crate::desk::timeline::is_public;
use crate::desk::{api, clocks, followed, look, show};
use crate::events::{Actor, Event};
use crate::frame::form::FormData;
use crate::frame::languages::{Language, text};
use crate::frame::{json as answer, see_other};
use crate::id::MessageId;
use crate::problem::Problem;
use crate::settings::LONG_TEXT_LIMIT;
use crate::viewer::Viewer;

/// One thing that can be done to a request.
#[derive(Debug)]
pub struct Act {
    /// Its place in the address: `POST /requests/{number}/{name}`.
    pub name: &'static str,
    pub doing: Doing,
    pub run: fn(&mut Case<'_>, &FormData) -> Result<Done, Refused>,
}

/// A request in the hands of somebody who may do what they are about to do.
pub struct Case<'a> {
    pub tx: &'a mut Transaction,
    pub desk: &'a Desk,
    pub actor: Actor,
    pub standing: Standing,
    pub request: Request,
    /// What the words came in, where not from a page.
    pub came_in: Option<CameIn>,
}

/// What an act came to.
#[derive(Debug)]
pub struct Done {
    /// The key of the sentence on the page after it, without "done-".
    pub said: &'static str,
    pub request: Request,
    /// The new request that carries this one on.
    pub carried_on: Option<Accepted>,
}

/// Why an act was not done; nothing was saved.
#[derive(Debug)]
pub enum Refused {
    /// A rule of the desk: the key of a sentence that says what to do instead.
    Rule(&'static str),
    /// Fields with the keys of what is wrong with them.
    Fields(Vec<(&'static str, &'static str)>),
    /// What others did since the form was opened.
    Stale(Vec<Event>),
    Problem(Problem),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Refused {
        Refused::Problem(problem)
    }
}
impl From<database::Error> for Refused {
    fn from(error: database::Error) -> Refused {
        Refused::Problem(error.into())
    }
}

impl Case<'_> {
    pub fn happened(&self, activity: &'static str) -> Happened {
        let mut happened = Happened::now(self.desk, self.actor.clone(), activity);
        if let Some(came_in) = self.came_in {
            happened = came_in.told(happened.with("channel", came_in.channel().code()));
        }
        match &self.standing.acts_for {
            Some(absent) => {
                happened.with("for", absent.name.as_str()).with("for_id", absent.person.to_string())
            }
            None => happened,
        }
    }

    /// Saves what the act made of the request; from then on the case holds it.
    pub fn save(&mut self, mut after: Request, happened: Happened) -> Result<(), Refused> {
        self.desk.save(self.tx, &self.request, &mut after, happened)?;
        self.request = after;
        Ok(())
    }

    /// Keeps words that somebody said.
    pub fn say(&mut self, body: &str, inside: bool) -> Result<MessageId, Refused> {
        let id = MessageId::new(self.desk.now);
        said::insert_message(self.tx, id, self.request.id, &self.actor, inside, body, self.desk.now)?;
        Ok(id)
    }

    pub fn done(&self, said: &'static str) -> Done {
        Done { said, request: self.request.clone(), carried_on: None }
    }
}

/// Does an act, and again where somebody else was first by a moment and it makes no difference.
///
/// # Errors
/// `NotFound` and `Forbidden` as `access.txt` says; else what the act was refused for.
pub async fn perform(
    app: &App,
    viewer: &Viewer,
    at: &At,
    act: &'static Act,
    form: &Arc<FormData>,
) -> Result<Done, Refused> {
    const TRIES: usize = 4;
    let mut last = Refused::Problem(Problem::Changed);
    for _ in 0..TRIES {
        let desk = Desk::new(app);
        let (viewer, at, form) = (viewer.clone(), at.clone(), Arc::clone(form));
        match app.db.write(move |tx| within(tx, &desk, &viewer, &at, act, &form)).await {
            Err(Refused::Problem(Problem::Changed)) => last = Refused::Problem(Problem::Changed),
            other => return other,
        }
    }
    Err(last)
}

fn within(
    tx: &mut Transaction,
    desk: &Desk,
    viewer: &Viewer,
    at: &At,
    act: &Act,
    form: &FormData,
) -> Result<Done, Refused> {
    let (request, standing) = access::find_to(tx, viewer, at, act.doing)?;
    if viewer.by_api() && form.given("version").is_some_and(|seen| seen.parse::<i64>().is_err()) {
        return Err(Problem::Input("problem-version").into());
    }
    if request.keeping.forgotten_at.is_some() {
        return Err(Refused::Rule("case-forgotten"));
    }
    // A version that is no number saw nothing of it.
    let seen = form.given("version").map(|seen| seen.parse().unwrap_or(0));
    if let Some(seen) = seen.filter(|seen: &i64| *seen < request.version) {
        let mut since = said::events_after(tx, request.id, seen)?;
        let inside = standing.is_inside();
        let me = viewer.signed_in.as_ref().map(|me| me.person);
        since.retain(|event| {
            matters(act.doing, event, event.actor.person == me) && (inside || is_public(&event.activity))
        });
        if !since.is_empty() {
            return Err(Refused::Stale(since));
        }
    }
    let request = clocks::catch_up(tx, desk, request)?;
    let actor = match at {
        At::Number(_) | At::Mine(_) => viewer.actor(),
        // Whoever holds the link speaks for the requester, and is recorded as nobody who signed in.
        At::Secret(_) => Actor { person: None, name: request.requester_name.clone() },
    };
    let mut case = Case { tx, desk, actor, standing, request, came_in: None };
    (act.run)(&mut case, form)
}

/// Would somebody who does this want to know first that the other thing happened?
fn matters(doing: Doing, event: &Event, own: bool) -> bool {
    let activity = event.activity.as_str();
    match doing {
        // What is only added disturbs nobody; from the same hand it is a button that was pressed twice.
        Doing::Note => own && activity == "noted",
        Doing::Attach => own && activity == "attached",
        Doing::Rate => false,
        Doing::Reply => {
            matches!(activity, "replied" | "resolved" | "closed" | "cancelled" | "reopened" | "handed_over")
        }
        _ => {
            let aside = [
                "warned",
                "breached",
                "promise_changed",
                "rated",
                "kept",
                "let_go",
                "looked",
                "veiled",
                "linked",
            ];
            !aside.contains(&activity)
        }
    }
}

/// The routes of one act: on the officers' page, on the requester's two pages, and in the API.
pub fn routes(act: &'static Act) -> Router<App> {
    let name = act.name;
    let own = move |State(app): State<App>, viewer: Viewer, Path(number): Path<String>, form: FormData| async move {
        on_office_page(&app, &viewer, number, act, form).await
    };
    let mine = move |State(app): State<App>, viewer: Viewer, Path(number): Path<String>, form: FormData| async move {
        on_follow_page(&app, &viewer, At::Mine(number), act, form).await
    };
    let bearer = move |State(app): State<App>, viewer: Viewer, Path(secret): Path<String>, form: FormData| async move {
        on_follow_page(&app, &viewer, At::Secret(secret), act, form).await
    };
    let program = move |State(app): State<App>,
                        viewer: Viewer,
                        Path(number): Path<String>,
                        request: HttpRequest| async move {
        on_api(&app, &viewer, number, act, request).await
    };
    let mut router = Router::new()
        .route(&format!("/requests/{{number}}/{name}"), post(own))
        .route(&format!("/api/v1/requests/{{number}}/{name}"), post(program));
    if access::may(access::Relation::Bearer, act.doing) {
        router = router
            .route(&format!("/my/requests/{{number}}/{name}"), post(mine))
            .route(&format!("/r/{{secret}}/{name}"), post(bearer));
    }
    router
}

async fn on_office_page(
    app: &App,
    viewer: &Viewer,
    number: String,
    act: &'static Act,
    form: FormData,
) -> Result<Response, Problem> {
    let (form, at) = (Arc::new(form), At::Number(number.clone()));
    match perform(app, viewer, &at, act, &form).await {
        Ok(done) => {
            let to = done.carried_on.as_ref().map_or(&done.request.number, |new| &new.number);
            let me = viewer.must_be_signed_in()?;
            let veiled = done.request.veiled_by().is_some_and(|service| !me.named.contains(&service));
            // The case is another unit's now, or only for those who are named: one may not see it any more.
            let address = if act.doing == Doing::HandOver || veiled {
                format!("/requests?done={}", done.said)
            } else {
                format!("/requests/{to}?done={}", done.said)
            };
            Ok(see_other(&address))
        }
        Err(Refused::Problem(problem)) if !problem.passes() => Err(problem),
        Err(refused) => {
            let again = Again { act: act.name, form, refused };
            match act.doing {
                Doing::Look => look::again(app, viewer, &number, again).await,
                _ => show::again(app, viewer, &number, again).await,
            }
        }
    }
}

async fn on_follow_page(
    app: &App,
    viewer: &Viewer,
    at: At,
    act: &'static Act,
    form: FormData,
) -> Result<Response, Problem> {
    let form = Arc::new(form);
    match perform(app, viewer, &at, act, &form).await {
        Ok(done) => {
            let address = match (&at, &done.carried_on) {
                (At::Secret(_), Some(new)) => format!("/r/{}", new.secret),
                (At::Secret(secret), None) => format!("/r/{secret}"),
                (_, Some(new)) => format!("/my/requests/{}", new.number),
                (_, None) => format!("/my/requests/{}", done.request.number),
            };
            Ok(see_other(&format!("{address}?done={}", done.said)))
        }
        Err(Refused::Problem(problem)) if !problem.passes() => Err(problem),
        Err(refused) => followed::again(app, viewer, &at, Again { act: act.name, form, refused }).await,
    }
}

async fn on_api(
    app: &App,
    viewer: &Viewer,
    number: String,
    act: &'static Act,
    request: HttpRequest,
) -> Result<Response, Problem> {
    let form = Arc::new(form_of(app, request).await?);
    match perform(app, viewer, &At::Number(number), act, &form).await {
        Ok(done) => {
            let mut body = api::case(app, &done.request);
            if let Some(new) = &done.carried_on {
                body["carried_on"] = json!({ "number": new.number });
            }
            Ok(answer(StatusCode::OK, &body))
        }
        Err(Refused::Problem(problem)) => Err(problem),
        Err(refused) => Ok(refusal(&refused)),
    }
}

/// Fields of a JSON object, or a form: the API takes what the page takes.
async fn form_of(app: &App, request: HttpRequest) -> Result<FormData, Problem> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if content_type.is_some_and(|it| it.starts_with("application/json")) {
        let bytes = axum::body::to_bytes(request.into_body(), 1024 * 1024).await;
        return FormData::from_json(&bytes.map_err(|_| Problem::TooLarge)?);
    }
    FormData::from_request(request, app).await
}

/// A refusal as RFC 9457 tells it.
fn refusal(refused: &Refused) -> Response {
    let english = |key: &str| text(Language::English, false, key, &[]);
    let (status, sentence, mut more) = match refused {
        Refused::Rule(key) => (StatusCode::CONFLICT, *key, Map::new()),
        Refused::Fields(fields) => {
            let errors: Map<String, Json> =
                fields.iter().map(|(field, key)| ((*field).to_owned(), english(key).into())).collect();
            let more = Map::from_iter([("errors".to_owned(), Json::Object(errors))]);
            (StatusCode::UNPROCESSABLE_ENTITY, "case-fields", more)
        }
        Refused::Stale(events) => {
            let since = events.iter().map(|event| {
                json!({ "number": event.number, "at": event.at, "actor": event.actor.name, "activity": event.activity })
            });
            let more = Map::from_iter([("since".to_owned(), since.collect())]);
            (StatusCode::CONFLICT, "problem-changed", more)
        }
        Refused::Problem(problem) => (problem.status(), problem.sentence(), Map::new()),
    };
    more.insert("type".to_owned(), format!("urn:tendrel:{sentence}").into());
    more.insert("title".to_owned(), english(sentence).into());
    more.insert("status".to_owned(), status.as_u16().into());
    let media_type = HeaderValue::from_static("application/problem+json");
    (status, [(header::CONTENT_TYPE, media_type)], Json::Object(more).to_string()).into_response()
}

/// Words that must be there and not too many.
pub fn words<'a>(form: &'a FormData, field: &'static str, missing: &'static str) -> Result<&'a str, Refused> {
    let words = form.text(field);
    if words.is_empty() {
        return Err(Refused::Fields(vec![(field, missing)]));
    }
    if words.chars().count() > LONG_TEXT_LIMIT {
        return Err(Refused::Fields(vec![(field, "case-too-long")]));
    }
    Ok(words)
}

/// A form that came back: what was typed stays, and the page says why.
#[derive(Debug)]
pub struct Again {
    /// The act whose form it was.
    pub act: &'static str,
    pub form: Arc<FormData>,
    pub refused: Refused,
}

impl Again {
    pub fn status(&self) -> StatusCode {
        match &self.refused {
            Refused::Stale(_) | Refused::Rule(_) => StatusCode::CONFLICT,
            Refused::Fields(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Refused::Problem(problem) => problem.status(),
        }
    }
}
