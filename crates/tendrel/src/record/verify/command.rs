//! The command, and the file of a checkpoint that was kept elsewhere.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use uuid::Uuid;

use crate::app::App;
use crate::events::chain::Hash;
use crate::files::{hex, unhex};
use crate::record::checkpoint::{FORMAT, Signed};
use crate::record::key::is_signed;
use crate::record::tree::{self, Buckets};
use crate::record::verify::{Kept, Stood, verify};

#[derive(Clone, Debug, Default, clap::Args)]
pub struct VerifyArguments {
    /// A checkpoint that was exported earlier and kept elsewhere.
    #[arg(long)]
    pub checkpoint: Option<PathBuf>,
}

/// Checks the record and says what it found.
///
/// # Errors
/// When anything in the record is not as it was written, so that a script can tell by the exit code.
pub fn run(app: &App, arguments: &VerifyArguments, out: &mut dyn Write) -> anyhow::Result<()> {
    let kept = arguments.checkpoint.as_deref().map(read).transpose()?;
    let found = app.db.read_blocking(move |r| verify(r, kept.as_ref()))?;
    for fault in &found.faults {
        writeln!(out, "{fault}")?;
    }
    for key in &found.keys {
        let own = if *key == hex(&app.signer.public_key()) { ", this installation's" } else { "" };
        writeln!(out, "signed by {key}{own}")?;
    }
    let (chains, events, checkpoints) = (found.chains, found.events, found.checkpoints);
    writeln!(out, "{events} events in {chains} chains and {checkpoints} checkpoints were recomputed")?;
    if found.faults.is_empty() {
        writeln!(out, "nothing was altered, taken out, put in or moved")?;
        return Ok(());
    }
    bail!("the record is not as it was written: {} faults, the first of each chain", found.faults.len())
}

/// Reads an exported checkpoint, and holds it against its own signature and root.
///
/// # Errors
/// Says what is wrong with the file.
pub(super) fn read(path: &Path) -> anyhow::Result<Kept> {
    let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    read_from(BufReader::new(file), path)
}

/// The same from what the file holds.
///
/// # Errors
/// As `read`.
pub fn read_from(file: impl BufRead, path: &Path) -> anyhow::Result<Kept> {
    let mut lines = file.lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let signed: Signed = serde_json::from_str(&first)
        .with_context(|| format!("{} does not begin with a checkpoint", path.display()))?;
    ensure!(signed.format == FORMAT, "{} is of another format: {}", path.display(), signed.format);
    let (key, signature) = (unhex(&signed.public_key), unhex(&signed.signature));
    ensure!(
        is_signed(&signed.statement, &key.unwrap_or_default(), &signature.unwrap_or_default()),
        "the signature of {} is wrong: the file was altered",
        path.display()
    );
    let mut chains = HashMap::new();
    let mut leaves: std::collections::BTreeMap<u32, Vec<(Uuid, Hash)>> = std::collections::BTreeMap::new();
    for line in lines {
        let line = line?;
        let (subject, stood) = stood(&line)
            .with_context(|| format!("{} has a line that cannot be read: {line}", path.display()))?;
        let leaf = tree::leaf(subject, stood.number, &stood.hash);
        leaves.entry(tree::bucket_of(subject)).or_default().push((subject, leaf));
        chains.insert(subject, stood);
    }
    let buckets: Buckets = leaves
        .into_iter()
        .map(|(number, mut leaves)| {
            leaves.sort_unstable();
            let leaves: Vec<Hash> = leaves.into_iter().map(|(_, leaf)| leaf).collect();
            (number, tree::bucket(&leaves))
        })
        .collect();
    let root = format!("root {}", hex(&tree::root(&buckets)));
    ensure!(
        signed.statement.lines().any(|line| line == root),
        "the chains listed in {} are not those that were signed: the file was altered",
        path.display()
    );
    Ok(Kept { statement: signed.statement, public_key: signed.public_key, chains })
}

/// `subject number hash name`
fn stood(line: &str) -> Option<(Uuid, Stood)> {
    let mut words = line.splitn(4, ' ');
    let subject = Uuid::parse_str(words.next()?).ok()?;
    let number = words.next()?.parse().ok()?;
    let hash = Hash::try_from(unhex(words.next()?)?).ok()?;
    Some((subject, Stood { number, hash, name: words.next()?.to_owned() }))
}
