//! The tables of PostgreSQL as files: one line of JSON for each row, packed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use database::{Error, Kind, Reader, Transaction, Value};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value as Json;

use crate::backup::copy::private;
use crate::files::{hex, unhex};

/// What the schema's own book-keeping is called; a restored database has its own.
const MIGRATIONS: &str = "schema_migrations";

/// The tables of the database in the order in which they were made: none refers to a later one.
pub(super) fn names(r: &mut Reader) -> Result<Vec<String>, Error> {
    let sql = match r.kind() {
        Kind::Sqlite => {
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'
             AND name NOT LIKE 'search_index%' ORDER BY rowid"
        }
        Kind::Postgres => {
            "SELECT CAST(c.relname AS TEXT) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind = 'r' AND n.nspname = current_schema() ORDER BY c.oid"
        }
    };
    r.rows(sql, &[], |row| row.get("name"))
}

/// How many rows each table has.
pub(super) fn counts(r: &mut Reader) -> Result<BTreeMap<String, i64>, Error> {
    let mut counts = BTreeMap::new();
    for name in names(r)? {
        let mut rows = 0_i64;
        r.each(&format!("SELECT COUNT(*) AS n FROM {name}"), &[], |row| {
            rows = row.get("n")?;
            Ok(())
        })?;
        counts.insert(name, rows);
    }
    Ok(counts)
}

/// Name and type of each column.
fn columns(r: &mut Reader, table: &str) -> Result<Vec<(String, String)>, Error> {
    r.rows(
        "SELECT CAST(a.attname AS TEXT) AS name, format_type(a.atttypid, NULL) AS type
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relname = $1 AND n.nspname = current_schema() AND a.attnum > 0 AND NOT a.attisdropped
         ORDER BY a.attnum",
        &[table.into()],
        |row| Ok((row.get("name")?, row.get("type")?)),
    )
}

/// Writes every table to `folder`, all as they were at one moment.
pub(super) fn export(r: &mut Reader, folder: &Path) -> Result<(), Error> {
    for table in names(r)? {
        if table == MIGRATIONS {
            continue;
        }
        let columns = columns(r, &table)?;
        let file = private(&folder.join(format!("{table}.jsonl.gz"))).map_err(|error| failed(&error))?;
        let mut packed = GzEncoder::new(BufWriter::new(file), Compression::fast());
        let head = Json::from(columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>());
        writeln!(packed, "{head}").map_err(|error| failed(&error))?;
        let wanted: Vec<String> = columns
            .iter()
            .map(
                |(name, kind)| {
                    if kind == "tsvector" { format!("CAST({name} AS TEXT)") } else { name.clone() }
                },
            )
            .collect();
        r.each(&format!("SELECT {} FROM {table}", wanted.join(", ")), &[], |row| {
            let cells = (0..row.width()).map(|index| row.at::<Value<'static>>(index).map(told));
            let line = Json::Array(cells.collect::<Result<_, _>>()?);
            writeln!(packed, "{line}").map_err(|error| failed(&error))
        })?;
        let file =
            packed.finish().and_then(|file| file.into_inner().map_err(std::io::IntoInnerError::into_error));
        file.and_then(|file| file.sync_all()).map_err(|error| failed(&error))?;
    }
    Ok(())
}

/// Fills the tables of an empty database from the files of `export`.
pub(super) fn import(tx: &mut Transaction, folder: &Path) -> Result<(), Error> {
    for table in names(tx)? {
        let path = folder.join(format!("{table}.jsonl.gz"));
        if table == MIGRATIONS || !path.exists() {
            continue;
        }
        let file = File::open(&path).map_err(|error| failed(&error))?;
        let mut lines = BufReader::new(GzDecoder::new(BufReader::new(file))).lines();
        let head = lines.next().transpose().map_err(|error| failed(&error))?.unwrap_or_default();
        let columns: Vec<String> = serde_json::from_str(&head).map_err(|error| damaged(&table, &error))?;
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let mut fault = None;
        let rows = lines.map_while(|line| {
            let row = line.map_err(|error| failed(&error)).and_then(|line| {
                let cells: Vec<Json> =
                    serde_json::from_str(&line).map_err(|error| damaged(&table, &error))?;
                cells.into_iter().map(|cell| heard(&table, cell)).collect::<Result<Vec<_>, Error>>()
            });
            row.map_err(|error| fault = Some(error)).ok()
        });
        tx.load(&table, &columns, rows)?;
        if let Some(fault) = fault {
            return Err(fault);
        }
    }
    // The next number of what the database numbers by itself.
    let next = "SELECT setval(pg_get_serial_sequence('search_documents', 'id'),
                              (SELECT COALESCE(MAX(id), 0) + 1 FROM search_documents), false) AS next";
    tx.one(next, &[], |row| row.get::<i64>("next")).map(drop)
}

fn told(value: Value<'_>) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Int(number) => number.into(),
        Value::Real(number) => number.into(),
        Value::Text(text) => text.into_owned().into(),
        Value::Blob(bytes) => serde_json::json!({ "x": hex(&bytes) }),
    }
}

fn heard(table: &str, cell: Json) -> Result<Value<'static>, Error> {
    match cell {
        Json::Null => Ok(Value::Null),
        Json::String(text) => Ok(text.into()),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Ok(whole.into()),
            (None, Some(real)) => Ok(real.into()),
            (None, None) => Err(damaged(table, &"a number is too great")),
        },
        Json::Object(bytes) => {
            let bytes = bytes.get("x").and_then(Json::as_str).and_then(unhex);
            bytes.map(Value::from).ok_or_else(|| damaged(table, &"bytes cannot be read"))
        }
        Json::Bool(_) | Json::Array(_) => Err(damaged(table, &"a value is of no kind that is stored")),
    }
}

fn damaged(table: &str, error: &dyn std::fmt::Display) -> Error {
    Error::Unavailable(format!("the table {table} of the backup is damaged: {error}"))
}

fn failed(error: &std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::StorageFull {
        Error::Full
    } else {
        Error::Unavailable(error.to_string())
    }
}
