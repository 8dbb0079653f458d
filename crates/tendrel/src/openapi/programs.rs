//! The addresses of service accounts.

use serde_json::{Value as Json, json};

use super::operation::Operation;
use super::schema::{body, id, instant, list, name, object, one_of, or_null, refer, text, truth};
use crate::directory::list_programs::ROLES;
use crate::directory::tokens::Scope;
use crate::viewer::Role;

pub(super) fn operations() -> Vec<Operation> {
    let new = body([
        ("name!", name()),
        ("role!", one_of(ROLES.map(Role::code))),
        (
            "organisation!",
            json!({ "type": "string", "minLength": 1, "maxLength": 200, "description": "Its id, or its name when no other has it." }),
        ),
    ]);
    let all = [
        Operation::get("/api/v1/programs", "listPrograms", "Service accounts: programs under a name of their own")
            .gives(200, object([("programs", list(refer("Program")))]), "Two hundred at most."),
        Operation::post("/api/v1/programs/new", "addProgram", "Add a service account; its tokens are made on its page")
            .takes(new, json!({ "name": "Monitoring of the school links", "role": "officer", "organisation": "Punakha ICT Services" }))
            .gives(200, object([("id", id())]), "The id of the new account."),
        Operation::get("/api/v1/programs/{id}", "showProgram", "A service account with its tokens").gives(
            200,
            object([("program", refer("Program")), ("tokens", list(refer("Token")))]),
            "Tokens without their secrets.",
        ),
        Operation::post("/api/v1/programs/{id}/close", "closeProgram", "Close the account: its tokens hold no more")
            .gives(200, object([("closed", truth())]), "Done."),
        Operation::post("/api/v1/programs/{id}/tokens/{token}/revoke", "revokeToken", "Revoke one token")
            .gives(200, object([("revoked", text())]), "Its name."),
    ];
    all.map(|operation| operation.refuses(&[403]).tag("directory")).into()
}

pub(super) fn schemas() -> [(&'static str, Json); 2] {
    let program = object([
        ("id", id()),
        ("name", text()),
        ("role", one_of(Role::ALL.map(Role::code))),
        ("organisation", id()),
        ("organisation_name", text()),
        ("organisation_name_dz", text()),
        ("closed_at", or_null(instant())),
        ("last_used_at", or_null(instant())),
    ]);
    let token = object([
        ("id", id()),
        ("name", text()),
        ("scope", one_of(Scope::ALL.map(Scope::code))),
        ("created_at", instant()),
        ("expires_at", instant()),
        ("last_used_at", or_null(instant())),
    ]);
    [("Program", program), ("Token", token)]
}
