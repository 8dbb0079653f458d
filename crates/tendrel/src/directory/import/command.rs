//! `tendrel import offices|people`: the same as the page, for those who sit at the server.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, bail};

use super::{Import, Map, Outcome, Reach, Table, Verdict, What};
use crate::app::App;
use crate::events::Actor;
use crate::frame::languages::{Language, text};

#[derive(Clone, Debug, clap::Args)]
pub struct ImportList {
    /// Which column is what; guessed by the words of the head when left out.
    #[arg(long)]
    pub map: Option<PathBuf>,
    /// Say line by line what would happen, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Take over what is right and leave the wrong lines out.
    #[arg(long)]
    pub leave_out_wrong: bool,
    /// A list with commas, semicolons or tabs.
    pub file: PathBuf,
}

/// Takes the list over, or says why not.
///
/// # Errors
/// When the file or the map cannot be read, or a line is wrong and wrong lines are not to be left out.
pub fn run(app: &App, what: What, arguments: &ImportList, output: &mut impl Write) -> anyhow::Result<()> {
    let english = |key: &str| text(Language::English, false, key, &[]);
    let bytes = std::fs::read(&arguments.file)
        .with_context(|| format!("{} cannot be read", arguments.file.display()))?;
    let table = Table::read(&bytes).map_err(|why| anyhow::anyhow!("{}", english(why.sentence())))?;
    let map = match &arguments.map {
        Some(path) => {
            let file = std::fs::read_to_string(path)
                .with_context(|| format!("{} cannot be read", path.display()))?;
            Map::from_toml(what, &file, &table.head)?
        }
        None => Map::guess(what, &table.head),
    };
    let missing = map.missing(what);
    if !missing.is_empty() {
        bail!("no column for: {}. Name it in a map: [columns] {} = \"…\"", missing.join(", "), missing[0]);
    }
    let (leave_out_wrong, dry_run, now) = (arguments.leave_out_wrong, arguments.dry_run, app.clock.now());
    let outcome = app.db.write_blocking(move |tx| {
        let import = Import {
            table: &table,
            map: &map,
            reach: &Reach::everywhere(),
            actor: Actor::program(),
            leave_out_wrong,
            now,
        };
        match (what, dry_run) {
            (What::Offices, true) => super::look_at_offices(tx, &import),
            (What::Offices, false) => super::offices(tx, &import),
            (What::People, true) => super::look_at_people(tx, &import),
            (What::People, false) => super::people(tx, &import),
        }
    })?;
    tell(&outcome, output)?;
    if !outcome.written && !dry_run {
        bail!(
            "nothing was taken over, because of {} wrong lines; --leave-out-wrong leaves them out",
            outcome.wrong()
        );
    }
    Ok(())
}

fn tell(outcome: &Outcome, output: &mut impl Write) -> std::io::Result<()> {
    for line in &outcome.lines {
        let said = match &line.verdict {
            Verdict::Same => continue,
            Verdict::New => "new".to_owned(),
            Verdict::Changed(fields) => format!("changed: {}", fields.join(", ")),
            Verdict::Wrong(reason) => format!("WRONG: {}", reason.sentence(Language::English, false)),
        };
        writeln!(output, "line {}: {}: {said}", line.line, line.label)?;
    }
    writeln!(
        output,
        "{} new, {} changed, {} the same, {} wrong",
        outcome.new_lines(),
        outcome.changed(),
        outcome.same(),
        outcome.wrong()
    )
}
