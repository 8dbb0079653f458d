//! The calendars of all units with their holidays, kept in memory: small, read by every promise, changed a few times
//! a year. Whoever changes one calls `refresh`; other nodes notice within seconds by the row `directory_version`.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, RwLock};

use database::{Error, Reader, Transaction};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use working_time::{Calendar, CalendarData, Holiday};

use crate::frame::Home;
use crate::id::OrganisationId;

/// The calendar used where a unit names none that exists.
pub const STANDARD: &str = "rgob";

#[derive(Clone, Debug, PartialEq)]
pub struct UnitFacts {
    pub id: OrganisationId,
    pub code: String,
    pub name: String,
    pub name_dz: String,
    pub phone: String,
    pub fax: String,
    pub email: String,
    pub calendar: String,
    pub matrix: String,
    /// The unit's place and those it lies in; holidays of these places are the unit's.
    pub places: Vec<String>,
}

#[derive(Clone, Default)]
pub struct Calendars {
    state: Arc<RwLock<Arc<State>>>,
}

#[derive(Default)]
struct State {
    version: i64,
    units: HashMap<OrganisationId, UnitFacts>,
    by_code: BTreeMap<String, OrganisationId>,
    /// With whether holidays close it.
    calendars: BTreeMap<String, (CalendarData, bool)>,
    holidays: Vec<(Holiday, String)>,
    /// Compiled once for each calendar and unit.
    compiled: HashMap<(String, OrganisationId), Calendar>,
    home: Home,
    zone: Option<TimeZone>,
}

/// The next time that a clock of the zone shows this hour. Where it leaps over it, the hour after.
pub fn next_at(hour: i8, now: Timestamp, zone: &TimeZone) -> Timestamp {
    let today = now.to_zoned(zone.clone()).date();
    let at = |day: Date| day.at(hour, 0, 0, 0).to_zoned(zone.clone()).map(|at| at.timestamp());
    let days = [at(today), today.tomorrow().and_then(at)];
    days.into_iter().flatten().find(|at| *at > now).unwrap_or(now + SignedDuration::from_hours(24))
}

impl Calendars {
    fn state(&self) -> Arc<State> {
        // A poisoned lock still holds the last whole state: writers replace it in one assignment.
        self.state.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// The unit's own calendar, with the holidays of its place.
    pub fn of_unit(&self, unit: OrganisationId) -> Calendar {
        let state = self.state();
        let code = state.units.get(&unit).map_or(STANDARD, |unit| unit.calendar.as_str());
        compiled(&state, code, unit)
    }

    /// Another calendar, such as the one for urgent work, with the holidays of the unit's place; the unit's own when
    /// `code` is empty.
    pub fn of(&self, code: &str, unit: OrganisationId) -> Calendar {
        if code.is_empty() {
            return self.of_unit(unit);
        }
        compiled(&self.state(), code, unit)
    }

    pub fn unit(&self, unit: OrganisationId) -> Option<UnitFacts> {
        self.state().units.get(&unit).cloned()
    }

    pub fn unit_by_code(&self, code: &str) -> Option<UnitFacts> {
        let state = self.state();
        state.by_code.get(&code.to_uppercase()).and_then(|id| state.units.get(id)).cloned()
    }

    /// All units in the order of their codes.
    pub fn units(&self) -> Vec<UnitFacts> {
        let state = self.state();
        state.by_code.values().filter_map(|id| state.units.get(id)).cloned().collect()
    }

    /// The unit whose name stands over the public pages.
    pub fn home(&self) -> Home {
        self.state().home.clone()
    }

    /// The zone in which times are shown.
    pub fn zone(&self) -> TimeZone {
        self.state().zone.clone().unwrap_or(TimeZone::UTC)
    }

    /// Reads everything again if it changed since it was last read. `home` is the code of the home unit.
    pub fn refresh(&self, r: &mut Reader, home: Option<&str>) -> Result<bool, Error> {
        let version = version(r)?;
        if version == self.state().version {
            return Ok(false);
        }
        let state = load(r, version, home)?;
        *self.state.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(state);
        Ok(true)
    }
}

/// Says that a calendar, a holiday, a unit or the catalogue changed; part of the transaction that changed it.
pub fn mark_changed(tx: &mut Transaction) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO settings (key, value) VALUES ('directory_version', '1')
         ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(settings.value AS BIGINT) + 1 AS TEXT)",
        &[],
    )?;
    Ok(())
}

/// The number that grows with each change of the directory or the catalogue.
pub fn version(r: &mut Reader) -> Result<i64, Error> {
    let stored: Option<String> =
        r.row("SELECT value FROM settings WHERE key = 'directory_version'", &[], |row| row.get("value"))?;
    Ok(stored.and_then(|text| text.parse().ok()).unwrap_or(0))
}

fn load(r: &mut Reader, version: i64, home: Option<&str>) -> Result<State, Error> {
    let mut state = State { version, ..State::default() };
    let parents: HashMap<String, Option<String>> = r
        .rows("SELECT code, parent_code FROM places", &[], |row| {
            Ok((row.get("code")?, row.get("parent_code")?))
        })?
        .into_iter()
        .collect();
    let units = r.rows(
        "SELECT u.organisation_id AS id, u.code AS code, u.calendar_code AS calendar_code,
                u.matrix_code AS matrix_code, o.name AS name, o.name_dz AS name_dz, o.place_code AS place_code,
                o.phone AS phone, o.fax AS fax, o.email AS email
         FROM units u JOIN organisations o ON o.id = u.organisation_id",
        &[],
        |row| {
            let place: Option<String> = row.get("place_code")?;
            Ok(UnitFacts {
                id: row.get("id")?,
                code: row.get("code")?,
                name: row.get("name")?,
                name_dz: row.get("name_dz")?,
                phone: row.get("phone")?,
                fax: row.get("fax")?,
                email: row.get("email")?,
                calendar: row.get("calendar_code")?,
                matrix: row.get("matrix_code")?,
                places: place_and_above(place, &parents),
            })
        },
    )?;
    for unit in units {
        state.by_code.insert(unit.code.clone(), unit.id);
        state.units.insert(unit.id, unit);
    }
    let calendars: Vec<(String, String, bool)> =
        r.rows("SELECT code, data, observes_holidays FROM calendars", &[], |row| {
            Ok((row.get("code")?, row.get("data")?, row.get("observes_holidays")?))
        })?;
    for (code, data, observes) in calendars {
        match serde_json::from_str(&data) {
            Ok(data) => drop(state.calendars.insert(code, (data, observes))),
            Err(error) => tracing::error!(code, "a calendar in the database cannot be read: {error}"),
        }
    }
    state.holidays = r.rows("SELECT day, scope, name FROM holidays", &[], |row| {
        Ok((Holiday { date: row.get("day")?, name: row.get("name")? }, row.get("scope")?))
    })?;
    compile(&mut state);
    let home_unit = home.and_then(|code| state.by_code.get(code)).and_then(|id| state.units.get(id));
    if let Some(UnitFacts { code, name, name_dz, phone, fax, email, .. }) = home_unit.cloned() {
        state.home = Home { code, name, name_dz, phone, fax, email };
    } else {
        state.home.name = "Tendrel".to_owned();
    }
    let zone = state.calendars.get(STANDARD).and_then(|(data, _)| TimeZone::get(&data.time_zone).ok());
    state.zone = zone;
    Ok(state)
}

fn place_and_above(place: Option<String>, parents: &HashMap<String, Option<String>>) -> Vec<String> {
    let mut places = Vec::new();
    let mut next = place;
    while let Some(code) = next {
        // A place that lies in itself by mistake ends the climb.
        if places.contains(&code) {
            break;
        }
        next = parents.get(&code).cloned().flatten();
        places.push(code);
    }
    places
}

fn compile(state: &mut State) {
    let mut compiled = HashMap::new();
    for unit in state.units.values() {
        for (code, (data, observes)) in &state.calendars {
            let mut data = data.clone();
            data.holidays = state
                .holidays
                .iter()
                .filter(|_| *observes)
                .filter(|(_, scope)| scope.is_empty() || unit.places.contains(scope))
                .map(|(holiday, _)| holiday.clone())
                .collect();
            match Calendar::new(&data) {
                Ok(calendar) => drop(compiled.insert((code.clone(), unit.id), calendar)),
                Err(error) => tracing::error!(code, "the calendar is not right: {error}"),
            }
        }
    }
    state.compiled = compiled;
}

fn compiled(state: &State, code: &str, unit: OrganisationId) -> Calendar {
    let wanted = state.compiled.get(&(code.to_owned(), unit));
    let standard = || state.compiled.get(&(STANDARD.to_owned(), unit));
    wanted.or_else(standard).cloned().unwrap_or_else(Calendar::always)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_night_is_today_or_tomorrow_and_knows_summer_time() {
        let next = |zone: &str, now: &str| {
            next_at(2, now.parse().unwrap(), &TimeZone::get(zone).unwrap()).to_string()
        };
        assert_eq!(next("Asia/Thimphu", "2026-11-18T19:59:59Z"), "2026-11-18T20:00:00Z");
        assert_eq!(next("Asia/Thimphu", "2026-11-18T20:00:00Z"), "2026-11-19T20:00:00Z");
        // Two o'clock is leapt over, and the night after it is a day of 23 hours later.
        assert_eq!(next("Europe/Berlin", "2026-03-28T12:00:00Z"), "2026-03-29T01:00:00Z");
        assert_eq!(next("Europe/Berlin", "2026-03-29T01:00:00Z"), "2026-03-30T00:00:00Z");
    }
}
