//! Where requests come from beside the web: so far the tool with which an operator sees how a mail is understood.

pub mod read_mail;
