use crate::record::store::Line;
use crate::record::tests::Desk;
use crate::record::verify::Kind::{self, Altered, Checkpoint, Disagrees, Inserted, Missing, Reordered};

/// What is done at the database, what it must be called, which event, and who is named.
const WAYS: &[(&str, Kind, i64, &str)] = &[
    ("UPDATE events SET actor = 'Sonam Dorji' WHERE subject_id = {1} AND number = 2", Altered, 2, "Sonam Dorji"),
    ("UPDATE events SET actor_id = NULL WHERE subject_id = {1} AND number = 2", Altered, 2, "Karma Wangmo"),
    ("UPDATE events SET detail = '{}' WHERE subject_id = {1} AND number = 3", Altered, 3, "Karma Wangmo"),
    ("UPDATE events SET detail = detail || ' ' WHERE subject_id = {1} AND number = 1", Altered, 1, "Tshering Dema"),
    ("UPDATE events SET at = at - 1 WHERE subject_id = {1} AND number = 3", Altered, 3, "Karma Wangmo"),
    ("UPDATE events SET written_at = at - 9 WHERE subject_id = {1} AND number = 5", Altered, 5, "Karma Wangmo"),
    ("UPDATE events SET activity = 'noted' WHERE subject_id = {1} AND number = 4", Altered, 4, "Karma Wangmo"),
    ("UPDATE events SET subject = 'person' WHERE subject_id = {1} AND number = 4", Altered, 4, "Karma Wangmo"),
    ("UPDATE events SET salt = hash WHERE subject_id = {1} AND number = 4", Altered, 4, "Karma Wangmo"),
    // Something is said to have been taken out of it.
    ("UPDATE events SET taken_out = '' WHERE subject_id = {1} AND number = 3", Altered, 3, "Karma Wangmo"),
    (
        "UPDATE events SET actor = '', actor_id = NULL, detail = '{}', taken_out = '{\"actor\":{\"gone\":\"00\"},\"parts\":[]}'
         WHERE subject_id = {1} AND number = 2",
        Altered,
        2,
        "",
    ),
    ("UPDATE events SET hash = salt WHERE subject_id = {1} AND number = 1", Altered, 1, "Tshering Dema"),
    (
        "UPDATE events SET hash = (SELECT hash FROM events WHERE subject_id = {2} AND number = 1)
         WHERE subject_id = {1} AND number = 5",
        Altered,
        5,
        "Karma Wangmo",
    ),
    ("DELETE FROM events WHERE subject_id = {1} AND number = 1", Missing, 1, "Karma Wangmo"),
    ("DELETE FROM events WHERE subject_id = {1} AND number = 3", Missing, 3, "Karma Wangmo"),
    ("DELETE FROM events WHERE subject_id = {1} AND number = 5", Missing, 5, "Karma Wangmo"),
    // The one after the gap is moved up, and the request told that it has one less.
    (
        "DELETE FROM events WHERE subject_id = {1} AND number = 3;
         UPDATE events SET number = 3 WHERE subject_id = {1} AND number = 4;
         UPDATE events SET number = 4 WHERE subject_id = {1} AND number = 5;
         UPDATE requests SET version = 4 WHERE id = {1}",
        Altered,
        3,
        "Karma Wangmo",
    ),
    (
        "DELETE FROM events WHERE subject_id = {1} AND number = 3;
         UPDATE events SET number = 3 WHERE subject_id = {1} AND number = 4;
         UPDATE events SET number = 4 WHERE subject_id = {1} AND number = 5",
        Missing,
        3,
        "Karma Wangmo",
    ),
    // The last events go, and all that speaks of them but the checkpoint.
    (
        "DELETE FROM events WHERE subject_id = {1} AND number > 2;
         DELETE FROM events_unsealed WHERE subject_id = {1};
         UPDATE requests SET version = 2, state = 'in_progress' WHERE id = {1}",
        Missing,
        3,
        "Karma Wangmo",
    ),
    // One that no checkpoint covers yet goes.
    (
        "DELETE FROM events WHERE subject_id = {1} AND number = 5;
         UPDATE requests SET version = 4, state = 'in_progress' WHERE id = {1}",
        Missing,
        5,
        "",
    ),
    // Two change places: their numbers, or all but their numbers and hashes.
    (
        "UPDATE events SET number = -1 WHERE subject_id = {1} AND number = 2;
         UPDATE events SET number = 2 WHERE subject_id = {1} AND number = 3;
         UPDATE events SET number = 3 WHERE subject_id = {1} AND number = -1",
        Reordered,
        2,
        "Karma Wangmo",
    ),
    (
        "UPDATE events SET number = -1 WHERE subject_id = {1} AND number = 1;
         UPDATE events SET number = 1 WHERE subject_id = {1} AND number = 5;
         UPDATE events SET number = 5 WHERE subject_id = {1} AND number = -1",
        Reordered,
        1,
        "Karma Wangmo",
    ),
    // One is put in between, at the end, and before the first.
    (
        "UPDATE events SET number = 6 WHERE subject_id = {1} AND number = 5;
         UPDATE events SET number = 5 WHERE subject_id = {1} AND number = 4;
         UPDATE events SET number = 4 WHERE subject_id = {1} AND number = 3;
         INSERT INTO events (subject_id, number, subject, at, written_at, actor_id, actor, activity, detail, salt, hash)
         SELECT subject_id, 3, subject, at, written_at, actor_id, actor, 'noted', detail, salt, hash
         FROM events WHERE subject_id = {1} AND number = 2",
        Inserted,
        3,
        "Karma Wangmo",
    ),
    (
        "INSERT INTO events (subject_id, number, subject, at, written_at, actor_id, actor, activity, detail, salt, hash)
         SELECT subject_id, 6, subject, at, written_at, actor_id, actor, activity, detail, salt, hash
         FROM events WHERE subject_id = {1} AND number = 5",
        Inserted,
        6,
        "Karma Wangmo",
    ),
    (
        "INSERT INTO events (subject_id, number, subject, at, written_at, actor_id, actor, activity, detail, salt, hash)
         SELECT subject_id, 0, subject, at, written_at, actor_id, actor, activity, detail, salt, hash
         FROM events WHERE subject_id = {1} AND number = 1",
        Inserted,
        0,
        "Tshering Dema",
    ),
    // An event of one case is given to another.
    (
        "UPDATE events SET subject_id = {2}, number = 2 WHERE subject_id = {1} AND number = 5;
         UPDATE requests SET version = 2 WHERE id = {2}",
        Missing,
        5,
        "Karma Wangmo",
    ),
    // The history of a case goes; the case goes; both go.
    ("DELETE FROM events WHERE subject_id = {3}", Missing, 1, "Tshering Dema"),
    ("DELETE FROM requests WHERE id = {3}", Disagrees, 1, "Tshering Dema"),
    ("DELETE FROM events WHERE subject_id = {3}; DELETE FROM requests WHERE id = {3}", Missing, 1, "Tshering Dema"),
    // What is shown is not what happened.
    ("UPDATE requests SET state = 'closed' WHERE id = {1}", Disagrees, 5, "Karma Wangmo"),
    ("UPDATE requests SET version = 9 WHERE id = {2}", Missing, 2, "Tshering Dema"),
    // The seals themselves.
    ("UPDATE sealed_chains SET number = 3 WHERE subject_id = {1}", Checkpoint, 0, ""),
    ("DELETE FROM sealed_chains WHERE subject_id = {2}", Checkpoint, 0, ""),
    ("UPDATE sealed_buckets SET hash = (SELECT root FROM checkpoints) WHERE chains = 1", Checkpoint, 0, ""),
    ("UPDATE checkpoints SET root = previous", Checkpoint, 0, ""),
    ("UPDATE checkpoints SET at = at + 1", Checkpoint, 0, ""),
    ("UPDATE checkpoints SET number = 2", Checkpoint, 0, ""),
    ("UPDATE checkpoints SET public_key = root", Checkpoint, 0, ""),
    ("DELETE FROM checkpoints", Checkpoint, 0, ""),
];

#[tokio::test]
async fn whatever_is_altered_by_hand_is_found_and_named() {
    let (mut failed, mut kind) = (Vec::new(), database::Kind::Sqlite);
    for (sql, expected, event, person) in WAYS {
        let desk = Desk::new().await;
        kind = desk.world.app.db.kind();
        let about = if sql.contains("{3}") {
            2
        } else {
            usize::from(sql.contains("id = {2}") && !sql.contains("{1}"))
        };
        desk.by_hand(sql).await;
        let faults = desk.found().await.faults;
        let is_named = faults.iter().any(|fault| {
            fault.kind == *expected
                && (*expected == Checkpoint || fault.of == desk.numbers[about])
                && fault.event == *event
                && fault.person == *person
        });
        if !is_named {
            failed.push(format!("{sql}\n  must be {expected:?} {event} {person:?}, was {faults:#?}"));
        }
    }
    assert!(failed.is_empty(), "{} of {} were not named:\n{}", failed.len(), WAYS.len(), failed.join("\n"));
    println!("{} ways to tamper with {kind:?}, all found and named", WAYS.len());
}

/// By somebody who knows how the hashes are made, and makes them.
#[tokio::test]
async fn well_made_forgeries_are_found_and_named() {
    // An event at the end that nobody wrote, with the request's version to match.
    let desk = Desk::new().await;
    let mut lines = desk.lines(0).await;
    let forged = Line { number: 6, ..lines[4].clone() };
    lines.push(forged);
    desk.forge(lines).await;
    desk.by_hand("UPDATE requests SET version = 6 WHERE id = {1}").await;
    expect(&desk, Inserted, 6).await;

    // Another who did it; all hashes after it are made again.
    let desk = Desk::new().await;
    let mut lines = desk.lines(0).await;
    "Sonam Dorji".clone_into(&mut lines[1].actor);
    desk.forge(lines).await;
    expect(&desk, Altered, 4).await;

    // One is taken out of the middle, the rest closes up, and the request and the waiting list are told.
    let desk = Desk::new().await;
    let mut lines = desk.lines(0).await;
    lines.remove(2);
    for (line, number) in lines.iter_mut().zip(1..) {
        line.number = number;
    }
    desk.by_hand(
        "DELETE FROM events WHERE subject_id = {1} AND number = 5; DELETE FROM events_unsealed WHERE subject_id = {1};
         UPDATE requests SET version = 4 WHERE id = {1}",
    )
    .await;
    desk.forge(lines).await;
    expect(&desk, Altered, 4).await;

    // As above, and the seal is made to fit: the checkpoint is signed.
    let lines = desk.lines(0).await;
    let hash = lines[3].hash.to_vec();
    let id = lines[3].subject_id;
    let sql = "UPDATE sealed_chains SET hash = $1 WHERE subject_id = $2";
    let fit = move |tx: &mut database::Transaction| tx.execute(sql, &[hash.as_slice().into(), id.into()]);
    desk.world.app.db.write(fit).await.unwrap();
    expect(&desk, Checkpoint, 0).await;
    println!("4 well-made forgeries of {:?}, all found and named", desk.world.app.db.kind());
}

async fn expect(desk: &Desk, kind: Kind, event: i64) {
    let faults = desk.found().await.faults;
    let named = |of: &str| kind == Checkpoint || of == desk.numbers[0];
    let is_found = faults.iter().any(|fault| fault.kind == kind && fault.event == event && named(&fault.of));
    assert!(is_found, "must be {kind:?} {event}, was {faults:#?}");
}
