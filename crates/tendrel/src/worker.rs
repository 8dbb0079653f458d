//! What goes on beside the requests: calendars kept fresh, clocks that run out, resolved requests that close, jobs.

use std::time::Duration;

use crate::app::App;
use crate::problem::Problem;

const EVERY: Duration = Duration::from_secs(2);

pub async fn run(app: App) {
    loop {
        if let Err(problem) = round(&app).await {
            tracing::error!("a round of the worker failed and is tried again: {problem:?}");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// One round; tests call it after moving the clock.
pub async fn round(app: &App) -> Result<(), Problem> {
    app.refresh().await?;
    Ok(())
}
