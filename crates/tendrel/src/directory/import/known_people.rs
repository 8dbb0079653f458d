//! The people that are known, as a list is compared with them: read once, found by employee id, name and office.

use std::collections::HashMap;

use database::{Error, Reader};

use crate::id::{AccountId, OrganisationId, PersonId};
use crate::search::fold;
use crate::viewer::Role;

/// A person who is known, as far as a list may change them.
#[derive(Clone, Debug)]
pub(in crate::directory) struct Known {
    pub(in crate::directory) id: PersonId,
    pub(in crate::directory) employee_id: Option<String>,
    pub(in crate::directory) name: String,
    pub(in crate::directory) name_dz: String,
    pub(in crate::directory) post: String,
    pub(in crate::directory) office: Option<OrganisationId>,
    pub(in crate::directory) parent_agency: Option<OrganisationId>,
    pub(in crate::directory) phone: String,
    pub(in crate::directory) email: String,
    pub(in crate::directory) language: String,
    pub(in crate::directory) account: Option<AccountId>,
    pub(in crate::directory) username: String,
    pub(in crate::directory) version: i64,
}

#[derive(Default)]
pub(in crate::directory) struct People {
    pub(in crate::directory) all: Vec<Known>,
    pub(in crate::directory) by_employee_id: HashMap<String, usize>,
    pub(in crate::directory) by_name: HashMap<String, Vec<usize>>,
    pub(in crate::directory) by_username: HashMap<String, usize>,
    pub(in crate::directory) grants: HashMap<AccountId, Vec<(Role, OrganisationId)>>,
    pub(in crate::directory) top: Option<OrganisationId>,
}

impl People {
    pub(in crate::directory) fn read(r: &mut Reader) -> Result<People, Error> {
        let all = r.rows(
            "SELECT p.id AS id, p.employee_id AS employee_id, p.name AS name, p.name_dz AS name_dz,
                    COALESCE(t.title, '') AS post, p.working_agency_id AS office_id, p.parent_agency_id AS parent_id,
                    p.phone AS phone, p.email AS email, p.language AS language, a.id AS account_id,
                    COALESCE(a.username, '') AS username, p.version AS version
             FROM persons p LEFT JOIN accounts a ON a.person_id = p.id
             LEFT JOIN posts t ON t.person_id = p.id AND t.valid_to IS NULL
             WHERE p.valid_to IS NULL AND p.is_program = 0 ORDER BY p.id",
            &[],
            |row| {
                Ok(Known {
                    id: row.get("id")?,
                    employee_id: row.get("employee_id")?,
                    name: row.get("name")?,
                    name_dz: row.get("name_dz")?,
                    post: row.get("post")?,
                    office: row.get("office_id")?,
                    parent_agency: row.get("parent_id")?,
                    phone: row.get("phone")?,
                    email: row.get("email")?,
                    language: row.get("language")?,
                    account: row.get("account_id")?,
                    username: row.get("username")?,
                    version: row.get("version")?,
                })
            },
        )?;
        let mut people = People { all, ..People::default() };
        // A person of several posts stands there several times; the first counts.
        people.all.dedup_by_key(|known| known.id);
        for (place, known) in people.all.iter().enumerate() {
            if let Some(employee_id) = &known.employee_id {
                people.by_employee_id.insert(employee_id.clone(), place);
            }
            people.by_name.entry(fold(&known.name)).or_default().push(place);
            if !known.username.is_empty() {
                people.by_username.insert(known.username.clone(), place);
            }
        }
        let grants: Vec<(AccountId, String, OrganisationId)> = r.rows(
            "SELECT account_id, role, organisation_id FROM grants WHERE valid_to IS NULL",
            &[],
            |row| Ok((row.get("account_id")?, row.get("role")?, row.get("organisation_id")?)),
        )?;
        for (account, role, organisation) in grants {
            if let Some(role) = Role::from_code(&role) {
                people.grants.entry(account).or_default().push((role, organisation));
            }
        }
        people.top = r.row(
            "SELECT id FROM organisations WHERE parent_id IS NULL AND valid_to IS NULL ORDER BY key LIMIT 1",
            &[],
            |row| row.get("id"),
        )?;
        Ok(people)
    }

    /// By employee id; without one by name and office.
    pub(in crate::directory) fn find(
        &self,
        employee_id: &str,
        name: &str,
        office: OrganisationId,
    ) -> Option<&Known> {
        if !employee_id.is_empty() {
            return self.by_employee_id.get(employee_id).map(|place| &self.all[*place]);
        }
        let mut same = self.by_name.get(&fold(name)).into_iter().flatten().map(|place| &self.all[*place]);
        same.rfind(|known| known.office == Some(office))
    }
}
