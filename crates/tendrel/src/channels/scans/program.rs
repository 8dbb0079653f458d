//! Another program that is given bytes and says something about them, for a bounded time.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;

const LOOK_EVERY: Duration = Duration::from_millis(15);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unanswered {
    #[error("it was ended because it took too long")]
    TooLong,
    #[error("it ended by itself, without an answer")]
    Failed,
    #[error("it cannot be started: {0:#}")]
    Absent(anyhow::Error),
}

/// What it wrote, at most `longest` bytes. It sees nothing of this program's surroundings, where secrets may stand. Blocks.
pub(super) fn ask(
    mut command: Command,
    input: Vec<u8>,
    within: Duration,
    longest: u64,
) -> Result<Vec<u8>, Unanswered> {
    command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().context("starting it").map_err(Unanswered::Absent)?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    // One that stops listening has heard enough.
    thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
    let hearing = thread::spawn(move || {
        let mut heard = Vec::new();
        stdout.map(|stdout| stdout.take(longest).read_to_end(&mut heard));
        heard
    });
    let began = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if began.elapsed() > within => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(Unanswered::TooLong);
            }
            Ok(None) => thread::sleep(LOOK_EVERY),
            Err(error) => return Err(Unanswered::Absent(error.into())),
        }
    };
    let heard = hearing.join().map_err(|_| Unanswered::Failed)?;
    if status.success() { Ok(heard) } else { Err(Unanswered::Failed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(words: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", words]);
        command
    }

    #[test]
    fn an_answer_is_heard_and_silence_is_ended() {
        let within = Duration::from_secs(10);
        let answer = ask(shell("cat; echo \"$HOME\""), b"hello".to_vec(), within, 100).unwrap();
        assert_eq!(answer, b"hello\n");
        assert!(matches!(ask(shell("exit 3"), Vec::new(), within, 100), Err(Unanswered::Failed)));
        let slow = ask(shell("exec sleep 30"), Vec::new(), Duration::from_millis(100), 100);
        assert!(matches!(slow, Err(Unanswered::TooLong)));
        let none = ask(Command::new("/nowhere/at/all"), Vec::new(), within, 100);
        assert!(matches!(none, Err(Unanswered::Absent(_))));
    }

    #[test]
    fn one_that_reads_nothing_hinders_nobody() {
        let answer = ask(shell("exit 0"), vec![0; 4_000_000], Duration::from_secs(10), 100).unwrap();
        assert!(answer.is_empty());
    }
}
