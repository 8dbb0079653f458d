use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use database::{Database, Error, Options};

use crate::{batch, count};

#[test]
fn a_backup_is_one_moment_of_a_busy_database() {
    let fresh = testkit::fresh_sqlite();
    batch(&fresh, "CREATE TABLE items (id BIGINT PRIMARY KEY, pair BIGINT NOT NULL, fill TEXT NOT NULL)");
    let stop = Arc::new(AtomicBool::new(false));
    let (database, stopped) = (fresh.database.clone(), Arc::clone(&stop));
    let writing = thread::spawn(move || {
        let mut written = 0_i64;
        while !stopped.load(Ordering::Relaxed) {
            let id = written * 2;
            database
                .write_blocking::<_, Error, _>(move |transaction| {
                    let insert = "INSERT INTO items (id, pair, fill) VALUES ($1, $2, $3)";
                    let fill = "x".repeat(3_000);
                    transaction.execute(insert, &[id.into(), (id + 1).into(), fill.as_str().into()])?;
                    transaction.execute(insert, &[(id + 1).into(), id.into(), fill.as_str().into()])
                })
                .unwrap();
            written += 1;
        }
        written
    });
    for number in 0..5 {
        thread::sleep(std::time::Duration::from_millis(100));
        let before = count(&fresh, "items");
        let path = fresh.folder().join(format!("copies/{number}.sqlite"));
        fresh.backup_to(&path).unwrap();
        let copy = Database::open(path.to_str().unwrap(), &Options::default()).unwrap();
        let copied = count(&copy, "items");
        assert!(copied >= before && copied % 2 == 0, "{copied} rows, before {before}");
        let sound = copy.read_blocking::<_, Error, _>(|reader| {
            reader.one("PRAGMA integrity_check", &[], |row| row.at::<String>(0))
        });
        assert_eq!(sound.unwrap(), "ok");
    }
    stop.store(true, Ordering::Relaxed);
    assert!(writing.join().unwrap() > 5);
}

#[test]
fn a_backup_overwrites_nothing_and_leaves_no_half() {
    let fresh = testkit::fresh_sqlite();
    let path = fresh.folder().join("copy.sqlite");
    std::fs::write(&path, "precious").unwrap();
    assert!(fresh.backup_to(&path).unwrap_err().to_string().contains("exists already"));
    assert_eq!(std::fs::read(&path).unwrap(), b"precious");
    std::fs::create_dir(fresh.folder().join("taken.partial")).unwrap();
    assert!(fresh.backup_to(&fresh.folder().join("taken")).is_err());
    assert!(!fresh.folder().join("taken").exists());
}

#[test]
fn postgres_names_its_own_tool() {
    let Some(fresh) = testkit::fresh_postgres() else { return };
    let told = fresh.backup_to(&fresh.folder().join("copy")).unwrap_err();
    assert!(matches!(&told, Error::Unsupported(message) if message.contains("pg_dump")), "{told:?}");
}
