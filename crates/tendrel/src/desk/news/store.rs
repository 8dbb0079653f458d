//! What is asked of the table of public notices.

use database::{Error, Reader, Row, Transaction};
use jiff::Timestamp;
use serde_json::json;

use crate::desk::news::{Kind, News, When};
use crate::events::{self, Actor};
use crate::id::{NewsId, OrganisationId};

/// Notices that a page or the feed shows at most.
const SHOWN: i64 = 100;

const NEWS: &str =
    "SELECT id, unit_id, kind, title, title_dz, body, body_dz, services, from_at, to_at, ended_at,
    published_at, changed_at, version FROM news";

fn read(row: &Row<'_>) -> Result<News, Error> {
    let kind: String = row.get("kind")?;
    let services: String = row.get("services")?;
    Ok(News {
        id: row.get("id")?,
        unit: row.get("unit_id")?,
        kind: Kind::from_code(&kind).unwrap_or(Kind::Information),
        title: row.get("title")?,
        title_dz: row.get("title_dz")?,
        body: row.get("body")?,
        body_dz: row.get("body_dz")?,
        services: services.split_whitespace().map(str::to_owned).collect(),
        from: row.get("from_at")?,
        to: row.get("to_at")?,
        ended_at: row.get("ended_at")?,
        published_at: row.get("published_at")?,
        changed_at: row.get("changed_at")?,
        version: row.get("version")?,
    })
}

/// The last that were published, newest first; with a unit only those for it, and for all.
pub fn latest(r: &mut Reader, unit: Option<OrganisationId>) -> Result<Vec<News>, Error> {
    r.rows(
        &format!(
            "{NEWS} WHERE CAST($1 AS BYTEA) IS NULL OR unit_id IS NULL OR unit_id = $1
             ORDER BY published_at DESC, id DESC LIMIT $2"
        ),
        &[unit.into(), SHOWN.into()],
        read,
    )
}

/// What the pages of a unit say before everything else: what is so now, then what begins until an instant.
pub fn to_be_known(
    r: &mut Reader,
    unit: Option<OrganisationId>,
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<News>, Error> {
    let mut open = r.rows(
        &format!("{NEWS} WHERE ended_at IS NULL AND from_at <= $1 ORDER BY from_at DESC, id LIMIT $2"),
        &[until.into(), SHOWN.into()],
        read,
    )?;
    open.retain(|news| news.is_for(unit) && news.when(now) != When::Over);
    open.sort_by_key(|news| (news.when(now) == When::Ahead, news.from));
    Ok(open)
}

pub fn get(r: &mut Reader, id: NewsId) -> Result<Option<News>, Error> {
    r.row(&format!("{NEWS} WHERE id = $1"), &[id.into()], read)
}

/// Writes a new notice, and says so in the record.
pub fn publish(tx: &mut Transaction, news: &News, actor: Actor) -> Result<(), Error> {
    let News {
        id,
        unit,
        kind,
        title,
        title_dz,
        body,
        body_dz,
        services,
        from,
        to,
        ended_at,
        published_at,
        changed_at,
        version,
    } = news;
    tx.execute(
        "INSERT INTO news (id, unit_id, kind, title, title_dz, body, body_dz, services, from_at, to_at, ended_at,
         published_at, changed_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        &[
            (*id).into(),
            (*unit).into(),
            kind.code().into(),
            title.into(),
            title_dz.into(),
            body.into(),
            body_dz.into(),
            services.join(" ").into(),
            from.into(),
            (*to).into(),
            (*ended_at).into(),
            published_at.into(),
            changed_at.into(),
            (*version).into(),
        ],
    )?;
    note(tx, news, actor, "published", *published_at)
}

/// Writes what was changed of a notice. False when somebody else saved first.
pub fn change(
    tx: &mut Transaction,
    news: &News,
    before: i64,
    actor: Actor,
    now: Timestamp,
) -> Result<bool, Error> {
    let News { id, unit, kind, title, title_dz, body, body_dz, services, from, to, .. } = news;
    let rows = tx.execute(
        "UPDATE news SET unit_id = $3, kind = $4, title = $5, title_dz = $6, body = $7, body_dz = $8, services = $9,
         from_at = $10, to_at = $11, changed_at = $12, version = version + 1 WHERE id = $1 AND version = $2",
        &[
            (*id).into(),
            before.into(),
            (*unit).into(),
            kind.code().into(),
            title.into(),
            title_dz.into(),
            body.into(),
            body_dz.into(),
            services.join(" ").into(),
            from.into(),
            (*to).into(),
            now.into(),
        ],
    )?;
    if rows == 1 {
        note(tx, news, actor, "changed", now)?;
    }
    Ok(rows == 1)
}

/// Says that it is over; what is over stays so.
pub fn end(tx: &mut Transaction, news: &News, actor: Actor, now: Timestamp) -> Result<(), Error> {
    let rows = tx.execute(
        "UPDATE news SET ended_at = $2, changed_at = $2, version = version + 1 WHERE id = $1 AND ended_at IS NULL",
        &[news.id.into(), now.into()],
    )?;
    if rows == 1 { note(tx, news, actor, "ended", now) } else { Ok(()) }
}

fn note(
    tx: &mut Transaction,
    news: &News,
    actor: Actor,
    activity: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let News { kind, title, title_dz, body, body_dz, services, from, to, unit, .. } = news;
    let detail = json!({
        "unit": unit, "kind": kind.code(), "title": title, "title_dz": title_dz, "body": body, "body_dz": body_dz,
        "services": services, "from": from, "to": to,
    });
    events::note(tx, "news", news.id.uuid(), actor, activity, detail, now)
}
