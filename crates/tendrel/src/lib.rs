//! Tendrel: the program. `ARCHITECTURE.md` is the map; `router.rs` lists the ways in.

pub mod analysis;
pub mod app;
pub mod backup;
pub mod bucket;
pub mod channels;
pub mod clock;
pub mod connections;
pub mod demo;
pub mod desk;
pub mod directory;
pub mod events;
pub mod files;
pub mod frame;
pub mod handed_out;
pub mod id;
pub mod install;
pub mod jobs;
pub mod machine;
pub mod mailer;
pub mod mobile;
pub mod openapi;
pub mod outbound;
pub mod problem;
pub mod record;
pub mod renew_key;
pub mod retention;
pub mod router;
pub mod scan;
pub mod search;
pub mod secret;
pub mod seed;
pub mod serve;
pub mod settings;
pub mod system;
pub mod tls;
pub mod vault;
pub mod viewer;
pub mod worker;

#[cfg(test)]
mod testing;
