//! Every statement in the sources is understood by the database, so that a misspelt column never reaches a user.

use database::{Error, Kind, Reader};
use tendrel::app::MIGRATIONS;

use crate::source::{File, program, strings};

const BEGINNINGS: [&str; 5] = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "];

/// What only one of the databases has: the tables and functions of its full text.
fn is_for(sql: &str, kind: Kind) -> bool {
    let sqlite = ["search_index", "INSERT OR REPLACE", "sqlite_", "pragma_"];
    let postgres = ["tsquery", "tsvector", "pg_", "SKIP LOCKED"];
    let other: &[&str] = match kind {
        Kind::Sqlite => &postgres,
        Kind::Postgres => &sqlite,
    };
    !other.iter().any(|word| sql.contains(word))
}

/// A whole statement that stands in the source as it is sent; those put together at run time are run by their tests.
fn is_whole(text: &str) -> bool {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let begins = BEGINNINGS.iter().any(|beginning| one_line.starts_with(beginning));
    let is_sentence = one_line.ends_with('.');
    // "SELECT …, FROM" that ends in the middle is a part of a longer one.
    let ends = [
        " FROM",
        " WHERE",
        " AND",
        ",",
        "(",
        " ON",
        " BY",
        " VALUES",
        " SELECT",
        " SET",
        " RETURNING",
        "SELECT",
    ];
    begins && !one_line.contains('{') && !is_sentence && !ends.iter().any(|end| one_line.ends_with(end))
}

#[test]
fn every_statement_in_the_sources_is_understood() {
    let fresh = testkit::fresh();
    fresh.migrate(MIGRATIONS).unwrap();
    let kind = fresh.kind();
    let mut statements = Vec::new();
    for File { path, text } in program(&["rs"]) {
        for sql in strings(&text).into_iter().filter(|text| is_whole(text) && is_for(text, kind)) {
            statements.push((path.clone(), sql));
        }
    }
    assert!(statements.len() > 50, "only {} statements were found", statements.len());
    let wrong = fresh
        .read_blocking::<_, Error, _>(move |r: &mut Reader| {
            let prepare = |(path, sql): &(String, String)| {
                r.prepare_only(sql).err().map(|error| format!("{path}: {error}\n{sql}"))
            };
            Ok(statements.iter().filter_map(prepare).collect::<Vec<String>>())
        })
        .unwrap();
    assert!(wrong.is_empty(), "{kind:?} does not understand {}:\n{}", wrong.len(), wrong.join("\n\n"));
}
