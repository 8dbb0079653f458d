//! Who is named for security incidents, and who is away next week.

use anyhow::Context;
use jiff::SignedDuration;

use crate::app::App;
use crate::desk::confidential;
use crate::desk::save::Desk;
use crate::desk::store::named;
use crate::directory::delegations::{self, Wanted};
use crate::directory::lookup;
use crate::events::Actor;
use crate::id::PersonId;
use crate::problem::Problem;

const SERVICE: &str = "security-incident";
const NAMED: [&str; 2] = ["namgay.rinzin@punakha.example", "sonam.dorji@punakha.example"];
/// Who is away, and who stands in.
const AWAY: [&str; 2] = ["pema.lhamo@punakha.example", "karma.wangmo@punakha.example"];
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

fn person(app: &App, email: &'static str) -> anyhow::Result<PersonId> {
    let found = app.db.read_blocking(move |r| lookup::one_person(r, email))?;
    found.map(|person| person.id).ok().with_context(|| format!("nobody of the demonstration has {email}"))
}

/// Security incidents of the history are seen by two of the unit.
pub(super) fn name(app: &App) -> anyhow::Result<()> {
    let named = [person(app, NAMED[0])?, person(app, NAMED[1])?];
    let service = app.catalogue.now().service_by_code(SERVICE).cloned().context("no security incidents")?;
    let (desk, now) = (Desk::new(app), app.clock.now());
    app.db
        .write_blocking(move |tx| {
            for person in named {
                named::add(tx, service.id, person, now)?;
            }
            confidential::mark(tx, &desk, &service, &Actor::program())
        })
        .map_err(|problem: Problem| anyhow::anyhow!("security incidents: {problem:?}"))?;
    Ok(app.refresh_blocking()?)
}

/// Somebody is away in a week from today.
pub(super) fn away(app: &App) -> anyhow::Result<()> {
    let (absent, stand_in, now) = (person(app, AWAY[0])?, person(app, AWAY[1])?, app.clock.now());
    let wanted = Wanted { absent, stand_in, from: now + WEEK, to: now + WEEK + WEEK, foreign: None };
    Ok(app.db.write_blocking(move |tx| delegations::insert(tx, &wanted, false, "Pema Lhamo", now))?)
}
