use std::fmt;

/// What can go wrong when the database is asked. The texts are for operators and developers;
/// what a user is told is for the caller to decide.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A row with this key exists already. `constraint` names the columns alike on both databases,
    /// `people.email` or `people.office, people.number`; for an index over an expression, the index.
    #[error("a row with the same {constraint} exists already")]
    Unique { constraint: String },
    #[error("a row refers to another that does not exist, or is still referred to")]
    ForeignKey,
    /// A CHECK (its name) or a NOT NULL (`not null people.name`) was violated.
    #[error("the check {0} does not hold")]
    Check(String),
    /// `one` found no row, or more than one.
    #[error("exactly one row was expected from: {statement}")]
    Missing { statement: String },
    #[error("column {column} of {statement}: {message}")]
    Column { column: String, statement: String, message: String },
    /// A value that not both databases can store, such as a text with a NUL character.
    #[error("parameter ${parameter} of {statement}: {message}")]
    Parameter { parameter: usize, statement: String, message: String },
    /// Too much is waiting, or another process holds the lock. Try again later (503).
    #[error("the database is busy: {0}")]
    Busy(String),
    /// The database cannot be reached, or was lost on the way.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The connection was lost while the transaction was being committed, so that nobody knows
    /// whether it was. Look before doing it again.
    #[error("the connection was lost during commit; the change may or may not have been stored: {0}")]
    Unknown(String),
    #[error("the disk is full")]
    Full,
    /// The statement took longer than `Options::read_limit` or `write_limit`.
    #[error("took too long: {statement}")]
    Timeout { statement: String },
    /// Two transactions stood in each other's way, and that five times over.
    #[error("two transactions stood in each other's way: {0}")]
    Conflict(String),
    /// An earlier statement of the transaction failed, so nothing of it can be kept.
    /// To go on after a failure, put what may fail into `Transaction::attempt`.
    #[error("an earlier statement of this transaction failed: {0}")]
    Spoiled(String),
    #[error(
        "the database has schema version {database}, this program knows versions up to {program}: \
         start the newer program, or restore the backup made before it was installed"
    )]
    NewerSchema { database: i64, program: i64 },
    #[error(
        "migration {version} ({name}) is not the one that this database ran (checksum {program}, \
         recorded {database}): never edit a migration that was released, add another"
    )]
    Checksum { version: i64, name: String, database: String, program: String },
    #[error("migrations: {0}")]
    Migration(String),
    #[error("{message}, in: {statement}")]
    Sql { statement: String, message: String },
    /// The closure panicked; what it did was rolled back.
    #[error("a panic while asking the database: {0}")]
    Panicked(String),
    #[error("not supported: {0}")]
    Unsupported(String),
    #[error("the database has been closed")]
    Closed,
}

/// Shortens a statement for messages: one line, at most 300 characters.
pub(crate) fn short(sql: &str) -> String {
    let mut text = String::new();
    for word in sql.split_whitespace() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
        if text.len() > 300 {
            let end = text.floor_char_boundary(300);
            text.truncate(end);
            text.push('…');
            break;
        }
    }
    text
}

pub(crate) fn sql(statement: &str, message: impl fmt::Display) -> Error {
    Error::Sql { statement: short(statement), message: message.to_string() }
}
