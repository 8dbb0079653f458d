//! Where requests come from beside the web, and what is written to people about them.

pub mod file_mail;
pub mod keep_mail;
pub mod mailbox;
pub mod marks;
pub mod place;
pub mod read_mail;
pub mod store;

#[cfg(test)]
pub(crate) mod testing;
