//! What is asked of an analysis: whose requests, of which days, and which of them. Pure, but for who may ask it.

use form_urlencoded::Serializer;

use crate::analysis::figure::Figure;
use crate::analysis::period::{Bounds, Period};
use crate::desk::request::Channel;
use crate::directory::calendars::UnitFacts;
use crate::id::{OrganisationId, ServiceId};

/// Whose requests.
#[expect(clippy::large_enum_variant, reason = "one is made for each page")]
#[derive(Clone, Debug, PartialEq)]
pub enum Whose {
    Unit(UnitFacts),
    AllUnits,
    /// Those of an office and all below it, whichever unit serves them.
    Office,
}

/// An office by which requests are chosen.
#[derive(Clone, Debug, PartialEq)]
pub enum Office {
    /// With everything below it.
    Below(OrganisationId),
    Only(OrganisationId),
    /// Requests of which no office is known.
    Unknown,
}

/// A question that its asker may ask.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub whose: Whose,
    pub period: Period,
    pub bounds: Bounds,
    pub office: Option<Office>,
    pub service: Option<(ServiceId, String)>,
    pub channel: Option<Channel>,
    /// What follows chooses records behind one figure.
    pub cause: Option<String>,
    pub priority: Option<i64>,
    pub bin: Option<usize>,
    /// Seconds of a working day, by which the bins are made.
    pub day_seconds: i64,
}

impl Question {
    /// The address of this question below a path, such as "/analysis".
    pub fn address(&self, path: &str) -> String {
        format!("{path}?{}", self.query())
    }

    pub fn query(&self) -> String {
        let Question {
            whose,
            period,
            bounds: _,
            office,
            service,
            channel,
            cause,
            priority,
            bin,
            day_seconds: _,
        } = self;
        let mut query = Serializer::new(String::new());
        match whose {
            Whose::Unit(unit) => _ = query.append_pair("unit", &unit.code),
            Whose::AllUnits => _ = query.append_pair("unit", "all"),
            Whose::Office => {}
        }
        query.append_pair("from", &period.first.to_string()).append_pair("to", &period.last.to_string());
        match office {
            Some(Office::Below(id)) => _ = query.append_pair("office", &id.to_string()),
            Some(Office::Only(id)) => {
                _ = query.append_pair("office", &id.to_string()).append_pair("only", "1");
            }
            Some(Office::Unknown) => _ = query.append_pair("office", "none"),
            None => {}
        }
        if let Some((_, code)) = service {
            query.append_pair("service", code);
        }
        if let Some(channel) = channel {
            query.append_pair("channel", channel.code());
        }
        if let Some(cause) = cause {
            query.append_pair("cause", cause);
        }
        for (name, value) in [("priority", *priority), ("bin", bin.and_then(|bin| i64::try_from(bin).ok()))] {
            if let Some(value) = value {
                query.append_pair(name, &value.to_string());
            }
        }
        query.finish()
    }

    /// Where the records behind a figure are listed.
    pub fn records(&self, figure: Figure) -> String {
        format!("/analysis/records?figure={}&{}", figure.code(), self.query())
    }

    pub fn of_unit(&self, unit: &UnitFacts) -> Question {
        Question { whose: Whose::Unit(unit.clone()), ..self.clone() }
    }

    pub fn of_service(&self, service: ServiceId, code: &str) -> Question {
        Question { service: Some((service, code.to_owned())), ..self.clone() }
    }

    /// An office alone, so that the lines of a table add up to its total.
    pub fn of_office(&self, office: Option<OrganisationId>) -> Question {
        Question { office: Some(office.map_or(Office::Unknown, Office::Only)), ..self.clone() }
    }

    pub fn of_channel(&self, channel: Channel) -> Question {
        Question { channel: Some(channel), ..self.clone() }
    }

    pub fn of_cause(&self, cause: Option<&str>) -> Question {
        Question { cause: Some(cause.unwrap_or("none").to_owned()), ..self.clone() }
    }

    pub fn of_priority(&self, priority: i64) -> Question {
        Question { priority: Some(priority), ..self.clone() }
    }

    pub fn of_bin(&self, bin: usize) -> Question {
        Question { bin: Some(bin), ..self.clone() }
    }

    /// The same of other days, counted in the same zone.
    pub fn of_period(&self, period: Period, zone: &jiff::tz::TimeZone) -> Question {
        Question { period, bounds: period.bounds(zone), ..self.clone() }
    }

    pub fn without_office(&self) -> Question {
        Question { office: None, ..self.clone() }
    }
}
