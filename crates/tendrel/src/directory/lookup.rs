//! Finding an office or a person while somebody types: by any word of a name, by telephone, e-mail or employee id.
//!
//! One question to the database each, which touches only what begins as typed: 5,000 offices or 30,000 people cost the
//! same as 50.

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use database::{Error, Reader, Row, Value};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::app::App;
use crate::directory::{answer, words};
use crate::id::{OrganisationId, PersonId};
use crate::problem::Problem;
use crate::search::fold;
use crate::viewer::{Role, Viewer};

/// Rows that one list of suggestions may have.
const SUGGESTIONS: i64 = 12;
/// Nothing of Unicode sorts after it: the end of "all that begins with".
const LAST: char = '\u{10ffff}';

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OfficeHit {
    pub id: OrganisationId,
    pub name: String,
    pub name_dz: String,
    /// Code of its kind.
    pub kind: String,
    /// Empty at the top of the tree.
    pub parent_name: String,
    /// The ICT services unit that serves it.
    pub unit: Option<OrganisationId>,
    pub phone: String,
    pub email: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PersonHit {
    pub id: PersonId,
    pub name: String,
    pub name_dz: String,
    /// The post of today; empty where none is known.
    pub post: String,
    pub office_id: Option<OrganisationId>,
    pub office_name: String,
    /// The unit that serves the office.
    pub unit: Option<OrganisationId>,
    pub phone: String,
    pub email: String,
    pub employee_id: String,
}

/// What was typed, as up to three beginnings of words; the longest first, because it leaves the fewest to look at.
struct Beginnings(Vec<String>);

impl Beginnings {
    /// `None` while too little was typed to mean anything: one letter of the Latin script.
    fn of(typed: &str) -> Option<Beginnings> {
        let folded = fold(typed);
        if folded.is_empty() || (folded.is_ascii() && folded.len() < 2) {
            return None;
        }
        let mut words: Vec<String> = folded.split(' ').map(str::to_owned).collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words.truncate(3);
        Some(Beginnings(words))
    }

    /// First and last of all words with the beginning of this place; of all words where fewer were typed.
    fn range(&self, place: usize) -> [Value<'static>; 2] {
        range(self.0.get(place).map_or("", String::as_str))
    }
}

fn range(beginning: &str) -> [Value<'static>; 2] {
    [beginning.to_owned().into(), format!("{beginning}{LAST}").into()]
}

const OFFICE: &str = "o.id AS id, o.name AS name, o.name_dz AS name_dz, o.kind AS kind,
    COALESCE(p.name, '') AS parent_name, o.unit_id AS unit_id, o.phone AS phone, o.email AS email
    FROM organisations o LEFT JOIN organisations p ON p.id = o.parent_id";

fn read_office(row: &Row<'_>) -> Result<OfficeHit, Error> {
    Ok(OfficeHit {
        id: row.get("id")?,
        name: row.get("name")?,
        name_dz: row.get("name_dz")?,
        kind: row.get("kind")?,
        parent_name: row.get("parent_name")?,
        unit: row.get("unit_id")?,
        phone: row.get("phone")?,
        email: row.get("email")?,
    })
}

/// Offices of today with these beginnings of words in their names, aliases or (but for one) their parent's name:
/// "kabj", "central sch", "finance punakha". The exact one first, then those that begin so.
pub fn find_offices(r: &mut Reader, typed: &str, limit: i64) -> Result<Vec<OfficeHit>, Error> {
    let Some(words) = Beginnings::of(typed) else {
        return Ok(Vec::new());
    };
    let whole = fold(typed);
    let sql = format!(
        "WITH found AS (
            SELECT id FROM (
                SELECT id FROM organisations WHERE folded >= $1 AND folded < $2 AND valid_to IS NULL
                ORDER BY folded LIMIT 60) begins
            UNION
            SELECT id FROM (
                SELECT a.organisation_id AS id FROM organisation_aliases a
                JOIN organisations o ON o.id = a.organisation_id
                WHERE a.folded >= $1 AND a.folded < $2 AND o.valid_to IS NULL ORDER BY a.folded LIMIT 60) also_known
            UNION
            SELECT id FROM (
                SELECT w.organisation_id AS id FROM organisation_words w JOIN organisations o ON o.id = w.organisation_id
                WHERE w.word >= $3 AND w.word < $4 AND o.valid_to IS NULL
                  AND EXISTS (SELECT 1 FROM organisation_words v
                              WHERE v.organisation_id IN (o.id, o.parent_id) AND v.word >= $5 AND v.word < $6)
                  AND EXISTS (SELECT 1 FROM organisation_words v
                              WHERE v.organisation_id IN (o.id, o.parent_id) AND v.word >= $7 AND v.word < $8)
                ORDER BY w.word, w.organisation_id LIMIT 120) by_word
        )
        SELECT {OFFICE} JOIN found ON found.id = o.id
        ORDER BY CASE
            WHEN o.folded = $9 THEN 0
            WHEN EXISTS (SELECT 1 FROM organisation_aliases a WHERE a.organisation_id = o.id AND a.folded = $9) THEN 1
            WHEN o.folded >= $1 AND o.folded < $2 THEN 2 ELSE 3 END, o.name, o.id
        LIMIT $10"
    );
    let mut parameters = Vec::with_capacity(10);
    parameters.extend(range(&whole));
    (0..3).for_each(|place| parameters.extend(words.range(place)));
    parameters.extend([whole.into(), limit.into()]);
    r.rows(&sql, &parameters, read_office)
}

/// The offices of today that bear exactly this name or alias, as "Name" or as "Name, Parent".
pub fn office_named(r: &mut Reader, typed: &str) -> Result<Vec<OfficeHit>, Error> {
    let whole = fold(typed);
    if whole.is_empty() {
        return Ok(Vec::new());
    }
    let (own, parent) = typed
        .rsplit_once(',')
        .map_or((String::new(), String::new()), |(own, parent)| (fold(own), fold(parent)));
    let sql = format!(
        "WITH named AS (
            SELECT id, folded FROM organisations WHERE folded IN ($1, $2)
            UNION
            SELECT organisation_id AS id, folded FROM organisation_aliases WHERE folded IN ($1, $2)
        )
        SELECT {OFFICE}
        WHERE o.valid_to IS NULL AND (
            o.id IN (SELECT id FROM named WHERE folded = $1)
            OR (o.id IN (SELECT id FROM named WHERE folded = $2)
                AND (p.folded = $3 OR EXISTS (SELECT 1 FROM organisation_aliases a
                                              WHERE a.organisation_id = p.id AND a.folded = $3))))
        ORDER BY o.name, parent_name, o.id LIMIT 50"
    );
    r.rows(&sql, &[whole.into(), own.into(), parent.into()], read_office)
}

/// An office by its id, also one that is no more.
pub fn office(r: &mut Reader, id: OrganisationId) -> Result<Option<OfficeHit>, Error> {
    r.row(&format!("SELECT {OFFICE} WHERE o.id = $1"), &[id.into()], read_office)
}

const PERSON: &str = "p.id AS id, p.name AS name, p.name_dz AS name_dz, p.phone AS phone, p.email AS email,
    COALESCE(p.employee_id, '') AS employee_id, o.id AS office_id, COALESCE(o.name, '') AS office_name,
    o.unit_id AS unit_id,
    COALESCE((SELECT t.title FROM posts t WHERE t.person_id = p.id AND t.valid_to IS NULL
              ORDER BY t.valid_from DESC LIMIT 1), '') AS post
    FROM persons p LEFT JOIN organisations o ON o.id = p.working_agency_id";

fn read_person(row: &Row<'_>) -> Result<PersonHit, Error> {
    Ok(PersonHit {
        id: row.get("id")?,
        name: row.get("name")?,
        name_dz: row.get("name_dz")?,
        post: row.get("post")?,
        office_id: row.get("office_id")?,
        office_name: row.get("office_name")?,
        unit: row.get("unit_id")?,
        phone: row.get("phone")?,
        email: row.get("email")?,
        employee_id: row.get("employee_id")?,
    })
}

/// The one person who is meant: by id, employee id, e-mail, or a name that only one has.
///
/// # Errors
/// The key of a sentence when it is nobody, or could be several.
pub fn one_person(r: &mut Reader, typed: &str) -> Result<Result<PersonHit, &'static str>, Error> {
    if let Some(id) = PersonId::parse(typed) {
        return Ok(person(r, id)?.ok_or("named-choose-person"));
    }
    let mut found = find_people(r, typed, None, 12)?;
    let whole = fold(typed);
    let is_exact = |hit: &PersonHit| {
        fold(&hit.name) == whole || hit.employee_id == typed || hit.email.eq_ignore_ascii_case(typed)
    };
    if found.iter().any(is_exact) {
        found.retain(is_exact);
    }
    match found.as_slice() {
        [one] => Ok(Ok(one.clone())),
        [] => Ok(Err("named-choose-person")),
        _ => Ok(Err("named-several")),
    }
}

/// People by name, by the ending of a telephone number (four digits and more), by e-mail, employee id or office, and by
/// a mixture: "sonam kabjisa". `within` leaves those below an organisation or served by a unit.
pub fn find_people(
    r: &mut Reader,
    typed: &str,
    within: Option<OrganisationId>,
    limit: i64,
) -> Result<Vec<PersonHit>, Error> {
    let words = if typed.contains('@') {
        Some(Beginnings(vec![typed.trim().to_lowercase()]))
    } else {
        Beginnings::of(typed)
    };
    let Some(words) = words else {
        return Ok(Vec::new());
    };
    let whole = fold(typed);
    let is_number = typed.chars().all(|c| c.is_ascii_digit() || " +-()/".contains(c));
    // Where no number was typed, a range that nothing lies in.
    let phone =
        words::phone_word(typed).filter(|_| is_number).map_or(["".into(), "".into()], |word| range(&word));
    let sql = format!(
        "WITH found AS (
            SELECT id FROM (
                SELECT p.id AS id FROM persons p LEFT JOIN organisations o ON o.id = p.working_agency_id
                WHERE p.folded >= $9 AND p.folded < $10 AND {WITHIN} ORDER BY p.folded LIMIT 60) begins
            UNION
            SELECT id FROM (
                SELECT w.person_id AS id FROM person_words w JOIN persons p ON p.id = w.person_id
                LEFT JOIN organisations o ON o.id = p.working_agency_id
                WHERE w.word >= $1 AND w.word < $2 AND {OTHERS} ORDER BY w.word, w.person_id LIMIT 120) by_word
            UNION
            SELECT id FROM (
                SELECT w.person_id AS id FROM person_words w JOIN persons p ON p.id = w.person_id
                LEFT JOIN organisations o ON o.id = p.working_agency_id
                WHERE w.word >= $7 AND w.word < $8 AND {WITHIN} ORDER BY w.word, w.person_id LIMIT 60) by_phone
            UNION
            SELECT id FROM (
                SELECT p.id AS id FROM organisation_words w JOIN organisations o ON o.id = w.organisation_id
                JOIN persons p ON p.working_agency_id = o.id
                WHERE w.word >= $1 AND w.word < $2 AND {OTHERS} ORDER BY w.word, p.name LIMIT 120) by_office
        )
        SELECT {PERSON} JOIN found ON found.id = p.id
        ORDER BY CASE WHEN p.folded = $9 THEN 0 WHEN p.folded >= $9 AND p.folded < $10 THEN 1
            WHEN EXISTS (SELECT 1 FROM person_words v WHERE v.person_id = p.id AND v.word >= $1 AND v.word < $2) THEN 2
            ELSE 3 END, p.name, p.id
        LIMIT $12"
    );
    let mut parameters = Vec::with_capacity(12);
    (0..3).for_each(|place| parameters.extend(words.range(place)));
    parameters.extend(phone);
    parameters.extend(range(&whole));
    parameters.extend([within.into(), limit.into()]);
    r.rows(&sql, &parameters, read_person)
}

const WITHIN: &str =
    "p.valid_to IS NULL AND p.is_program = 0 AND (CAST($11 AS BYTEA) IS NULL OR o.unit_id = $11 OR EXISTS (
    SELECT 1 FROM organisation_ancestors a WHERE a.organisation_id = o.id AND a.ancestor_id = $11))";

/// Each further word is one of the person or of the office.
const OTHERS: &str = "p.valid_to IS NULL AND p.is_program = 0 AND (CAST($11 AS BYTEA) IS NULL OR o.unit_id = $11 OR EXISTS (
        SELECT 1 FROM organisation_ancestors a WHERE a.organisation_id = o.id AND a.ancestor_id = $11))
    AND (EXISTS (SELECT 1 FROM person_words v WHERE v.person_id = p.id AND v.word >= $3 AND v.word < $4)
         OR EXISTS (SELECT 1 FROM organisation_words v WHERE v.organisation_id = o.id AND v.word >= $3 AND v.word < $4))
    AND (EXISTS (SELECT 1 FROM person_words v WHERE v.person_id = p.id AND v.word >= $5 AND v.word < $6)
         OR EXISTS (SELECT 1 FROM organisation_words v WHERE v.organisation_id = o.id AND v.word >= $5 AND v.word < $6))";

/// People in the order of their names, of one office or of all, after the one that was shown last.
pub fn people_after(
    r: &mut Reader,
    office: Option<OrganisationId>,
    after: Option<PersonId>,
    limit: i64,
) -> Result<Vec<PersonHit>, Error> {
    let last: Option<(String, PersonId)> = match after {
        Some(id) => {
            r.row("SELECT name FROM persons WHERE id = $1", &[id.into()], |row| Ok((row.get("name")?, id)))?
        }
        None => None,
    };
    let (name, id) =
        last.map_or((String::new(), Vec::new()), |(name, id)| (name, id.uuid().as_bytes().to_vec()));
    let order = "p.valid_to IS NULL AND p.is_program = 0 AND (p.name, p.id) > ($1, $2) ORDER BY p.name, p.id LIMIT $3";
    match office {
        Some(office) => {
            let sql = format!("SELECT {PERSON} WHERE p.working_agency_id = $4 AND {order}");
            r.rows(&sql, &[name.into(), id.into(), limit.into(), office.into()], read_person)
        }
        None => r.rows(
            &format!("SELECT {PERSON} WHERE {order}"),
            &[name.into(), id.into(), limit.into()],
            read_person,
        ),
    }
}

/// A person by id, also one who left.
pub fn person(r: &mut Reader, id: PersonId) -> Result<Option<PersonHit>, Error> {
    r.row(&format!("SELECT {PERSON} WHERE p.id = $1"), &[id.into()], read_person)
}

pub(super) fn routes() -> Router<App> {
    Router::new().route("/lookup/offices", get(suggest_offices)).route("/lookup/people", get(suggest_people))
}

#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    q: String,
}

/// Names only: this is for everybody.
async fn suggest_offices(
    State(app): State<App>,
    Query(Typed { q }): Query<Typed>,
) -> Result<Response, Problem> {
    let found = app.db.read(move |r| find_offices(r, &q, SUGGESTIONS)).await?;
    let rows: Vec<_> = found
        .iter()
        .map(|office| json!({"id": office.id, "name": office.name, "name_dz": office.name_dz, "parent": office.parent_name}))
        .collect();
    answer::data(StatusCode::OK, &rows)
}

async fn suggest_people(
    State(app): State<App>,
    viewer: Viewer,
    Query(Typed { q }): Query<Typed>,
) -> Result<Response, Problem> {
    let me = viewer.must_be_signed_in()?;
    if ![Role::Officer, Role::HeadOfUnit].into_iter().any(|role| me.has(role)) {
        return Err(Problem::Forbidden);
    }
    let found = app.db.read(move |r| find_people(r, &q, None, SUGGESTIONS)).await?;
    answer::data(StatusCode::OK, &found)
}

#[cfg(test)]
mod tests;
