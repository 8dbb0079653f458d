use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use database::{Database, Error, Options};

use crate::{batch, count};

const INSERT: &str = "INSERT INTO items (id) VALUES ($1)";

/// Ends all connections to the database but the one that says so.
fn terminate(url: &str) {
    let mut admin = postgres::Client::connect(url, postgres::NoTls).unwrap();
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    admin.batch_execute(sql).unwrap();
}

#[test]
fn idle_connections_that_were_ended_are_replaced_unseen() {
    let Some(fresh) = testkit::fresh_postgres() else { return };
    batch(&fresh, "CREATE TABLE items (id BIGINT PRIMARY KEY)");
    for round in 0..5_i64 {
        for number in 0..8 {
            let id = round * 8 + number;
            fresh
                .write_blocking::<_, Error, _>(move |transaction| transaction.execute(INSERT, &[id.into()]))
                .unwrap();
            fresh.check().unwrap();
        }
        terminate(&fresh.url);
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(count(&fresh, "items"), 40);
}

#[test]
fn a_write_whose_connection_was_ended_is_run_again() {
    let Some(fresh) = testkit::fresh_postgres() else { return };
    batch(&fresh, "CREATE TABLE items (id BIGINT PRIMARY KEY)");
    let url = fresh.url.clone();
    let mut runs = 0;
    let done = fresh.write_blocking::<_, Error, _>(move |transaction| {
        runs += 1;
        transaction.execute(INSERT, &[1.into()])?;
        if runs == 1 {
            let url = url.clone();
            thread::spawn(move || terminate(&url)).join().unwrap();
        }
        transaction.execute(INSERT, &[2.into()])?;
        Ok(runs)
    });
    assert_eq!(done, Ok(2));
    assert_eq!(count(&fresh, "items"), 2);
}

/// The server ends the connection while it commits, so that no answer to the commit comes.
#[test]
fn a_commit_without_an_answer_is_told_as_unknown_and_not_run_again() {
    let Some(fresh) = testkit::fresh_postgres() else { return };
    batch(
        &fresh,
        "CREATE TABLE items (id BIGINT PRIMARY KEY);
         CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
         CREATE CONSTRAINT TRIGGER leaving AFTER INSERT ON items DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW WHEN (new.id = 1) EXECUTE FUNCTION leave()",
    );
    let mut runs = 0;
    let done = fresh.write_blocking::<_, Error, _>(move |transaction| {
        runs += 1;
        assert_eq!(runs, 1);
        transaction.execute(INSERT, &[1.into()])
    });
    assert!(matches!(done, Err(Error::Unknown(_))), "{done:?}");
    fresh.write_blocking::<_, Error, _>(|transaction| transaction.execute(INSERT, &[2.into()])).unwrap();
    assert_eq!(count(&fresh, "items"), 1);
}

#[test]
fn a_conflict_that_does_not_end_is_told_after_some_tries() {
    let Some(fresh) = testkit::fresh_postgres() else { return };
    batch(
        &fresh,
        "CREATE FUNCTION collide() RETURNS BIGINT LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$",
    );
    let (ran, runs) = mpsc::channel();
    let done = fresh.write_blocking::<_, Error, _>(move |transaction| {
        ran.send(()).unwrap();
        transaction.one("SELECT collide() AS n", &[], |row| row.get::<i64>("n"))
    });
    assert_eq!(done, Err(Error::Conflict("again".to_owned())));
    assert_eq!(runs.iter().count(), 6);
}

#[test]
fn a_read_whose_connection_was_ended_says_so() {
    let Some(fresh) = testkit::fresh_postgres() else { return };
    let url = fresh.url.clone();
    let asked = fresh.read_blocking::<_, Error, _>(move |reader| {
        thread::spawn(move || terminate(&url)).join().unwrap();
        reader.one("SELECT 1 AS one", &[], |row| row.get::<i64>("one"))
    });
    assert!(matches!(asked, Err(Error::Unavailable(_))), "{asked:?}");
    fresh.check().unwrap();
}

/// A door to the server that can be shut, as when it goes away.
struct Door {
    url: String,
    shut: mpsc::Sender<bool>,
}

fn door(url: &str) -> Door {
    use std::io::copy;
    use std::net::{Shutdown, TcpListener, TcpStream};
    let server = url.split('@').nth(1).unwrap().split('/').next().unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (shut, commands) = mpsc::channel();
    thread::spawn(move || {
        let mut open: Vec<TcpStream> = Vec::new();
        let mut is_shut = false;
        for client in listener.incoming() {
            let client = client.unwrap();
            while let Ok(command) = commands.try_recv() {
                is_shut = command;
            }
            if is_shut {
                // Whoever knocks finds all connections gone, his own too.
                client.shutdown(Shutdown::Both).ok();
                open.drain(..).for_each(|stream| drop(stream.shutdown(Shutdown::Both)));
                continue;
            }
            let server = TcpStream::connect(&server).unwrap();
            open.push(client.try_clone().unwrap());
            open.push(server.try_clone().unwrap());
            let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || copy(&mut from, &mut to).map(|_| to.shutdown(Shutdown::Both)));
            let (mut from, mut to) = (server, client);
            thread::spawn(move || copy(&mut from, &mut to).map(|_| to.shutdown(Shutdown::Both)));
        }
    });
    let address = format!("127.0.0.1:{port}");
    let real = url.split('@').nth(1).unwrap().split('/').next().unwrap();
    Door { url: url.replace(real, &address), shut }
}

impl Door {
    fn knock(&self) {
        let address = self.url.split('@').nth(1).unwrap().split('/').next().unwrap();
        std::net::TcpStream::connect(address).unwrap();
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_server_that_goes_away_and_returns_is_found_again() {
    let Some(fresh) = testkit::fresh_postgres() else { return };
    batch(&fresh, "CREATE TABLE items (id BIGINT PRIMARY KEY)");
    let door = door(&fresh.url);
    let database =
        Database::open(&door.url, &Options { writers: 2, readers: 2, ..Options::default() }).unwrap();
    let insert = |id: i64| {
        database.write_blocking::<_, Error, _>(move |transaction| transaction.execute(INSERT, &[id.into()]))
    };
    insert(1).unwrap();
    door.shut.send(true).unwrap();
    door.knock();
    let begun = Instant::now();
    for _ in 0..50 {
        let refused = insert(2);
        assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
        assert!(matches!(database.check(), Err(Error::Unavailable(_))));
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "callers waited {:?}", begun.elapsed());
    door.shut.send(false).unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    while let Err(error) = insert(3) {
        assert!(Instant::now() < deadline, "{error}");
        thread::sleep(Duration::from_millis(100));
    }
    database.check().unwrap();
    assert_eq!(count(&fresh, "items"), 2);
}

#[test]
fn a_server_that_is_not_there_is_told_at_once() {
    let begun = Instant::now();
    let opened = Database::open("postgres://nobody@127.0.0.1:1/nothing", &Options::default());
    assert!(matches!(opened.map(drop), Err(Error::Unavailable(_))));
    assert!(begun.elapsed() < Duration::from_secs(5));
    let opened = Database::open("postgres://nobody@127.0.0.1:notaport/nothing", &Options::default());
    assert!(matches!(opened.map(drop), Err(Error::Unavailable(_))));
}
