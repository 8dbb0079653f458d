use std::collections::HashSet;

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use crate::headers::clean;
use crate::mail::Attachment;
use crate::text;

const MOST_ATTACHMENTS: usize = 500;
const LONGEST_NAME: usize = 200;

/// What came with a message beside its words.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) calendar: bool,
    pub(crate) signed: bool,
    pub(crate) encrypted: bool,
}

pub(crate) fn of(message: &Message<'_>, problems: &mut Vec<String>) -> Parts {
    let mut parts = Parts::default();
    let unmarked = text::unmarked(message);
    let bodies: HashSet<u32> = message.text_body.iter().chain(&message.html_body).copied().collect();
    for (number, part) in message.parts.iter().enumerate() {
        let media_type = media_type(part);
        recognise(&mut parts, part, &media_type);
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        let is_body = bodies.contains(&number) && is_words(part, &media_type);
        if is_body
            || unmarked == Some(part)
            || matches!(part.body, PartType::Multipart(_))
            || is_report(&media_type)
        {
            continue;
        }
        if parts.attachments.len() >= MOST_ATTACHMENTS {
            problems.push(format!("only its first {MOST_ATTACHMENTS} attachments are kept apart"));
            break;
        }
        let mut attachment = attachment(part, media_type, parts.attachments.len() + 1);
        if attachment.size == 0 {
            keep_as_it_came(&mut attachment, message, part, problems);
        }
        if attachment.size == 0 && part.attachment_name().is_none() {
            continue;
        }
        if part.is_encoding_problem {
            problems.push(format!("the attachment {} is encoded wrongly", attachment.name));
        }
        parts.attachments.push(attachment);
    }
    parts
}

/// What is encoded in a way that is not read, uuencode mostly, is kept encoded.
fn keep_as_it_came(
    attachment: &mut Attachment,
    message: &Message<'_>,
    part: &MessagePart<'_>,
    problems: &mut Vec<String>,
) {
    let raw = message
        .raw_message()
        .get(part.raw_body_offset() as usize..part.raw_end_offset() as usize)
        .unwrap_or_default();
    if raw.iter().all(u8::is_ascii_whitespace) {
        return;
    }
    problems
        .push(format!("the attachment {} is kept as it came: its encoding is not known", attachment.name));
    attachment.content = raw.to_vec();
    attachment.size = raw.len();
}

fn recognise(parts: &mut Parts, part: &MessagePart<'_>, media_type: &str) {
    let parameter = |name: &str| {
        part.content_type().and_then(|kind| kind.attribute(name)).map(str::to_lowercase).unwrap_or_default()
    };
    match media_type {
        "text/calendar" | "application/ics" => parts.calendar = true,
        "multipart/signed"
        | "application/pkcs7-signature"
        | "application/x-pkcs7-signature"
        | "application/pgp-signature" => {
            parts.signed = true;
        }
        "multipart/encrypted" | "application/pgp-encrypted" => parts.encrypted = true,
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
            let signed = parameter("smime-type").starts_with("signed");
            parts.signed |= signed;
            parts.encrypted |= !signed;
        }
        "text/plain" => {
            parts.encrypted |= part
                .text_contents()
                .is_some_and(|text| text.trim_start().starts_with("-----BEGIN PGP MESSAGE-----"));
        }
        _ => {}
    }
}

fn attachment(part: &MessagePart<'_>, media_type: String, number: usize) -> Attachment {
    let content = match &part.body {
        PartType::Message(inner) => inner.raw_message().to_vec(),
        _ => part.contents().to_vec(),
    };
    let content_id =
        part.content_id().map(|id| clean(id).trim_matches(['<', '>']).to_owned()).filter(|id| !id.is_empty());
    let said_inline = part.content_disposition().is_some_and(|disposition| disposition.is_inline());
    let said_attached = part.content_disposition().is_some_and(|disposition| disposition.is_attachment());
    let inline = media_type.starts_with("image/") && !said_attached && (said_inline || content_id.is_some());
    Attachment {
        name: name(part, &media_type, number),
        size: content.len(),
        media_type,
        inline,
        content_id,
        content,
    }
}

/// The sender's name for a file, as a name that a disk takes: no path, nothing invisible.
fn name(part: &MessagePart<'_>, media_type: &str, number: usize) -> String {
    let given = match &part.body {
        PartType::Message(inner) if part.attachment_name().is_none() && !inner.parts.is_empty() => {
            inner.subject().map(|subject| format!("{}.eml", clean(subject)))
        }
        _ => part.attachment_name().map(str::to_owned),
    };
    let given = given.unwrap_or_default();
    let bare = if matches!(part.body, PartType::Message(_)) {
        given.as_str()
    } else {
        given.rsplit(['/', '\\']).next().unwrap_or_default()
    };
    let mut name: String = clean(bare)
        .chars()
        .map(|letter| if matches!(letter, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') { '_' } else { letter })
        .filter(|letter| !matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'))
        .collect();
    if name.len() > LONGEST_NAME {
        let ending = name
            .rfind('.')
            .map(|dot| name[dot..].to_owned())
            .filter(|ending| ending.len() <= 12)
            .unwrap_or_default();
        name.truncate(name.floor_char_boundary(LONGEST_NAME - ending.len()));
        name.push_str(&ending);
    }
    let name = name.trim().trim_start_matches('.').trim_end_matches('.');
    if name.is_empty() { format!("attachment-{number}{}", ending(media_type)) } else { name.to_owned() }
}

fn ending(media_type: &str) -> &'static str {
    match media_type {
        "application/pdf" => ".pdf",
        "application/pgp-signature" => ".asc",
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => ".p7s",
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => ".p7m",
        "application/zip" => ".zip",
        "image/bmp" => ".bmp",
        "image/gif" => ".gif",
        "image/jpeg" | "image/jpg" | "image/pjpeg" => ".jpg",
        "image/png" => ".png",
        "image/tiff" => ".tif",
        "message/rfc822" => ".eml",
        "text/calendar" => ".ics",
        "text/csv" => ".csv",
        "text/html" => ".html",
        "text/plain" => ".txt",
        _ => ".bin",
    }
}

pub(crate) fn media_type(part: &MessagePart<'_>) -> String {
    match part.content_type() {
        Some(kind) => {
            clean(&format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("octet-stream"))).to_lowercase()
        }
        None => match part.body {
            PartType::Message(_) => "message/rfc822".into(),
            PartType::Html(_) => "text/html".into(),
            PartType::Text(_) => "text/plain".into(),
            _ => "application/octet-stream".into(),
        },
    }
}

fn is_words(part: &MessagePart<'_>, media_type: &str) -> bool {
    matches!(part.body, PartType::Text(_) | PartType::Html(_))
        && !matches!(media_type, "text/calendar" | "text/x-vcard" | "text/vcard" | "text/csv")
}

/// Parts that programs read and whose facts stand in [`crate::Bounce`].
pub(crate) fn is_report(media_type: &str) -> bool {
    matches!(
        media_type,
        "message/delivery-status"
            | "message/global-delivery-status"
            | "message/disposition-notification"
            | "message/feedback-report"
    )
}
