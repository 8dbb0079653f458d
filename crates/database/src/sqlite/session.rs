use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Statement};

use super::translate;
use crate::error::{short, sql as sql_error};
use crate::row::Source;
use crate::{Error, Row, Value};

/// Virtual machine steps between two looks at the clock: a fraction of a millisecond.
const STEPS_PER_LOOK: i32 = 20_000;

/// One connection and what is remembered about it.
pub(crate) struct Session {
    pub(super) connection: Connection,
    opened: Instant,
    /// When the running statement must stop, in milliseconds after `opened`; 0 for never.
    deadline: Arc<AtomicU64>,
    limit: Duration,
}

impl Session {
    /// `limit` is the longest time that a statement may take.
    pub(super) fn new(mut connection: Connection, limit: Duration) -> Result<Session, rusqlite::Error> {
        let opened = Instant::now();
        let deadline = Arc::new(AtomicU64::new(0));
        let seen = Arc::clone(&deadline);
        let is_over = move || {
            let deadline = seen.load(Ordering::Relaxed);
            deadline != 0 && opened.elapsed().as_millis() as u64 >= deadline
        };
        connection.progress_handler(STEPS_PER_LOOK, Some(is_over))?;
        Ok(Session { connection, opened, deadline, limit })
    }

    fn start_clock(&self, limited: bool) {
        let deadline = if limited { (self.opened.elapsed() + self.limit).as_millis() as u64 } else { 0 };
        self.deadline.store(deadline, Ordering::Relaxed);
    }

    /// Runs a statement without parameters and rows, such as BEGIN.
    pub(crate) fn plain(&mut self, sql: &str) -> Result<(), Error> {
        self.start_clock(false);
        let mut statement = self.connection.prepare_cached(sql).map_err(|error| translate(&error, sql))?;
        let mut rows = statement.raw_query();
        while rows.next().map_err(|error| translate(&error, sql))?.is_some() {}
        Ok(())
    }

    /// Whether a transaction is open. SQLite ends it by itself when the disk is full.
    pub(crate) fn in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    /// Shows each row to `see`, until it returns false. `limited`: the time limit applies.
    pub(crate) fn visit(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        limited: bool,
        see: &mut dyn FnMut(&Row<'_>) -> bool,
    ) -> Result<(), Error> {
        self.start_clock(limited);
        let mut statement = self.connection.prepare_cached(sql).map_err(|error| translate(&error, sql))?;
        bind(&mut statement, sql, params)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(|error| translate(&error, sql))? {
            if !see(&Row { source: Source::Sqlite(row), statement: sql }) {
                break;
            }
        }
        Ok(())
    }

    /// The number of rows changed.
    pub(crate) fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, Error> {
        let before = self.connection.total_changes();
        self.visit(sql, params, true, &mut |_| true)?;
        // changes() still holds the number of the statement before if this one was no INSERT, UPDATE or DELETE.
        if self.connection.total_changes() == before { Ok(0) } else { Ok(self.connection.changes()) }
    }

    pub(crate) fn execute_many<'a>(
        &mut self,
        sql: &str,
        rows: &mut dyn Iterator<Item = Vec<Value<'a>>>,
    ) -> Result<u64, Error> {
        self.start_clock(false);
        let mut statement = self.connection.prepare_cached(sql).map_err(|error| translate(&error, sql))?;
        let mut changed = 0;
        for params in rows {
            bind(&mut statement, sql, &params)?;
            let before = self.connection.total_changes();
            let mut answer = statement.raw_query();
            while answer.next().map_err(|error| translate(&error, sql))?.is_some() {}
            drop(answer);
            if self.connection.total_changes() != before {
                changed += self.connection.changes();
            }
        }
        Ok(changed)
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        self.start_clock(false);
        self.connection.execute_batch(sql).map_err(|error| translate(&error, sql))
    }

    pub(crate) fn prepare_only(&mut self, sql: &str) -> Result<(), Error> {
        let statement = self.connection.prepare(sql).map_err(|error| translate(&error, sql))?;
        for index in 1..=statement.parameter_count() {
            parameter(&statement, index, sql)?;
        }
        Ok(())
    }

    /// The query plan, one step to a line, indented by depth.
    pub(crate) fn explain(&mut self, sql: &str, params: &[Value<'_>]) -> Result<String, Error> {
        let question = format!("EXPLAIN QUERY PLAN {sql}");
        let mut plan = String::new();
        let mut depths: Vec<(i64, usize)> = Vec::new();
        let mut fault = None;
        self.visit(&question, params, true, &mut |row| {
            let step = || -> Result<(i64, i64, String), Error> { Ok((row.at(0)?, row.at(1)?, row.at(3)?)) };
            match step() {
                Ok((id, parent, detail)) => {
                    let depth =
                        depths.iter().find(|(other, _)| *other == parent).map_or(0, |(_, depth)| depth + 1);
                    depths.push((id, depth));
                    plan.push_str(&"  ".repeat(depth));
                    plan.push_str(&detail);
                    plan.push('\n');
                }
                Err(error) => fault = Some(error),
            }
            true
        })?;
        fault.map_or(Ok(plan), Err)
    }
}

/// The place in `params`, counted from 0, of SQLite's parameter `index`. SQLite takes `$2` for a name and
/// numbers the names by their first appearance.
fn parameter(statement: &Statement<'_>, index: usize, sql: &str) -> Result<usize, Error> {
    let name = statement.parameter_name(index).unwrap_or("?");
    let number = name.strip_prefix('$').and_then(|digits| digits.parse::<usize>().ok());
    match number {
        Some(number) if number >= 1 => Ok(number - 1),
        _ => Err(sql_error(sql, format!("parameters are written $1, $2 …, not {name}"))),
    }
}

fn bind(statement: &mut Statement<'_>, sql: &str, params: &[Value<'_>]) -> Result<(), Error> {
    let mut highest = 0;
    for index in 1..=statement.parameter_count() {
        let place = parameter(statement, index, sql)?;
        highest = highest.max(place + 1);
        let Some(value) = params.get(place) else { continue };
        if let Some(fault) = value.fault() {
            let message = fault.to_owned();
            return Err(Error::Parameter { parameter: place + 1, statement: short(sql), message });
        }
        let bound = ToSqlOutput::Borrowed(match value {
            Value::Null => ValueRef::Null,
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Real(number) => ValueRef::Real(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        });
        statement.raw_bind_parameter(index, bound).map_err(|error| translate(&error, sql))?;
    }
    if highest != params.len() {
        return Err(sql_error(sql, format!("takes {highest} parameters, {} were given", params.len())));
    }
    Ok(())
}

pub(crate) fn cell<'a>(row: &'a rusqlite::Row<'_>, index: usize) -> Result<Value<'a>, String> {
    match row.get_ref(index) {
        Ok(ValueRef::Null) => Ok(Value::Null),
        Ok(ValueRef::Integer(number)) => Ok(Value::Int(number)),
        Ok(ValueRef::Real(number)) => Ok(Value::Real(number)),
        Ok(ValueRef::Text(bytes)) => match str::from_utf8(bytes) {
            Ok(text) => Ok(Value::Text(Cow::Borrowed(text))),
            Err(error) => Err(format!("the text is not UTF-8: {error}")),
        },
        Ok(ValueRef::Blob(bytes)) => Ok(Value::Blob(Cow::Borrowed(bytes))),
        Err(_) => Err("there is no such column".to_owned()),
    }
}
