//! All questions to the tables of the record.

use std::collections::BTreeSet;

use database::{Error, Reader, Row, Transaction, Value};
use jiff::Timestamp;
use uuid::Uuid;

use crate::events::chain::{Hash, Written};
use crate::events::content::{Content, Stored};
use crate::record::checkpoint::{self, Checkpoint};
use crate::record::tree::{self, Buckets};

/// An event as it lies in the table, with what else is stored about its chain.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) subject_id: Uuid,
    pub(super) number: i64,
    pub(super) subject: String,
    pub(super) at: Timestamp,
    pub(super) written_at: Timestamp,
    pub(super) actor_id: Option<Uuid>,
    pub(super) actor: String,
    pub(super) activity: String,
    pub(super) detail: String,
    pub(super) salt: Vec<u8>,
    pub(super) taken_out: Option<String>,
    pub(super) hash: Hash,
    /// Number and hash of the event at which the chain was sealed.
    pub(super) sealed: Option<(i64, Hash)>,
    /// The number of the request.
    pub(super) request: Option<String>,
}

impl Line {
    pub(super) fn content(&self) -> Option<Content> {
        Content::read(Stored {
            actor_id: self.actor_id,
            actor: &self.actor,
            detail: &self.detail,
            salt: &self.salt,
            taken_out: self.taken_out.as_deref(),
        })
    }

    /// The hash that the event must have after this one, under this number.
    pub(super) fn computed(&self, previous: &Hash, number: i64) -> Hash {
        let written = Written {
            subject_id: self.subject_id,
            number,
            subject: &self.subject,
            at: self.at,
            written_at: self.written_at,
            activity: &self.activity,
            // What cannot be read has no hash that fits anything.
            content: self.content().map_or([0xff; 32], |content| content.hash()),
        };
        written.hash(previous)
    }
}

pub(super) fn read_line(row: &Row<'_>) -> Result<Line, Error> {
    let sealed: Option<i64> = row.get("sealed_number")?;
    let sealed_hash: Option<Vec<u8>> = row.get("sealed_hash")?;
    let sealed_hash = sealed_hash.map(|hash| Hash::try_from(hash).unwrap_or([0xff; 32]));
    Ok(Line {
        subject_id: row.get("subject_id")?,
        number: row.get("number")?,
        subject: row.get("subject")?,
        at: row.get("at")?,
        written_at: row.get("written_at")?,
        actor_id: row.get("actor_id")?,
        actor: row.get("actor")?,
        activity: row.get("activity")?,
        detail: row.get("detail")?,
        salt: row.get("salt")?,
        taken_out: row.get("taken_out")?,
        hash: checkpoint::hash(row, "hash")?,
        sealed: sealed.zip(sealed_hash),
        request: row.get("request")?,
    })
}

/// The events of so many chains that wait for a seal, each from the event at which it was sealed last.
pub(super) fn waiting(r: &mut Reader, chains: i64) -> Result<Vec<Line>, Error> {
    r.rows(
        "SELECT e.subject_id, e.number, e.subject, e.at, e.written_at, e.actor_id, e.actor, e.activity, e.detail,
                e.salt, e.taken_out, e.hash, s.number AS sealed_number, s.hash AS sealed_hash, r.number AS request
         FROM (SELECT DISTINCT subject_id FROM events_unsealed ORDER BY subject_id LIMIT $1) w
         JOIN events e ON e.subject_id = w.subject_id
         LEFT JOIN sealed_chains s ON s.subject_id = w.subject_id
         LEFT JOIN requests r ON r.id = w.subject_id
         WHERE e.number >= COALESCE(s.number, 0)
         ORDER BY e.subject_id, e.number",
        &[chains.into()],
        read_line,
    )
}

/// Is there anything that no checkpoint covers?
pub(super) fn is_waiting(r: &mut Reader) -> Result<bool, Error> {
    let one: Option<i64> =
        r.row("SELECT number FROM events_unsealed LIMIT 1", &[], |row| row.get("number"))?;
    Ok(one.is_some())
}

/// Takes the sealed events of these chains, given by the first and the last of their subjects, off the waiting list.
pub(super) fn no_longer_waiting(tx: &mut Transaction, first: Uuid, last: Uuid) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM events_unsealed WHERE subject_id >= $1 AND subject_id <= $2
         AND number <= (SELECT s.number FROM sealed_chains s WHERE s.subject_id = events_unsealed.subject_id)",
        &[first.into(), last.into()],
    )?;
    Ok(())
}

/// Notes where these chains stand now, given by the last event of each. Returns the buckets that they fall into.
pub(super) fn seal_chains(tx: &mut Transaction, lines: &[&Line]) -> Result<BTreeSet<i64>, Error> {
    let mut buckets = BTreeSet::new();
    tx.insert_many(
        "sealed_chains",
        &["subject_id", "bucket", "number", "hash", "subject", "name", "actor_id"],
        "ON CONFLICT (subject_id) DO UPDATE
         SET number = excluded.number, hash = excluded.hash, name = excluded.name, actor_id = excluded.actor_id",
        lines.iter().map(|line| {
            let bucket = i64::from(tree::bucket_of(line.subject_id));
            buckets.insert(bucket);
            vec![
                line.subject_id.into(),
                bucket.into(),
                line.number.into(),
                line.hash.as_slice().into(),
                (&line.subject).into(),
                line.request.as_deref().unwrap_or_default().into(),
                line.actor_id.into(),
            ]
        }),
    )?;
    Ok(buckets)
}

/// One bucket while it is put together.
#[derive(Clone, Debug, Default)]
pub(super) struct Bucket {
    pub(super) number: i64,
    pub(super) leaves: Vec<Hash>,
    pub(super) events: i64,
}

/// Buckets that are read with one question.
const AT_ONCE: usize = 200;

/// Computes these buckets again from their chains.
pub(super) fn renew_buckets(tx: &mut Transaction, touched: &BTreeSet<i64>) -> Result<(), Error> {
    let places: Vec<String> = (1..=AT_ONCE).map(|place| format!("${place}")).collect();
    let sql = format!(
        "SELECT bucket, subject_id, number, hash FROM sealed_chains WHERE bucket IN ({})
         ORDER BY bucket, subject_id",
        places.join(", ")
    );
    let touched: Vec<i64> = touched.iter().copied().collect();
    for part in touched.chunks(AT_ONCE) {
        // The last part is filled up with its own last bucket, so that there is one statement for all.
        let numbers: Vec<Value<'_>> =
            (0..AT_ONCE).map(|place| part[place.min(part.len() - 1)].into()).collect();
        let mut buckets: Vec<Bucket> = Vec::new();
        tx.each(&sql, &numbers, |row| gather(&mut buckets, row))?;
        tx.insert_many(
            "sealed_buckets",
            &["bucket", "hash", "chains", "events"],
            "ON CONFLICT (bucket) DO UPDATE
             SET hash = excluded.hash, chains = excluded.chains, events = excluded.events",
            buckets.iter().map(|bucket| {
                let hash = tree::bucket(&bucket.leaves).to_vec();
                let chains = i64::try_from(bucket.leaves.len()).unwrap_or(i64::MAX);
                vec![bucket.number.into(), Value::from(hash), chains.into(), bucket.events.into()]
            }),
        )?;
    }
    Ok(())
}

fn gather(buckets: &mut Vec<Bucket>, row: &Row<'_>) -> Result<(), Error> {
    let number: i64 = row.get("bucket")?;
    if buckets.last().is_none_or(|last| last.number != number) {
        buckets.push(Bucket { number, ..Bucket::default() });
    }
    let (subject, events): (Uuid, i64) = (row.get("subject_id")?, row.get("number")?);
    if let Some(bucket) = buckets.last_mut() {
        bucket.leaves.push(tree::leaf(subject, events, &checkpoint::hash(row, "hash")?));
        bucket.events += events;
    }
    Ok(())
}

/// The buckets as the sealed chains make them, whatever is stored of the buckets themselves; of one of them, its leaves.
pub(super) fn buckets_of_chains(r: &mut Reader) -> Result<Buckets, Error> {
    let mut done = Buckets::new();
    let mut open: Vec<Bucket> = Vec::new();
    r.each(
        "SELECT bucket, subject_id, number, hash FROM sealed_chains ORDER BY bucket, subject_id",
        &[],
        |row| {
            gather(&mut open, row)?;
            if open.len() > 1 {
                finish(&mut done, open.remove(0));
            }
            Ok(())
        },
    )?;
    open.into_iter().for_each(|bucket| finish(&mut done, bucket));
    Ok(done)
}

fn finish(done: &mut Buckets, bucket: Bucket) {
    done.insert(u32::try_from(bucket.number).unwrap_or(u32::MAX), tree::bucket(&bucket.leaves));
}

/// The leaves of one bucket, in the order of their subjects.
pub(super) fn leaves_of_bucket(r: &mut Reader, bucket: u32) -> Result<Vec<Hash>, Error> {
    r.rows(
        "SELECT subject_id, number, hash FROM sealed_chains WHERE bucket = $1 ORDER BY subject_id",
        &[bucket.into()],
        |row| Ok(tree::leaf(row.get("subject_id")?, row.get("number")?, &checkpoint::hash(row, "hash")?)),
    )
}

/// The events of a request up to the one at which it was sealed.
pub(super) fn sealed_lines(r: &mut Reader, number: &str) -> Result<Vec<Line>, Error> {
    r.rows(
        "SELECT e.subject_id, e.number, e.subject, e.at, e.written_at, e.actor_id, e.actor, e.activity, e.detail,
                e.salt, e.taken_out, e.hash, s.number AS sealed_number, s.hash AS sealed_hash, r.number AS request
         FROM requests r
         JOIN sealed_chains s ON s.subject_id = r.id
         JOIN events e ON e.subject_id = r.id AND e.number <= s.number
         WHERE r.number = $1 ORDER BY e.number",
        &[number.into()],
        read_line,
    )
}

/// The stored hashes of the buckets, and how many chains and events they hold.
pub(super) fn stored_buckets(r: &mut Reader) -> Result<(Buckets, (i64, i64)), Error> {
    let (mut buckets, mut sums) = (Buckets::new(), (0, 0));
    r.each("SELECT bucket, hash, chains, events FROM sealed_buckets", &[], |row| {
        let (bucket, chains, events): (i64, i64, i64) =
            (row.get("bucket")?, row.get("chains")?, row.get("events")?);
        buckets.insert(u32::try_from(bucket).unwrap_or(u32::MAX), checkpoint::hash(row, "hash")?);
        sums = (sums.0 + chains, sums.1 + events);
        Ok(())
    })?;
    Ok((buckets, sums))
}

/// The last checkpoint.
///
/// # Errors
/// Those of the database.
pub fn last(r: &mut Reader) -> Result<Option<Checkpoint>, Error> {
    r.row(
        "SELECT number, at, root, chains, events, previous, public_key, signature
         FROM checkpoints ORDER BY number DESC LIMIT 1",
        &[],
        checkpoint::read,
    )
}

pub(super) fn insert(tx: &mut Transaction, checkpoint: &Checkpoint) -> Result<(), Error> {
    let Checkpoint { number, at, root, chains, events, previous, public_key, signature } = checkpoint;
    tx.execute(
        "INSERT INTO checkpoints (number, at, root, chains, events, previous, public_key, signature)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            (*number).into(),
            at.into(),
            root.as_slice().into(),
            (*chains).into(),
            (*events).into(),
            previous.as_slice().into(),
            public_key.as_slice().into(),
            signature.as_slice().into(),
        ],
    )?;
    Ok(())
}

/// Notes that a chain does not continue what was sealed; it waits for a seal no more.
pub(super) fn break_chain(
    tx: &mut Transaction,
    line: &Line,
    reason: &str,
    now: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO broken_chains (subject_id, found_at, name, reason) VALUES ($1, $2, $3, $4)
         ON CONFLICT (subject_id) DO NOTHING",
        &[
            line.subject_id.into(),
            now.into(),
            line.request.as_deref().unwrap_or(&line.subject).into(),
            reason.into(),
        ],
    )?;
    tx.execute(
        "DELETE FROM events_unsealed WHERE subject_id = $1 AND number <= $2",
        &[line.subject_id.into(), line.number.into()],
    )?;
    Ok(())
}
