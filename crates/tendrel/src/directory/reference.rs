//! What every installation starts from: places, kinds, organisations, roles, calendars and holidays of `reference/`.

use std::collections::{BTreeMap, HashMap};

use anyhow::Context;
use database::Transaction;
use jiff::Timestamp;
use serde::Deserialize;
use working_time::{CalendarData, DatedHours, MonthDay, Season, Span};

use crate::directory::words;
use crate::id::OrganisationId;
use crate::search::fold;

/// Rows of dated names and parents begin here where the sources give no date.
const SINCE_EVER: &str = "0001-01-01";

#[derive(Debug, Deserialize)]
struct PlaceRow {
    code: String,
    kind: String,
    parent: String,
    name: String,
    name_dz: String,
    aliases: String,
}

#[derive(Debug, Deserialize)]
struct KindRow {
    code: String,
    name: String,
    name_dz: String,
    rank: i64,
}

#[derive(Debug, Deserialize)]
struct HolidayRow {
    date: String,
    name: String,
    name_dz: String,
    scope: String,
    #[serde(rename = "status")]
    _status: String,
}

#[derive(Debug, Deserialize)]
struct OrganisationRow {
    key: String,
    kind: String,
    parent: String,
    place: String,
    name: String,
    name_dz: String,
    short: String,
    aliases: String,
    valid_from: String,
    valid_to: String,
    successors: String,
    unit_code: String,
    serves: String,
}

#[derive(Debug, Deserialize)]
struct Roles {
    role: Vec<RoleRow>,
}
#[derive(Debug, Deserialize)]
struct RoleRow {
    code: String,
    name: String,
    description: String,
}

#[derive(Debug, Deserialize)]
struct CalendarsFile {
    calendar: Vec<CalendarRow>,
}
#[derive(Debug, Deserialize)]
struct CalendarRow {
    code: String,
    name: String,
    time_zone: String,
    #[serde(default = "yes")]
    observes_holidays: bool,
    hours: Vec<HoursRow>,
}
#[derive(Debug, Deserialize)]
struct HoursRow {
    valid_from: String,
    valid_to: String,
    season: Option<SeasonRow>,
    week: BTreeMap<String, Vec<String>>,
    note: String,
}
#[derive(Debug, Deserialize)]
struct SeasonRow {
    from: String,
    to: String,
}

fn yes() -> bool {
    true
}

fn rows<T: for<'de> Deserialize<'de>>(text: &str) -> anyhow::Result<Vec<T>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).from_reader(text.as_bytes());
    reader.deserialize().collect::<Result<_, _>>().map_err(anyhow::Error::from)
}

fn list(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('|').map(str::trim).filter(|part| !part.is_empty())
}

fn date(cell: &str) -> Option<&str> {
    Some(cell.trim()).filter(|cell| !cell.is_empty())
}

/// Writes everything into an empty directory.
pub fn install(tx: &mut Transaction, now: Timestamp) -> anyhow::Result<()> {
    for row in rows::<PlaceRow>(include_str!("../../reference/places.tsv"))? {
        let PlaceRow { code, kind, parent, name, name_dz, aliases } = row;
        tx.execute(
            "INSERT INTO places (code, kind, parent_code, name, name_dz, aliases) VALUES ($1, $2, $3, $4, $5, $6)",
            &[code.into(), kind.into(), date(&parent).into(), name.into(), name_dz.into(), aliases.into()],
        )?;
    }
    for row in rows::<KindRow>(include_str!("../../reference/kinds.tsv"))? {
        let KindRow { code, name, name_dz, rank } = row;
        tx.execute(
            "INSERT INTO organisation_kinds (code, name, name_dz, rank) VALUES ($1, $2, $3, $4)",
            &[code.into(), name.into(), name_dz.into(), rank.into()],
        )?;
    }
    let roles: Roles = toml::from_str(include_str!("../../reference/roles.toml"))?;
    for RoleRow { code, name, description } in roles.role {
        tx.execute(
            "INSERT INTO roles (code, name, description) VALUES ($1, $2, $3)",
            &[code.into(), name.into(), description.into()],
        )?;
    }
    for row in rows::<HolidayRow>(include_str!("../../reference/holidays.tsv"))? {
        tx.execute(
            "INSERT INTO holidays (day, scope, name, name_dz) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            &[row.date.into(), row.scope.into(), row.name.into(), row.name_dz.into()],
        )?;
    }
    install_calendars(tx)?;
    install_organisations(tx, now)
}

fn install_calendars(tx: &mut Transaction) -> anyhow::Result<()> {
    let file: CalendarsFile = toml::from_str(include_str!("../../reference/calendars.toml"))?;
    for CalendarRow { code, name, time_zone, observes_holidays, hours } in file.calendar {
        let hours: Vec<DatedHours> = hours.iter().map(dated_hours).collect::<Result<_, _>>()?;
        let data = CalendarData { time_zone, hours, exceptions: Vec::new(), holidays: Vec::new() };
        working_time::Calendar::new(&data).with_context(|| format!("calendar {code}"))?;
        tx.execute(
            "INSERT INTO calendars (code, name, data, observes_holidays) VALUES ($1, $2, $3, $4)",
            &[code.into(), name.into(), serde_json::to_string(&data)?.into(), observes_holidays.into()],
        )?;
    }
    Ok(())
}

fn dated_hours(row: &HoursRow) -> anyhow::Result<DatedHours> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let mut hours = DatedHours {
        valid_from: date(&row.valid_from).map(str::parse).transpose()?,
        valid_to: date(&row.valid_to).map(str::parse).transpose()?,
        note: Some(row.note.clone()),
        ..DatedHours::default()
    };
    if let Some(SeasonRow { from, to }) = &row.season {
        hours.yearly = Some(Season { from: month_day(from)?, to: month_day(to)? });
    }
    for (name, spans) in &row.week {
        let day = DAYS
            .iter()
            .position(|day| day == name)
            .with_context(|| format!("no weekday is called {name}"))?;
        hours.week[day] = spans.iter().map(|span| span.parse::<Span>()).collect::<Result<_, _>>()?;
    }
    Ok(hours)
}

fn month_day(text: &str) -> anyhow::Result<MonthDay> {
    let (month, day) = text.split_once('-').with_context(|| format!("{text} is not month-day"))?;
    Ok(MonthDay { month: month.parse()?, day: day.parse()? })
}

fn install_organisations(tx: &mut Transaction, now: Timestamp) -> anyhow::Result<()> {
    let rows: Vec<OrganisationRow> = rows(include_str!("../../reference/organisations.tsv"))?;
    let ids: HashMap<&str, OrganisationId> =
        rows.iter().map(|row| (row.key.as_str(), OrganisationId::new(now))).collect();
    let parents: HashMap<&str, &str> =
        rows.iter().map(|row| (row.key.as_str(), row.parent.as_str())).collect();
    // Which unit serves the subtree of an organisation.
    let serving: HashMap<&str, &str> = rows
        .iter()
        .filter(|row| !row.serves.is_empty())
        .map(|row| (row.serves.as_str(), row.key.as_str()))
        .collect();
    let id = |key: &str| ids.get(key).copied().with_context(|| format!("no organisation has the key {key}"));
    for row in &rows {
        let parent = if row.parent.is_empty() { None } else { Some(id(&row.parent)?) };
        insert_organisation(tx, row, id(&row.key)?, parent)?;
        insert_ancestors(tx, &row.key, &parents, &ids)?;
    }
    for row in rows.iter().filter(|row| !row.unit_code.is_empty()) {
        let unit = id(&row.key)?;
        tx.execute(
            "INSERT INTO units (organisation_id, code, calendar_code, matrix_code) VALUES ($1, $2, 'rgob', 'standard')",
            &[unit.into(), (&row.unit_code).into()],
        )?;
        let from = date(&row.valid_from).unwrap_or(SINCE_EVER);
        tx.execute(
            "INSERT INTO clusters (unit_id, organisation_id, valid_from) VALUES ($1, $2, $3)",
            &[unit.into(), id(&row.serves)?.into(), from.into()],
        )?;
    }
    for row in &rows {
        if let Some(unit) = nearest(&row.key, &parents, &serving) {
            tx.execute(
                "UPDATE organisations SET unit_id = $2 WHERE id = $1",
                &[id(&row.key)?.into(), id(unit)?.into()],
            )?;
        }
        for successor in list(&row.successors) {
            let day = date(&row.valid_to).unwrap_or(SINCE_EVER);
            tx.execute(
                "INSERT INTO organisation_successions (predecessor_id, successor_id, happened_on) VALUES ($1, $2, $3)",
                &[id(&row.key)?.into(), id(successor)?.into(), day.into()],
            )?;
        }
    }
    Ok(())
}

fn nearest<'a>(
    key: &'a str,
    parents: &HashMap<&'a str, &'a str>,
    serving: &HashMap<&str, &'a str>,
) -> Option<&'a str> {
    let mut at = key;
    loop {
        if let Some(unit) = serving.get(at) {
            return Some(unit);
        }
        at = parents.get(at).copied().filter(|parent| !parent.is_empty())?;
    }
}

fn insert_organisation(
    tx: &mut Transaction,
    row: &OrganisationRow,
    id: OrganisationId,
    parent: Option<OrganisationId>,
) -> anyhow::Result<()> {
    let from = date(&row.valid_from);
    let to = date(&row.valid_to);
    tx.execute(
        "INSERT INTO organisations (id, key, kind, name, name_dz, short, folded, parent_id, place_code, valid_from, valid_to)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &[
            id.into(),
            (&row.key).into(),
            (&row.kind).into(),
            (&row.name).into(),
            (&row.name_dz).into(),
            (&row.short).into(),
            fold(&row.name).into(),
            parent.into(),
            date(&row.place).into(),
            from.into(),
            to.into(),
        ],
    )?;
    let since = from.unwrap_or(SINCE_EVER);
    tx.execute(
        "INSERT INTO organisation_names (organisation_id, name, name_dz, short, valid_from, valid_to)
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[id.into(), (&row.name).into(), (&row.name_dz).into(), (&row.short).into(), since.into(), to.into()],
    )?;
    tx.execute(
        "INSERT INTO organisation_parents (organisation_id, parent_id, valid_from, valid_to) VALUES ($1, $2, $3, $4)",
        &[id.into(), parent.into(), since.into(), to.into()],
    )?;
    for alias in list(&row.aliases).chain(list(&row.short)) {
        tx.execute(
            "INSERT INTO organisation_aliases (organisation_id, alias, folded) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
            &[id.into(), alias.into(), fold(alias).into()],
        )?;
    }
    words::of_organisation(tx, id)?;
    Ok(())
}

fn insert_ancestors(
    tx: &mut Transaction,
    key: &str,
    parents: &HashMap<&str, &str>,
    ids: &HashMap<&str, OrganisationId>,
) -> anyhow::Result<()> {
    let own = ids.get(key).copied();
    let mut depth = 0_i64;
    let mut at = key;
    while let Some(ancestor) = ids.get(at).copied() {
        tx.execute(
            "INSERT INTO organisation_ancestors (organisation_id, ancestor_id, depth) VALUES ($1, $2, $3)",
            &[own.into(), ancestor.into(), depth.into()],
        )?;
        depth += 1;
        at = parents.get(at).copied().unwrap_or_default();
    }
    Ok(())
}
