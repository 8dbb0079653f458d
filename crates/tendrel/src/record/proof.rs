//! `tendrel proof`: one case with all that is needed to check, far from this database, that it is as it was sealed.
//!
//! `docs/guide/auditors.md` says how; the test of this file follows it with a program of its own.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use database::{Error, Reader};
use serde::Serialize;

use crate::app::App;
use crate::events::content::{Part, Proof as PartProof};
use crate::files::hex;
use crate::record::checkpoint::Signed;
use crate::record::store::Line;
use crate::record::{store, tree};

#[derive(Clone, Debug, clap::Args)]
pub struct ProofArguments {
    /// The number of the request.
    pub number: String,
    /// The file that is written.
    #[arg(long)]
    pub out: PathBuf,
}

/// Bytes are hexadecimal digits, instants microseconds since 1970 UTC.
#[derive(Clone, Debug, Serialize)]
struct Proof {
    format: &'static str,
    request: String,
    subject_id: String,
    /// The events up to the one at which the chain was sealed.
    events: Vec<ProvenEvent>,
    bucket: u32,
    /// The leaves of the bucket in their order; the case is one of them.
    leaves: Vec<String>,
    /// The neighbours on the way to the root, lowest first.
    path: Vec<String>,
    checkpoint: Signed,
}

#[derive(Clone, Debug, Serialize)]
struct ProvenEvent {
    number: i64,
    subject: String,
    at: i64,
    written_at: i64,
    activity: String,
    actor: ProvenActor,
    /// The parts of the detail in the order of their names.
    parts: Vec<ProvenPart>,
    hash: String,
}

/// Either with its salt, or gone with its hash.
#[derive(Clone, Debug, Serialize)]
struct ProvenActor {
    id: String,
    name: String,
    salt: Option<String>,
    gone: Option<String>,
}

/// The value is JSON, to be hashed as it stands here.
#[derive(Clone, Debug, Serialize)]
struct ProvenPart {
    name: String,
    value: String,
    salt: Option<String>,
    gone: Option<String>,
}

impl ProvenEvent {
    /// `None` of an event that was altered so that it cannot be read any more.
    fn of(line: &Line) -> Option<ProvenEvent> {
        let content = line.content()?;
        let told = |proof: PartProof| match proof {
            PartProof::Salt(salt) => (Some(hex(&salt)), None),
            PartProof::Gone(hash) => (None, Some(hex(&hash))),
        };
        let (salt, gone) = told(content.actor_proof);
        let part = |part: Part| {
            let (salt, gone) = told(part.proof);
            ProvenPart { name: part.name, value: part.value, salt, gone }
        };
        Some(ProvenEvent {
            number: line.number,
            subject: line.subject.clone(),
            at: line.at.as_microsecond(),
            written_at: line.written_at.as_microsecond(),
            activity: line.activity.clone(),
            actor: ProvenActor {
                id: content.actor_id.map(|id| hex(id.as_bytes())).unwrap_or_default(),
                name: content.actor,
                salt,
                gone,
            },
            parts: content.parts.into_iter().map(part).collect(),
            hash: hex(&line.hash),
        })
    }
}

/// # Errors
/// When there is no such request, or no checkpoint covers it yet.
pub fn run(app: &App, arguments: &ProofArguments, out: &mut dyn Write) -> anyhow::Result<()> {
    let number = arguments.number.trim().to_uppercase();
    let asked = number.clone();
    let proof = app.db.read_blocking(move |r| prove(r, &asked))?;
    let proof = proof.with_context(|| {
        format!("no checkpoint covers a request {number}; check the number, or run tendrel checkpoint make")
    })?;
    let text = serde_json::to_string_pretty(&proof)?;
    let mut file = std::fs::File::create_new(&arguments.out)
        .with_context(|| format!("{} cannot be made", arguments.out.display()))?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    writeln!(out, "{} events of {number} are proven by {}", proof.events.len(), arguments.out.display())?;
    Ok(())
}

fn prove(r: &mut Reader, number: &str) -> Result<Option<Proof>, Error> {
    let Some(checkpoint) = store::last(r)? else { return Ok(None) };
    let lines = store::sealed_lines(r, number)?;
    let Some(first) = lines.first() else { return Ok(None) };
    let subject = first.subject_id;
    let bucket = tree::bucket_of(subject);
    let leaves = store::leaves_of_bucket(r, bucket)?;
    let (buckets, _) = store::stored_buckets(r)?;
    let Some(events) = lines.iter().map(ProvenEvent::of).collect() else {
        return Err(Error::Unsupported(format!("the events of {number} were altered; run tendrel verify")));
    };
    Ok(Some(Proof {
        format: "tendrel proof 1",
        request: number.to_owned(),
        subject_id: hex(subject.as_bytes()),
        events,
        bucket,
        leaves: leaves.iter().map(|leaf| hex(leaf)).collect(),
        path: tree::path(&buckets, bucket).iter().map(|hash| hex(hash)).collect(),
        checkpoint: checkpoint.signed(),
    }))
}
