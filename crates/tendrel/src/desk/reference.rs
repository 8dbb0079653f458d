//! What every desk starts from: priorities, reasons, causes and the services of `reference/`.

use anyhow::Context;
use database::Transaction;
use jiff::Timestamp;
use serde::Deserialize;

use crate::desk::service::{Definition, Level};
use crate::id::ServiceId;

#[derive(Debug, Deserialize)]
struct Priorities {
    impact: Vec<GradeRow>,
    urgency: Vec<GradeRow>,
    priority: Vec<PriorityRow>,
    matrix: Vec<MatrixRow>,
    hold_reason: Vec<HoldReasonRow>,
    cause: Vec<NamedRow>,
    look_reason: Vec<NamedRow>,
}
#[derive(Debug, Deserialize)]
struct GradeRow {
    value: i64,
    name: String,
    question: String,
}
#[derive(Debug, Deserialize)]
struct PriorityRow {
    value: i64,
    name: String,
}
#[derive(Debug, Deserialize)]
struct MatrixRow {
    code: String,
    rows: Vec<MatrixPlace>,
}
#[derive(Debug, Deserialize)]
struct MatrixPlace {
    impact: i64,
    urgency: i64,
    priority: i64,
}
#[derive(Debug, Deserialize)]
struct HoldReasonRow {
    code: String,
    name: String,
    waits_for: String,
    comment_required: bool,
    pauses: bool,
}
#[derive(Debug, Deserialize)]
struct NamedRow {
    code: String,
    name: String,
}

/// The services that are shipped; each file is one.
pub const SERVICES: &[&str] = &[
    include_str!("../../reference/services/account.toml"),
    include_str!("../../reference/services/asset-transfer.toml"),
    include_str!("../../reference/services/backup-restore.toml"),
    include_str!("../../reference/services/buy-equipment.toml"),
    include_str!("../../reference/services/clearance.toml"),
    include_str!("../../reference/services/computer-repair.toml"),
    include_str!("../../reference/services/data-recovery.toml"),
    include_str!("../../reference/services/egif-review.toml"),
    include_str!("../../reference/services/email-group.toml"),
    include_str!("../../reference/services/event-support.toml"),
    include_str!("../../reference/services/g2c-help.toml"),
    include_str!("../../reference/services/internet-lan.toml"),
    include_str!("../../reference/services/network-map.toml"),
    include_str!("../../reference/services/network-point.toml"),
    include_str!("../../reference/services/new-system.toml"),
    include_str!("../../reference/services/plan-budget.toml"),
    include_str!("../../reference/services/security-incident.toml"),
    include_str!("../../reference/services/sign-in.toml"),
    include_str!("../../reference/services/software-licence.toml"),
    include_str!("../../reference/services/software-update.toml"),
    include_str!("../../reference/services/something-else.toml"),
    include_str!("../../reference/services/specification.toml"),
    include_str!("../../reference/services/system-down.toml"),
    include_str!("../../reference/services/tat-improvement.toml"),
    include_str!("../../reference/services/training.toml"),
    include_str!("../../reference/services/website-content.toml"),
    include_str!("../../reference/services/website-new.toml"),
];

/// Writes everything into an empty desk.
pub fn install(tx: &mut Transaction, now: Timestamp) -> anyhow::Result<()> {
    let file: Priorities = toml::from_str(include_str!("../../reference/priorities.toml"))?;
    for (table, grades) in [("impacts", &file.impact), ("urgencies", &file.urgency)] {
        let sql = format!("INSERT INTO {table} (level, name, question) VALUES ($1, $2, $3)");
        for GradeRow { value, name, question } in grades {
            tx.execute(&sql, &[(*value).into(), name.into(), question.into()])?;
        }
    }
    for PriorityRow { value, name } in &file.priority {
        tx.execute("INSERT INTO priorities (level, name) VALUES ($1, $2)", &[(*value).into(), name.into()])?;
    }
    for MatrixRow { code, rows } in &file.matrix {
        for MatrixPlace { impact, urgency, priority } in rows {
            tx.execute(
                "INSERT INTO priority_matrix (matrix_code, impact, urgency, priority) VALUES ($1, $2, $3, $4)",
                &[code.into(), (*impact).into(), (*urgency).into(), (*priority).into()],
            )?;
        }
    }
    for (sort, reason) in (0_i64..).zip(&file.hold_reason) {
        let HoldReasonRow { code, name, waits_for, comment_required, pauses } = reason;
        tx.execute(
            "INSERT INTO hold_reasons (code, name, waits_for, comment_required, pauses, sort)
             VALUES ($1, $2, $3, $4, $5, $6)",
            &[
                code.into(),
                name.into(),
                waits_for.into(),
                (*comment_required).into(),
                (*pauses).into(),
                sort.into(),
            ],
        )?;
    }
    for (table, rows) in [("causes", &file.cause), ("look_reasons", &file.look_reason)] {
        let sql = format!("INSERT INTO {table} (code, name, sort) VALUES ($1, $2, $3)");
        for (sort, NamedRow { code, name }) in (0_i64..).zip(rows) {
            tx.execute(&sql, &[code.into(), name.into(), sort.into()])?;
        }
    }
    for text in SERVICES {
        let definition: Definition = toml::from_str(text)
            .with_context(|| format!("the service {}", text.lines().next().unwrap_or_default()))?;
        insert_service(tx, &definition, "reference", now)?;
    }
    Ok(())
}

/// Writes a service that is new, with its first version and its service levels.
pub fn insert_service(
    tx: &mut Transaction,
    definition: &Definition,
    by: &str,
    now: Timestamp,
) -> anyhow::Result<ServiceId> {
    let id = ServiceId::new(now);
    tx.execute(
        "INSERT INTO services (id, code, version) VALUES ($1, $2, 1)",
        &[id.into(), (&definition.code).into()],
    )?;
    tx.execute(
        "INSERT INTO service_versions (service_id, version, valid_from, changed_by, definition)
         VALUES ($1, 1, $2, $3, $4)",
        &[id.into(), now.into(), by.into(), serde_json::to_string(definition)?.into()],
    )?;
    for level in &definition.levels {
        insert_level(tx, id, level, definition.sample, "0001-01-01")?;
    }
    Ok(id)
}

/// Writes a service level that holds from a day on (ISO); the one before must have been ended.
pub fn insert_level(
    tx: &mut Transaction,
    service: ServiceId,
    level: &Level,
    sample: bool,
    valid_from: &str,
) -> Result<(), database::Error> {
    tx.execute(
        "INSERT INTO service_levels (service_id, priority, response_amount, response_measure, resolution_amount,
            resolution_measure, calendar_code, sample, valid_from)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            service.into(),
            level.priority.into(),
            level.response.amount.into(),
            level.response.unit.code().into(),
            level.resolution.amount.into(),
            level.resolution.unit.code().into(),
            (&level.calendar).into(),
            sample.into(),
            valid_from.into(),
        ],
    )?;
    Ok(())
}
