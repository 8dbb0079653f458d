//! What somebody may, read with their session: their own roles, those of people for whom they stand in, and the
//! confidential services for which they are named.

use database::{Error, Reader, Row};
use jiff::Timestamp;
use uuid::Uuid;

use crate::id::{OrganisationId, PersonId, ServiceId};
use crate::viewer::{Absent, Grant, Role, SignedIn, ViewerUnit};

/// Everything that somebody may, in one question: their own roles, those of people for whom they stand in, and the
/// confidential services for which they, or those people if these want it so, are named.
const RIGHTS: &str = "SELECT 1 AS sort, g.valid_from AS since, g.role AS role, g.organisation_id AS scope_id,
        u.code AS unit_code, u.calendar_code AS calendar_code, o.name AS name, o.name_dz AS name_dz,
        NULL AS absent_id, '' AS absent, 0 AS until_at
     FROM grants g JOIN organisations o ON o.id = g.organisation_id
     LEFT JOIN units u ON u.organisation_id = g.organisation_id
     WHERE g.account_id = $1 AND g.valid_from <= $3 AND (g.valid_to IS NULL OR g.valid_to >= $3)
     UNION ALL
     SELECT 2, g.valid_from, g.role, g.organisation_id, u.code, u.calendar_code, o.name, o.name_dz,
        d.absent_id, p.name, d.to_at
     FROM delegations d JOIN accounts a ON a.person_id = d.absent_id AND a.closed_at IS NULL
     JOIN persons p ON p.id = d.absent_id
     JOIN grants g ON g.account_id = a.id AND g.role IN ('officer', 'head_of_unit', 'centre', 'head_of_office')
     JOIN organisations o ON o.id = g.organisation_id
     LEFT JOIN units u ON u.organisation_id = g.organisation_id
     WHERE d.stand_in_id = $2 AND d.from_at <= $4 AND d.to_at > $4
       AND g.valid_from <= $3 AND (g.valid_to IS NULL OR g.valid_to >= $3)
     UNION ALL
     SELECT 3, '', 'named', s.service_id, NULL, NULL, '', '', NULL, '', 0
     FROM service_people s WHERE s.person_id = $2
     UNION ALL
     SELECT 3, '', 'named', s.service_id, NULL, NULL, '', '', NULL, '', 0
     FROM delegations d JOIN service_people s ON s.person_id = d.absent_id
     WHERE d.stand_in_id = $2 AND d.confidential = 1 AND d.from_at <= $4 AND d.to_at > $4
     ORDER BY 1, 2";

/// One line of what somebody may.
struct Right {
    role: String,
    scope: Uuid,
    /// Code and calendar.
    unit: Option<(String, String)>,
    name: String,
    name_dz: String,
    absent: Option<Absent>,
}

fn read_right(row: &Row<'_>) -> Result<Right, Error> {
    let (code, calendar): (Option<String>, Option<String>) =
        (row.get("unit_code")?, row.get("calendar_code")?);
    let absent: Option<PersonId> = row.get("absent_id")?;
    let (absent_name, until): (String, Timestamp) = (row.get("absent")?, row.get("until_at")?);
    Ok(Right {
        role: row.get("role")?,
        scope: row.get("scope_id")?,
        unit: code.map(|code| (code, calendar.unwrap_or_default())),
        name: row.get("name")?,
        name_dz: row.get("name_dz")?,
        absent: absent.map(|person| Absent { person, name: absent_name, until }),
    })
}

/// Adds them all.
pub(super) fn add_rights(r: &mut Reader, me: &mut SignedIn, now: Timestamp) -> Result<(), Error> {
    let today = now.to_string()[..10].to_owned();
    let rights =
        r.rows(RIGHTS, &[me.account.into(), me.person.into(), today.into(), now.into()], read_right)?;
    for Right { role, scope, unit, name, name_dz, absent } in rights {
        if role == "named" {
            let service = ServiceId::of(scope);
            if !me.named.contains(&service) {
                me.named.push(service);
            }
            continue;
        }
        let Some(role) = Role::from_code(&role) else {
            continue;
        };
        let organisation = OrganisationId::of(scope);
        me.grants.push(Grant { role, organisation, absent: absent.as_ref().map(|absent| absent.person) });
        if let (Some((code, calendar)), Role::Officer | Role::HeadOfUnit, None) = (unit, role, &me.unit) {
            me.unit = Some(ViewerUnit { id: organisation, code, name, name_dz, calendar });
        }
        if let Some(absent) = absent
            && !me.stands_in_for.iter().any(|known| known.person == absent.person)
        {
            me.stands_in_for.push(absent);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::directory::sessions;
    use crate::testing::{Who, World};

    /// The session, the rights, the numbers of the menu, the saved views: rights are one question of four.
    #[tokio::test]
    async fn rights_cost_one_question_whoever_asks() {
        let world = World::new();
        for who in [Who::Karma, Who::Head, Who::Centre, Who::Auditor, Who::Operator] {
            let (account, now) = (world.account(who), world.app.clock.now());
            let origin = sessions::Origin::test();
            let opened = world.app.db.write(move |tx| sessions::open(tx, account, &origin, now)).await;
            let secret = opened.unwrap();
            let before = world.app.db.statements();
            let found = world.app.db.read(move |r| sessions::of_secret(r, &secret, now)).await.unwrap();
            assert!(!found.unwrap().grants.is_empty());
            assert_eq!(world.app.db.statements() - before, 4);
        }
    }
}
