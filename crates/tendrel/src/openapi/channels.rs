//! Mail that waits, and the mailboxes.

use serde_json::json;

use super::operation::Operation;
use super::schema::{
    and, body, count, id, instant, list, name, object, one_of, or_null, short, text, truth, words,
};

pub(super) fn operations() -> Vec<Operation> {
    let mut all = mail();
    all.extend(mailboxes());
    all
}

fn mail() -> Vec<Operation> {
    let attachment = object([("name", text()), ("type", text()), ("size", count()), ("inline", truth())]);
    let mail = object([
        ("id", id()),
        ("state", text()),
        ("reason", text()),
        ("kind", text()),
        ("from", text()),
        ("from_name", text()),
        ("subject", text()),
        ("came_at", instant()),
        ("came_by", text()),
        ("bytes", count()),
    ]);
    let whole = and(
        mail.clone(),
        &object([
            ("number", or_null(text())),
            ("mailbox", text()),
            ("because", list(text())),
            ("text", or_null(text())),
            ("attachments", list(attachment)),
        ]),
    );
    let done = || object([("id", id()), ("state", text())]);
    let post = |act: &str, operation: &str, summary: &str| {
        Operation::post(&format!("/api/v1/mail/{{id}}/{act}"), operation, summary)
            .says("Only of a mail that is aside or in quarantine; else 409.")
            .gives(200, done(), "Where it is now.")
            .refuses(&[409])
            .tag("mail")
    };
    vec![
        Operation::get("/api/v1/mail", "listMail", "Mail that is no case: what somebody must look at, or what programs wrote")
            .query("state", one_of(["quarantined", "aside"]), "What must be looked at, if left out.")
            .query("before", id(), "The last one of the page before.")
            .gives(200, object([("mail", list(mail)), ("next", or_null(id()))]), "Newest first.")
            .refuses(&[403, 422])
            .tag("mail"),
        Operation::get("/api/v1/mail/{id}", "showMail", "One mail as it was understood, and why")
            .gives(200, whole, "It may be part of a case.")
            .tag("mail"),
        post("again", "readMailAgain", "Have it read again"),
        post("aside", "putMailAside", "Say that it is nothing to act on"),
        post("add", "addMail", "Add it to a case of the unit")
            .takes(body([("number!", name())]), json!({ "number": "PUN-26-00001-1" })),
        post("case", "makeMailACase", "Make a case of it").takes(
            body([("service!", text()), ("name!", short()), ("email", short()), ("subject!", short()), ("text!", words())]),
            json!({ "service": "something-else", "name": "Pema", "subject": "No line", "text": "Since today." }),
        ),
    ]
}

fn mailboxes() -> Vec<Operation> {
    let mailbox = object([
        ("id", id()),
        ("address", text()),
        ("name", text()),
        ("unit", or_null(text())),
        ("service", or_null(text())),
        ("sorts", truth()),
        ("is_fax", truth()),
        ("server", text()),
        ("folder", text()),
        ("login", text()),
        ("token_url", text()),
        ("fetched_at", or_null(instant())),
        ("fault", text()),
        ("closed_at", or_null(instant())),
    ]);
    let asked = body([
        ("address!", short()),
        ("name!", short()),
        ("unit!", text()),
        ("service!", text()),
        ("sorts", truth()),
        ("is_fax", truth()),
        ("server", text()),
        ("folder", text()),
        ("login", text()),
        ("secret", text()),
        ("token_url", text()),
    ]);
    let example = json!({
        "address": "ict@example.bt", "name": "ICT Services", "unit": "PUN", "service": "something-else", "sorts": true,
    });
    vec![
        Operation::get("/api/v1/system/mailboxes", "listMailboxes", "The addresses of the desks")
            .gives(200, object([("mailboxes", list(mailbox.clone()))]), "For operators; no secret is told.")
            .refuses(&[403])
            .tag("mail"),
        Operation::post("/api/v1/system/mailboxes", "openMailbox", "Open a mailbox")
            .takes(asked.clone(), example.clone())
            .gives(201, object([("id", id())]), "Opened.")
            .tag("mail"),
        Operation::get("/api/v1/system/mailboxes/{id}", "showMailbox", "One mailbox")
            .gives(200, mailbox, "For operators; no secret is told.")
            .refuses(&[403])
            .tag("mail"),
        Operation::post(
            "/api/v1/system/mailboxes/{id}",
            "changeMailbox",
            "Change what a mailbox is for, or open it again",
        )
        .says("Its address stays. Without `secret` the one that is set stays.")
        .takes(asked, example)
        .gives(200, object([("id", id())]), "Changed.")
        .tag("mail"),
        Operation::post("/api/v1/system/mailboxes/{id}/close", "closeMailbox", "Take no more mail for it")
            .gives(200, object([("id", id())]), "Closed; what came stays.")
            .tag("mail"),
    ]
}
