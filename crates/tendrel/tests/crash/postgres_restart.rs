use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use database::{Database, Options};
use tempfile::TempDir;

use crate::client::{Answer, Client};
use crate::post::{self, Receipt};
use crate::program::{Program, prepare};
use crate::records;

const POSTS: usize = 400;
const CLIENTS: usize = 4;
/// Acknowledged when the server is stopped.
const STOPPED_AT: usize = 100;

/// A PostgreSQL of its own, for the others share theirs.
struct Server {
    folder: TempDir,
    binaries: PathBuf,
    port: u16,
    child: Option<Child>,
}

/// PostgreSQL refuses to run as root.
fn as_owner(program: &Path) -> Command {
    let is_root =
        std::fs::metadata("/proc/self").is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0);
    let mut command = Command::new("setpriv");
    if is_root {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    }
    command.args(["--pdeathsig", "QUIT", "--"]).arg(program);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

impl Server {
    fn new() -> Server {
        let named = std::env::var_os("PG_BIN").map(PathBuf::from);
        let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let mut found: Vec<PathBuf> = installed.map(|version| version.path().join("bin")).collect();
        found.sort();
        let binaries = named.or(found.pop()).expect("PG_BIN, or PostgreSQL where Debian puts it");
        let folder = TempDir::with_prefix("tendrel-server-").unwrap();
        std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
        let made = as_owner(&binaries.join("initdb"))
            .args(["--username=tendrel", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"])
            .arg(folder.path().join("data"))
            .status();
        assert!(made.unwrap().success(), "initdb failed");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Server { folder, binaries, port, child: None };
        server.start();
        server
    }

    fn url(&self) -> String {
        format!("postgres://tendrel@127.0.0.1:{}/postgres", self.port)
    }

    fn start(&mut self) {
        let folder = self.folder.path().display();
        let child = as_owner(&self.binaries.join("postgres"))
            .args(["-D", &format!("{folder}/data"), "-p", &self.port.to_string()])
            .args(["-c", "listen_addresses=127.0.0.1", "-c", &format!("unix_socket_directories={folder}")])
            .spawn();
        self.child = Some(child.unwrap());
        let deadline = Instant::now() + Duration::from_secs(20);
        while Database::open(&self.url(), &Options::default()).map(Database::close).is_err() {
            assert!(Instant::now() < deadline, "the server does not start");
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// What `pg_ctl stop -m immediate` does: nobody is waited for and nothing is written down any more.
    fn stop(&mut self) {
        let mut child = self.child.take().unwrap();
        Command::new("kill").args(["-QUIT", &child.id().to_string()]).status().unwrap();
        child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.is_some() {
            self.stop();
        }
    }
}

fn must_say_what_to_do(answer: &Answer, post: usize) {
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert_eq!(answer.header("retry-after"), "30");
    let told = [
        "Wait half a minute and send it again",
        "Send it again: what is there already",
        "Look whether it is there",
    ];
    assert!(told.iter().any(|words| answer.body.contains(words)), "{}", answer.body);
    if post::is_form(post) {
        assert!(answer.body.contains(&post::subject(post)), "the form is gone: {}", answer.body);
    } else {
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
}

/// Sends each until it is acknowledged; returns how often it was told to come again.
fn send_all(program: &Program, token: &str, acknowledged: &Mutex<BTreeMap<usize, Receipt>>) -> usize {
    let (next, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut client = Client::connect(program.address).unwrap();
                let deadline = Instant::now() + Duration::from_secs(40);
                loop {
                    let post = next.fetch_add(1, Ordering::Relaxed);
                    if post >= POSTS {
                        return;
                    }
                    let receipt = loop {
                        let answer = post::send(&mut client, token, post, "After the storm.").unwrap();
                        if let Some(receipt) = post::receipt(&answer) {
                            break receipt;
                        }
                        must_say_what_to_do(&answer, post);
                        refused.fetch_add(1, Ordering::Relaxed);
                        assert!(Instant::now() < deadline, "it does not heal");
                        thread::sleep(Duration::from_millis(50));
                    };
                    acknowledged.lock().unwrap().insert(post, receipt);
                }
            });
        }
    });
    refused.into_inner()
}

#[test]
fn a_postgres_restarted_under_it_is_told_and_survived() {
    if std::env::var("TENDREL_TEST_DATABASE").as_deref() != Ok("postgres") {
        crate::skip("the restarted PostgreSQL; TENDREL_TEST_DATABASE=postgres runs it");
        return;
    }
    let mut server = Server::new();
    let data = tempfile::tempdir().unwrap();
    let database = Database::open(&server.url(), &Options::default()).unwrap();
    let token = prepare(database, data.path()).posting;
    let program = Program::start(data.path(), &server.url());
    let acknowledged = Mutex::new(BTreeMap::new());
    let refused = thread::scope(|scope| {
        let sending = scope.spawn(|| send_all(&program, &token, &acknowledged));
        while acknowledged.lock().unwrap().len() < STOPPED_AT && !sending.is_finished() {
            thread::sleep(Duration::from_millis(1));
        }
        server.stop();
        thread::sleep(Duration::from_millis(500));
        server.start();
        sending.join().unwrap()
    });
    assert!(refused > 0, "nobody noticed that the server was away");
    let acknowledged = acknowledged.into_inner().unwrap();
    assert_eq!(acknowledged.len(), POSTS);
    assert_eq!(records::must_be_whole(&server.url()), i64::try_from(POSTS).unwrap());
    let mut client = Client::connect(program.address).unwrap();
    for (post, receipt) in &acknowledged {
        post::must_be_there(&mut client, &token, *post, receipt);
    }
}
