use database::{Database, Error, Value};
use testkit::each_kind;

use crate::batch;

const TABLES: &str = "
    CREATE TABLE offices (id BIGINT PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE people (
        office BIGINT NOT NULL REFERENCES offices (id),
        number BIGINT NOT NULL,
        email TEXT UNIQUE,
        login TEXT,
        age BIGINT CONSTRAINT plausible_age CHECK (age < 150),
        PRIMARY KEY (office, number)
    );
    CREATE UNIQUE INDEX people_by_login ON people (lower(login));
    INSERT INTO offices (id, name) VALUES (1, 'Punakha');
    INSERT INTO people (office, number, email, login) VALUES (1, 1, 'a@x', 'dorji');
";

fn change(database: &Database, sql: &'static str, params: &[Value<'static>]) -> Result<u64, Error> {
    let params = params.to_vec();
    database.write_blocking(move |transaction| transaction.execute(sql, &params))
}

#[test]
fn violations_are_told_alike() {
    each_kind(|database| {
        batch(database, TABLES);
        let insert = "INSERT INTO people (office, number, email, age) VALUES ($1, $2, $3, $4)";
        let unique = |what: &str| Error::Unique { constraint: what.to_owned() };
        let cases: Vec<(&'static str, Vec<Value<'static>>, Error)> = vec![
            (
                insert,
                vec![1.into(), 1.into(), Value::Null, Value::Null],
                unique("people.office, people.number"),
            ),
            (insert, vec![1.into(), 2.into(), "a@x".into(), Value::Null], unique("people.email")),
            (
                "INSERT INTO people (office, number, login) VALUES (1, 2, $1)",
                vec!["Dorji".into()],
                unique("people_by_login"),
            ),
            (insert, vec![9.into(), 2.into(), Value::Null, Value::Null], Error::ForeignKey),
            (
                insert,
                vec![1.into(), 2.into(), Value::Null, 150.into()],
                Error::Check("plausible_age".to_owned()),
            ),
            (
                "INSERT INTO offices (id, name) VALUES (2, $1)",
                vec![Value::Null],
                Error::Check("not null offices.name".to_owned()),
            ),
            ("DELETE FROM offices WHERE id = $1", vec![1.into()], Error::ForeignKey),
        ];
        for (sql, params, expected) in cases {
            assert_eq!(change(database, sql, &params), Err(expected), "{sql} on {:?}", database.kind());
        }
    });
}

#[test]
fn what_not_both_can_store_is_refused_by_both() {
    each_kind(|database| {
        batch(database, TABLES);
        let nul = change(database, "INSERT INTO offices (id, name) VALUES (2, $1)", &["a\0b".into()]);
        assert!(matches!(nul, Err(Error::Parameter { parameter: 1, .. })), "{nul:?}");
        let not_a_number = change(
            database,
            "DELETE FROM offices WHERE CAST($1 AS DOUBLE PRECISION) > 1",
            &[f64::NAN.into()],
        );
        assert!(matches!(not_a_number, Err(Error::Parameter { .. })), "{not_a_number:?}");
    });
}

#[test]
fn a_wrong_number_of_parameters_is_told() {
    each_kind(|database| {
        batch(database, TABLES);
        let sql = "DELETE FROM people WHERE office = $1 AND number = $2";
        for params in [vec![], vec![Value::Int(1)], vec![Value::Int(1), Value::Int(2), Value::Int(3)]] {
            let told = change(database, sql, &params).unwrap_err().to_string();
            assert!(told.contains("takes 2 parameters"), "{told}");
        }
    });
}

#[test]
fn a_misspelt_statement_is_told_with_its_text() {
    each_kind(|database| {
        batch(database, TABLES);
        let told = change(database, "UPDATE   people\n SET nmae = 1", &[]).unwrap_err().to_string();
        assert!(told.contains("nmae") && told.contains("UPDATE people SET nmae = 1"), "{told}");
    });
}

#[test]
fn numeric_columns_are_told_what_to_write() {
    let Some(fresh) = testkit::fresh_postgres() else { return };
    batch(&fresh, TABLES);
    let sum = fresh.read_blocking::<_, Error, _>(|reader| {
        reader.one("SELECT SUM(number) AS n FROM people", &[], |row| row.get::<i64>("n"))
    });
    let told = sum.unwrap_err().to_string();
    assert!(told.contains("column n") && told.contains("CAST(… AS BIGINT)"), "{told}");
    let given = fresh.read_blocking::<_, Error, _>(|reader| {
        reader.one("SELECT number FROM people WHERE email = $1", &[5.into()], |row| row.at::<i64>(0))
    });
    let told = given.unwrap_err().to_string();
    assert!(
        told.contains("parameter $1") && told.contains("it is an integer, the statement takes text"),
        "{told}"
    );
}
