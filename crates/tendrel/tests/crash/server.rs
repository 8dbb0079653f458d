//! PostgreSQL servers of a test's own, for the others share theirs.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub(crate) struct Server {
    folder: TempDir,
    binaries: PathBuf,
    pub(crate) port: u16,
    child: Option<Child>,
}

const INITDB: [&str; 5] =
    ["--username=tendrel", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"];

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

fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        thread::sleep(Duration::from_millis(50));
    }
}

impl Server {
    pub(crate) fn new() -> Server {
        let mut server = Server::empty();
        server.make("initdb", &INITDB);
        server.start();
        server
    }

    /// One that takes only encrypted connections; its certificate for `localhost` is of the authority in the file.
    pub(crate) fn encrypted() -> (Server, PathBuf) {
        let mut server = Server::empty();
        server.make("initdb", &INITDB);
        let data = server.folder.path().join("data");
        let script = "umask 077; cd \"$0\"
            key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
            openssl req -x509 $key -days 2 -subj '/CN=An authority' -keyout ca.key -out ca.crt
            openssl req $key -subj /CN=localhost -keyout server.key -out server.csr
            echo subjectAltName=DNS:localhost >names
            openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.crt
            echo hostssl all all 127.0.0.1/32 trust >pg_hba.conf
            echo ssl=on >>postgresql.conf";
        assert!(as_owner(Path::new("sh")).args(["-ec", script]).arg(&data).status().unwrap().success());
        server.start();
        (server, data.join("ca.crt"))
    }

    /// A copy of another that follows it; what the other commits is on both before it is told.
    pub(crate) fn standby_of(primary: &Server) -> Server {
        let mut server = Server::empty();
        let port = primary.port.to_string();
        let from = ["-h", "127.0.0.1", "-p", &port, "-U", "tendrel", "-R", "-c", "fast", "--no-sync", "-D"];
        server.make("pg_basebackup", &from);
        server.start();
        primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'");
        primary.sql("SELECT pg_reload_conf()");
        let follows = "SELECT sync_state FROM pg_stat_replication";
        eventually("the standby does not follow", || primary.sql(follows) == "sync");
        server
    }

    fn empty() -> Server {
        let named = std::env::var_os("PG_BIN").map(PathBuf::from);
        let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let mut found: Vec<PathBuf> = installed.map(|version| version.path().join("bin")).collect();
        found.sort();
        let binaries = named.or(found.pop()).expect("PG_BIN, or PostgreSQL where Debian puts it");
        let folder = TempDir::with_prefix("tendrel-server-").unwrap();
        std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Server { folder, binaries, port, child: None }
    }

    /// Fills the data folder, which is the last argument.
    fn make(&mut self, program: &str, arguments: &[&str]) {
        let data = self.folder.path().join("data");
        let made = as_owner(&self.binaries.join(program)).args(arguments).arg(data).status();
        assert!(made.unwrap().success(), "{program} failed");
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://tendrel@127.0.0.1:{}/postgres", self.port)
    }

    /// The one field of the one row, as text.
    pub(crate) fn sql(&self, sql: &str) -> String {
        let asked =
            Command::new(self.binaries.join("psql")).args(["-qAt", "-c", sql]).arg(self.url()).output();
        String::from_utf8(asked.unwrap().stdout).unwrap().trim().to_owned()
    }

    pub(crate) fn start(&mut self) {
        let folder = self.folder.path().display();
        let child = as_owner(&self.binaries.join("postgres"))
            .args(["-D", &format!("{folder}/data"), "-p", &self.port.to_string()])
            .args(["-c", "listen_addresses=127.0.0.1", "-c", &format!("unix_socket_directories={folder}")])
            .spawn();
        self.child = Some(child.unwrap());
        eventually("the server does not start", || self.sql("SELECT 1") == "1");
    }

    /// A standby becomes the one that is written to.
    pub(crate) fn promote(&self) {
        let data = self.folder.path().join("data");
        let done = as_owner(&self.binaries.join("pg_ctl")).args(["promote", "-D"]).arg(data).status();
        assert!(done.unwrap().success(), "the standby cannot be promoted");
    }

    /// What `pg_ctl stop -m immediate` does: nobody is waited for and nothing is written down any more.
    pub(crate) fn stop(&mut self) {
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
