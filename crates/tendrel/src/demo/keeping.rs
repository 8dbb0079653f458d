//! A rule of retention that is shorter than the history, and what it removed: something to look at under
//! *What is kept how long*. The case that is kept for an audit stands in `demo/week.toml`.

use crate::app::App;
use crate::events::Actor;
use crate::retention::command::{self, RetentionArguments};
use crate::retention::rule::{Rule, What};
use crate::retention::set_rule;

/// Old ones of this service help nobody.
const SERVICE: &str = "sign-in";
const DAYS: i64 = 365;

pub(super) fn tidy_up(app: &App) -> anyhow::Result<()> {
    let now = app.clock.now();
    let rule = Rule {
        id: uuid::Uuid::now_v7(),
        what: What::Requests,
        kind: String::new(),
        service: SERVICE.to_owned(),
        days: DAYS,
        reason: "Sample: a forgotten password is of no use after a year".to_owned(),
        valid_from: now.to_zoned(app.calendars.zone()).date().to_string(),
        valid_to: None,
        changed_by: "Tendrel".to_owned(),
    };
    app.db.write_blocking(move |tx| set_rule(tx, &rule, Actor::program(), now))?;
    command::run(app, &RetentionArguments::default(), &mut std::io::sink())
}
