//! Lists of requests: one question for queue, search, and the lists of requesters and offices, paged by key.

use database::{Error, Reader, Row, Value};
use jiff::Timestamp;

use crate::desk::request::{Channel, State};
use crate::desk::store::named::unveiled;
use crate::id::{OrganisationId, PersonId, RequestId, ServiceId};

/// A request as a row of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub id: RequestId,
    pub number: String,
    pub subject: String,
    pub unit: OrganisationId,
    pub service: ServiceId,
    pub channel: Channel,
    pub state: State,
    pub hold_reason: Option<String>,
    /// On hold, and the promise stands still.
    pub paused: bool,
    pub priority: i64,
    pub office: String,
    pub office_dz: String,
    pub above: String,
    pub above_dz: String,
    pub officer: Option<String>,
    pub requester_name: String,
    pub received_at: Timestamp,
    pub complete_at: Option<Timestamp>,
    pub responded_at: Option<Timestamp>,
    pub resolved_at: Option<Timestamp>,
    pub response_due: Option<Timestamp>,
    pub resolution_due: Option<Timestamp>,
    pub resolution_late: bool,
    pub used: i64,
    pub target: Option<i64>,
    pub rating: Option<i64>,
    pub reopened: i64,
    pub queue_at: Timestamp,
}

const COLUMNS: &str = "r.id AS id, r.number AS number, r.subject AS subject, r.unit_id AS unit_id,
    r.service_id AS service_id, r.channel AS channel, r.state AS state, r.hold_reason AS hold_reason,
    COALESCE(h.pauses, 0) AS pauses, r.priority AS priority, COALESCE(o.name, r.office_text) AS office,
    COALESCE(o.name_dz, '') AS office_dz, COALESCE(a.name, '') AS above, COALESCE(a.name_dz, '') AS above_dz,
    p.name AS officer, r.requester_name AS requester_name, r.received_at AS received_at,
    r.complete_at AS complete_at, r.responded_at AS responded_at, r.resolved_at AS resolved_at,
    r.response_due_at AS response_due_at, r.resolution_due_at AS resolution_due_at,
    r.resolution_late AS resolution_late, r.resolution_used AS resolution_used,
    r.resolution_target AS resolution_target, r.rating AS rating, r.reopened AS reopened, r.queue_at AS queue_at";

const TABLES: &str = "requests r
    LEFT JOIN organisations o ON o.id = r.office_id LEFT JOIN organisations a ON a.id = o.parent_id
    LEFT JOIN persons p ON p.id = r.assignee_id LEFT JOIN hold_reasons h ON h.code = r.hold_reason";

fn read(row: &Row<'_>) -> Result<Listed, Error> {
    let (channel, state): (String, String) = (row.get("channel")?, row.get("state")?);
    let state = State::from_code(&state).unwrap_or(State::New);
    Ok(Listed {
        id: row.get("id")?,
        number: row.get("number")?,
        subject: row.get("subject")?,
        unit: row.get("unit_id")?,
        service: row.get("service_id")?,
        channel: Channel::from_code(&channel).unwrap_or(Channel::Web),
        state,
        hold_reason: row.get("hold_reason")?,
        paused: state == State::OnHold && row.get::<bool>("pauses")?,
        priority: row.get("priority")?,
        office: row.get("office")?,
        office_dz: row.get("office_dz")?,
        above: row.get("above")?,
        above_dz: row.get("above_dz")?,
        officer: row.get("officer")?,
        requester_name: row.get("requester_name")?,
        received_at: row.get("received_at")?,
        complete_at: row.get("complete_at")?,
        responded_at: row.get("responded_at")?,
        resolved_at: row.get("resolved_at")?,
        response_due: row.get("response_due_at")?,
        resolution_due: row.get("resolution_due_at")?,
        resolution_late: row.get("resolution_late")?,
        used: row.get("resolution_used")?,
        target: row.get("resolution_target")?,
        rating: row.get("rating")?,
        reopened: row.get("reopened")?,
        queue_at: row.get("queue_at")?,
    })
}

/// What a list is asked for; what is left out is not asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// Only of these units; everywhere when `None`.
    pub units: Option<Vec<OrganisationId>>,
    pub order: Order,
    pub state: Option<State>,
    /// `Some(None)` is without an officer.
    pub officer: Option<Option<PersonId>>,
    pub service: Option<ServiceId>,
    /// For these offices and everything below them.
    pub offices: Option<Vec<OrganisationId>>,
    pub requester: Option<PersonId>,
    pub priority: Option<i64>,
    pub channel: Option<Channel>,
    pub late: bool,
    pub reopened: bool,
    pub rating: Option<i64>,
    pub received_from: Option<Timestamp>,
    pub received_to: Option<Timestamp>,
    pub resolved_from: Option<Timestamp>,
    pub resolved_to: Option<Timestamp>,
    pub veiled: Veiled,
}

/// Which confidential requests a list may hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Veiled {
    /// Those of the services for which the viewer is named.
    Named(Vec<ServiceId>),
    /// All: the list is of the viewer's own.
    Own,
}

impl Default for Veiled {
    fn default() -> Veiled {
        Veiled::Named(Vec::new())
    }
}

/// In which order, and with it which requests there are at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Open ones, due first.
    #[default]
    Due,
    /// All, newest first.
    Newest,
    /// Resolved ones, the last resolved first.
    Resolved,
}

impl Order {
    fn column(self) -> &'static str {
        match self {
            Order::Due => "r.queue_at",
            Order::Newest => "r.received_at",
            Order::Resolved => "r.resolved_at",
        }
    }

    /// Where a row stands in a list of this order.
    pub fn position(self, row: &Listed) -> Position {
        let at = match self {
            Order::Due => row.queue_at,
            Order::Newest => row.received_at,
            Order::Resolved => row.resolved_at.unwrap_or(row.received_at),
        };
        Position { at, id: row.id }
    }
}

/// The key of the last row that was shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    pub at: Timestamp,
    pub id: RequestId,
}

impl Position {
    /// As it stands in an address.
    pub fn written(self) -> String {
        format!("{}-{}", self.at.as_microsecond(), self.id.uuid().simple())
    }

    pub fn parse(text: &str) -> Option<Position> {
        let (at, id) = text.split_once('-')?;
        let at = Timestamp::from_microsecond(at.parse().ok()?).ok()?;
        Some(Position { at, id: RequestId::parse(id)? })
    }
}

/// Conditions and their values, numbered as they come.
#[derive(Default)]
struct Where<'a> {
    conditions: Vec<String>,
    values: Vec<Value<'a>>,
}

impl<'a> Where<'a> {
    /// `?` stands for the value.
    fn add(&mut self, condition: &str, value: impl Into<Value<'a>>) {
        self.values.push(value.into());
        self.conditions.push(condition.replace('?', &format!("${}", self.values.len())));
    }

    /// `?` stands for the list of values.
    fn add_all(&mut self, condition: &str, ids: &[OrganisationId]) {
        let places: Vec<String> = ids
            .iter()
            .map(|id| {
                self.values.push((*id).into());
                format!("${}", self.values.len())
            })
            .collect();
        // An empty list is the empty answer, on both databases.
        let places = if places.is_empty() { "NULL".to_owned() } else { places.join(", ") };
        self.conditions.push(condition.replace('?', &places));
    }
}

fn conditions(wanted: &Wanted) -> Where<'_> {
    let mut all = Where::default();
    match wanted.order {
        Order::Due => all.conditions.push("r.is_open = 1".to_owned()),
        Order::Newest => {}
        Order::Resolved => all.conditions.push("r.resolved_at IS NOT NULL".to_owned()),
    }
    if let Veiled::Named(services) = &wanted.veiled {
        let condition = unveiled(services, all.values.len());
        all.values.extend(services.iter().map(|service| Value::from(*service)));
        all.conditions.push(condition);
    }
    match wanted.units.as_deref() {
        None => {}
        Some([one]) => all.add("r.unit_id = ?", *one),
        Some(several) => all.add_all("r.unit_id IN (?)", several),
    }
    if let Some(offices) = &wanted.offices {
        let below =
            "r.office_id IN (SELECT organisation_id FROM organisation_ancestors WHERE ancestor_id IN (?))";
        all.add_all(below, offices);
    }
    if let Some(state) = wanted.state {
        all.add("r.state = ?", state.code());
    }
    match wanted.officer {
        None => {}
        Some(None) => all.conditions.push("r.assignee_id IS NULL".to_owned()),
        Some(Some(person)) => all.add("r.assignee_id = ?", person),
    }
    if let Some(person) = wanted.requester {
        all.add("r.requester_id = ?", person);
    }
    if let Some(service) = wanted.service {
        all.add("r.service_id = ?", service);
    }
    if let Some(priority) = wanted.priority {
        all.add("r.priority = ?", priority);
    }
    if let Some(channel) = wanted.channel {
        all.add("r.channel = ?", channel.code());
    }
    if wanted.late {
        let late = "(r.resolution_late = 1 OR (r.response_late = 1 AND r.responded_at IS NULL))";
        all.conditions.push(late.to_owned());
    }
    if wanted.reopened {
        all.conditions.push("r.reopened > 0".to_owned());
    }
    if let Some(rating) = wanted.rating {
        all.add("r.rating = ?", rating);
    }
    let times = [
        ("r.received_at >= ?", wanted.received_from),
        ("r.received_at < ?", wanted.received_to),
        ("r.resolved_at >= ?", wanted.resolved_from),
        ("r.resolved_at < ?", wanted.resolved_to),
    ];
    for (condition, at) in times {
        if let Some(at) = at {
            all.add(condition, at);
        }
    }
    all
}

/// The statement and its values for `limit` rows after a position.
fn question(wanted: &Wanted, after: Option<Position>, limit: i64) -> (String, Vec<Value<'_>>) {
    let mut all = conditions(wanted);
    let column = wanted.order.column();
    let (sign, direction) = if wanted.order == Order::Due { (">", "") } else { ("<", " DESC") };
    if let Some(Position { at, id }) = after {
        all.values.push(at.into());
        all.values.push(id.into());
        let last = all.values.len();
        all.conditions.push(format!("({column}, r.id) {sign} (${}, ${last})", last - 1));
    }
    all.values.push(limit.into());
    let conditions =
        if all.conditions.is_empty() { "1 = 1".to_owned() } else { all.conditions.join(" AND ") };
    let sql = format!(
        "SELECT {COLUMNS} FROM {TABLES} WHERE {conditions} ORDER BY {column}{direction}, r.id{direction} LIMIT ${}",
        all.values.len()
    );
    (sql, all.values)
}

pub fn list(
    r: &mut Reader,
    wanted: &Wanted,
    after: Option<Position>,
    limit: i64,
) -> Result<Vec<Listed>, Error> {
    let (sql, values) = question(wanted, after, limit);
    r.rows(&sql, &values, read)
}

/// Shows the rows one after the other, for an export.
pub fn each(
    r: &mut Reader,
    wanted: &Wanted,
    limit: i64,
    mut see: impl FnMut(&Listed) -> Result<(), Error>,
) -> Result<(), Error> {
    let (sql, values) = question(wanted, None, limit);
    r.each(&sql, &values, |row| see(&read(row)?))
}

/// These requests, in this order.
pub fn by_ids(r: &mut Reader, ids: &[RequestId]) -> Result<Vec<Listed>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (1..=ids.len()).map(|n| format!("${n}")).collect();
    let values: Vec<Value<'_>> = ids.iter().map(|id| (*id).into()).collect();
    let sql = format!("SELECT {COLUMNS} FROM {TABLES} WHERE r.id IN ({})", places.join(", "));
    let mut rows = r.rows(&sql, &values, read)?;
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
    Ok(rows)
}
