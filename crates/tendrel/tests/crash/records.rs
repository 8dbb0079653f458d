//! The records, looked at from outside the program: nothing of a request may be there without the rest of it.

use database::{Database, Options};

/// Each line counts what must not be.
const TORN: &[(&str, &str)] = &[
    (
        "requests without their first event, or with a gap after it",
        "SELECT COUNT(*) AS n FROM requests r WHERE r.version <> (SELECT COUNT(*) FROM events e WHERE e.subject_id = r.id)
         OR NOT EXISTS (SELECT 1 FROM events e WHERE e.subject_id = r.id AND e.number = 1 AND e.activity = 'received')",
    ),
    (
        "events of requests that are not there",
        "SELECT COUNT(*) AS n FROM events e WHERE e.subject = 'request'
         AND NOT EXISTS (SELECT 1 FROM requests r WHERE r.id = e.subject_id)",
    ),
    (
        "requests that no search finds",
        "SELECT COUNT(*) AS n FROM requests r
         WHERE NOT EXISTS (SELECT 1 FROM search_documents d WHERE d.subject_id = r.id)",
    ),
    (
        "requests whose clocks nobody will look at",
        "SELECT COUNT(*) AS n FROM requests WHERE is_open = 1 AND next_clock_at IS NULL",
    ),
    (
        "kept numbers of a unit that are not what is counted",
        "SELECT COUNT(*) AS n FROM (
             SELECT u.organisation_id AS unit, COALESCE((SELECT value FROM counters c
                 WHERE c.owner_id = u.organisation_id AND c.name = 'open'), 0) AS open,
                 COALESCE((SELECT value FROM counters c
                 WHERE c.owner_id = u.organisation_id AND c.name = 'unassigned'), 0) AS unassigned
             FROM units u) kept
         WHERE open <> (SELECT COUNT(*) FROM requests r WHERE r.unit_id = unit AND r.is_open = 1)
         OR unassigned <> (SELECT COUNT(*) FROM requests r
             WHERE r.unit_id = unit AND r.is_open = 1 AND r.assignee_id IS NULL)",
    ),
    (
        "numbers that were given twice or left out",
        "SELECT COUNT(*) AS n FROM number_counters WHERE last <> (SELECT COUNT(DISTINCT number) FROM requests)",
    ),
    (
        "keys of requests that are not there",
        "SELECT COUNT(*) AS n FROM idempotency_keys k
         WHERE NOT EXISTS (SELECT 1 FROM requests r WHERE r.id = k.subject_id)",
    ),
    (
        "requests that came in twice",
        "SELECT COUNT(*) - COUNT(DISTINCT subject) AS n FROM requests",
    ),
];

/// Fails if anything is torn; returns how many requests there are.
pub(crate) fn must_be_whole(url: &str) -> i64 {
    let options = Options { readers: 1, writers: 1, ..Options::default() };
    let database = Database::open(url, &options).unwrap();
    let count = |sql: &'static str| -> i64 {
        let read = database.read_blocking(move |r| r.one(sql, &[], |row| row.get::<i64>("n")));
        read.unwrap_or_else(|error: database::Error| panic!("{error}"))
    };
    for (what, sql) in TORN {
        assert_eq!(count(sql), 0, "{what}");
    }
    let requests = count("SELECT COUNT(*) AS n FROM requests");
    database.close();
    requests
}
