//! From the address to a question that its asker may ask.

use std::collections::BTreeMap;

use database::Reader;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::analysis::access::{About, may, may_see_all_units, may_somewhere};
use crate::analysis::period::{LONGEST_DAYS, Period};
use crate::analysis::question::{Office, Question, Whose};
use crate::analysis::store;
use crate::app::App;
use crate::desk::request::Channel;
use crate::directory::calendars::{STANDARD, UnitFacts};
use crate::id::OrganisationId;
use crate::problem::Problem;
use crate::viewer::{Role, SignedIn};

/// What stood in the address after the question mark.
#[derive(Clone, Debug, Default)]
pub struct Parameters(BTreeMap<String, String>);

impl Parameters {
    pub fn of(query: Option<String>) -> Parameters {
        let query = query.unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes());
        let clean =
            |value: &str| value.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned();
        Parameters(pairs.map(|(name, value)| (name.into_owned(), clean(&value))).collect())
    }

    /// What was given for a name, if anything.
    pub fn given(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn number(&self, name: &str) -> Result<Option<i64>, Problem> {
        let wrong = |_| Problem::Input("analysis-wrong-choice");
        self.given(name).map(|value| value.parse().map_err(wrong)).transpose()
    }
}

/// A question, and what its asker may choose instead.
#[derive(Clone, Debug)]
pub struct Asked {
    pub question: Question,
    pub zone: TimeZone,
    /// Units that the asker may choose.
    pub units: Vec<UnitFacts>,
    pub all_units: bool,
    /// The name of the office in question, in both languages.
    pub office: Option<(String, String)>,
}

/// Reads a question.
///
/// # Errors
/// `NotFound` for what the asker may not see, `Forbidden` for one who has no figures to see at all, `Input` for days
/// or choices that there are not.
pub fn ask(r: &mut Reader, app: &App, me: &SignedIn, parameters: &Parameters) -> Result<Asked, Problem> {
    if !may_somewhere(me) {
        return Err(Problem::Forbidden);
    }
    let all_units = may_see_all_units(r, me)?;
    let whose = whose(r, app, me, parameters, all_units)?;
    let office = office(r, me, parameters, &whose)?;
    let calendar = match &whose {
        Whose::Unit(unit) => app.calendars.of_unit(unit.id),
        Whose::AllUnits | Whose::Office => {
            let home = app.calendars.units().into_iter().next().ok_or(Problem::NotFound)?;
            app.calendars.of(STANDARD, home.id)
        }
    };
    let zone = calendar.time_zone().clone();
    let period = period(parameters, app.clock.now().to_zoned(zone.clone()).date())?;
    let catalogue = app.catalogue.now();
    let service = match parameters.given("service") {
        Some(code) => {
            let service = catalogue.service_by_code(code).ok_or(Problem::Input("analysis-wrong-choice"))?;
            Some((service.id, code.to_owned()))
        }
        None => None,
    };
    let channel = match parameters.given("channel") {
        Some(code) => Some(Channel::from_code(code).ok_or(Problem::Input("analysis-wrong-choice"))?),
        None => None,
    };
    let cause = parameters.given("cause").map(str::to_owned);
    if cause.as_deref().is_some_and(|code| code != "none" && catalogue.cause_name(code).is_none()) {
        return Err(Problem::Input("analysis-wrong-choice"));
    }
    let bin = parameters.number("bin")?.map(|bin| usize::try_from(bin).unwrap_or(usize::MAX));
    let office_name = match &office {
        Some(Office::Below(id) | Office::Only(id)) => store::names(r, &[*id])?.remove(id),
        Some(Office::Unknown) | None => None,
    };
    let question = Question {
        whose,
        period,
        bounds: period.bounds(&zone),
        office,
        service,
        channel,
        cause,
        priority: parameters.number("priority")?,
        bin,
        day_seconds: calendar.working_day_seconds(),
    };
    Ok(Asked { question, zone, units: units(r, app, me, all_units)?, all_units, office: office_name })
}

fn whose(
    r: &mut Reader,
    app: &App,
    me: &SignedIn,
    parameters: &Parameters,
    all_units: bool,
) -> Result<Whose, Problem> {
    match parameters.given("unit") {
        Some("all") if all_units => Ok(Whose::AllUnits),
        Some("all") => Err(Problem::Forbidden),
        Some(code) => {
            let unit = app.calendars.unit_by_code(code).ok_or(Problem::NotFound)?;
            if may(r, me, About::Unit, unit.id)? { Ok(Whose::Unit(unit)) } else { Err(Problem::NotFound) }
        }
        None if me.has(Role::HeadOfOffice) && parameters.given("office").is_some() && me.unit.is_none() => {
            Ok(Whose::Office)
        }
        None => match me.unit.as_ref().and_then(|unit| app.calendars.unit(unit.id)) {
            Some(unit) => Ok(Whose::Unit(unit)),
            None if all_units => Ok(Whose::AllUnits),
            None if me.has(Role::HeadOfOffice) => Ok(Whose::Office),
            None => {
                let first = units(r, app, me, false)?.into_iter().next();
                first.map(Whose::Unit).ok_or(Problem::Forbidden)
            }
        },
    }
}

fn office(
    r: &mut Reader,
    me: &SignedIn,
    parameters: &Parameters,
    whose: &Whose,
) -> Result<Option<Office>, Problem> {
    let only = match parameters.given("only") {
        None => false,
        Some("1") => true,
        Some(_) => return Err(Problem::Input("analysis-wrong-choice")),
    };
    let asked = match parameters.given("office") {
        Some("none") if *whose != Whose::Office => return Ok(Some(Office::Unknown)),
        Some(id) => Some(OrganisationId::parse(id).ok_or(Problem::NotFound)?),
        None => None,
    };
    if *whose != Whose::Office {
        return Ok(asked.map(|id| if only { Office::Only(id) } else { Office::Below(id) }));
    }
    let own = asked.or_else(|| me.scopes(Role::HeadOfOffice).next()).ok_or(Problem::Forbidden)?;
    if !may(r, me, About::Office, own)? {
        return Err(Problem::NotFound);
    }
    Ok(Some(if only { Office::Only(own) } else { Office::Below(own) }))
}

/// The units whose figures somebody may see, in the order of their codes.
fn units(r: &mut Reader, app: &App, me: &SignedIn, all: bool) -> Result<Vec<UnitFacts>, Problem> {
    let mut units = app.calendars.units();
    if all {
        return Ok(units);
    }
    let mut mine = Vec::new();
    for unit in units.drain(..) {
        if may(r, me, About::Unit, unit.id)? {
            mine.push(unit);
        }
    }
    Ok(mine)
}

/// The days of `month`, of `from` to `to`, or of the last whole month.
fn period(parameters: &Parameters, today: Date) -> Result<Period, Problem> {
    let wrong = Problem::Input("analysis-wrong-days");
    let day = |name: &str| -> Result<Option<Date>, Problem> {
        let read = parameters.given(name).map(|text| text.parse::<Date>()).transpose();
        read.map_err(|_| Problem::Input("analysis-wrong-days"))
    };
    let (from, to) = (day("from")?, day("to")?);
    if let Some(month) = parameters.given("month") {
        return Period::month(month).ok_or(wrong);
    }
    let usual = Period::last_full_month(today);
    let period = match (from, to) {
        (None, None) => usual,
        (Some(first), None) => Period { first, last: today.max(first) },
        (None, Some(last)) => Period { first: last.first_of_month(), last },
        (Some(first), Some(last)) => Period { first, last },
    };
    let years = 1970..=9000;
    if period.first > period.last
        || !years.contains(&period.first.year())
        || !years.contains(&period.last.year())
    {
        return Err(wrong);
    }
    if period.days() > LONGEST_DAYS {
        return Err(Problem::Input("analysis-too-long"));
    }
    Ok(period)
}
