//! `/scans`: sheets of paper that wait for somebody, and the way in for those that an officer holds in the hand.

use askama::Template;
use axum::Router;
use axum::extract::{RawQuery, State as Held};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::channels::access::must_work_in_a_unit;
use crate::channels::scans::access::{hidden, may_see, units};
use crate::channels::scans::keep::{self, By, Came, Kept};
use crate::channels::scans::store::{self, Scan, State};
use crate::desk::sheet_code::SheetCode;
use crate::directory::answer;
use crate::frame::form::{FormData, Wrong};
use crate::frame::{self, Frame, page, see_other};
use crate::id::{OrganisationId, ScanId};
use crate::problem::Problem;
use crate::viewer::{SignedIn, Viewer};

const ROWS: usize = 50;

pub(super) fn routes() -> Router<App> {
    let mut router = Router::new();
    for root in ["", "/api/v1"] {
        router = router.route(&format!("{root}/scans"), get(show).post(upload));
    }
    router
}

#[derive(Template)]
#[template(path = "channels/scans/tray.html")]
struct Page {
    frame: Frame,
    aside: bool,
    scans: Vec<Scan>,
    next: Option<String>,
    /// Units whose trays the reader looks after, by code and name.
    units: Vec<(String, String)>,
    wrong: Wrong,
    /// What was brought a second time.
    again: Option<Scan>,
}

impl Page {
    fn why(&self, scan: &Scan) -> String {
        why(&self.frame, scan)
    }

    fn came_by(&self, scan: &Scan) -> String {
        self.frame.t(&format!("scan-by-{}", scan.came_by))
    }

    fn unit(&self) -> &str {
        self.units.first().map_or("", |(code, _)| code.as_str())
    }
}

/// Why a sheet is where it is.
pub(super) fn why(frame: &Frame, scan: &Scan) -> String {
    let code = if scan.reason.is_empty() { "kept" } else { scan.reason.as_str() };
    frame.t(&format!("scan-reason-{code}"))
}

async fn show(Held(app): Held<App>, viewer: Viewer, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let me = must_work_in_a_unit(&viewer)?.clone();
    let (mut aside, mut before, mut again, mut is_understood) = (false, None, None, true);
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match &*name {
            "state" | "before" | "again" if value.is_empty() => {}
            "state" if value == State::Waiting.code() => {}
            "state" if value == State::Aside.code() => aside = true,
            "state" => is_understood = false,
            "before" => {
                before = ScanId::parse(&value);
                is_understood &= before.is_some();
            }
            "again" => again = ScanId::parse(&value),
            _ => {}
        }
    }
    if viewer.by_api() && !is_understood {
        return Err(Problem::Input("scan-query-unknown"));
    }
    write(&app, &viewer, &me, Asked { aside, before, again }, Wrong::default()).await
}

#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    aside: bool,
    before: Option<ScanId>,
    again: Option<ScanId>,
}

async fn write(
    app: &App,
    viewer: &Viewer,
    me: &SignedIn,
    asked: Asked,
    wrong: Wrong,
) -> Result<Response, Problem> {
    let Asked { aside, before, again } = asked;
    let catalogue = app.catalogue.now();
    let (own, hidden) = (units(me), hidden(me, &catalogue));
    let (in_units, limit) = (own.clone(), ROWS as i64 + 1);
    let (mut scans, again) = app
        .db
        .read(move |r| {
            let again = again.map(|id| store::get(r, id)).transpose()?.flatten();
            Ok::<_, Problem>((store::waiting(r, &in_units, &hidden, aside, before, limit)?, again))
        })
        .await?;
    let more = scans.len() > ROWS;
    scans.truncate(ROWS);
    let last = scans.last().filter(|_| more).map(|scan| scan.id.to_string());
    if viewer.by_api() {
        let told: Vec<Json> = scans.iter().map(|scan| told(app, scan)).collect();
        return Ok(frame::json(StatusCode::OK, &json!({ "scans": told, "next": last })));
    }
    let state = if aside { State::Aside } else { State::Waiting };
    let next = last.map(|id| format!("/scans?state={}&before={id}", state.code()));
    let mut frame = Frame::titled(app, viewer, "scan-title");
    frame.has_mistakes = !wrong.is_empty();
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let units = own.iter().filter_map(|unit| app.calendars.unit(*unit));
    let units = units.map(|unit| (unit.code, unit.name)).collect();
    let again = again.filter(|scan| may_see(me, scan, &catalogue));
    page(status, &Page { frame, aside, scans, next, units, wrong, again })
}

/// A sheet as the API tells it.
pub(super) fn told(app: &App, scan: &Scan) -> Json {
    let catalogue = app.catalogue.now();
    let service = scan.service.and_then(|service| catalogue.service(service));
    json!({
        "id": scan.id, "state": scan.state.code(), "reason": scan.reason, "came_at": scan.came_at,
        "came_by": scan.came_by, "name": scan.name, "times": scan.times, "bytes": scan.size,
        "unit": app.calendars.unit(scan.unit).map(|unit| unit.code),
        "service": service.map(|service| service.definition.code.clone()),
        "says_number": says_number(scan),
    })
}

/// The number that stands on a sheet, true or not.
pub(super) fn says_number(scan: &Scan) -> Option<String> {
    SheetCode::parse(&scan.code).and_then(|code| code.case).map(|case| case.number)
}

/// Files from the officer's hand; each is kept before anything is read.
async fn upload(Held(app): Held<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    let me = must_work_in_a_unit(&viewer)?.clone();
    form.must_be_kept()?;
    let frame = Frame::new(&app, &viewer, "");
    let mut wrong = Wrong::default();
    let unit = unit_of(&app, &me, form.text("unit"));
    if unit.is_none() {
        wrong.note("unit", frame.t("scan-unit-missing"));
    }
    for (name, why) in &form.refused {
        wrong.note("file", format!("{name} {}", frame.t(why)));
    }
    let is_page = |kind: &str| matches!(kind, "application/pdf" | "image/tiff" | "image/png" | "image/jpeg");
    for (_, file) in form.files.iter().filter(|(_, file)| !is_page(&file.media_type)) {
        wrong.note("file", frame.t1("scan-file-kind", "name", file.name.as_str()));
    }
    if form.files.is_empty() {
        wrong.note("file", frame.t("scan-file-missing"));
    }
    let (Some(unit), true) = (unit, wrong.is_empty()) else {
        if viewer.by_api() {
            return Ok(answer::wrong_fields(&wrong));
        }
        return write(&app, &viewer, &me, Asked::default(), wrong).await;
    };
    let (mut new, mut again) = (Vec::new(), Vec::new());
    for (_, file) in form.files {
        let came = Came { unit, by: By::Upload, brought_by: Some(me.person), mail: None };
        match keep::keep(&app, file, came).await? {
            Kept::New(id) => new.push(id),
            Kept::Again(id) => again.push(id),
        }
    }
    if viewer.by_api() {
        let body = json!({ "kept": new, "came_before": again });
        return Ok(frame::json(StatusCode::CREATED, &body));
    }
    Ok(see_other(&match (new.is_empty(), again.first()) {
        (true, Some(first)) => format!("/scans?again={first}"),
        (false, Some(first)) => format!("/scans?done=scan-kept&again={first}"),
        (_, None) => "/scans?done=scan-kept".to_owned(),
    }))
}

/// The unit of that code if the officer works there; without a code their own.
fn unit_of(app: &App, me: &SignedIn, code: &str) -> Option<OrganisationId> {
    let own = units(me);
    match code {
        "" => own.first().copied(),
        code => app.calendars.unit_by_code(code).map(|unit| unit.id).filter(|unit| own.contains(unit)),
    }
}
