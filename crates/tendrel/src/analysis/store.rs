//! What the analysis asks of the tables of others; it writes none.

use std::collections::BTreeMap;

use database::{Error, Reader, Row as Answer, Value};
use jiff::Timestamp;

use crate::analysis::figure::Figure;
use crate::analysis::figures::{Bins, Figures, MonthFigures, Row};
use crate::analysis::period::Bounds;
use crate::analysis::question::{Office, Question, Whose};
use crate::desk::request::{Channel, SecondsInState, State};
use crate::id::{OrganisationId, RequestId, ServiceId};

const ROW: &str =
    "r.unit_id, r.service_id, r.office_id, r.channel, r.cause, r.state, r.priority, r.received_at,
    r.resolved_at, r.closed_at, r.reassigned, r.reopened, r.rating, r.resolution_late, r.resolution_used,
    r.resolution_target, r.seconds_new, r.seconds_in_progress, r.seconds_on_hold";

/// By place, not by name: a month of the whole country is a hundred thousand rows.
fn row(answer: &Answer<'_>) -> Result<Row, Error> {
    let (channel, state): (String, String) = (answer.at(3)?, answer.at(5)?);
    Ok(Row {
        unit: answer.at(0)?,
        service: answer.at(1)?,
        office: answer.at(2)?,
        channel: Channel::from_code(&channel).unwrap_or(Channel::Web),
        cause: answer.at(4)?,
        state: State::from_code(&state).unwrap_or(State::New),
        priority: answer.at(6)?,
        received_at: answer.at(7)?,
        resolved_at: answer.at(8)?,
        closed_at: answer.at(9)?,
        reassigned: answer.at(10)?,
        reopened: answer.at(11)?,
        rating: answer.at(12)?,
        late: answer.at(13)?,
        used: answer.at(14)?,
        target: answer.at(15)?,
        seconds: SecondsInState { new: answer.at(16)?, in_progress: answer.at(17)?, on_hold: answer.at(18)? },
    })
}

const WORKED: &str = "(CASE WHEN r.resolution_target IS NULL THEN r.seconds_new + r.seconds_in_progress
    ELSE r.resolution_used END)";

/// The conditions of a question and their parameters, after `$1` and `$2`.
struct Chosen {
    sql: String,
    parameters: Vec<Value<'static>>,
}

impl Chosen {
    fn of(question: &Question, bounds: &Bounds) -> Chosen {
        let parameters = vec![bounds.from.into(), bounds.to.into()];
        // Figures are printed and passed on: what is confidential stands in none.
        let mut chosen = Chosen { sql: " AND r.confidential = 0".to_owned(), parameters };
        if let Whose::Unit(unit) = &question.whose {
            chosen.and("r.unit_id = ?", unit.id.into());
        }
        match &question.office {
            Some(Office::Below(id)) => chosen.and(
                "r.office_id IN (SELECT organisation_id FROM organisation_ancestors WHERE ancestor_id = ?)",
                (*id).into(),
            ),
            Some(Office::Only(id)) => chosen.and("r.office_id = ?", (*id).into()),
            Some(Office::Unknown) => chosen.sql.push_str(" AND r.office_id IS NULL"),
            None => {}
        }
        if let Some((service, _)) = &question.service {
            chosen.and("r.service_id = ?", (*service).into());
        }
        if let Some(channel) = question.channel {
            chosen.and("r.channel = ?", channel.code().into());
        }
        match question.cause.as_deref() {
            Some("none") => chosen.sql.push_str(" AND r.cause IS NULL"),
            Some(cause) => chosen.and("r.cause = ?", cause.to_owned().into()),
            None => {}
        }
        if let Some(priority) = question.priority {
            chosen.and("r.priority = ?", priority.into());
        }
        if let Some((from, to)) = question.bin.and_then(|bin| Bins::new(question.day_seconds).range(bin)) {
            chosen.and(&format!("{WORKED} >= ?"), from.into());
            chosen.and(&format!("{WORKED} < ?"), to.into());
        }
        chosen
    }

    fn and(&mut self, condition: &str, value: Value<'static>) {
        self.parameters.push(value);
        let place = format!("${}", self.parameters.len());
        self.sql.push_str(" AND ");
        self.sql.push_str(&condition.replace('?', &place));
    }

    fn push(&mut self, value: Value<'static>) -> String {
        self.parameters.push(value);
        format!("${}", self.parameters.len())
    }
}

/// All figures of a question, in one pass over what came in and one over what was done.
pub(super) fn figures(r: &mut Reader, question: &Question) -> Result<Figures, Error> {
    let chosen = Chosen::of(question, &question.bounds);
    let mut figures = Figures::new(question.day_seconds);
    each_row(r, Figure::CameIn, &chosen, |row| figures.add_came_in(row))?;
    each_row(r, Figure::Done, &chosen, |row| figures.add_done(row))?;
    figures.open_by_unit = count_by_unit(r, Figure::OpenAtEnd, &chosen)?;
    figures.open_at_end = figures.open_by_unit.values().sum();
    figures.ended_otherwise = count_by_unit(r, Figure::EndedOtherwise, &chosen)?.values().sum();
    Ok(figures)
}

fn each_row(r: &mut Reader, figure: Figure, chosen: &Chosen, mut see: impl FnMut(&Row)) -> Result<(), Error> {
    for condition in figure.conditions() {
        let sql = format!("SELECT {ROW} FROM requests r WHERE {condition}{}", chosen.sql);
        r.each(&sql, &chosen.parameters, |answer| {
            see(&row(answer)?);
            Ok(())
        })?;
    }
    Ok(())
}

fn count_by_unit(
    r: &mut Reader,
    figure: Figure,
    chosen: &Chosen,
) -> Result<BTreeMap<OrganisationId, usize>, Error> {
    let mut counts: BTreeMap<OrganisationId, usize> = BTreeMap::new();
    for condition in figure.conditions() {
        let sql = format!(
            "SELECT r.unit_id, COUNT(*) FROM requests r WHERE {condition}{} GROUP BY r.unit_id",
            chosen.sql
        );
        for (unit, count) in r.rows(&sql, &chosen.parameters, |row| Ok((row.at(0)?, row.at::<i64>(1)?)))? {
            *counts.entry(unit).or_default() += usize::try_from(count).unwrap_or(0);
        }
    }
    Ok(counts)
}

/// How many records stand behind a figure.
pub(super) fn count(r: &mut Reader, question: &Question, figure: Figure) -> Result<usize, Error> {
    let chosen = Chosen::of(question, &question.bounds);
    Ok(count_by_unit(r, figure, &chosen)?.values().sum())
}

/// Months side by side: in all, and what came in for each service.
#[derive(Clone, Debug, Default)]
pub(super) struct Trend {
    pub(super) months: Vec<MonthFigures>,
    pub(super) came_in: BTreeMap<ServiceId, Vec<usize>>,
}

/// What came in and was done in each month; the two indexes that are read have every column this asks for.
pub(super) fn trend(r: &mut Reader, question: &Question, months: &[Bounds]) -> Result<Trend, Error> {
    let (Some(first), Some(last)) = (months.first(), months.last()) else {
        return Ok(Trend::default());
    };
    let chosen = Chosen::of(question, &Bounds { from: first.from, to: last.to });
    let mut trend = Trend { months: vec![MonthFigures::default(); months.len()], ..Trend::default() };
    let month_of = |at: Timestamp| months.partition_point(|month| month.to <= at).min(months.len() - 1);
    for condition in Figure::CameIn.conditions() {
        let sql =
            format!("SELECT r.received_at, r.service_id FROM requests r WHERE {condition}{}", chosen.sql);
        r.each(&sql, &chosen.parameters, |row| {
            let month = month_of(row.at(0)?);
            trend.months[month].came_in += 1;
            trend.came_in.entry(row.at(1)?).or_insert_with(|| vec![0; months.len()])[month] += 1;
            Ok(())
        })?;
    }
    for condition in Figure::Done.conditions() {
        let sql = format!(
            "SELECT r.resolved_at, r.resolution_late, r.resolution_target, {WORKED} FROM requests r
             WHERE {condition}{}",
            chosen.sql
        );
        r.each(&sql, &chosen.parameters, |row| {
            let month = &mut trend.months[month_of(row.at(0)?)];
            let (late, target): (bool, Option<i64>) = (row.at(1)?, row.at(2)?);
            month.done += 1;
            month.promised += usize::from(target.is_some());
            month.within += usize::from(target.is_some() && !late);
            month.worked.push(row.at(3)?);
            Ok(())
        })?;
    }
    Ok(trend)
}

/// A line of the list behind a figure.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    pub(super) id: RequestId,
    pub(super) number: String,
    pub(super) subject: String,
    pub(super) unit: OrganisationId,
    pub(super) service: ServiceId,
    pub(super) office: String,
    pub(super) channel: String,
    pub(super) state: State,
    pub(super) priority: i64,
    pub(super) received_at: Timestamp,
    pub(super) resolved_at: Option<Timestamp>,
    pub(super) late: bool,
    pub(super) target: Option<i64>,
    pub(super) worked: i64,
    pub(super) reassigned: i64,
    pub(super) reopened: i64,
    pub(super) rating: Option<i64>,
    /// Where the list goes on after this line.
    pub(super) key: Timestamp,
}

fn records_sql(
    figure: Figure,
    chosen: &mut Chosen,
    after: Option<(Timestamp, RequestId)>,
    limit: i64,
) -> String {
    let by = figure.ordered_by();
    let after = after.map_or(String::new(), |(at, id)| {
        format!(" AND (r.{by}, r.id) > ({}, {})", chosen.push(at.into()), chosen.push(id.into()))
    });
    let limit = chosen.push(limit.into());
    let branches: Vec<String> = figure
        .conditions()
        .iter()
        .map(|condition| {
            format!(
                "SELECT r.id AS id, r.{by} AS sorted FROM requests r WHERE {condition}{}{after}",
                chosen.sql
            )
        })
        .collect();
    format!(
        "SELECT r.id, r.number, r.subject, r.unit_id, r.service_id, COALESCE(o.name, r.office_text), r.channel,
            r.state, r.priority, r.received_at, r.resolved_at, r.resolution_late, r.resolution_target, {WORKED},
            r.reassigned, r.reopened, r.rating, f.sorted
         FROM (SELECT id, sorted FROM ({}) AS b ORDER BY sorted, id LIMIT {limit}) AS f
         JOIN requests r ON r.id = f.id LEFT JOIN organisations o ON o.id = r.office_id
         ORDER BY f.sorted, f.id",
        branches.join(" UNION ALL ")
    )
}

fn record(row: &Answer<'_>) -> Result<Record, Error> {
    let state: String = row.at(7)?;
    Ok(Record {
        id: row.at(0)?,
        number: row.at(1)?,
        subject: row.at(2)?,
        unit: row.at(3)?,
        service: row.at(4)?,
        office: row.at(5)?,
        channel: row.at(6)?,
        state: State::from_code(&state).unwrap_or(State::New),
        priority: row.at(8)?,
        received_at: row.at(9)?,
        resolved_at: row.at(10)?,
        late: row.at(11)?,
        target: row.at(12)?,
        worked: row.at(13)?,
        reassigned: row.at(14)?,
        reopened: row.at(15)?,
        rating: row.at(16)?,
        key: row.at(17)?,
    })
}

/// The records behind a figure, the earliest first, after the one at `after`.
pub(super) fn records(
    r: &mut Reader,
    question: &Question,
    figure: Figure,
    after: Option<(Timestamp, RequestId)>,
    limit: i64,
) -> Result<Vec<Record>, Error> {
    let mut chosen = Chosen::of(question, &question.bounds);
    let sql = records_sql(figure, &mut chosen, after, limit);
    r.rows(&sql, &chosen.parameters, record)
}

/// Names of organisations, in both languages.
pub(super) fn names(
    r: &mut Reader,
    ids: &[OrganisationId],
) -> Result<BTreeMap<OrganisationId, (String, String)>, Error> {
    let mut names = BTreeMap::new();
    for some in ids.chunks(200) {
        let places: Vec<String> = (1..=some.len()).map(|place| format!("${place}")).collect();
        let sql = format!("SELECT id, name, name_dz FROM organisations WHERE id IN ({})", places.join(", "));
        let parameters: Vec<Value<'_>> = some.iter().map(|id| (*id).into()).collect();
        names.extend(r.rows(&sql, &parameters, |row| Ok((row.at(0)?, (row.at(1)?, row.at(2)?))))?);
    }
    Ok(names)
}

/// An organisation and everything above it.
pub(super) fn ancestors(r: &mut Reader, id: OrganisationId) -> Result<Vec<OrganisationId>, Error> {
    let sql = "SELECT ancestor_id FROM organisation_ancestors WHERE organisation_id = $1";
    r.rows(sql, &[id.into()], |row| row.at(0))
}

/// Whether nothing stands above an organisation.
pub(super) fn is_top(r: &mut Reader, id: OrganisationId) -> Result<bool, Error> {
    Ok(ancestors(r, id)?.len() == 1)
}

#[cfg(test)]
pub(super) fn statements(question: &Question) -> Vec<String> {
    let mut all = Vec::new();
    for figure in Figure::ALL {
        for after in [None, Some((Timestamp::UNIX_EPOCH, RequestId::of(uuid::Uuid::nil())))] {
            all.push(records_sql(figure, &mut Chosen::of(question, &question.bounds), after, 50));
        }
    }
    all
}
