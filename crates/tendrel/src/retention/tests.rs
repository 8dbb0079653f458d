//! What a rule removes is gone from everywhere, and what is counted and proven is as it was.

mod pages;

use std::collections::BTreeMap;
use std::path::Path;

use database::{Error, Reader, Value};

use crate::channels::testing::{comes, mail, mailbox, with};
use crate::desk::testing::{given, reported, resolved};
use crate::record::verify::verify;
use crate::record::{command, seal};
use crate::retention::rule::What;
use crate::retention::run::carry_out;
use crate::search::{Within, find};
use crate::testing::{Who, World};

/// Words of a person that may stand nowhere afterwards. Parts of them are too: an index cuts words.
const WORDS: [&str; 9] = [
    "Zangpo Lhadarla",
    "77889911",
    "zangpo.lhadarla",
    "wheelchair",
    "glaucoma",
    "scanned-permit",
    "Tashichholing lane",
    "grandmother",
    "lhadarla",
];

/// A case of somebody who is in no directory, with words in every place that takes words. Returns number and secret.
async fn a_case(world: &World) -> (String, String) {
    let mut incoming = reported(world);
    incoming.requester = None;
    incoming.requester_name = "Zangpo Lhadarla".to_owned();
    incoming.requester_phone = "77889911".to_owned();
    incoming.requester_email = "zangpo.lhadarla@tendrel.example".to_owned();
    incoming.office_text = "Tashichholing lane 4".to_owned();
    incoming.subject = "My wheelchair does not fit at the counter".to_owned();
    incoming.description = "I have glaucoma and cannot read the screen.".to_owned();
    incoming.answers = BTreeMap::from([("lights".to_owned(), serde_json::json!("glaucoma lamp"))]);
    let accepted = given(world, incoming).await;
    let (number, link) = (&accepted.number, format!("/r/{}", accepted.secret));
    let file: &[(&str, &str, &[u8])] = &[("file", "scanned-permit.txt", b"permit of Zangpo Lhadarla")];
    let mut bearer = world.public();
    bearer
        .post_files(&format!("{link}/reply"), &[("text", "My grandmother comes along.")], file)
        .await
        .must_be(200);
    let zangpo = "Zangpo Lhadarla <zangpo.lhadarla@tendrel.example>";
    let by_mail = mail(zangpo, &format!("Re: [{number}] wheelchair"), "My grandmother says thanks");
    let by_mail = with(&by_mail, &[("Cc", "Grandmother Lhadarla <lhadarla@home.example>")]);
    comes(world, &mailbox(world), &by_mail).await;
    assert!(world.number("SELECT COUNT(*) FROM watchers") > 0);
    let mut karma = world.browser(Who::Karma);
    let act = |name: &str| format!("/requests/{number}/{name}");
    let case: [(&str, &[(&str, &str)]); 5] = [
        ("take", &[]),
        ("note", &[("text", "Spoke to the grandmother.")]),
        ("hold", &[("reason", "waiting_requester"), ("comment", "Waits for the wheelchair's measures.")]),
        ("resume", &[]),
        ("reclassify", &[("subject", "Counter too high for a wheelchair"), ("impact", "1")]),
    ];
    for (name, fields) in case {
        karma.post(&act(name), fields).await.must_be(200);
    }
    let done = [("cause", "power"), ("text", "Zangpo Lhadarla got a table.")];
    karma.post(&act("resolve"), &done).await.must_be(200);
    bearer
        .post(&format!("{link}/rate"), &[("rating", "4"), ("comment", "Thanks, my grandmother too")])
        .await
        .must_be(200);
    bearer.post(&format!("{link}/close"), &[]).await.must_be(200);
    (accepted.number, accepted.secret)
}

/// Every cell of every table that holds one of the words, whatever its type.
async fn traces(world: &World) -> Vec<String> {
    world
        .app
        .db
        .read(|r: &mut Reader| -> Result<Vec<String>, Error> {
            let mut found = Vec::new();
            for table in tables(r)? {
                let sql = match r.kind() {
                    // The index keeps no text; what it keeps lies in its own tables.
                    database::Kind::Sqlite => format!("SELECT * FROM \"{table}\""),
                    database::Kind::Postgres => format!("SELECT CAST(t AS TEXT) AS line FROM {table} t"),
                };
                r.each(&sql, &[], |row| {
                    for column in 0..row.width() {
                        let cell = match row.at::<Value<'static>>(column)? {
                            Value::Text(text) => text.to_lowercase(),
                            Value::Blob(bytes) => String::from_utf8_lossy(&bytes).to_lowercase(),
                            _ => continue,
                        };
                        let known = WORDS.iter().filter(|word| cell.contains(&word.to_lowercase()));
                        found.extend(known.map(|word| format!("{table}: {word}")));
                    }
                    Ok(())
                })?;
            }
            Ok(found)
        })
        .await
        .unwrap()
}

fn tables(r: &mut Reader) -> Result<Vec<String>, Error> {
    let sql = match r.kind() {
        database::Kind::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'search_index'",
        database::Kind::Postgres => {
            "SELECT CAST(c.relname AS TEXT) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind = 'r' AND n.nspname = current_schema()"
        }
    };
    r.rows(sql, &[], |row| row.get("name"))
}

/// Files below a folder that hold one of the words in their name or their bytes.
fn files_with_traces(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with_traces(&path));
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().to_lowercase();
        let bytes = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).to_lowercase();
        let word = WORDS.iter().find(|word| name.contains(**word) || bytes.contains(&word.to_lowercase()));
        found.extend(word.map(|word| format!("{}: {word}", path.display())));
    }
    found
}

/// Everything that is counted, as the API tells it, and the log of events for process mining without its names.
async fn figures(world: &World) -> Vec<String> {
    let mut centre = world.browser(Who::Centre);
    let mut told = Vec::new();
    for path in [
        "/api/v1/analysis?from=2026-11-01&to=2026-12-31",
        "/api/v1/analysis?from=2026-01-01&to=2026-12-31&unit=PUN",
        "/api/v1/requests?state=closed",
    ] {
        let mut page = centre.get(path).await.json();
        for request in page["requests"].as_array_mut().into_iter().flatten() {
            request["subject"].take();
            request["office"].take();
        }
        told.push(page.to_string());
    }
    let app = world.app.clone();
    let exported = tokio::task::spawn_blocking(move || {
        let out = app.settings.data.join("figures.csv");
        let arguments = crate::analysis::export_events::ExportArguments {
            format: crate::analysis::export_events::Format::Csv,
            out: out.clone(),
            from: None,
            to: None,
            unit: None,
        };
        let counts = crate::analysis::export_events::export(&app, &arguments).unwrap();
        let mut lines = Vec::new();
        let mut table = csv::Reader::from_path(&out).unwrap();
        for line in table.records() {
            let line = line.unwrap();
            let kept = line.iter().enumerate().filter(|(column, _)| ![4, 10].contains(column));
            lines.push(kept.map(|(_, cell)| cell.to_owned()).collect::<Vec<_>>().join(","));
        }
        std::fs::remove_file(out).unwrap();
        format!("{counts:?} {}", lines.join("\n"))
    });
    told.push(exported.await.unwrap());
    told
}

async fn remove_all_due(world: &World) -> BTreeMap<&'static str, i64> {
    let app = world.app.clone();
    let (counts, is_all) = tokio::task::spawn_blocking(move || carry_out(&app, "")).await.unwrap().unwrap();
    assert!(is_all);
    counts.into_iter().map(|(rule, count)| (rule.what.code(), count)).collect()
}

/// The word is searched for as somebody who sees everything would.
async fn is_found(world: &World, word: &'static str) -> bool {
    let found = world.app.db.read(move |r| find(r, word, Within::Everywhere, &[], None, 10)).await.unwrap();
    !found.is_empty()
}

#[tokio::test]
async fn of_an_old_case_nothing_is_left_that_names_anybody_and_all_figures_stay() {
    let world = World::new();
    let (number, secret) = a_case(&world).await;
    given(&world, reported(&world)).await;
    seal(&world.app).await.unwrap();
    let kept = world.app.settings.data.join("kept.checkpoint");
    let (app, out) = (world.app.clone(), kept.clone());
    tokio::task::spawn_blocking(move || command::export(&app, &out).unwrap()).await.unwrap();
    assert!(traces(&world).await.len() >= 12, "the words stand in many places before");
    assert!(is_found(&world, "wheelchair").await && is_found(&world, "glaucoma").await);

    world.set("2031-11-18 10:00");
    let before = figures(&world).await;
    let due = remove_all_due(&world).await;
    assert_eq!(due.get("requests"), None, "a day before it is due nothing goes: {due:?}");
    world.set("2031-11-21 10:00");
    assert_eq!(remove_all_due(&world).await.get("requests"), Some(&1));

    let left = traces(&world).await;
    assert!(left.is_empty(), "still there: {left:#?}");
    for word in WORDS {
        assert!(!is_found(&world, word).await, "{word} is still found");
    }
    assert!(!is_found(&world, "grandmo").await);
    std::fs::remove_file(&kept).unwrap_or_default();
    assert_eq!(figures(&world).await, before);
    assert_eq!(world.number("SELECT rating FROM requests WHERE forgotten_at IS NOT NULL"), 4);

    // The record is whole, sealed before and after.
    for _ in 0..2 {
        let found = world.app.db.read(|r| verify(r, None)).await.unwrap();
        assert_eq!(found.faults, []);
        seal(&world.app).await.unwrap();
    }
    // Done again there is nothing left to do.
    assert_eq!(remove_all_due(&world).await.get("requests"), None);
    let page = world.public().get(&format!("/r/{secret}")).await;
    page.must_be(200);
    page.must_have("were removed from this request on");
    page.must_not_have("<textarea");
    world.public().post(&format!("/r/{secret}/reply"), &[("text", "Hello?")]).await.must_be(409);
    let case = world.browser(Who::Karma).get(&format!("/requests/{number}")).await;
    case.must_have("What names persons was removed");
    // Who acted for the unit is still answered for.
    case.must_have("Karma Wangmo");
    let files = files_with_traces(&world.app.settings.data);
    let files: Vec<_> =
        files.iter().filter(|file| !file.contains("-wal") && !file.contains("-shm")).collect();
    assert!(files.is_empty(), "in files: {files:#?}");
    println!(
        "{:?}: {} words in 0 cells, 0 files; {} figures as before",
        world.app.db.kind(),
        WORDS.len(),
        before.len()
    );
}

#[tokio::test]
async fn a_kept_checkpoint_still_fits_after_the_removal_and_a_secret_removal_does_not() {
    let world = World::new();
    let (number, _) = a_case(&world).await;
    seal(&world.app).await.unwrap();
    let kept = world.app.settings.data.join("kept.checkpoint");
    let (app, out) = (world.app.clone(), kept.clone());
    tokio::task::spawn_blocking(move || command::export(&app, &out).unwrap()).await.unwrap();
    world.set("2031-12-24 10:00");
    assert_eq!(remove_all_due(&world).await.get("requests"), Some(&1));
    let arguments = crate::record::verify::VerifyArguments { checkpoint: Some(kept) };
    let mut said = Vec::new();
    let app = world.app.clone();
    let said = tokio::task::spawn_blocking(move || {
        crate::record::verify::run(&app, &arguments, &mut said).unwrap();
        String::from_utf8(said).unwrap()
    });
    assert!(said.await.unwrap().contains("nothing was altered"));

    // Somebody at the database takes the words out as the program would, without a rule.
    let (other, _) = a_case(&world).await;
    let id: uuid::Uuid = world
        .app
        .db
        .read(move |r| {
            r.one("SELECT id FROM requests WHERE number = $1", &[other.into()], |row| row.get("id"))
        })
        .await
        .unwrap();
    let hide = move |tx: &mut database::Transaction| {
        crate::events::take_out(tx, id, (1, 2), |_, content| content.without(false, |_| false))
    };
    world.app.db.write(hide).await.unwrap();
    let faults = world.app.db.read(|r| verify(r, None)).await.unwrap().faults;
    assert_eq!((faults.len(), faults[0].event), (1, 1), "{faults:#?}");
    assert!(faults[0].words.contains("no later event says why"));
    assert!(!faults.iter().any(|fault| fault.of == number));
}

#[tokio::test]
async fn a_case_that_is_kept_is_left_alone_until_it_is_let_go() {
    let world = World::new();
    let (number, _) = a_case(&world).await;
    let act = |name: &str| format!("/requests/{number}/{name}");
    let mut head = world.browser(Who::Head);
    head.post(&act("keep"), &[("text", "Letter 14 of the court, about Zangpo Lhadarla")]).await.must_be(200);
    world.set("2036-11-21 10:00");
    assert_eq!(remove_all_due(&world).await.get("requests"), None);
    world.browser(Who::Head).post(&act("let-go"), &[]).await.must_be(200);
    assert_eq!(remove_all_due(&world).await.get("requests"), Some(&1));
    assert_eq!(traces(&world).await, Vec::<String>::new());
    assert_eq!(world.app.db.read(|r| verify(r, None)).await.unwrap().faults, []);
}

#[tokio::test]
async fn attachments_go_before_the_rest_and_a_file_of_two_cases_with_the_second() {
    let world = World::new();
    let (first, _) = a_case(&world).await;
    world.set("2026-12-19 10:00");
    let (second, _) = a_case(&world).await;
    let stored = || world.app.files.stored_before(jiff::Timestamp::MAX).unwrap().len();
    assert_eq!(stored(), 3, "the same bytes are one file, and each case has a mail");
    world.set("2029-11-25 10:00");
    assert_eq!(remove_all_due(&world).await.get("attachments"), Some(&1));
    assert_eq!((stored(), world.number("SELECT COUNT(*) FROM attachments")), (2, 1));
    let page = world.browser(Who::Karma).get(&format!("/requests/{first}")).await;
    page.must_have("One file was removed");
    page.must_have("glaucoma");
    world.set("2029-12-25 10:00");
    assert_eq!(remove_all_due(&world).await.get("attachments"), Some(&1));
    assert_eq!((stored(), world.number("SELECT COUNT(*) FROM files")), (0, 0));
    world.browser(Who::Karma).get(&format!("/requests/{second}")).await.must_have("One file was removed");
    assert_eq!(world.app.db.read(|r| verify(r, None)).await.unwrap().faults, []);
}

#[tokio::test]
async fn addresses_sessions_and_uploads_go_in_their_time() {
    let world = World::new();
    world.public().post("/sign-in", &[("username", "karma"), ("password", "wrong")]).await;
    world.browser(Who::Karma).get("/requests").await.must_be(200);
    world.app.files.store("draft.txt", b"nobody spoke of me").await.unwrap();
    world.set("2028-01-19 10:00");
    let removed = remove_all_due(&world).await;
    for what in [What::SignInAddresses, What::Sessions, What::Uploads] {
        assert!(removed.get(what.code()).is_some_and(|count| *count >= 1), "{what:?} of {removed:?}");
    }
    let left = "SELECT COUNT(*) FROM events WHERE subject = 'account' AND detail LIKE '%address\":%'";
    assert_eq!(world.number(left), 0);
    assert_eq!(world.app.db.read(|r| verify(r, None)).await.unwrap().faults, []);
}

#[tokio::test]
async fn a_case_whose_record_was_altered_is_left_as_it_is() {
    let world = World::new();
    let (number, _) = a_case(&world).await;
    let sound = given(&world, reported(&world)).await.number;
    resolved(&world, &sound).await;
    world.browser(Who::Tshering).post(&format!("/my/requests/{sound}/close"), &[]).await.must_be(200);
    let spoil = format!(
        "UPDATE events SET taken_out = 'x' WHERE number = 2 AND subject_id = (SELECT id FROM requests WHERE number = '{number}')"
    );
    world.app.db.write(move |tx| tx.batch(&spoil)).await.unwrap();
    world.set("2031-12-24 10:00");
    assert_eq!(remove_all_due(&world).await.get("requests"), Some(&1));
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE forgotten_at IS NULL"), 1);
}
