//! The addresses of lists of named people and of those who are away.

use serde_json::{Value as Json, json};

use super::operation::Operation;
use super::schema::{body, day, id, instant, list, name, object, one_of, refer, text, truth};

pub(super) fn operations() -> Vec<Operation> {
    let one = || body([("person!", id())]);
    let nobody = "0198c1d2-0000-7000-8000-000000000000";
    let named = [
        Operation::get(
            "/api/v1/services/{code}/named",
            "listNamed",
            "Who sees the requests of a confidential service",
        )
        .gives(
            200,
            object([("confidential", truth()), ("people", list(refer("Named")))]),
            "By name.",
        ),
        Operation::post(
            "/api/v1/services/{code}/named",
            "name",
            "Name somebody; everybody on the list is told",
        )
        .takes(body([("person!", name())]), json!({ "person": "Karma Wangmo" }))
        .gives(200, object([("done", text())]), "Named."),
        Operation::post("/api/v1/services/{code}/named/remove", "unname", "Take somebody off the list")
            .takes(one(), json!({ "person": nobody }))
            .gives(200, object([("done", text())]), "Taken off."),
    ];
    let away = [
        Operation::get(
            "/api/v1/people/{id}/away",
            "listAway",
            "When somebody is away, and whom they stand in for",
        )
        .gives(200, object([("away", list(refer("Away")))]), "What is not over yet.")
        .refuses(&[403]),
        Operation::post(
            "/api/v1/people/{id}/away",
            "enterAway",
            "From when to when somebody is away, and who stands in",
        )
        .takes(
            body([
                ("stand_in!", name()),
                ("from!", day()),
                ("to!", day()),
                ("confidential", one_of(["yes"])),
            ]),
            json!({ "stand_in": "Sonam Dorji", "from": "2026-12-01", "to": "2026-12-05" }),
        )
        .gives(200, object([("stand_in", text())]), "Entered."),
        Operation::post("/api/v1/people/{id}/away/end", "endAway", "End it now")
            .takes(body([("delegation!", id())]), json!({ "delegation": nobody }))
            .gives(200, object([("ended", truth())]), "Ended."),
    ];
    named
        .map(|operation| operation.tag("services"))
        .into_iter()
        .chain(away.map(|operation| operation.tag("directory")))
        .collect()
}

pub(super) fn schemas() -> [(&'static str, Json); 2] {
    let named = object([("person", id()), ("name", text()), ("units", text()), ("since", instant())]);
    let away = object([
        ("id", id()),
        ("absent", id()),
        ("absent_name", text()),
        ("stand_in", id()),
        ("stand_in_name", text()),
        ("from", instant()),
        ("to", instant()),
        ("confidential", truth()),
    ]);
    [("Named", named), ("Away", away)]
}
