//! The way to the database is encrypted, and the server at its end is the one that was meant.

use database::{Database, Error, Options};

use crate::client::Client;
use crate::program::{Program, prepare};
use crate::server::Server;

fn refused(url: &str) -> String {
    match Database::open(url, &Options::default()) {
        Err(Error::Unavailable(why)) => why,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("{url} was believed"),
    }
}

#[test]
fn a_server_is_believed_by_its_certificate_alone() {
    if !crate::on_postgres("the encrypted way to PostgreSQL") {
        return;
    }
    let (server, authority) = Server::encrypted();
    let address = |host: &str, how: &str| format!("postgres://tendrel@{host}:{}/postgres{how}", server.port);
    let verified = format!("?sslmode=verify-full&sslrootcert={}", authority.display());
    let url = address("localhost", &verified);
    let database = Database::open(&url, &Options::default()).unwrap();
    let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let ask = move |r: &mut database::Reader| r.one(sql, &[], |row| row.get::<bool>("ssl"));
    assert!(database.read_blocking::<_, Error, _>(ask).unwrap(), "it is not encrypted");

    let other_name = refused(&address("127.0.0.1", &verified));
    assert!(other_name.contains("certificate"), "{other_name}");
    let stranger = refused(&address("localhost", "?sslmode=verify-full"));
    assert!(stranger.contains("certificate"), "{stranger}");
    let in_the_clear = refused(&address("localhost", ""));
    assert!(in_the_clear.contains("no encryption"), "{in_the_clear}");

    let data = tempfile::tempdir().unwrap();
    prepare(database, data.path());
    let program = Program::start(data.path(), &url);
    let mut client = Client::connect(program.address).unwrap();
    assert_eq!(client.get("/health/ready", &[]).unwrap().status, 200);
}
