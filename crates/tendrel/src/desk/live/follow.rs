//! One look a second at what was written, on each node, while anybody listens.
//!
//! Events are found by when they were written, and of two writers the earlier may commit later: each look goes back
//! over the last seconds and tells what it has not told yet.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::desk::live::News;
use crate::desk::store::live::{self as store, Changed, LOOK_LIMIT};
use crate::id::RequestId;
use crate::problem::Problem;

const EVERY: Duration = Duration::from_secs(1);
/// Longer than a transaction may take, and than the clocks of nodes differ.
const BACK: SignedDuration = SignedDuration::from_secs(20);

pub(super) fn news(found: Vec<Changed>) -> News {
    if found.len() >= LOOK_LIMIT { News::Many } else { News::Changed(found) }
}

/// What was told already.
#[derive(Debug, Default)]
struct Told(HashMap<(RequestId, i64), Timestamp>);

impl Told {
    /// Keeps of what was found what is new, and forgets what no look will find again.
    fn news(&mut self, mut found: Vec<Changed>, since: Timestamp) -> Vec<Changed> {
        self.0.retain(|_, at| *at >= since);
        found.retain(|changed| self.0.insert((changed.id, changed.version), changed.at).is_none());
        found
    }
}

/// Makes sure that somebody follows. What was written before is not told: streams look back for themselves.
pub(super) async fn begin(app: &App) -> Result<(), Problem> {
    let Ok(mut held) = Arc::clone(&app.live.following).try_lock_owned() else {
        return Ok(());
    };
    let mut told = Told::default();
    told.news(look(app).await?, Timestamp::MIN);
    let app = app.clone();
    tokio::spawn(async move {
        loop {
            go_on(&app, &mut told).await;
            drop(held);
            // Somebody who came in just now found that there was a follower.
            if app.live.news.receiver_count() == 0 {
                return;
            }
            let Ok(again) = Arc::clone(&app.live.following).try_lock_owned() else { return };
            held = again;
        }
    });
    Ok(())
}

async fn look(app: &App) -> Result<Vec<Changed>, Problem> {
    let since = app.clock.now() - BACK;
    Ok(app.db.read(move |r| store::since(r, since)).await?)
}

async fn go_on(app: &App, told: &mut Told) {
    while app.live.news.receiver_count() > 0 {
        tokio::time::sleep(EVERY).await;
        match look(app).await {
            Ok(found) if found.len() >= LOOK_LIMIT => {
                told.news(found, app.clock.now() - BACK);
                let _ = app.live.news.send(Arc::new(News::Many));
            }
            Ok(found) => {
                let new = told.news(found, app.clock.now() - BACK);
                if !new.is_empty() {
                    let _ = app.live.news.send(Arc::new(News::Changed(new)));
                }
            }
            // The database is away: the next look goes as far back as it must.
            Err(problem) => tracing::warn!("live pages wait: {problem}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{OrganisationId, RequestId};

    #[test]
    fn what_commits_late_is_told_and_nothing_twice() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let changed = |n: u128, second| Changed {
            id: RequestId::of(uuid::Uuid::from_u128(n)),
            number: n.to_string(),
            version: 1,
            at: at(second),
            unit: OrganisationId::of(uuid::Uuid::nil()),
            veiled_by: None,
        };
        let mut told = Told::default();
        assert_eq!(told.news(vec![changed(1, 100)], at(80)).len(), 1);
        // Written before it and committed after it.
        let new = told.news(vec![changed(2, 99), changed(1, 100)], at(81));
        assert_eq!(new.iter().map(|it| it.number.as_str()).collect::<Vec<_>>(), ["2"]);
        assert!(told.news(vec![changed(2, 99), changed(1, 100)], at(82)).is_empty());
        told.news(Vec::new(), at(101));
        assert!(told.0.is_empty(), "it does not grow for ever");
    }
}
