//! The services, matrices and reasons of today, kept in memory: every form and every promise reads them, and they
//! change a few times a year. Kept fresh like the calendars.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, RwLock};

use database::{Error, Reader};

use crate::desk::service::{Amount, Definition, Level, Measure};
use crate::directory::calendars;
use crate::id::ServiceId;

#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    pub id: ServiceId,
    pub version: i64,
    pub withdrawn: bool,
    pub definition: Definition,
    /// The service levels that hold today, by priority.
    pub levels: BTreeMap<i64, Level>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct HoldReason {
    pub code: String,
    pub name: String,
    pub waits_for: String,
    pub comment_required: bool,
    pub pauses: bool,
}

/// A level of impact or urgency: what officers call it, and what requesters are asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Grade {
    pub level: i64,
    pub name: String,
    pub question: String,
}

/// Everything a decision about a request is judged by; read as one whole.
#[derive(Clone, Debug, Default)]
pub struct CatalogueData {
    pub version: i64,
    /// The day (ISO) whose service levels these are.
    day: String,
    /// In the order of the portal.
    pub services: Vec<Arc<Service>>,
    by_id: HashMap<ServiceId, usize>,
    by_code: HashMap<String, usize>,
    pub impacts: Vec<Grade>,
    pub urgencies: Vec<Grade>,
    pub priorities: BTreeMap<i64, String>,
    matrix: HashMap<(String, i64, i64), i64>,
    pub hold_reasons: Vec<HoldReason>,
    /// Code and name.
    pub causes: Vec<(String, String)>,
    /// Why the centre looks at a request of a unit: code and name.
    pub look_reasons: Vec<(String, String)>,
}

impl CatalogueData {
    pub fn service(&self, id: ServiceId) -> Option<&Arc<Service>> {
        self.by_id.get(&id).and_then(|index| self.services.get(*index))
    }

    pub fn service_by_code(&self, code: &str) -> Option<&Arc<Service>> {
        self.by_code.get(code).and_then(|index| self.services.get(*index))
    }

    /// Impact × urgency in the matrix of a unit; the middle priority where the matrix has no such place.
    pub fn priority(&self, matrix: &str, impact: i64, urgency: i64) -> i64 {
        let found = self.matrix.get(&(matrix.to_owned(), impact, urgency));
        found.or_else(|| self.matrix.get(&("standard".to_owned(), impact, urgency))).copied().unwrap_or(3)
    }

    pub fn hold_reason(&self, code: &str) -> Option<&HoldReason> {
        self.hold_reasons.iter().find(|reason| reason.code == code)
    }

    pub fn cause_name(&self, code: &str) -> Option<&str> {
        self.causes.iter().find(|(cause, _)| cause == code).map(|(_, name)| name.as_str())
    }

    pub fn look_reason(&self, code: &str) -> Option<&str> {
        self.look_reasons.iter().find(|(reason, _)| reason == code).map(|(_, name)| name.as_str())
    }

    pub fn priority_name(&self, priority: i64) -> &str {
        self.priorities.get(&priority).map_or("", String::as_str)
    }
}

#[derive(Clone, Default)]
pub struct Catalogue {
    data: Arc<RwLock<Arc<CatalogueData>>>,
}

impl Catalogue {
    pub fn now(&self) -> Arc<CatalogueData> {
        self.data.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Reads everything again if it changed, or if a new day began; `today` (ISO) decides which service levels hold.
    pub fn refresh(&self, r: &mut Reader, today: &str) -> Result<bool, Error> {
        let version = calendars::version(r)?;
        let known = self.now();
        if version == known.version && today == known.day {
            return Ok(false);
        }
        let data = load(r, version, today)?;
        *self.data.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(data);
        Ok(true)
    }
}

fn load(r: &mut Reader, version: i64, today: &str) -> Result<CatalogueData, Error> {
    let mut data = CatalogueData { version, day: today.to_owned(), ..CatalogueData::default() };
    let mut services = load_services(r, today)?;
    services.sort_by(|a, b| {
        (a.definition.sort, &a.definition.code).cmp(&(b.definition.sort, &b.definition.code))
    });
    for (index, service) in services.into_iter().enumerate() {
        data.by_id.insert(service.id, index);
        data.by_code.insert(service.definition.code.clone(), index);
        data.services.push(Arc::new(service));
    }
    let grade = |row: &database::Row<'_>| {
        Ok(Grade { level: row.get("level")?, name: row.get("name")?, question: row.get("question")? })
    };
    data.impacts = r.rows("SELECT level, name, question FROM impacts ORDER BY level", &[], grade)?;
    data.urgencies = r.rows("SELECT level, name, question FROM urgencies ORDER BY level", &[], grade)?;
    data.priorities = r
        .rows("SELECT level, name FROM priorities", &[], |row| Ok((row.get("level")?, row.get("name")?)))?
        .into_iter()
        .collect();
    data.matrix = r
        .rows("SELECT matrix_code, impact, urgency, priority FROM priority_matrix", &[], |row| {
            Ok(((row.get("matrix_code")?, row.get("impact")?, row.get("urgency")?), row.get("priority")?))
        })?
        .into_iter()
        .collect();
    data.hold_reasons = r.rows(
        "SELECT code, name, waits_for, comment_required, pauses FROM hold_reasons ORDER BY sort",
        &[],
        |row| {
            Ok(HoldReason {
                code: row.get("code")?,
                name: row.get("name")?,
                waits_for: row.get("waits_for")?,
                comment_required: row.get("comment_required")?,
                pauses: row.get("pauses")?,
            })
        },
    )?;
    let named = |row: &database::Row<'_>| Ok((row.get("code")?, row.get("name")?));
    data.causes = r.rows("SELECT code, name FROM causes ORDER BY sort", &[], named)?;
    data.look_reasons = r.rows("SELECT code, name FROM look_reasons ORDER BY sort", &[], named)?;
    Ok(data)
}

fn load_services(r: &mut Reader, today: &str) -> Result<Vec<Service>, Error> {
    let rows: Vec<(ServiceId, i64, bool, String)> = r.rows(
        "SELECT s.id AS id, s.version AS version, s.withdrawn AS withdrawn, v.definition AS definition
         FROM services s JOIN service_versions v ON v.service_id = s.id AND v.version = s.version",
        &[],
        |row| Ok((row.get("id")?, row.get("version")?, row.get("withdrawn")?, row.get("definition")?)),
    )?;
    let mut services: HashMap<ServiceId, Service> = HashMap::new();
    for (id, version, withdrawn, definition) in rows {
        match serde_json::from_str(&definition) {
            Ok(definition) => {
                let service = Service { id, version, withdrawn, definition, levels: BTreeMap::new() };
                services.insert(id, service);
            }
            Err(error) => tracing::error!(%id, "a service in the database cannot be read: {error}"),
        }
    }
    r.each(
        "SELECT service_id, priority, response_amount, response_measure, resolution_amount, resolution_measure,
                calendar_code
         FROM service_levels WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to >= $1)",
        &[today.into()],
        |row| {
            let amount = |amount: i64, measure: String| Amount {
                amount,
                unit: Measure::from_code(&measure).unwrap_or(Measure::WorkingHours),
            };
            let level = Level {
                priority: row.get("priority")?,
                response: amount(row.get("response_amount")?, row.get("response_measure")?),
                resolution: amount(row.get("resolution_amount")?, row.get("resolution_measure")?),
                calendar: row.get("calendar_code")?,
            };
            if let Some(service) = services.get_mut(&row.get::<ServiceId>("service_id")?) {
                service.levels.insert(level.priority, level);
            }
            Ok(())
        },
    )?;
    Ok(services.into_values().collect())
}
