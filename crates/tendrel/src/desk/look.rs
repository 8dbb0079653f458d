//! The centre opens a request of a cluster in which it does not work: it says why, and the unit sees that on the case.
//! The reason holds for that person and that request until the end of the day. Auditors are written down unasked.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use crate::app::App;
use crate::desk::access::{self, At, Doing, Standing};
use crate::desk::act::{Act, Again, Case, Done, Refused, words};
use crate::desk::catalogue::CatalogueData;
use crate::desk::show::Kept;
use crate::desk::store::looks;
use crate::frame::form::{FormData, Wrong};
use crate::frame::{Frame, page, see_other};
use crate::id::RequestId;
use crate::problem::Problem;
use crate::viewer::Viewer;

pub const LOOK: Act = Act { name: "look", doing: Doing::Look, run };

pub fn routes() -> Router<App> {
    Router::new().route("/requests/{number}/look", get(ask))
}

fn run(case: &mut Case<'_>, form: &FormData) -> Result<Done, Refused> {
    let me = case.actor.person.ok_or(Problem::SignIn)?;
    let reason = form.text("reason").to_owned();
    if case.desk.catalogue.look_reason(&reason).is_none() {
        return Err(Refused::Fields(vec![("reason", "look-choose-reason")]));
    }
    let text = words(form, "text", "look-say-why")?.to_owned();
    // Asked twice on one day, once is enough.
    if case.standing.may(Doing::See) {
        return Ok(case.done("looked"));
    }
    let (request, at) = (case.request.id, (case.desk.now, &case.desk.calendars.zone()));
    looks::write(case.tx, request, me, Some(&reason), &text, at)?;
    let happened = case.happened("looked").with("reason", reason).with("comment", text);
    let after = case.request.clone();
    case.save(after, happened)?;
    Ok(case.done("looked"))
}

/// Writes down that an auditor read a request; once a day is enough. Read and not written down is not read.
pub async fn write_down(
    app: &App,
    viewer: &Viewer,
    request: RequestId,
    standing: &Standing,
) -> Result<(), Problem> {
    if !standing.is_unwritten {
        return Ok(());
    }
    let (me, now) = (viewer.must_be_signed_in()?.person, app.clock.now());
    let zone = app.calendars.zone();
    Ok(app.db.write(move |tx| looks::write(tx, request, me, None, "", (now, &zone))).await?)
}

#[derive(Template)]
#[template(path = "desk/look.html")]
struct Page {
    frame: Frame,
    wrong: Wrong,
    number: String,
    subject: String,
    unit: String,
    reasons: Vec<(String, String)>,
    reason: String,
    text: String,
}

fn reasons(frame: &Frame, catalogue: &CatalogueData) -> Vec<(String, String)> {
    let mut reasons = vec![(String::new(), frame.t("field-choose"))];
    reasons.extend(catalogue.look_reasons.iter().cloned());
    reasons
}

async fn ask(
    State(app): State<App>,
    viewer: Viewer,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    write(&app, &viewer, number, None).await
}

/// The page after its form was refused.
pub async fn again(app: &App, viewer: &Viewer, number: &str, again: Again) -> Result<Response, Problem> {
    write(app, viewer, number.to_owned(), Some(again)).await
}

async fn write(
    app: &App,
    viewer: &Viewer,
    number: String,
    again: Option<Again>,
) -> Result<Response, Problem> {
    let (asker, at) = (viewer.clone(), At::Number(number.clone()));
    let found = app.db.read(move |r| access::find_to(r, &asker, &at, Doing::Look)).await;
    let (request, standing) = match found {
        // Who works on it needs no reason.
        Err(Problem::Forbidden) => return Ok(see_other(&format!("/requests/{number}"))),
        other => other?,
    };
    if standing.may(Doing::See) && again.is_none() {
        return Ok(see_other(&format!("/requests/{}", request.number)));
    }
    let catalogue = app.catalogue.now();
    let mut frame = Frame::titled(app, viewer, "look-title");
    let mut wrong = Wrong::default();
    let (mut status, mut reason, mut text) = (StatusCode::OK, String::new(), String::new());
    if let Some(again) = again {
        frame.has_mistakes = true;
        status = again.status();
        again.form.text("reason").clone_into(&mut reason);
        again.form.text("text").clone_into(&mut text);
        for (field, sentence) in Kept::from(again).told(&frame, &catalogue).wrong {
            wrong.note(&field, sentence);
        }
    }
    let page_ = Page {
        reasons: reasons(&frame, &catalogue),
        unit: app.calendars.unit(request.unit).map(|unit| unit.name).unwrap_or_default(),
        number: request.number,
        subject: request.subject,
        reason,
        text,
        wrong,
        frame,
    };
    page(status, &page_)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::desk::testing::{given, reported};
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn the_centre_says_why_and_the_unit_sees_it() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let case = format!("/requests/{number}");
        let mut choki = world.browser(Who::Centre);
        let asked = choki.get(&case).await;
        assert_eq!(asked.path, format!("/requests/{number}/look"));
        asked.must_have("No Internet in the whole school");
        asked.must_not_have("34 computers");
        for fields in [[("reason", ""), ("text", "x")], [("reason", "complaint"), ("text", " ")]] {
            choki.post(&format!("/requests/{number}/look"), &fields).await.must_be(422);
        }
        let fields = [("reason", "complaint"), ("text", "The ministry called about the school.")];
        let page = choki.post(&format!("/requests/{number}/look"), &fields).await;
        assert!(page.path.starts_with(&case) && !page.path.contains("/look"), "{}", page.path);
        page.must_have("34 computers");
        choki.get(&case).await.must_have("34 computers");
        let seen = world.browser(Who::Karma).get(&case).await;
        seen.must_have("<b>Choki Zangmo</b> looked at it");
        seen.must_have("The ministry called about the school.");
        // The requester is not told what is inside.
        let mut tshering = world.browser(Who::Tshering);
        tshering.get(&format!("/my/requests/{number}")).await.must_not_have("The ministry called");
        assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE activity = 'looked'"), 1);
        // It holds for this day, this person and this request.
        world.set("2026-11-19 23:50");
        world.browser(Who::Centre).get(&case).await.must_have("34 computers");
        world.set("2026-11-20 08:00");
        assert_eq!(world.browser(Who::Centre).get(&case).await.path, format!("/requests/{number}/look"));
        let other = given(&world, reported(&world)).await.number;
        assert!(world.browser(Who::Centre).get(&format!("/requests/{other}")).await.path.ends_with("/look"));
    }

    #[tokio::test]
    async fn a_program_of_the_centre_is_told_where_to_say_why() {
        let world = World::new();
        let mut incoming = reported(&world);
        incoming.files = vec![world.app.files.store("plan.txt", b"the plan").await.unwrap()];
        let number = given(&world, incoming).await.number;
        let case = format!("/api/v1/requests/{number}");
        let mut choki = world.browser(Who::Centre);
        let asked = choki.get(&case).await;
        asked.must_be(403);
        assert_eq!(asked.json()["type"], "urn:tendrel:problem-say-why");
        let way = asked.json()["post_first"].as_str().unwrap().to_owned();
        assert_eq!(way, format!("{case}/look"));
        choki.post_json(&format!("{case}/note"), &json!({ "text": "x" })).await.must_be(403);
        choki.post_json(&way, &json!({ "reason": "audit of the moon", "text": "x" })).await.must_be(422);
        let reason = json!({ "reason": "complaint", "text": "The ministry called." });
        choki.post_json(&way, &reason).await.must_be(200);
        choki.post_json(&way, &reason).await.must_be(200);
        let body = choki.get(&case).await;
        body.must_be(200);
        let file = body.json()["files"][0]["address"].as_str().unwrap().to_owned();
        choki.get(&file).await.must_be(200);
        assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE activity = 'looked'"), 1);
        // Officers of the unit need no reason, and others do not learn that there is anything to look at.
        world.browser(Who::Karma).post_json(&way, &reason).await.must_be(403);
        world.browser(Who::Stranger).post_json(&way, &reason).await.must_be(404);
        assert_eq!(
            world.browser(Who::Karma).get(&format!("/requests/{number}/look")).await.path,
            format!("/requests/{number}")
        );
        world.browser(Who::Stranger).get(&format!("/requests/{number}/look")).await.must_be(404);
        world.public().get(&format!("/requests/{number}/look")).await.must_have("Sign in");
    }

    #[tokio::test]
    async fn what_an_auditor_reads_is_written_down_unasked() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let mut jigme = world.browser(Who::Auditor);
        for path in [format!("/requests/{number}"), format!("/api/v1/requests/{number}")] {
            jigme.get(&path).await.must_be(200);
        }
        assert_eq!(world.number("SELECT COUNT(*) FROM looks WHERE reason IS NULL"), 1, "once a day");
        world.set("2026-11-20 09:00");
        world.browser(Who::Auditor).get(&format!("/api/v1/requests/{number}")).await.must_be(200);
        assert_eq!(world.number("SELECT COUNT(*) FROM looks"), 2);
        let page = world.browser(Who::Karma).get(&format!("/requests/{number}")).await;
        page.must_have("Looked at by");
        page.must_have("Jigme Norbu");
        assert_eq!(
            world.number("SELECT COUNT(*) FROM events"),
            1,
            "the case's own log is not filled with it"
        );
    }
}
