//! To which case a mail belongs. Pure: what is known goes in, the place comes out.
//!
//! The order is that of what proves most: an address of ours that only those we wrote to can have; an id of ours; the
//! id of any mail of the case, the requester's own first one too; last a number in the subject, and that only from
//! somebody who belongs to the case, because numbers can be guessed.

use serde::Serialize;

use crate::desk::number::Number;

/// By what a mail was found to belong to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// It went to an address that we gave for answers about the case.
    Address,
    /// It answers a mail of ours.
    OurId,
    /// It answers another mail of the case.
    KnownId,
    /// Its subject names the number, and its author belongs to the case.
    Subject,
}

/// A case that a mail may belong to, by its number.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub number: String,
    /// It came to the mailbox that this mail came to, or is with its unit now.
    pub is_near: bool,
    /// The author asked for it, is in copy of it, or works on it.
    pub knows_author: bool,
}

/// What leads to cases, each list in the order in which it is to be believed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Leads {
    pub by_address: Vec<Candidate>,
    pub by_our_id: Vec<Candidate>,
    pub by_known_id: Vec<Candidate>,
    pub by_subject: Vec<Candidate>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    Case {
        number: String,
        by: By,
    },
    /// No case: it begins one. A number that its author may not write to is told to the officer.
    New {
        named: Option<String>,
    },
}

impl Leads {
    pub fn place(&self) -> Place {
        let proven = [(&self.by_address, By::Address), (&self.by_our_id, By::OurId)];
        for (candidates, by) in proven {
            if let Some(first) = candidates.first() {
                return Place::Case { number: first.number.clone(), by };
            }
        }
        // One mail to two desks is two cases: an answer goes to the one whose desk got it.
        let known = self.by_known_id.iter().find(|candidate| candidate.is_near);
        if let Some(near) = known {
            return Place::Case { number: near.number.clone(), by: By::KnownId };
        }
        if let Some(own) = self.by_subject.iter().find(|candidate| candidate.knows_author) {
            return Place::Case { number: own.number.clone(), by: By::Subject };
        }
        Place::New { named: self.by_subject.first().map(|candidate| candidate.number.clone()) }
    }
}

/// Numbers that stand in a subject as we write them: in square brackets, with a check digit that holds. The last comes
/// first: programs put ours at the end, and a forwarded subject may hold others.
pub fn tags(subject: &str) -> Vec<String> {
    let mut found: Vec<String> = subject
        .split('[')
        .skip(1)
        .filter_map(|rest| rest.split_once(']'))
        .filter_map(|(inside, _)| Number::parse(inside.trim().trim_start_matches('#')).ok())
        .map(|number| number.to_string())
        .collect();
    found.reverse();
    found.dedup();
    found
}

/// The subject without our own numbers: what a new case is called.
pub fn untagged(subject: &str) -> String {
    let mut left = String::new();
    let mut rest = subject;
    while let Some((before, after)) = rest.split_once('[') {
        left.push_str(before);
        match after.split_once(']') {
            Some((inside, behind)) if Number::parse(inside.trim().trim_start_matches('#')).is_ok() => {
                rest = behind;
            }
            _ => {
                left.push('[');
                rest = after;
            }
        }
    }
    left.push_str(rest);
    left.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(number: &str, is_near: bool, knows_author: bool) -> Candidate {
        Candidate { number: number.to_owned(), is_near, knows_author }
    }

    fn case(number: &str, by: By) -> Place {
        Place::Case { number: number.to_owned(), by }
    }

    #[test]
    fn what_proves_most_decides() {
        let mut leads = Leads {
            by_address: vec![candidate("A", false, false)],
            by_our_id: vec![candidate("B", true, true)],
            by_known_id: vec![candidate("C", true, true)],
            by_subject: vec![candidate("D", true, true)],
        };
        assert_eq!(leads.place(), case("A", By::Address));
        leads.by_address.clear();
        assert_eq!(leads.place(), case("B", By::OurId));
        leads.by_our_id.clear();
        assert_eq!(leads.place(), case("C", By::KnownId));
        leads.by_known_id.clear();
        assert_eq!(leads.place(), case("D", By::Subject));
        leads.by_subject.clear();
        assert_eq!(leads.place(), Place::New { named: None });
    }

    #[test]
    fn a_number_in_the_subject_opens_the_case_to_those_alone_who_belong_to_it() {
        let stranger = Leads { by_subject: vec![candidate("D", true, false)], ..Leads::default() };
        assert_eq!(stranger.place(), Place::New { named: Some("D".to_owned()) });
    }

    #[test]
    fn an_answer_to_a_mail_that_two_desks_got_goes_to_the_desk_it_was_sent_to() {
        let known = vec![candidate("THI", false, true), candidate("PUN", true, true)];
        assert_eq!(Leads { by_known_id: known, ..Leads::default() }.place(), case("PUN", By::KnownId));
        let other = Leads { by_known_id: vec![candidate("THI", false, true)], ..Leads::default() };
        assert_eq!(other.place(), Place::New { named: None });
    }

    #[test]
    fn only_a_whole_number_of_ours_in_brackets_is_one() {
        let number = Number { unit: "PUN".to_owned(), year: 26, counter: 1482 }.to_string();
        assert_eq!(tags(&format!("Re: No line [{number}]")), std::slice::from_ref(&number));
        assert_eq!(tags(&format!("AW: [#{}] No line", number.to_lowercase())), std::slice::from_ref(&number));
        for none in [
            format!("No line {number}"),
            "[PUN-26-01482-0] No line".to_owned(),
            "the colour #17346c".to_owned(),
            "[Ticket#12345] theirs".to_owned(),
            format!("[{number} No line"),
            String::new(),
        ] {
            assert_eq!(tags(&none), Vec::<String>::new(), "{none}");
        }
        assert_eq!(untagged(&format!("No  line [{number}] [room 4]")), "No line [room 4]");
        assert_eq!(untagged("[ no end"), "[ no end");
    }
}
