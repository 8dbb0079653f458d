//! What is written on a sheet, as the program tesseract takes it: a guess, shown as one, and never filled in unasked.

use std::process::Command;
use std::time::Duration;

use page_reader::Page;

use crate::app::App;
use crate::channels::scans::program;
use crate::frame::form::clean;
use crate::problem::Problem;

/// For one page.
const WITHIN: Duration = Duration::from_secs(30);
/// Pages of one sheet that are guessed at.
const PAGES: usize = 3;
/// Letters of a guess.
const LONGEST: usize = 4_000;

/// Empty where nothing is to be guessed, or nothing was.
pub(super) async fn guess(app: &App, pages: &[Page]) -> Result<String, Problem> {
    let settings = app.settings.scans.clone();
    let Some(tesseract) = settings.tesseract else { return Ok(String::new()) };
    let pictures: Vec<Vec<u8>> = pages.iter().take(PAGES).map(|page| page.png.clone()).collect();
    let guessing = tokio::task::spawn_blocking(move || {
        let mut guessed = Vec::new();
        for picture in pictures {
            let mut command = Command::new(&tesseract);
            command.args(["stdin", "stdout", "-l", &settings.languages, "--dpi", "200"]);
            match program::ask(command, picture, WITHIN, 1024 * 1024) {
                Ok(said) => guessed.push(said),
                // A sheet without a guess is a sheet all the same.
                Err(why) => {
                    tracing::warn!("{} guessed nothing: {why}", tesseract.display());
                    break;
                }
            }
        }
        guessed
    });
    let guessed = guessing.await.map_err(|error| Problem::Other(error.into()))?;
    let texts = guessed.iter().map(|said| clean(&String::from_utf8_lossy(said)).replace('\u{c}', ""));
    let lines = texts.collect::<Vec<_>>().join("\n");
    let lines: Vec<&str> = lines.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    Ok(lines.join("\n").chars().take(LONGEST).collect())
}
