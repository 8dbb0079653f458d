use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use super::*;
use crate::channels::testing::{DESK, all_filed, mail, mailbox, mailbox_at, the_number};
use crate::testing::World;

/// A world whose desk is listened for; ends with the test.
async fn listening(world: &World, protocol: Protocol) -> u16 {
    mailbox(world);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(run(world.app.clone(), Doors(vec![(protocol, listener)])));
    port
}

/// A mail server that says what it is told to.
struct Line(BufReader<TcpStream>);

impl Line {
    async fn to(port: u16) -> Line {
        Line(BufReader::new(TcpStream::connect(("127.0.0.1", port)).await.unwrap()))
    }

    /// One that has said who it is.
    async fn greeted(port: u16, hello: &str) -> Line {
        let mut line = Line::to(port).await;
        assert!(line.answer().await.starts_with("220 "));
        line.says(&format!("{hello} relay.example")).await;
        line
    }

    /// The last line of an answer; empty when the other side hung up.
    async fn answer(&mut self) -> String {
        loop {
            let mut answer = String::new();
            self.0.read_line(&mut answer).await.unwrap();
            if answer.as_bytes().get(3) != Some(&b'-') {
                return answer.trim_end().to_owned();
            }
        }
    }

    async fn send(&mut self, bytes: &[u8]) {
        // Whoever was hung up on reads why.
        let _ = self.0.get_mut().write_all(bytes).await;
    }

    async fn says(&mut self, words: &str) -> String {
        self.send(format!("{words}\r\n").as_bytes()).await;
        self.answer().await
    }

    async fn must(&mut self, words: &str, code: &str) {
        let answer = self.says(words).await;
        assert!(answer.starts_with(code), "{words}: {answer}");
    }
}

fn count(world: &World, sql: &str) -> i64 {
    world.number(&format!("SELECT COUNT(*) FROM {sql}"))
}

#[tokio::test]
async fn a_relay_hands_over_a_mail_and_it_becomes_a_case() {
    let world = World::new();
    let port = listening(&world, Protocol::Smtp).await;
    let mut line = Line::greeted(port, "EHLO").await;
    line.must("MAIL FROM:<pema@school.example> SIZE=400", "250").await;
    line.must("RCPT TO:<nobody@punakha.example>", "550 5.1.1").await;
    line.must(&format!("RCPT TO:<{DESK}>"), "250").await;
    line.must("DATA", "354").await;
    let mail = mail("pema@school.example", "No line", "..Since today.\r\n.");
    line.must(&format!("{}\r\n.", mail.trim_end().replace("\n.", "\n..")), "250 2.0.0 kept").await;
    line.must("QUIT", "221").await;
    assert_eq!(line.answer().await, "");
    all_filed(&world).await;
    let sql = "mails WHERE came_by = 'smtp' AND recipient = 'ict@punakha.example' AND state = 'filed'";
    assert_eq!(count(&world, sql), 1);
    let sql = "requests WHERE description LIKE '%..Since today.%'";
    assert_eq!(count(&world, sql), 1);
}

#[tokio::test]
async fn what_comes_again_or_for_two_addresses_is_one_mail_of_each_desk() {
    let world = World::new();
    let port = listening(&world, Protocol::Lmtp).await;
    mailbox_at(&world, "ict@thimphu.example", world.thimphu, "something-else");
    let message = mail("pema@school.example", "No line", "Since today.");
    for _ in 0..2 {
        let mut line = Line::greeted(port, "LHLO").await;
        line.must("MAIL FROM:<pema@school.example>", "250").await;
        for address in [DESK, "ICT+x@Punakha.example", "ict@thimphu.example"] {
            line.must(&format!("RCPT TO:<{address}>"), "250").await;
        }
        line.must("DATA", "354").await;
        line.must(&format!("{message}."), "250").await;
        // An answer for each recipient.
        assert_eq!(line.answer().await, "250 2.0.0 kept");
        assert_eq!(line.answer().await, "250 2.0.0 kept");
    }
    all_filed(&world).await;
    assert_eq!((count(&world, "mails"), count(&world, "requests")), (2, 2));
    assert_eq!(world.number("SELECT CAST(SUM(times) AS BIGINT) FROM mails"), 4);
}

#[tokio::test]
async fn the_address_of_the_envelope_says_to_which_case_an_answer_belongs() {
    let world = World::new();
    let port = listening(&world, Protocol::Lmtp).await;
    let send = async |to: &str, message: String| {
        let mut line = Line::greeted(port, "LHLO").await;
        line.must("MAIL FROM:<pema@school.example>", "250").await;
        line.must(&format!("RCPT TO:<{to}>"), "250").await;
        line.must("DATA", "354").await;
        line.must(&format!("{message}."), "250").await;
        all_filed(&world).await;
    };
    send(DESK, mail("pema@school.example", "No line", "Since today.")).await;
    let marks = crate::channels::marks::Marks::new(&world.app.vault);
    let answers = marks.reply_address(DESK, &the_number(&world));
    send(&answers, mail("pema@home.example", "Something new", "It is well again.")).await;
    assert_eq!((count(&world, "mails"), count(&world, "requests")), (2, 1));
}

#[tokio::test]
async fn a_report_without_a_sender_is_known_as_one() {
    let world = World::new();
    let port = listening(&world, Protocol::Smtp).await;
    let mut line = Line::greeted(port, "EHLO").await;
    line.must("MAIL FROM:<>", "250").await;
    line.must(&format!("RCPT TO:<{DESK}>"), "250").await;
    line.must("DATA", "354").await;
    line.must(&format!("{}.", mail("robot@school.example", "Away", "I am away.")), "250").await;
    all_filed(&world).await;
    assert_eq!((count(&world, "mails WHERE kind = 'automatic'"), count(&world, "requests")), (1, 0));
}

#[tokio::test]
async fn commands_out_of_their_order_are_refused() {
    let world = World::new();
    let port = listening(&world, Protocol::Smtp).await;
    let mut line = Line::to(port).await;
    assert!(line.answer().await.starts_with("220 "));
    line.must("MAIL FROM:<a@b.example>", "503").await;
    line.must("LHLO relay.example", "500").await;
    line.must("HELO relay.example", "250").await;
    line.must(&format!("RCPT TO:<{DESK}>"), "503").await;
    line.must("DATA", "503").await;
    line.must("MAIL FROM:<a@b.example>", "250").await;
    line.must("MAIL FROM:<a@b.example>", "503").await;
    line.must("DATA", "554").await;
    line.must("RSET", "250").await;
    line.must("DATA", "503").await;
    line.must("MAIL FROM:a b c", "501").await;
    line.must("STARTTLS", "502").await;
    line.must("AUTH PLAIN AGEAYg==", "502").await;
    line.must("EXPN all", "502").await;
    line.must("VRFY pema", "252").await;
    line.must("BDAT 5 LAST", "502").await;
    line.must("NOOP", "250").await;
    line.must("GET / HTTP/1.1", "500").await;
    for _ in 0..6 {
        line.must("WHAT", "500").await;
    }
    line.must("WHAT", "421").await;
    assert_eq!(line.answer().await, "");
    assert_eq!(count(&world, "mails"), 0);
}

#[tokio::test]
async fn limits_hold() {
    let mut world = World::new();
    world.set_settings(|settings| {
        settings.mail_listener.a_minute = 3;
        settings.mail_listener.connections = 2;
        settings.mail_listener.recipients = 2;
    });
    let port = listening(&world, Protocol::Smtp).await;
    let mut line = Line::greeted(port, "EHLO").await;
    let second = Line::greeted(port, "EHLO").await;
    assert!(Line::to(port).await.answer().await.starts_with("421 "));
    drop(second);
    line.must("MAIL FROM:<a@b.example> SIZE=52428801", "552 5.3.4").await;
    line.must("MAIL FROM:<a@b.example>", "250").await;
    for _ in 0..2 {
        line.must(&format!("RCPT TO:<{DESK}>"), "250").await;
    }
    line.must(&format!("RCPT TO:<{DESK}>"), "452 4.5.3").await;
    for _ in 0..2 {
        line.must("RSET", "250").await;
        line.must("MAIL FROM:<a@b.example>", "250").await;
    }
    line.must("RSET", "250").await;
    line.must("MAIL FROM:<a@b.example>", "450 4.7.1").await;
    world.set("2026-11-19 09:01");
    line.must("MAIL FROM:<a@b.example>", "250").await;
    line.send("x".repeat(5_000).as_bytes()).await;
    assert!(line.answer().await.starts_with("500 5.5.2 "));
}

#[tokio::test]
async fn one_that_is_too_long_hinders_none_after_it() {
    let world = World::new();
    let port = listening(&world, Protocol::Smtp).await;
    let mut line = Line::greeted(port, "EHLO").await;
    let begin = async |line: &mut Line, size: &str| {
        line.must(&format!("MAIL FROM:<pema@school.example>{size}"), "250").await;
        line.must(&format!("RCPT TO:<{DESK}>"), "250").await;
        line.must("DATA", "354").await;
    };
    let long = mail("pema@school.example", "Pictures", &"x".repeat(1_000));
    let more = format!("{}\r\n", "picture ".repeat(100)).into_bytes();
    begin(&mut line, "").await;
    line.send(long.as_bytes()).await;
    for _ in 0..=LONGEST / more.len() {
        line.send(&more).await;
    }
    line.must(".", "552 5.3.4 a message may have 50 MB").await;
    // One that said that it was short.
    begin(&mut line, " SIZE=1000").await;
    line.send(long.as_bytes()).await;
    for _ in 0..=2 * MEGABYTE / more.len() {
        line.send(&more).await;
    }
    line.must(".", "552 5.3.4 it is longer than its SIZE said").await;
    begin(&mut line, "").await;
    line.must(".", "250").await;
    begin(&mut line, "").await;
    line.must(&format!("{}.", mail("pema@school.example", "No line", "Since today.")), "250").await;
    all_filed(&world).await;
    assert_eq!(count(&world, "requests"), 1);
    assert_eq!(count(&world, "mails WHERE state = 'quarantined' AND reason = 'too-long'"), 1);
    assert_eq!(count(&world, "mails"), 3, "the empty one waits for somebody");
}

#[tokio::test]
async fn what_is_hidden_behind_a_false_end_is_no_message_of_its_own() {
    let world = World::new();
    let port = listening(&world, Protocol::Smtp).await;
    for end in ["\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r.\r\n"] {
        let mut line = Line::greeted(port, "EHLO").await;
        line.must("MAIL FROM:<pema@school.example>", "250").await;
        line.must(&format!("RCPT TO:<{DESK}>"), "250").await;
        line.must("DATA", "354").await;
        let outer = mail("pema@school.example", "Outer", "Words.");
        let inner = mail("head@school.example", "Inner", "Words.");
        let smuggled = format!("{outer}{end}MAIL FROM:<h@b.example>\r\nRCPT TO:<{DESK}>\r\nDATA\r\n{inner}");
        line.must(&format!("{smuggled}\r\n."), "250 2.0.0 kept").await;
        line.must("QUIT", "221").await;
    }
    assert_eq!(count(&world, "mails"), 5);
}

#[tokio::test]
async fn who_is_not_named_is_turned_away() {
    let mut world = World::new();
    world.set_settings(|settings| settings.mail_listener.from.clear());
    let port = listening(&world, Protocol::Smtp).await;
    let mut line = Line::to(port).await;
    assert!(line.answer().await.starts_with("554 5.7.1 "));
    assert_eq!(line.answer().await, "");
}

#[tokio::test]
async fn a_message_that_breaks_off_was_never_taken() {
    let world = World::new();
    let port = listening(&world, Protocol::Lmtp).await;
    let mut line = Line::greeted(port, "LHLO").await;
    line.must("MAIL FROM:<pema@school.example>", "250").await;
    line.must(&format!("RCPT TO:<{DESK}>"), "250").await;
    line.must("DATA", "354").await;
    line.send(mail("pema@school.example", "No line", "Since today.").as_bytes()).await;
    drop(line);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(count(&world, "mails"), 0);
}

/// A certificate for this machine, and its key.
fn certificate(folder: &Path) {
    let script = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
                  -subj /CN=localhost -keyout key.pem -out certificate.pem";
    let made = Command::new("sh").args(["-ec", script]).current_dir(folder).stderr(Stdio::null()).status();
    assert!(made.unwrap().success());
}

/// What swaks, a mail client of Debian's, was told. `None`, said aloud, where it is not installed.
async fn swaks(arguments: &[&str], message: &str) -> Option<String> {
    let program = Path::new("/usr/bin/swaks");
    if !program.exists() {
        assert!(std::env::var("CI").is_err(), "swaks is not installed: apt-get install swaks");
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: swaks is not installed: apt-get install swaks libnet-ssleay-perl"
        );
        return None;
    }
    let mut command = Command::new(program);
    command.args(["--from", "pema@school.example", "--to", DESK, "--server", "127.0.0.1", "--data", "-"]);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let message = message.to_owned();
    let run = move || {
        let mut running = command.spawn().unwrap();
        running.stdin.take().unwrap().write_all(message.as_bytes()).unwrap();
        running.wait_with_output().unwrap()
    };
    let ended = tokio::task::spawn_blocking(run).await.unwrap();
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(ended.status.success(), "{said}\n{}", String::from_utf8_lossy(&ended.stderr));
    Some(said)
}

#[tokio::test]
async fn a_real_client_hands_over_in_the_clear_and_under_tls() {
    let mut world = World::new();
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path());
    world.set_settings(|settings| {
        settings.mail_listener.certificate = Some(folder.path().join("certificate.pem"));
        settings.mail_listener.key = Some(folder.path().join("key.pem"));
    });
    let (smtp, lmtp) =
        (listening(&world, Protocol::Smtp).await.to_string(), listening(&world, Protocol::Lmtp).await);
    let lmtp = lmtp.to_string();
    let message = |subject: &str| mail("pema@school.example", subject, "Since today.");
    let plain = ["--port", &smtp];
    let Some(said) = swaks(&plain, &message("In the clear")).await else { return };
    assert!(said.contains("250 2.0.0 kept") && said.contains("STARTTLS"), "{said}");
    let said = swaks(&["--port", &smtp, "--tls"], &message("Under TLS")).await.unwrap();
    assert!(said.contains("TLS started") && said.contains("<~  250 2.0.0 kept"), "{said}");
    let said = swaks(&["--port", &lmtp, "--protocol", "LMTP", "--tls"], &message("By LMTP")).await.unwrap();
    assert!(said.contains("<~  250 2.0.0 kept"), "{said}");
    all_filed(&world).await;
    assert_eq!(count(&world, "requests"), 3);
}

#[tokio::test]
async fn nothing_said_in_the_clear_is_taken_as_said_under_tls() {
    let mut world = World::new();
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path());
    world.set_settings(|settings| {
        let listener = &mut settings.mail_listener;
        listener.certificate = Some(folder.path().join("certificate.pem"));
        listener.key = Some(folder.path().join("key.pem"));
        listener.require_tls = true;
    });
    let port = listening(&world, Protocol::Smtp).await;
    let mut line = Line::greeted(port, "EHLO").await;
    line.must("MAIL FROM:<a@b.example>", "530 5.7.0").await;
    line.must("STARTTLS\r\nEHLO somebody.else", "501").await;
    assert_eq!(line.answer().await, "");
    let mut line = Line::greeted(port, "EHLO").await;
    line.must("STARTTLS", "220").await;
    line.send(b"no handshake at all\r\n").await;
    let mut rest = Vec::new();
    let _ = line.0.read_to_end(&mut rest).await;
    assert!(!String::from_utf8_lossy(&rest).contains("250"));
}

#[test]
fn a_certificate_that_cannot_be_read_is_said_at_the_start() {
    let mut world = World::new();
    let folder = tempfile::tempdir().unwrap();
    world.set_settings(|settings| {
        settings.mail_listener.certificate = Some(folder.path().join("certificate.pem"));
        settings.mail_listener.key = Some(folder.path().join("key.pem"));
    });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let said = |world: &World| format!("{:#}", runtime.block_on(open(&world.app)).unwrap_err());
    assert!(said(&world).contains("certificate.pem of [mail_listener] cannot be used"));
    certificate(folder.path());
    std::fs::write(folder.path().join("key.pem"), "no key").unwrap();
    assert!(said(&world).contains("key.pem of [mail_listener] cannot be used"));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    world.set_settings(|settings| {
        (settings.mail_listener.certificate, settings.mail_listener.key) = (None, None);
        settings.mail_listener.lmtp = Some(taken.local_addr().unwrap());
    });
    assert!(said(&world).contains("nothing can listen for mail on 127.0.0.1"));
}
