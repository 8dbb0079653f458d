//! What somebody of the unit does with a sheet that waits: make it a case, add it to one, put it aside or back, turn it,
//! have it read again. Of two at once the second is told.

use axum::Router;
use axum::extract::{Path, State as Held};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use database::Transaction;
use serde_json::json;

use crate::app::App;
use crate::channels::add_to_case::{case_of_unit, why_not};
use crate::channels::scans::keep::By;
use crate::channels::scans::picture::turned;
use crate::channels::scans::place::{on_case, picture_name};
use crate::channels::scans::read;
use crate::channels::scans::show::{self, Found, find};
use crate::channels::scans::store::{self, State};
use crate::desk::accept::accept;
use crate::desk::access::Doing;
use crate::desk::act::{Case, Refused};
use crate::desk::ask::take_kept;
use crate::desk::attach::ATTACH;
use crate::desk::came_in::CameIn;
use crate::desk::clocks;
use crate::desk::log_call::input::{Call, Input};
use crate::desk::log_call::show as call_page;
use crate::desk::request::Channel;
use crate::desk::save::Desk;
use crate::directory::answer;
use crate::events;
use crate::files::StoredFile;
use crate::frame::form::{FormData, Wrong};
use crate::frame::{self, Frame, see_other};
use crate::id::ScanId;
use crate::problem::Problem;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    let mut router = Router::new();
    for root in ["", "/api/v1"] {
        router = router
            .route(&format!("{root}/scans/{{id}}/again"), post(again))
            .route(&format!("{root}/scans/{{id}}/aside"), post(aside))
            .route(&format!("{root}/scans/{{id}}/back"), post(back))
            .route(&format!("{root}/scans/{{id}}/turn"), post(turn))
            .route(&format!("{root}/scans/{{id}}/add"), post(add))
            .route(&format!("{root}/scans/{{id}}/case"), post(case));
    }
    router
}

/// A sheet that waits and that the viewer may sort.
async fn waiting(app: &App, viewer: &Viewer, id: &str) -> Result<Found, Problem> {
    let found = find(app, viewer, id).await?;
    let waits = matches!(found.scan.state, State::Waiting | State::Aside);
    if waits { Ok(found) } else { Err(Problem::Changed) }
}

/// What was done to a sheet stands in the log.
fn note(tx: &mut Transaction, viewer: &Viewer, id: ScanId, activity: &str) -> Result<(), Problem> {
    Ok(events::note(tx, "scan", id.uuid(), viewer.actor(), activity, json!({}), viewer.now)?)
}

async fn again(Held(app): Held<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = waiting(&app, &viewer, &id).await?;
    if found.scan.hash.is_none() || !found.scan.is_whole {
        return Err(Problem::Changed);
    }
    let (scan, who) = (found.scan.clone(), viewer.clone());
    app.db
        .write(move |tx| {
            let is_done = store::again(tx, &scan)?;
            if is_done { note(tx, &who, scan.id, "read_again") } else { Err(Problem::Changed) }
        })
        .await?;
    read::this(&app, found.scan.file).await?;
    done(&app, &viewer, found.scan.id, "scan-again").await
}

async fn aside(Held(app): Held<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let id = waiting(&app, &viewer, &id).await?.scan.id;
    change(&app, &viewer, id, (State::Waiting, State::Aside), ("put-aside", "put_aside")).await?;
    done(&app, &viewer, id, "scan-aside").await
}

async fn back(Held(app): Held<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let id = waiting(&app, &viewer, &id).await?.scan.id;
    change(&app, &viewer, id, (State::Aside, State::Waiting), ("put-back", "put_back")).await?;
    done(&app, &viewer, id, "scan-back").await
}

async fn change(
    app: &App,
    viewer: &Viewer,
    id: ScanId,
    (from, to): (State, State),
    (reason, activity): (&'static str, &'static str),
) -> Result<(), Problem> {
    let who = viewer.clone();
    app.db
        .write(move |tx| {
            let is_done = store::change(tx, id, from, to, reason)?;
            if is_done { note(tx, &who, id, activity) } else { Err(Problem::Changed) }
        })
        .await
}

async fn turn(Held(app): Held<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let id = waiting(&app, &viewer, &id).await?.scan.id;
    if !app.db.write(move |tx| store::turn(tx, id)).await? {
        return Err(Problem::Changed);
    }
    done(&app, &viewer, id, "scan-turned").await
}

async fn add(
    Held(app): Held<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    let found = waiting(&app, &viewer, &id).await?;
    let (desk, files) = (Desk::new(&app), files(&app, &found).await?);
    let (asker, number) = (viewer.clone(), form.text("number").to_owned());
    let came_in = CameIn::Scan(found.scan.id, By::channel(&found.scan.came_by));
    let id = found.scan.id;
    let added = app
        .db
        .write(move |tx| -> Result<(), Refused> {
            let (request, standing) = case_of_unit(tx, &asker, &number, Doing::Attach)?;
            if request.keeping.forgotten_at.is_some() {
                return Err(Refused::Rule("case-forgotten"));
            }
            let request = clocks::catch_up(tx, &desk, request)?;
            let mut form = FormData::default();
            form.files = files.iter().map(|file| ("file".to_owned(), file.clone())).collect();
            let (actor, came_in) = (asker.actor(), Some(came_in));
            let mut case = Case { tx, desk: &desk, actor, standing, request, came_in };
            let added = (ATTACH.run)(&mut case, &form)?.request;
            let is_first = store::file(tx, id, (added.id, added.version), desk.now)?;
            if !is_first {
                return Err(Problem::Changed.into());
            }
            Ok(note(tx, &asker, id, "filed")?)
        })
        .await;
    let why = match added {
        Ok(()) => return done(&app, &viewer, id, "scan-added").await,
        Err(refused) => why_not(refused, "scan-number-unknown")?,
    };
    let mut wrong = Wrong::default();
    wrong.note("number", Frame::new(&app, &viewer, "").t(why));
    refused(&app, &viewer, found, Input::of(form), wrong).await
}

async fn case(
    Held(app): Held<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    mut form: FormData,
) -> Result<Response, Problem> {
    let found = waiting(&app, &viewer, &id).await?;
    take_kept(&app, &mut form).await?;
    form.must_be_kept()?;
    if let Some(service) = Input::of(form.clone()).service(&app.catalogue.now()) {
        form.unless_sent("impact", service.definition.default_impact.to_string());
        form.unless_sent("urgency", service.definition.default_urgency.to_string());
    }
    let mut input = Input::of(form);
    match input.wanted() {
        "find" => input.find_people(&app).await?,
        "use" => input.use_person(&app).await?,
        _ => {}
    }
    if matches!(input.wanted(), "find" | "use" | "fields") && !viewer.by_api() {
        return show::write(&app, &viewer, found, input, Wrong::default(), StatusCode::OK).await;
    }
    let known = input.look_up(&app).await?;
    let call = match input.check(&app, &viewer, &known, &show::CHANNELS) {
        Ok(call) => call,
        Err(faults) => {
            let service = input.service(&app.catalogue.now());
            let frame = Frame::new(&app, &viewer, "");
            let mut wrong = call_page::wrong(&frame, service.as_ref(), &faults);
            for (name, why) in &input.form().refused {
                wrong.note("files", format!("{name} {}", frame.t(why)));
            }
            return refused(&app, &viewer, found, input, wrong).await;
        }
    };
    if !known.same.is_empty() && !input.has_seen_same() && !viewer.by_api() {
        return show::write(&app, &viewer, found, input, Wrong::default(), StatusCode::OK).await;
    }
    let id = found.scan.id;
    make(&app, &viewer, found, &input, call).await?;
    done(&app, &viewer, id, "scan-case").await
}

/// One transaction: the record with the sheet on it, and the sheet filed.
async fn make(app: &App, viewer: &Viewer, found: Found, input: &Input, call: Call) -> Result<(), Problem> {
    let scan = &found.scan;
    let mut incoming = call.incoming;
    incoming.channel =
        Channel::from_code(input.text("channel")).unwrap_or_else(|| By::channel(&scan.came_by));
    if input.text("received").is_empty() {
        incoming.received_at = scan.came_at;
    }
    if incoming.office.is_none() {
        incoming.unit = scan.unit;
    }
    incoming.files.splice(0..0, files(app, &found).await?);
    incoming.came_in = Some(CameIn::Scan(scan.id, incoming.channel));
    let (desk, who, id) = (Desk::new(app), viewer.clone(), scan.id);
    app.db
        .write(move |tx| {
            let accepted = accept(tx, &desk, &incoming, who.actor())?;
            if !store::file(tx, id, (accepted.id, 1), desk.now)? {
                return Err(Problem::Changed);
            }
            note(tx, &who, id, "filed")
        })
        .await
}

/// A sheet as files of a case: upright, as somebody turned it.
async fn files(app: &App, found: &Found) -> Result<Vec<StoredFile>, Problem> {
    let scan = &found.scan;
    let mut pictures = Vec::new();
    for page in &found.pages {
        let name = picture_name(&scan.name, page.page);
        let media_type = "image/png".to_owned();
        if scan.quarters == 0 {
            pictures.push(StoredFile { hash: page.hash.clone(), size: page.size, media_type, name });
            continue;
        }
        let png = app.files.read(&page.hash).await?.ok_or(Problem::NotFound)?;
        pictures.push(app.files.store(&name, &turned(png, scan.quarters).await?).await?);
    }
    let whole = scan.hash.clone().filter(|_| scan.is_whole).map(|hash| StoredFile {
        hash,
        size: scan.size,
        media_type: scan.media_type.clone(),
        name: scan.name.clone(),
    });
    Ok(on_case(whole, pictures))
}

async fn refused(
    app: &App,
    viewer: &Viewer,
    found: Found,
    input: Input,
    wrong: Wrong,
) -> Result<Response, Problem> {
    if viewer.by_api() {
        return Ok(answer::wrong_fields(&wrong));
    }
    show::write(app, viewer, found, input, wrong, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// Back to the sheet, which says where it is now.
async fn done(app: &App, viewer: &Viewer, id: ScanId, said: &str) -> Result<Response, Problem> {
    if viewer.by_api() {
        let now = app.db.read(move |r| store::get(r, id)).await?.ok_or(Problem::NotFound)?;
        return Ok(frame::json(StatusCode::OK, &json!({ "id": now.id, "state": now.state.code() })));
    }
    Ok(see_other(&format!("/scans/{id}?done={said}")))
}
