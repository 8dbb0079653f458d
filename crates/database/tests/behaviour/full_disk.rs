use database::{Database, Error};

use crate::{batch, count};

fn insert(database: &Database, bytes: usize) -> Result<u64, Error> {
    database.write_blocking(move |transaction| {
        transaction.execute("INSERT INTO items (fill) VALUES ($1)", &["x".repeat(bytes).into()])
    })
}

/// As on a disk without room: SQLite ends the whole transaction by itself.
#[test]
fn a_full_disk_is_told_and_survived() {
    let fresh = testkit::fresh_sqlite();
    batch(&fresh, "CREATE TABLE items (fill TEXT NOT NULL)");
    insert(&fresh, 10).unwrap();
    batch(&fresh, "PRAGMA max_page_count = 100");
    let mut kept = 1;
    let error = loop {
        match insert(&fresh, 10_000) {
            Ok(_) => kept += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(error, Error::Full);
    assert!(kept > 10);
    assert_eq!(count(&fresh, "items"), kept);
    assert_eq!(insert(&fresh, 10_000), Err(Error::Full));
    assert_eq!(count(&fresh, "items"), kept);
    batch(&fresh, "PRAGMA max_page_count = 100000");
    insert(&fresh, 10_000).unwrap();
    assert_eq!(count(&fresh, "items"), kept + 1);
}

/// Closures that share a transaction with the one that found no room are run again without it.
#[test]
fn a_full_disk_fails_only_who_needs_the_room() {
    let fresh = testkit::fresh_sqlite();
    batch(&fresh, "CREATE TABLE items (fill TEXT NOT NULL)");
    batch(&fresh, "PRAGMA max_page_count = 200");
    let threads: Vec<_> = (0..60)
        .map(|number| {
            let database = fresh.database.clone();
            std::thread::spawn(move || insert(&database, if number % 10 == 5 { 2_000_000 } else { 50 }))
        })
        .collect();
    for (number, thread) in threads.into_iter().enumerate() {
        let answer = thread.join().unwrap();
        let expected = if number % 10 == 5 { Err(Error::Full) } else { Ok(1) };
        assert_eq!(answer, expected, "closure {number}");
    }
    assert_eq!(count(&fresh, "items"), 54);
}

#[test]
fn an_attempt_does_not_hide_a_full_disk() {
    let fresh = testkit::fresh_sqlite();
    batch(&fresh, "CREATE TABLE items (fill TEXT NOT NULL)");
    batch(&fresh, "PRAGMA max_page_count = 100");
    let done = fresh.write_blocking::<_, Error, _>(|transaction| {
        transaction.execute("INSERT INTO items (fill) VALUES ('first')", &[])?;
        let tried = transaction.attempt(|transaction| {
            transaction.execute("INSERT INTO items (fill) VALUES ($1)", &["x".repeat(1_000_000).into()])
        });
        assert_eq!(tried, Err(Error::Full));
        Ok(())
    });
    // Either the first row stands and Ok was told, or neither.
    assert_eq!(count(&fresh, "items"), i64::from(done.is_ok()), "{done:?}");
    insert(&fresh, 10).unwrap();
}
