//! What the exports ask: the names that all cases share, and the stream of events.

use std::collections::HashMap;

use anyhow::anyhow;
use database::{Error, Reader, Row, Value};
use jiff::Timestamp;
use serde_json::Value as Json;

use crate::analysis::export_events::Failed;
use crate::events;
use crate::id::{OrganisationId, PersonId, RequestId, ServiceId};

/// Which requests: of one unit or all, received in [from, to) in microseconds.
#[derive(Clone, Debug)]
pub(super) struct Window {
    pub(super) unit: Option<OrganisationId>,
    pub(super) received: (i64, i64),
}

/// Services and organisations by their id, small enough to be held.
pub(super) struct Names {
    /// Code and name.
    pub(super) services: HashMap<ServiceId, (String, String)>,
    /// Key and name.
    pub(super) organisations: HashMap<OrganisationId, (String, String)>,
    pub(super) unit_codes: HashMap<OrganisationId, String>,
}

impl Names {
    pub(super) fn read(r: &mut Reader) -> Result<Names, Error> {
        let services = r.rows(
            "SELECT s.id AS id, s.code AS code, v.definition AS definition FROM services s
             JOIN service_versions v ON v.service_id = s.id AND v.version = s.version",
            &[],
            |row| {
                let (code, definition): (String, String) = (row.get("code")?, row.get("definition")?);
                let definition: Json = serde_json::from_str(&definition).unwrap_or_default();
                let name = definition.get("name").and_then(Json::as_str).unwrap_or(&code).to_owned();
                Ok((row.get("id")?, (code, name)))
            },
        )?;
        let organisations = r.rows("SELECT id, key, name FROM organisations", &[], |row| {
            Ok((row.get("id")?, (row.get("key")?, row.get("name")?)))
        })?;
        let units = r.rows("SELECT organisation_id, code FROM units", &[], |row| {
            Ok((row.get("organisation_id")?, row.get("code")?))
        })?;
        Ok(Names {
            services: services.into_iter().collect(),
            organisations: organisations.into_iter().collect(),
            unit_codes: units.into_iter().collect(),
        })
    }

    pub(super) fn service(&self, id: ServiceId) -> &str {
        self.services.get(&id).map_or("", |(code, _)| code)
    }

    pub(super) fn unit(&self, id: OrganisationId) -> &str {
        self.unit_codes.get(&id).map_or("", String::as_str)
    }
}

/// What is known of a request in an export.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) id: RequestId,
    pub(super) number: String,
    pub(super) unit: OrganisationId,
    pub(super) service: ServiceId,
    pub(super) kind: String,
    pub(super) channel: String,
    pub(super) office: Option<OrganisationId>,
    pub(super) office_text: String,
    pub(super) requester: Option<PersonId>,
    pub(super) assignee: Option<PersonId>,
    pub(super) state: String,
    pub(super) priority: i64,
    pub(super) received_at: Timestamp,
    pub(super) resolved_at: Option<Timestamp>,
    /// The promise was not kept, of a request for which one was given.
    pub(super) late: Option<bool>,
    pub(super) reassigned: i64,
    pub(super) reopened: i64,
    pub(super) source: String,
}

/// One event of a case.
#[derive(Clone, Debug)]
pub(super) struct Happening {
    pub(super) number: i64,
    pub(super) at: Timestamp,
    pub(super) actor: Option<PersonId>,
    pub(super) actor_name: String,
    pub(super) activity: String,
    /// The state it left the request in, where it says so.
    pub(super) state: String,
}

const CASE: &str = "r.id AS id, r.number AS number, r.unit_id AS unit_id, r.service_id AS service_id, r.kind AS kind,
    r.channel AS channel, r.office_id AS office_id, r.office_text AS office_text, r.requester_id AS requester_id,
    r.assignee_id AS assignee_id, r.state AS state, r.priority AS priority, r.received_at AS received_at,
    r.resolved_at AS resolved_at, r.resolution_late AS late, r.resolution_target AS target, r.reassigned AS reassigned,
    r.reopened AS reopened, r.source AS source";

fn case(row: &Row<'_>) -> Result<Case, Error> {
    let target: Option<i64> = row.get("target")?;
    let late: bool = row.get("late")?;
    Ok(Case {
        id: row.get("id")?,
        number: row.get("number")?,
        unit: row.get("unit_id")?,
        service: row.get("service_id")?,
        kind: row.get("kind")?,
        channel: row.get("channel")?,
        office: row.get("office_id")?,
        office_text: row.get("office_text")?,
        requester: row.get("requester_id")?,
        assignee: row.get("assignee_id")?,
        state: row.get("state")?,
        priority: row.get("priority")?,
        received_at: row.get("received_at")?,
        resolved_at: row.get("resolved_at")?,
        late: target.map(|_| late),
        reassigned: row.get("reassigned")?,
        reopened: row.get("reopened")?,
        source: row.get("source")?,
    })
}

impl Window {
    /// The condition and its parameters; the index of the unit, or of all, gives the order.
    fn condition(&self) -> (&'static str, Vec<Value<'static>>) {
        let (from, to) = self.received;
        match self.unit {
            Some(unit) => (
                "r.confidential = 0 AND r.unit_id = $3 AND r.received_at >= $1 AND r.received_at < $2",
                vec![from.into(), to.into(), unit.into()],
            ),
            None => (
                "r.confidential = 0 AND r.received_at >= $1 AND r.received_at < $2",
                vec![from.into(), to.into()],
            ),
        }
    }

    fn events_sql(&self) -> (String, Vec<Value<'static>>) {
        let (condition, parameters) = self.condition();
        // What a rule of retention removed happened to the record, not to the case.
        let removals = events::TAKES_OUT.map(|activity| format!("'{activity}'")).join(", ");
        let sql = format!(
            "SELECT {CASE}, e.number AS event_number, e.at AS at, e.actor_id AS actor_id, e.actor AS actor,
                e.activity AS activity, e.detail AS detail
             FROM requests r JOIN events e ON e.subject_id = r.id
             WHERE {condition} AND e.activity NOT IN ({removals}) ORDER BY r.received_at, r.id, e.number"
        );
        (sql, parameters)
    }

    fn cases_sql(&self) -> (String, Vec<Value<'static>>) {
        let (condition, parameters) = self.condition();
        (format!("SELECT {CASE} FROM requests r WHERE {condition} ORDER BY r.received_at, r.id"), parameters)
    }
}

/// Shows every event with its case; `see` is told when a case begins.
pub(super) fn each_event(
    r: &mut Reader,
    window: &Window,
    mut see: impl FnMut(&Case, bool, &Happening) -> anyhow::Result<()>,
) -> Result<(), Failed> {
    let (sql, parameters) = window.events_sql();
    let mut current: Option<Case> = None;
    each(r, &sql, &parameters, |row| {
        let id: RequestId = row.get("id")?;
        let begins = current.as_ref().is_none_or(|case| case.id != id);
        if begins {
            current = Some(case(row)?);
        }
        let detail: String = row.get("detail")?;
        let detail: Json = serde_json::from_str(&detail).unwrap_or_default();
        let happening = Happening {
            number: row.get("event_number")?,
            at: row.get("at")?,
            actor: row.get("actor_id")?,
            actor_name: row.get("actor")?,
            activity: row.get("activity")?,
            state: detail.get("state").and_then(Json::as_str).unwrap_or_default().to_owned(),
        };
        match &current {
            Some(case) => see(case, begins, &happening),
            None => Ok(()),
        }
    })
}

pub(super) fn each_case(
    r: &mut Reader,
    window: &Window,
    mut see: impl FnMut(&Case) -> anyhow::Result<()>,
) -> Result<(), Failed> {
    let (sql, parameters) = window.cases_sql();
    each(r, &sql, &parameters, |row| see(&case(row)?))
}

/// Everybody: id, name, and where they work.
pub(super) fn each_person(
    r: &mut Reader,
    mut see: impl FnMut(PersonId, &str, Option<OrganisationId>) -> anyhow::Result<()>,
) -> Result<(), Failed> {
    each(r, "SELECT id, name, working_agency_id FROM persons", &[], |row| {
        let name: String = row.get("name")?;
        see(row.get("id")?, &name, row.get("working_agency_id")?)
    })
}

/// `Reader::each` for what can fail in writing too.
fn each(
    r: &mut Reader,
    sql: &str,
    parameters: &[Value<'_>],
    mut see: impl FnMut(&Row<'_>) -> anyhow::Result<()>,
) -> Result<(), Failed> {
    let mut fault = None;
    let read = r.each(sql, parameters, |row| {
        see(row).map_err(|error| {
            fault = Some(error);
            Error::Closed
        })
    });
    match fault {
        Some(error) => Err(Failed(anyhow!(error).context("the file cannot be written to its end"))),
        None => Ok(read?),
    }
}

#[cfg(test)]
pub(super) fn statements() -> Vec<String> {
    let unit = Some(OrganisationId::of(uuid::Uuid::nil()));
    [None, unit]
        .into_iter()
        .flat_map(|unit| {
            let window = Window { unit, received: (0, 1) };
            [window.events_sql().0, window.cases_sql().0]
        })
        .collect()
}
