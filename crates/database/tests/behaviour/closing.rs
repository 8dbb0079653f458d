use std::thread;
use std::time::Duration;

use database::{Database, Error, Kind, Options};

use crate::{batch, count, kinds};

#[test]
fn closing_finishes_what_waits() {
    for fresh in kinds() {
        batch(&fresh, "CREATE TABLE items (id BIGINT PRIMARY KEY)");
        let database = Database::open(&fresh.url, &Options { writers: 1, ..Options::default() }).unwrap();
        let threads: Vec<_> = (0..20_i64)
            .map(|id| {
                let database = database.clone();
                thread::spawn(move || {
                    database.write_blocking::<_, Error, _>(move |transaction| {
                        thread::sleep(Duration::from_millis(5));
                        transaction.execute("INSERT INTO items (id) VALUES ($1)", &[id.into()])
                    })
                })
            })
            .collect();
        while database.waiting().1 == 0 {
            thread::yield_now();
        }
        let other = database.clone();
        database.close();
        let kept = threads.into_iter().map(|thread| thread.join().unwrap()).filter(Result::is_ok).count();
        assert!(kept > 0);
        assert_eq!(count(&fresh, "items"), kept as i64);
        assert_eq!(other.check(), Err(Error::Closed));
        assert_eq!(other.write_blocking::<_, Error, _>(|_| Ok(())), Err(Error::Closed));
    }
}

#[test]
fn closing_an_sqlite_database_leaves_one_file() {
    let fresh = testkit::fresh_sqlite();
    batch(&fresh, "CREATE TABLE items (id BIGINT PRIMARY KEY)");
    let folder = fresh.folder().to_owned();
    fresh.database.clone().close();
    let names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["test.sqlite"]);
}

#[test]
fn the_last_copy_may_be_dropped_by_a_closure() {
    for fresh in kinds() {
        let database = Database::open(&fresh.url, &Options::default()).unwrap();
        let held = database.clone();
        let (done, finished) = std::sync::mpsc::channel();
        let asking = thread::spawn(move || {
            database.read_blocking::<_, Error, _>(move |_| {
                thread::sleep(Duration::from_millis(100));
                drop(held);
                done.send(()).unwrap();
                Ok(())
            })
        });
        asking.join().unwrap().unwrap();
        finished.recv_timeout(Duration::from_secs(5)).unwrap();
    }
}

#[test]
fn the_file_is_made_with_its_folder_for_its_owner_only() {
    let fresh = testkit::fresh_sqlite();
    let path = fresh.folder().join("a/b/c.sqlite");
    let database = Database::open(path.to_str().unwrap(), &Options::default()).unwrap();
    assert_eq!(database.kind(), Kind::Sqlite);
    batch(&database, "CREATE TABLE items (id BIGINT PRIMARY KEY)");
    #[cfg(unix)]
    for name in ["c.sqlite", "c.sqlite-wal"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path.with_file_name(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert!(Database::open(":memory:", &Options::default()).is_err());
    let not_a_database = fresh.folder().join("letter.txt");
    std::fs::write(&not_a_database, "Dear sir or madam, ".repeat(100)).unwrap();
    let told = Database::open(not_a_database.to_str().unwrap(), &Options::default()).map(drop).unwrap_err();
    assert!(told.to_string().contains("letter.txt"), "{told}");
}

/// Another program that writes to the same file is waited for, and then named as the reason.
#[test]
fn a_lock_of_another_process_is_waited_for() {
    let options = Options { busy: Duration::from_millis(300), ..Options::default() };
    let first = testkit::fresh_sqlite_with(&options);
    batch(&first, "CREATE TABLE items (id BIGINT PRIMARY KEY)");
    let second = Database::open(&first.url, &options).unwrap();
    let hold = |time: u64| {
        let database = second.clone();
        let (running, runs) = std::sync::mpsc::channel();
        let thread = thread::spawn(move || {
            database.write_blocking::<_, Error, _>(move |_| {
                running.send(()).ok();
                thread::sleep(Duration::from_millis(time));
                Ok(())
            })
        });
        runs.recv().unwrap();
        thread
    };
    let insert = |id: i64| {
        first.write_blocking::<_, Error, _>(move |transaction| {
            transaction.execute("INSERT INTO items (id) VALUES ($1)", &[id.into()])
        })
    };
    let holding = hold(100);
    insert(1).unwrap();
    holding.join().unwrap().unwrap();
    let holding = hold(900);
    assert!(matches!(insert(2), Err(Error::Busy(_))));
    holding.join().unwrap().unwrap();
    insert(3).unwrap();
    assert_eq!(count(&first, "items"), 2);
}

/// What durability and the likeness of the two databases stand on.
#[test]
fn sqlite_is_set_up_as_meant() {
    let fresh = testkit::fresh_sqlite();
    let wanted = [("synchronous", "2"), ("journal_mode", "wal"), ("foreign_keys", "1")];
    for (setting, value) in wanted {
        let sql = format!("SELECT CAST({setting} AS TEXT) FROM pragma_{setting}");
        let found = fresh.write_blocking::<_, Error, _>(move |transaction| {
            transaction.one(&sql, &[], |row| row.at::<String>(0))
        });
        assert_eq!(found.as_deref(), Ok(value), "{setting}");
    }
}
