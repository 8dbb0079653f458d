//! Carries out what the plan says.

use database::{Error, Transaction};
use jiff::Timestamp;
use serde_json::json;

use super::plan::{Due, Plan};
use crate::directory::import::people_lines;
use crate::directory::{accounts, identities, role_map};
use crate::events::{self, Actor};
use crate::settings::identity::LdapSettings;

pub(super) fn write(
    tx: &mut Transaction,
    settings: &LdapSettings,
    plan: Plan,
    actor: &Actor,
    now: Timestamp,
) -> Result<(), Error> {
    let issuer = settings.issuer();
    for due in plan.due {
        write_one(tx, &issuer, due, actor, now)?;
    }
    for gone in plan.gone {
        accounts::close(tx, gone.account, now)?;
        identities::set_gone(tx, &issuer, &gone.subject, Some(now))?;
        let detail = json!({ "by": issuer });
        events::note(tx, "person", gone.person.uuid(), actor.clone(), "account closed", detail, now)?;
    }
    Ok(())
}

fn write_one(
    tx: &mut Transaction,
    issuer: &str,
    due: Due,
    actor: &Actor,
    now: Timestamp,
) -> Result<(), Error> {
    let (person, account) = people_lines::carry_out(tx, &due.deed, now)?;
    let detail = json!({ "by": issuer });
    events::note(tx, "person", person.uuid(), actor.clone(), "synced", detail.clone(), now)?;
    let Some(account) = account else {
        return Ok(());
    };
    if !due.is_joined {
        identities::link(tx, issuer, &due.subject, account, now)?;
    }
    if due.is_back {
        accounts::reopen(tx, account)?;
        identities::set_gone(tx, issuer, &due.subject, None)?;
        events::note(tx, "person", person.uuid(), actor.clone(), "account reopened", detail, now)?;
    }
    match due.roles {
        Some(roles) => role_map::apply(tx, issuer, (account, person), &roles, now),
        None => Ok(()),
    }
}
