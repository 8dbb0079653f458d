//! OpenLDAP's server on loopback, with a few people of a government in it.

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use ldap3::{Ldap, LdapConnAsync, Mod};

use crate::settings::identity::LdapSettings;
use crate::testing::World;

const SUFFIX: &str = "dc=gov,dc=example";
const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/ldap");
/// Everybody's password.
pub(crate) const SECRET: &str = "six herons at Wangdue";

pub(crate) struct Slapd {
    server: Child,
    pub(crate) port: u16,
    pub(crate) tls_port: u16,
    _folder: tempfile::TempDir,
}

impl Drop for Slapd {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn program(name: &str) -> Option<PathBuf> {
    ["/usr/sbin", "/usr/lib/openldap", "/usr/local/libexec"]
        .into_iter()
        .map(|folder| Path::new(folder).join(name))
        .find(|path| path.exists())
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Slapd {
    /// `None`, said aloud, where it is not installed; where nothing may be left out that is a failure.
    pub(crate) async fn start() -> Option<Slapd> {
        let (Some(server), Some(filler)) = (program("slapd"), program("slapadd")) else {
            assert!(std::env::var("CI").is_err(), "slapd is not installed: apt-get install slapd");
            let _ = writeln!(std::io::stderr(), "SKIPPED: slapd is not installed: apt-get install slapd");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let settings = folder.path().join("slapd.conf");
        std::fs::create_dir(folder.path().join("db")).unwrap();
        std::fs::write(&settings, configuration(folder.path())).unwrap();
        std::fs::write(folder.path().join("people.ldif"), people()).unwrap();
        let filled = Command::new(filler)
            .arg("-f")
            .arg(&settings)
            .arg("-l")
            .arg(folder.path().join("people.ldif"))
            .output()
            .unwrap();
        assert!(filled.status.success(), "{}", String::from_utf8_lossy(&filled.stderr));
        let (port, tls_port) = (free_port(), free_port());
        let server = Command::new(server)
            .args(["-d", "0", "-h", &format!("ldap://127.0.0.1:{port}/ ldaps://127.0.0.1:{tls_port}/")])
            .arg("-f")
            .arg(&settings)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let slapd = Slapd { server, port, tls_port, _folder: folder };
        for tries in 0.. {
            if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                break;
            }
            assert!(tries < 200, "slapd does not start");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        Some(slapd)
    }

    /// The table of the settings that names it.
    pub(crate) fn settings(&self, also: &str) -> LdapSettings {
        let text = format!(
            "url = \"ldap://127.0.0.1:{}\"\nbind_dn = \"cn=reader,{SUFFIX}\"\nbind_password = \"{SECRET}\"\n\
             people = \"ou=people,{SUFFIX}\"\ngroups = \"ou=groups,{SUFFIX}\"\n{also}",
            self.port
        );
        toml::from_str(&text).unwrap()
    }

    async fn keeper(&self) -> Ldap {
        let (connection, mut ldap) =
            LdapConnAsync::new(&format!("ldap://127.0.0.1:{}", self.port)).await.unwrap();
        tokio::spawn(async move { connection.drive().await });
        ldap.simple_bind(&format!("cn=keeper,{SUFFIX}"), SECRET).await.unwrap().success().unwrap();
        ldap
    }

    /// Adds somebody with these attributes.
    pub(crate) async fn add(&self, uid: &str, attributes: &[(&str, &str)]) {
        let mut all = vec![
            ("objectClass", HashSet::from(["inetOrgPerson"])),
            ("uid", HashSet::from([uid])),
            ("sn", HashSet::from([uid])),
            ("userPassword", HashSet::from([SECRET])),
        ];
        all.extend(attributes.iter().map(|(name, value)| (*name, HashSet::from([*value]))));
        let added = self.keeper().await.add(&person(uid), all).await.unwrap();
        added.success().unwrap();
    }

    pub(crate) async fn remove(&self, uid: &str) {
        self.keeper().await.delete(&person(uid)).await.unwrap().success().unwrap();
    }

    pub(crate) async fn change(&self, uid: &str, name: &str, value: &str) {
        let change = vec![Mod::Replace(name, HashSet::from([value]))];
        self.keeper().await.modify(&person(uid), change).await.unwrap().success().unwrap();
    }

    pub(crate) async fn put_into_group(&self, uid: &str, group: &str) {
        let (dn, member) = (format!("cn={group},ou=groups,{SUFFIX}"), person(uid));
        let change = vec![Mod::Add("member", HashSet::from([member.as_str()]))];
        self.keeper().await.modify(&dn, change).await.unwrap().success().unwrap();
    }
}

impl World {
    /// People come in by this directory too.
    pub(crate) fn with_directory(mut self, slapd: &Slapd, also: &str) -> World {
        let ldap = slapd.settings(also);
        self.app.tls =
            std::sync::Arc::new(crate::tls::client(Some(&Path::new(DATA).join("ca.pem"))).unwrap());
        self.set_settings(|settings| settings.sign_in.ldap = Some(ldap));
        self
    }
}

fn person(uid: &str) -> String {
    format!("uid={uid},ou=people,{SUFFIX}")
}

fn configuration(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n\
         include /etc/ldap/schema/inetorgperson.schema\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n\
         pidfile {folder}/slapd.pid\nTLSCACertificateFile {DATA}/ca.pem\nTLSCertificateFile {DATA}/server.pem\n\
         TLSCertificateKeyFile {DATA}/server.key\ndatabase mdb\nmaxsize 16777216\ndbnosync\nsuffix {SUFFIX}\n\
         rootdn cn=keeper,{SUFFIX}\nrootpw \"{SECRET}\"\ndirectory {folder}/db\n\
         access to attrs=userPassword by anonymous auth by * none\n\
         access to * by dn.exact=cn=reader,{SUFFIX} read by * none\n"
    )
}

fn people() -> String {
    let mut text = format!(
        "dn: {SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\no: Government\ndc: gov\n\n\
         dn: cn=reader,{SUFFIX}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: reader\n\
         userPassword: {SECRET}\n\n\
         dn: ou=people,{SUFFIX}\nobjectClass: organizationalUnit\nou: people\n\n\
         dn: ou=groups,{SUFFIX}\nobjectClass: organizationalUnit\nou: groups\n\n\
         dn: cn=ict-heads,ou=groups,{SUFFIX}\nobjectClass: groupOfNames\ncn: ict-heads\nmember: uid=nobody,{SUFFIX}\n\n"
    );
    for (uid, name, office) in [
        ("karma", "Karma Wangmo", "Punakha ICT Services"),
        ("sonam", "Sonam Dorji", "Punakha ICT Services"),
        ("tshering", "Tshering Dema", "Kabjisa Central School"),
    ] {
        text.push_str(&format!(
            "dn: {}\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {name}\nsn: {uid}\nmail: {uid}@tendrel.example\n\
             ou: {office}\ntitle: Officer\nuserPassword: {SECRET}\n\n",
            person(uid)
        ));
    }
    text
}
