use std::ops::{Deref, DerefMut};

use crate::{Error, Kind, Reader, Value};

/// Changes the database: all of the closure's changes are kept, or none. Reads as a `Reader` does.
///
/// On SQLite one transaction runs after the other. On PostgreSQL they run beside each other at READ
/// COMMITTED: decide by conditional update and the number of rows changed, or take a `lock` first.
pub struct Transaction {
    reader: Reader,
}

impl Transaction {
    pub(crate) fn new(reader: Reader) -> Transaction {
        Transaction { reader }
    }

    /// Runs one statement and returns the number of rows changed.
    ///
    /// # Errors
    /// `Error::Unique`, `ForeignKey`, `Check` when the change is against a rule of the table;
    /// after any error the transaction is spoiled.
    pub fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, Error> {
        self.reader.run_execute(sql, params)
    }

    /// Runs one statement for each set of parameters and returns the number of rows changed. Has no time limit.
    ///
    /// # Errors
    /// As `execute`.
    pub fn execute_many<'a>(
        &mut self,
        sql: &str,
        rows: impl IntoIterator<Item = Vec<Value<'a>>>,
    ) -> Result<u64, Error> {
        self.reader.run_many(sql, &mut rows.into_iter())
    }

    /// Inserts many rows, a hundred with each statement, and returns the number of rows changed. Each
    /// row holds a value for each of `columns`; `tail` comes after the rows, such as ON CONFLICT.
    ///
    /// # Errors
    /// As `execute`.
    pub fn insert_many<'a>(
        &mut self,
        table: &str,
        columns: &[&str],
        tail: &str,
        rows: impl IntoIterator<Item = Vec<Value<'a>>>,
    ) -> Result<u64, Error> {
        const ROWS: usize = 100;
        let (mut rows, mut changed, names) = (rows.into_iter(), 0, columns.join(", "));
        loop {
            let part: Vec<Vec<Value<'a>>> = rows.by_ref().take(ROWS).collect();
            if part.is_empty() {
                return Ok(changed);
            }
            let width = columns.len();
            let places = |row: usize| {
                let places: Vec<String> =
                    (1..=width).map(|place| format!("${}", row * width + place)).collect();
                format!("({})", places.join(", "))
            };
            let places: Vec<String> = (0..part.len()).map(places).collect();
            let values: Vec<Value<'a>> = part.into_iter().flatten().collect();
            changed += self.execute(
                &format!("INSERT INTO {table} ({names}) VALUES {} {tail}", places.join(", ")),
                &values,
            )?;
        }
    }

    /// Puts many rows into a table and returns their number: the fastest way, for imports. Has no time limit.
    /// Each row holds a value for each of `columns`. `table` and `columns` are put into the statement as they are.
    ///
    /// # Errors
    /// As `execute`.
    pub fn load<'a>(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: impl IntoIterator<Item = Vec<Value<'a>>>,
    ) -> Result<u64, Error> {
        self.reader.run_load(table, columns, &mut rows.into_iter())
    }

    /// Runs several statements without parameters, separated by semicolons. Has no time limit.
    ///
    /// # Errors
    /// As `execute`.
    pub fn batch(&mut self, sql: &str) -> Result<(), Error> {
        self.reader.run_batch(sql)
    }

    /// Waits until no other transaction holds the lock of this name, and holds it until the end.
    /// On SQLite there is only one writer, so there is nothing to wait for.
    ///
    /// # Errors
    /// `Error::Timeout` when another holds it too long, `Error::Conflict` when two wait for each other.
    pub fn lock(&mut self, name: &str) -> Result<(), Error> {
        if self.kind() == Kind::Sqlite {
            return Ok(());
        }
        let hash = "SELECT CAST(pg_advisory_xact_lock(hashtextextended($1, 0)) AS TEXT) AS held";
        self.one(hash, &[name.into()], |_| Ok(()))
    }

    /// Runs `f` so that its failure can be survived: if it returns an error, what it changed is undone
    /// and the transaction goes on.
    ///
    /// # Errors
    /// The error of `f`.
    pub fn attempt<T, E: From<Error>>(
        &mut self,
        f: impl FnOnce(&mut Transaction) -> Result<T, E>,
    ) -> Result<T, E> {
        self.reader.plain("SAVEPOINT attempt")?;
        match f(self) {
            Ok(value) => {
                self.reader.plain("RELEASE SAVEPOINT attempt")?;
                Ok(value)
            }
            Err(error) => {
                self.undo();
                Err(error)
            }
        }
    }

    fn undo(&mut self) {
        let spoil = self.reader.take_spoil();
        // After such a failure the whole transaction has to begin anew, so it stays spoiled.
        let is_fatal = matches!(spoil, Some(Error::Conflict(_) | Error::Unavailable(_)));
        let undone = !is_fatal
            && self.reader.plain("ROLLBACK TO SAVEPOINT attempt").is_ok()
            && self.reader.plain("RELEASE SAVEPOINT attempt").is_ok();
        if !undone {
            self.reader.spoil_with(spoil);
        }
    }
}

impl Deref for Transaction {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Reader {
        &mut self.reader
    }
}
