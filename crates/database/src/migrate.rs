use std::collections::BTreeMap;

use crate::{Database, Error, Kind, Reader, Transaction};

/// One step of the schema. Versions ascend; a step that was released is never edited.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    pub version: i64,
    pub name: &'static str,
    /// Statements for both databases, run first.
    pub sql: &'static str,
    /// Statements run after `sql` on SQLite only; may be empty.
    pub sqlite: &'static str,
    /// Statements run after `sql` on PostgreSQL only; may be empty.
    pub postgres: &'static str,
    /// It only adds what an older program does without: tables, indexes, columns with a default. Then older programs
    /// start and go on beside it, and so can be replaced one by one.
    pub adds_only: bool,
}

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    version BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    adds_only BIGINT NOT NULL
)";

impl Migration {
    fn own(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Sqlite => self.sqlite,
            Kind::Postgres => self.postgres,
        }
    }

    /// FNV-1a: it guards against a careless edit, not against malice.
    fn checksum(&self, kind: Kind) -> String {
        let bytes = self.sql.bytes().chain([0]).chain(self.own(kind).bytes()).filter(|byte| *byte != b'\r');
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        format!("{hash:016x}")
    }
}

pub(crate) fn run(database: &Database, migrations: &[Migration]) -> Result<(), Error> {
    let mut last = 0;
    for migration in migrations {
        if migration.version <= last {
            let message = format!("version {} must be greater than {last}", migration.version);
            return Err(Error::Migration(message));
        }
        last = migration.version;
    }
    let known = migrations.to_vec();
    let done = database.write_blocking(move |transaction| {
        // Another program may hold the lock for as long as its migrations take.
        transaction.lift_limit()?;
        transaction.lock("schema_migrations")?;
        transaction.batch(TABLE)?;
        check(transaction, &known)
    })?;
    for migration in migrations {
        if !done.contains_key(&migration.version) {
            let migration = *migration;
            let known = migrations.to_vec();
            database.write_blocking(move |transaction| step(transaction, &migration, &known))?;
        }
    }
    Ok(())
}

/// Compares what the database ran with what the program knows, and returns the former.
fn check(reader: &mut Reader, known: &[Migration]) -> Result<BTreeMap<i64, String>, Error> {
    let kind = reader.kind();
    let recorded = "SELECT version, name, checksum, adds_only FROM schema_migrations ORDER BY version";
    let rows = reader.rows(recorded, &[], |row| {
        let (name, checksum) = (row.get::<String>("name")?, row.get::<String>("checksum")?);
        Ok((row.get::<i64>("version")?, name, checksum, row.get::<bool>("adds_only")?))
    })?;
    let newest = known.last().map_or(0, |migration| migration.version);
    // A newer program made them; this one goes on beside it while they only add.
    let too_new = rows.iter().find(|(version, .., adds_only)| *version > newest && !adds_only);
    if let Some((version, ..)) = too_new {
        return Err(Error::NewerSchema { database: *version, program: newest });
    }
    let mut done = BTreeMap::new();
    for (version, name, checksum, _) in rows.into_iter().filter(|(version, ..)| *version <= newest) {
        let Some(migration) = known.iter().find(|migration| migration.version == version) else {
            let message = format!("the database ran {version} ({name}), which this program does not know");
            return Err(Error::Migration(message));
        };
        let program = migration.checksum(kind);
        if program != checksum {
            let name = migration.name.to_owned();
            return Err(Error::Checksum { version, name, database: checksum, program });
        }
        done.insert(version, checksum);
    }
    if let Some((newest, _)) = done.last_key_value() {
        let skipped = known.iter().find(|one| one.version < *newest && !done.contains_key(&one.version));
        if let Some(skipped) = skipped {
            let message =
                format!("{} ({}) comes before {newest}, which ran already", skipped.version, skipped.name);
            return Err(Error::Migration(message));
        }
    }
    Ok(done)
}

pub(crate) fn missing(reader: &mut Reader, known: &[Migration]) -> Result<usize, Error> {
    let done = check(reader, known)?;
    Ok(known.iter().filter(|migration| !done.contains_key(&migration.version)).count())
}

fn step(transaction: &mut Transaction, migration: &Migration, known: &[Migration]) -> Result<(), Error> {
    transaction.lift_limit()?;
    transaction.lock("schema_migrations")?;
    // Another process may have been faster.
    if check(transaction, known)?.contains_key(&migration.version) {
        return Ok(());
    }
    let kind = transaction.kind();
    for sql in [migration.sql, migration.own(kind)] {
        if !sql.trim().is_empty() {
            transaction.batch(sql).map_err(|error| {
                Error::Migration(format!("{} ({}) failed: {error}", migration.version, migration.name))
            })?;
        }
    }
    transaction.execute(
        "INSERT INTO schema_migrations (version, name, checksum, adds_only) VALUES ($1, $2, $3, $4)",
        &[
            migration.version.into(),
            migration.name.into(),
            migration.checksum(kind).into(),
            migration.adds_only.into(),
        ],
    )?;
    Ok(())
}
