//! Against Dovecot, and against servers that lie, are slow or go away.

mod tokens;

use std::time::Duration;

use testkit::Dovecot;
use testkit::dovecot::{LOGIN, SECRET};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::channels::fetch_mail::{fetch, go_on, is_this_machine, tell_of_silence};
use crate::channels::keep_mail::LONGEST;
use crate::channels::mailbox::{Mailbox, Server};
use crate::channels::store::servers;
use crate::channels::testing::{all_filed, mail, mailbox};
use crate::problem::Problem;
use crate::testing::{Who, World};

/// A mailbox whose mail is fetched from this address.
fn fetched_from(world: &World, url: &str, secret: &str) -> (Mailbox, Server) {
    let mailbox = mailbox(world);
    let server = Server {
        url: url.to_owned(),
        folder: "INBOX".to_owned(),
        login: LOGIN.to_owned(),
        token_url: String::new(),
    };
    let (id, vault, new, secret) = (mailbox.id, world.app.vault.clone(), server.clone(), secret.to_owned());
    let set = move |tx: &mut database::Transaction| {
        servers::set(tx, &vault, id, &new, Some(&secret))?;
        Ok::<_, Problem>(())
    };
    world.app.db.write_blocking(set).unwrap();
    (mailbox, server)
}

async fn once(world: &World, (mailbox, server): &(Mailbox, Server)) -> anyhow::Result<bool> {
    fetch(&world.app, mailbox, server, false).await
}

fn letter(number: usize) -> String {
    mail("Pema <pema@school.example>", &format!("Number {number}"), "Since today.")
}

#[tokio::test]
async fn mail_is_fetched_once_marked_and_left_where_it_is() {
    let Some(dovecot) = Dovecot::start() else { return };
    let world = World::new();
    let from = fetched_from(&world, &dovecot.url(), SECRET);
    for number in 0..45 {
        dovecot.put(&format!("{number}.mail"), letter(number).as_bytes());
    }
    assert!(once(&world, &from).await.unwrap());
    all_filed(&world).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE channel = 'email'"), 45);
    assert_eq!(dovecot.seen(), 45);
    dovecot.put("45.mail", letter(45).as_bytes());
    once(&world, &from).await.unwrap();
    once(&world, &from).await.unwrap();
    all_filed(&world).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 46);
    assert_eq!(world.number("SELECT MAX(times) FROM mails"), 1);
    // Restored from a backup it numbers its mail anew and offers all of it again.
    dovecot.count_anew();
    once(&world, &from).await.unwrap();
    all_filed(&world).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 46);
    assert_eq!(world.number("SELECT COUNT(*) FROM mailboxes WHERE fetched_at IS NOT NULL AND fault = ''"), 1);
}

#[tokio::test]
async fn a_mail_that_is_too_long_and_one_that_says_nothing_stand_in_front_of_nobody() {
    let Some(dovecot) = Dovecot::start() else { return };
    let world = World::new();
    let from = fetched_from(&world, &dovecot.url(), SECRET);
    let long = letter(0).replace("Since today.", &"x".repeat(78).repeat(LONGEST / 78 + 1));
    dovecot.put("0.mail", long.as_bytes());
    dovecot.put("1.mail", b"\0\0\0 nothing of this is a mail \xff\xfe");
    for number in 2..102 {
        dovecot.put(
            &format!("{number}.mail"),
            letter(number).replace("pema@", &format!("p{number}@")).as_bytes(),
        );
    }
    once(&world, &from).await.unwrap();
    all_filed(&world).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 100);
    assert_eq!(world.number("SELECT COUNT(*) FROM mails WHERE reason = 'too-long' AND file_hash IS NULL"), 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM mails WHERE state = 'quarantined'"), 2);
}

#[tokio::test]
async fn a_server_that_was_away_is_asked_again_and_its_mail_comes_as_it_comes() {
    let Some(mut dovecot) = Dovecot::start() else { return };
    let world = World::new();
    let (mailbox, server) = fetched_from(&world, &dovecot.url(), SECRET);
    let (app, own) = (world.app.clone(), (mailbox.clone(), server.clone()));
    let waiting = tokio::spawn(async move { go_on(&app, &own.0, &own.1).await });
    // It waits; the server tells it at once that something came.
    tokio::time::sleep(Duration::from_millis(500)).await;
    dovecot.put("1.mail", letter(1).as_bytes());
    until(&world, "SELECT COUNT(*) FROM mails", 1).await;
    dovecot.stop();
    until(&world, "SELECT COUNT(*) FROM mailboxes WHERE fault <> ''", 1).await;
    waiting.await.unwrap();
    go_on(&world.app, &mailbox, &server).await;
    dovecot.start_again();
    dovecot.put("2.mail", letter(2).as_bytes());
    once(&world, &(mailbox, server)).await.unwrap();
    assert_eq!(world.number("SELECT COUNT(*) FROM mails"), 2);
    assert_eq!(world.number("SELECT COUNT(*) FROM mailboxes WHERE fault = ''"), 1);
}

async fn until(world: &World, sql: &str, number: i64) {
    for _ in 0..200 {
        if world.number(sql) == number {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{sql} is {}", world.number(sql));
}

#[tokio::test]
async fn a_wrong_password_is_told_without_repeating_it() {
    let Some(dovecot) = Dovecot::start() else { return };
    let world = World::new();
    let (mailbox, server) = fetched_from(&world, &dovecot.url(), "wrong-password-here");
    go_on(&world.app, &mailbox, &server).await;
    let fault = world
        .app
        .db
        .read_blocking(|r| r.one("SELECT fault FROM mailboxes", &[], |row| row.get::<String>("fault")));
    let fault = fault.unwrap();
    assert!(fault.contains("user name or password"), "{fault}");
    assert!(!fault.contains("wrong-password-here"), "{fault}");
}

#[tokio::test]
async fn a_silent_mailbox_is_told_of_once_until_it_speaks_again() {
    let world = World::new();
    let (mailbox, server) = fetched_from(&world, "imap://127.0.0.1:1", SECRET);
    let (id, now) = (mailbox.id, world.app.clock.now());
    world.app.db.write(move |tx| servers::fetched(tx, id, now)).await.unwrap();
    go_on(&world.app, &mailbox, &server).await;
    tell_of_silence(&world.app).await.unwrap();
    let told = "SELECT COUNT(*) FROM notices WHERE kind LIKE 'mailbox_%'";
    assert_eq!(world.number(told), 0, "a moment of silence is none");
    world.set("2026-11-19 09:16");
    for _ in 0..2 {
        tell_of_silence(&world.app).await.unwrap();
    }
    for who in [Who::Karma, Who::Head, Who::Operator] {
        world.browser(who).get("/notices").await.must_have("No mail can be fetched:");
    }
    let first = world.number(told);
    assert!(!world.browser(Who::Stranger).get("/notices").await.text().contains("No mail can be fetched"));
    let now = world.set("2026-11-19 10:00");
    world.app.db.write(move |tx| servers::fetched(tx, id, now)).await.unwrap();
    world.set("2026-11-19 11:00");
    go_on(&world.app, &mailbox, &server).await;
    tell_of_silence(&world.app).await.unwrap();
    assert_eq!(world.number(told), 2 * first);
}

#[tokio::test]
async fn two_nodes_do_not_fetch_the_same_mailbox() {
    let Some(dovecot) = Dovecot::start() else { return };
    let world = World::new();
    let from = fetched_from(&world, &dovecot.url(), SECRET);
    let (id, now) = (from.0.id, world.app.clock.now());
    world.app.db.write(move |tx| servers::take(tx, id, "the other node", now)).await.unwrap().unwrap();
    assert!(!once(&world, &from).await.unwrap());
    // It died; five minutes later this one goes on.
    world.set("2026-11-19 09:06");
    assert!(once(&world, &from).await.unwrap());
}

/// A server that says what it is told to, line by line, whatever it is asked.
async fn liar(answers: &'static [&'static str]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"* OK here\r\n").await.unwrap();
        for answer in answers {
            let Ok(Some(line)) = lines.next_line().await else { return };
            let tag = line.split(' ').next().unwrap_or_default();
            let _ = write.write_all(answer.replace("TAG", tag).as_bytes()).await;
        }
    });
    port
}

#[tokio::test]
async fn a_server_that_lies_about_what_it_has_does_no_harm() {
    let world = World::new();
    // Counts that are not so, mails that are not there, one that nobody asked for.
    let port = liar(&[
        "TAG OK signed in\r\n",
        "* CAPABILITY IMAP4rev1\r\nTAG OK\r\n",
        "* 4294967295 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\nTAG OK [READ-WRITE] selected\r\n",
        "* SEARCH 1 2 3 4294967295\r\nTAG OK\r\n",
        "* 1 FETCH (UID 99 RFC822.SIZE 3)\r\n* 2 FETCH (UID 2 RFC822.SIZE 0)\r\nTAG OK\r\n",
        "* 1 FETCH (UID 99 BODY[] {3}\r\nabc)\r\nTAG OK\r\n",
        "TAG OK\r\n",
        "* BYE\r\nTAG OK\r\n",
    ])
    .await;
    let from = fetched_from(&world, &format!("imap://127.0.0.1:{port}"), SECRET);
    once(&world, &from).await.unwrap();
    assert_eq!(world.number("SELECT COUNT(*) FROM mails"), 0);
}

#[tokio::test]
async fn a_server_that_hangs_up_or_talks_nonsense_is_told_of_and_ends_nothing() {
    let world = World::new();
    let cases: [&'static [&'static str]; 4] = [
        &[],
        &["nonsense \0 {99999999999}\r\n"],
        &["TAG OK\r\n", "* CAPABILITY IMAP4rev1\r\nTAG OK\r\n", "TAG NO [SERVERBUG] there is no folder\r\n"],
        &["TAG OK\r\n", "* CAPABILITY IMAP4rev1\r\nTAG OK\r\n", "* 1 FETCH (UID {1000000}\r\nabc"],
    ];
    for answers in cases {
        let port = liar(answers).await;
        let (mailbox, server) = fetched_from(&world, &format!("imap://127.0.0.1:{port}"), SECRET);
        go_on(&world.app, &mailbox, &server).await;
        assert_eq!(world.number("SELECT COUNT(*) FROM mailboxes WHERE fault <> ''"), 1, "{answers:?}");
    }
}

#[test]
fn nothing_secret_is_said_without_tls_but_to_this_machine() {
    let host = |url: &str| Server { url: url.to_owned(), ..Server::default() }.host().unwrap();
    assert!(is_this_machine(&host("imap://localhost")) && is_this_machine(&host("imap://127.0.0.1:1143")));
    for elsewhere in ["imap://mail.example", "imap://127.0.0.1.evil.example", "imap://10.0.0.1"] {
        assert!(!is_this_machine(&host(elsewhere)), "{elsewhere}");
    }
}
