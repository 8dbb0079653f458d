//! Pages out of a file, read in a process of its own: what anybody sent may be made to break what reads it. It has a
//! gigabyte and a minute, and knows nothing.

use std::io::{Read, Write};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};
use page_reader::{Code, Page, Unread};
use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::channels::scans::program::{self, Unanswered};
use crate::problem::Problem;

const WITHIN: Duration = Duration::from_secs(60);
const MEMORY: u64 = 1024 * 1024 * 1024;
/// Bytes of all pictures of one file together.
const LONGEST: u64 = 256 * 1024 * 1024;

/// Stands before each page, as a line of JSON; the bytes of its picture follow.
#[derive(Debug, Deserialize, Serialize)]
struct Head {
    bytes: usize,
    width: u32,
    height: u32,
    /// Text, and by how many quarters the page must be turned.
    codes: Vec<(String, u8)>,
}

/// Why a file has no pages, as the code of a reason.
pub(super) fn reason(unread: Unread) -> &'static str {
    match unread {
        Unread::Kind => "no-pages",
        Unread::Broken => "broken",
        Unread::Locked => "locked",
        Unread::Pages => "too-many-pages",
        Unread::Large => "too-many-dots",
    }
}

/// The pages of a file, or why there are none.
///
/// # Errors
/// When the program that reads them cannot be started.
pub(super) async fn pages(app: &App, bytes: Vec<u8>) -> Result<Result<Vec<Page>, &'static str>, Problem> {
    let reader = app.settings.scans.reader.clone();
    let reading = tokio::task::spawn_blocking(move || match reader {
        None => Ok(page_reader::read(&bytes).map_err(reason)),
        Some(program) => {
            let mut command = Command::new(program);
            command.arg("read-pages");
            match program::ask(command, bytes, WITHIN, LONGEST) {
                Ok(answer) => Ok(of_answer(&answer).unwrap_or(Err("broken"))),
                Err(Unanswered::TooLong) => Ok(Err("too-long")),
                Err(Unanswered::Failed) => Ok(Err("broken")),
                Err(Unanswered::Absent(error)) => Err(error),
            }
        }
    });
    let read = reading.await.map_err(|error| Problem::Other(error.into()))?;
    read.map_err(Problem::Other)
}

fn of_answer(mut answer: &[u8]) -> anyhow::Result<Result<Vec<Page>, &'static str>> {
    let mut pages = Vec::new();
    while !answer.is_empty() {
        let end = answer.iter().position(|byte| *byte == b'\n').context("a line without an end")?;
        let (line, rest) = (&answer[..end], &answer[end + 1..]);
        if let Some(known) = line.strip_prefix(b"unread ") {
            let all = [Unread::Kind, Unread::Broken, Unread::Locked, Unread::Pages, Unread::Large];
            let found = all.into_iter().map(reason).find(|reason| reason.as_bytes() == known);
            return Ok(Err(found.context("an unknown reason")?));
        }
        let head: Head = serde_json::from_slice(line)?;
        ensure!(head.bytes <= rest.len() && pages.len() < page_reader::PAGES, "more than there is");
        let codes = head.codes.into_iter().map(|(text, quarters)| Code { text, quarters }).collect();
        let png = rest[..head.bytes].to_vec();
        pages.push(Page { png, width: head.width, height: head.height, codes });
        answer = &rest[head.bytes..];
    }
    ensure!(!pages.is_empty(), "no page");
    Ok(Ok(pages))
}

/// `tendrel read-pages`: the process of its own.
///
/// # Errors
/// When it is not given bytes, or cannot say what it read.
pub fn run(input: &mut dyn Read, output: &mut dyn Write) -> anyhow::Result<()> {
    setrlimit(Resource::As, Rlimit { current: Some(MEMORY), maximum: Some(MEMORY) })?;
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    answer(&bytes, output)
}

fn answer(bytes: &[u8], output: &mut dyn Write) -> anyhow::Result<()> {
    match page_reader::read(bytes) {
        Err(unread) => writeln!(output, "unread {}", reason(unread))?,
        Ok(pages) => {
            for page in pages {
                let codes = page.codes.into_iter().map(|code| (code.text, code.quarters)).collect();
                let head = Head { bytes: page.png.len(), width: page.width, height: page.height, codes };
                serde_json::to_writer(&mut *output, &head)?;
                output.write_all(b"\n")?;
                output.write_all(&page.png)?;
            }
        }
    }
    Ok(output.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::scans::tests::sheets;

    #[test]
    fn what_the_process_says_is_what_it_read() {
        let file = page_reader::png(&sheets::sheet("TENDREL:PUN:internet-lan:v1", "Line down"));
        let mut said = Vec::new();
        answer(&file, &mut said).unwrap();
        assert_eq!(of_answer(&said).unwrap(), Ok(page_reader::read(&file).unwrap()));
        let mut said = Vec::new();
        answer(b"PK no page", &mut said).unwrap();
        assert_eq!(of_answer(&said).unwrap(), Err("no-pages"));
    }

    #[test]
    fn an_answer_that_is_cut_off_is_none() {
        for wrong in [
            &b""[..],
            b"{}",
            b"{}\n",
            b"unread me\n",
            b"{\"bytes\":9,\"width\":1,\"height\":1,\"codes\":[]}\n1",
        ] {
            assert!(of_answer(wrong).is_err());
        }
    }
}
