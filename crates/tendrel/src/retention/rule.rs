//! A rule, and which one a thing falls under. Pure.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// What is kept for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Personal data of cases that are over.
    Requests,
    Attachments,
    /// Network addresses in the log of sign-ins.
    SignInAddresses,
    Sessions,
    Notices,
    GivenUpJobs,
    /// What came by mail and became no case.
    Mail,
    /// What was sent to receivers of webhooks, and what they answered.
    WebhookLog,
    /// What was sent by SMS.
    SmsLog,
    /// Files that were sent and that no record speaks of.
    Uploads,
}

impl What {
    pub const ALL: [What; 10] = [
        What::Requests,
        What::Attachments,
        What::SignInAddresses,
        What::Sessions,
        What::Notices,
        What::GivenUpJobs,
        What::Mail,
        What::WebhookLog,
        What::SmsLog,
        What::Uploads,
    ];

    pub fn code(self) -> &'static str {
        match self {
            What::Requests => "requests",
            What::Attachments => "attachments",
            What::SignInAddresses => "sign_in_addresses",
            What::Sessions => "sessions",
            What::Notices => "notices",
            What::GivenUpJobs => "given_up_jobs",
            What::Mail => "mail",
            What::WebhookLog => "webhook_log",
            What::SmsLog => "sms_log",
            What::Uploads => "uploads",
        }
    }

    pub fn from_code(code: &str) -> Option<What> {
        What::ALL.into_iter().find(|what| what.code() == code)
    }

    /// May there be other rules for one kind or one service?
    pub fn is_of_cases(self) -> bool {
        matches!(self, What::Requests | What::Attachments)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub id: Uuid,
    pub what: What,
    /// "" is every kind.
    pub kind: String,
    /// "" is every service.
    pub service: String,
    pub days: i64,
    pub reason: String,
    pub valid_from: String,
    pub valid_to: Option<String>,
    pub changed_by: String,
}

impl Rule {
    /// What ended before this is due.
    pub fn due_before(&self, now: Timestamp) -> Timestamp {
        now.checked_sub(SignedDuration::from_hours(24 * self.days)).unwrap_or(Timestamp::MIN)
    }
}

/// The rules that hold on a day.
#[derive(Clone, Debug, Default)]
pub struct Rules(pub Vec<Rule>);

impl Rules {
    /// The rule for what has neither kind nor service.
    pub fn of(&self, what: What) -> Option<&Rule> {
        self.0.iter().find(|rule| rule.what == what && rule.kind.is_empty() && rule.service.is_empty())
    }

    /// The nearest rule for a case: its service's, else its kind's, else that for all.
    pub fn of_case(&self, what: What, kind: &str, service: &str) -> Option<&Rule> {
        let fits = |rule: &&Rule| {
            rule.what == what
                && (rule.kind.is_empty() || rule.kind == kind)
                && (rule.service.is_empty() || rule.service == service)
        };
        let nearness = |rule: &&Rule| (!rule.service.is_empty(), !rule.kind.is_empty());
        self.0.iter().filter(fits).max_by_key(nearness)
    }

    /// Before this nothing of any case is due.
    pub fn cases_before(&self, now: Timestamp) -> Option<Timestamp> {
        self.0.iter().filter(|rule| rule.what.is_of_cases()).map(|rule| rule.due_before(now)).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(what: What, kind: &str, service: &str, days: i64) -> Rule {
        Rule {
            id: Uuid::nil(),
            what,
            kind: kind.to_owned(),
            service: service.to_owned(),
            days,
            reason: String::new(),
            valid_from: String::new(),
            valid_to: None,
            changed_by: String::new(),
        }
    }

    #[test]
    fn the_nearest_rule_holds() {
        let rules = Rules(vec![
            rule(What::Requests, "", "", 10),
            rule(What::Requests, "incident", "", 20),
            rule(What::Requests, "", "account", 5),
            rule(What::Attachments, "", "", 3),
        ]);
        let days = |kind, service| rules.of_case(What::Requests, kind, service).map(|rule| rule.days);
        assert_eq!(days("service_request", "training"), Some(10));
        assert_eq!(days("incident", "training"), Some(20));
        assert_eq!(days("incident", "account"), Some(5));
        assert_eq!(rules.of(What::Sessions), None);
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 100);
        let first = rules.cases_before(now).unwrap();
        assert_eq!(now.duration_since(first).as_hours(), 24 * 3);
    }

    #[test]
    fn a_rule_longer_than_time_itself_removes_nothing() {
        assert_eq!(
            rule(What::Sessions, "", "", 36_500_000).due_before(Timestamp::UNIX_EPOCH),
            Timestamp::MIN
        );
    }
}
