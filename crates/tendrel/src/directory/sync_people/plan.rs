//! What would be done about each person.

use std::collections::{BTreeSet, HashMap, HashSet};

use database::{Error, Reader};

use super::outcome::{Line, Outcome, Verdict};
use crate::directory::accounts;
use crate::directory::identities::{self, Identity};
use crate::directory::import::Reason;
use crate::directory::import::known_offices::Directory;
use crate::directory::import::known_people::{Known, People};
use crate::directory::import::people_lines::{self, Deed};
use crate::directory::ldap::Entry;
use crate::directory::people::NewPerson;
use crate::directory::role_map::{self, Resolved, Scoped};
use crate::id::{AccountId, PersonId};
use crate::search::fold;
use crate::settings::identity::LdapSettings;
use crate::viewer::Role;

/// What is done about one person.
pub(super) struct Due {
    pub(super) subject: String,
    pub(super) deed: Deed,
    /// `None` where roles are given here only.
    pub(super) roles: Option<BTreeSet<Scoped>>,
    pub(super) is_joined: bool,
    pub(super) is_back: bool,
}

#[derive(Default)]
pub(super) struct Plan {
    pub(super) due: Vec<Due>,
    pub(super) gone: Vec<Identity>,
    /// Accounts that the directory named before and that are not gone already.
    known: usize,
    same: usize,
    lines: Vec<Line>,
}

impl Plan {
    /// More are gone than so many in a hundred.
    pub(super) fn is_stopped(&self, percent: usize) -> bool {
        self.gone.len() * 100 > percent * self.known
    }

    pub(super) fn outcome(&self) -> Outcome {
        let mut outcome = Outcome { known: self.known, same: self.same, ..Outcome::default() };
        for line in &self.lines {
            outcome.add(line.clone());
        }
        outcome
    }
}

/// Everything that is known, read once.
struct Here {
    offices: Directory,
    people: People,
    of_subject: HashMap<String, Identity>,
    named: HashSet<AccountId>,
    by_account: HashMap<AccountId, usize>,
    by_email: HashMap<String, Vec<usize>>,
    map: Resolved,
    given: HashMap<AccountId, BTreeSet<Scoped>>,
}

impl Here {
    fn read(r: &mut Reader, settings: &LdapSettings) -> Result<Here, Error> {
        let issuer = settings.issuer();
        let (offices, people) = (Directory::read(r)?, People::read(r)?);
        let identities = identities::of_issuer(r, &issuer)?;
        let mut by_account = HashMap::new();
        let mut by_email: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, known) in people.all.iter().enumerate() {
            if let Some(account) = known.account {
                by_account.insert(account, place);
            }
            if !known.email.is_empty() {
                by_email.entry(known.email.clone()).or_default().push(place);
            }
        }
        Ok(Here {
            offices,
            people,
            named: identities.iter().map(|it| it.account).collect(),
            of_subject: identities.into_iter().map(|it| (it.subject.clone(), it)).collect(),
            by_account,
            by_email,
            map: role_map::resolve(r, &settings.roles)?,
            given: role_map::all_given(r, &issuer)?,
        })
    }

    /// By the directory's own name; else by employee number and address, which must mean the same one. `Err`: several
    /// could be meant, or the one who could is somebody else to the directory.
    fn find(&self, entry: &Entry) -> Result<Option<&Known>, ()> {
        if let Some(identity) = self.of_subject.get(&entry.id) {
            let place = self.by_account.get(&identity.account).ok_or(())?;
            return Ok(Some(&self.people.all[*place]));
        }
        let by_id =
            self.people.by_employee_id.get(&entry.employee_id).filter(|_| !entry.employee_id.is_empty());
        let by_email = self.by_email.get(&entry.email).filter(|_| !entry.email.is_empty());
        let all: BTreeSet<usize> = by_id.into_iter().chain(by_email.into_iter().flatten()).copied().collect();
        let mut all = all.into_iter();
        match (all.next(), all.next()) {
            (None, _) => Ok(None),
            (Some(place), None) => {
                let known = &self.people.all[place];
                let is_another = known.account.is_some_and(|account| self.named.contains(&account));
                if is_another { Err(()) } else { Ok(Some(known)) }
            }
            _ => Err(()),
        }
    }
}

pub(super) fn plan(r: &mut Reader, settings: &LdapSettings, everybody: &[Entry]) -> Result<Plan, Error> {
    let here = Here::read(r, settings)?;
    let mut plan = Plan::default();
    let mut times: HashMap<&str, usize> = HashMap::new();
    for entry in everybody {
        *times.entry(&entry.id).or_default() += 1;
    }
    let mut taken = HashSet::new();
    let mut used: HashSet<PersonId> = HashSet::new();
    for entry in everybody {
        let verdict = match (times[entry.id.as_str()], here.find(entry)) {
            _ if entry.id.is_empty() => Verdict::Wrong(Reason::of("sync-wrong-no-id")),
            (2.., _) | (_, Err(())) => Verdict::Unclear,
            (_, Ok(Some(known))) if !used.insert(known.id) => Verdict::Unclear,
            (_, Ok(known)) => match due(&here, settings, entry, known, &mut taken) {
                Err(reason) => Verdict::Wrong(reason),
                Ok((None, _)) => {
                    plan.same += 1;
                    continue;
                }
                Ok((Some(verdict), due)) => {
                    plan.due.push(due);
                    verdict
                }
            },
        };
        plan.lines.push(Line { name: entry.name.clone(), username: entry.username.clone(), verdict });
    }
    for identity in here.of_subject.into_values().filter(|identity| identity.gone_at.is_none()) {
        plan.known += 1;
        if !times.contains_key(identity.subject.as_str()) {
            let username =
                here.by_account.get(&identity.account).map(|place| &here.people.all[*place].username);
            let (name, username) = (identity.name.clone(), username.cloned().unwrap_or_default());
            plan.lines.push(Line { name, username, verdict: Verdict::Gone });
            plan.gone.push(identity);
        }
    }
    plan.lines.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(plan)
}

/// `None` for somebody about whom nothing is to be done.
fn due(
    here: &Here,
    settings: &LdapSettings,
    entry: &Entry,
    known: Option<&Known>,
    taken: &mut HashSet<String>,
) -> Result<(Option<Verdict>, Due), Reason> {
    if entry.name.is_empty() {
        return Err(Reason::of("import-wrong-no-name"));
    }
    let office = match (entry.office.as_str(), known.and_then(|known| known.office)) {
        ("", Some(office)) => office,
        ("", None) => return Err(Reason::of("import-wrong-no-office")),
        (typed, _) => here.offices.one(typed)?.id,
    };
    let employee_id = Some(entry.employee_id.clone()).filter(|id| !id.is_empty());
    let person = NewPerson {
        employee_id,
        name: entry.name.clone(),
        post: entry.post.clone(),
        working_agency: Some(office),
        phone: people_lines::phone(&entry.phone)?,
        email: people_lines::email(&entry.email)?,
        ..NewPerson::default()
    };
    let account = known.and_then(|known| known.account);
    let grants = account.and_then(|account| here.people.grants.get(&account));
    let username = if account.is_some() { String::new() } else { free_username(here, entry, taken) };
    let role = grants.is_none().then_some((Role::Requester, office));
    let deed = people_lines::deed(&here.people, known, person, username, role);
    let identity = here.of_subject.get(&entry.id);
    let is_back = identity.is_some_and(|identity| identity.gone_at.is_some());
    let roles = (!settings.roles.is_empty()).then(|| role_map::wanted(&here.map, &entry.groups));
    let verdict = match people_lines::verdict(known, &deed) {
        crate::directory::import::Verdict::New => Some(Verdict::New),
        _ if is_back => Some(Verdict::Back),
        other => {
            let mut fields: Vec<String> = match other {
                crate::directory::import::Verdict::Changed(fields) => {
                    fields.into_iter().map(str::to_owned).collect()
                }
                _ => Vec::new(),
            };
            if identity.is_none() {
                fields.push("directory".to_owned());
            }
            let given = account.and_then(|account| here.given.get(&account)).cloned().unwrap_or_default();
            let holds = |role: &Scoped| grants.is_some_and(|held| held.contains(role));
            let is_due = |wanted: &BTreeSet<Scoped>| {
                wanted.iter().any(|role| !holds(role)) || given.iter().any(|role| !wanted.contains(role))
            };
            if roles.as_ref().is_some_and(is_due) && !fields.iter().any(|field| field == "role") {
                fields.push("role".to_owned());
            }
            (!fields.is_empty()).then_some(Verdict::Changed(fields))
        }
    };
    let due = Due { subject: entry.id.clone(), deed, roles, is_joined: identity.is_some(), is_back };
    Ok((verdict, due))
}

/// The name they have there, or the first with a number that nobody has here.
fn free_username(here: &Here, entry: &Entry, taken: &mut HashSet<String>) -> String {
    let wanted = if entry.username.is_empty() { &entry.name } else { &entry.username };
    let plain = fold(wanted.split('@').next().unwrap_or_default()).replace(' ', ".");
    let plain = accounts::username(&plain);
    let mut name = plain.clone();
    for number in 2.. {
        if !here.people.by_username.contains_key(&name) && !taken.contains(&name) {
            break;
        }
        name = format!("{plain}.{number}");
    }
    taken.insert(name.clone());
    name
}
