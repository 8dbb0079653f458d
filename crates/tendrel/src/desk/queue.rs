//! The list of a unit's requests: due first, filtered in the address, paged by key.

mod csv;
pub mod filters;
pub mod rows;
#[cfg(test)]
mod tests;

use askama::Template;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use database::Reader;

use crate::app::App;
use crate::desk::queue::filters::Filters;
use crate::desk::queue::rows::RowView;
use crate::desk::request::{Channel, State as RequestState};
use crate::desk::store::lists::{self, Listed, Position};
use crate::desk::store::{people, views};
use crate::frame::{Frame, page, see_other};
use crate::id::OrganisationId;
use crate::problem::Problem;
use crate::viewer::{Role, SignedIn, Viewer};

/// Rows of one page.
pub const PAGE_ROWS: usize = 50;

pub fn routes() -> Router<App> {
    Router::new().route("/requests", get(show)).route("/requests.csv", get(csv::download))
}

/// `options` are values with their labels.
struct Choice {
    name: &'static str,
    label: String,
    options: Vec<(String, String)>,
    chosen: String,
}

#[derive(Template)]
#[template(path = "desk/queue.html")]
struct Page {
    frame: Frame,
    rows: Vec<RowView>,
    filters: Filters,
    choices: Vec<Choice>,
    /// Sentence on what the list is narrowed down to beyond the choices.
    office: Option<String>,
    summary: Option<String>,
    next: Option<String>,
    saved: Option<String>,
    may_log: bool,
}

/// Which units' requests somebody may list: the one of the address, else those they work in, else all they look over;
/// with `all`, both. `None` is every unit there is.
///
/// # Errors
/// `Forbidden` for who works in no unit and looks over none; `NotFound` for a unit that is not theirs to see.
pub fn units_of(
    r: &mut Reader,
    app: &App,
    me: &SignedIn,
    wanted: &str,
) -> Result<Option<Vec<OrganisationId>>, Problem> {
    let mut own: Vec<OrganisationId> = me.scopes(Role::Officer).chain(me.scopes(Role::HeadOfUnit)).collect();
    own.sort_unstable();
    own.dedup();
    let scopes: Vec<OrganisationId> = me.scopes(Role::Centre).chain(me.scopes(Role::Auditor)).collect();
    if own.is_empty() && scopes.is_empty() {
        return Err(Problem::Forbidden);
    }
    if wanted.is_empty() && !own.is_empty() {
        return Ok(Some(own));
    }
    let overseen = views::units_below(r, &scopes)?;
    if wanted.is_empty() || wanted == "all" {
        let mut all = [own, overseen].concat();
        all.sort_unstable();
        all.dedup();
        return Ok(if all.len() == app.calendars.units().len() { None } else { Some(all) });
    }
    let unit = app.calendars.unit_by_code(wanted).ok_or(Problem::NotFound)?.id;
    if own.contains(&unit) || overseen.contains(&unit) {
        Ok(Some(vec![unit]))
    } else {
        Err(Problem::NotFound)
    }
}

struct Found {
    listed: Vec<Listed>,
    /// The units that can be chosen; every one when `None`.
    units: Option<Vec<OrganisationId>>,
    officers: Vec<(String, String)>,
    office: Option<String>,
    late: Option<i64>,
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let me = viewer.must_be_signed_in()?.clone();
    let query = query.unwrap_or_default();
    let filters = Filters::parse(&query);
    // A filter form sends its empty fields too: the address is cleaned, so that it can be read, saved and compared.
    if query.contains("=&") || query.ends_with('=') {
        return Ok(see_other(&address("/requests", &filters.query())));
    }
    let (asked, place, person) = (filters.clone(), app.clone(), me.clone());
    let found = app.read_for(&viewer, move |r| find(r, &place, &person, &asked)).await?;
    let key = if filters.has("all") || filters.of("state") == "closed" { "queue-all" } else { "queue-open" };
    let frame = Frame::titled(&app, &viewer, key);
    let Found { mut listed, units, officers, office, late } = found;
    let more = listed.len() > PAGE_ROWS;
    listed.truncate(PAGE_ROWS);
    let wanted = filters.wanted(None, me.person, &me.named, &app.catalogue.now(), &frame.zone);
    let last = listed.last().filter(|_| more).map(|row| wanted.order.position(row));
    let next = last.map(|last| address("/requests", &filters.with("after", &last.written()).query()));
    let summary = late.map(|late| frame.t2("queue-summary", "open", me.counts.open, "late", late));
    let saved = me.views.iter().find(|view| view.query == filters.first()).map(|view| view.id.to_string());
    let page_ = Page {
        rows: rows::rows(&app, &frame, &listed),
        choices: choices(&app, &frame, &filters, units.as_deref(), officers, &me),
        office,
        summary: summary.filter(|_| filters.narrowing() == 0 && !filters.has("all")),
        next,
        saved,
        may_log: me.unit.is_some(),
        filters,
        frame,
    };
    page(StatusCode::OK, &page_)
}

/// Everything the page asks the database, in one snapshot.
fn find(r: &mut Reader, app: &App, me: &SignedIn, filters: &Filters) -> Result<Found, Problem> {
    let units = units_of(r, app, me, filters.of("unit"))?;
    let wanted =
        filters.wanted(units.clone(), me.person, &me.named, &app.catalogue.now(), &app.calendars.zone());
    let after = Position::parse(filters.of("after"));
    let listed = lists::list(r, &wanted, after, PAGE_ROWS as i64 + 1)?;
    let one_unit = units.as_deref().and_then(|units| match units {
        [one] => Some(*one),
        _ => None,
    });
    let officers = match one_unit {
        Some(unit) => people::officers(r, unit, app.clock.now())?,
        None => Vec::new(),
    };
    let own = me.unit.as_ref().map(|unit| unit.id).filter(|unit| Some(*unit) == one_unit);
    let late = own.map(|unit| views::counter(r, unit, "late", &me.named)).transpose()?;
    let office = filters.office().map(|office| views::office_name(r, office)).transpose()?.flatten();
    let officers = officers.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    let units = if filters.has("unit") { units_of(r, app, me, "all")? } else { units };
    Ok(Found { listed, units, officers, office, late })
}

fn choices(
    app: &App,
    frame: &Frame,
    filters: &Filters,
    units: Option<&[OrganisationId]>,
    officers: Vec<(String, String)>,
    me: &SignedIn,
) -> Vec<Choice> {
    let catalogue = app.catalogue.now();
    let states = RequestState::ALL.map(|state| (state.code().to_owned(), frame.t(&state.key())));
    let mut people = vec![("nobody".to_owned(), frame.t("queue-nobody"))];
    if me.unit.is_some() {
        people.insert(0, ("me".to_owned(), frame.t("queue-me")));
    }
    people.extend(officers);
    let services = catalogue.services.iter().map(|service| {
        let definition = &service.definition;
        (definition.code.clone(), frame.plain_name(&definition.name, &definition.name_dz).to_owned())
    });
    let priorities = catalogue.priorities.iter().map(|(level, name)| (level.to_string(), name.clone()));
    let channels = Channel::ALL.map(|channel| {
        (channel.code().to_owned(), frame.t(&format!("channel-{}", channel.code().replace('_', "-"))))
    });
    let mut choices: Vec<(&'static str, Vec<(String, String)>)> = vec![
        ("state", states.to_vec()),
        ("officer", people),
        ("service", services.collect()),
        ("priority", priorities.collect()),
        ("channel", channels.to_vec()),
    ];
    if units.is_none_or(|units| units.len() > 1) {
        let all = app.calendars.units().into_iter();
        let seen = all.filter(|unit| units.is_none_or(|units| units.contains(&unit.id)));
        choices.insert(0, ("unit", seen.map(|unit| (unit.code, unit.name)).collect()));
    }
    let choice = |(name, mut options): (&'static str, Vec<(String, String)>)| {
        options.insert(0, (String::new(), frame.t(&format!("queue-any-{name}"))));
        let label = frame.t(&format!("queue-{name}"));
        Choice { name, label, options, chosen: filters.of(name).to_owned() }
    };
    choices.into_iter().map(choice).collect()
}

/// A path with its query, without a lonely question mark.
pub fn address(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}
