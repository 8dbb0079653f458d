//! Against a real server that speaks S3, on loopback.

use std::path::PathBuf;

use super::{names, send};
use crate::app::App;
use crate::backup::command::{BackupArguments, BackupCommand, RestoreArguments, restore, run};
use crate::backup::lock::{KeyArguments, LockArguments};
use crate::backup::nightly;
use crate::bucket::{self, Bucket};
use crate::clock::Clock;
use crate::desk::testing::{given, reported};
use crate::record::seal;
use crate::settings::Place;
use crate::testing::{S3, Who, World};

/// A desk with a case and a large attachment; its settings name the store.
async fn desk(s3: &S3) -> World {
    let mut world = World::new();
    let number = given(&world, reported(&world)).await.number;
    let large: Vec<u8> = (0..9_500_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let files: &[(&str, &str, &[u8])] = &[("file", "large.bin", &large)];
    world
        .browser(Who::Karma)
        .post_files(&format!("/requests/{number}/attach"), &[], files)
        .await
        .must_be(200);
    seal(&world.app).await.unwrap();
    world.app = world.installed();
    world.set_settings(|settings| {
        settings.s3 = s3.settings.clone();
        settings.backup_folder = s3.place().into();
    });
    world
}

/// What the commands are told; their settings stand in `tendrel.toml`.
fn place(world: &World, s3: &S3, data: PathBuf) -> Place {
    std::fs::create_dir_all(&data).unwrap();
    let of = |text: &Option<String>| text.clone().unwrap();
    let (endpoint, access, secret) =
        (&s3.settings.endpoint, &s3.settings.access_key, &s3.settings.secret_key);
    let text = format!(
        "backup_folder = \"{}\"\n[s3]\nendpoint = \"{}\"\naccess_key = \"{}\"\nsecret_key = \"{}\"\n",
        s3.place(),
        of(endpoint),
        of(access),
        of(secret)
    );
    std::fs::write(data.join("tendrel.toml"), text).unwrap();
    Place { data, database: Some(world.url()), files: None }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

fn back_up(place: &Place, lock: LockArguments) -> Result<String, String> {
    let mut said = Vec::new();
    let made = run(place, &BackupArguments { lock, ..BackupArguments::default() }, &mut said);
    made.map(|()| String::from_utf8(said).unwrap()).map_err(|error| format!("{error:#}"))
}

fn check(place: &Place, from: &str, key: &KeyArguments) -> Result<String, String> {
    let mut said = Vec::new();
    let command = Some(BackupCommand::Check { from: from.into(), key: key.clone() });
    let checked = run(place, &BackupArguments { command, ..BackupArguments::default() }, &mut said);
    checked.map(|()| String::from_utf8(said).unwrap()).map_err(|error| format!("{error:#}"))
}

/// What the commands leave in the data folder of their own.
fn left_over(place: &Place) -> usize {
    let names = std::fs::read_dir(&place.data).unwrap().map(|it| it.unwrap().file_name());
    names.filter(|it| it.to_string_lossy().starts_with("tendrel_")).count()
}

#[tokio::test]
async fn a_backup_goes_to_the_store_is_proven_from_there_and_comes_back() {
    let Some(s3) = S3::found() else { return };
    let world = desk(&s3).await;
    let source = place(&world, &s3, world.app.settings.data.clone());
    let files = S3::found().unwrap();
    let fresh = testkit::fresh();
    let mut target = place(&world, &s3, fresh.folder().join("restored"));
    target.database = (fresh.kind() == database::Kind::Postgres).then(|| fresh.url.clone());
    target.files = Some(files.place());
    let of = s3.bucket();
    let restored = blocking(move || {
        let said = back_up(&source, LockArguments::default()).unwrap();
        let name = bucket::wait(names(&of)).unwrap().remove(0);
        assert!(said.contains(&of.place(&name)), "{said}");
        let said = check(&source, &of.place(&name), &KeyArguments::default()).unwrap();
        assert!(said.contains("are as they were written"), "{said}");
        // The folder of the backups is none; what is in it is named.
        let error = check(&source, &of.place(""), &KeyArguments::default()).unwrap_err();
        assert!(error.contains("is no whole backup") && error.contains(&name), "{error}");
        let back = RestoreArguments { from: of.place(&name).into(), key: KeyArguments::default() };
        restore(&target, &back, &mut Vec::new()).unwrap();
        assert_eq!((left_over(&source), left_over(&target)), (0, 0));
        App::open(target.settings().unwrap(), Clock::Machine).unwrap()
    })
    .await;
    let held = files.bucket().list("").await.unwrap();
    assert_eq!((held.len(), held[0].size), (1, 9_500_000), "the attachment is in the store of files");
    let faults = restored.db.read(|r| crate::record::verify::verify(r, None)).await.unwrap().faults;
    assert_eq!(faults, Vec::new());
}

#[tokio::test]
async fn a_locked_backup_is_one_object() {
    let Some(s3) = S3::found() else { return };
    let world = desk(&s3).await;
    let source = place(&world, &s3, world.app.settings.data.clone());
    let of = s3.bucket();
    blocking(move || {
        let words = source.data.join("words.txt");
        std::fs::write(&words, "twelve yaks over the pass").unwrap();
        back_up(&source, LockArguments { passphrase_file: Some(words.clone()), ..LockArguments::default() })
            .unwrap();
        let held = bucket::wait(of.list("")).unwrap();
        assert!(held.len() == 1 && held[0].below.ends_with("Z.tar.age"), "{held:?}");
        let from = of.place(&held[0].below);
        let key = KeyArguments { passphrase_file: Some(words), ..KeyArguments::default() };
        check(&source, &from, &key).unwrap();
        assert!(
            check(&source, &from, &KeyArguments::default()).unwrap_err().contains("the backup is locked")
        );
        assert_eq!(left_over(&source), 0);
    })
    .await;
}

#[tokio::test]
async fn every_night_one_is_sent_proven_from_there_and_only_our_old_ones_go() {
    let Some(s3) = S3::found() else { return };
    let mut world = desk(&s3).await;
    world.set_settings(|settings| settings.backups_kept = 2);
    let of = s3.bucket();
    // What others keep there stays, whatever it is called.
    let theirs = world.app.settings.data.join("theirs");
    std::fs::write(&theirs, b"{}").unwrap();
    for name in ["accounts.ods", "tendrel-20200101-030000Z/manifest.json", "tendrel-20200101-030000Z/x"] {
        of.put(name, &theirs).await.unwrap();
    }
    for day in 20..24 {
        world.set(&format!("2026-11-{day} 01:00"));
        nightly::round(&world.app).await.unwrap();
    }
    let names = names(&of).await.unwrap();
    assert_eq!(
        names,
        ["tendrel-20200101-030000Z", "tendrel-20261121-190000Z", "tendrel-20261122-190000Z"],
        "one of somebody else and two of ours"
    );
    assert!(of.head("accounts.ods").await.unwrap().is_some());
    assert_eq!(world.number("SELECT COUNT(*) FROM backups WHERE place LIKE 's3://%'"), 2);
    assert_eq!(world.number("SELECT COUNT(*) FROM backups WHERE proven_at IS NOT NULL"), 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM settings WHERE key LIKE 'backup_sending%'"), 0);
    world.browser(Who::Operator).get("/system").await.must_have(&of.place("tendrel-20261122-190000Z"));
    // For somebody: locked, and still proven.
    let recipient = age::x25519::Identity::generate().to_public().to_string();
    world.set_settings(|settings| settings.backup_recipients = vec![recipient]);
    world.set("2026-12-20 01:00");
    nightly::round(&world.app).await.unwrap();
    let all = super::names(&of).await.unwrap();
    assert!(all.last().unwrap().ends_with("tendrel-20261219-190000Z.tar.age"), "{all:?}");
    assert_eq!(world.number("SELECT COUNT(*) FROM backups WHERE proven_at IS NOT NULL"), 2);
}

#[tokio::test]
async fn an_upload_that_breaks_off_is_no_backup_and_is_swept_up() {
    let Some(s3) = S3::found() else { return };
    let (broken, line) = s3.by_line().await;
    let world = desk(&broken).await;
    let of = s3.bucket();
    // The database arrives, the attachment after it does not.
    line.cut_after(5_000_000);
    let error = nightly::round(&world.app).await.unwrap_err();
    assert!(format!("{error:?}").contains("was not sent to s3://"), "{error:?}");
    assert_eq!(names(&of).await.unwrap(), Vec::<String>::new());
    assert!(!of.list("").await.unwrap().is_empty(), "the line was gone before it could be tidied up");
    assert_eq!(world.number("SELECT COUNT(*) FROM settings WHERE key LIKE 'backup_sending%'"), 1);
    let page = world.browser(Who::Operator).get("/system").await;
    page.must_have("the store does not answer");
    page.must_have(&s3.place());
    // The line is mended: the next night removes the half, and makes a whole one.
    line.mend();
    world.set("2026-11-20 01:00");
    nightly::round(&world.app).await.unwrap();
    let names = names(&of).await.unwrap();
    assert_eq!(names, ["tendrel-20261119-190000Z"]);
    let held = of.list("").await.unwrap();
    assert!(held.iter().all(|held| held.below.starts_with(&names[0])), "{held:?}");
    assert_eq!(world.number("SELECT COUNT(*) FROM settings WHERE key LIKE 'backup_sending%'"), 0);
    // One that is whole already is not written over.
    let made = world.app.settings.data.join(&names[0]);
    std::fs::create_dir_all(&made).unwrap();
    let app = world.app.clone();
    let error = blocking(move || send(&app, &of, &made).unwrap_err()).await;
    assert!(format!("{error:#}").contains("is there already"), "{error:#}");
    assert_eq!(super::names(&s3.bucket()).await.unwrap(), names);
}

#[tokio::test]
async fn what_is_wrong_is_said_in_words() {
    let Some(s3) = S3::found() else { return };
    let ask = async |place: String, change: fn(&mut crate::settings::s3::S3Settings)| {
        let mut settings = s3.settings.clone();
        change(&mut settings);
        let tls = crate::tls::client(None).unwrap();
        let opened = Bucket::open(&place, &settings, &tls, std::time::Duration::from_secs(5));
        let asked = match opened {
            Ok(of) => of.list("").await.map(drop),
            Err(error) => Err(error),
        };
        format!("{:#}", asked.unwrap_err())
    };
    let wrong = ask(s3.place(), |it| it.secret_key = Some("wrong".to_owned())).await;
    assert!(wrong.contains("the store refuses the key") && !wrong.contains("wrong"), "{wrong}");
    let stranger = ask(s3.place(), |it| it.access_key = Some("nobody".to_owned())).await;
    assert!(stranger.contains("the store refuses the key"), "{stranger}");
    let none = ask(s3.place(), |it| it.access_key = None).await;
    assert!(none.contains("TENDREL_S3_ACCESS_KEY"), "{none}");
    assert!(ask("s3://".to_owned(), |_| ()).await.contains("names no bucket"));
    let missing = ask("s3://nowhere/desk".to_owned(), |_| ()).await;
    assert!(missing.contains("there is no such bucket"), "{missing}");
    let away = ask(s3.place(), |it| it.endpoint = Some("http://127.0.0.1:9".to_owned())).await;
    assert!(away.contains("the store does not answer"), "{away}");
}
