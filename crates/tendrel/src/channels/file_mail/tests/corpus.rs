//! Real mail that others collected, all of it, twice.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use database::Error;

use crate::channels::keep_mail::{Came, Kept, keep};
use crate::channels::testing::{all_filed, mailbox};
use crate::testing::World;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_none_or(|it| it != "md") {
            found.push(path);
        }
    }
}

/// How many mails there are for each state and reason.
fn counted(world: &World) -> BTreeMap<(String, String), i64> {
    let sql = "SELECT state, reason, COUNT(*) AS n FROM mails GROUP BY state, reason";
    let read = world.app.db.read_blocking::<_, Error, _>(move |r| {
        r.rows(sql, &[], |row| Ok(((row.get("state")?, row.get("reason")?), row.get("n")?)))
    });
    read.unwrap().into_iter().collect()
}

#[tokio::test]
async fn a_whole_collection_is_filed_and_the_second_time_adds_nothing() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/mail");
    if !folder.exists() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: {} is not here", folder.display());
        return;
    }
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    paths.sort();
    let mails: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    let world = World::new();
    let mailbox = mailbox(&world);
    let begun = Instant::now();
    let mut new = 0;
    for bytes in &mails {
        let came = Came { bytes, by: "deliver", recipient: "" };
        new += usize::from(matches!(keep(&world.app, mailbox.id, came).await.unwrap(), Kept::New(_)));
    }
    all_filed(&world).await;
    let took = begun.elapsed();
    let first = counted(&world);
    let (requests, events) =
        (world.number("SELECT COUNT(*) FROM requests"), world.number("SELECT COUNT(*) FROM events"));
    println!("{} files, {new} mails in {took:?}, {requests} cases: {first:#?}", mails.len());
    assert_eq!(first.values().sum::<i64>(), i64::try_from(new).unwrap(), "each is somewhere");
    for never in ["failed", "ends-program", "file-gone", ""] {
        assert_eq!(first.iter().filter(|((_, reason), _)| reason == never).count(), 0, "{never}");
    }
    for bytes in &mails {
        let came = Came { bytes, by: "deliver", recipient: "" };
        assert_eq!(keep(&world.app, mailbox.id, came).await.unwrap(), Kept::Again);
    }
    all_filed(&world).await;
    assert_eq!(counted(&world), first);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), requests);
    assert_eq!(world.number("SELECT COUNT(*) FROM events"), events);
}
