//! Whether a file holds a virus: asked of a `clamd` that the settings name, before anything speaks of the file.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

/// For the whole of a file.
const WITHIN: Duration = Duration::from_secs(30);
/// Bytes that are handed over at once, and of an answer.
const PIECE: usize = 64 * 1024;
const ANSWER: u64 = 4_096;

/// Why a file is not taken, as the key of a sentence; `None` when it is sound, or nobody is to be asked. A scanner that
/// does not answer lets nothing through.
pub async fn refuses(scanner: Option<&str>, file: &Path) -> Option<&'static str> {
    let scanner = scanner?;
    let asked = tokio::time::timeout(WITHIN, ask(scanner, file)).await;
    match asked.unwrap_or_else(|_| Err(anyhow::anyhow!("no answer in {} seconds", WITHIN.as_secs()))) {
        Ok(None) => None,
        Ok(Some(name)) => {
            tracing::warn!(name, "a file with a virus was refused");
            Some("file-virus")
        }
        Err(error) => {
            tracing::error!("files are refused because {scanner} did not check them: {error:#}");
            Some("file-unchecked")
        }
    }
}

/// A path is a socket of this machine, anything else a host and its port.
async fn ask(scanner: &str, file: &Path) -> anyhow::Result<Option<String>> {
    if scanner.starts_with('/') {
        hand_over(UnixStream::connect(scanner).await?, file).await
    } else {
        hand_over(TcpStream::connect(scanner).await?, file).await
    }
}

/// `INSTREAM`: pieces, each after its length, ended by an empty one. The name of what was found, if anything was.
async fn hand_over(
    mut clamd: impl AsyncRead + AsyncWrite + Unpin,
    file: &Path,
) -> anyhow::Result<Option<String>> {
    let mut file = tokio::fs::File::open(file).await?;
    let mut piece = vec![0; PIECE];
    clamd.write_all(b"zINSTREAM\0").await?;
    loop {
        let read = file.read(&mut piece).await?;
        // When it has heard enough it closes; its answer says why.
        let sent = async {
            clamd.write_all(&u32::try_from(read)?.to_be_bytes()).await?;
            clamd.write_all(&piece[..read]).await?;
            Ok::<_, anyhow::Error>(())
        };
        if sent.await.is_err() || read == 0 {
            break;
        }
    }
    let mut answer = Vec::new();
    clamd.take(ANSWER).read_to_end(&mut answer).await.context("its answer broke off")?;
    let answer = String::from_utf8_lossy(&answer).trim_end_matches(['\0', '\n']).to_owned();
    ensure!(!answer.is_empty(), "it closed without an answer");
    match answer.strip_prefix("stream: ") {
        Some("OK") => Ok(None),
        Some(found) if found.ends_with(" FOUND") => Ok(Some(found.trim_end_matches(" FOUND").to_owned())),
        _ => bail!("it answered: {answer}"),
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;
    use crate::desk::ask::tests::FORM;
    use crate::desk::testing::{given, reported};
    use crate::testing::{Page, World};

    /// The sentence by which scanners are tried, in two parts so that no scanner takes this file for a virus.
    const TRIAL: [&str; 2] = [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR", "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"];

    /// Speaks clamd's language; finds the trial sentence, and chokes on "choke".
    async fn clamd() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut greeting = [0; 10];
                stream.read_exact(&mut greeting).await.unwrap();
                assert_eq!(&greeting, b"zINSTREAM\0");
                let mut all = Vec::new();
                loop {
                    let length = stream.read_u32().await.unwrap() as usize;
                    if length == 0 {
                        break;
                    }
                    let mut piece = vec![0; length];
                    stream.read_exact(&mut piece).await.unwrap();
                    all.extend(piece);
                }
                let text = String::from_utf8_lossy(&all);
                let answer = match text {
                    text if text.contains(&TRIAL.concat()) => "stream: Eicar-Signature FOUND\0",
                    text if text.contains("choke") => "INSTREAM size limit exceeded. ERROR\0",
                    _ => "stream: OK\0",
                };
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        address
    }

    fn scanned_by(address: &str) -> World {
        let mut world = World::new();
        world.set_settings(|settings| settings.virus_scanner = Some(address.to_owned()));
        world
    }

    async fn sent(world: &World, content: &[u8]) -> Page {
        let files: &[(&str, &str, &[u8])] = &[("files", "letter.txt", content)];
        world.public().post_files("/services/internet-lan", FORM, files).await
    }

    #[tokio::test]
    async fn a_file_with_a_virus_is_refused_and_what_was_typed_stays() {
        let world = scanned_by(&clamd().await);
        let page = sent(&world, TRIAL.concat().as_bytes()).await;
        page.must_be(422);
        page.must_have("letter.txt holds a virus");
        assert_eq!(world.number("SELECT COUNT(*) FROM files"), 0);
        // The same on a case, by its link.
        let link = format!("/r/{}/reply", given(&world, reported(&world)).await.secret);
        let trial = TRIAL.concat();
        let files: &[(&str, &str, &[u8])] = &[("file", "letter.txt", trial.as_bytes())];
        let page = world.public().post_files(&link, &[("text", "Here it is.")], files).await;
        page.must_be(422);
        page.must_have("A file holds a virus");
        page.must_have("Here it is.");
        // A large file comes in pieces.
        let sound = vec![b'a'; 3 * PIECE + 17];
        sent(&world, &sound).await.must_be(200);
        assert_eq!(world.number("SELECT COUNT(*) FROM files"), 1);
    }

    #[tokio::test]
    async fn where_nothing_can_be_checked_nothing_is_taken() {
        let world = scanned_by(&clamd().await);
        sent(&world, b"choke").await.must_have("cannot be checked for viruses");
        let world = scanned_by("127.0.0.1:9");
        sent(&world, b"sound").await.must_have("cannot be checked for viruses");
        let world = scanned_by("/nowhere/clamd.ctl");
        sent(&world, b"sound").await.must_have("cannot be checked for viruses");
        assert_eq!(world.number("SELECT COUNT(*) FROM files"), 0);
    }
}
