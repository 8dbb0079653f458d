//! `tendrel retention`.

use std::io::Write;

use crate::app::App;
use crate::retention::purge;
use crate::retention::rule::{Rule, What};
use crate::retention::run::{carry_out, rules, survey};

#[derive(Clone, Debug, Default, clap::Args)]
pub struct RetentionArguments {
    /// Only say what would be removed.
    #[arg(long)]
    pub dry_run: bool,
}

/// # Errors
/// When the database or the disk refuses; what was removed before stays removed, and is in the log.
pub fn run(app: &App, arguments: &RetentionArguments, out: &mut dyn Write) -> anyhow::Result<()> {
    if arguments.dry_run {
        let asked = app.clone();
        let (mut due, rules) = app.db.read_blocking::<_, database::Error, _>(move |r| {
            Ok((survey(&asked, r, i64::MAX)?, rules(&asked, r)?))
        })?;
        if let Some(rule) = rules.of(What::Uploads) {
            due.push((rule.clone(), purge::uploads_due(app, rule.due_before(app.clock.now()))?));
        }
        return tell(&due, "would be removed", out);
    }
    let mut all: Vec<(Rule, i64)> = Vec::new();
    loop {
        let (removed, is_all) = carry_out(app, "tendrel retention")?;
        for (rule, count) in removed {
            match all.iter_mut().find(|(known, _)| known.id == rule.id) {
                Some((_, sum)) => *sum += count,
                None => all.push((rule, count)),
            }
        }
        if is_all {
            return tell(&all, "were removed", out);
        }
    }
}

fn tell(counts: &[(Rule, i64)], done: &str, out: &mut dyn Write) -> anyhow::Result<()> {
    for (rule, count) in counts {
        let mut of = rule.what.code().to_owned();
        for narrower in [&rule.kind, &rule.service] {
            if !narrower.is_empty() {
                of.push_str(&format!(" of {narrower}"));
            }
        }
        writeln!(out, "{count:>9}  {of}, kept for {} days", rule.days)?;
    }
    let sum: i64 = counts.iter().map(|(_, count)| count).sum();
    writeln!(out, "{sum:>9}  {done}")?;
    Ok(())
}
