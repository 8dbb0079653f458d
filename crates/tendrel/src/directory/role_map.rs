//! Roles by what a provider or a directory says of somebody. It gives the roles that stand in the settings, and takes
//! away only those that it gave.

use std::collections::{BTreeSet, HashMap};

use database::{Error, Reader, Transaction};
use jiff::Timestamp;
use serde_json::json;

use crate::directory::{accounts, people};
use crate::events::{self, Actor};
use crate::id::{AccountId, OrganisationId, PersonId};
use crate::settings::identity::MappedRole;
use crate::viewer::Role;

pub(super) type Scoped = (Role, OrganisationId);

/// The map with its organisations found: each value with the role it stands for.
pub(super) type Resolved = Vec<(String, Scoped)>;

/// A name that no organisation has gives no role, and the log says so.
pub(super) fn resolve(r: &mut Reader, map: &[MappedRole]) -> Result<Resolved, Error> {
    let mut resolved = Vec::new();
    for mapped in map {
        let found: Vec<OrganisationId> = r.rows(
            "SELECT id FROM organisations WHERE valid_to IS NULL AND (key = $1 OR name = $1) ORDER BY id LIMIT 2",
            &[(&mapped.organisation).into()],
            |row| row.get("id"),
        )?;
        match found.as_slice() {
            [organisation] => resolved.push((mapped.value.clone(), (mapped.role, *organisation))),
            _ => tracing::error!(
                "a role is mapped to {:?}: none or several are called so",
                mapped.organisation
            ),
        }
    }
    Ok(resolved)
}

/// The roles that these values stand for.
pub(super) fn wanted(map: &Resolved, values: &[String]) -> BTreeSet<Scoped> {
    let is_named = |value: &String| values.iter().any(|it| it.eq_ignore_ascii_case(value));
    map.iter().filter(|(value, _)| is_named(value)).map(|(_, role)| *role).collect()
}

/// Roles that the issuer gave and that are still held by its word.
fn given(r: &mut Reader, issuer: &str, account: AccountId) -> Result<BTreeSet<Scoped>, Error> {
    let rows: Vec<(String, OrganisationId)> = r.rows(
        "SELECT role, organisation_id FROM mapped_grants WHERE issuer = $1 AND account_id = $2",
        &[issuer.into(), account.into()],
        |row| Ok((row.get("role")?, row.get("organisation_id")?)),
    )?;
    Ok(rows.into_iter().filter_map(|(role, it)| Role::from_code(&role).map(|role| (role, it))).collect())
}

/// The same of everybody.
pub(super) fn all_given(r: &mut Reader, issuer: &str) -> Result<HashMap<AccountId, BTreeSet<Scoped>>, Error> {
    let mut all: HashMap<AccountId, BTreeSet<Scoped>> = HashMap::new();
    r.each(
        "SELECT account_id, role, organisation_id FROM mapped_grants WHERE issuer = $1",
        &[issuer.into()],
        |row| {
            if let Some(role) = Role::from_code(&row.get::<String>("role")?) {
                all.entry(row.get("account_id")?).or_default().insert((role, row.get("organisation_id")?));
            }
            Ok(())
        },
    )?;
    Ok(all)
}

fn held(r: &mut Reader, account: AccountId) -> Result<BTreeSet<Scoped>, Error> {
    let grants = accounts::grants_of(r, account)?;
    let open = grants.iter().filter(|grant| grant.valid_to.is_none());
    Ok(open.map(|grant| (grant.role, grant.organisation)).collect())
}

pub(super) fn apply(
    tx: &mut Transaction,
    issuer: &str,
    (account, person): (AccountId, PersonId),
    wanted: &BTreeSet<Scoped>,
    now: Timestamp,
) -> Result<(), Error> {
    let (given, held) = (given(tx, issuer, account)?, held(tx, account)?);
    let tell = |tx: &mut Transaction, activity: &str, (role, organisation): &Scoped| {
        let detail = json!({ "role": role.code(), "organisation": organisation, "by": issuer });
        events::note(tx, "person", person.uuid(), Actor::program(), activity, detail, now)
    };
    for role in wanted.iter().filter(|role| !held.contains(role)) {
        people::grant(tx, account, role.0, role.1, now)?;
        tx.execute(
            "INSERT INTO mapped_grants (account_id, issuer, role, organisation_id) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING",
            &[account.into(), issuer.into(), role.0.code().into(), role.1.into()],
        )?;
        tell(tx, "role given", role)?;
    }
    for role in given.iter().filter(|role| !wanted.contains(role)) {
        tx.execute(
            "DELETE FROM mapped_grants WHERE account_id = $1 AND issuer = $2 AND role = $3 AND organisation_id = $4",
            &[account.into(), issuer.into(), role.0.code().into(), role.1.into()],
        )?;
        if people::revoke(tx, account, role.0, role.1, now)? {
            tell(tx, "role taken away", role)?;
        }
    }
    Ok(())
}
