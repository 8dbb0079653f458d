use std::thread;

use database::{Database, Error, Kind, Migration, Options};

use crate::{batch, count, kinds};

const FIRST: Migration = Migration {
    version: 1,
    name: "offices",
    sql: "CREATE TABLE offices (id BIGINT PRIMARY KEY); INSERT INTO offices (id) VALUES (1)",
    sqlite: "CREATE VIRTUAL TABLE words USING fts5 (body)",
    postgres: "CREATE TABLE words (body TSVECTOR)",
    adds_only: false,
};
const SECOND: Migration = Migration {
    version: 20,
    name: "people",
    sql: "CREATE TABLE people (id BIGINT PRIMARY KEY, office BIGINT NOT NULL REFERENCES offices (id))",
    sqlite: "",
    postgres: "",
    adds_only: false,
};
const BROKEN: Migration = Migration {
    version: 30,
    name: "broken",
    sql: "CREATE TABLE half (id BIGINT PRIMARY KEY); INSERT INTO nowhere (id) VALUES (1)",
    sqlite: "",
    postgres: "",
    adds_only: false,
};

#[test]
fn migrations_run_once_and_in_order() {
    for fresh in kinds() {
        fresh.migrate(&[FIRST]).unwrap();
        fresh.migrate(&[FIRST, SECOND]).unwrap();
        fresh.migrate(&[FIRST, SECOND]).unwrap();
        assert_eq!(count(&fresh, "offices"), 1);
        assert_eq!(count(&fresh, "words"), 0);
        assert_eq!(count(&fresh, "people"), 0);
        assert_eq!(count(&fresh, "schema_migrations"), 2);
    }
}

#[test]
fn a_newer_database_is_refused() {
    for fresh in kinds() {
        fresh.migrate(&[FIRST, SECOND]).unwrap();
        let refused = fresh.migrate(&[FIRST]).unwrap_err();
        assert_eq!(refused, Error::NewerSchema { database: 20, program: 1 });
        assert!(refused.to_string().contains("start the newer program"));
    }
}

#[test]
fn an_older_program_goes_on_beside_what_only_adds() {
    const ADDS: Migration = Migration { adds_only: true, ..SECOND };
    const TAKES: Migration = Migration {
        version: 30,
        name: "takes",
        sql: "ALTER TABLE people DROP COLUMN office",
        sqlite: "",
        postgres: "",
        adds_only: false,
    };
    for fresh in kinds() {
        fresh.migrate(&[FIRST, ADDS]).unwrap();
        fresh.migrate(&[FIRST]).unwrap();
        let missing = |known: &'static [Migration]| {
            tokio::runtime::Runtime::new().unwrap().block_on(fresh.missing(known))
        };
        assert_eq!(missing(&[FIRST]), Ok(0));
        assert_eq!(missing(&[FIRST, ADDS, TAKES]), Ok(1));
        fresh.migrate(&[FIRST, ADDS, TAKES]).unwrap();
        // The step after it, not the first new one, is what an older program cannot live with.
        let newer = Err(Error::NewerSchema { database: 30, program: 1 });
        assert_eq!(fresh.migrate(&[FIRST]), newer.clone().map(|_: usize| ()));
        assert_eq!(missing(&[FIRST]), newer);
    }
}

#[test]
fn an_edited_migration_is_refused_by_name() {
    for fresh in kinds() {
        fresh.migrate(&[FIRST, SECOND]).unwrap();
        let edited = Migration { sql: "CREATE TABLE offices (id BIGINT)", ..FIRST };
        let refused = fresh.migrate(&[edited, SECOND]).unwrap_err();
        assert!(
            matches!(&refused, Error::Checksum { version: 1, name, .. } if name == "offices"),
            "{refused:?}"
        );
        // A change for the other database, or of line ends, is no change for this one.
        let other = match fresh.kind() {
            Kind::Sqlite => Migration { postgres: "SELECT 1", ..FIRST },
            Kind::Postgres => Migration { sqlite: "SELECT 1", ..FIRST },
        };
        fresh.migrate(&[other, SECOND]).unwrap();
    }
}

#[test]
fn disorder_is_refused() {
    for fresh in kinds() {
        assert!(matches!(fresh.migrate(&[SECOND, FIRST]), Err(Error::Migration(_))));
        fresh.migrate(&[SECOND_ALONE]).unwrap();
        let skipped = fresh.migrate(&[FIRST, SECOND_ALONE]).unwrap_err();
        assert!(skipped.to_string().contains("1 (offices) comes before 20"), "{skipped}");
        let unknown = fresh.migrate(&[Migration { version: 40, ..BROKEN }]).unwrap_err();
        assert!(unknown.to_string().contains("20 (alone), which this program does not know"), "{unknown}");
    }
}

const SECOND_ALONE: Migration = Migration {
    version: 20,
    name: "alone",
    sql: "CREATE TABLE alone (id BIGINT)",
    sqlite: "",
    postgres: "",
    adds_only: false,
};

#[test]
fn a_failing_migration_leaves_nothing_of_itself() {
    for fresh in kinds() {
        let failed = fresh.migrate(&[FIRST, SECOND, BROKEN]).unwrap_err();
        assert!(failed.to_string().contains("30 (broken) failed"), "{failed}");
        fresh.migrate(&[FIRST, SECOND]).unwrap();
        batch(&fresh, "CREATE TABLE half (id BIGINT PRIMARY KEY)");
    }
}

#[test]
fn two_programs_may_migrate_at_once() {
    for fresh in kinds() {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let url = fresh.url.clone();
                thread::spawn(move || {
                    let options = Options { readers: 1, writers: 1, ..Options::default() };
                    let database = Database::open(&url, &options)?;
                    database.migrate(&[FIRST, SECOND])
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap().unwrap();
        }
        assert_eq!(count(&fresh, "offices"), 1);
        assert_eq!(count(&fresh, "schema_migrations"), 2);
    }
}

/// In the child process of the test below.
#[test]
#[ignore = "run by real_processes_may_migrate_at_once"]
fn child() {
    let Ok(url) = std::env::var("MIGRATE_URL") else { return };
    let database = Database::open(&url, &Options::default()).unwrap();
    database.migrate(&[FIRST, SECOND]).unwrap();
}

#[test]
fn real_processes_may_migrate_at_once() {
    for fresh in kinds() {
        let children: Vec<_> = (0..3)
            .map(|_| {
                std::process::Command::new(std::env::current_exe().unwrap())
                    .args(["--ignored", "--exact", "migrations::child"])
                    .env("MIGRATE_URL", &fresh.url)
                    .stdout(std::process::Stdio::null())
                    .spawn()
                    .unwrap()
            })
            .collect();
        for mut child in children {
            assert!(child.wait().unwrap().success());
        }
        assert_eq!(count(&fresh, "schema_migrations"), 2);
    }
}

#[test]
fn statements_prepared_before_a_migration_work_after_it() {
    for fresh in kinds() {
        fresh.migrate(&[FIRST]).unwrap();
        let ask = |database: &Database| {
            database.read_blocking::<_, Error, _>(|reader| {
                reader.rows("SELECT * FROM offices", &[], |row| Ok(row.width()))
            })
        };
        for _ in 0..4 {
            assert_eq!(ask(&fresh).unwrap(), [1]);
        }
        batch(&fresh, "ALTER TABLE offices ADD COLUMN name TEXT");
        // PostgreSQL refuses a prepared statement whose answer has changed, once for each connection.
        let answers: Vec<_> = (0..10).map(|_| ask(&fresh)).collect();
        assert!(answers.iter().filter(|answer| answer.is_err()).count() <= 2, "{answers:?}");
        assert_eq!(answers.last().unwrap(), &Ok(vec![2]));
    }
}
