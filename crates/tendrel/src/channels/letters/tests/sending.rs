//! How letters travel: their size and headers, and a mail server that takes some and not others.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::{header, sent, to};
use crate::channels::letters::round;
use crate::desk::testing::{given, reported};
use crate::mailer::Mailer;
use crate::settings::entry::MailSettings;
use crate::testing::{Who, World};
use crate::worker;

#[tokio::test]
async fn a_letter_is_small_in_both_scripts() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    sent(&world).await;
    let mut karma = world.browser(Who::Karma);
    for words in ["ཞབས་ཏོག་ལེགས་ཤོམ་འབད་ ".repeat(700), "Tower & <mast> ".repeat(1_200)]
    {
        karma.post(&format!("/requests/{number}/reply"), &[("text", &words)]).await.must_be(200);
    }
    let letters = sent(&world).await;
    assert_eq!(letters.len(), 2);
    for letter in &letters {
        let raw = world.app.mailer.written(letter);
        assert!(raw.len() < 10_000, "{} bytes", raw.len());
        assert!(raw.contains("multipart/alternative") && raw.contains("X-Loop: "), "{raw}");
        assert!(!letter.html.as_ref().unwrap().contains("<img"));
    }
}

#[tokio::test]
async fn a_letter_of_a_unit_comes_from_its_mailbox_and_answers_find_the_case() {
    let world = World::new();
    let mailbox = "INSERT INTO mailboxes (id, address, name, unit_id, service_id, sorts)
        SELECT o.id, 'ict@punakha.example', 'ICT Punakha', o.id, s.id, 1 FROM organisations o, services s
        WHERE o.key = 'unit-punakha' AND s.code = 'internet-lan'";
    world.app.db.write_blocking(move |tx| tx.execute(mailbox, &[])).unwrap();
    let number = given(&world, reported(&world)).await.number;
    let wrote = "INSERT INTO mail_ids (message_id, request_id, author, at)
        SELECT 'first@school.bt', id, 'tshering@tendrel.example', 1 FROM requests";
    world.app.db.write_blocking(move |tx| tx.execute(wrote, &[])).unwrap();
    let letters = sent(&world).await;
    let letter = to(&letters, super::TSHERING);
    assert!(letter.from.as_ref().unwrap().contains("ict@punakha.example"));
    let marks = crate::channels::marks::Marks::new(&world.app.vault);
    for marked in [
        header(letter, "Reply-To"),
        letter.message_id.as_ref().unwrap(),
        letter.comes_back_to.as_ref().unwrap(),
    ] {
        assert_eq!(marks.number(marked).as_deref(), Some(number.as_str()), "{marked}");
    }
    assert_eq!(header(letter, "In-Reply-To"), "<first@school.bt>");
    let references = header(letter, "References");
    let (root, last) = references.split_once(' ').unwrap();
    assert_eq!(marks.number(root.trim_matches(['<', '>'])).as_deref(), Some(number.as_str()));
    assert_eq!(last, "<first@school.bt>");
    assert!(letter.body.contains("ict@punakha.example goes to your request"), "{}", letter.body);
    // The id is kept, so that an answer to it finds the case.
    assert_eq!(world.number("SELECT COUNT(*) FROM mail_ids WHERE author = ''"), 1);
}

/// A server that has no place for one domain and knows nobody in another. It says who was written to.
async fn serve(listener: TcpListener, heard: Arc<Mutex<Vec<String>>>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        tokio::spawn(talk(stream, heard.clone()));
    }
}

async fn talk(stream: TcpStream, heard: Arc<Mutex<Vec<String>>>) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 here\r\n").await.unwrap();
    let mut in_message = false;
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = match line.as_str() {
            "." => "250 taken\r\n",
            _ if in_message => continue,
            "DATA" => "354 go on\r\n",
            line if line.contains("@full.bt") => "452 4.2.2 no place now\r\n",
            line if line.contains("@gone.bt") => "550 5.1.1 nobody of this name\r\n",
            line => {
                if let Some(address) = line.strip_prefix("RCPT TO:") {
                    heard.lock().unwrap().push(address.trim_matches(['<', '>']).to_owned());
                }
                "250 yes\r\n"
            }
        };
        in_message = line == "DATA";
        if write.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn a_domain_that_refuses_holds_up_no_other_and_is_tried_with_growing_pauses() {
    let mut world = World::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let heard = Arc::new(Mutex::new(Vec::new()));
    let server = tokio::spawn(serve(listener, heard.clone()));
    let from = "Desk <desk@tendrel.example>".to_owned();
    world.app.mailer = Mailer::new(MailSettings::Server { url, from }).unwrap();
    let mut numbers = Vec::new();
    for address in ["pema@full.bt", "sonam@full.bt", "dorji@gone.bt", "karma@school.bt"] {
        let mut incoming = reported(&world);
        incoming.requester = None;
        address.clone_into(&mut incoming.requester_email);
        numbers.push(given(&world, incoming).await.number);
    }
    worker::round(&world.app).await.unwrap();
    assert_eq!(*heard.lock().unwrap(), ["karma@school.bt"]);
    let waiting = "SELECT COUNT(*) FROM letters WHERE state = 'waiting'";
    assert_eq!(world.number(waiting), 2);
    let tries = "SELECT CAST(SUM(attempts) AS BIGINT) FROM letters WHERE state = 'waiting'";
    assert_eq!(world.number(tries), 1, "the second of the full domain is not even tried");
    let page = world.browser(Who::Karma).get(&format!("/requests/{}", numbers[2])).await;
    page.must_have("not sent");
    page.must_have("nobody of this name");
    for (minute, tried) in [(0, 1), (1, 2), (2, 2), (4, 3), (6, 3), (9, 4)] {
        world.set(&format!("2026-11-19 09:{minute:02}"));
        round(&world.app).await.unwrap();
        assert_eq!(world.number(tries), tried, "after {minute} minutes");
    }
    world.browser(Who::Karma).get("/notices").await.must_have("A letter did not arrive:");
    server.abort();
}
