use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use database::{Database, Options};

use crate::client::{Answer, Client};
use crate::post::{self, Receipt};
use crate::program::{Program, arguments, prepare};
use crate::records;

/// Room beside the records, in a small file system of its own.
const DISK: &str = "size=24m";
/// What a storm leaves to be said: long, so that the disk is full after few.
const LONG: &str = "All 34 computers lost it after the power came back. ";

/// A small disk in memory that only the program sees, in a mount namespace of its own.
fn on_a_small_disk(command: &[&str], disk: &Path) -> Command {
    let mut small = Command::new("unshare");
    small.args(["--mount", "--map-root-user", "sh", "-ec"]);
    small.arg(format!("mount -t tmpfs -o {DISK} tmpfs \"$0\"; {}", command.join("; "))).arg(disk);
    small
}

fn start(data: &Path, disk: &Path) -> Program {
    let mut command = on_a_small_disk(&["cp -a \"$1/.\" \"$0\"", "shift", "exec \"$@\""], disk);
    let database = disk.join("tendrel.sqlite");
    command.arg(data).arg(env!("CARGO_BIN_EXE_tendrel")).args(arguments(disk, database.to_str().unwrap()));
    Program::run(&mut command)
}

/// Writes until there is no room for another byte.
fn fill(path: &Path) {
    let mut filler = File::create(path).unwrap();
    for size in [1 << 20, 1 << 12, 1] {
        let bytes = vec![b'x'; size];
        while filler.write_all(&bytes).is_ok() {}
    }
}

fn must_say_that_the_disk_is_full(answer: &Answer, number: usize) {
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert_eq!(answer.header("retry-after"), "30");
    assert!(answer.body.contains("The disk of the server is full and nothing was saved. Tell your ICT unit"));
    if post::is_form(number) {
        for typed in [&post::subject(number), LONG.trim(), "Kabjisa Central School", "17600004"] {
            assert!(answer.body.contains(typed), "{typed:?} was typed and is gone from the form");
        }
    } else {
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.json()["type"], "urn:tendrel:problem-full");
    }
}

#[test]
fn a_full_disk_loses_nothing_is_told_and_heals() {
    let folder = tempfile::tempdir().unwrap();
    let (data, disk) = (folder.path().join("data"), folder.path().join("disk"));
    std::fs::create_dir_all(&data).unwrap();
    std::fs::create_dir_all(&disk).unwrap();
    let tried = on_a_small_disk(&["true"], &disk).stderr(Stdio::null()).status();
    if !tried.is_ok_and(|status| status.success()) {
        crate::skip(
            "the full disk; a small file system can be mounted neither as root nor in a user namespace",
        );
        return;
    }
    let kept = data.join("tendrel.sqlite");
    let tokens = prepare(Database::open(kept.to_str().unwrap(), &Options::default()).unwrap(), &data);
    let program = start(&data, &disk);
    // The disk as the program sees it.
    let inside = PathBuf::from(format!("/proc/{}/root{}", program.id(), disk.display()));
    let mut client = Client::connect(program.address).unwrap();
    let mut acknowledged: Vec<(usize, Receipt)> = Vec::new();
    let mut posts = 0..;
    let mut send = |client: &mut Client, acknowledged: &mut Vec<(usize, Receipt)>| {
        let number = posts.next().unwrap();
        let answer = post::send(client, &tokens.posting, number, &LONG.repeat(300)).unwrap();
        acknowledged.extend(post::receipt(&answer).map(|receipt| (number, receipt)));
        (number, answer)
    };
    for _ in 0..10 {
        let (_, answer) = send(&mut client, &mut acknowledged);
        assert!(post::receipt(&answer).is_some(), "{} {}", answer.status, answer.body);
    }

    let filler = inside.join("filler");
    fill(&filler);
    // What was written to the log before is used again first, so some still find room.
    let mut refused = 0;
    for _ in 0..2_000 {
        let (number, answer) = send(&mut client, &mut acknowledged);
        if post::receipt(&answer).is_none() {
            must_say_that_the_disk_is_full(&answer, number);
            refused += 1;
        }
        if refused == 10 {
            break;
        }
    }
    assert_eq!(refused, 10, "the disk never was full");
    let bearer = format!("Bearer {}", tokens.reading);
    let list = client.get(post::API, &[("authorization", &bearer)]).unwrap();
    assert_eq!(list.status, 200, "who only reads needs no room: {}", list.body);
    for (number, receipt) in &acknowledged {
        post::must_be_there(&mut client, &tokens.reading, *number, receipt);
    }

    std::fs::remove_file(&filler).unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    while post::receipt(&send(&mut client, &mut acknowledged).1).is_none() {
        assert!(Instant::now() < deadline, "there is room again and it does not heal");
        thread::sleep(Duration::from_millis(100));
    }
    for _ in 0..10 {
        let (_, answer) = send(&mut client, &mut acknowledged);
        assert!(post::receipt(&answer).is_some(), "{} {}", answer.status, answer.body);
    }
    for (number, receipt) in &acknowledged {
        post::must_be_there(&mut client, &tokens.reading, *number, receipt);
    }
    // The disk is gone with the program, so its records are taken out while it stands still.
    Command::new("kill").args(["-STOP", &program.id().to_string()]).status().unwrap();
    let copy = folder.path().join("copy.sqlite");
    for end in ["", "-wal"] {
        let name = |path: &Path| PathBuf::from(format!("{}{end}", path.display()));
        std::fs::copy(name(&inside.join("tendrel.sqlite")), name(&copy)).unwrap();
    }
    let found = records::must_be_whole(copy.to_str().unwrap());
    assert_eq!(found, i64::try_from(acknowledged.len()).unwrap());
}
