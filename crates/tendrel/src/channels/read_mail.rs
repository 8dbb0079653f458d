//! `tendrel mail read`: what the program makes of a message, and why.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use mail_reader::{Desk, Mail};
use serde::Serialize;

/// No mailbox that we know of takes more; what is longer is refused, not cut.
const LONGEST: u64 = 100_000_000;

#[derive(clap::Args)]
pub struct ReadMailArguments {
    /// Messages as they came, one in each file; `-` for one on standard input.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// An address that the desk writes from: mail from there is its own.
    #[arg(long = "desk", value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// What the desk puts into `X-Loop` of all it sends.
    #[arg(long, default_value = "")]
    loop_mark: String,
}

#[derive(Serialize)]
struct Answer<'a> {
    file: &'a Path,
    #[serde(flatten)]
    mail: Option<Mail>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Prints one JSON object for each file, each on a line of its own.
///
/// # Errors
/// When a file cannot be read; the others are answered all the same.
pub fn run(arguments: &ReadMailArguments, output: &mut dyn Write) -> anyhow::Result<()> {
    let addresses: Vec<String> =
        arguments.addresses.iter().map(|address| address.trim().to_lowercase()).collect();
    let desk = Desk { addresses: &addresses, loop_mark: &arguments.loop_mark };
    let mut unread = 0;
    for file in &arguments.files {
        let (mail, error) = match bytes_of(file) {
            Ok(bytes) => (Some(mail_reader::read(&bytes, &desk)), None),
            Err(error) => (None, Some(format!("{error:#}"))),
        };
        unread += usize::from(error.is_some());
        serde_json::to_writer(&mut *output, &Answer { file, mail, error })?;
        writeln!(output)?;
    }
    anyhow::ensure!(
        unread == 0,
        "{unread} of {} files could not be read; their lines say why",
        arguments.files.len()
    );
    Ok(())
}

fn bytes_of(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let source: Box<dyn Read> =
        if file == Path::new("-") { Box::new(std::io::stdin()) } else { Box::new(File::open(file)?) };
    source.take(LONGEST + 1).read_to_end(&mut bytes)?;
    anyhow::ensure!(bytes.len() as u64 <= LONGEST, "it is longer than {LONGEST} bytes");
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn answers(files: Vec<PathBuf>, addresses: &[&str]) -> (anyhow::Result<()>, Vec<Value>) {
        let addresses = addresses.iter().map(|address| (*address).to_owned()).collect();
        let mut output = Vec::new();
        let result = run(&ReadMailArguments { files, addresses, loop_mark: String::new() }, &mut output);
        let lines = String::from_utf8(output).unwrap();
        (result, lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    }

    #[test]
    fn an_operator_sees_what_a_mail_is_taken_for_and_why() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("one.eml");
        let mail = "From: Pema <pema@school.bt>\r\nSubject: No line\r\nMessage-ID: <1@school.bt>\r\n\r\nSince today.\r\n\r\nOn 3 Feb 2026, Karma <k@ict.bt> wrote:\r\n> Hello\r\n";
        std::fs::write(&file, mail).unwrap();
        let (result, lines) = answers(vec![file.clone()], &[]);
        assert!(result.is_ok());
        let [line] = lines.as_slice() else { panic!("one line for one file") };
        assert_eq!(line["kind"], "person");
        assert_eq!(line["from"], "pema@school.bt");
        assert_eq!(line["reply"], "Since today.");
        assert_eq!(line["bounce"], Value::Null);
        assert_eq!(line["attachments"], serde_json::json!([]));
        assert!(line["because"].to_string().contains("nothing says that a program wrote it"));
        let (_, ours) = answers(vec![file], &["Pema@School.bt"]);
        assert_eq!(ours[0]["kind"], "own");
    }

    #[test]
    fn a_file_that_is_not_there_is_named_and_hinders_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("one.eml");
        std::fs::write(&file, "From: a@b.bt\n\nHello").unwrap();
        let (result, lines) = answers(vec![folder.path().join("none.eml"), file], &[]);
        assert!(result.unwrap_err().to_string().contains("1 of 2 files"));
        assert!(lines[0]["error"].as_str().unwrap().contains("No such file"));
        assert_eq!(lines[1]["text"], "Hello");
    }
}
