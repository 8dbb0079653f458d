//! Bytes of a message in; who wrote what to whom, what of it is new, and what kind of message it is, out.
//!
//! [`read`] never fails: what could not be understood is said in [`Mail::problems`], what was decided and why in
//! [`Mail::because`]. It reads no clock, no file and no network, and knows nothing of requests or offices.
//!
//! The shapes are those of RFC 5322 (messages), 2045–2047 and 2231 (MIME), 3464 (delivery reports), 3834 (automatic
//! answers) and 3676 (flowed text); much of what arrives keeps to none of them.
//!
//! Deliberately absent: opening encrypted parts, checking signatures, unpacking archives and winmail.dat, uuencode.

mod attachments;
mod automatic;
mod bounce;
mod bounce_words;
mod courtesy;
mod headers;
mod html;
mod html_marks;
mod lines;
mod mail;
mod quotes;
mod reply;
mod safe;
mod signature;
mod text;

pub use bounce::Bounce;
pub use courtesy::is_thanks;
pub use headers::plain_subject;
pub use html::to_text as html_to_text;
pub use mail::{Attachment, Desk, Kind, Mail, Mailbox, read};
pub use safe::safe_html;
