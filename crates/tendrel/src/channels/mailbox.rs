//! An address of a desk: mail to it becomes cases of its unit, and what is written about them comes from it.

use jiff::Timestamp;

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
    /// When its server was last asked with success; `None` before that, and where mail is handed over.
    pub fetched_at: Option<Timestamp>,
    pub fault: String,
    pub closed_at: Option<Timestamp>,
    pub version: i64,
}

impl Mailbox {
    /// Is a mail to this address for this mailbox? What stands after a `+` is ours.
    pub fn takes(&self, address: &str) -> bool {
        plain(address) == self.address
    }

    /// As it stands in a header.
    pub fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
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
    fn what_stands_after_the_plus_belongs_to_the_address() {
        assert_eq!(plain(" ICT+t.pun-26-01482-7.abc@Punakha.example "), "ict@punakha.example");
        assert_eq!(plain("ict@punakha.example"), "ict@punakha.example");
        assert_eq!(plain("no address"), "no address");
    }
}
