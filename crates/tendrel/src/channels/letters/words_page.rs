//! The words of the letters: read, tried on an example, changed, and brought back to what they were.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use database::Reader;
use serde_json::json;

use crate::app::App;
use crate::channels::letters::block::Block;
use crate::channels::letters::example::example;
use crate::channels::letters::kind::Kind;
use crate::channels::letters::store::{self, Version};
use crate::channels::letters::template::{self, Mistake};
use crate::channels::sms::words as short;
use crate::directory::answer;
use crate::frame::form::{FormData, Wrong};
use crate::frame::languages::{Argument, Language};
use crate::frame::{Frame, page};
use crate::problem::Problem;
use crate::viewer::{Role, Viewer};

/// Versions that the page shows.
const VERSIONS: i64 = 20;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/letters", get(list))
        .route("/api/v1/letters", get(list))
        .route("/letters/{kind}/{language}", get(show).post(save))
        .route("/api/v1/letters/{kind}/{language}", get(show).post(save))
        .route("/letters/{kind}/{language}/original", post(go_back))
        .route("/api/v1/letters/{kind}/{language}/original", post(go_back))
}

/// Heads of units, and who runs the program.
pub(in crate::channels) fn must_word(viewer: &Viewer) -> Result<(), Problem> {
    let me = viewer.must_be_signed_in()?;
    let may = me.has_own(Role::HeadOfUnit) || me.has_own(Role::Operator);
    if may { Ok(()) } else { Err(Problem::Forbidden) }
}

struct Row {
    kind: &'static str,
    name: String,
    for_officers: bool,
    /// Language, its name, whether its words were changed here.
    languages: Vec<(&'static str, &'static str, bool)>,
    /// The same of the short words, where there are any.
    short: Vec<(&'static str, &'static str, bool)>,
}

#[derive(Template)]
#[template(path = "channels/letters/words_list.html")]
struct List {
    frame: Frame,
    rows: Vec<Row>,
}

async fn list(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    must_word(&viewer)?;
    let changed = app.db.read(store::changed).await?;
    let is_stored =
        |stored: &str, language: Language| changed.iter().any(|(k, l)| k == stored && l == language.code());
    let is_changed = |kind: Kind, language: Language| is_stored(kind.code(), language);
    let is_short = |kind: Kind, language: Language| is_stored(&short::stored(kind), language);
    if viewer.by_api() {
        let all: Vec<_> = Kind::ALL
            .into_iter()
            .flat_map(|kind| Language::ALL.map(|language| (kind, language)))
            .map(|(kind, language)| {
                json!({
                    "kind": kind.code(), "language": language.code(), "changed": is_changed(kind, language),
                    "sms": short::kinds().contains(&kind), "sms_changed": is_short(kind, language),
                })
            })
            .collect();
        return answer::data(StatusCode::OK, &json!({ "letters": all }));
    }
    let frame = Frame::titled(&app, &viewer, "letter-words-title");
    let rows = Kind::ALL.into_iter().map(|kind| Row {
        kind: kind.code(),
        name: frame.t(&kind.key()),
        for_officers: kind.is_for_officers(),
        languages: Language::ALL.map(|it| (it.code(), it.own_name(), is_changed(kind, it))).into(),
        short: match short::kinds().contains(&kind) {
            true => Language::ALL.map(|it| (it.code(), it.own_name(), is_short(kind, it))).into(),
            false => Vec::new(),
        },
    });
    let rows = rows.collect();
    page(StatusCode::OK, &List { frame, rows })
}

#[derive(Template)]
#[template(path = "channels/letters/words_page.html")]
struct Page {
    frame: Frame,
    wrong: Wrong,
    kind: Kind,
    language: Language,
    words: String,
    version: i64,
    is_changed: bool,
    variables: Vec<&'static str>,
    versions: Vec<Version>,
    preview: Vec<Block>,
}

/// The words as they hold, with what is known of them.
struct Found {
    words: String,
    is_changed: bool,
    versions: Vec<Version>,
}

fn find(r: &mut Reader, kind: Kind, language: Language) -> Result<Found, database::Error> {
    let versions = store::versions(r, kind.code(), language, VERSIONS)?;
    let own = versions.first().map(|it| it.words.clone()).filter(|words| !words.is_empty());
    let is_changed = own.is_some();
    let words = own.or_else(|| template::original(kind, language, true)).unwrap_or_default();
    Ok(Found { words, is_changed, versions })
}

fn of_path(kind: &str, language: &str) -> Result<(Kind, Language), Problem> {
    let (kind, language) = (Kind::from_code(kind), Language::from_code(language));
    kind.zip(language).ok_or(Problem::NotFound)
}

fn page_of(app: &App, viewer: &Viewer, kind: Kind, language: Language, found: Found) -> Page {
    let mut frame = Frame::new(app, viewer, "");
    frame.title = frame.t(&kind.key());
    Page {
        wrong: Wrong::default(),
        preview: template::fill(&found.words, &example(kind, language)),
        words: found.words,
        version: found.versions.first().map_or(0, |it| it.version),
        is_changed: found.is_changed,
        versions: found.versions,
        variables: kind.variables(),
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
    if viewer.by_api() {
        return answer::data(
            StatusCode::OK,
            &json!({
                "kind": kind.code(), "language": language.code(), "words": found.words, "changed": found.is_changed,
                "version": found.versions.first().map_or(0, |it| it.version), "variables": kind.variables(),
            }),
        );
    }
    page(StatusCode::OK, &page_of(&app, &viewer, kind, language, found))
}

/// A sentence that says which words to put right.
pub(in crate::channels) fn told(frame: &Frame, mistake: &Mistake) -> String {
    match mistake {
        Mistake::Empty => frame.t("letter-words-empty"),
        Mistake::TooLong(longest) => frame.t1("letter-words-long", "n", *longest),
        Mistake::Unknown(name) => {
            let arguments = [("name", Argument::from(format!("{{{name}}}")))];
            frame.tn("letter-words-unknown", &arguments)
        }
        Mistake::Open(line) => frame.t1("letter-words-open", "line", line.as_str()),
    }
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
    let mistake = template::check(kind, &words).err();
    if mistake.is_some() || form.given("try").is_some() {
        let mut found = app.db.read(move |r| find(r, kind, language)).await?;
        found.words = words;
        let mut page_ = page_of(&app, &viewer, kind, language, found);
        page_.version = seen;
        let Some(mistake) = mistake else { return page(StatusCode::OK, &page_) };
        page_.wrong.note("words", told(&page_.frame, &mistake));
        page_.frame.has_mistakes = true;
        if viewer.by_api() {
            return Ok(answer::wrong_fields(&page_.wrong));
        }
        return page(StatusCode::UNPROCESSABLE_ENTITY, &page_);
    }
    write(&app, &viewer, kind, language, (seen, words)).await
}

/// Back to the words that the program came with; the others stay among the versions.
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
    let address = format!("/letters/{}/{}", kind.code(), language.code());
    add_version(app, viewer, (kind.code().to_owned(), language), new, &address).await
}

/// The next version of what is stored under a name, if the one that was seen is the last; no words are those that the
/// program came with. Then back to the address.
pub(in crate::channels) async fn add_version(
    app: &App,
    viewer: &Viewer,
    (stored, language): (String, Language),
    (seen, words): (i64, String),
    address: &str,
) -> Result<Response, Problem> {
    let (by, now) = (viewer.actor().name, viewer.now);
    let changed = !words.is_empty();
    let added = app.db.write(move |tx| {
        let last = store::versions(tx, &stored, language, 1)?.first().map_or(0, |it| it.version);
        if last != seen {
            return Ok(false);
        }
        store::add_version(tx, (&stored, language), seen, &words, &by, now)
    });
    let added: Result<bool, database::Error> = added.await;
    if !added? {
        return Err(Problem::Changed);
    }
    let record = json!({ "version": seen + 1, "changed": changed });
    answer::done(viewer, address, if changed { "letter-words-saved" } else { "letter-words-back" }, &record)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Who, World};

    #[tokio::test]
    async fn words_are_tried_changed_and_brought_back() {
        let world = World::new();
        let mut head = world.browser(Who::Head);
        head.get("/letters").await.must_have("It came in");
        let path = "/letters/received/en";
        head.get(path).await.must_have("PUN-26-01482-7");
        let words = "Good day {name}, yours is {number}.\n\n[See it]({follow})";
        let tried = head.post(path, &[("version", "0"), ("words", words), ("try", "1")]).await;
        tried.must_be(200);
        tried.must_have("Good day Tshering Dema");
        assert_eq!(world.number("SELECT COUNT(*) FROM letter_words"), 0);
        head.post(path, &[("version", "0"), ("words", words)]).await.must_have("Changed here");
        // Somebody who saw the words before is told.
        world.browser(Who::Operator).post(path, &[("version", "0"), ("words", words)]).await.must_be(409);
        head.post("/letters/received/en/original", &[("version", "1")]).await.must_not_have("Changed here");
        assert_eq!(world.number("SELECT COUNT(*) FROM letter_words"), 2);
        let told = head.get("/api/v1/letters/received/en").await.json();
        assert_eq!((told["version"].clone(), told["changed"].clone()), (json!(2), json!(false)));
        let back = head.post_json("/api/v1/letters/received/en/original", &json!({ "version": 2 })).await;
        back.must_be(200);
    }

    #[tokio::test]
    async fn a_variable_that_this_letter_does_not_know_is_named() {
        let world = World::new();
        let mut head = world.browser(Who::Head);
        let page = head.post("/letters/received/en", &[("version", "0"), ("words", "Hello {nmae}")]).await;
        page.must_be(422);
        page.must_have("{nmae}");
        page.must_have("Hello {nmae}</textarea>");
        let api = head
            .post_json("/api/v1/letters/received/en", &json!({ "version": 0, "words": "Hello {name" }))
            .await;
        api.must_be(422);
        assert!(api.json()["errors"]["words"].as_str().unwrap().contains("Hello {name"));
        head.post("/letters/received/en", &[("version", "0"), ("words", " ")]).await.must_be(422);
        head.get("/letters/nonsense/en").await.must_be(404);
        head.get("/letters/received/fr").await.must_be(404);
        for who in [Who::Karma, Who::Tshering] {
            world.browser(who).get("/letters").await.must_be(403);
            world.browser(who).post("/letters/received/en", &[("words", "x")]).await.must_be(403);
        }
        assert!(world.public().get("/letters").await.path.starts_with("/sign-in"));
    }
}
