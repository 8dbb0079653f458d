//! What each line of a list of people would do.

use std::collections::HashMap;

use database::{Error, Reader, Transaction};
use jiff::Timestamp;
use serde_json::json;

use super::known_offices::Directory;
use super::known_people::{Known, People};
use super::table::Row;
use super::{Import, Judged, Reason, Verdict, distance};
use crate::directory::offices::change::Refused;
use crate::directory::people::{self, NewPerson};
use crate::directory::{accounts, words};
use crate::events;
use crate::frame::languages::Language;
use crate::id::{AccountId, OrganisationId, PersonId};
use crate::search::fold;
use crate::viewer::Role;

/// What a line does when it is taken over.
#[derive(Clone, Debug)]
pub(in crate::directory) struct Deed {
    pub(in crate::directory) person: NewPerson,
    known: Option<Box<(PersonId, i64, Option<AccountId>)>>,
    updates: bool,
    transfers: bool,
    username: String,
    role: Option<(Role, OrganisationId)>,
}

pub(super) fn plan(r: &mut Reader, import: &Import<'_>) -> Result<Vec<(Judged, Option<Deed>)>, Error> {
    let directory = Directory::read(r)?;
    let people = People::read(r)?;
    let mut seen: HashMap<(&'static str, String), usize> = HashMap::new();
    let mut plan = Vec::with_capacity(import.table.rows.len());
    for row in &import.table.rows {
        let cell = |field: &str| import.map.cell(row, field);
        let judged = if import.map.is_cut(import.table, row) {
            Err(Reason::of("import-wrong-cut")
                .with("cells", row.cells.len().to_string())
                .with("columns", import.table.head.len().to_string()))
        } else {
            twice(&mut seen, row.line, cell("employee_id"), &accounts::username(cell("username")))
                .map_or_else(|| judge(import, &directory, &people, row), Err)
        };
        let label = cell("name").to_owned();
        let (verdict, deed) = match judged {
            Ok((verdict, deed)) => (verdict, Some(deed)),
            Err(reason) => (Verdict::Wrong(reason), None),
        };
        plan.push((Judged { line: row.line, label, verdict }, deed));
    }
    Ok(plan)
}

/// The same employee id or user name on an earlier line.
fn twice(
    seen: &mut HashMap<(&'static str, String), usize>,
    line: usize,
    employee_id: &str,
    username: &str,
) -> Option<Reason> {
    for (field, value, key) in [
        ("employee_id", employee_id, "import-wrong-id-twice"),
        ("username", username, "import-wrong-username-twice"),
    ] {
        if value.is_empty() {
            continue;
        }
        if let Some(first) = seen.get(&(field, value.to_owned())) {
            return Some(Reason::of(key).with("typed", value).with("line", first.to_string()));
        }
        seen.insert((field, value.to_owned()), line);
    }
    None
}

fn judge(
    import: &Import<'_>,
    directory: &Directory,
    people: &People,
    row: &Row,
) -> Result<(Verdict, Deed), Reason> {
    let cell = |field: &str| import.map.cell(row, field);
    let (name, employee_id) = (cell("name"), cell("employee_id"));
    if name.is_empty() {
        return Err(Reason::of("import-wrong-no-name"));
    }
    if cell("office").is_empty() {
        return Err(Reason::of("import-wrong-no-office"));
    }
    let office = directory.one(cell("office"))?;
    if !import.reach.covers(office.unit) {
        return Err(Reason::of("import-wrong-reach"));
    }
    let known = people.find(employee_id, name, office.id);
    if let Some(known) = known {
        let (now, new) = (fold(&known.name), fold(name));
        // One or two letters are a correction; another name is another person.
        if now != new && distance(&now, &new) > 2 {
            return Err(Reason::of("import-wrong-id-taken")
                .with("typed", employee_id)
                .with("name", &known.name));
        }
        let unit = known.office.and_then(|id| directory.all.get(&id)).and_then(|office| office.unit);
        if known.office.is_some() && !import.reach.covers(unit) {
            return Err(Reason::of("import-wrong-reach"));
        }
    }
    let person = NewPerson {
        employee_id: Some(employee_id.to_owned()).filter(|id| !id.is_empty()),
        name: name.to_owned(),
        name_dz: cell("name_dz").to_owned(),
        post: cell("post").to_owned(),
        working_agency: Some(office.id),
        parent_agency: match cell("parent_agency") {
            "" => None,
            typed => Some(directory.one(typed)?.id),
        },
        phone: phone(cell("phone"))?,
        email: email(cell("email"))?,
        language: language(cell("language"))?,
    };
    let username = accounts::username(cell("username"));
    let mut role = role(import, people, cell("role"), &username, office.id)?;
    // Whoever may sign in and is not said to be more is a requester.
    let grants = known.and_then(|known| known.account).and_then(|account| people.grants.get(&account));
    if role.is_none() && !username.is_empty() && grants.is_none() {
        role = Some((Role::Requester, office.id));
    }
    if !username.is_empty() {
        check_username(people, &username, known)?;
    }
    let deed = deed(people, known, person, username, role);
    let verdict = verdict(known, &deed);
    Ok((verdict, deed))
}

pub(in crate::directory) fn email(typed: &str) -> Result<String, Reason> {
    let is_one = typed.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !typed.contains(char::is_whitespace) && !host.contains('@')
    });
    if typed.is_empty() || is_one {
        Ok(typed.to_lowercase())
    } else {
        Err(Reason::of("import-wrong-email").with("typed", typed))
    }
}

pub(in crate::directory) fn phone(typed: &str) -> Result<String, Reason> {
    let plain = typed.chars().all(|c| c.is_ascii_digit() || " +-()/.".contains(c));
    if typed.is_empty() || (plain && words::digits(typed).len() >= 6) {
        Ok(typed.to_owned())
    } else {
        Err(Reason::of("import-wrong-phone").with("typed", typed))
    }
}

fn language(typed: &str) -> Result<String, Reason> {
    let named = |language: &Language| {
        language.code().eq_ignore_ascii_case(typed)
            || language.own_name() == typed
            || format!("{language:?}").eq_ignore_ascii_case(typed)
    };
    match Language::ALL.into_iter().find(named) {
        Some(language) => Ok(language.code().to_owned()),
        None if typed.is_empty() => Ok(String::new()),
        None => Err(Reason::of("import-wrong-language").with("typed", typed)),
    }
}

/// The role with its scope: those who look at the whole government have it there, all others in their office.
fn role(
    import: &Import<'_>,
    people: &People,
    typed: &str,
    username: &str,
    office: OrganisationId,
) -> Result<Option<(Role, OrganisationId)>, Reason> {
    if typed.is_empty() {
        return Ok(None);
    }
    let folded = fold(typed).replace(' ', "_");
    let role =
        Role::from_code(&folded).ok_or_else(|| Reason::of("import-wrong-role").with("typed", typed))?;
    if username.is_empty() {
        // Many heads of offices telephone and never sign in; whoever works here must be able to.
        let may_do_without = matches!(role, Role::Requester | Role::HeadOfOffice);
        return if may_do_without { Ok(None) } else { Err(Reason::of("import-wrong-role-alone")) };
    }
    if !import.reach.roles.contains(&role) {
        return Err(Reason::of("import-wrong-role-above").with("typed", typed));
    }
    let whole = matches!(role, Role::Centre | Role::Auditor | Role::Operator);
    Ok(Some((role, people.top.filter(|_| whole).unwrap_or(office))))
}

fn check_username(people: &People, username: &str, known: Option<&Known>) -> Result<(), Reason> {
    if username.contains(|c: char| c.is_whitespace() || c == '@') {
        return Err(Reason::of("import-wrong-username").with("typed", username));
    }
    let holder = people.by_username.get(username).map(|place| &people.all[*place]);
    if let Some(holder) = holder.filter(|holder| known.is_none_or(|known| known.id != holder.id)) {
        return Err(Reason::of("import-wrong-username-taken")
            .with("typed", username)
            .with("name", &holder.name));
    }
    match known {
        Some(known) if !known.username.is_empty() && known.username != username => {
            Err(Reason::of("import-wrong-username-other")
                .with("typed", username)
                .with("name", &known.username))
        }
        _ => Ok(()),
    }
}

/// What is to be done; an empty cell leaves what is known.
pub(in crate::directory) fn deed(
    people: &People,
    known: Option<&Known>,
    mut person: NewPerson,
    username: String,
    role: Option<(Role, OrganisationId)>,
) -> Deed {
    let Some(known) = known else {
        return Deed { person, known: None, updates: false, transfers: false, username, role };
    };
    let keep = |new: &mut String, now: &str| {
        if new.is_empty() {
            now.clone_into(new);
        }
    };
    keep(&mut person.name_dz, &known.name_dz);
    keep(&mut person.post, &known.post);
    keep(&mut person.phone, &known.phone);
    keep(&mut person.email, &known.email);
    keep(&mut person.language, &known.language);
    person.employee_id = person.employee_id.or_else(|| known.employee_id.clone());
    person.parent_agency = person.parent_agency.or(known.parent_agency);
    let has_role = |wanted: &(Role, OrganisationId)| {
        let grants = known.account.and_then(|account| people.grants.get(&account));
        grants.is_some_and(|grants| grants.contains(wanted))
    };
    Deed {
        updates: !fields(known, &person).is_empty(),
        transfers: person.working_agency != known.office || person.post != known.post,
        known: Some(Box::new((known.id, known.version, known.account))),
        username: if known.account.is_some() { String::new() } else { username },
        role: role.filter(|role| !has_role(role)),
        person,
    }
}

fn fields(known: &Known, person: &NewPerson) -> Vec<&'static str> {
    [
        ("employee_id", known.employee_id != person.employee_id),
        ("name", known.name != person.name),
        ("name_dz", known.name_dz != person.name_dz),
        ("parent_agency", known.parent_agency != person.parent_agency),
        ("phone", known.phone != person.phone),
        ("email", known.email != person.email),
        ("language", known.language != person.language),
    ]
    .into_iter()
    .filter_map(|(field, changed)| changed.then_some(field))
    .collect()
}

pub(in crate::directory) fn verdict(known: Option<&Known>, deed: &Deed) -> Verdict {
    let Some(known) = known else {
        return Verdict::New;
    };
    let mut changed = fields(known, &deed.person);
    if deed.person.working_agency != known.office {
        changed.push("office");
    }
    if deed.person.post != known.post {
        changed.push("post");
    }
    if !deed.username.is_empty() {
        changed.push("username");
    }
    if deed.role.is_some() {
        changed.push("role");
    }
    if changed.is_empty() { Verdict::Same } else { Verdict::Changed(changed) }
}

/// Takes over what the plan says.
pub(super) fn write(
    tx: &mut Transaction,
    import: &Import<'_>,
    plan: Vec<(Judged, Option<Deed>)>,
) -> Result<Vec<Judged>, Error> {
    let mut lines = Vec::with_capacity(plan.len());
    for (judged, deed) in plan {
        if let Some(deed) = deed.filter(|_| judged.verdict != Verdict::Same) {
            let id = carry_out(tx, &deed, import.now)?.0;
            let detail = json!({ "line": judged.line });
            events::note(tx, "person", id.uuid(), import.actor.clone(), "imported", detail, import.now)?;
        }
        lines.push(judged);
    }
    Ok(lines)
}

/// Does it; returns the person, and the account if there is one.
pub(in crate::directory) fn carry_out(
    tx: &mut Transaction,
    deed: &Deed,
    now: Timestamp,
) -> Result<(PersonId, Option<AccountId>), Error> {
    let (id, mut account) = match deed.known.as_deref() {
        None => (people::insert(tx, &deed.person, now)?, None),
        Some((id, version, account)) => {
            let mut version = *version;
            if deed.updates {
                people::update(tx, *id, &deed.person, version).map_err(storage)?;
                version += 1;
            }
            if let (true, Some(office)) = (deed.transfers, deed.person.working_agency) {
                transfer(tx, *id, office, &deed.person.post, version, now)?;
            }
            (*id, *account)
        }
    };
    if !deed.username.is_empty() {
        account = Some(people::insert_account(tx, id, &deed.username, now)?);
    }
    if let (Some(account), Some((role, organisation))) = (account, deed.role) {
        people::grant(tx, account, role, organisation, now)?;
    }
    Ok((id, account))
}

/// The new post holds from today; one that was entered today is corrected.
fn transfer(
    tx: &mut Transaction,
    id: PersonId,
    office: OrganisationId,
    post: &str,
    version: i64,
    now: Timestamp,
) -> Result<(), Error> {
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    tx.execute(
        "DELETE FROM posts WHERE person_id = $1 AND valid_to IS NULL AND valid_from >= $2",
        &[id.into(), today.into()],
    )?;
    people::transfer(tx, id, office, post, today, version).map_err(storage)
}

/// The plan was made in this transaction, so nobody can have saved in between.
fn storage(refused: Refused) -> Error {
    match refused {
        Refused::Storage(error) => error,
        other => Error::Conflict(format!("{other:?}")),
    }
}
