use mail_parser::{Message, PartType};
use serde::Serialize;

use crate::attachments::media_type;
use crate::bounce_words as words;
use crate::headers::{address_in, ids, raw};
use crate::mail::Mail;

/// What a delivery report says about one recipient; of several, about the one that fared worst.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bounce {
    pub recipient: Option<String>,
    /// As RFC 3463, `5.1.1`; when the report gives none, from its SMTP code or its words.
    pub status: Option<String>,
    /// Nobody will try again: it must be sent elsewhere. False: it may still arrive, or may be sent again later.
    pub permanent: bool,
    /// What the other server said, on one line.
    pub diagnosis: Option<String>,
    /// Ids of the message that did not arrive, as far as it came back, without brackets.
    pub message_ids: Vec<String>,
    #[serde(skip)]
    pub(crate) because: String,
}

/// Reads the report, if the message is one of something that did not arrive.
pub(crate) fn of(message: &Message<'_>, mail: &Mail, text: &str) -> Option<Bounce> {
    let bounce = judged(message, mail, text)?;
    Some(Bounce { message_ids: returned_ids(message), ..bounce })
}

fn judged(message: &Message<'_>, mail: &Mail, text: &str) -> Option<Bounce> {
    let reports: Vec<String> = report_parts(message);
    let worst = worst(&reports.join("\n\n"));
    if let Some(worst) = worst {
        return from_fields(worst, mail, text);
    }
    let failed = raw(message, "X-Failed-Recipients").and_then(address_in);
    let evidence = words::evidence(message, mail, failed.is_some(), text)?;
    let notice = words::notice(text);
    let returned = returned_message(message);
    let recipient = failed
        .or_else(|| words::recipient(notice, mail))
        .or_else(|| words::recipient_in_returned(text, mail))
        .or(returned);
    let status = words::status(notice).or_else(|| words::status(text));
    let delayed = words::is_delay(&mail.subject, notice);
    let status = status.unwrap_or_else(|| words::status_of_words(notice, delayed).to_owned());
    let permanent = !delayed && !status.starts_with('4');
    let diagnosis = words::diagnosis(notice, recipient.as_deref());
    Some(Bounce {
        recipient,
        status: Some(status),
        permanent,
        diagnosis,
        message_ids: Vec::new(),
        because: evidence,
    })
}

fn report_parts(message: &Message<'_>) -> Vec<String> {
    let is_status =
        |media_type: &str| matches!(media_type, "message/delivery-status" | "message/global-delivery-status");
    let mut found: Vec<String> = message
        .parts
        .iter()
        .filter(|part| is_status(&media_type(part)))
        .map(|part| match &part.body {
            PartType::Message(inner) => String::from_utf8_lossy(inner.raw_message()).into_owned(),
            _ => String::from_utf8_lossy(part.contents()).into_owned(),
        })
        .collect();
    if found.is_empty() {
        // Some relays put the fields into plain text.
        found.extend(
            message
                .parts
                .iter()
                .filter_map(|part| part.text_contents())
                .filter(|text| text.contains("Final-Recipient:") && text.contains("Action:"))
                .map(str::to_owned),
        );
    }
    found
}

/// One recipient's fields (RFC 3464, section 2.3).
#[derive(Default, Clone)]
struct Fields {
    final_recipient: Option<String>,
    original_recipient: Option<String>,
    action: Option<String>,
    status: Option<String>,
    diagnosis: Option<String>,
}

/// The recipient of the report who fared worst; none if it names none.
fn worst(report: &str) -> Option<Fields> {
    let mut recipients: Vec<Fields> = vec![Fields::default()];
    for (name, value) in unfolded(report) {
        let latest = recipients.len() - 1;
        let fields = &mut recipients[latest];
        match name.as_str() {
            "final-recipient" | "original-recipient" if starts_another(fields, &name) => {
                recipients.push(with(Fields::default(), &name, value));
            }
            _ => *fields = with(std::mem::take(fields), &name, value),
        }
    }
    let told = |fields: &Fields| {
        fields.action.is_some() || fields.status.is_some() || fields.final_recipient.is_some()
    };
    recipients.into_iter().filter(told).min_by_key(|fields| match fields.action.as_deref() {
        Some(action) if action.starts_with("fail") => 0,
        None => 1,
        Some(action) if action.starts_with("delayed") => 2,
        _ => 3,
    })
}

fn from_fields(worst: Fields, mail: &Mail, text: &str) -> Option<Bounce> {
    let action = worst.action.as_deref().unwrap_or("failed");
    if ["delivered", "relayed", "expanded"].iter().any(|arrived| action.starts_with(arrived)) {
        return None;
    }
    let delayed = action.starts_with("delayed");
    let notice = words::notice(text);
    let told = worst.diagnosis.as_deref().unwrap_or_default();
    let status = words::better(worst.status.as_deref(), words::status(told).as_deref())
        .or_else(|| words::status(notice))
        .map(|status| words::corrected(status, told, delayed))
        .unwrap_or_else(|| words::status_of_words(&format!("{told} {notice}"), delayed).to_owned());
    let because = format!("a delivery report says “{action}”");
    let permanent = !delayed && status.starts_with('5');
    let recipient =
        worst.final_recipient.or(worst.original_recipient).or_else(|| words::recipient(notice, mail));
    let diagnosis = worst.diagnosis.or_else(|| words::diagnosis(notice, recipient.as_deref()));
    Some(Bounce { recipient, status: Some(status), permanent, diagnosis, message_ids: Vec::new(), because })
}

fn starts_another(fields: &Fields, name: &str) -> bool {
    if name == "final-recipient" {
        fields.final_recipient.is_some()
    } else {
        fields.original_recipient.is_some()
    }
}

fn with(mut fields: Fields, name: &str, value: String) -> Fields {
    // `rfc822; somebody@example.bt`, and X.400 or local names, of which an address may be a part.
    let recipient = |value: &str| address_in(value.split_once(';').map_or(value, |(_, address)| address));
    match name {
        "final-recipient" => fields.final_recipient = recipient(&value).or(fields.final_recipient),
        "original-recipient" => fields.original_recipient = recipient(&value).or(fields.original_recipient),
        "action" => fields.action = Some(value.trim().to_lowercase()),
        "status" => fields.status = words::status(&value).or(fields.status),
        "diagnostic-code" => {
            let told = value.split_once(';').map_or(value.as_str(), |(_, told)| told).trim().to_owned();
            fields.diagnosis = Some(told).filter(|told| !told.is_empty());
        }
        _ => {}
    }
    fields
}

fn unfolded(report: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in report.lines() {
        let line = line.trim_end();
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut()
                && value.len() < 2_000
            {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_lowercase(), value.trim().to_owned()));
        }
    }
    fields
}

/// To whom the message went that came back with the report.
fn returned_message(message: &Message<'_>) -> Option<String> {
    message.parts.iter().find_map(|part| {
        let inner = part.message()?;
        address_in(raw(inner, "X-Original-To").or_else(|| raw(inner, "To"))?)
    })
}

/// The ids of what came back, whole, or its headers alone, or as text.
fn returned_ids(message: &Message<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for part in &message.parts {
        if let Some(inner) = part.message() {
            found.extend(ids(inner, "Message-ID"));
        } else if let Some(text) = part.text_contents() {
            let fields = unfolded(text).into_iter().filter(|(name, _)| name.ends_with("message-id"));
            found.extend(fields.filter_map(|(_, id)| {
                let (_, id) = id.split_once('<')?;
                id.split_once('>').map(|(id, _)| id.to_owned())
            }));
        }
    }
    let own = ids(message, "Message-ID");
    found.retain(|id| !own.contains(id) && id.len() < 500);
    found.dedup();
    found.truncate(5);
    found
}
