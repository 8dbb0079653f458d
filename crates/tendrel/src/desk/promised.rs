//! What is promised and what is usual, in words: on the portal, the charter, the forms.

use crate::desk::catalogue::{CatalogueData, Service};
use crate::desk::promise;
use crate::desk::service::{Amount, Measure};
use crate::desk::usual::Usual;
use crate::directory::calendars::Calendars;
use crate::frame::Frame;
use crate::id::OrganisationId;

/// The unit under whose calendar and matrix a public page speaks; none before the operator has named one.
pub fn home_unit(frame: &Frame, calendars: &Calendars) -> Option<OrganisationId> {
    calendars.unit_by_code(&frame.home.code).map(|unit| unit.id)
}

/// "30 min", "4 h", "2 working days".
pub fn amount(frame: &Frame, amount: Amount) -> String {
    let key = match amount.unit {
        Measure::Minutes => "span-minutes",
        Measure::WorkingHours => "span-hours",
        Measure::WorkingDays => "promised-days",
    };
    frame.t1(key, "n", amount.amount)
}

/// One service's promise beside what is usual, on one line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub words: String,
    /// Colour of the tag: "good", "warn", or none where nothing can be compared.
    pub tone: &'static str,
}

/// "usually 2 h · promised 4 h" of the priority that a request without further answers gets.
pub fn line(
    frame: &Frame,
    catalogue: &CatalogueData,
    calendars: &Calendars,
    service: &Service,
    usual: Option<&Usual>,
) -> Line {
    let Some(unit) = home_unit(frame, calendars) else {
        return Line { words: frame.t("promised-agreed"), tone: "" };
    };
    let matrix = calendars.unit(unit).map(|unit| unit.matrix).unwrap_or_default();
    let definition = &service.definition;
    let priority = catalogue.priority(&matrix, definition.default_impact, definition.default_urgency);
    let Some(level) = service.levels.get(&priority) else {
        return Line { words: frame.t("promised-agreed"), tone: "" };
    };
    let promised = amount(frame, level.resolution);
    let calendar = calendars.of_unit(unit);
    let day = calendar.working_day_seconds();
    match usual.filter(|usual| usual.is_known()) {
        Some(usual) => {
            let kept = usual.median <= promise::seconds(&calendar, frame.now, level.resolution);
            let words = frame.t2(
                "promised-usually",
                "usual",
                frame.working(&usual.median, &day),
                "promised",
                promised,
            );
            Line { words, tone: if kept { "good" } else { "warn" } }
        }
        None => Line { words: frame.t1("promised-only", "promised", promised), tone: "" },
    }
}
