//! The short words of each notice: read, tried on an invented case with their count, changed, and brought back.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use database::{Error, Reader};
use serde_json::json;

use crate::app::App;
use crate::channels::letters::kind::Kind;
use crate::channels::letters::store as changed;
use crate::channels::letters::words_page::{add_version, must_word, told};
use crate::channels::sms::count::{Count, count};
use crate::channels::sms::gateway::Gateway;
use crate::channels::sms::say::address;
use crate::channels::sms::{store, words};
use crate::directory::answer;
use crate::frame::form::{FormData, Wrong};
use crate::frame::languages::Language;
use crate::frame::{Frame, page};
use crate::problem::Problem;
use crate::secret::SHORT;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    let mut router = Router::new();
    for root in ["", "/api/v1"] {
        router = router
            .route(&format!("{root}/sms/words/{{kind}}/{{language}}"), get(show).post(save))
            .route(&format!("{root}/sms/words/{{kind}}/{{language}}/original"), post(go_back));
    }
    router
}

#[derive(Template)]
#[template(path = "channels/sms/words_page.html")]
struct Page {
    frame: Frame,
    wrong: Wrong,
    kind: Kind,
    language: Language,
    words: String,
    version: i64,
    is_changed: bool,
    variables: Vec<&'static str>,
    preview: String,
    count: Count,
}

impl Page {
    fn alphabet(&self) -> String {
        self.frame.t(&format!("sms-alphabet-{}", self.count.alphabet.code()))
    }
}

/// The words as they hold, with what is known of them.
struct Found {
    words: String,
    version: i64,
    is_changed: bool,
    parts: i64,
}

fn find(r: &mut Reader, kind: Kind, language: Language) -> Result<Found, Error> {
    let last = changed::versions(r, &words::stored(kind), language, 1)?.pop();
    let own = last.as_ref().map(|it| it.words.clone()).filter(|words| !words.is_empty());
    Ok(Found {
        is_changed: own.is_some(),
        words: own.or_else(|| words::original(kind, language, true)).unwrap_or_default(),
        version: last.map_or(0, |it| it.version),
        parts: store::get(r)?.map_or_else(|| Gateway::default().parts, |it| it.gateway.parts),
    })
}

fn of_path(kind: &str, language: &str) -> Result<(Kind, Language), Problem> {
    let kind = Kind::from_code(kind).filter(|kind| words::kinds().contains(kind));
    kind.zip(Language::from_code(language)).ok_or(Problem::NotFound)
}

/// The message on the invented case, whole.
fn tried(app: &App, kind: Kind, language: Language, words: &str, parts: i64) -> String {
    let values = words::example(kind, language);
    let link = address(app, &"x".repeat(SHORT));
    words::with_link(&words::fill(words, &values, usize::try_from(parts).unwrap_or(1), &link), &link)
}

fn page_of(app: &App, viewer: &Viewer, kind: Kind, language: Language, found: Found) -> Page {
    let mut frame = Frame::new(app, viewer, "");
    frame.title = frame.t(&kind.key());
    let preview = tried(app, kind, language, &found.words, found.parts);
    Page {
        wrong: Wrong::default(),
        count: count(&preview),
        preview,
        words: found.words,
        version: found.version,
        is_changed: found.is_changed,
        variables: words::variables(kind),
        kind,
        language,
        frame,
    }
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path((kind, language)): Path<(String, String)>,
) -> Result<Response, Problem> {
    must_word(&viewer)?;
    let (kind, language) = of_path(&kind, &language)?;
    let found = app.db.read(move |r| find(r, kind, language)).await?;
    let shown = page_of(&app, &viewer, kind, language, found);
    if viewer.by_api() {
        return answer::data(
            StatusCode::OK,
            &json!({
                "kind": kind.code(), "language": language.code(), "words": shown.words, "changed": shown.is_changed,
                "version": shown.version, "variables": shown.variables, "preview": shown.preview,
                "alphabet": shown.count.alphabet.code(), "units": shown.count.units, "parts": shown.count.parts,
            }),
        );
    }
    page(StatusCode::OK, &shown)
}

async fn save(
    State(app): State<App>,
    viewer: Viewer,
    Path((kind, language)): Path<(String, String)>,
    form: FormData,
) -> Result<Response, Problem> {
    must_word(&viewer)?;
    let (kind, language) = of_path(&kind, &language)?;
    let words = form.text("words").replace('\r', "");
    let seen = form.number("version").ok_or(Problem::Input("problem-version"))?;
    let mistake = words::check(kind, &words).err();
    if mistake.is_some() || form.given("try").is_some() {
        let mut found = app.db.read(move |r| find(r, kind, language)).await?;
        found.words = words;
        found.version = seen;
        let mut shown = page_of(&app, &viewer, kind, language, found);
        let Some(mistake) = mistake else { return page(StatusCode::OK, &shown) };
        shown.wrong.note("words", told(&shown.frame, &mistake));
        shown.frame.has_mistakes = true;
        if viewer.by_api() {
            return Ok(answer::wrong_fields(&shown.wrong));
        }
        return page(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    }
    write(&app, &viewer, kind, language, (seen, words)).await
}

/// Back to the words that the program came with.
async fn go_back(
    State(app): State<App>,
    viewer: Viewer,
    Path((kind, language)): Path<(String, String)>,
    form: FormData,
) -> Result<Response, Problem> {
    must_word(&viewer)?;
    let (kind, language) = of_path(&kind, &language)?;
    let seen = form.number("version").ok_or(Problem::Input("problem-version"))?;
    write(&app, &viewer, kind, language, (seen, String::new())).await
}

async fn write(
    app: &App,
    viewer: &Viewer,
    kind: Kind,
    language: Language,
    new: (i64, String),
) -> Result<Response, Problem> {
    let address = format!("/sms/words/{}/{}", kind.code(), language.code());
    add_version(app, viewer, (words::stored(kind), language), new, &address).await
}
