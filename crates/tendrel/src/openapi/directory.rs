//! The addresses of the directory.

use serde_json::{Value as Json, json};

use super::desk::languages;
use super::operation::Operation;
use super::schema::{
    body, day, id, instant, integer, list, name, object, one_of, or_null, refer, short, text, truth,
};
use crate::viewer::Role;

pub(super) fn operations() -> Vec<Operation> {
    let all = [me(), offices(), changes_of_offices(), people(), accounts()];
    all.into_iter().flatten().collect()
}

pub(super) fn version() -> Json {
    json!({ "type": "integer", "description": "That you have seen; when somebody else saved since, the answer is 409." })
}

/// Offices are named as people name them, or by their id.
fn office() -> Json {
    json!({ "type": "string", "minLength": 1, "maxLength": 200, "pattern": "\\S", "description": "Its id, or its name when no other has it." })
}

fn me() -> Vec<Operation> {
    let settings = body([("language!", languages()), ("single_keys", truth())]);
    vec![
        Operation::get("/api/v1/me", "showMe", "Who the token belongs to")
            .gives(200, refer("Me"), "With the roles of today.")
            .tag("me"),
        Operation::post("/api/v1/me/settings", "setSettings", "Language, and keys of one letter")
            .takes(settings, json!({ "language": "dz", "single_keys": true }))
            .gives(200, object([("language", languages()), ("single_keys", truth())]), "As they are now.")
            .tag("me"),
    ]
}

fn offices() -> Vec<Operation> {
    let new = body([
        ("name!", name()),
        ("name_dz", short()),
        (
            "kind!",
            json!({ "type": "string", "minLength": 1, "description": "Code of a kind, such as `school`: see `kind` in the list." }),
        ),
        ("parent!", office()),
        ("phone", short()),
        ("fax", short()),
        ("email", short()),
        ("aliases", list(text())),
        ("from", day()),
    ]);
    let whole = object([
        ("office", refer("Office")),
        ("names", list(refer("Dated"))),
        ("parents", list(refer("Dated"))),
        ("aliases", list(text())),
        ("then", or_null(list(refer("OfficeThen")))),
    ]);
    vec![
        Operation::get("/api/v1/offices", "listOffices", "Offices: down the tree, of a kind, or by name")
            .query("q", text(), "Beginnings of words of the name.")
            .query("under", id(), "Those under this one; those at the top if left out.")
            .query("kind", text(), "Of this kind, at any depth.")
            .query("after", id(), "The cursor; it stands in `next` of the page before.")
            .gives(
                200,
                object([("offices", list(refer("OfficeInList"))), ("next", or_null(text()))]),
                "A hundred at a time; `next` is the address of the next page.",
            )
            .refuses(&[404, 422])
            .tag("directory"),
        Operation::get("/api/v1/offices/{id}", "showOffice", "An office with its names and parents over time")
            .query("on", day(), "Also what it was on this day, in `then`.")
            .gives(200, whole, "`then` is null if no day was asked for.")
            .refuses(&[422])
            .tag("directory"),
        Operation::post("/api/v1/offices/new", "addOffice", "Add an office")
            .takes(new, json!({ "name": "Kabjisa Primary School", "kind": "school", "parent": "Punakha Dzongkhag Administration", "from": "2026-01-01" }))
            .gives(200, object([("id", id())]), "The id of the new office.")
            .refuses(&[403])
            .tag("directory"),
    ]
}

fn changes_of_offices() -> Vec<Operation> {
    let change = |name: &str, id: &str, summary: &str, schema: Json, example: Json| {
        Operation::post(&format!("/api/v1/offices/{{id}}/{name}"), id, summary)
            .takes(schema, example)
            .gives(200, object([("office", refer("Office"))]), "The office as it is now.")
            .refuses(&[403, 409])
            .tag("directory")
    };
    let contacts = body([
        ("version!", version()),
        ("phone", short()),
        ("fax", short()),
        ("email", short()),
        ("aliases", list(text())),
    ]);
    let rename = body([
        ("version!", version()),
        ("name!", name()),
        ("name_dz", short()),
        ("short", short()),
        ("how", one_of(["new", "correction"])),
        (
            "from",
            json!({ "type": "string", "format": "date", "description": "Since when; a correction needs none." }),
        ),
    ]);
    let moved = body([("version!", version()), ("parent!", office()), ("from!", day())]);
    let ended = body([("version!", version()), ("from!", day()), ("successor", short())]);
    vec![
        change(
            "edit",
            "changeOffice",
            "Correct how it is reached; what is left out is emptied",
            contacts,
            json!({ "version": 1, "phone": "02584120" }),
        ),
        change(
            "rename",
            "renameOffice",
            "Give it a new name, or correct the one it has",
            rename,
            json!({ "version": 1, "name": "Kabjisa Central School", "how": "new", "from": "2026-01-01" }),
        ),
        change(
            "move",
            "moveOffice",
            "Put it under another",
            moved,
            json!({ "version": 1, "parent": "Kabjisa Gewog Administration", "from": "2026-01-01" }),
        ),
        change(
            "dissolve",
            "dissolveOffice",
            "It is no more",
            ended,
            json!({ "version": 1, "from": "2026-01-31", "successor": "Punakha Central School" }),
        ),
    ]
}

fn person_fields() -> [(&'static str, Json); 7] {
    [
        ("name!", name()),
        ("name_dz", short()),
        ("phone", short()),
        ("email", short()),
        ("language!", languages()),
        ("employee_id", short()),
        ("parent_agency", short()),
    ]
}

fn people() -> Vec<Operation> {
    let mut new = body(person_fields());
    let mut edit = new.clone();
    for (name, schema) in [("office", office()), ("post", short())] {
        new["properties"][name] = schema;
    }
    new["required"] = json!(["name", "language", "office"]);
    edit["properties"]["version"] = version();
    edit["required"] = json!(["name", "language", "version"]);
    let transfer =
        body([("version!", version()), ("office!", office()), ("post!", name()), ("from!", day())]);
    let changed = || object([("person", or_null(refer("Person")))]);
    vec![
        Operation::get("/api/v1/people", "listPeople", "People: by the alphabet, of an office, or by name")
            .query("q", text(), "Beginnings of words of the name, a telephone or an employee id.")
            .query("office", id(), "Of this office.")
            .query("after", id(), "The cursor; it stands in `next` of the page before.")
            .gives(
                200,
                object([("people", list(refer("PersonInList"))), ("next", or_null(text()))]),
                "Fifty at a time; `next` is the address of the next page.",
            )
            .refuses(&[403, 404, 422])
            .tag("directory"),
        Operation::get("/api/v1/people/{id}", "showPerson", "A person with posts, account and roles")
            .gives(200, refer("PersonWithAccount"), "All posts and roles, also those that ended.")
            .tag("directory"),
        Operation::post("/api/v1/people/new", "addPerson", "Add a person")
            .takes(new, json!({ "name": "Tshering Dema", "language": "en", "office": "Kabjisa Central School", "post": "Teacher" }))
            .gives(200, object([("id", id())]), "The id of the new person.")
            .refuses(&[403])
            .tag("directory"),
        Operation::post("/api/v1/people/{id}/edit", "changePerson", "Correct what is known; what is left out is emptied")
            .takes(edit, json!({ "version": 1, "name": "Tshering Dema", "language": "dz", "phone": "17600004" }))
            .gives(200, changed(), "The person as they are now.")
            .refuses(&[403, 409])
            .tag("directory"),
        Operation::post("/api/v1/people/{id}/transfer", "transferPerson", "To another office, or another post")
            .takes(transfer, json!({ "version": 1, "office": "Punakha Central School", "post": "Principal", "from": "2026-01-01" }))
            .gives(200, changed(), "The person as they are now.")
            .refuses(&[403, 409])
            .tag("directory"),
    ]
}

fn accounts() -> Vec<Operation> {
    let act = |name: &str, id: &str, summary: &str, gives: Json| {
        Operation::post(&format!("/api/v1/people/{{id}}/{name}"), id, summary)
            .gives(200, gives, "Done.")
            .refuses(&[403])
            .tag("directory")
    };
    let closed = || object([("closed", truth())]);
    let role = || object([("role", roles())]);
    let grant = body([("role!", roles()), ("organisation!", office())]);
    let revoke = body([("role!", roles()), ("organisation!", id())]);
    vec![
        act(
            "account",
            "makeAccount",
            "Make an account, with a link to set its password",
            refer("PersonWithAccount"),
        )
        .takes(
            body([(
                "username!",
                json!({ "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[^\\s@]+$" }),
            )]),
            json!({ "username": "tshering.dema" }),
        ),
        act("link", "makePasswordLink", "A new link to set the password", refer("PersonWithAccount")),
        act(
            "codes-off",
            "turnCodesOff",
            "Ask for no second factor, for whoever lost it",
            object([("codes", truth())]),
        ),
        act("close", "closeAccount", "Close the account", closed()),
        act("reopen", "reopenAccount", "Open the account again", closed()),
        act("grant", "giveRole", "Give a role in the scope of an organisation", role())
            .takes(grant, json!({ "role": "officer", "organisation": "Punakha ICT Services" })),
        act("revoke", "takeRole", "Take a role away", role()).takes(
            revoke,
            json!({ "role": "officer", "organisation": "01890a5d-ac96-774b-bcce-b302099a8057" }),
        ),
    ]
}

fn roles() -> Json {
    one_of(Role::ALL.map(Role::code))
}

pub(super) fn schemas() -> Vec<(&'static str, Json)> {
    let optional = or_null;
    let me = object([
        ("person", id()),
        ("name", text()),
        ("username", text()),
        ("office", optional(id())),
        ("office_name", text()),
        ("language", languages()),
        ("single_keys", truth()),
        ("roles", list(object([("role", roles()), ("organisation", id()), ("name", text())]))),
    ]);
    let mut all = vec![("Me", me)];
    all.extend(offices_told());
    all.extend(people_told());
    all
}

fn offices_told() -> [(&'static str, Json); 4] {
    let optional = or_null;
    let office = object([
        ("id", id()),
        ("kind", text()),
        ("kind_name", text()),
        ("kind_name_dz", text()),
        ("name", text()),
        ("name_dz", text()),
        ("short", text()),
        ("place", optional(text())),
        ("place_name", text()),
        ("place_name_dz", text()),
        ("unit", optional(id())),
        ("unit_name", text()),
        ("unit_name_dz", text()),
        ("phone", text()),
        ("fax", text()),
        ("email", text()),
        ("valid_from", optional(day())),
        ("valid_to", optional(day())),
        ("version", integer()),
    ]);
    let line = object([
        ("id", id()),
        ("name", text()),
        ("name_dz", text()),
        ("kind", text()),
        ("kind_name", text()),
        ("kind_name_dz", text()),
        ("parent_name", text()),
        ("unit_name", text()),
        ("unit_name_dz", text()),
        ("phone", text()),
        ("has_more", truth()),
    ]);
    let dated = object([
        ("name", text()),
        ("name_dz", text()),
        ("of", optional(id())),
        ("valid_from", optional(day())),
        ("valid_to", optional(day())),
    ]);
    let then = object([
        ("id", id()),
        ("name", text()),
        ("name_dz", text()),
        ("short", text()),
        ("parent", optional(id())),
        ("parent_name", text()),
    ]);
    [("Office", office), ("OfficeInList", line), ("Dated", dated), ("OfficeThen", then)]
}

fn people_told() -> [(&'static str, Json); 3] {
    let optional = or_null;
    let person = object([
        ("id", id()),
        ("employee_id", optional(text())),
        ("name", text()),
        ("name_dz", text()),
        ("phone", text()),
        ("email", text()),
        ("language", languages()),
        ("working_agency", optional(id())),
        ("working_name", text()),
        ("working_name_dz", text()),
        ("parent_agency", optional(id())),
        ("parent_name", text()),
        ("parent_name_dz", text()),
        ("valid_to", optional(day())),
        ("version", integer()),
    ]);
    let line = object([
        ("id", id()),
        ("name", text()),
        ("name_dz", text()),
        ("post", text()),
        ("office_id", optional(id())),
        ("office_name", text()),
        ("unit", optional(id())),
        ("phone", text()),
        ("email", text()),
        ("employee_id", text()),
    ]);
    let post = object([
        ("title", text()),
        ("office", id()),
        ("office_name", text()),
        ("office_name_dz", text()),
        ("valid_from", day()),
        ("valid_to", optional(day())),
    ]);
    let role = object([("role", roles()), ("organisation", id()), ("from", day()), ("to", optional(day()))]);
    let account = object([("username", text()), ("closed_at", optional(instant()))]);
    let whole = object([
        ("person", refer("Person")),
        ("posts", list(post)),
        ("account", optional(account)),
        ("roles", list(role)),
        ("link", optional(text())),
    ]);
    [("Person", person), ("PersonInList", line), ("PersonWithAccount", whole)]
}
