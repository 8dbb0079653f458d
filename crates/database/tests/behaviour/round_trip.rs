use database::{Column, Error, Value};
use jiff::Timestamp;
use jiff::civil::Date;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use uuid::Uuid;

use crate::{batch, kinds};

#[derive(Debug, Clone, PartialEq)]
struct Sample {
    number: Option<i64>,
    small: i32,
    truth: bool,
    real: Option<f64>,
    text: Option<String>,
    bytes: Option<Vec<u8>>,
    id: Uuid,
    at: Timestamp,
    date: Date,
}

prop_compose! {
    fn sample()(
        number in proptest::option::of(any::<i64>()),
        small in any::<i32>(),
        truth in any::<bool>(),
        real in proptest::option::of(prop_oneof![
            any::<f64>().prop_filter("NaN is refused", |real| !real.is_nan()),
            Just(f64::INFINITY), Just(f64::MIN_POSITIVE), Just(-0.0), Just(1e300), Just(3.0),
        ]),
        text in proptest::option::of(".*".prop_map(|text| text.replace('\0', ""))),
        bytes in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..200)),
        id in any::<[u8; 16]>(),
        micros in -62_000_000_000_000_000_i64..250_000_000_000_000_000,
        year in 1_i16..9999,
        day in 1_i8..29,
        month in 1_i8..13,
    ) -> Sample {
        Sample {
            number, small, truth, real, text, bytes,
            id: Uuid::from_bytes(id),
            at: Timestamp::from_microsecond(micros).unwrap(),
            date: Date::new(year, month, day).unwrap(),
        }
    }
}

#[test]
fn values_come_back_as_they_went_in() {
    for fresh in kinds() {
        batch(
            &fresh,
            "CREATE TABLE samples (number BIGINT, small BIGINT, truth BIGINT, real_one DOUBLE PRECISION, words TEXT, \
             bytes BYTEA, id BYTEA, at BIGINT, date TEXT)",
        );
        let mut runner =
            TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() });
        let tested = runner.run(&sample(), |sample| {
            let given = sample.clone();
            let found = fresh.write_blocking::<_, Error, _>(move |transaction| {
                let Sample { number, small, truth, real, text, bytes, id, at, date } = &given;
                let params: [Value<'_>; 9] = [
                    number.into(),
                    (*small).into(),
                    (*truth).into(),
                    (*real).into(),
                    text.into(),
                    bytes.into(),
                    id.into(),
                    at.into(),
                    date.into(),
                ];
                transaction.execute("DELETE FROM samples", &[])?;
                transaction
                    .execute("INSERT INTO samples VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", &params)?;
                transaction.one("SELECT * FROM samples WHERE id = $1", &[id.into()], |row| {
                    Ok(Sample {
                        number: row.get("number")?,
                        small: row.get("small")?,
                        truth: row.get("truth")?,
                        real: row.get("real_one")?,
                        text: row.get("words")?,
                        bytes: row.get("bytes")?,
                        id: row.get("id")?,
                        at: row.get("at")?,
                        date: row.get("date")?,
                    })
                })
            });
            prop_assert_eq!(found.unwrap(), sample);
            Ok(())
        });
        tested.unwrap_or_else(|error| panic!("on {:?}: {error}", fresh.kind()));
    }
}

#[test]
fn loaded_values_come_back_as_they_went_in() {
    type Loaded = (i64, Option<String>, Option<Vec<u8>>, Option<f64>);
    let rows = proptest::collection::vec(
        (
            any::<i64>(),
            proptest::option::of("(\\PC|[\\t\\n\\r\\\\N.]){0,20}"),
            proptest::option::of(proptest::collection::vec(any::<u8>(), 0..20)),
            proptest::option::of(any::<f64>().prop_filter("NaN is refused", |real| !real.is_nan())),
        ),
        0..50,
    );
    for fresh in kinds() {
        batch(
            &fresh,
            "CREATE TABLE loaded (n BIGINT, words TEXT, bytes BYTEA, real_one DOUBLE PRECISION, place BIGINT)",
        );
        let mut runner =
            TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
        let tested = runner.run(&rows, |rows: Vec<Loaded>| {
            let given = rows.clone();
            let found = fresh.write_blocking::<_, Error, _>(move |transaction| {
                transaction.execute("DELETE FROM loaded", &[])?;
                let lines = given.iter().zip(0_i64..).map(|((n, words, bytes, real), place)| {
                    vec![n.into(), words.into(), bytes.into(), (*real).into(), place.into()]
                });
                let columns = ["n", "words", "bytes", "real_one", "place"];
                assert_eq!(transaction.load("loaded", &columns, lines)?, given.len() as u64);
                transaction.rows("SELECT n, words, bytes, real_one FROM loaded ORDER BY place", &[], |row| {
                    Ok((row.at(0)?, row.at(1)?, row.at(2)?, row.at(3)?))
                })
            });
            prop_assert_eq!(found.unwrap(), rows);
            Ok(())
        });
        tested.unwrap_or_else(|error| panic!("on {:?}: {error}", fresh.kind()));
    }
}

#[test]
fn what_cannot_be_loaded_is_told_alike() {
    for fresh in kinds() {
        batch(&fresh, "CREATE TABLE loaded (n BIGINT PRIMARY KEY, words TEXT)");
        let load = |rows: Vec<Vec<Value<'static>>>| {
            fresh.write_blocking::<_, Error, _>(move |transaction| {
                transaction.load("loaded", &["n", "words"], rows.clone())
            })
        };
        let twice = load(vec![vec![1.into(), "a".into()], vec![1.into(), "b".into()]]);
        assert_eq!(twice, Err(Error::Unique { constraint: "loaded.n".to_owned() }));
        let short = load(vec![vec![1.into(), "a".into()], vec![2.into()]]);
        assert!(short.unwrap_err().to_string().contains("takes 2"));
        let nul = load(vec![vec![1.into(), "a\0".into()]]);
        assert!(matches!(nul, Err(Error::Parameter { parameter: 2, .. })));
        assert_eq!(crate::count(&fresh, "loaded"), 0);
        assert_eq!(load(vec![vec![1.into(), Value::Null]]), Ok(1));
    }
}

/// PostgreSQL made by others may have narrower columns.
#[test]
fn narrower_postgres_types_are_read_and_given() {
    let Some(fresh) = testkit::fresh_postgres() else { return };
    batch(&fresh, "CREATE TABLE narrow (a INT2, b INT4, c BOOLEAN, d VARCHAR(5), e FLOAT8, f FLOAT4)");
    let found = fresh.write_blocking::<_, Error, _>(|transaction| {
        let insert = "INSERT INTO narrow (a, b, c, d, e) VALUES ($1, $2, $3, $4, $5)";
        transaction.execute(insert, &[(-2).into(), 3.into(), true.into(), "abc".into(), 7.into()])?;
        transaction.batch("UPDATE narrow SET f = 0.5")?;
        let beyond = transaction.attempt(|transaction| {
            let params = [40_000.into(), 3.into(), true.into(), "abc".into(), 7.into()];
            transaction.execute(insert, &params)
        });
        assert!(matches!(beyond, Err(Error::Parameter { parameter: 1, .. })), "{beyond:?}");
        transaction.one("SELECT a, b, c, d, e, f FROM narrow", &[], |row| {
            Ok((
                row.at::<i64>(0)?,
                row.at::<u8>(1)?,
                row.at::<bool>(2)?,
                row.at::<String>(3)?,
                row.at::<f64>(4)?,
                row.at::<f64>(5)?,
            ))
        })
    });
    assert_eq!(found.unwrap(), (-2, 3, true, "abc".to_owned(), 7.0, 0.5));
}

#[derive(Debug, PartialEq)]
struct Priority(u8);

impl Column for Priority {
    fn read(value: Value<'_>) -> Result<Self, String> {
        match u8::read(value)? {
            number @ 1..=5 => Ok(Priority(number)),
            number => Err(format!("a priority is 1 to 5, found {number}")),
        }
    }
}

#[test]
fn types_of_ones_own_are_columns() {
    let fresh = testkit::fresh();
    let (good, bad) = fresh
        .read_blocking::<_, Error, _>(|reader| {
            let good = reader.one("SELECT 3 AS p", &[], |row| row.get::<Priority>("p"))?;
            let bad = reader.one("SELECT 7 AS p", &[], |row| row.get::<Option<Priority>>("p"));
            Ok((good, bad))
        })
        .unwrap();
    assert_eq!(good, Priority(3));
    assert!(bad.unwrap_err().to_string().contains("a priority is 1 to 5, found 7"));
}

#[test]
fn values_out_of_range_are_told() {
    let fresh = testkit::fresh();
    let asked = fresh.read_blocking::<_, Error, _>(|reader| {
        reader.one("SELECT CAST(5000000000 AS BIGINT) AS n", &[], |row| row.get::<i32>("n"))
    });
    assert!(asked.unwrap_err().to_string().contains("5000000000 is out of the range of i32"));
    let asked = fresh.read_blocking::<_, Error, _>(|reader| {
        reader.one("SELECT 2 AS truth", &[], |row| row.get::<bool>("truth"))
    });
    assert!(asked.unwrap_err().to_string().contains("0 or 1"));
}
