//! The address of the comparison with the directory of people.

use serde_json::json;

use super::operation::Operation;
use super::schema::{body, count, instant, list, object, one_of, text, truth};

pub(super) fn operations() -> Vec<Operation> {
    let line = object([
        ("name", text()),
        ("username", text()),
        ("verdict", one_of(["new", "changed", "back", "gone", "unclear", "wrong"])),
        ("detail", text()),
    ]);
    let comparison = object([
        ("at", instant()),
        ("was_done", truth()),
        ("fault", text()),
        ("is_stopped", truth()),
        ("known", count()),
        ("new", count()),
        ("changed", count()),
        ("back", count()),
        ("gone", count()),
        ("same", count()),
        ("unclear", count()),
        ("wrong", count()),
        ("lines", list(line)),
    ]);
    let how = body([("step", one_of(["look", "enter"])), ("even_if_many_gone", truth())]);
    let all = [
        Operation::get("/api/v1/people/sync", "showSync", "The last comparisons with the directory of people")
            .gives(200, object([("comparisons", list(comparison.clone()))]), "Ten at most, the newest first."),
        Operation::post("/api/v1/people/sync", "syncPeople", "Compare people with the directory, and take over what is found")
            .says("Without `step` `enter` nothing is changed. Where more are gone than the settings allow nothing is changed either, unless `even_if_many_gone` is there. `fault` says why the directory could not be asked.")
            .takes(how, json!({ "step": "look" }))
            .gives(200, comparison, "What was found; `was_done` says whether it was taken over."),
    ];
    all.map(|operation| operation.refuses(&[403, 404]).tag("directory")).into()
}
