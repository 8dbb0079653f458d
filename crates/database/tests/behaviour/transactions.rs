use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use database::{Database, Error, Kind};
use testkit::each_kind;

use crate::{batch, count};

const TABLE: &str = "CREATE TABLE items (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)";
const INSERT: &str = "INSERT INTO items (id, n) VALUES ($1, 0)";

/// What callers of this crate have: an error of their own.
#[derive(Debug, PartialEq)]
enum Refusal {
    NotAllowed,
    Database(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        Refusal::Database(error)
    }
}

#[test]
fn an_error_of_the_closure_rolls_back() {
    each_kind(|database| {
        batch(database, TABLE);
        let refused = database.write_blocking(|transaction| {
            transaction.execute(INSERT, &[1.into()])?;
            Err::<(), Refusal>(Refusal::NotAllowed)
        });
        assert_eq!(refused, Err(Refusal::NotAllowed));
        let closed: Result<(), Refusal> = database.read_blocking(|_| Err(Refusal::Database(Error::Closed)));
        assert_eq!(closed, Err(Refusal::Database(Error::Closed)));
        assert_eq!(count(database, "items"), 0);
    });
}

#[test]
fn a_transaction_sees_what_it_wrote() {
    each_kind(|database| {
        batch(database, TABLE);
        let seen = database.write_blocking::<_, Error, _>(|transaction| {
            transaction.execute(INSERT, &[1.into()])?;
            transaction.one("SELECT COUNT(*) AS n FROM items", &[], |row| row.get::<i64>("n"))
        });
        assert_eq!(seen, Ok(1));
    });
}

#[test]
fn a_panic_rolls_back_and_harms_nobody_else() {
    each_kind(|database| {
        batch(database, TABLE);
        let panicked = database.write_blocking::<(), Error, _>(|transaction| {
            transaction.execute(INSERT, &[1.into()])?;
            panic!("a fault of the closure")
        });
        assert_eq!(panicked, Err(Error::Panicked("a fault of the closure".to_owned())));
        let panicked = database.read_blocking::<(), Error, _>(|reader| {
            reader.each("SELECT 1 AS one", &[], |_| panic!("number {}", 7))
        });
        assert_eq!(panicked, Err(Error::Panicked("number 7".to_owned())));
        assert_eq!(count(database, "items"), 0);
        for id in 0..20 {
            database
                .write_blocking::<_, Error, _>(move |transaction| transaction.execute(INSERT, &[id.into()]))
                .unwrap();
            database.check().unwrap();
        }
        assert_eq!(count(database, "items"), 20);
    });
}

#[test]
fn a_failed_statement_spoils_its_transaction_on_both() {
    each_kind(|database| {
        batch(database, TABLE);
        let swallowed = database.write_blocking::<_, Error, _>(|transaction| {
            transaction.execute(INSERT, &[1.into()])?;
            assert!(matches!(transaction.execute(INSERT, &[1.into()]), Err(Error::Unique { .. })));
            assert!(matches!(transaction.execute(INSERT, &[2.into()]), Err(Error::Spoiled(_))));
            Ok(())
        });
        assert!(matches!(swallowed, Err(Error::Spoiled(_))), "{swallowed:?}");
        assert_eq!(count(database, "items"), 0);
        let read = database.read_blocking::<_, Error, _>(|reader| {
            assert!(reader.rows("SELECT nothing", &[], |_| Ok(())).is_err());
            reader.row("SELECT 1 AS one", &[], |row| row.get::<i64>("one"))
        });
        assert!(matches!(read, Err(Error::Spoiled(_))), "{read:?}");
        database.check().unwrap();
    });
}

#[test]
fn an_attempt_may_fail() {
    each_kind(|database| {
        batch(database, TABLE);
        let done = database.write_blocking::<_, Error, _>(|transaction| {
            transaction.execute(INSERT, &[1.into()])?;
            let again = transaction.attempt::<_, Error>(|transaction| {
                transaction.execute(INSERT, &[2.into()])?;
                let inner = transaction.attempt(|transaction| transaction.execute(INSERT, &[1.into()]));
                assert!(matches!(inner, Err(Error::Unique { .. })));
                transaction.execute(INSERT, &[3.into()])?;
                transaction.execute(INSERT, &[1.into()])
            });
            assert!(matches!(again, Err(Error::Unique { .. })));
            transaction.attempt(|transaction| transaction.execute(INSERT, &[4.into()]))?;
            transaction.rows("SELECT id FROM items ORDER BY id", &[], |row| row.at::<i64>(0))
        });
        assert_eq!(done, Ok(vec![1, 4]));
        assert_eq!(count(database, "items"), 2);
    });
}

#[test]
fn a_closure_may_not_ask_the_database_it_runs_on() {
    each_kind(|database| {
        let other = database.clone();
        let asked = database.write_blocking::<_, Error, _>(move |_| other.check());
        assert!(matches!(asked, Err(Error::Unsupported(_))));
    });
}

fn add(database: &Database, threads: usize, times: i64, lock: bool) {
    let barrier = Arc::new(Barrier::new(threads));
    let added: Vec<_> = (0..threads)
        .map(|_| {
            let (database, barrier) = (database.clone(), Arc::clone(&barrier));
            thread::spawn(move || {
                barrier.wait();
                for _ in 0..times {
                    database
                        .write_blocking::<_, Error, _>(move |transaction| add_one(transaction, lock))
                        .unwrap();
                }
            })
        })
        .collect();
    added.into_iter().for_each(|thread| thread.join().unwrap());
}

fn add_one(transaction: &mut database::Transaction, lock: bool) -> Result<(), Error> {
    if lock {
        transaction.lock("the counter")?;
        let n: i64 = transaction.one("SELECT n FROM items WHERE id = 1", &[], |row| row.get("n"))?;
        transaction.execute("UPDATE items SET n = $1 WHERE id = 1", &[(n + 1).into()])?;
    } else {
        transaction.execute("UPDATE items SET n = n + 1 WHERE id = 1", &[])?;
    }
    Ok(())
}

#[test]
fn counters_lose_nothing_by_update_or_under_a_lock() {
    each_kind(|database| {
        batch(database, TABLE);
        batch(database, "INSERT INTO items (id, n) VALUES (1, 0)");
        add(database, 8, 25, false);
        add(database, 8, 25, true);
        let n = database.read_blocking::<_, Error, _>(|reader| {
            reader.one("SELECT n FROM items", &[], |row| row.get::<i64>("n"))
        });
        assert_eq!(n, Ok(400));
    });
}

/// Two who take the same rows in opposite order: PostgreSQL ends one of them, which is run again.
#[test]
fn a_deadlock_is_run_again() {
    each_kind(|database| {
        batch(database, TABLE);
        batch(database, "INSERT INTO items (id, n) VALUES (1, 0), (2, 0)");
        let runs = Arc::new(AtomicU32::new(0));
        let met = Arc::new(Barrier::new(2));
        let threads: Vec<_> = [(1, 2), (2, 1)]
            .into_iter()
            .map(|(first, second)| {
                let (database, runs, met) = (database.clone(), Arc::clone(&runs), Arc::clone(&met));
                thread::spawn(move || {
                    database.write_blocking::<_, Error, _>(move |transaction| {
                        let update = "UPDATE items SET n = n + 1 WHERE id = $1";
                        transaction.execute(update, &[first.into()])?;
                        if runs.fetch_add(1, Ordering::SeqCst) < 2 && transaction.kind() == Kind::Postgres {
                            met.wait();
                        }
                        transaction.execute(update, &[second.into()])
                    })
                })
            })
            .collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), Ok(1));
        }
        let expected = if database.kind() == Kind::Postgres { 3 } else { 2 };
        assert_eq!(runs.load(Ordering::SeqCst), expected);
        let sum = database.read_blocking::<_, Error, _>(|reader| {
            reader.one("SELECT CAST(SUM(n) AS BIGINT) AS n FROM items", &[], |row| row.get::<i64>("n"))
        });
        assert_eq!(sum, Ok(4));
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn futures_get_their_answers() {
    let fresh = testkit::fresh();
    let database = fresh.database.clone();
    database.write::<_, Error, _>(|transaction| transaction.batch(TABLE)).await.unwrap();
    let mut waiting = Vec::new();
    for id in 0..200_i64 {
        let database = database.clone();
        waiting.push(tokio::spawn(async move {
            let insert =
                move |transaction: &mut database::Transaction| transaction.execute(INSERT, &[id.into()]);
            database.write::<_, Error, _>(insert).await.unwrap();
            let ask = move |reader: &mut database::Reader| {
                reader.row("SELECT id FROM items WHERE id = $1", &[id.into()], |row| row.at::<i64>(0))
            };
            assert_eq!(database.read::<_, Error, _>(ask).await.unwrap(), Some(id));
        }));
    }
    for one in waiting {
        one.await.unwrap();
    }
    // Blocking calls work on a runtime's thread too, so that tests need not care.
    assert_eq!(count(&database, "items"), 200);
}

#[tokio::test]
async fn an_abandoned_closure_is_not_run() {
    let options = database::Options { readers: 1, writers: 1, ..database::Options::default() };
    for fresh in [Some(testkit::fresh_sqlite_with(&options)), testkit::fresh_postgres_with(&options)] {
        let Some(fresh) = fresh else { continue };
        batch(&fresh, TABLE);
        let go = crate::hold(&fresh);
        let late = fresh.write::<_, Error, _>(|transaction| transaction.execute(INSERT, &[1.into()]));
        assert!(tokio::time::timeout(std::time::Duration::from_millis(50), late).await.is_err());
        drop(go);
        fresh.write_blocking::<_, Error, _>(|_| Ok(())).unwrap();
        assert_eq!(count(&fresh, "items"), 0);
    }
}
