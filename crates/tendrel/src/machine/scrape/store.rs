//! What is asked of the database for the metrics: whichever node answers, the numbers are the same.

use database::{Error, Reader};
use jiff::{SignedDuration, Timestamp};

use crate::backup::store as backups;
use crate::machine::scrape::text::Text;
use crate::record;

pub(super) struct Stored {
    /// Kind, state, how many.
    jobs: Vec<(String, String, i64)>,
    oldest_due: Option<SignedDuration>,
    sessions: i64,
    backup: Option<Timestamp>,
    proven: Option<Timestamp>,
    failed_backups: i64,
    checkpoint: Option<Timestamp>,
    unsealed: i64,
    broken: i64,
    schema: i64,
    /// Receivers that failed for too long, deliveries that wait, and how long the oldest has waited.
    webhooks: (i64, i64, Option<SignedDuration>),
    /// Whether the SMS gateway is paused, messages that wait, and how long the oldest is due.
    sms: (bool, i64, Option<SignedDuration>),
    /// Mails that wait to be filed, those that wait for a person, and mailboxes that are silent.
    mail: (i64, i64, i64),
    /// Files that wait to be read, and sheets that wait for a person.
    scans: (i64, i64),
}

pub(super) fn read(r: &mut Reader, now: Timestamp, idle: SignedDuration) -> Result<Stored, Error> {
    let (backup, proven) = backups::ages(r)?;
    let number = |r: &mut Reader, sql: &str| r.one(sql, &[], |row| row.get::<i64>("n"));
    Ok(Stored {
        jobs: r.rows(
            "SELECT kind, state, COUNT(*) AS n FROM (
                 SELECT kind, CASE WHEN gave_up_at IS NOT NULL THEN 'given_up' WHEN taken_at IS NOT NULL THEN 'taken'
                                   WHEN run_at <= $1 THEN 'due' ELSE 'later' END AS state FROM jobs) sorted
             GROUP BY kind, state ORDER BY kind, state",
            &[now.into()],
            |row| Ok((row.get("kind")?, row.get("state")?, row.get("n")?)),
        )?,
        oldest_due: r
            .one(
                "SELECT MIN(run_at) AS oldest FROM jobs WHERE gave_up_at IS NULL AND run_at <= $1",
                &[now.into()],
                |row| row.get::<Option<Timestamp>>("oldest"),
            )?
            .map(|oldest| now.duration_since(oldest)),
        sessions: r.one(
            "SELECT COUNT(*) AS n FROM sessions WHERE expires_at > $1 AND last_seen_at >= $2",
            &[now.into(), (now - idle).into()],
            |row| row.get("n"),
        )?,
        backup,
        proven,
        failed_backups: number(
            r,
            "SELECT COUNT(*) AS n FROM backups WHERE fault <> '' AND made_at >= (SELECT MAX(made_at) FROM backups)",
        )?,
        checkpoint: record::last(r)?.map(|last| last.at),
        unsealed: number(r, "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM events_unsealed LIMIT 10000) waiting")?,
        broken: number(r, "SELECT COUNT(*) AS n FROM broken_chains")?,
        schema: backups::schema(r)?,
        mail: mail(r)?,
        scans: scans(r)?,
        webhooks: webhooks(r, now)?,
        sms: sms(r, now)?,
    })
}

fn scans(r: &mut Reader) -> Result<(i64, i64), Error> {
    let kept = "SELECT COUNT(*) AS n FROM (SELECT 1 FROM scan_files WHERE state = 'kept' LIMIT 1000) w";
    let waiting = "SELECT COUNT(*) AS n FROM (SELECT 1 FROM scans WHERE state = 'waiting' LIMIT 1000) w";
    let mut count = |sql: &str| r.one(sql, &[], |row| row.get("n"));
    Ok((count(kept)?, count(waiting)?))
}

fn mail(r: &mut Reader) -> Result<(i64, i64, i64), Error> {
    let mut waiting = |state: &str| -> Result<i64, Error> {
        r.one(
            "SELECT COUNT(*) AS n FROM (SELECT 1 FROM mails WHERE state = $1 LIMIT 1000) w",
            &[state.into()],
            |row| row.get("n"),
        )
    };
    let (kept, quarantined) = (waiting("kept")?, waiting("quarantined")?);
    let silent =
        r.one("SELECT COUNT(*) AS n FROM mailboxes WHERE told_silent = 1", &[], |row| row.get("n"))?;
    Ok((kept, quarantined, silent))
}

fn sms(r: &mut Reader, now: Timestamp) -> Result<(bool, i64, Option<SignedDuration>), Error> {
    let paused = r.one(
        "SELECT COUNT(*) AS n FROM sms_gateway WHERE is_on = 1 AND paused_at IS NOT NULL",
        &[],
        |row| row.get::<i64>("n"),
    )?;
    let (waiting, oldest) = r.one(
        "SELECT COUNT(*) AS n, MIN(CASE WHEN send_at <= $1 THEN send_at END) AS oldest FROM sms_messages
         WHERE state = 'waiting'",
        &[now.into()],
        |row| Ok((row.get("n")?, row.get::<Option<Timestamp>>("oldest")?)),
    )?;
    Ok((paused > 0, waiting, oldest.map(|oldest| now.duration_since(oldest))))
}

fn webhooks(r: &mut Reader, now: Timestamp) -> Result<(i64, i64, Option<SignedDuration>), Error> {
    let paused = r.one(
        "SELECT COUNT(*) AS n FROM webhook_endpoints WHERE off_why IN ('failures', 'gone')",
        &[],
        |row| row.get("n"),
    )?;
    let (waiting, oldest) = r.one(
        "SELECT COUNT(*) AS n, MIN(d.happened_at) AS oldest FROM webhook_deliveries d
         JOIN webhook_endpoints w ON w.id = d.endpoint_id WHERE d.next_at IS NOT NULL AND w.off_at IS NULL",
        &[],
        |row| Ok((row.get("n")?, row.get::<Option<Timestamp>>("oldest")?)),
    )?;
    Ok((paused, waiting, oldest.map(|oldest| now.duration_since(oldest))))
}

impl Stored {
    pub(super) fn tell(&self, text: &mut Text) {
        text.head("tendrel_jobs", "gauge", "Jobs by kind and state: due, later, taken, given_up.");
        for (kind, state, count) in &self.jobs {
            text.line("tendrel_jobs", &[("kind", kind), ("state", state)], *count as f64);
        }
        let oldest = self.oldest_due.unwrap_or_default().as_secs_f64();
        text.gauge(
            "tendrel_jobs_oldest_due_seconds",
            "How long the oldest job that is due has waited.",
            oldest,
        );
        text.gauge("tendrel_sessions", "Sessions that hold.", self.sessions as f64);
        // 0 for never, so that an alert sees it as very old.
        let seconds = |at: Option<Timestamp>| at.map_or(0.0, |at| at.as_second() as f64);
        text.gauge(
            "tendrel_backup_timestamp_seconds",
            "When the last backup was made.",
            seconds(self.backup),
        );
        text.gauge(
            "tendrel_backup_proven_timestamp_seconds",
            "When a backup was last restored for a check and found whole.",
            seconds(self.proven),
        );
        text.gauge("tendrel_backup_failed", "Whether the last backup failed.", self.failed_backups as f64);
        text.gauge(
            "tendrel_checkpoint_timestamp_seconds",
            "When the record was last sealed.",
            seconds(self.checkpoint),
        );
        text.gauge(
            "tendrel_events_unsealed",
            "Events that wait for the next checkpoint, 10,000 at most.",
            self.unsealed as f64,
        );
        text.gauge(
            "tendrel_broken_chains",
            "Cases whose record was found altered outside the program.",
            self.broken as f64,
        );
        self.tell_channels(text);
        text.gauge("tendrel_schema_version", "The newest step of the schema.", self.schema as f64);
    }

    /// What comes in and goes out.
    fn tell_channels(&self, text: &mut Text) {
        let (kept, quarantined, silent) = self.mail;
        text.gauge("tendrel_mail_kept", "Mails that wait to be filed, 1,000 at most.", kept as f64);
        text.gauge(
            "tendrel_mail_quarantined",
            "Mails that wait for somebody to look at them, 1,000 at most.",
            quarantined as f64,
        );
        text.gauge(
            "tendrel_mailboxes_silent",
            "Mailboxes whose server could not be asked for a quarter of an hour.",
            silent as f64,
        );
        let (kept, waiting) = self.scans;
        text.gauge("tendrel_scans_kept", "Scans that wait to be read, 1,000 at most.", kept as f64);
        text.gauge(
            "tendrel_scans_waiting",
            "Sheets of paper that wait for somebody to look at them, 1,000 at most.",
            waiting as f64,
        );
        let (paused, waiting, oldest) = self.webhooks;
        text.gauge(
            "tendrel_webhooks_paused",
            "Receivers of webhooks that failed for too long, or are gone.",
            paused as f64,
        );
        text.gauge("tendrel_webhooks_waiting", "Messages that wait for their receivers.", waiting as f64);
        text.gauge(
            "tendrel_webhooks_oldest_seconds",
            "How long ago the oldest of them happened.",
            oldest.unwrap_or_default().as_secs_f64(),
        );
        let (paused, waiting, oldest) = self.sms;
        text.gauge(
            "tendrel_sms_paused",
            "Whether the SMS gateway failed many times in a row.",
            f64::from(paused),
        );
        text.gauge("tendrel_sms_waiting", "Messages that wait to be sent by SMS.", waiting as f64);
        text.gauge(
            "tendrel_sms_oldest_due_seconds",
            "How long the oldest of them that is due has waited.",
            oldest.unwrap_or_default().as_secs_f64(),
        );
    }
}
