//! Where requests come from beside the web, and what is written to people about them.

pub mod mailbox;
pub mod marks;
pub mod read_mail;
pub mod store;
