use std::thread;
use std::time::Duration;

use database::{Database, Error, Options};

use crate::{batch, count, hold};

const TABLES: &str = "
    CREATE TABLE offices (id BIGINT PRIMARY KEY);
    CREATE TABLE items (
        id BIGINT PRIMARY KEY,
        office BIGINT REFERENCES offices (id) DEFERRABLE INITIALLY DEFERRED
    );
";

/// Lets `count` clients wait behind a held writer, and then run in one group.
fn gathered(
    database: &Database,
    count: usize,
    run: fn(&Database, usize) -> Result<(), Error>,
) -> Vec<Result<(), Error>> {
    let go = hold(database);
    let threads: Vec<_> = (0..count)
        .map(|number| {
            let database = database.clone();
            thread::spawn(move || run(&database, number))
        })
        .collect();
    while database.waiting().1 < count {
        thread::sleep(Duration::from_millis(1));
    }
    drop(go);
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

fn insert(database: &Database, number: usize, office: Option<i64>) -> Result<(), Error> {
    let id = number as i64;
    database.write_blocking(move |transaction| {
        transaction.execute("INSERT INTO items (id, office) VALUES ($1, $2)", &[id.into(), office.into()])?;
        match id % 10 {
            3 => Err(Error::Closed),
            4 => panic!("closure {id}"),
            5 => transaction.execute("INSERT INTO items (id) VALUES ($1)", &[id.into()]).map(drop),
            _ => Ok(()),
        }
    })
}

#[test]
fn failing_closures_of_a_group_do_not_harm_the_others() {
    let fresh = testkit::fresh_sqlite();
    batch(&fresh, TABLES);
    let answers = gathered(&fresh, 100, |database, number| insert(database, number, None));
    for (number, answer) in answers.iter().enumerate() {
        match number % 10 {
            3 => assert_eq!(*answer, Err(Error::Closed)),
            4 => assert!(matches!(answer, Err(Error::Panicked(_)))),
            5 => assert!(matches!(answer, Err(Error::Unique { .. }))),
            _ => assert_eq!(*answer, Ok(())),
        }
    }
    assert_eq!(count(&fresh, "items"), 70);
}

/// Such a key is looked at only by the commit, which the whole group shares.
#[test]
fn a_deferred_foreign_key_fails_only_its_own_closure() {
    let fresh = testkit::fresh_sqlite();
    batch(&fresh, TABLES);
    let answers =
        gathered(&fresh, 9, |database, number| insert(database, number * 10, (number == 4).then_some(77)));
    for (number, answer) in answers.iter().enumerate() {
        let expected = if number == 4 { Err(Error::ForeignKey) } else { Ok(()) };
        assert_eq!(*answer, expected, "closure {number}");
    }
    assert_eq!(count(&fresh, "items"), 8);
}

#[test]
fn a_closure_that_ends_the_transaction_fails_alone() {
    let fresh = testkit::fresh_sqlite();
    batch(&fresh, TABLES);
    let answers = gathered(&fresh, 9, |database, number| {
        if number == 4 {
            return database.write_blocking(|transaction| transaction.batch("ROLLBACK"));
        }
        insert(database, number * 10, None)
    });
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!(answer.is_err(), number == 4, "closure {number}: {answer:?}");
    }
    assert_eq!(count(&fresh, "items"), 8);
}

#[test]
fn a_full_queue_is_busy() {
    let options = Options { queue: 3, readers: 1, writers: 1, ..Options::default() };
    for fresh in [Some(testkit::fresh_sqlite_with(&options)), testkit::fresh_postgres_with(&options)] {
        let Some(fresh) = fresh else { continue };
        let go = hold(&fresh);
        let waiting: Vec<_> = (0..3)
            .map(|_| {
                let database = fresh.database.clone();
                thread::spawn(move || database.write_blocking::<_, Error, _>(|_| Ok(())))
            })
            .collect();
        while fresh.waiting().1 < 3 {
            thread::sleep(Duration::from_millis(1));
        }
        let refused = fresh.write_blocking::<_, Error, _>(|_| Ok(()));
        assert!(matches!(refused, Err(Error::Busy(_))), "{refused:?}");
        fresh.check().unwrap();
        drop(go);
        for thread in waiting {
            thread.join().unwrap().unwrap();
        }
        fresh.write_blocking::<_, Error, _>(|_| Ok(())).unwrap();
    }
}
