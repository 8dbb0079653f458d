//! What the words of an event came in, where nobody typed them on a page.

use crate::desk::request::Channel;
use crate::desk::save::Happened;
use crate::id::{MailId, ScanId};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CameIn {
    Mail(MailId),
    /// A sheet of paper, by fax or as a letter.
    Scan(ScanId, Channel),
}

impl CameIn {
    pub fn channel(self) -> Channel {
        match self {
            CameIn::Mail(_) => Channel::Email,
            CameIn::Scan(_, channel) => channel,
        }
    }

    /// The event says what it came in.
    pub fn told(self, happened: Happened) -> Happened {
        match self {
            CameIn::Mail(mail) => happened.with("mail", mail.to_string()),
            CameIn::Scan(scan, _) => happened.with("scan", scan.to_string()),
        }
    }
}
