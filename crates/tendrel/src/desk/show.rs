//! The case page: everything about one request, and everything that can be done with it.

mod again;
mod explain;
#[cfg(test)]
mod tests;

use askama::Template;
use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use axum::routing::get;
use database::Reader;

pub use again::Kept;
pub use explain::{Explained, explained};

use crate::app::App;
use crate::desk::access::{self, Doing, Standing};
use crate::desk::act::Again;
use crate::desk::clocks;
use crate::desk::faces::{self, Face};
use crate::desk::letters::{self as sent, Sent};
use crate::desk::look;
use crate::desk::offers::offered;
use crate::desk::queue::rows::{Tag, priority_tag, service_name, state_tag};
use crate::desk::request::{Hold, Request};
use crate::desk::save::Desk;
use crate::desk::service::Starts;
use crate::desk::store;
use crate::desk::store::letters::{self, Letter};
use crate::desk::store::looks::{self, Look};
use crate::desk::store::people::{self, Names};
use crate::desk::store::sms::{self, Sms};
use crate::desk::store::timeline::{self, Attachment, Beside, Message};
use crate::desk::timeline::{Entry, Story, answers};
use crate::events::{self, Event};
use crate::frame::{Frame, page, see_other};
use crate::problem::Problem;
use crate::viewer::Viewer;

pub fn routes() -> Router<App> {
    Router::new().route("/requests/{number}", get(show))
}

/// A request with all that is shown around it, read in one snapshot.
pub struct Whole {
    pub request: Request,
    pub standing: Standing,
    pub names: Names,
    pub holds: Vec<Hold>,
    pub events: Vec<Event>,
    pub messages: Vec<Message>,
    pub attachments: Vec<Attachment>,
    /// Who looked at it without being a part of it; asked for those inside alone.
    pub looks: Vec<Look>,
    /// What was said by e-mail; asked for those inside alone.
    pub letters: Vec<Letter>,
    /// And by SMS.
    pub texts: Vec<Sms>,
}

/// The fixed number of questions behind a case, for officers and requesters alike.
pub fn whole(r: &mut Reader, request: Request, standing: Standing) -> Result<Whole, Problem> {
    let inside = standing.is_inside();
    Ok(Whole {
        names: people::names(r, &request)?,
        holds: store::holds(r, request.id)?,
        events: events::of_subject(r, request.id.uuid())?,
        messages: timeline::messages(r, request.id)?,
        attachments: timeline::attachments(r, request.id)?,
        looks: if inside { looks::of_request(r, request.id)? } else { Vec::new() },
        letters: if inside { letters::of_request(r, request.id)? } else { Vec::new() },
        texts: if inside { sms::of_request(r, request.id)? } else { Vec::new() },
        request,
        standing,
    })
}

impl Whole {
    pub fn entries(&self, frame: &Frame, desk: &Desk) -> Vec<Entry> {
        let Whole { request, standing, events, messages, attachments, .. } = self;
        let inside = standing.is_inside();
        let catalogue = &desk.catalogue;
        Story { request, events, messages, attachments, catalogue, inside }.entries(frame)
    }

    /// How both clocks look.
    pub fn faces(&self, frame: &Frame, desk: &Desk) -> Vec<Face> {
        let promise = desk.promise(&self.request, &self.holds);
        let service = desk.catalogue.service(self.request.service);
        let waits = service.is_some_and(|service| service.definition.starts == Starts::Complete)
            && self.request.complete_at.is_none();
        let day = desk.calendars.of_unit(self.request.unit).working_day_seconds();
        faces::of_promise(frame, &promise, waits, day)
    }
}

/// A value with its label, as a `select` needs it.
type Choice = (String, String);

/// The lists of the forms beside the case.
struct Lists {
    officers: Vec<Choice>,
    reasons: Vec<Choice>,
    causes: Vec<Choice>,
    services: Vec<Choice>,
    impacts: Vec<Choice>,
    urgencies: Vec<Choice>,
    units: Vec<Choice>,
}

/// What the forms beside the case begin with.
struct Now {
    officer: String,
    service: String,
    impact: String,
    urgency: String,
}

#[derive(Template)]
#[template(path = "desk/show.html")]
struct Page {
    frame: Frame,
    request: Request,
    standing: Standing,
    names: Names,
    unit: String,
    service: String,
    entries: Vec<Entry>,
    answers: Vec<(String, String)>,
    state: Tag,
    priority: Tag,
    impact: String,
    urgency: String,
    channel: String,
    faces: Vec<Face>,
    explained: Option<Explained>,
    closes_at: Option<jiff::Timestamp>,
    same: Vec<Beside>,
    earlier: Vec<Beside>,
    looks: Vec<Look>,
    letters: Vec<Sent>,
    lists: Lists,
    now: Now,
    kept: Kept,
}

impl Page {
    /// Is this offered to the reader now?
    fn can(&self, doing: Doing) -> bool {
        let me = self.frame.signed_in.as_ref().map(|me| me.person);
        offered(doing, &self.standing, &self.request, me)
    }

    fn mine(&self) -> bool {
        self.frame.signed_in.as_ref().is_some_and(|me| self.request.assignee == Some(me.person))
    }

    fn has_acts(&self) -> bool {
        [Doing::Assign, Doing::Hold, Doing::Resume, Doing::Reopen, Doing::Close, Doing::HandOver]
            .into_iter()
            .any(|doing| self.can(doing))
    }

    fn state_of(&self, beside: &Beside) -> String {
        self.frame.t(&beside.state.key())
    }

    /// The address of a file.
    fn file(&self, id: &str) -> String {
        format!("/requests/{}/files/{id}", self.request.number)
    }
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(number): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let open = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "open")
        .map(|(_, act)| act.into_owned())
        .unwrap_or_default();
    write(&app, &viewer, &number, Kept::fresh(open)).await
}

/// The page after a form on it was refused: it says why, and keeps what was typed.
pub async fn again(app: &App, viewer: &Viewer, number: &str, again: Again) -> Result<Response, Problem> {
    write(app, viewer, number, Kept::from(again)).await
}

async fn write(app: &App, viewer: &Viewer, number: &str, kept: Kept) -> Result<Response, Problem> {
    let (asker, wanted) = (viewer.clone(), number.to_owned());
    let unit_now = app.clock.now();
    let (whole, beside, officers) = app
        .db
        .read(move |r| {
            let (request, standing) = access::find(r, &asker, &wanted)?;
            let officers = people::present(r, request.unit, request.veiled_by(), unit_now)?;
            let beside = timeline::beside(r, &request)?;
            Ok::<_, Problem>((whole(r, request, standing)?, beside, officers))
        })
        .await?;
    look::write_down(app, viewer, whole.request.id, &whole.standing).await?;
    let canonical = &whole.request.number;
    if !whole.standing.is_inside() {
        return Ok(see_other(&format!("/my/requests/{canonical}")));
    }
    if canonical != number && kept.is_fresh() {
        return Ok(see_other(&format!("/requests/{canonical}")));
    }
    let desk = Desk::new(app);
    let mut frame = Frame::new(app, viewer, whole.request.subject.clone());
    frame.has_mistakes = !kept.is_fresh();
    let status = kept.status();
    let officers = officers.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    page(status, &page_of(frame, &desk, whole, beside, officers, kept))
}

fn page_of(
    frame: Frame,
    desk: &Desk,
    whole: Whole,
    beside: (Vec<Beside>, Vec<Beside>),
    officers: Vec<Choice>,
    kept: Kept,
) -> Page {
    let request = &whole.request;
    let catalogue = &desk.catalogue;
    let grade = |grades: &[crate::desk::catalogue::Grade], level: i64| {
        grades.iter().find(|grade| grade.level == level).map(|grade| grade.name.clone()).unwrap_or_default()
    };
    let service = catalogue.service(request.service);
    let kept = kept.told(&frame, catalogue);
    Page {
        unit: desk.calendars.unit(request.unit).map(|unit| unit.name).unwrap_or_default(),
        service: service_name(&frame, catalogue, request.service).to_owned(),
        now: Now {
            officer: request.assignee.map_or_else(|| "nobody".to_owned(), |officer| officer.to_string()),
            service: service.map(|service| service.definition.code.clone()).unwrap_or_default(),
            impact: request.impact.to_string(),
            urgency: request.urgency.to_string(),
        },
        entries: whole.entries(&frame, desk),
        answers: answers(&frame, catalogue, request),
        state: state_tag(&frame, catalogue, request.state, request.hold_reason.as_deref()),
        priority: priority_tag(catalogue, request.priority).unwrap_or_else(|| Tag {
            class: "",
            words: catalogue.priority_name(request.priority).to_owned(),
        }),
        impact: grade(&catalogue.impacts, request.impact),
        urgency: grade(&catalogue.urgencies, request.urgency),
        channel: frame.t(&format!("channel-{}", request.channel.code().replace('_', "-"))),
        faces: whole.faces(&frame, desk),
        explained: explained(&frame, desk, request, &whole.holds),
        closes_at: clocks::closes_at(request, desk),
        same: beside.0,
        earlier: beside.1,
        lists: lists(&frame, desk, request, &whole.names, officers),
        looks: whole.looks.clone(),
        letters: sent::shown(&frame, &whole.letters, &whole.texts),
        names: whole.names.clone(),
        standing: whole.standing.clone(),
        request: whole.request.clone(),
        kept,
        frame,
    }
}

fn lists(frame: &Frame, desk: &Desk, request: &Request, names: &Names, officers: Vec<Choice>) -> Lists {
    let catalogue = &desk.catalogue;
    let mut everybody = vec![("nobody".to_owned(), frame.t("queue-nobody"))];
    everybody.extend(officers);
    // Whoever has it stands in the list even while they are away.
    if let (Some(id), Some(name)) = (request.assignee, &names.officer)
        && !everybody.iter().any(|(known, _)| *known == id.to_string())
    {
        everybody.push((id.to_string(), name.clone()));
    }
    let grades = |grades: &[crate::desk::catalogue::Grade]| {
        grades.iter().map(|grade| (grade.level.to_string(), grade.name.clone())).collect()
    };
    let services = catalogue.services.iter().filter(|service| !service.withdrawn);
    let units = desk.calendars.units().into_iter().filter(|unit| unit.id != request.unit);
    Lists {
        officers: everybody,
        reasons: catalogue.hold_reasons.iter().map(|it| (it.code.clone(), it.name.clone())).collect(),
        causes: catalogue.causes.clone(),
        services: services
            .map(|service| (service.definition.code.clone(), service.definition.name.clone()))
            .collect(),
        impacts: grades(&catalogue.impacts),
        urgencies: grades(&catalogue.urgencies),
        units: units.map(|unit| (unit.code, unit.name)).collect(),
    }
}
