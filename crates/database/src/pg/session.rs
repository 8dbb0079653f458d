use std::collections::HashMap;
use std::io::Write;

use postgres::fallible_iterator::FallibleIterator;
use postgres::{Client, Statement};

use super::values::{Parameter, advice, copy_line, is_known_column, is_known_parameter};
use super::{is_stale, translate};
use crate::error::sql as sql_error;
use crate::row::Source;
use crate::{Error, Row, Value};

/// More statements than this on one connection are not kept prepared. A program has a few hundred.
const STATEMENTS: usize = 1_000;

/// One connection and its prepared statements.
pub(crate) struct Session {
    client: Client,
    statements: HashMap<String, Statement>,
    is_unlimited: bool,
}

impl Session {
    pub(super) fn new(client: Client) -> Session {
        Session { client, statements: HashMap::new(), is_unlimited: false }
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.client.is_closed()
    }

    /// Begins or ends a transaction or savepoint.
    pub(crate) fn plain(&mut self, sql: &str) -> Result<(), Error> {
        // Both the end of a transaction and a step back to a savepoint restore the limit.
        self.is_unlimited = false;
        self.client.batch_execute(sql).map_err(|error| translate(&error, sql))
    }

    pub(crate) fn visit(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        see: &mut dyn FnMut(&Row<'_>) -> bool,
    ) -> Result<(), Error> {
        let statement = self.prepared(sql)?;
        let params = fitting(&statement, sql, params)?;
        let given: Vec<&(dyn postgres::types::ToSql + Sync)> =
            params.iter().map(|param| param as &(dyn postgres::types::ToSql + Sync)).collect();
        let asked = self.client.query(&statement, &given);
        for row in self.checked(asked, sql)? {
            if !see(&Row { source: Source::Postgres(&row), statement: sql }) {
                break;
            }
        }
        Ok(())
    }

    /// As `visit`, but holds one row at a time and takes as long as it takes.
    pub(crate) fn stream(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        see: &mut dyn FnMut(&Row<'_>) -> bool,
    ) -> Result<(), Error> {
        self.lift_limit()?;
        let statement = self.prepared(sql)?;
        let params = fitting(&statement, sql, params)?;
        let walked = walk(&mut self.client, &statement, &params, sql, see);
        self.checked(walked, sql)
    }

    pub(crate) fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, Error> {
        let statement = self.prepared(sql)?;
        self.execute_prepared(&statement, sql, params)
    }

    pub(crate) fn execute_many<'a>(
        &mut self,
        sql: &str,
        rows: &mut dyn Iterator<Item = Vec<Value<'a>>>,
    ) -> Result<u64, Error> {
        self.lift_limit()?;
        let statement = self.prepared(sql)?;
        let mut changed = 0;
        for params in rows {
            changed += self.execute_prepared(&statement, sql, &params)?;
        }
        Ok(changed)
    }

    fn execute_prepared(
        &mut self,
        statement: &Statement,
        sql: &str,
        params: &[Value<'_>],
    ) -> Result<u64, Error> {
        let params = fitting(statement, sql, params)?;
        let given: Vec<&(dyn postgres::types::ToSql + Sync)> =
            params.iter().map(|param| param as &(dyn postgres::types::ToSql + Sync)).collect();
        let done = self.client.execute(statement, &given);
        self.checked(done, sql)
    }

    /// Copies rows into a table, which is many times faster than to insert them one by one.
    pub(crate) fn load<'a>(
        &mut self,
        sql: &str,
        width: usize,
        rows: &mut dyn Iterator<Item = Vec<Value<'a>>>,
    ) -> Result<u64, Error> {
        self.lift_limit()?;
        let mut writer = self.client.copy_in(sql).map_err(|error| translate(&error, sql))?;
        let mut line = Vec::new();
        for row in rows {
            line.clear();
            copy_line(&row, width, sql, &mut line)?;
            writer.write_all(&line).map_err(|error| lost(&error, sql))?;
        }
        writer.finish().map_err(|error| translate(&error, sql))
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        self.lift_limit()?;
        self.client.batch_execute(sql).map_err(|error| translate(&error, sql))
    }

    /// Checks names and types. Within a savepoint, for a misspelt statement must not spoil the transaction.
    pub(crate) fn prepare_only(&mut self, sql: &str) -> Result<(), Error> {
        self.plain("SAVEPOINT preparing")?;
        let prepared = self.client.prepare(sql).map_err(|error| translate(&error, sql));
        self.plain("ROLLBACK TO SAVEPOINT preparing; RELEASE SAVEPOINT preparing")?;
        let statement = prepared?;
        for (index, ty) in statement.params().iter().enumerate() {
            if !is_known_parameter(ty) {
                return Err(sql_error(sql, format!("parameter ${}: {}", index + 1, advice(ty))));
            }
        }
        for column in statement.columns() {
            if !is_known_column(column.type_()) {
                return Err(sql_error(sql, format!("column {}: {}", column.name(), advice(column.type_()))));
            }
        }
        Ok(())
    }

    pub(crate) fn explain(&mut self, sql: &str, params: &[Value<'_>]) -> Result<String, Error> {
        let question = format!("EXPLAIN {sql}");
        let mut plan = String::new();
        let mut fault = None;
        self.visit(&question, params, &mut |row| {
            match row.at::<String>(0) {
                Ok(line) => {
                    plan.push_str(&line);
                    plan.push('\n');
                }
                Err(error) => fault = Some(error),
            }
            true
        })?;
        fault.map_or(Ok(plan), Err)
    }

    /// Lifts the time limit of statements until the transaction ends.
    pub(crate) fn lift_limit(&mut self) -> Result<(), Error> {
        if !self.is_unlimited {
            let sql = "SET LOCAL statement_timeout = 0";
            self.client.batch_execute(sql).map_err(|error| translate(&error, sql))?;
            self.is_unlimited = true;
        }
        Ok(())
    }

    fn prepared(&mut self, sql: &str) -> Result<Statement, Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).map_err(|error| translate(&error, sql))?;
        if self.statements.len() >= STATEMENTS {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    fn checked<T>(&mut self, done: Result<T, postgres::Error>, sql: &str) -> Result<T, Error> {
        done.map_err(|error| {
            if is_stale(&error) {
                self.statements.clear();
                return Error::Conflict("the tables changed under a prepared statement".to_owned());
            }
            translate(&error, sql)
        })
    }
}

/// What the server told while rows were sent to it.
fn lost(error: &std::io::Error, sql: &str) -> Error {
    match error.get_ref().and_then(|cause| cause.downcast_ref::<postgres::Error>()) {
        Some(told) => translate(told, sql),
        None => Error::Unavailable(error.to_string()),
    }
}

fn walk(
    client: &mut Client,
    statement: &Statement,
    params: &[Parameter<'_>],
    sql: &str,
    see: &mut dyn FnMut(&Row<'_>) -> bool,
) -> Result<(), postgres::Error> {
    let mut rows = client.query_raw(statement, params)?;
    while let Some(row) = rows.next()? {
        if !see(&Row { source: Source::Postgres(&row), statement: sql }) {
            break;
        }
    }
    Ok(())
}

fn fitting<'a>(
    statement: &Statement,
    sql: &str,
    params: &'a [Value<'a>],
) -> Result<Vec<Parameter<'a>>, Error> {
    let takes = statement.params().len();
    if takes != params.len() {
        return Err(sql_error(sql, format!("takes {takes} parameters, {} were given", params.len())));
    }
    Ok(params.iter().enumerate().map(|(index, value)| Parameter { value, place: index + 1 }).collect())
}
