//! The letters and SMS of a case as its page shows them: what went to whom, and what to do where one did not arrive.

use jiff::Timestamp;

use crate::desk::queue::rows::Tag;
use crate::desk::store::letters::{Letter, LetterState};
use crate::desk::store::sms::{Sms, SmsState};
use crate::frame::Frame;
use crate::mobile::hidden;

/// One letter on the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    pub what: String,
    /// Name and address; empty when both were removed.
    pub to: String,
    pub state: Tag,
    pub at: Timestamp,
    /// Why it did not go.
    pub fault: String,
    /// It did not arrive: somebody must telephone.
    pub is_bad: bool,
}

pub fn shown(frame: &Frame, letters: &[Letter], texts: &[Sms]) -> Vec<Sent> {
    let letters = letters.iter().map(|letter| one(frame, letter));
    let mut shown: Vec<Sent> = letters.chain(texts.iter().map(|text| by_sms(frame, text))).collect();
    shown.sort_by_key(|sent| sent.at);
    shown
}

/// Words of the state are those of the letters.
fn by_sms(frame: &Frame, text: &Sms) -> Sent {
    let class = match text.state {
        SmsState::Sent => "good",
        SmsState::Waiting => "",
        SmsState::Failed => "bad",
    };
    let to = if text.phone.is_empty() { String::new() } else { hidden(&text.phone) };
    Sent {
        what: frame.t(&format!("letter-kind-{}", text.kind.replace('_', "-"))),
        to: frame.t1("sms-to", "number", to),
        state: Tag { class, words: frame.t(&format!("letter-{}", text.state.code())) },
        at: text.ended_at.unwrap_or(text.send_at),
        fault: text.why.map(|why| frame.t(&why.key())).unwrap_or_default(),
        is_bad: text.state == SmsState::Failed,
    }
}

fn one(frame: &Frame, letter: &Letter) -> Sent {
    let class = match letter.state {
        LetterState::Sent => "good",
        LetterState::Waiting => "",
        LetterState::Stopped => "warn",
        LetterState::Failed | LetterState::Bounced => "bad",
    };
    let to = match (letter.name.as_str(), letter.address.as_str()) {
        ("", address) => address.to_owned(),
        (name, "") => name.to_owned(),
        (name, address) => format!("{name} · {address}"),
    };
    Sent {
        what: frame.t(&format!("letter-kind-{}", letter.kind.replace('_', "-"))),
        to,
        state: Tag { class, words: frame.t(&format!("letter-{}", letter.state.code())) },
        at: letter.sent_at.unwrap_or(letter.send_at),
        fault: letter.fault.clone(),
        is_bad: letter.state.is_bad(),
    }
}
