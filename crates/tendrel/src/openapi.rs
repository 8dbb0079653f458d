//! `GET /api/v1/openapi.json`: what the API takes and gives, as OpenAPI 3.1.
//!
//! Written from tables beside this file, and from the program's own lists of acts, states, channels and roles. What an
//! installation decides on (services, causes, reasons, units) stands in it as it is now. Tests compare its addresses
//! with `routes.txt`, and hold every answer that any test gets from the API against it.

mod analysis;
mod answers;
mod channels;
mod desk;
mod directory;
pub mod held;
mod identity;
mod letters;
mod news;
mod operation;
mod programs;
mod rights;
mod scans;
mod schema;
mod sms;
mod system;
mod webhooks;
mod working_time;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Map, Value as Json, json};

use crate::app::App;
use crate::directory::sessions;
use crate::frame::json as answer;

pub fn routes() -> Router<App> {
    Router::new().route("/api/v1/openapi.json", get(show))
}

async fn show(State(app): State<App>) -> Response {
    answer(StatusCode::OK, &document(&app))
}

const ABOUT: &str = "\
What a page does to a request, an office, a person or a calendar is an act here too, by the same function and under \
the same rules.

**Who asks.** A token from *My account*, sent as `Authorization: Bearer …`, or the cookie of a session. What one may not \
see is not found (404); what one may see and not do is forbidden (403).

**The centre** says why before it sees a request of a unit: its first `GET` is 403 with `post_first`, the address to \
which a `reason` and `text` are posted; that holds until the end of the day.

**Bodies** are JSON objects, or forms with the same fields; `multipart/form-data` where files come with them. Members \
that an address does not know are passed over, except when a request is sent in.

**Sent twice, done once.** `POST /api/v1/requests` takes an `Idempotency-Key`: for seven days the same key with the same \
body gives the same request again (200 instead of 201), and with another body 409. Acts on a request, an office or a \
person take the `version` they are decided on; when somebody else saved first, the answer is 409.

**Lists** come page by page. `next` (or `after`, of the analysis) is null on the last page; else it leads to the next.

**Problems** are `application/problem+json` (RFC 9457): `title` is a sentence that says what to do, `errors` has one for \
each field that is wrong, `reference` is what the operator finds in the log. After a 503 with `Retry-After` the same can \
be sent again.";

/// The document, as this installation is now.
pub fn document(app: &App) -> Json {
    let mut paths: Map<String, Json> = Map::new();
    let operations = [
        desk::operations(app),
        directory::operations(),
        programs::operations(),
        identity::operations(),
        rights::operations(),
        working_time::operations(),
        analysis::operations(app),
        system::operations(),
        channels::operations(),
        scans::operations(),
        letters::operations(),
        webhooks::operations(),
        sms::operations(),
        news::operations(),
        own(),
    ];
    for operation in operations.into_iter().flatten() {
        let (method, path, told) = operation.told();
        paths.entry(path).or_insert_with(|| json!({}))[method] = told;
    }
    let cookie = sessions::session_cookie(app);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Tendrel",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Requests to an ICT services unit, their promises, and the analysis of services availed.",
            "description": ABOUT,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": app.settings.base_url }],
        "security": [{ "token": [] }, { "session": [] }],
        "tags": [
            { "name": "requests", "description": "What was asked, and what is done about it." },
            { "name": "services", "description": "What can be asked for, with the form of each." },
            { "name": "analysis", "description": "Services availed, in figures that open." },
            { "name": "directory", "description": "Offices, people, accounts, calendars." },
            { "name": "mail", "description": "What came by mail and waits, and the mailboxes." },
            { "name": "scans", "description": "Sheets of paper that came by fax or from a scanner and wait." },
            { "name": "letters", "description": "What the desk says by e-mail." },
            { "name": "system", "description": "For whoever runs the program." },
            { "name": "news", "description": "What does not work, what will be worked on, what is new." },
            { "name": "sms", "description": "The gateway that sends SMS, and what was sent." },
            { "name": "webhooks", "description": "Programs elsewhere that are told what happens to requests." },
            { "name": "me", "description": "Whoever the token belongs to." },
        ],
        "paths": paths,
        "components": {
            "schemas": answers::schemas(),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Made at *My account* or for a program, for 7 to 365 days. Its scope is `read` (look), `write` (look, make requests and work on them) or `all` (what its owner may, but for passwords, second factors and tokens); what lies outside is forbidden (403).",
                },
                "session": { "type": "apiKey", "in": "cookie", "name": cookie },
            },
        },
    })
}

fn own() -> Vec<operation::Operation> {
    let told = operation::Operation::get("/api/v1/openapi.json", "showDocument", "This document");
    vec![told.tag("services").public().gives(200, json!({ "type": "object" }), "OpenAPI 3.1")]
}

#[cfg(test)]
pub(crate) mod tests;
