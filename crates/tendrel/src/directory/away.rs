//! `/people/{id}/away`: from when to when somebody is away, and who stands in. People enter it for themselves, a head
//! for those of the unit, an operator for everybody in reach; it ends by itself.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use database::Error;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde_json::json;

use crate::app::App;
use crate::directory::access::{Doing, Spot, may};
use crate::directory::delegations::{self, Delegation, LONGEST_DAYS, Lends, Wanted};
use crate::directory::people::{self, Person};
use crate::directory::{answer, lookup};
use crate::events;
use crate::frame::Frame;
use crate::frame::form::{FormData, Wrong};
use crate::id::{DelegationId, PersonId};
use crate::problem::Problem;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    let mut router = Router::new();
    for root in ["", "/api/v1"] {
        router = router
            .route(&format!("{root}/people/{{id}}/away"), get(show).post(add))
            .route(&format!("{root}/people/{{id}}/away/end"), post(end));
    }
    router
}

#[derive(Template)]
#[template(path = "directory/away.html")]
struct Page {
    frame: Frame,
    wrong: Wrong,
    person: Person,
    list: Vec<Delegation>,
    is_self: bool,
    /// Only what the head of an office sees is lent.
    of_office: bool,
    stand_in: String,
    from: String,
    to: String,
    confidential: bool,
}

impl Page {
    fn hint(&self) -> &'static str {
        if self.of_office { "away-stand-in-hint-office" } else { "away-stand-in-hint" }
    }

    /// The last day, of the instant after it.
    fn last(&self, delegation: &Delegation) -> String {
        let last = delegation.to - jiff::SignedDuration::from_secs(1);
        crate::frame::times::day(&self.frame, last.to_zoned(self.frame.zone.clone()).date())
    }

    fn first(&self, delegation: &Delegation) -> String {
        crate::frame::times::day(&self.frame, delegation.from.to_zoned(self.frame.zone.clone()).date())
    }
}

/// The person, for themselves and for whoever looks after the people of their office.
async fn person_of(app: &App, viewer: &Viewer, id: &str) -> Result<Person, Problem> {
    let me = viewer.must_be_signed_in()?.clone();
    let id = PersonId::parse(id).ok_or(Problem::NotFound)?;
    let found = app.db.read(move |r| {
        let person = people::get(r, id)?;
        let spot = Spot::of(r, person.as_ref().and_then(|person| person.working_agency))?;
        Ok::<_, Error>(person.map(|person| (person, spot)))
    });
    let (person, spot) = found.await?.ok_or(Problem::NotFound)?;
    if person.id == me.person || may(&me, Doing::EditPeople, &spot) {
        Ok(person)
    } else if may(&me, Doing::SeePeople, &spot) {
        Err(Problem::Forbidden)
    } else {
        Err(Problem::NotFound)
    }
}

async fn page_of(app: &App, viewer: &Viewer, person: Person) -> Result<Page, Problem> {
    let (id, now) = (person.id, viewer.now);
    let read = app.db.read(move |r| {
        Ok::<_, Error>((delegations::of_person(r, id, now)?, delegations::lends(r, id, now)?))
    });
    let (list, lends) = read.await?;
    let mut frame = Frame::new(app, viewer, "");
    let is_self = viewer.signed_in.as_ref().is_some_and(|me| me.person == id);
    frame.title = if is_self {
        frame.t("away-title-self")
    } else {
        frame.t1("away-title", "name", person.name.as_str())
    };
    let today = now.to_zoned(frame.zone.clone()).date().to_string();
    Ok(Page {
        wrong: Wrong::default(),
        person,
        list,
        is_self,
        of_office: lends == Some(Lends::Office),
        stand_in: String::new(),
        from: today,
        to: String::new(),
        confidential: false,
        frame,
    })
}

async fn show(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let person = person_of(&app, &viewer, &id).await?;
    let page = page_of(&app, &viewer, person).await?;
    if viewer.by_api() {
        return answer::data(StatusCode::OK, &json!({ "away": page.list }));
    }
    answer::page(StatusCode::OK, &page.frame, &page)
}

async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    let person = person_of(&app, &viewer, &id).await?;
    let mut page = page_of(&app, &viewer, person).await?;
    form.text("stand_in").clone_into(&mut page.stand_in);
    form.text("from").clone_into(&mut page.from);
    form.text("to").clone_into(&mut page.to);
    // Only whoever is named may hand on what only the named see.
    page.confidential = page.is_self && form.given("confidential").is_some();
    let (from, to) = days(&mut page);
    let typed = page.stand_in.clone();
    let stand_in = match app.db.read(move |r| lookup::one_person(r, &typed)).await? {
        Ok(stand_in) => Some(stand_in),
        Err(key) => {
            page.wrong.note("stand_in", page.frame.t(key));
            None
        }
    };
    let (Some(from), Some(to), Some(stand_in)) = (from, to, stand_in) else {
        return answer::refused(&viewer, &page.frame, &page.wrong, &page);
    };
    let (absent, now, actor) = (page.person.id, viewer.now, viewer.actor());
    let (confidential, name) = (page.confidential, stand_in.name.clone());
    let detail = json!({ "stand_in": name, "stand_in_id": stand_in.id, "from": page.from, "to": page.to, "confidential": confidential });
    let entered = app.db.write(move |tx| {
        tx.lock("delegations")?;
        let Some(lends) = delegations::lends(tx, absent, now)? else {
            return Ok(Some(("from", "away-no-role")));
        };
        let foreign = delegations::foreign(tx, lends, absent, stand_in.id, now)?;
        let wanted = Wanted { absent, stand_in: stand_in.id, from, to, foreign };
        let mut others = delegations::of_person(tx, absent, now)?;
        others.extend(delegations::of_person(tx, stand_in.id, now)?);
        let fault = delegations::fault(&wanted, &others);
        if fault.is_none() {
            delegations::insert(tx, &wanted, confidential, &actor.name, now)?;
            events::note(tx, "person", absent.uuid(), actor.clone(), "away", detail.clone(), now)?;
        }
        Ok::<_, Error>(fault)
    });
    if let Some((field, key)) = entered.await? {
        page.wrong.note(field, page.frame.t(key));
        return answer::refused(&viewer, &page.frame, &page.wrong, &page);
    }
    answer::done(&viewer, &format!("/people/{id}/away"), "away-entered", &json!({ "stand_in": name }))
}

/// The first and the last instant of the days that were typed.
fn days(page: &mut Page) -> (Option<Timestamp>, Option<Timestamp>) {
    let zone = page.frame.zone.clone();
    let (now, today) = (page.frame.now, page.frame.now.to_zoned(zone.clone()).date());
    let start = |day: Date| day.to_zoned(zone.clone()).ok().map(|at| at.timestamp());
    let (from, to) = (page.from.parse::<Date>().ok(), page.to.parse::<Date>().ok());
    let Some(first) = from.filter(|day| *day >= today) else {
        page.wrong.note("from", page.frame.t("away-from-wrong"));
        return (None, None);
    };
    let longest = first.checked_add(LONGEST_DAYS.days()).unwrap_or(first);
    let Some(last) = to.filter(|day| (first..=longest).contains(day)) else {
        page.wrong.note("to", page.frame.t("away-to-wrong"));
        return (None, None);
    };
    // Of today it holds from now on.
    (start(first).map(|from| from.max(now)), last.tomorrow().ok().and_then(start))
}

async fn end(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    let person = person_of(&app, &viewer, &id).await?;
    let delegation = DelegationId::parse(form.text("delegation")).ok_or(Problem::NotFound)?;
    let (absent, now, actor) = (person.id, viewer.now, viewer.actor());
    let ended = app.db.write(move |tx| {
        let ended = delegations::end(tx, absent, delegation, now)?;
        if ended {
            events::note(tx, "person", absent.uuid(), actor.clone(), "back", json!({}), now)?;
        }
        Ok::<_, Error>(ended)
    });
    if !ended.await? {
        return Err(Problem::NotFound);
    }
    answer::done(&viewer, &format!("/people/{id}/away"), "away-ended", &json!({ "ended": true }))
}

#[cfg(test)]
mod tests;
