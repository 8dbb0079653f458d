use std::time::{Duration, Instant};

use database::{Database, Error, Kind, Options, Reader, Value};
use testkit::{Fresh, each_kind};

use crate::{batch, count};

const TABLES: &str = "
    CREATE TABLE offices (id BIGINT PRIMARY KEY, name TEXT NOT NULL, share DOUBLE PRECISION, mark BYTEA);
    CREATE TABLE people (
        id BIGINT PRIMARY KEY,
        office BIGINT NOT NULL REFERENCES offices (id),
        email TEXT UNIQUE,
        is_active BIGINT NOT NULL DEFAULT 1
    );
    INSERT INTO offices (id, name, share, mark) VALUES
        (1, 'Punakha', 0.5, NULL), (2, 'thimphu', NULL, NULL), (3, 'Thimphu', 2, NULL), (4, 'Éditions', 1, NULL);
    INSERT INTO people (id, office, email) VALUES (1, 1, 'a@x'), (2, 1, 'b@x'), (3, 2, NULL);
";

/// Renders an answer so that the two databases can be compared.
fn answer(reader: &mut Reader, sql: &str, params: &[Value<'_>]) -> Result<String, Error> {
    let rows = reader.rows(sql, params, |row| {
        let cells: Result<Vec<String>, Error> = (0..row.width())
            .map(|at| row.at::<Value<'static>>(at).map(|value| format!("{value:?}")))
            .collect();
        Ok(cells?.join(" "))
    })?;
    Ok(rows.join("\n"))
}

fn ask(database: &Database, sql: &'static str, params: Vec<Value<'static>>) -> Result<String, Error> {
    database.read_blocking(move |reader| answer(reader, sql, &params))
}

#[test]
fn the_same_statements_have_the_same_answers() {
    let questions: Vec<(&str, Vec<Value<'static>>, &str)> = vec![
        ("SELECT name FROM offices ORDER BY name", vec![], "Punakha Thimphu thimphu Éditions"),
        ("SELECT id FROM offices WHERE name LIKE $1 ORDER BY id", vec!["T%".into()], "Int(3)"),
        ("SELECT id FROM offices WHERE lower(name) LIKE $1 ORDER BY id", vec!["t%".into()], "Int(2) Int(3)"),
        ("SELECT id FROM offices WHERE name LIKE $1 ESCAPE '\\'", vec!["T\\%".into()], ""),
        (
            "SELECT id FROM offices WHERE id = $2 OR id = $1 OR $1 > 9 ORDER BY id",
            vec![1.into(), 3.into()],
            "Int(1) Int(3)",
        ),
        ("SELECT CAST($1 AS BIGINT) + CAST($1 AS BIGINT) AS n", vec![21.into()], "Int(42)"),
        (
            "SELECT CAST($10 AS BIGINT) - CAST($1 AS BIGINT) AS n, CAST($2 AS BIGINT) + CAST($3 AS BIGINT) \
             + CAST($4 AS BIGINT) + CAST($5 AS BIGINT) + CAST($6 AS BIGINT) + CAST($7 AS BIGINT) \
             + CAST($8 AS BIGINT) + CAST($9 AS BIGINT) AS m",
            (1..=10).map(Value::from).collect(),
            "Int(9) Int(44)",
        ),
        ("SELECT CAST(SUM(id) AS BIGINT) AS n, COUNT(*) AS m FROM offices", vec![], "Int(10) Int(4)"),
        (
            "SELECT 7 / 2 AS a, 7 % 2 AS b, -7 / 2 AS c, 7 / CAST(2 AS DOUBLE PRECISION) AS d",
            vec![],
            "Int(3) Int(1) Int(-3) Real(3.5)",
        ),
        (
            "SELECT share FROM offices ORDER BY share NULLS LAST, id",
            vec![],
            "Real(0.5) Real(1.0) Real(2.0) Null",
        ),
        ("SELECT id = 1 AS is_first FROM people ORDER BY id", vec![], "Int(1) Int(0) Int(0)"),
        ("SELECT 'a' || name AS t FROM offices WHERE id = $1", vec![1.into()], "aPunakha"),
        (
            "WITH busy AS (SELECT office, COUNT(*) AS n FROM people GROUP BY office) \
             SELECT o.name, b.n, ROW_NUMBER() OVER (ORDER BY b.n DESC) AS place \
             FROM offices o JOIN busy b ON b.office = o.id ORDER BY place",
            vec![],
            "Punakha Int(2) Int(1) thimphu Int(1) Int(2)",
        ),
        (
            "SELECT id FROM people WHERE (office, id) > ($1, $2) ORDER BY office, id LIMIT $3",
            vec![1.into(), 1.into(), 1.into()],
            "Int(2)",
        ),
        ("SELECT COALESCE(email, $1) AS e FROM people ORDER BY id", vec!["none".into()], "a@x b@x none"),
        (
            "SELECT id FROM people WHERE CAST($1 AS TEXT) IS NULL OR email = $1 ORDER BY id",
            vec![Value::Null],
            "Int(1) Int(2) Int(3)",
        ),
        ("SELECT id FROM offices WHERE mark = $1", vec![b"\x01".into()], ""),
        ("SELECT id FROM offices WHERE share > $1 ORDER BY id", vec![0.9.into()], "Int(3) Int(4)"),
        ("SELECT EXISTS (SELECT 1 FROM people WHERE office = $1) AS is_served", vec![1.into()], "Int(1)"),
        (
            "SELECT CASE WHEN is_active = 1 THEN 'on' ELSE 'off' END AS state FROM people WHERE id = 1",
            vec![],
            "on",
        ),
    ];
    each_kind(|database| {
        batch(database, TABLES);
        for (sql, params, expected) in &questions {
            let found = ask(database, sql, params.clone()).unwrap_or_else(|error| panic!("{sql}: {error}"));
            let found = found.replace("Text(\"", "").replace("\")", "").replace('\n', " ");
            assert_eq!(&found, expected, "{sql} on {:?}", database.kind());
        }
    });
}

#[test]
fn changes_return_the_same_counts_and_rows() {
    each_kind(|database| {
        batch(database, TABLES);
        let counts = database.write_blocking::<_, Error, _>(|transaction| {
            let insert =
                "INSERT INTO people (id, office, email) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
            let first = transaction.execute(insert, &[9.into(), 1.into(), Value::Null])?;
            let again = transaction.execute(insert, &[9.into(), 1.into(), Value::Null])?;
            let table = transaction.execute("CREATE TABLE more (n BIGINT)", &[])?;
            let update =
                transaction.execute("UPDATE people SET is_active = 0 WHERE office = $1", &[1.into()])?;
            let upsert = transaction.rows(
                "INSERT INTO people (id, office, email) VALUES ($1, 2, $2) \
                 ON CONFLICT (id) DO UPDATE SET email = excluded.email RETURNING id, email",
                &[9.into(), "z@x".into()],
                |row| Ok((row.get::<i64>("id")?, row.get::<String>("EMAIL")?)),
            )?;
            let ignored = transaction.execute("DELETE FROM people WHERE id = 9 RETURNING id", &[])?;
            let many = transaction
                .execute_many("INSERT INTO more (n) VALUES ($1)", (0..50_i64).map(|n| vec![n.into()]))?;
            Ok((first, again, table, update, upsert, ignored, many))
        });
        let upserted = vec![(9, "z@x".to_owned())];
        assert_eq!(counts.unwrap(), (1, 0, 0, 3, upserted, 1, 50));
        assert_eq!(count(database, "more"), 50);
    });
}

#[test]
fn row_and_one_are_told_how_many_there_are() {
    each_kind(|database| {
        batch(database, TABLES);
        let sql = "SELECT id FROM offices WHERE id > $1 ORDER BY id";
        let (first, none, missing, several) = database
            .read_blocking::<_, Error, _>(move |reader| {
                let first = reader.row(sql, &[0.into()], |row| row.at::<i64>(0))?;
                let none = reader.row(sql, &[100.into()], |row| row.at::<i64>(0))?;
                let missing = reader.one(sql, &[100.into()], |row| row.at::<i64>(0));
                let several = reader.one(sql, &[0.into()], |row| row.at::<i64>(0));
                Ok((first, none, missing, several))
            })
            .unwrap();
        assert_eq!((first, none), (Some(1), None));
        assert_eq!(missing, Err(Error::Missing { statement: sql.to_owned() }));
        assert!(matches!(several, Err(Error::Missing { .. })));
    });
}

#[test]
fn each_streams_and_stops_at_an_error() {
    each_kind(|database| {
        batch(database, "CREATE TABLE numbers (n BIGINT NOT NULL, fill TEXT NOT NULL)");
        database
            .write_blocking::<_, Error, _>(|transaction| {
                let rows = (0..20_000_i64).map(|n| vec![n.into(), "x".repeat(100).into()]);
                transaction.execute_many("INSERT INTO numbers (n, fill) VALUES ($1, $2)", rows)
            })
            .unwrap();
        let sum = database.read_blocking::<_, Error, _>(|reader| {
            let mut sum = 0;
            reader.each("SELECT n, fill FROM numbers ORDER BY n", &[], |row| {
                sum += row.get::<i64>("n")?;
                Ok(())
            })?;
            let mut seen = 0;
            let stopped = reader.each("SELECT n FROM numbers ORDER BY n", &[], |_| {
                seen += 1;
                if seen == 10 { Err(Error::Closed) } else { Ok(()) }
            });
            assert_eq!((stopped, seen), (Err(Error::Closed), 10));
            // The connection is of use after an answer that was not read to its end.
            assert_eq!(
                reader.one("SELECT COUNT(*) AS n FROM numbers", &[], |row| row.get::<i64>("n"))?,
                20_000
            );
            Ok(sum)
        });
        assert_eq!(sum.unwrap(), 199_990_000);
    });
}

#[test]
fn columns_are_checked_by_name_and_type() {
    each_kind(|database| {
        batch(database, TABLES);
        let statement = "SELECT id, name, share FROM offices WHERE id = 2";
        database
            .read_blocking::<_, Error, _>(move |reader| {
                let missing = reader.one(statement, &[], |row| row.get::<i64>("nmae"));
                let wrong = reader.one(statement, &[], |row| row.get::<i64>("name"));
                let null = reader.one(statement, &[], |row| row.get::<f64>("share"));
                let beyond = reader.one(statement, &[], |row| row.at::<i64>(7));
                for (error, column, told) in [
                    (missing.unwrap_err(), "nmae", "no such column"),
                    (wrong.unwrap_err(), "name", "an integer was expected, found text"),
                    (null.map(|_| 0).unwrap_err(), "share", "a number was expected, found null"),
                    (beyond.unwrap_err(), "number 7", "no such column"),
                ] {
                    let Error::Column { column: named, statement: asked, message } = &error else {
                        panic!("{error:?}")
                    };
                    assert_eq!((named.as_str(), asked.as_str()), (column, statement));
                    assert!(message.contains(told), "{message}");
                }
                assert_eq!(reader.one(statement, &[], |row| row.get::<Option<f64>>("share"))?, None);
                Ok(())
            })
            .unwrap();
    });
}

#[test]
fn statements_are_counted() {
    each_kind(|database| {
        batch(database, TABLES);
        let before = database.statements();
        database
            .read_blocking::<_, Error, _>(|reader| {
                reader.rows("SELECT id FROM offices", &[], |row| row.at::<i64>(0))?;
                reader.row("SELECT id FROM people", &[], |row| row.at::<i64>(0))?;
                reader.prepare_only("SELECT id FROM people")
            })
            .unwrap();
        assert_eq!(database.statements() - before, 2);
    });
}

#[test]
fn prepare_only_finds_misspelt_names_and_goes_on() {
    each_kind(|database| {
        batch(database, TABLES);
        database
            .read_blocking::<_, Error, _>(|reader| {
                assert!(
                    reader.prepare_only("SELECT nmae FROM offices").unwrap_err().to_string().contains("nmae")
                );
                assert!(reader.prepare_only("SELECT \"nmae\" FROM offices").is_err());
                assert!(reader.prepare_only("SELEC 1").is_err());
                reader.prepare_only("INSERT INTO offices (id, name) VALUES ($1, $2)")?;
                reader.prepare_only("SELECT id FROM offices WHERE name = $1")?;
                if reader.kind() == Kind::Postgres {
                    let sum =
                        reader.prepare_only("SELECT SUM(id) AS n FROM offices").unwrap_err().to_string();
                    assert!(sum.contains("CAST(… AS BIGINT)"), "{sum}");
                }
                reader.one("SELECT 1 AS one", &[], |row| row.get::<i64>("one")).map(drop)
            })
            .unwrap();
    });
}

#[test]
fn explain_tells_the_index() {
    each_kind(|database| {
        batch(database, TABLES);
        let plan = database
            .read_blocking::<_, Error, _>(|reader| {
                reader.explain("SELECT id FROM people WHERE email = $1", &["a@x".into()])
            })
            .unwrap();
        assert!(plan.contains("people"), "{plan}");
    });
}

#[test]
fn readers_cannot_write() {
    each_kind(|database| {
        batch(database, TABLES);
        let sql = "INSERT INTO offices (id, name) VALUES (77, 'x') RETURNING id";
        let done =
            database.read_blocking::<_, Error, _>(move |reader| reader.one(sql, &[], |row| row.at::<i64>(0)));
        assert!(matches!(done, Err(Error::Sql { .. })), "{done:?}");
        assert_eq!(count(database, "offices"), 4);
    });
}

#[test]
fn a_reader_sees_one_snapshot() {
    each_kind(|database| {
        batch(database, TABLES);
        let (to_reader, from_writer) = std::sync::mpsc::channel();
        let (to_writer, from_reader) = std::sync::mpsc::channel();
        let other = database.clone();
        let reading = std::thread::spawn(move || {
            other.read_blocking::<_, Error, _>(move |reader| {
                let sql = "SELECT COUNT(*) AS n FROM offices";
                let before: i64 = reader.one(sql, &[], |row| row.get("n"))?;
                to_writer.send(()).unwrap();
                from_writer.recv().unwrap();
                let after: i64 = reader.one(sql, &[], |row| row.get("n"))?;
                Ok((before, after))
            })
        });
        from_reader.recv().unwrap();
        batch(database, "INSERT INTO offices (id, name) VALUES (50, 'new')");
        to_reader.send(()).unwrap();
        assert_eq!(reading.join().unwrap().unwrap(), (4, 4));
        assert_eq!(count(database, "offices"), 5);
    });
}

fn kinds_with(options: &Options) -> impl Iterator<Item = Fresh> {
    [Some(testkit::fresh_sqlite_with(options)), testkit::fresh_postgres_with(options)].into_iter().flatten()
}

#[test]
fn exports_have_no_limit() {
    let limit = Duration::from_millis(100);
    let options = Options { read_limit: limit, write_limit: limit, ..Options::default() };
    for fresh in kinds_with(&options) {
        let many = "WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 600000) \
                    SELECT i FROM n";
        let begun = Instant::now();
        let mut seen = 0_i64;
        let done = fresh.read_blocking::<_, Error, _>(move |reader| {
            reader.each(many, &[], |_| {
                if seen % 100_000 == 0 {
                    std::thread::sleep(Duration::from_millis(50));
                }
                seen += 1;
                Ok(())
            })?;
            Ok(seen)
        });
        assert_eq!(done, Ok(600_000));
        assert!(begun.elapsed() > limit);
    }
}

#[test]
fn a_statement_is_stopped_at_its_limit() {
    let options = Options { read_limit: Duration::from_millis(200), readers: 1, ..Options::default() };
    for fresh in kinds_with(&options) {
        let endless = "WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n \
                       WHERE i < 1000000000) SELECT COUNT(*) AS n FROM n";
        let begun = Instant::now();
        let stopped = fresh
            .read_blocking::<_, Error, _>(move |reader| reader.one(endless, &[], |row| row.at::<i64>(0)));
        assert!(matches!(stopped, Err(Error::Timeout { .. })), "{stopped:?}");
        assert!(begun.elapsed() < Duration::from_secs(5));
        fresh.check().unwrap();
    }
}
