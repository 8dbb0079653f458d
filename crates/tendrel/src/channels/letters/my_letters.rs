//! Which letters somebody gets, in which language, and in which hours none.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use database::{Error, Reader};
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::channels::letters::choices::{Choices, choosable, clock, minutes};
use crate::channels::letters::kind::Kind;
use crate::channels::letters::limits::Quiet;
use crate::channels::letters::store;
use crate::channels::sms::words;
use crate::directory::{answer, people};
use crate::frame::Frame;
use crate::frame::form::{FormData, Wrong};
use crate::frame::languages::Language;
use crate::id::PersonId;
use crate::problem::Problem;
use crate::viewer::Viewer;

pub fn routes() -> Router<App> {
    Router::new().route("/me/letters", get(show).post(set)).route("/api/v1/me/letters", get(show).post(set))
}

#[derive(Template)]
#[template(path = "channels/letters/my_letters.html")]
struct Page {
    frame: Frame,
    wrong: Wrong,
    asked: Vec<Row>,
    worked: Vec<Row>,
    works_in_a_unit: bool,
    digest: bool,
    quiet_from: String,
    quiet_to: String,
    language: String,
    languages: Vec<(String, String)>,
    address: String,
    is_on: bool,
    sends_sms: bool,
    /// To which SMS go.
    mobile: Option<String>,
}

/// A kind of letter, and how it comes.
struct Row {
    code: &'static str,
    name: String,
    /// By e-mail; `None` where nobody chooses.
    by_mail: Option<bool>,
    /// By SMS; `None` where there are no short words for it.
    by_sms: Option<bool>,
}

fn read(r: &mut Reader, person: PersonId) -> Result<(Choices, String), Error> {
    let choices = store::choices(r, person)?;
    let language = store::addressee(r, person)?.map(|it| it.language).unwrap_or_default();
    Ok((choices, language))
}

async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    let person = viewer.must_be_signed_in()?.person;
    let (choices, language) = app.db.read(move |r| read(r, person)).await?;
    if viewer.by_api() {
        return answer::data(StatusCode::OK, &told(&viewer, &choices, &language));
    }
    let page = page_of(&app, &viewer, &choices, language, Wrong::default());
    answer::page(StatusCode::OK, &page.frame, &page)
}

fn works_in_a_unit(viewer: &Viewer) -> bool {
    viewer.signed_in.as_ref().is_some_and(|me| me.unit.is_some())
}

fn told(viewer: &Viewer, choices: &Choices, language: &str) -> Json {
    let kinds = choosable(works_in_a_unit(viewer));
    let want: Vec<&str> = kinds.iter().filter(|kind| choices.wants(**kind)).map(|kind| kind.code()).collect();
    let sms: Vec<&str> = choices.sms.iter().map(|kind| kind.code()).collect();
    json!({
        "want": want, "sms": sms, "digest": choices.digest, "language": language,
        "quiet_from": choices.quiet.map(|quiet| clock(quiet.from)),
        "quiet_to": choices.quiet.map(|quiet| clock(quiet.to)),
    })
}

fn page_of(app: &App, viewer: &Viewer, choices: &Choices, language: String, wrong: Wrong) -> Page {
    let mut frame = Frame::titled(app, viewer, "my-letters-title");
    frame.has_mistakes = !wrong.is_empty();
    let works_in_a_unit = works_in_a_unit(viewer);
    let (by_mail, by_sms) = (choosable(works_in_a_unit), by_sms(works_in_a_unit));
    let rows = |for_officers: bool| {
        let kinds = Kind::ALL.into_iter().filter(|kind| kind.is_for_officers() == for_officers);
        kinds
            .filter(|kind| by_mail.contains(kind) || by_sms.contains(kind))
            .map(|kind| Row {
                code: kind.code(),
                name: frame.t(&kind.key()),
                by_mail: by_mail.contains(&kind).then(|| choices.wants(kind)),
                by_sms: by_sms.contains(&kind).then(|| choices.sms.contains(&kind)),
            })
            .collect()
    };
    let me = viewer.signed_in.as_ref();
    let mobile = app.mobile.numbers().map(|it| me.and_then(|me| it.normal(&me.phone)));
    Page {
        asked: rows(false),
        worked: rows(true),
        works_in_a_unit,
        digest: choices.digest,
        quiet_from: choices.quiet.map(|quiet| clock(quiet.from)).unwrap_or_default(),
        quiet_to: choices.quiet.map(|quiet| clock(quiet.to)).unwrap_or_default(),
        language,
        languages: Language::ALL.map(|it| (it.code().to_owned(), it.own_name().to_owned())).into(),
        address: viewer.signed_in.as_ref().map(|me| me.email.clone()).unwrap_or_default(),
        is_on: app.mailer.is_on(),
        sends_sms: mobile.is_some(),
        mobile: mobile.flatten(),
        wrong,
        frame,
    }
}

/// What may be chosen by SMS.
fn by_sms(works_in_a_unit: bool) -> Vec<Kind> {
    let all = words::kinds().into_iter();
    all.filter(|kind| works_in_a_unit || !kind.is_for_officers()).collect()
}

fn chosen_by_sms(form: &FormData, works_in_a_unit: bool) -> Vec<Kind> {
    let chosen: Vec<Kind> = form.all("sms").into_iter().filter_map(Kind::from_code).collect();
    by_sms(works_in_a_unit).into_iter().filter(|kind| chosen.contains(kind)).collect()
}

/// What was chosen, or the fields that are wrong with the keys of why.
fn check(
    form: &FormData,
    works_in_a_unit: bool,
) -> Result<(Choices, Language), Vec<(&'static str, &'static str)>> {
    let mut wrong = Vec::new();
    let wanted: Vec<Kind> = form.all("want").into_iter().filter_map(Kind::from_code).collect();
    let off = choosable(works_in_a_unit).into_iter().filter(|kind| !wanted.contains(kind)).collect();
    let mut time = |field: &'static str| {
        let given = form.given(field)?;
        let at = minutes(given);
        if at.is_none() {
            wrong.push((field, "my-letters-time"));
        }
        at
    };
    let (from, to) = (time("quiet_from"), time("quiet_to"));
    if wrong.is_empty() && form.given("quiet_from").is_some() != form.given("quiet_to").is_some() {
        wrong.push(("quiet_to", "my-letters-both-times"));
    }
    let language = Language::from_code(form.text("language"));
    if language.is_none() {
        wrong.push(("language", "me-language-unknown"));
    }
    let quiet = from.zip(to).map(|(from, to)| Quiet { from, to });
    let digest = works_in_a_unit && form.given("digest").is_some();
    match language.filter(|_| wrong.is_empty()) {
        Some(language) => {
            let sms = chosen_by_sms(form, works_in_a_unit);
            Ok((Choices { off, sms, digest, quiet }, language))
        }
        None => Err(wrong),
    }
}

async fn set(State(app): State<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    let person = viewer.must_be_signed_in()?.person;
    let (mut choices, language) = match check(&form, works_in_a_unit(&viewer)) {
        Ok(checked) => checked,
        Err(fields) => return again(&app, &viewer, &form, fields).await,
    };
    // While no SMS is sent from here nobody is asked, and what was chosen before stays.
    let stays = !app.mobile.is_on() && !form.has("sms");
    choices = app
        .db
        .write(move |tx| {
            let mut kept = choices.clone();
            if stays {
                kept.sms = store::choices(tx, person)?.sms;
            }
            store::choose(tx, person, &kept)?;
            people::set_language(tx, person, language)?;
            Ok::<_, Error>(kept)
        })
        .await?;
    let record = told(&viewer, &choices, language.code());
    answer::done(&viewer, "/me/letters", "settings-saved", &record)
}

async fn again(
    app: &App,
    viewer: &Viewer,
    form: &FormData,
    fields: Vec<(&'static str, &'static str)>,
) -> Result<Response, Problem> {
    let frame = Frame::titled(app, viewer, "my-letters-title");
    let mut wrong = Wrong::default();
    for (field, key) in fields {
        wrong.note(field, frame.t(key));
    }
    if viewer.by_api() {
        return Ok(answer::wrong_fields(&wrong));
    }
    let wanted: Vec<Kind> = form.all("want").into_iter().filter_map(Kind::from_code).collect();
    let off = Kind::ALL.into_iter().filter(|kind| !wanted.contains(kind)).collect();
    let sms = chosen_by_sms(form, works_in_a_unit(viewer));
    let choices = Choices { off, sms, digest: form.given("digest").is_some(), quiet: None };
    let mut page = page_of(app, viewer, &choices, form.text("language").to_owned(), wrong);
    form.text("quiet_from").clone_into(&mut page.quiet_from);
    form.text("quiet_to").clone_into(&mut page.quiet_to);
    answer::page(StatusCode::UNPROCESSABLE_ENTITY, &page.frame, &page)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Who, World};

    #[tokio::test]
    async fn somebody_chooses_what_comes_and_when() {
        let world = World::new();
        let mut karma = world.browser(Who::Karma);
        karma.get("/me/letters").await.must_have("You are given a request");
        let fields = [
            ("want", "replied"),
            ("want", "breached"),
            ("digest", "on"),
            ("quiet_from", "20:00"),
            ("quiet_to", "07:30"),
            ("language", "en"),
        ];
        let page = karma.post("/me/letters", &fields).await;
        page.must_be(200);
        page.must_have("value=\"20:00\"");
        let told = karma.get("/api/v1/me/letters").await.json();
        assert_eq!(told["want"], json!(["replied", "breached"]));
        assert_eq!(told["quiet_to"], "07:30");
        let set = json!({ "want": ["replied"], "digest": false, "language": "dz" });
        let told = karma.post_json("/api/v1/me/letters", &set).await.json();
        assert_eq!((told["digest"].clone(), told["quiet_from"].clone()), (json!(false), json!(null)));
    }

    #[tokio::test]
    async fn a_time_that_is_none_is_refused_with_words() {
        let world = World::new();
        let mut karma = world.browser(Who::Karma);
        let page = karma
            .post("/me/letters", &[("quiet_from", "8 pm"), ("quiet_to", "07:00"), ("language", "en")])
            .await;
        page.must_be(422);
        page.must_have("such as 20:00");
        page.must_have("value=\"8 pm\"");
        karma.post("/me/letters", &[("quiet_from", "20:00"), ("language", "en")]).await.must_be(422);
        let wrong = karma.post_json("/api/v1/me/letters", &json!({ "want": [], "language": "fr" })).await;
        wrong.must_be(422);
        assert!(world.public().get("/me/letters").await.path.starts_with("/sign-in"));
        // Somebody who asks and works in no unit is not asked about the work.
        world.browser(Who::Tshering).get("/me/letters").await.must_not_have("breached");
    }
}
