//! What a mail server says, and what it is answered: RFC 5321 and RFC 2033 as a table. Pure, but for whether a
//! recipient is one of ours.

use smtp_proto::{Error, Request};

use crate::channels::keep_mail::LONGEST;
use crate::channels::mailbox::Mailbox;
use crate::id::MailboxId;
use crate::settings::MailListenerSettings;

/// Wrong commands after which a connection is ended.
const FAULTS: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Lmtp,
    Smtp,
}

impl Protocol {
    /// As it stands with the mail, and in the log.
    pub(super) fn name(self) -> &'static str {
        match self {
            Protocol::Lmtp => "lmtp",
            Protocol::Smtp => "smtp",
        }
    }
}

/// A message that is about to come.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Envelope {
    /// Empty for a report.
    pub(super) from: String,
    /// Bytes, as its sender says; none when it does not.
    pub(super) size: Option<usize>,
    pub(super) to: Vec<(String, MailboxId)>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Next {
    Say(String),
    /// A sender wants to begin a message.
    Sender {
        from: String,
        size: Option<usize>,
    },
    /// Is this address one of ours?
    Recipient(String),
    Data,
    BeginTls,
    End(String),
}

pub(super) struct Session {
    pub(super) protocol: Protocol,
    recipients: usize,
    offers_tls: bool,
    needs_tls: bool,
    greeted: bool,
    envelope: Option<Envelope>,
    faults: usize,
}

impl Session {
    pub(super) fn new(protocol: Protocol, settings: &MailListenerSettings, offers_tls: bool) -> Session {
        Session {
            protocol,
            recipients: settings.recipients,
            offers_tls,
            needs_tls: settings.require_tls,
            greeted: false,
            envelope: None,
            faults: 0,
        }
    }

    /// All that was said before does not count (RFC 3207, 4.2).
    pub(super) fn began_tls(&mut self) {
        (self.offers_tls, self.needs_tls, self.greeted, self.envelope) = (false, false, false, None);
    }

    pub(super) fn hear(&mut self, request: Request<String>) -> Next {
        let greets = match self.protocol {
            Protocol::Lmtp => matches!(request, Request::Lhlo { .. }),
            Protocol::Smtp => matches!(request, Request::Ehlo { .. } | Request::Helo { .. }),
        };
        match request {
            Request::Helo { .. } if greets => {
                (self.greeted, self.envelope) = (true, None);
                Next::Say("250 tendrel".to_owned())
            }
            _ if greets => {
                (self.greeted, self.envelope) = (true, None);
                Next::Say(self.offer())
            }
            Request::Lhlo { .. } => self.wrong("500 5.5.1 this is SMTP: say EHLO"),
            Request::Ehlo { .. } | Request::Helo { .. } => self.wrong("500 5.5.1 this is LMTP: say LHLO"),
            Request::StartTls if self.offers_tls => Next::BeginTls,
            Request::Mail { .. } if self.needs_tls => self.wrong("530 5.7.0 begin TLS first"),
            Request::Mail { .. } if !self.greeted => self.wrong("503 5.5.1 say who you are first"),
            Request::Mail { .. } if self.envelope.is_some() => self.wrong("503 5.5.1 a message has begun"),
            Request::Mail { from } if from.size > LONGEST => Next::Say(too_long()),
            Request::Mail { from } => {
                Next::Sender { from: from.address, size: (from.size > 0).then_some(from.size) }
            }
            Request::Rcpt { to } => self.recipient(to.address),
            Request::Data => match &self.envelope {
                Some(envelope) if !envelope.to.is_empty() => Next::Data,
                Some(_) => self.wrong("554 5.5.1 no recipient is one of ours"),
                None => self.wrong("503 5.5.1 say from whom and to whom first"),
            },
            Request::Rset => {
                self.envelope = None;
                Next::Say("250 2.0.0 forgotten".to_owned())
            }
            Request::Noop { .. } => Next::Say("250 2.0.0 here".to_owned()),
            Request::Vrfy { .. } => Next::Say("252 2.5.2 send it, and see".to_owned()),
            Request::Help { .. } => {
                Next::Say("214 2.0.0 mail to the desks of this installation is taken here".to_owned())
            }
            Request::Quit => Next::End("221 2.0.0 until the next time".to_owned()),
            other => self.wrong(&format!("502 5.5.1 {} is not spoken here", other.name())),
        }
    }

    /// What could not be read as a command.
    pub(super) fn misheard(&mut self, error: &Error) -> Next {
        match error {
            // What follows may be the rest of the line: nothing in it is a command.
            Error::ResponseTooLong => Next::End("500 5.5.2 the line is too long".to_owned()),
            Error::UnknownCommand => self.wrong("500 5.5.1 no such command"),
            Error::InvalidSenderAddress => self.wrong("501 5.1.7 the sender's address cannot be read"),
            Error::InvalidRecipientAddress => self.wrong("501 5.1.3 the recipient's address cannot be read"),
            Error::UnsupportedParameter { .. } => self.wrong("555 5.5.4 a parameter is not known here"),
            _ => self.wrong("501 5.5.4 the command cannot be read"),
        }
    }

    pub(super) fn began(&mut self, from: String, size: Option<usize>) -> String {
        self.envelope = Some(Envelope { from, size, to: Vec::new() });
        "250 2.1.0 go on".to_owned()
    }

    pub(super) fn take_recipient(&mut self, address: String, mailboxes: &[Mailbox]) -> String {
        let Some(envelope) = &mut self.envelope else { return "503 5.5.1 from whom?".to_owned() };
        match mailboxes.iter().find(|mailbox| mailbox.takes(&address)) {
            Some(mailbox) => {
                envelope.to.push((address, mailbox.id));
                "250 2.1.5 one of ours".to_owned()
            }
            None => "550 5.1.1 no desk has this address".to_owned(),
        }
    }

    /// The message comes; the next may begin.
    pub(super) fn take_envelope(&mut self) -> Envelope {
        self.envelope.take().unwrap_or_default()
    }

    fn recipient(&mut self, address: String) -> Next {
        match &self.envelope {
            None => self.wrong("503 5.5.1 say from whom first"),
            Some(envelope) if envelope.to.len() >= self.recipients => {
                Next::Say("452 4.5.3 too many recipients: send the rest in another message".to_owned())
            }
            Some(_) => Next::Recipient(address),
        }
    }

    fn wrong(&mut self, answer: &str) -> Next {
        self.faults += 1;
        if self.faults >= FAULTS {
            return Next::End("421 4.7.0 too many wrong commands".to_owned());
        }
        Next::Say(answer.to_owned())
    }

    fn offer(&self) -> String {
        let tls = if self.offers_tls { "250-STARTTLS\r\n" } else { "" };
        format!(
            "250-tendrel\r\n250-PIPELINING\r\n250-SIZE {LONGEST}\r\n{tls}250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES"
        )
    }
}

pub(super) fn too_long() -> String {
    format!("552 5.3.4 a message may have {} MB", LONGEST / 1024 / 1024)
}
