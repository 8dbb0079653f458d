//! `GET /health/live` and `/health/ready`: for a balancer and a supervisor.
//!
//! Live says that the program runs; who gets no answer starts it again. Ready says that it can do its work; who gets
//! 503 asks another node, and the words are for the operator.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use crate::app::{App, MIGRATIONS};

/// Bytes below which the disk counts as full: a form with its attachments would not find room.
pub const FULL_BELOW: u64 = 128 * 1024 * 1024;
/// Of a small disk, one part in so many.
const FULL_PART: u64 = 50;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/health/live", get(async || "ok\n"))
        .route("/health/ready", get(ready))
        // As it was called before there were two.
        .route("/health", get(ready))
}

async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    match fault(&app).await {
        None => (StatusCode::OK, "ok\n"),
        Some(words) => (StatusCode::SERVICE_UNAVAILABLE, words),
    }
}

async fn fault(app: &App) -> Option<&'static str> {
    if app.machine.is_stopping() {
        return Some("stopping: ask another node\n");
    }
    match app.db.missing(MIGRATIONS).await {
        Ok(0) => {}
        Ok(_) => {
            return Some(
                "the database is older than this program: start the program again, it brings it up to date\n",
            );
        }
        Err(database::Error::NewerSchema { .. }) => {
            return Some(
                "the database is newer than this program: replace this node with the newer program\n",
            );
        }
        Err(error) => {
            tracing::error!("the database does not answer: {error:?}");
            return Some("the database does not answer\n");
        }
    }
    let is_full = disk(&app.settings.data).is_some_and(|disk| disk.is_full());
    is_full.then_some("the disk is full: make room in the data folder\n")
}

/// Bytes of the disk that a folder is on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Disk {
    pub size: u64,
    pub free: u64,
}

impl Disk {
    pub fn is_full(self) -> bool {
        self.free < FULL_BELOW.min(self.size / FULL_PART)
    }
}

/// None where the system does not tell.
pub fn disk(folder: &std::path::Path) -> Option<Disk> {
    let told = rustix::fs::statvfs(folder).ok()?;
    Some(Disk { size: told.f_blocks * told.f_frsize, free: told.f_bavail * told.f_frsize })
}

#[cfg(test)]
mod tests {
    use database::Error;

    use super::*;
    use crate::testing::World;

    #[tokio::test]
    async fn a_node_is_ready_until_it_stops_and_lives_on() {
        let world = World::new();
        let mut balancer = world.public();
        assert_eq!(balancer.get("/health/ready").await.text(), "ok\n");
        assert_eq!(balancer.get("/health").await.text(), "ok\n");
        world.app.machine.stop();
        let told = balancer.get("/health/ready").await;
        assert_eq!((told.status.as_u16(), told.text()), (503, "stopping: ask another node\n".to_owned()));
        balancer.get("/health/live").await.must_be(200);
        balancer.get("/").await.must_be(200);
    }

    #[tokio::test]
    async fn a_database_of_another_time_is_told_in_words() {
        let world = World::new();
        let mut balancer = world.public();
        let write = |sql: &'static str| world.app.db.write::<_, Error, _>(move |tx| tx.batch(sql));
        write(
            "INSERT INTO schema_migrations (version, name, checksum, adds_only) VALUES (900, 'adds', '', 1)",
        )
        .await
        .unwrap();
        balancer.get("/health/ready").await.must_be(200);
        write(
            "INSERT INTO schema_migrations (version, name, checksum, adds_only) VALUES (901, 'takes', '', 0)",
        )
        .await
        .unwrap();
        let told = balancer.get("/health/ready").await;
        assert!(told.status.as_u16() == 503 && told.text().contains("newer than this program"));
        write("DELETE FROM schema_migrations").await.unwrap();
        let told = balancer.get("/health/ready").await;
        assert!(told.status.as_u16() == 503 && told.text().contains("older than this program"));
        write("DROP TABLE schema_migrations").await.unwrap();
        assert!(balancer.get("/health/ready").await.text().contains("does not answer"));
        balancer.get("/health/live").await.must_be(200);
    }

    #[test]
    fn a_disk_is_full_before_the_last_byte() {
        let full = |size, free| Disk { size, free }.is_full();
        assert!(full(1 << 40, 100 << 20) && !full(1 << 40, 200 << 20));
        assert!(full(24 << 20, 0) && !full(24 << 20, 1 << 20));
        assert!(disk(std::path::Path::new("/")).is_some());
        assert_eq!(disk(std::path::Path::new("/nowhere/at/all")), None);
    }
}
