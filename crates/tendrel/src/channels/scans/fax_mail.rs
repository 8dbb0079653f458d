//! A mail of a fax machine or a scanner: what hangs on it are sheets, and the mail itself is no case.

use mail_reader::{Attachment, Kind, Mail as Read};

use crate::app::App;
use crate::channels::mailbox::Mailbox;
use crate::channels::scans::keep::{self, By, Came};
use crate::channels::store::mails::Mail;
use crate::problem::Problem;

/// Sheets of one mail.
const SHEETS: usize = 50;

/// What hangs on a mail to a mailbox of machines and has pages.
pub fn sheets<'a>(mailbox: &Mailbox, read: &'a Read) -> Vec<&'a Attachment> {
    // What came back and what we sent ourselves is never a fax.
    if !mailbox.is_fax || matches!(read.kind, Kind::Bounce | Kind::Own) {
        return Vec::new();
    }
    let has_pages =
        |it: &&Attachment| page_reader::Kind::of(&it.content).is_some() && !(it.inline && is_small(it));
    read.attachments.iter().filter(has_pages).take(SHEETS).collect()
}

/// A picture in a signature is no sheet.
fn is_small(attachment: &Attachment) -> bool {
    attachment.content.len() < 4_000
}

/// Keeps what was taken out of a mail, each once. The name of the reason when one is not to be taken.
///
/// # Errors
/// `Busy` while nobody knows whether it holds a virus; what the database says.
pub async fn keep(
    app: &App,
    mailbox: &Mailbox,
    mail: &Mail,
    sheets: Vec<(String, Vec<u8>)>,
) -> Result<Option<&'static str>, Problem> {
    let mut refused = None;
    for (name, bytes) in sheets {
        match keep::store(app, &name, &bytes).await? {
            Ok(file) => {
                let came = Came { unit: mailbox.unit, by: By::Fax, brought_by: None, mail: Some(mail.id) };
                keep::keep(app, file, came).await?;
            }
            Err(why) => refused = refused.or(Some(why)),
        }
    }
    Ok(refused)
}
