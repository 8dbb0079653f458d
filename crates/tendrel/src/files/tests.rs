//! Files of this machine, and of several nodes in a store: against a server that speaks S3.

use crate::desk::testing::{given, reported};
use crate::files::{Files, hex, safe_name, sniff};
use crate::problem::Problem;
use crate::retention::command::{RetentionArguments, run};
use crate::testing::{Browser, Page, S3, Who, World};

const PHOTO: &[u8] = b"\x89PNG\r\n\x1a\nno light";

#[test]
fn a_name_never_holds_a_path() {
    assert_eq!(safe_name("../../etc/passwd"), "passwd");
    assert_eq!(safe_name("C:\\Users\\gup\\scan.pdf"), "scan.pdf");
    assert_eq!(safe_name("..."), "file");
    assert_eq!(safe_name("a\u{202e}fdp.exe"), "afdp.exe");
}

#[test]
fn the_bytes_say_what_a_file_is() {
    assert_eq!(sniff(b"\x89PNG\r\n\x1a\n0000"), "image/png");
    assert_eq!(sniff(b"<html><script>alert(1)</script>"), "text/plain");
    assert_eq!(sniff(b"MZ\x90\0\x03"), "application/vnd.microsoft.portable-executable");
    assert_eq!(sniff("ཀ".as_bytes()), "text/plain");
    assert_eq!(sniff(&[0, 1, 2, 3]), "application/octet-stream");
}

#[tokio::test]
async fn the_same_content_is_stored_once_and_too_much_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::in_folder(folder.path().to_owned()).unwrap();
    let one = files.store("a.txt", b"same").await.unwrap();
    let two = files.store("b.txt", b"same").await.unwrap();
    assert_eq!(one.hash, two.hash);
    assert_eq!(files.read(&one.hash).await.unwrap().unwrap(), b"same");

    let kept = files.kept(&hex(&one.hash), "../b.txt").await.unwrap().unwrap();
    assert_eq!((kept.name.as_str(), kept.size, kept.media_type.as_str()), ("b.txt", 4, "text/plain"));
    for wrong in ["", "zz", "../../etc/passwd", &"0".repeat(64)] {
        assert_eq!(files.kept(wrong, "b.txt").await.unwrap(), None);
    }

    let mut upload = files.begin(3).await.unwrap();
    assert!(matches!(upload.write(b"four").await, Err(Problem::TooLarge)));
    drop(upload);
    assert_eq!(std::fs::read_dir(folder.path().join("arriving")).unwrap().count(), 0);
}

fn file_address(page: &Page) -> String {
    let text = page.text();
    text.split("href=\"").find(|link| link.contains("/files/")).unwrap().split('"').next().unwrap().to_owned()
}

async fn attached(world: &World, number: &str, name: &str, bytes: &[u8]) -> Page {
    let address = format!("/requests/{number}/attach");
    let files: &[(&str, &str, &[u8])] = &[("file", name, bytes)];
    let page = world.browser(Who::Karma).post_files(&address, &[], files).await;
    page.must_be(200);
    page
}

#[tokio::test]
async fn in_a_store_the_same_file_is_one_object_and_only_who_sees_the_case_gets_it() {
    let Some(s3) = S3::found() else { return };
    let world = World::new().with_files_in(&s3);
    let number = given(&world, reported(&world)).await.number;
    let page = attached(&world, &number, "router.png", PHOTO).await;
    attached(&world, &number, "again.png", PHOTO).await;
    let held = s3.bucket().list("").await.unwrap();
    assert_eq!(held.len(), 1, "{held:?}");
    let name = hex(&world.app.files.store("x", PHOTO).await.unwrap().hash);
    assert_eq!(
        (held[0].below.as_str(), held[0].size),
        (format!("{}/{}", &name[..2], &name[2..]).as_str(), 16)
    );
    let arriving = world.app.settings.files_folder().join("arriving");
    assert_eq!(std::fs::read_dir(arriving).unwrap().count(), 0, "nothing stays on the machine");

    let file = world.browser(Who::Tshering).get(&file_address(&page)).await;
    file.must_be(200);
    assert_eq!(file.body, PHOTO);
    assert_eq!(file.headers["content-type"], "image/png");
    world.browser(Who::Stranger).get(&file_address(&page)).await.must_be(404);
    world.public().get(&file_address(&page)).await.must_have("Sign in");

    let kept = world.app.files.kept(&name, "photo.png").await.unwrap().unwrap();
    assert_eq!((kept.size, kept.media_type.as_str()), (16, "image/png"));
    assert_eq!(world.app.files.kept(&"0".repeat(64), "photo.png").await.unwrap(), None);
}

#[tokio::test]
async fn two_nodes_share_what_was_brought_to_one() {
    let Some(s3) = S3::found() else { return };
    let world = World::new().with_files_in(&s3);
    let number = given(&world, reported(&world)).await.number;
    let large: Vec<u8> = (0..9_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let page = attached(&world, &number, "large.bin", &large).await;
    let folder = tempfile::tempdir().unwrap();
    let other = world.another_node(folder.path());
    let secret = {
        let (now, account) = (world.app.clock.now(), world.account(Who::Sonam));
        let from = crate::directory::sessions::Origin::test();
        let open =
            move |tx: &mut database::Transaction| crate::directory::sessions::open(tx, account, &from, now);
        world.app.db.write(open).await.unwrap()
    };
    let file = Browser::new(&other, Some(secret)).get(&file_address(&page)).await;
    file.must_be(200);
    assert!(file.body == large);
}

#[tokio::test]
async fn what_a_rule_removes_leaves_the_store() {
    let Some(s3) = S3::found() else { return };
    let world = World::new().with_files_in(&s3);
    let number = given(&world, reported(&world)).await.number;
    attached(&world, &number, "router.png", PHOTO).await;
    world.app.files.store("draft.txt", b"nobody spoke of me").await.unwrap();
    let removed = |local: &str| {
        world.set(local);
        let app = world.app.clone();
        tokio::task::spawn_blocking(move || {
            run(&app, &RetentionArguments::default(), &mut Vec::new()).unwrap();
        })
    };
    // Younger than an hour by the store's own clock, which is not the one that was stopped.
    removed("2026-11-19 10:00").await.unwrap();
    assert_eq!(s3.bucket().list("").await.unwrap().len(), 2);
    removed("2028-01-19 10:00").await.unwrap();
    let held = s3.bucket().list("").await.unwrap();
    assert_eq!(held.len(), 1, "the draft is gone, the photo is spoken of: {held:?}");
}

#[tokio::test]
async fn a_store_that_is_away_is_told_loses_nothing_and_heals() {
    let Some(s3) = S3::found() else { return };
    let (s3, line) = s3.by_line().await;
    let world = World::new().with_files_in(&s3);
    let number = given(&world, reported(&world)).await.number;
    let page = attached(&world, &number, "router.png", PHOTO).await;
    line.cut();
    let mut karma = world.browser(Who::Karma);
    let files: &[(&str, &str, &[u8])] = &[("file", "log.txt", b"12:04 link down")];
    let (reply, typed) = (format!("/requests/{number}/reply"), [("text", "The log is attached.")]);
    let away = karma.post_files(&reply, &typed, files).await;
    away.must_be(503);
    away.must_have("The place where files are kept does not answer");
    away.must_have("The log is attached.</textarea>");
    let file = karma.get(&file_address(&page)).await;
    file.must_be(503);
    file.must_have("Try again in a few minutes");
    assert_eq!(world.number("SELECT COUNT(*) FROM messages"), 0);
    // What needs no file goes on.
    karma.get(&format!("/requests/{number}")).await.must_be(200);
    karma.post(&reply, &[("text", "Without the log.")]).await.must_be(200);

    let form = [
        ("office", "Kabjisa Central School"),
        ("f-what", "none"),
        ("f-power", "yes"),
        ("impact", "1"),
        ("urgency", "1"),
        ("subject", "No Internet in the lab"),
        ("description", "All 34 computers lost it."),
        ("name", "Tshering Dema"),
        ("phone", "17600004"),
    ];
    let photo: &[(&str, &str, &[u8])] = &[("files", "lab.png", PHOTO)];
    let away = world.public().post_files("/services/internet-lan", &form, photo).await;
    away.must_be(503);
    away.must_have("What you typed is still here");
    away.must_have("lab.png could not be kept just now");
    away.must_have("All 34 computers lost it.");
    // A photo of an earlier try stays in the form, though nobody can look for it now.
    let line_of = format!("files:{}:earlier.png", hex(&[7; 32]));
    let mut again = form.to_vec();
    again.push(("kept", &line_of));
    let away = world.public().post_files("/services/internet-lan", &again, &[]).await;
    away.must_be(503);
    away.must_have(&line_of);

    line.mend();
    karma.post_files(&reply, &typed, files).await.must_be(200);
    assert_eq!(karma.get(&file_address(&page)).await.body, PHOTO);
    assert_eq!(world.number("SELECT COUNT(*) FROM messages"), 2);
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_no_file() {
    let Some(s3) = S3::found() else { return };
    let (broken, line) = s3.by_line().await;
    let world = World::new().with_files_in(&broken);
    line.cut_after(1_000_000);
    let large = vec![7; 5_000_000];
    assert!(world.app.files.store("large.bin", &large).await.is_err());
    assert_eq!(s3.bucket().list("").await.unwrap(), Vec::new());
    let arriving = world.app.settings.files_folder().join("arriving");
    assert_eq!(std::fs::read_dir(arriving).unwrap().count(), 0);
}
