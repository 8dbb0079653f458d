//! Sheets of paper that wait.

use serde_json::{Value as Json, json};

use super::operation::Operation;
use super::schema::{and, body, count, id, instant, list, name, object, one_of, or_null, short, text};

pub(super) fn operations() -> Vec<Operation> {
    let scan = scan();
    let mut all = vec![
        Operation::get("/api/v1/scans", "listScans", "Sheets of paper that are no case")
            .query("state", one_of(["waiting", "aside"]), "What waits, if left out.")
            .query("before", id(), "The last one of the page before.")
            .gives(200, object([("scans", list(scan.clone())), ("next", or_null(id()))]), "Newest first.")
            .refuses(&[403, 422])
            .tag("scans"),
        Operation::post("/api/v1/scans", "bringScans", "Bring in sheets that somebody scanned")
            .says("PDF, TIFF, PNG or JPEG, ten files of 10 MB. They are kept first and read a moment later.")
            .takes_files(body([
                ("unit", text()),
                ("file!", list(json!({ "type": "string", "format": "binary" }))),
            ]))
            .gives(
                201,
                object([("kept", list(id())), ("came_before", list(id()))]),
                "The same bytes for the same unit are one sheet.",
            )
            .tag("scans"),
        Operation::get("/api/v1/scans/{id}", "showScan", "One sheet, with its pages")
            .gives(200, whole(&scan), "It may be part of a case.")
            .tag("scans"),
    ];
    all.extend(acts());
    all
}

fn scan() -> Json {
    object([
        ("id", id()),
        ("state", text()),
        ("reason", text()),
        ("came_at", instant()),
        ("came_by", text()),
        ("name", text()),
        ("times", count()),
        ("bytes", count()),
        ("unit", or_null(text())),
        ("service", or_null(text())),
        ("says_number", or_null(text())),
    ])
}

fn whole(scan: &Json) -> Json {
    let page = object([("page", count()), ("width", count()), ("height", count()), ("picture", text())]);
    let more = object([
        ("pages", list(page)),
        ("number", or_null(text())),
        ("guess", text()),
        ("quarters", count()),
    ]);
    and(scan.clone(), &more)
}

fn acts() -> Vec<Operation> {
    let post = |act: &str, operation: &str, summary: &str| {
        Operation::post(&format!("/api/v1/scans/{{id}}/{act}"), operation, summary)
            .says("Only of a sheet that waits or is aside; else 409.")
            .gives(200, object([("id", id()), ("state", text())]), "Where it is now.")
            .refuses(&[409])
            .tag("scans")
    };
    let case = body([
        ("service!", text()),
        ("name!", short()),
        ("person", text()),
        ("office", text()),
        ("phone", text()),
        ("email", short()),
        ("subject", short()),
        ("description", text()),
        ("channel", one_of(["fax", "letter"])),
        ("received", text()),
        ("impact", text()),
        ("urgency", text()),
    ]);
    vec![
        post("again", "readScanAgain", "Have its file read again, if it holds this sheet alone"),
        post("aside", "putScanAside", "Say that it is not for us"),
        post("back", "putScanBack", "Have it wait again"),
        post("turn", "turnScan", "Turn it by a quarter to the right"),
        post("add", "addScan", "Add it to a case of the unit")
            .takes(body([("number!", name())]), json!({ "number": "PUN-26-00001-1" })),
        post("case", "makeScanACase", "Make a case of it, as a call is written down; answers to the service's questions are `f-` and their key").takes(
            case,
            json!({ "service": "something-else", "name": "Pema", "phone": "17112233", "subject": "No line", "description": "Since today." }),
        ),
    ]
}
