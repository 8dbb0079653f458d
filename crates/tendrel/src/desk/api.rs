//! Requests as JSON, for programs: what a person sees on the page, a program sees here, no less and no more.

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};

use crate::app::App;
use crate::desk::queue::filters::Filters;
use crate::desk::queue::units_of;
use crate::desk::request::Request;
use crate::desk::save::Desk;
use crate::desk::show::{Whole, whole};
use crate::desk::store::letters::Letter;
use crate::desk::store::lists::{self, Listed, Position};
use crate::desk::store::sms::{Sms, Why};
use crate::desk::timeline::is_public;
use crate::desk::{access, look};
use crate::frame::json as answer;
use crate::mobile::hidden;
use crate::problem::Problem;
use crate::viewer::Viewer;

/// Requests of one page.
const PAGE: usize = 100;

pub fn routes() -> Router<App> {
    Router::new().route("/api/v1/requests", get(list)).route("/api/v1/requests/{number}", get(one))
}

/// What everybody who sees a request may read of it.
pub fn case(app: &App, request: &Request) -> Value {
    let catalogue = app.catalogue.now();
    let unit = app.calendars.unit(request.unit).map(|unit| unit.code);
    let service = catalogue.service(request.service).map(|service| service.definition.code.clone());
    json!({
        "number": request.number,
        "unit": unit,
        "service": service,
        "subject": request.subject,
        "description": request.description,
        "answers": request.answers,
        "channel": request.channel.code(),
        "office": request.office,
        "requester": request.requester_name,
        "state": request.state.code(),
        "hold_reason": request.hold_reason,
        "impact": request.impact,
        "urgency": request.urgency,
        "priority": request.priority,
        "officer": request.assignee,
        "received_at": request.received_at,
        "complete_at": request.complete_at,
        "responded_at": request.responded_at,
        "resolved_at": request.resolved_at,
        "closed_at": request.closed_at,
        "cause": request.cause,
        "resolution": request.resolution,
        "reassigned": request.reassigned,
        "reopened": request.reopened,
        "rating": request.rating,
        "response_due_at": request.promise.response_due,
        "resolution_due_at": request.promise.resolution_due,
        "resolution_late": request.promise.resolution_late,
        "working_seconds_used": request.promise.used,
        "working_seconds_promised": request.promise.target,
        "forgotten_at": request.keeping.forgotten_at,
        "version": request.version,
    })
}

async fn one(
    State(app): State<App>,
    viewer: Viewer,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let asker = viewer.clone();
    let found = app.db.read(move |r| {
        let (request, standing) = access::find(r, &asker, &number)?;
        whole(r, request, standing)
    });
    let found: Whole = found.await?;
    look::write_down(&app, &viewer, found.request.id, &found.standing).await?;
    let inside = found.standing.is_inside();
    let mut body = case(&app, &found.request);
    let promise = Desk::new(&app).promise(&found.request, &found.holds);
    body["working_seconds_used"] = promise.resolution.as_ref().map_or(0, |clock| clock.used_seconds).into();
    let kept = found.request.keeping.kept.as_ref().filter(|_| inside);
    body["kept"] =
        kept.map_or(Value::Null, |kept| json!({ "since": kept.since, "by": kept.by, "why": kept.why }));
    let events = found.events.iter().filter(|event| {
        inside || is_public(&event.activity) && event.detail.get("inside") != Some(&Value::Bool(true))
    });
    body["events"] = events
        .map(|event| {
            json!({ "number": event.number, "at": event.at, "actor": event.actor.name, "activity": event.activity })
        })
        .collect();
    let messages = found.messages.iter().filter(|message| inside || !message.inside);
    body["messages"] = messages
        .map(|message| json!({ "id": message.id, "inside": message.inside, "body": message.body }))
        .collect();
    let files = found.attachments.iter().filter(|file| inside || !file.inside);
    body["files"] = files
        .map(|file| {
            let address = format!("/requests/{}/files/{}", found.request.number, file.id);
            json!({ "id": file.id, "name": file.name, "size": file.size, "type": file.media_type, "by": file.by, "at": file.at, "address": address })
        })
        .collect();
    body["letters"] = found.letters.iter().map(letter).collect();
    body["sms"] = found.texts.iter().map(sms).collect();
    Ok(answer(StatusCode::OK, &body))
}

/// A letter, without its words: they may hold what only its reader should press.
fn letter(letter: &Letter) -> Value {
    json!({
        "number": letter.number, "kind": letter.kind, "address": letter.address, "name": letter.name,
        "state": letter.state.code(), "send_at": letter.send_at, "sent_at": letter.sent_at, "fault": letter.fault,
    })
}

/// A message by SMS, to somebody of whom three digits are told.
fn sms(sms: &Sms) -> Value {
    json!({
        "number": sms.number, "kind": sms.kind, "to": hidden(&sms.phone), "parts": sms.parts,
        "state": sms.state.code(), "send_at": sms.send_at, "ended_at": sms.ended_at, "why": sms.why.map(Why::code),
    })
}

/// `GET /api/v1/requests?…` takes the filters of the page; `next` is the cursor for `after`.
async fn list(
    State(app): State<App>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let me = viewer.must_be_signed_in()?.clone();
    let filters = Filters::parse(&query.unwrap_or_default());
    if !filters.misunderstood(&app.catalogue.now()).is_empty() {
        return Err(Problem::Input("problem-filter"));
    }
    let place = app.clone();
    let (mut listed, order) = app
        .db
        .read(move |r| {
            let units = units_of(r, &place, &me, filters.of("unit"))?;
            let wanted =
                filters.wanted(units, me.person, &me.named, &place.catalogue.now(), &place.calendars.zone());
            let after = Position::parse(filters.of("after"));
            let listed = lists::list(r, &wanted, after, PAGE as i64 + 1)?;
            Ok::<_, Problem>((listed, wanted.order))
        })
        .await?;
    let more = listed.len() > PAGE;
    listed.truncate(PAGE);
    let next = listed.last().filter(|_| more).map(|last| order.position(last).written());
    let requests: Vec<Value> = listed.iter().map(|row| in_list(&app, row)).collect();
    Ok(answer(StatusCode::OK, &json!({ "requests": requests, "next": next })))
}

fn in_list(app: &App, row: &Listed) -> Value {
    let catalogue = app.catalogue.now();
    let service = catalogue.service(row.service).map(|service| service.definition.code.clone());
    json!({
        "number": row.number,
        "unit": app.calendars.unit(row.unit).map(|unit| unit.code),
        "service": service,
        "subject": row.subject,
        "channel": row.channel.code(),
        "office": row.office,
        "state": row.state.code(),
        "priority": row.priority,
        "officer": row.officer,
        "received_at": row.received_at,
        "response_due_at": row.response_due,
        "responded_at": row.responded_at,
        "resolution_due_at": row.resolution_due,
        "resolved_at": row.resolved_at,
        "resolution_late": row.resolution_late,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::desk::testing::{given, reported};
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn a_program_does_what_a_person_does() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let path = format!("/api/v1/requests/{number}");
        let mut karma = world.browser(Who::Karma);
        let taken = karma.post_json(&format!("{path}/take"), &json!({ "version": 1 })).await;
        taken.must_be(200);
        assert_eq!(taken.json()["state"], "in_progress");
        let said =
            karma.post_json(&format!("{path}/reply"), &json!({ "version": 2, "text": "Coming." })).await;
        said.must_be(200);
        let case = karma.get(&path).await.json();
        assert_eq!(case["messages"][0]["body"], "Coming.");
        assert_eq!(case["version"], 3);
        let list = karma.get("/api/v1/requests?officer=me").await.json();
        assert_eq!(list["requests"][0]["number"], number.as_str());
        assert_eq!(list["next"], serde_json::Value::Null);
    }

    #[tokio::test]
    async fn a_filter_that_means_nothing_is_not_passed_over() {
        let world = World::new();
        let mut karma = world.browser(Who::Karma);
        for wrong in ["state=lost", "officer=karma", "priority=9", "from=2026-02-30", "late=yes", "after=1"] {
            let page = karma.get(&format!("/api/v1/requests?{wrong}")).await;
            page.must_be(422);
            page.must_have("A filter in this address means nothing");
        }
        for path in ["/api/v1/offices?kind=%00", "/api/v1/offices?q=a%00b", "/api/v1/people?q=%00%00"] {
            let page = karma.get(path).await;
            page.must_be(400);
            page.must_have("This address cannot be read.");
        }
        karma.get("/offices?kind=%00").await.must_be(200);
        karma.get("/api/v1/requests?state=new&officer=nobody&from=2026-11-01").await.must_be(200);
        for (method, path, status) in [
            ("PUT", "/api/v1/requests", 405),
            ("GET", "/api/v1/nothing", 404),
            ("GET", "/api/v1/offices?q=1&q=2", 400),
        ] {
            let page = karma.send(method, path, "", Vec::new()).await;
            page.must_be(status);
            assert_eq!(page.headers["content-type"], "application/problem+json");
        }
    }

    #[tokio::test]
    async fn refusals_are_problems_in_json() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let path = format!("/api/v1/requests/{number}");
        let mut karma = world.browser(Who::Karma);
        let wrong = karma.post_json(&format!("{path}/resolve"), &json!({ "cause": "x" })).await;
        wrong.must_be(422);
        assert_eq!(wrong.headers["content-type"], "application/problem+json");
        assert!(wrong.json()["errors"]["cause"].is_string());
        karma.post_json(&format!("{path}/take"), &json!({ "version": 1 })).await.must_be(200);
        let stale =
            world.browser(Who::Sonam).post_json(&format!("{path}/take"), &json!({ "version": 1 })).await;
        stale.must_be(409);
        assert_eq!(stale.json()["since"][0]["activity"], "taken");
        for (body, status) in [("{", 422), ("[]", 422), ("{\"text\":{}}", 422)] {
            let page = karma
                .send("POST", &format!("{path}/note"), "application/json", body.as_bytes().to_vec())
                .await;
            page.must_be(status);
        }
        world.browser(Who::Stranger).get(&path).await.must_be(404);
        world.public().get(&path).await.must_be(401);
        world.browser(Who::Tshering).post_json(&format!("{path}/take"), &json!({})).await.must_be(403);
    }
}
