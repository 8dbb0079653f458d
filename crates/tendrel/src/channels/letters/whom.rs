//! Who is told what of an event. Pure.

use serde_json::Value as Json;

use crate::channels::letters::kind::Kind;

/// An event of a case, as far as it decides who is told.
#[derive(Clone, Debug)]
pub struct Happening<'a> {
    pub activity: &'a str,
    pub detail: &'a Json,
    /// The one who asked did it, signed in or by a link.
    pub by_requester: bool,
    /// A hold that waits for the requester.
    pub waits_for_requester: bool,
    /// Colleagues in copy are strangers to a confidential case.
    pub confidential: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    Requester,
    /// Colleagues in copy.
    Watchers,
    /// To whom it was given.
    Officer,
    /// The officer who has it, or the unit while nobody has it.
    LooksAfter,
    /// Everybody of the unit.
    Unit,
}

/// Nobody is told what they did themselves; that is left to who knows the people.
pub fn told(it: &Happening<'_>) -> Vec<(Kind, Whom)> {
    let from_unit = it.detail.get("from_unit") == Some(&Json::Bool(true));
    let to_requester = |kind: Kind| if it.by_requester { vec![] } else { vec![(kind, Whom::Requester)] };
    let mut letters = match it.activity {
        "received" => vec![(Kind::Received, Whom::Requester)],
        "replied" if from_unit => vec![(Kind::Replied, Whom::Requester), (Kind::Replied, Whom::Watchers)],
        "replied" => vec![(Kind::Wrote, Whom::LooksAfter)],
        "held" if it.waits_for_requester => to_requester(Kind::Asked),
        "held" => to_requester(Kind::Held),
        "resolved" => vec![(Kind::Resolved, Whom::Requester), (Kind::Resolved, Whom::Watchers)],
        "reopened" if it.by_requester => vec![(Kind::Wrote, Whom::LooksAfter)],
        "reopened" => to_requester(Kind::Reopened),
        "closed" => to_requester(Kind::Closed),
        "cancelled" if it.by_requester => vec![(Kind::Wrote, Whom::LooksAfter)],
        "cancelled" => to_requester(Kind::Cancelled),
        "handed_over" => vec![(Kind::Moved, Whom::Requester), (Kind::HandedOver, Whom::Unit)],
        "assigned" => vec![(Kind::Assigned, Whom::Officer)],
        "warned" => vec![(Kind::Warned, Whom::LooksAfter)],
        "breached" => vec![(Kind::Breached, Whom::LooksAfter)],
        _ => vec![],
    };
    letters.retain(|(_, whom)| !(it.confidential && *whom == Whom::Watchers));
    letters
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_table_of_who_is_told_what() {
        let (unit, nothing) = (json!({ "from_unit": true }), json!({}));
        // activity, by the unit, by the requester
        let mut table = String::new();
        for activity in [
            "received",
            "replied",
            "held",
            "resolved",
            "reopened",
            "closed",
            "cancelled",
            "handed_over",
            "assigned",
            "warned",
            "breached",
            "noted",
            "taken",
            "rated",
        ] {
            let told_of = |by_requester: bool, confidential: bool| {
                let detail = if by_requester { &nothing } else { &unit };
                let it = Happening {
                    activity,
                    detail,
                    by_requester,
                    waits_for_requester: activity == "held",
                    confidential,
                };
                let told: Vec<String> =
                    told(&it).iter().map(|(kind, whom)| format!("{}>{whom:?}", kind.code())).collect();
                if told.is_empty() { "-".to_owned() } else { told.join(" ") }
            };
            table.push_str(&format!("{activity:<12}{:<40}{}\n", told_of(false, false), told_of(true, false)));
            assert!(!told_of(false, true).contains("Watchers"), "{activity}");
        }
        let expected = "\
received    received>Requester                      received>Requester
replied     replied>Requester replied>Watchers      wrote>LooksAfter
held        asked>Requester                         -
resolved    resolved>Requester resolved>Watchers    resolved>Requester resolved>Watchers
reopened    reopened>Requester                      wrote>LooksAfter
closed      closed>Requester                        -
cancelled   cancelled>Requester                     wrote>LooksAfter
handed_over moved>Requester handed_over>Unit        moved>Requester handed_over>Unit
assigned    assigned>Officer                        assigned>Officer
warned      warned>LooksAfter                       warned>LooksAfter
breached    breached>LooksAfter                     breached>LooksAfter
noted       -                                       -
taken       -                                       -
rated       -                                       -
";
        assert_eq!(table, expected, "{table}");
    }
}
