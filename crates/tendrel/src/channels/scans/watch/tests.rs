use super::*;
use crate::channels::scans::tests::sheets::png;
use crate::channels::scans::tests::{FORM, all_read};
use crate::testing::{Who, World};

async fn looks(world: &World, folder: &Path, seen: &mut Seen, minute: &str) -> usize {
    world.set(&format!("2026-11-19 {minute}"));
    round(&world.app, folder, seen).await.unwrap()
}

#[tokio::test]
async fn a_file_is_taken_when_it_rests_and_moved_when_it_is_kept() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let unit = folder.path().join("PUN");
    std::fs::create_dir_all(folder.path().join("nobody")).unwrap();
    std::fs::create_dir_all(&unit).unwrap();
    let sheet = png(FORM, "from the scanner");
    let mut seen = Seen::default();
    std::fs::write(unit.join("one.png"), &sheet[..1000]).unwrap();
    std::fs::write(unit.join(".half"), b"x").unwrap();
    std::fs::write(folder.path().join("nobody/two.png"), &sheet).unwrap();
    assert_eq!(looks(&world, folder.path(), &mut seen, "09:01").await, 0);
    // It grew meanwhile.
    std::fs::write(unit.join("one.png"), &sheet).unwrap();
    assert_eq!(looks(&world, folder.path(), &mut seen, "09:02").await, 0);
    assert_eq!(looks(&world, folder.path(), &mut seen, "09:03").await, 1);
    assert!(unit.join("done/one.png").exists() && !unit.join("one.png").exists());
    assert!(folder.path().join("nobody/two.png").exists() && unit.join(".half").exists());
    all_read(&world).await;
    world.browser(Who::Karma).get("/scans").await.must_have("one.png");
    // Another scan under the same name, and one that was kept before a crash.
    std::fs::write(unit.join("one.png"), png(FORM, "another")).unwrap();
    std::fs::write(unit.join("again.png"), &sheet).unwrap();
    looks(&world, folder.path(), &mut seen, "09:04").await;
    assert_eq!(looks(&world, folder.path(), &mut seen, "09:05").await, 2);
    assert_eq!(std::fs::read_dir(unit.join("done")).unwrap().count(), 3);
    assert_eq!(world.number("SELECT COUNT(*) FROM scan_files"), 2);
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_with_the_reason_beside_it() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let unit = folder.path().join("PUN");
    std::fs::create_dir_all(&unit).unwrap();
    std::fs::write(unit.join("notes.docx"), b"PK\x03\x04").unwrap();
    std::fs::write(unit.join("empty.pdf"), b"").unwrap();
    let mut seen = Seen::default();
    looks(&world, folder.path(), &mut seen, "09:01").await;
    assert_eq!(looks(&world, folder.path(), &mut seen, "09:02").await, 2);
    let why = std::fs::read_to_string(unit.join("refused/notes.docx.txt")).unwrap();
    assert_eq!(why, "notes.docx was not taken: it is no PDF, TIFF, PNG or JPEG.\n");
    assert!(unit.join("refused/empty.pdf.txt").exists());
    assert_eq!(world.number("SELECT COUNT(*) FROM scan_files"), 0);
}

#[tokio::test]
async fn one_node_looks_after_the_folder_until_it_falls_silent() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let now = world.set("2026-11-19 09:01");
    let mine = world.app.db.write(move |tx| files::may_watch(tx, "one", now)).await.unwrap();
    let theirs = world.app.db.write(move |tx| files::may_watch(tx, "two", now)).await.unwrap();
    let still = world.app.db.write(move |tx| files::may_watch(tx, "one", now)).await.unwrap();
    assert_eq!((mine, theirs, still), (true, false, true));
    assert_eq!(round(&world.app, folder.path(), &mut Seen::default()).await.unwrap(), 0);
    let later = world.set("2026-11-19 09:03");
    assert!(world.app.db.write(move |tx| files::may_watch(tx, "two", later)).await.unwrap());
}
