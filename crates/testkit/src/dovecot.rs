//! Dovecot on loopback: an IMAP server that others run too.

#![expect(clippy::unwrap_used, reason = "a test may panic anywhere")]

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// The password of the mailbox.
pub const SECRET: &str = "six-herons-at-Wangdue";
/// Its user name.
pub const LOGIN: &str = "ict";

/// A server with one mailbox; ends with its value.
pub struct Dovecot {
    server: Child,
    pub port: u16,
    folder: TempDir,
    tokens: Option<String>,
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Dovecot {
    /// `None`, said aloud, where it is not installed; where nothing may be left out that is a failure.
    pub fn start() -> Option<Dovecot> {
        Dovecot::start_with(None)
    }

    /// The same that takes tokens and no password, and asks this address whether one is good (RFC 7662).
    pub fn start_for_tokens(introspection: &str) -> Option<Dovecot> {
        Dovecot::start_with(Some(introspection.to_owned()))
    }

    fn start_with(tokens: Option<String>) -> Option<Dovecot> {
        let program = Path::new("/usr/sbin/dovecot");
        if !program.exists() {
            assert!(std::env::var("CI").is_err(), "dovecot is not installed: apt-get install dovecot-imapd");
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED: dovecot is not installed: apt-get install dovecot-imapd"
            );
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = serve(program, folder.path(), port, tokens.as_deref());
        let mut dovecot = Dovecot { server, port, folder, tokens };
        dovecot.inbox();
        dovecot.wait();
        Some(dovecot)
    }

    /// As a mailbox of the desk is set up with it.
    pub fn url(&self) -> String {
        format!("imap://127.0.0.1:{}", self.port)
    }

    /// Puts a mail into the mailbox, as a mail server does.
    pub fn put(&self, name: &str, mail: &[u8]) {
        let folder = self.inbox();
        let arriving = folder.join("tmp").join(name);
        std::fs::write(&arriving, mail).unwrap();
        std::fs::rename(arriving, folder.join("new").join(name)).unwrap();
    }

    fn inbox(&self) -> PathBuf {
        let inbox = self.folder.path().join("mail");
        for part in ["cur", "new", "tmp"] {
            std::fs::create_dir_all(inbox.join(part)).unwrap();
            // It may be read by somebody else than who made it.
            for folder in [inbox.clone(), inbox.join(part)] {
                let _ = std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o777));
            }
        }
        inbox
    }

    /// How many mails it holds that somebody has seen.
    pub fn seen(&self) -> usize {
        let cur = std::fs::read_dir(self.inbox().join("cur")).unwrap();
        cur.filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().ends_with('S')).count()
    }

    /// The server forgets how it counted, as after it was restored.
    pub fn count_anew(&self) {
        for file in std::fs::read_dir(self.inbox()).unwrap() {
            let path = file.unwrap().path();
            if path.file_name().unwrap().to_string_lossy().starts_with("dovecot") {
                std::fs::remove_file(path).unwrap();
            }
        }
    }

    /// It goes away, and leaves its mail.
    pub fn stop(&mut self) {
        // Those that it started would go on talking for some seconds: all of its group go.
        let group = format!("-{}", self.server.id());
        for signal in ["-TERM", "-KILL"] {
            let _ = Command::new("/bin/kill").args([signal, "--", &group]).stderr(Stdio::null()).status();
            let _ = self.server.wait();
        }
    }

    /// At the same port.
    pub fn start_again(&mut self) {
        self.server =
            serve(Path::new("/usr/sbin/dovecot"), self.folder.path(), self.port, self.tokens.as_deref());
        self.wait();
    }

    fn wait(&mut self) {
        for tries in 0.. {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            assert!(tries < 200, "dovecot does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn serve(program: &Path, folder: &Path, port: u16, tokens: Option<&str>) -> Child {
    let settings = folder.join("dovecot.conf");
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    let user = Command::new("id").arg("-un").output().unwrap().stdout;
    let user = String::from_utf8(user).unwrap().trim().to_owned();
    // It refuses to do its work as root; Debian made these two for it.
    let (login, own) = if user == "root" { ("dovenull", "dovecot") } else { (user.as_str(), user.as_str()) };
    let passwords = passwords(folder, tokens);
    let folder = folder.display();
    let text = format!(
        "protocols = imap\nlisten = 127.0.0.1\nssl = no\ndisable_plaintext_auth = no\n\
         base_dir = {folder}/run\nstate_dir = {folder}/state\nlog_path = {folder}/log\n\
         default_internal_user = {own}\ndefault_internal_group = {own}\ndefault_login_user = {login}\n\
         first_valid_uid = 1\nmail_location = maildir:{folder}/mail\nmail_uid = {own}\nmail_gid = {own}\n\
         service imap-login {{\n  chroot =\n  inet_listener imap {{\n    port = {port}\n  }}\n  inet_listener imaps {{\n    port = 0\n  }}\n}}\n\
         service anvil {{\n  chroot =\n}}\nservice stats {{\n  chroot =\n}}\n\
         {passwords}\
         userdb {{\n  driver = static\n  args = uid={own} gid={own} home={folder}\n}}\n"
    );
    std::fs::write(&settings, text).unwrap();
    let quiet = Stdio::null;
    let mut command = Command::new(program);
    command
        .arg("-F")
        .arg("-c")
        .arg(&settings)
        .process_group(0)
        .stdout(quiet())
        .stderr(quiet())
        .spawn()
        .unwrap()
}

/// The part of the settings that says who may come in.
fn passwords(folder: &Path, tokens: Option<&str>) -> String {
    let Some(introspection) = tokens else {
        return format!("passdb {{\n  driver = static\n  args = password={{PLAIN}}{SECRET}\n}}\n");
    };
    let asks = folder.join("tokens.conf");
    let text = format!(
        "introspection_url = {introspection}\nintrospection_mode = post\nactive_attribute = active\n\
         active_value = true\nusername_attribute = username\n"
    );
    std::fs::write(&asks, text).unwrap();
    let asks = asks.display();
    format!(
        "auth_mechanisms = xoauth2\npassdb {{\n  driver = oauth2\n  mechanisms = xoauth2\n  args = {asks}\n}}\n"
    )
}
