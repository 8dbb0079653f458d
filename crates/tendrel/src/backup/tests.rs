use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use database::Kind;
use testkit::Fresh;

use crate::app::App;
use crate::backup::command::{BackupArguments, BackupCommand};
use crate::backup::lock::{KeyArguments, LockArguments};
use crate::backup::manifest::Manifest;
use crate::backup::restore::restore;
use crate::backup::{check, command, make, nightly, store};
use crate::clock::Clock;
use crate::desk::testing::{given, reported, resolved};
use crate::record::seal;
use crate::settings::{Place, Settings};
use crate::testing::{Who, World};

/// A desk with a resolved request, an attachment, a checkpoint and events after it.
async fn busy() -> World {
    let world = World::new();
    let photo = world.app.files.store("router.png", b"\x89PNG\r\n\x1a\nno light").await.unwrap();
    let mut incoming = reported(&world);
    incoming.files.push(photo);
    let number = given(&world, incoming).await.number;
    seal(&world.app).await.unwrap();
    world.browser(Who::Karma).post(&format!("/requests/{number}/take"), &[]).await.must_be(200);
    resolved(&world, &number).await;
    world
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

async fn made(app: &App) -> PathBuf {
    let app = app.clone();
    blocking(move || {
        make::make(&app, &app.settings.backup_folder, &LockArguments::default()).unwrap().folder.clone()
    })
    .await
}

async fn checked(app: &App, folder: &Path) -> Result<check::Proven, String> {
    let (app, folder) = (app.clone(), folder.to_owned());
    blocking(move || check::check(&app, &folder).map_err(|error| format!("{error:#}"))).await
}

/// An empty place of the same kind.
fn empty_place() -> (Fresh, Settings) {
    let fresh = testkit::fresh();
    let mut settings = Settings::in_folder(fresh.folder().join("restored"));
    settings.database = (fresh.kind() == Kind::Postgres).then(|| fresh.url.clone());
    (fresh, settings)
}

#[tokio::test]
async fn what_is_restored_is_what_was_there() {
    let world = busy().await;
    let folder = made(&world.installed()).await;
    // What comes later is not in it.
    given(&world, reported(&world)).await;
    let (_place, settings) = empty_place();
    let clock = world.app.clock.clone();
    let restored = blocking(move || {
        let manifest = Manifest::read(&folder).unwrap();
        let database = restore(&folder, &manifest, &settings).unwrap();
        let again = restore(&folder, &manifest, &settings).err().unwrap().to_string();
        assert!(again.contains("not empty"), "{again}");
        let app = App::over(database, settings, clock).unwrap();
        crate::install::install(&app).unwrap();
        app
    })
    .await;
    let count = |sql: &'static str| {
        let ask = move |r: &mut database::Reader| r.one(sql, &[], |row| row.at::<i64>(0));
        restored.db.read(ask)
    };
    assert_eq!(count("SELECT COUNT(*) FROM requests").await.unwrap(), 1);
    assert_eq!(
        count("SELECT COUNT(*) FROM events").await.unwrap(),
        world.number("SELECT COUNT(*) FROM events") - 1
    );
    let found = restored.db.read(|r| crate::record::verify::verify(r, None)).await.unwrap();
    assert_eq!(found.faults, Vec::new());
    // The desk goes on there: it is found, shown, and takes the next request under the next number.
    let session = world.account(Who::Karma);
    let now = world.app.clock.now();
    let open = move |tx: &mut database::Transaction| {
        let from = crate::directory::sessions::Origin::test();
        crate::directory::sessions::open(tx, session, &from, now)
    };
    let secret = restored.db.write(open).await.unwrap();
    let mut karma = crate::testing::Browser::new(&restored, Some(secret));
    let page = karma.get("/search?q=computers").await;
    page.must_have("No Internet in the whole school");
    let hash = restored.db.read(store::file_hashes).await.unwrap().remove(0);
    assert_eq!(restored.files.read(&hash).await.unwrap().unwrap(), b"\x89PNG\r\n\x1a\nno light");
    let desk = crate::desk::save::Desk::new(&restored);
    let incoming = reported(&world);
    let actor = crate::events::Actor::program();
    let next = restored
        .db
        .write(move |tx| crate::desk::accept::accept(tx, &desk, &incoming, actor.clone()))
        .await
        .unwrap();
    assert!(next.number.starts_with("PUN-26-00002-"), "{}", next.number);
}

#[tokio::test]
async fn a_backup_that_is_made_under_load_is_whole() {
    let world = busy().await;
    let app = world.installed();
    let stop = Arc::new(AtomicBool::new(false));
    let (seen, desk, incoming) = (Arc::clone(&stop), crate::desk::save::Desk::new(&app), reported(&world));
    let db = app.db.clone();
    let writing = tokio::spawn(async move {
        let mut written = 0;
        while !seen.load(Ordering::SeqCst) {
            let (desk, incoming) = (desk.clone(), incoming.clone());
            let actor = crate::events::Actor::program();
            db.write(move |tx| crate::desk::accept::accept(tx, &desk, &incoming, actor.clone()))
                .await
                .unwrap();
            written += 1;
        }
        written
    });
    let folder = made(&app).await;
    stop.store(true, Ordering::SeqCst);
    assert!(writing.await.unwrap() > 0);
    let proven = checked(&app, &folder).await.unwrap();
    assert!(proven.rows > 500 && proven.record.events > 2);
    assert!(app.db.read(store::ages).await.unwrap().1.is_some());
    let left: Vec<_> = std::fs::read_dir(&app.settings.data)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_str().unwrap().starts_with("tendrel_check"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_backup_that_is_not_whole_is_not_called_whole() {
    let world = busy().await;
    let app = world.installed();
    let folder = made(&app).await;
    let manifest = Manifest::read(&folder).unwrap();
    for entry in &manifest.entries {
        let path = folder.join(&entry.path);
        let before = std::fs::read(&path).unwrap();
        let mut spoiled = before.clone();
        *spoiled.last_mut().unwrap() ^= 1;
        std::fs::write(&path, &spoiled).unwrap();
        let error = checked(&app, &folder).await.unwrap_err();
        assert!(error.contains(&entry.path) && error.contains("damaged"), "{error}");
        std::fs::remove_file(&path).unwrap();
        assert!(checked(&app, &folder).await.unwrap_err().contains(&entry.path));
        std::fs::write(&path, &before).unwrap();
    }
    checked(&app, &folder).await.unwrap();
    // A manifest that says more rows than there are, and one that leads out of the folder.
    let text = std::fs::read_to_string(folder.join("manifest.json")).unwrap();
    for (from, to, said) in [
        ("\"requests\": 1", "\"requests\": 2", "requests has 1 rows, 2 were written down"),
        ("\"path\": \"files/", "\"path\": \"../files/", "leads out of the backup"),
        ("\"schema\": ", "\"schema\": 9", "use the program that made it"),
    ] {
        std::fs::write(folder.join("manifest.json"), text.replacen(from, to, 1)).unwrap();
        let error = checked(&app, &folder).await.unwrap_err();
        assert!(error.contains(said), "{error}");
    }
    std::fs::write(folder.join("manifest.json"), text).unwrap();
    // What was altered in the database before the backup is found in the backup.
    app.db.write(|tx| tx.batch("UPDATE events SET actor = 'Nobody' WHERE activity = 'taken'")).await.unwrap();
    world.app.clock.set(world.app.clock.now() + jiff::SignedDuration::from_secs(1));
    let folder = made(&app).await;
    let error = checked(&app, &folder).await.unwrap_err();
    assert!(error.contains("altered: PUN-26-00001") && error.contains("Nobody"), "{error}");
    let newest = app.db.read(|r| store::newest(r, 1)).await.unwrap();
    assert_eq!((newest[0].proven_at, newest[0].fault == error), (None, true));
}

#[tokio::test]
async fn every_night_one_is_made_and_once_a_week_one_is_proven() {
    let world = busy().await;
    let mut app = world.installed();
    let mut settings = Settings::clone(&app.settings);
    settings.backups_kept = 3;
    app.settings = Arc::new(settings);
    let count = |sql: &'static str| world.number(sql);
    nightly::round(&app).await.unwrap();
    nightly::round(&app).await.unwrap();
    assert_eq!(count("SELECT COUNT(*) FROM backups"), 1, "the first at once, and no second on the same day");
    assert_eq!(count("SELECT COUNT(*) FROM backups WHERE proven_at IS NOT NULL"), 1);
    for day in 20..25 {
        world.set(&format!("2026-11-{day} 00:59"));
        nightly::round(&app).await.unwrap();
        world.set(&format!("2026-11-{day} 01:00"));
        nightly::round(&app).await.unwrap();
    }
    assert_eq!(make::all(&app.settings.backup_folder).unwrap().len(), 3);
    assert_eq!(count("SELECT COUNT(*) FROM backups WHERE place <> ''"), 3);
    assert_eq!(count("SELECT COUNT(*) FROM backups WHERE proven_at IS NOT NULL"), 1, "the first was proven");
    assert_eq!(count("SELECT COUNT(*) FROM settings WHERE key = 'backup_begun'"), 0);
    // None can be made: that is noted, and tried again after an hour.
    let mut settings = Settings::clone(&app.settings);
    settings.backup_folder = app.settings.data.join("signing.key").join("backups");
    app.settings = Arc::new(settings);
    world.set("2026-11-26 01:00");
    nightly::round(&app).await.unwrap_err();
    nightly::round(&app).await.unwrap();
    assert_eq!(count("SELECT COUNT(*) FROM backups WHERE fault <> ''"), 1);
    world.set("2026-11-26 02:00");
    nightly::round(&app).await.unwrap_err();
}

#[tokio::test]
async fn attachments_are_stored_once_for_all_backups() {
    use std::os::unix::fs::MetadataExt;
    let world = busy().await;
    let app = world.installed();
    let first = made(&app).await;
    world.app.clock.set(world.app.clock.now() + jiff::SignedDuration::from_secs(1));
    let second = made(&app).await;
    let manifest = Manifest::read(&second).unwrap();
    let photo = manifest.entries.iter().find(|entry| entry.path.starts_with("files/")).unwrap();
    let inode = |folder: &Path| std::fs::metadata(folder.join(&photo.path)).unwrap().ino();
    assert_eq!(inode(&first), inode(&second));
    assert_ne!(
        inode(&first),
        std::fs::metadata(app.settings.files_folder().join(&photo.path[6..])).unwrap().ino()
    );
    std::fs::remove_dir_all(&first).unwrap();
    checked(&app, &second).await.unwrap();
    // One that is gone from the data folder is missed, and the rest is saved.
    std::fs::remove_dir_all(app.settings.files_folder()).unwrap();
    std::fs::remove_dir_all(&second).unwrap();
    world.app.clock.set(world.app.clock.now() + jiff::SignedDuration::from_secs(1));
    let third = made(&app).await;
    assert_eq!(Manifest::read(&third).unwrap().missing, vec![photo.sha256.clone()]);
    assert!(checked(&app, &third).await.unwrap_err().contains("1 attachments were missing"));
}

#[tokio::test]
async fn the_commands_make_check_and_restore() {
    let (_fresh, mut settings) = empty_place();
    settings.data = settings.data.join("first");
    let said = blocking(move || {
        let place = Place { data: settings.data.clone(), database: settings.database.clone(), files: None };
        let mut said = Vec::new();
        let target = settings.data.join("copies");
        let arguments = BackupArguments { target: Some(target.clone()), ..BackupArguments::default() };
        command::run(&place, &arguments, &mut said).unwrap();
        let from = make::all(&target).unwrap().remove(0);
        let key = KeyArguments::default();
        let command = Some(BackupCommand::Check { from: from.clone(), key: key.clone() });
        let check = BackupArguments { command, ..BackupArguments::default() };
        command::run(&place, &check, &mut said).unwrap();
        let arguments = command::RestoreArguments { from, key };
        let refused = command::restore(&place, &arguments, &mut said).unwrap_err().to_string();
        assert!(refused.contains("is not empty"), "{refused}");
        let (_place, settings) = empty_place();
        let place = Place { data: settings.data.clone(), database: settings.database.clone(), files: None };
        command::restore(&place, &arguments, &mut said).unwrap();
        let app = App::open(settings, Clock::Machine).unwrap();
        let places = "SELECT COUNT(*) AS n FROM places";
        let count = app.db.read_blocking(move |r| r.one(places, &[], |row| row.get::<i64>("n"))).unwrap();
        assert!(count > 200);
        String::from_utf8(said).unwrap()
    })
    .await;
    assert!(said.contains("restored and compared:") && said.contains("restored what was here"), "{said}");
}

#[tokio::test]
async fn a_locked_backup_opens_with_its_key_and_with_no_other() {
    let world = busy().await;
    let app = world.installed();
    let place =
        Place { data: app.settings.data.clone(), database: app.settings.database.clone(), files: None };
    blocking(move || {
        let file = |name: &str, text: &str| {
            let path = place.data.join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let (ours, other) = (age::x25519::Identity::generate(), age::x25519::Identity::generate());
        let recipient = vec![ours.to_public().to_string()];
        let secret = |it: &age::x25519::Identity| {
            use age::secrecy::ExposeSecret;
            format!("# the key\n{}\n", it.to_string().expose_secret())
        };
        let words = file("words", "twelve yaks over the pass\n");
        let ways = [
            (
                LockArguments { recipient, passphrase_file: None },
                KeyArguments { identity: Some(file("ours", &secret(&ours))), passphrase_file: None },
            ),
            (
                LockArguments { recipient: Vec::new(), passphrase_file: Some(words.clone()) },
                KeyArguments { identity: None, passphrase_file: Some(words) },
            ),
        ];
        let wrong = [
            KeyArguments { identity: Some(file("other", &secret(&other))), passphrase_file: None },
            KeyArguments { identity: None, passphrase_file: Some(file("guess", "thirteen yaks")) },
            KeyArguments::default(),
        ];
        for (index, (lock, key)) in ways.into_iter().enumerate() {
            let target = place.data.join(format!("sent-{index}"));
            let backup = BackupArguments { target: Some(target.clone()), lock, command: None };
            command::run(&place, &backup, &mut Vec::new()).unwrap();
            let found: Vec<PathBuf> =
                std::fs::read_dir(&target).unwrap().map(|it| it.unwrap().path()).collect();
            assert!(found.len() == 1 && found[0].to_str().unwrap().ends_with("Z.tar.age"), "{found:?}");
            let check = |from: &Path, key: &KeyArguments| {
                let command = Some(BackupCommand::Check { from: from.to_owned(), key: key.clone() });
                let arguments = BackupArguments { command, ..BackupArguments::default() };
                command::run(&place, &arguments, &mut Vec::new())
            };
            check(&found[0], &key).unwrap();
            for key in &wrong {
                assert!(check(&found[0], key).is_err(), "{key:?}");
            }
            let (_place, settings) = empty_place();
            let empty =
                Place { data: settings.data.clone(), database: settings.database.clone(), files: None };
            let arguments = command::RestoreArguments { from: found[0].clone(), key: key.clone() };
            command::restore(&empty, &arguments, &mut Vec::new()).unwrap();
            // Not a word of it can be read, and a changed byte is found.
            let mut bytes = std::fs::read(&found[0]).unwrap();
            assert!(!bytes.windows(8).any(|it| it == b"manifest"));
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            std::fs::write(&found[0], bytes).unwrap();
            assert!(check(&found[0], &key).is_err());
        }
        let left = std::fs::read_dir(&place.data).unwrap().map(|it| it.unwrap().file_name());
        let left: Vec<_> = left.filter(|it| it.to_str().unwrap().starts_with("tendrel_")).collect();
        assert!(left.is_empty(), "{left:?}");
    })
    .await;
}

#[tokio::test]
async fn what_a_killed_backup_left_is_swept_up() {
    let world = World::new();
    let app = world.installed();
    let now = app.clock.now();
    let temporary = |hours: i64| {
        let at = now - jiff::SignedDuration::from_hours(hours);
        format!("tendrel_check_{}", crate::id::JobId::new(at).uuid().simple())
    };
    let (old, young) = (temporary(7), temporary(1));
    let half = |at: &str| format!("backups/tendrel-{at}Z.partial/files");
    let (old_half, young_half) = (half("20261118-200000"), half("20261119-025959"));
    for folder in [&old, &young, &old_half, &young_half, "tendrel_check_mine"] {
        std::fs::create_dir_all(app.settings.data.join(folder)).unwrap();
    }
    if app.db.kind() == Kind::Postgres {
        let sql = format!("CREATE SCHEMA {old}; CREATE SCHEMA {young}; CREATE TABLE {old}.t (n BIGINT)");
        app.db.write(move |tx| tx.batch(&sql)).await.unwrap();
    }
    nightly::round(&app).await.unwrap();
    if app.db.kind() == Kind::Postgres {
        let left = "SELECT COUNT(*) FROM pg_namespace WHERE nspname LIKE 'tendrel_check%'";
        assert_eq!(world.number(left), 1);
    }
    let is_there = |folder: &str| app.settings.data.join(folder).exists();
    assert!(!is_there(&old) && !is_there(&old_half));
    assert!(is_there(&young) && is_there(&young_half) && is_there("tendrel_check_mine"));
    assert_eq!(make::all(&app.settings.backup_folder).unwrap().len(), 1);
}
