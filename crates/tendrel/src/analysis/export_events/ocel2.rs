//! OCEL 2.0 as JSON (www.ocel-standard.org): events, and the requests, people, organisations and services they are about.
//!
//! Events are written first and objects after them, so that only the names of people and offices are held.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Write};

use database::Reader;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::analysis::export_events::store::{Case, Names, Window, each_case, each_event, each_person};
use crate::analysis::export_events::{Counts, Failed, Made};
use crate::id::{OrganisationId, PersonId, ServiceId};

/// People, organisations and services that the requests speak of.
#[derive(Default)]
struct Met {
    activities: BTreeSet<String>,
    people: BTreeSet<PersonId>,
    /// People of other desks, of whom there is a name and no record.
    names: BTreeSet<String>,
    organisations: BTreeSet<OrganisationId>,
    services: BTreeSet<ServiceId>,
}

/// Writes the members of a JSON array one by one.
struct Array {
    out: BufWriter<File>,
    begun: bool,
}

impl Array {
    fn push(&mut self, member: &Json) -> anyhow::Result<()> {
        self.out.write_all(if self.begun { b",\n" } else { b"\n" })?;
        self.begun = true;
        serde_json::to_writer(&mut self.out, member)?;
        Ok(())
    }

    fn begin(&mut self, text: &str) -> anyhow::Result<()> {
        self.begun = false;
        self.out.write_all(text.as_bytes())?;
        Ok(())
    }
}

pub(super) fn write(
    r: &mut Reader,
    window: &Window,
    names: &Names,
    made: &Made,
    out: BufWriter<File>,
) -> Result<(BufWriter<File>, Counts), Failed> {
    let mut array = Array { out, begun: false };
    let mut counts = Counts::default();
    let mut met = Met::default();
    let about = json!({ "by": made.by, "at": made.at.to_string() });
    array.begin(&format!("{{\"madeBy\":{about},\n\"objectTypes\":"))?;
    serde_json::to_writer(&mut array.out, &object_types()).map_err(|error| Failed(error.into()))?;
    array.begin(",\n\"events\":[")?;
    each_event(r, window, |case, begins, event| {
        if begins {
            counts.begin_case();
        }
        counts.event(&event.activity);
        if !met.activities.contains(&event.activity) {
            met.activities.insert(event.activity.clone());
        }
        let mut relationships = vec![json!({"objectId": case.number, "qualifier": "request"})];
        if let Some(actor) = met.actor(event.actor, &event.actor_name) {
            relationships.push(json!({"objectId": actor, "qualifier": "done by"}));
        }
        if begins {
            relationships.extend(met.surroundings(names, case));
        }
        array.push(&json!({
            "id": format!("{}#{}", case.number, event.number),
            "type": event.activity,
            "time": event.at.to_string(),
            "attributes": [{"name": "state", "value": event.state}],
            "relationships": relationships,
        }))
    })?;
    array.begin("],\n\"objects\":[")?;
    each_case(r, window, |case| array.push(&met.request(names, case)))?;
    let Met { activities, people, names: strangers, mut organisations, services } = met;
    each_person(r, |id, name, works_at| {
        if people.contains(&id) {
            let office = works_at.and_then(|office| names.organisations.get(&office).map(|it| (office, it)));
            organisations.extend(office.iter().map(|(office, _)| *office));
            let relationships: Vec<Json> =
                office.iter().map(|(_, (key, _))| relation(&organisation_id(key), "works at")).collect();
            array.push(&object(
                &person_id(id),
                "person",
                &[("name", name)],
                &relationships,
                Timestamp::UNIX_EPOCH,
            ))?;
        }
        Ok(())
    })?;
    for name in &strangers {
        array.push(&object(
            &format!("person:{name}"),
            "person",
            &[("name", name)],
            &[],
            Timestamp::UNIX_EPOCH,
        ))?;
    }
    for (key, name) in organisations.iter().filter_map(|id| names.organisations.get(id)) {
        array.push(&object(
            &organisation_id(key),
            "organisation",
            &[("name", name)],
            &[],
            Timestamp::UNIX_EPOCH,
        ))?;
    }
    for (code, name) in services.iter().filter_map(|id| names.services.get(id)) {
        array.push(&object(&service_id(code), "service", &[("name", name)], &[], Timestamp::UNIX_EPOCH))?;
    }
    array.begin("],\n\"eventTypes\":[")?;
    for activity in &activities {
        array.push(&json!({"name": activity, "attributes": [{"name": "state", "type": "string"}]}))?;
    }
    array.begin("]}\n")?;
    Ok((array.out, counts))
}

fn object_types() -> Json {
    let types: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("request", &["kind", "channel", "state", "priority", "late", "source"][..]),
        ("person", &["name"][..]),
        ("organisation", &["name"][..]),
        ("service", &["name"][..]),
    ]);
    types
        .into_iter()
        .map(|(name, attributes)| {
            let attributes: Vec<Json> =
                attributes.iter().map(|name| json!({"name": name, "type": "string"})).collect();
            json!({"name": name, "attributes": attributes})
        })
        .collect()
}

impl Met {
    fn actor(&mut self, id: Option<PersonId>, name: &str) -> Option<String> {
        match id {
            Some(id) => {
                self.people.insert(id);
                Some(person_id(id))
            }
            None if name.is_empty() => None,
            None => {
                if !self.names.contains(name) {
                    self.names.insert(name.to_owned());
                }
                Some(format!("person:{name}"))
            }
        }
    }

    /// Service, unit and office of a request.
    fn surroundings(&mut self, names: &Names, case: &Case) -> Vec<Json> {
        self.services.insert(case.service);
        let mut relations = vec![relation(&service_id(names.service(case.service)), "service")];
        for (id, qualifier) in [(Some(case.unit), "unit"), (case.office, "office")] {
            if let Some((id, (key, _))) = id.and_then(|id| names.organisations.get(&id).map(|it| (id, it))) {
                self.organisations.insert(id);
                relations.push(relation(&organisation_id(key), qualifier));
            }
        }
        relations
    }

    fn request(&mut self, names: &Names, case: &Case) -> Json {
        let mut relationships = self.surroundings(names, case);
        for (id, qualifier) in [(case.requester, "requester"), (case.assignee, "officer")] {
            if let Some(id) = id {
                self.people.insert(id);
                relationships.push(relation(&person_id(id), qualifier));
            }
        }
        let priority = case.priority.to_string();
        let late = case.late.map_or(String::new(), |late| late.to_string());
        let attributes = [
            ("kind", case.kind.as_str()),
            ("channel", &case.channel),
            ("state", &case.state),
            ("priority", &priority),
            ("late", &late),
            ("source", &case.source),
        ];
        object(&case.number, "request", &attributes, &relationships, case.received_at)
    }
}

fn object(
    id: &str,
    kind: &str,
    attributes: &[(&str, &str)],
    relationships: &[Json],
    known_since: Timestamp,
) -> Json {
    let attributes: Vec<Json> = attributes
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| json!({"name": name, "value": value, "time": known_since.to_string()}))
        .collect();
    json!({"id": id, "type": kind, "attributes": attributes, "relationships": relationships})
}

fn relation(object: &str, qualifier: &str) -> Json {
    json!({"objectId": object, "qualifier": qualifier})
}

fn person_id(id: PersonId) -> String {
    format!("person:{id}")
}

fn organisation_id(key: &str) -> String {
    format!("organisation:{key}")
}

fn service_id(code: &str) -> String {
    format!("service:{code}")
}
