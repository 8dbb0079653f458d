//! From what was typed to what is saved.

use jiff::civil::Date;

use crate::desk::catalogue::{CatalogueData, Grade, Service};
use crate::desk::edit_service::draft::{Draft, Edited, LevelRow};
use crate::desk::form::{Fault, Faults, read_date};
use crate::desk::service::{Amount, Audience, Definition, Field, Level, Measure, Starts};
use crate::settings::{LONG_TEXT_LIMIT, SHORT_TEXT_LIMIT};

/// More of any measure is a slip of the finger.
const AMOUNT_LIMIT: i64 = 10_000;

impl Draft {
    /// The service as good as it can be read, with everything that keeps it from being saved.
    pub(in crate::desk::edit_service) fn check(
        &self,
        service: &Service,
        catalogue: &CatalogueData,
        today: Date,
    ) -> (Edited, Faults) {
        let mut faults = Faults::new();
        let short = [("name", &self.name), ("summary", &self.summary), ("group", &self.group)];
        for (name, text) in short {
            required(&mut faults, name, text, SHORT_TEXT_LIMIT);
        }
        required(&mut faults, "purpose", &self.purpose, LONG_TEXT_LIMIT);
        let mut fields: Vec<Field> = Vec::new();
        for (index, row) in self.rows.iter().enumerate() {
            let field = row.field(index, &fields, &mut faults);
            fields.push(field);
        }
        let audience: Vec<Audience> = [Audience::G2G, Audience::G2C, Audience::G2B]
            .into_iter()
            .filter(|one| self.audience.iter().any(|code| code == super::audience_code(*one)))
            .collect();
        if audience.is_empty() {
            faults.insert("audience".to_owned(), Fault::new("edit-audience-missing"));
        }
        let levels: Vec<Level> = (0..)
            .zip(&self.levels)
            .filter_map(|(index, row)| level(index, row, catalogue, &mut faults))
            .collect();
        let from = self.from(today, &mut faults);
        let old = &service.definition;
        let definition = Definition {
            code: old.code.clone(),
            name: self.name.clone(),
            name_dz: self.name_dz.clone(),
            summary: self.summary.clone(),
            purpose: self.purpose.clone(),
            kind: old.kind,
            functions: old.functions.clone(),
            audience,
            group: self.group.clone(),
            documents: listed(&self.documents, '\n'),
            skills: listed(&self.skills, ','),
            asks_impact: self.asks_impact,
            default_impact: grade(&mut faults, "default_impact", &self.default_impact, &catalogue.impacts),
            default_urgency: grade(
                &mut faults,
                "default_urgency",
                &self.default_urgency,
                &catalogue.urgencies,
            ),
            calendar: old.calendar.clone(),
            starts: if self.waits_for_papers { Starts::Complete } else { Starts::Received },
            sort: old.sort,
            public: self.public,
            confidential: self.confidential,
            sample: false,
            words: listed(&self.words, ','),
            levels: levels.clone(),
            fields,
        };
        let levels = levels.into_iter().map(|level| (level.priority, level)).collect();
        (Edited { definition, withdrawn: self.withdrawn, levels, from }, faults)
    }

    fn from(&self, today: Date, faults: &mut Faults) -> Date {
        if self.from.is_empty() {
            return today;
        }
        let from = read_date(&self.from).ok().filter(|from| *from >= today);
        from.unwrap_or_else(|| {
            faults.insert("from".to_owned(), Fault::new("edit-from-wrong"));
            today
        })
    }
}

fn required(faults: &mut Faults, name: &str, text: &str, limit: usize) {
    let length = text.chars().count();
    if text.is_empty() {
        faults.insert(name.to_owned(), Fault::new("edit-missing"));
    } else if length > limit {
        let fault = Fault::new("matter-too-long").with("limit", limit).with("length", length);
        faults.insert(name.to_owned(), fault);
    }
}

fn listed(text: &str, between: char) -> Vec<String> {
    let parts = text.split(between).map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| part.chars().take(SHORT_TEXT_LIMIT).collect()).take(100).collect()
}

fn grade(faults: &mut Faults, name: &str, typed: &str, grades: &[Grade]) -> i64 {
    let level = typed.parse().ok().filter(|level| grades.iter().any(|grade| grade.level == *level));
    level.unwrap_or_else(|| {
        faults.insert(name.to_owned(), Fault::new("matter-grade"));
        2
    })
}

fn level(index: usize, row: &LevelRow, catalogue: &CatalogueData, faults: &mut Faults) -> Option<Level> {
    if !catalogue.priorities.contains_key(&row.priority) {
        return None;
    }
    let mut amount = |name: &str, amount: &str, unit: &str| {
        let number = amount.parse().ok().filter(|number| (1..=AMOUNT_LIMIT).contains(number));
        match (number, Measure::from_code(unit)) {
            (Some(amount), Some(unit)) => Amount { amount, unit },
            _ => {
                faults.insert(format!("level-{index}-{name}"), Fault::new("edit-amount"));
                Amount { amount: 1, unit: Measure::WorkingHours }
            }
        }
    };
    Some(Level {
        priority: row.priority,
        response: amount("response", &row.response, &row.response_unit),
        resolution: amount("resolution", &row.resolution, &row.resolution_unit),
        calendar: row.calendar.clone(),
    })
}
