//! Mail handed over by LMTP at a door of the program's own: how fast it is kept, and how fast it is filed.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tendrel::app::App;
use tendrel::channels::keep_mail::LONGEST;
use tendrel::channels::mailbox::Mailbox;
use tendrel::channels::store::insert_mailbox;

use crate::server::Place;

const CONNECTIONS: usize = 8;
/// The collection is handed over so often, each time with other ids.
const TIMES: usize = 8;
const DESK: &str = "ict@bench.example";

/// Hands over all files below `folder` and waits until each is filed.
pub(crate) fn run(place: &Place, folder: &Path) -> anyhow::Result<String> {
    place.seed(0, "PUN")?;
    let here =
        tendrel::settings::Place { data: place.data.clone(), database: place.database.clone(), files: None };
    let app = here.open()?;
    app.refresh_blocking()?;
    open_desk(&app)?;
    let door = free_port()?;
    // One address hands over thousands a minute here.
    let settings = format!("[mail_listener]\nlmtp = \"{door}\"\na_minute = 100000\n");
    std::fs::write(place.data.join("tendrel.toml"), settings)?;
    let mails = mails(folder)?;
    let server = place.start()?;
    let begun = Instant::now();
    let refused = hand_over(door, &mails)?;
    let kept = begun.elapsed();
    while count(&app, "SELECT COUNT(*) FROM mails WHERE state = 'kept'")? > 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    let filed = begun.elapsed();
    drop(server);
    let all = count(&app, "SELECT COUNT(*) FROM mails")?;
    let cases = count(&app, "SELECT COUNT(*) FROM requests")?;
    let waiting = count(&app, "SELECT COUNT(*) FROM mails WHERE state = 'quarantined'")?;
    let bytes: usize = mails.iter().map(Vec::len).sum();
    #[expect(clippy::cast_precision_loss, reason = "for reading")]
    let rate = |took: Duration| all as f64 / took.as_secs_f64();
    Ok(format!(
        "{} messages, {} MB, by {CONNECTIONS} connections: kept in {:.1} s, read and filed in {:.1} s: {:.0} a second \
         ({all} mails, {cases} cases, {waiting} wait for somebody, {refused} refused)",
        mails.len(),
        bytes / 1024 / 1024,
        kept.as_secs_f64(),
        filed.as_secs_f64(),
        rate(filed),
    ))
}

fn open_desk(app: &App) -> anyhow::Result<()> {
    let unit = app.db.read_blocking(|r| {
        r.one("SELECT organisation_id FROM units WHERE code = 'PUN'", &[], |row| row.get("organisation_id"))
    })?;
    let catalogue = app.catalogue.now();
    let service = catalogue.service_by_code("something-else").context("there is no such service")?;
    let mailbox = Mailbox::new(DESK, "ICT Services", unit, service.id, app.clock.now());
    Ok(app.db.write_blocking(move |tx| insert_mailbox(tx, &mailbox))?)
}

fn count(app: &App, sql: &'static str) -> anyhow::Result<i64> {
    Ok(app.db.read_blocking(move |r| r.one(sql, &[], |row| row.at::<i64>(0)))?)
}

fn free_port() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// All files below a folder, each so often with another id, as they go over the line.
fn mails(folder: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut paths = Vec::new();
    find(folder, &mut paths)?;
    paths.sort();
    ensure!(!paths.is_empty(), "{} holds no mail", folder.display());
    let mut mails = Vec::new();
    for time in 0..TIMES {
        for path in &paths {
            mails.push(on_the_line(&std::fs::read(path)?, time));
        }
    }
    Ok(mails)
}

fn find(folder: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, found)?;
        } else if path.extension().is_none_or(|it| it != "md") {
            found.push(path);
        }
    }
    Ok(())
}

/// Lines end with CR and LF, a dot at their beginning is doubled, and a dot alone ends all. What has no id is another
/// message by its first header.
fn on_the_line(message: &[u8], time: usize) -> Vec<u8> {
    let mut line = format!("X-Time: {time}\r\n").into_bytes();
    let mut is_head = true;
    for part in message.split(|byte| *byte == b'\n') {
        let part = part.strip_suffix(b"\r").unwrap_or(part);
        is_head &= !part.is_empty();
        let name = b"message-id:";
        if is_head && part.len() > name.len() && part[..name.len()].eq_ignore_ascii_case(name) {
            let id = String::from_utf8_lossy(&part[name.len()..]).replacen('<', &format!("<{time}."), 1);
            line.extend_from_slice(format!("Message-ID:{id}").as_bytes());
        } else {
            if part.starts_with(b".") {
                line.push(b'.');
            }
            line.extend_from_slice(part);
        }
        line.extend_from_slice(b"\r\n");
    }
    line.extend_from_slice(b".\r\n");
    line
}

/// Returns how many were refused.
fn hand_over(door: SocketAddr, mails: &[Vec<u8>]) -> anyhow::Result<usize> {
    let (next, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let talk = || -> anyhow::Result<()> {
            let mut line = BufReader::new(TcpStream::connect(door)?);
            answer(&mut line)?;
            say(&mut line, b"LHLO bench.example\r\n")?;
            while let Some(mail) = mails.get(next.fetch_add(1, Ordering::Relaxed)) {
                let begin = format!(
                    "MAIL FROM:<someone@bench.example> SIZE={}\r\nRCPT TO:<{DESK}>\r\nDATA\r\n",
                    mail.len().min(LONGEST)
                );
                line.get_mut().write_all(begin.as_bytes())?;
                for _ in 0..2 {
                    answer(&mut line)?;
                }
                let go_on = answer(&mut line)?;
                ensure!(go_on.starts_with("354"), "no message is taken: {go_on}");
                let kept = say(&mut line, mail)?;
                refused.fetch_add(usize::from(!kept.starts_with("250")), Ordering::Relaxed);
            }
            Ok(())
        };
        let talking: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(talk)).collect();
        for talk in talking {
            talk.join().map_err(|_| anyhow::anyhow!("a connection ended"))??;
        }
        Ok(refused.load(Ordering::Relaxed))
    })
}

fn say(line: &mut BufReader<TcpStream>, bytes: &[u8]) -> anyhow::Result<String> {
    line.get_mut().write_all(bytes)?;
    answer(line)
}

/// The last line of an answer.
fn answer(line: &mut BufReader<TcpStream>) -> anyhow::Result<String> {
    loop {
        let mut answer = String::new();
        ensure!(line.read_line(&mut answer)? > 0, "the program hung up");
        if answer.as_bytes().get(3) != Some(&b'-') {
            return Ok(answer.trim_end().to_owned());
        }
    }
}
