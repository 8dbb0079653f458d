//! The filters of a list as they stand in the address, and what they ask for.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::desk::catalogue::CatalogueData;
use crate::desk::request::{Channel, State};
use crate::desk::store::lists::{Order, Position, Veiled, Wanted};
use crate::id::{OrganisationId, PersonId, ServiceId};

/// The names that mean something in the address, in the order in which they are written.
const NAMES: [&str; 16] = [
    "unit",
    "all",
    "state",
    "officer",
    "service",
    "office",
    "priority",
    "channel",
    "late",
    "reopened",
    "rating",
    "from",
    "to",
    "resolved_from",
    "resolved_to",
    "after",
];

/// What stands in the address; unknown names and empty values are left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filters {
    values: Vec<(&'static str, String)>,
}

impl Filters {
    pub fn parse(query: &str) -> Filters {
        let given: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let values = NAMES
            .into_iter()
            .filter_map(|name| {
                let (_, value) = given.iter().find(|(key, value)| key == name && !value.trim().is_empty())?;
                Some((name, value.trim().to_owned()))
            })
            .collect();
        Filters { values }
    }

    pub fn of(&self, name: &str) -> &str {
        self.values.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value)
    }

    pub fn has(&self, name: &str) -> bool {
        !self.of(name).is_empty()
    }

    /// The same list with one filter set to another value, or without it when `value` is empty; from its first page.
    pub fn with(&self, name: &'static str, value: &str) -> Filters {
        let mut values: Vec<(&'static str, String)> =
            self.values.iter().filter(|(key, _)| *key != name && *key != "after").cloned().collect();
        if !value.is_empty() {
            values.push((name, value.to_owned()));
        }
        values.sort_by_key(|(key, _)| NAMES.iter().position(|name| name == key));
        Filters { values }
    }

    /// As an address has it, without a question mark.
    pub fn query(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.values).finish()
    }

    /// The first page of the list.
    pub fn first(&self) -> String {
        self.with("after", "").query()
    }

    /// How many filters narrow the list down.
    pub fn narrowing(&self) -> usize {
        self.values.iter().filter(|(key, _)| !matches!(*key, "after" | "unit" | "all")).count()
    }

    pub fn office(&self) -> Option<OrganisationId> {
        OrganisationId::parse(self.of("office"))
    }

    /// Values that mean nothing: a page passes over them, a program is told.
    pub fn misunderstood(&self, catalogue: &CatalogueData) -> Vec<&'static str> {
        let is_understood = |name: &str, value: &str| match name {
            "all" | "late" | "reopened" => value == "1",
            "state" => State::from_code(value).is_some(),
            "officer" => matches!(value, "me" | "nobody") || PersonId::parse(value).is_some(),
            "service" => catalogue.service_by_code(value).is_some(),
            "office" => OrganisationId::parse(value).is_some(),
            "priority" => value.parse().is_ok_and(|level| catalogue.priorities.contains_key(&level)),
            "rating" => value.parse().is_ok_and(|stars: i64| (1..=5).contains(&stars)),
            "channel" => Channel::from_code(value).is_some(),
            "from" | "to" | "resolved_from" | "resolved_to" => value.parse::<Date>().is_ok(),
            "after" => Position::parse(value).is_some(),
            _ => true,
        };
        let wrong = self.values.iter().filter(|(name, value)| !is_understood(name, value));
        wrong.map(|(name, _)| *name).collect()
    }

    fn order(&self) -> Order {
        let state = State::from_code(self.of("state"));
        if self.has("resolved_from") || self.has("resolved_to") {
            Order::Resolved
        } else if self.has("all") || state.is_some_and(|state| !state.is_open()) {
            Order::Newest
        } else {
            Order::Due
        }
    }

    /// What is asked for within these units, by this person, who is named for these services.
    pub fn wanted(
        &self,
        units: Option<Vec<OrganisationId>>,
        me: PersonId,
        named: &[ServiceId],
        catalogue: &CatalogueData,
        zone: &TimeZone,
    ) -> Wanted {
        let day = |name: &str, days: i64| start_of_day(self.of(name), days, zone);
        Wanted {
            units,
            order: self.order(),
            state: State::from_code(self.of("state")),
            officer: match self.of("officer") {
                "me" => Some(Some(me)),
                "nobody" => Some(None),
                other => PersonId::parse(other).map(Some),
            },
            service: catalogue.service_by_code(self.of("service")).map(|service| service.id),
            offices: self.office().map(|office| vec![office]),
            requester: None,
            priority: self.of("priority").parse().ok(),
            channel: Channel::from_code(self.of("channel")),
            late: self.has("late"),
            reopened: self.has("reopened"),
            rating: self.of("rating").parse().ok(),
            received_from: day("from", 0),
            received_to: day("to", 1),
            resolved_from: day("resolved_from", 0),
            resolved_to: day("resolved_to", 1),
            veiled: Veiled::Named(named.to_vec()),
        }
    }
}

fn start_of_day(date: &str, later: i64, zone: &TimeZone) -> Option<Timestamp> {
    let date: Date = date.parse().ok()?;
    let date = date.checked_add(later.days()).ok()?;
    date.to_zoned(zone.clone()).ok().map(|at| at.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_nothing_is_left_out_of_the_address() {
        let filters = Filters::parse("state=&officer=me&nonsense=1&late=1&after=5-x");
        assert_eq!(filters.query(), "officer=me&late=1&after=5-x");
        assert_eq!(filters.first(), "officer=me&late=1");
        assert_eq!(filters.with("state", "new").query(), "state=new&officer=me&late=1");
        assert_eq!(filters.with("officer", "").query(), "late=1");
        assert_eq!(filters.narrowing(), 2);
    }

    #[test]
    fn a_date_that_does_not_exist_filters_nothing() {
        let zone = TimeZone::get("Asia/Thimphu").unwrap();
        assert_eq!(start_of_day("2026-02-30", 0, &zone), None);
        let day = start_of_day("2026-11-19", 1, &zone).unwrap();
        assert_eq!(day.to_string(), "2026-11-19T18:00:00Z");
    }
}
