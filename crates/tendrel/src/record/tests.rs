//! The database is altered by hand, in every way we could think of, and each is found and named.

mod auditor;
mod tamper;

use std::path::PathBuf;

use database::{Error, Transaction};
use jiff::SignedDuration;

use crate::desk::testing::{given, reported, resolved};
use crate::events::chain::START;
use crate::record::store::{Line, read_line};
use crate::record::verify::{Fault, Found, VerifyArguments, verify};
use crate::record::{command, seal};
use crate::testing::{Who, World};

/// Three requests. The first has four events under a checkpoint and a fifth that waits for the next.
pub(super) struct Desk {
    pub(super) world: World,
    pub(super) numbers: [String; 3],
}

impl Desk {
    pub(super) async fn new() -> Desk {
        let world = World::new();
        let mut numbers = Vec::new();
        for _ in 0..3 {
            numbers.push(given(&world, reported(&world)).await.number);
        }
        let numbers: [String; 3] = numbers.try_into().unwrap();
        let first = &numbers[0];
        world.browser(Who::Karma).post(&format!("/requests/{first}/take"), &[]).await.must_be(200);
        for text in ["Is the lamp red?", "I shall come at two."] {
            let reply = format!("/requests/{first}/reply");
            world.browser(Who::Karma).post(&reply, &[("text", text)]).await.must_be(200);
        }
        seal(&world.app).await.unwrap();
        resolved(&world, first).await;
        let desk = Desk { world, numbers };
        assert_eq!(desk.lines(0).await.len(), 5);
        desk
    }

    pub(super) async fn found(&self) -> Found {
        self.world.app.db.read(|r| verify(r, None)).await.unwrap()
    }

    /// Runs statements as somebody at the database would; `{1}` is the id of the first request.
    pub(super) async fn by_hand(&self, sql: &str) {
        let mut sql = sql.to_owned();
        for (index, number) in self.numbers.iter().enumerate() {
            let id = format!("(SELECT id FROM requests WHERE number = '{number}')");
            sql = sql.replace(&format!("{{{}}}", index + 1), &id);
        }
        self.world.app.db.write(move |tx| tx.batch(&sql)).await.unwrap();
    }

    pub(super) async fn lines(&self, of: usize) -> Vec<Line> {
        let number = self.numbers[of].clone();
        let sql = "SELECT e.*, s.number AS sealed_number, s.hash AS sealed_hash, r.number AS request
                   FROM requests r JOIN events e ON e.subject_id = r.id
                   LEFT JOIN sealed_chains s ON s.subject_id = r.id
                   WHERE r.number = $1 ORDER BY e.number";
        self.world.app.db.read(move |r| r.rows(sql, &[number.into()], read_line)).await.unwrap()
    }

    /// Writes a chain as somebody who knows how the hashes are made.
    pub(super) async fn forge(&self, mut lines: Vec<Line>) {
        let mut previous = START;
        for line in &mut lines {
            previous = line.computed(&previous, line.number);
            line.hash = previous;
        }
        self.world.app.db.write(move |tx| write(tx, &lines)).await.unwrap();
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.world.app.settings.data.join(name)
    }
}

fn write(tx: &mut Transaction, lines: &[Line]) -> Result<(), Error> {
    for line in lines {
        let (subject, number) = (line.subject_id, line.number);
        tx.execute(
            "DELETE FROM events WHERE subject_id = $1 AND number = $2",
            &[subject.into(), number.into()],
        )?;
        tx.execute(
            "INSERT INTO events (subject_id, number, subject, at, written_at, actor_id, actor, activity, detail, salt, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            &[
                subject.into(),
                number.into(),
                (&line.subject).into(),
                line.at.into(),
                line.written_at.into(),
                line.actor_id.into(),
                (&line.actor).into(),
                (&line.activity).into(),
                (&line.detail).into(),
                line.salt.as_slice().into(),
                line.hash.as_slice().into(),
            ],
        )?;
    }
    Ok(())
}

#[tokio::test]
async fn a_record_that_nobody_touched_is_sound() {
    let desk = Desk::new().await;
    let found = desk.found().await;
    assert_eq!(found.faults, Vec::<Fault>::new());
    assert_eq!(found.checkpoints, 1);
    assert_eq!(found.events, desk.world.number("SELECT COUNT(*) FROM events"));
    seal(&desk.world.app).await.unwrap();
    let found = desk.found().await;
    assert_eq!((found.faults, found.checkpoints), (Vec::new(), 2));
    let mut said = Vec::new();
    let app = desk.world.app.clone();
    let said = tokio::task::spawn_blocking(move || {
        crate::record::verify::run(&app, &VerifyArguments::default(), &mut said).unwrap();
        String::from_utf8(said).unwrap()
    });
    assert!(said.await.unwrap().contains("nothing was altered, taken out, put in or moved"));
}

#[tokio::test]
async fn a_checkpoint_is_made_every_five_minutes_if_anything_happened() {
    let desk = Desk::new().await;
    let app = &desk.world.app;
    let checkpoints = || desk.world.number("SELECT COUNT(*) FROM checkpoints");
    crate::worker::round(app).await.unwrap();
    assert_eq!(checkpoints(), 1, "the last is not five minutes old");
    app.clock.set(app.clock.now() + SignedDuration::from_mins(5));
    crate::worker::round(app).await.unwrap();
    assert_eq!(checkpoints(), 2);
    assert_eq!(desk.world.number("SELECT COUNT(*) FROM events_unsealed"), 0);
    app.clock.set(app.clock.now() + SignedDuration::from_mins(5));
    crate::worker::round(app).await.unwrap();
    assert_eq!(checkpoints(), 2, "nothing happened since");
    assert_eq!(
        desk.world.number("SELECT events FROM checkpoints WHERE number = 2"),
        desk.world.number("SELECT COUNT(*) FROM events")
    );
}

#[tokio::test]
async fn a_history_that_was_rewritten_is_not_sealed_again() {
    let desk = Desk::new().await;
    let mut lines = desk.lines(0).await;
    "Sonam Dorji".clone_into(&mut lines[1].actor);
    desk.forge(lines).await;
    seal(&desk.world.app).await.unwrap();
    assert_eq!(desk.world.number("SELECT COUNT(*) FROM checkpoints"), 1);
    assert_eq!(desk.world.number("SELECT COUNT(*) FROM broken_chains"), 1);
}

#[tokio::test]
async fn a_kept_checkpoint_finds_what_somebody_with_the_key_did() {
    let desk = Desk::new().await;
    let (app, file) = (desk.world.app.clone(), desk.file("kept"));
    let (at, program) = (file.clone(), app.clone());
    tokio::task::spawn_blocking(move || command::export(&program, &at).unwrap()).await.unwrap();
    let check = |file: PathBuf| {
        let app = app.clone();
        tokio::task::spawn_blocking(move || {
            let mut said = Vec::new();
            let arguments = VerifyArguments { checkpoint: Some(file) };
            let done = crate::record::verify::run(&app, &arguments, &mut said);
            (done.map_err(|error| error.to_string()), String::from_utf8(said).unwrap())
        })
    };
    let (done, said) = check(file.clone()).await.unwrap();
    assert_eq!(done, Ok(()), "{said}");
    // Everything is made anew: the events, the seals, the checkpoint.
    let mut lines = desk.lines(0).await;
    "Sonam Dorji".clone_into(&mut lines[1].actor);
    desk.forge(lines).await;
    for table in ["checkpoints", "sealed_chains", "sealed_buckets", "events_unsealed"] {
        desk.by_hand(&format!("DELETE FROM {table}")).await;
    }
    desk.by_hand("INSERT INTO events_unsealed (subject_id, number) SELECT subject_id, number FROM events")
        .await;
    seal(&app).await.unwrap();
    assert_eq!(desk.found().await.faults, Vec::new());
    let (done, said) = check(file.clone()).await.unwrap();
    assert!(done.is_err());
    let named = format!("altered: {}, event 4, by Karma Wangmo", desk.numbers[0]);
    assert!(said.contains(&named) && said.contains("the database has none that is the same"), "{said}");
    // The file itself cannot be altered either.
    let text = std::fs::read_to_string(&file).unwrap();
    let line = text.lines().nth(2).unwrap();
    for (from, to) in [(line, ""), ("chains ", "chains 9"), (&line[..8], "00000000")] {
        std::fs::write(&file, text.replacen(from, to, 1)).unwrap();
        let (done, _) = check(file.clone()).await.unwrap();
        assert!(done.is_err(), "{from} → {to}");
    }
}
