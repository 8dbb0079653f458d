//! An address of a desk: mail to it becomes cases of its unit, and what is written about them comes from it.

use jiff::Timestamp;

use crate::desk::today::SILENT;
use crate::id::{MailboxId, OrganisationId, ServiceId};

#[derive(Clone, Debug, PartialEq)]
pub struct Mailbox {
    pub id: MailboxId,
    /// In small letters.
    pub address: String,
    pub name: String,
    pub unit: OrganisationId,
    /// What is asked for here, unless the words say otherwise.
    pub service: ServiceId,
    /// Do the words of a mail decide?
    pub sorts: bool,
    /// A fax machine or a scanner writes here: what hangs on its mail are sheets of paper.
    pub is_fax: bool,
    /// When its server was last asked with success; `None` before that, and where mail is handed over.
    pub fetched_at: Option<Timestamp>,
    pub fault: String,
    pub closed_at: Option<Timestamp>,
    pub version: i64,
}

impl Mailbox {
    /// A new one whose mail is handed over and sorted by its words.
    pub fn new(
        address: &str,
        name: &str,
        unit: OrganisationId,
        service: ServiceId,
        now: Timestamp,
    ) -> Mailbox {
        Mailbox {
            id: MailboxId::new(now),
            address: address.to_lowercase(),
            name: name.to_owned(),
            unit,
            service,
            sorts: true,
            is_fax: false,
            fetched_at: None,
            fault: String::new(),
            closed_at: None,
            version: 1,
        }
    }

    /// Is a mail to this address for this mailbox? What stands after a `+` is ours.
    pub fn takes(&self, address: &str) -> bool {
        plain(address) == self.address
    }

    /// Could its server not be asked for too long?
    pub fn is_silent(&self, now: Timestamp) -> bool {
        !self.fault.is_empty() && self.fetched_at.is_none_or(|at| now.duration_since(at) > SILENT)
    }

    /// As it stands in a header.
    pub fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// Where the mail of a mailbox is fetched.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Server {
    /// `imaps://host:993`, or `imap://host:143`, which must offer STARTTLS unless it is this machine; empty for none.
    pub url: String,
    pub folder: String,
    pub login: String,
    /// Where the secret is changed for a token (OAuth2, RFC 6749 section 6); empty where it is a password.
    pub token_url: String,
}

/// Name and port of a server.
#[derive(Clone, Debug, PartialEq)]
pub struct Host {
    pub name: String,
    pub port: u16,
    /// TLS from the first byte; else the server is asked to begin it.
    pub tls: bool,
}

impl Server {
    pub fn host(&self) -> Option<Host> {
        let (tls, rest) = match self.url.strip_prefix("imaps://") {
            Some(rest) => (true, rest),
            None => (false, self.url.strip_prefix("imap://")?),
        };
        let rest = rest.trim_end_matches('/');
        let (name, port) = match rest.rsplit_once(':') {
            Some((name, port)) => (name, port.parse().ok()?),
            None => (rest, if tls { 993 } else { 143 }),
        };
        let fits = |sign: char| sign.is_ascii_alphanumeric() || ".-".contains(sign);
        let is_name = !name.is_empty() && name.chars().all(fits);
        is_name.then(|| Host { name: name.to_owned(), port, tls })
    }

    /// Fields with the keys of what is wrong with them.
    pub fn faults(&self) -> Vec<(&'static str, &'static str)> {
        let mut faults = Vec::new();
        if !self.url.is_empty() && self.host().is_none() {
            faults.push(("server", "mailboxes-server-wrong"));
        }
        if !self.url.is_empty() && self.login.is_empty() {
            faults.push(("login", "mailboxes-login-missing"));
        }
        let is_wrong = |folder: &str| folder.is_empty() || folder.chars().any(char::is_control);
        if is_wrong(&self.folder) || self.login.chars().any(char::is_control) {
            faults.push(("folder", "mailboxes-folder-wrong"));
        }
        let is_https = self.token_url.starts_with("https://");
        if !self.token_url.is_empty() && !is_https {
            faults.push(("token_url", "mailboxes-token-wrong"));
        }
        faults
    }
}

/// The address without what stands between `+` and `@`, in small letters.
pub fn plain(address: &str) -> String {
    let address = address.trim().to_lowercase();
    match address.rsplit_once('@') {
        Some((local, domain)) => format!("{}@{domain}", local.split('+').next().unwrap_or(local)),
        None => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_told_with_its_port_or_without() {
        let host = |url: &str| Server { url: url.to_owned(), ..Server::default() }.host();
        let mail = |port, tls| Some(Host { name: "mail.example.bt".to_owned(), port, tls });
        assert_eq!(host("imaps://mail.example.bt"), mail(993, true));
        assert_eq!(host("imaps://mail.example.bt:1993/"), mail(1993, true));
        assert_eq!(host("imap://mail.example.bt"), mail(143, false));
        for wrong in
            ["", "mail.example.bt", "imaps://", "imaps://a:b", "imaps://u:p@mail.example.bt", "http://x"]
        {
            assert_eq!(host(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_stands_after_the_plus_belongs_to_the_address() {
        assert_eq!(plain(" ICT+t.pun-26-01482-7.abc@Punakha.example "), "ict@punakha.example");
        assert_eq!(plain("ict@punakha.example"), "ict@punakha.example");
        assert_eq!(plain("no address"), "no address");
    }
}
