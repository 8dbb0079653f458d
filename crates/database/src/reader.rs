use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Error, Kind, Row, Value, pg, sqlite};

/// Asks questions, within one stable snapshot of the database.
///
/// After a statement has failed, all further ones fail with `Error::Spoiled`, on both databases.
pub struct Reader {
    session: Session,
    counter: Arc<AtomicU64>,
    spoil: Option<Error>,
}

enum Session {
    Sqlite(sqlite::Session),
    Postgres(Box<pg::Session>),
}

impl Reader {
    pub(crate) fn sqlite(session: sqlite::Session, counter: Arc<AtomicU64>) -> Reader {
        Reader { session: Session::Sqlite(session), counter, spoil: None }
    }

    pub(crate) fn postgres(session: pg::Session, counter: Arc<AtomicU64>) -> Reader {
        Reader { session: Session::Postgres(Box::new(session)), counter, spoil: None }
    }

    /// Which database this is, for the few statements that differ.
    pub fn kind(&self) -> Kind {
        match self.session {
            Session::Sqlite(_) => Kind::Sqlite,
            Session::Postgres(_) => Kind::Postgres,
        }
    }

    /// All rows of the answer, each made into a value by `read`. Say LIMIT where there can be many.
    ///
    /// # Errors
    /// What the statement failed with, or the first error of `read`.
    pub fn rows<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        self.visit(sql, params, &mut |row| {
            all.push(read(row)?);
            Ok(true)
        })?;
        Ok(all)
    }

    /// The first row of the answer, if there is any.
    ///
    /// # Errors
    /// As `rows`.
    pub fn row<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        read: impl FnOnce(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let mut read = Some(read);
        let mut first = None;
        self.visit(sql, params, &mut |row| {
            if let Some(read) = read.take() {
                first = Some(read(row)?);
            }
            Ok(false)
        })?;
        Ok(first)
    }

    /// The only row of the answer.
    ///
    /// # Errors
    /// `Error::Missing` when there is none or more than one; else as `rows`.
    pub fn one<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        read: impl FnOnce(&Row<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut read = Some(read);
        let mut only = None;
        let mut several = false;
        self.visit(sql, params, &mut |row| {
            match read.take() {
                Some(read) => only = Some(read(row)?),
                None => several = true,
            }
            Ok(!several)
        })?;
        match only {
            Some(value) if !several => Ok(value),
            _ => Err(Error::Missing { statement: crate::error::short(sql) }),
        }
    }

    /// Shows the rows to `see` one after the other without holding them all, for exports. Has no time limit.
    ///
    /// # Errors
    /// As `rows`; an error of `see` ends it.
    pub fn each(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut see: impl FnMut(&Row<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.ready()?;
        let mut fault = None;
        let mut look = |row: &Row<'_>| match see(row) {
            Ok(()) => true,
            Err(error) => {
                fault = Some(error);
                false
            }
        };
        let asked = match &mut self.session {
            Session::Sqlite(session) => session.visit(sql, params, false, &mut look),
            Session::Postgres(session) => session.stream(sql, params, &mut look),
        };
        self.noted(asked)?;
        fault.map_or(Ok(()), Err)
    }

    /// Has the database check a statement without running it: names, types of parameters and columns.
    ///
    /// # Errors
    /// What is wrong with the statement.
    pub fn prepare_only(&mut self, sql: &str) -> Result<(), Error> {
        match &mut self.session {
            Session::Sqlite(session) => session.prepare_only(sql),
            Session::Postgres(session) => session.prepare_only(sql),
        }
    }

    /// How the database would go about this statement, as text for people.
    ///
    /// # Errors
    /// What is wrong with the statement.
    pub fn explain(&mut self, sql: &str, params: &[Value<'_>]) -> Result<String, Error> {
        let plan = match &mut self.session {
            Session::Sqlite(session) => session.explain(sql, params),
            Session::Postgres(session) => session.explain(sql, params),
        };
        self.noted(plan)
    }

    fn visit(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        see: &mut dyn FnMut(&Row<'_>) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        self.ready()?;
        let mut fault = None;
        let mut look = |row: &Row<'_>| match see(row) {
            Ok(more) => more,
            Err(error) => {
                fault = Some(error);
                false
            }
        };
        let asked = match &mut self.session {
            Session::Sqlite(session) => session.visit(sql, params, true, &mut look),
            Session::Postgres(session) => session.visit(sql, params, &mut look),
        };
        self.noted(asked)?;
        fault.map_or(Ok(()), Err)
    }

    /// Counts a statement, and refuses it if an earlier one failed.
    fn ready(&mut self) -> Result<(), Error> {
        if let Some(spoil) = &self.spoil {
            return Err(Error::Spoiled(spoil.to_string()));
        }
        self.counter.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn noted<T>(&mut self, done: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &done
            && self.spoil.is_none()
        {
            self.spoil = Some(error.clone());
        }
        done
    }

    /// Begins or ends a transaction or savepoint.
    pub(crate) fn plain(&mut self, sql: &str) -> Result<(), Error> {
        match &mut self.session {
            Session::Sqlite(session) => session.plain(sql),
            Session::Postgres(session) => session.plain(sql),
        }
    }

    /// The failure that spoiled the transaction, and forgets it.
    pub(crate) fn take_spoil(&mut self) -> Option<Error> {
        self.spoil.take()
    }

    pub(crate) fn spoil_with(&mut self, spoil: Option<Error>) {
        self.spoil =
            Some(spoil.unwrap_or_else(|| Error::Spoiled("a savepoint could not be undone".to_owned())));
    }

    pub(crate) fn sqlite_session(&mut self) -> Option<&mut sqlite::Session> {
        match &mut self.session {
            Session::Sqlite(session) => Some(session),
            Session::Postgres(_) => None,
        }
    }

    pub(crate) fn postgres_session(&mut self) -> Option<&mut pg::Session> {
        match &mut self.session {
            Session::Sqlite(_) => None,
            Session::Postgres(session) => Some(session),
        }
    }

    pub(crate) fn run_execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, Error> {
        self.ready()?;
        let done = match &mut self.session {
            Session::Sqlite(session) => session.execute(sql, params),
            Session::Postgres(session) => session.execute(sql, params),
        };
        self.noted(done)
    }

    pub(crate) fn run_many<'a>(
        &mut self,
        sql: &str,
        rows: &mut dyn Iterator<Item = Vec<Value<'a>>>,
    ) -> Result<u64, Error> {
        self.ready()?;
        let done = match &mut self.session {
            Session::Sqlite(session) => session.execute_many(sql, rows),
            Session::Postgres(session) => session.execute_many(sql, rows),
        };
        self.noted(done)
    }

    pub(crate) fn run_load<'a>(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: &mut dyn Iterator<Item = Vec<Value<'a>>>,
    ) -> Result<u64, Error> {
        self.ready()?;
        let names = columns.join(", ");
        let done = match &mut self.session {
            Session::Sqlite(session) => {
                let places: Vec<String> = (1..=columns.len()).map(|number| format!("${number}")).collect();
                let sql = format!("INSERT INTO {table} ({names}) VALUES ({})", places.join(", "));
                session.execute_many(&sql, rows)
            }
            Session::Postgres(session) => {
                session.load(&format!("COPY {table} ({names}) FROM STDIN"), columns.len(), rows)
            }
        };
        self.noted(done)
    }

    /// Lets the statements of this transaction take as long as they take.
    pub(crate) fn lift_limit(&mut self) -> Result<(), Error> {
        match &mut self.session {
            Session::Sqlite(_) => Ok(()),
            Session::Postgres(session) => session.lift_limit(),
        }
    }

    pub(crate) fn run_batch(&mut self, sql: &str) -> Result<(), Error> {
        self.ready()?;
        let done = match &mut self.session {
            Session::Sqlite(session) => session.batch(sql),
            Session::Postgres(session) => session.batch(sql),
        };
        self.noted(done)
    }
}
