//! The addresses of working time, and of lists that are taken over.

use serde_json::{Value as Json, json};

use super::directory::version;
use super::operation::Operation;
use super::schema::{
    body, count, day, file, integer, list, name, object, one_of, or_null, refer, short, text, truth,
};

pub(super) fn operations() -> Vec<Operation> {
    let mut all = calendars();
    all.push(lists());
    all
}

fn calendars() -> Vec<Operation> {
    let scope = || json!({ "type": "string", "description": "Code of a place, such as `BT-23`; empty for the whole country." });
    let holiday = body([("day!", day()), ("scope", scope()), ("name!", name()), ("name_dz", short())]);
    let removed = body([("day!", day()), ("scope", scope()), ("name!", name())]);
    let spans =
        || json!({ "type": "string", "description": "`09:00-13:00, 14:00-17:00`; empty is a day off." });
    let season = || json!({ "type": "string", "pattern": "^([0-9]{1,2}-[0-9]{1,2})?$", "description": "Month and day, `11-01`." });
    let hours = body([
        ("version!", version()),
        ("from!", day()),
        ("mon", spans()),
        ("tue", spans()),
        ("wed", spans()),
        ("thu", spans()),
        ("fri", spans()),
        ("sat", spans()),
        ("sun", spans()),
        ("season_from", season()),
        ("season_to", season()),
        ("note", short()),
    ]);
    let published = body([
        (
            "text!",
            json!({ "type": "string", "minLength": 1, "description": "CSV, TSV or iCalendar, as it is published." }),
        ),
        ("enter", json!({ "type": "boolean", "description": "Enter it; left out, it is only looked at." })),
    ]);
    let looked_at = object([("new", count()), ("same", count()), ("wrong", count())]);
    let day_told = || object([("day", day())]);
    vec![
        Operation::get("/api/v1/calendars", "listCalendars", "Working hours, and the holidays of a year")
            .query(
                "year",
                json!({ "type": "integer", "minimum": 1970, "maximum": 2169 }),
                "This year if left out.",
            )
            .gives(200, refer("Calendars"), "All calendars.")
            .refuses(&[422])
            .tag("directory"),
        Operation::post("/api/v1/calendars/{code}/hours", "setHours", "New hours from a day on")
            .says("Days that are left out are days off. Promises of open requests are computed again.")
            .takes(
                hours,
                json!({ "version": 1, "from": "2026-11-01", "mon": "09:00-16:00", "tue": "09:00-16:00" }),
            )
            .gives(200, object([("calendar", text()), ("from", day())]), "Since when.")
            .refuses(&[403, 409])
            .tag("directory"),
        Operation::post("/api/v1/calendars/holidays", "addHoliday", "Add a holiday")
            .takes(holiday, json!({ "day": "2026-12-17", "name": "National Day" }))
            .gives(200, day_told(), "It is there now, or was before.")
            .refuses(&[403])
            .tag("directory"),
        Operation::post("/api/v1/calendars/holidays/remove", "removeHoliday", "Remove a holiday")
            .takes(removed, json!({ "day": "2026-12-17", "name": "National Day" }))
            .gives(200, day_told(), "It is gone.")
            .refuses(&[403, 404])
            .tag("directory"),
        Operation::post("/api/v1/calendars/import", "importHolidays", "Take over a year's list of holidays")
            .says("All of it or nothing. The whole country's or a district's, each line by its place.")
            .takes(
                published,
                json!({ "text": "date,name,scope\n2026-12-17,National Day,national\n", "enter": false }),
            )
            .gives(
                200,
                json!({ "anyOf": [looked_at, object([("new", count())])] }),
                "How many are new; when only looked at, also how many are there already or are wrong.",
            )
            .refuses(&[403])
            .tag("directory"),
    ]
}

fn lists() -> Operation {
    let list_of = body([
        ("what!", one_of(["offices", "people"])),
        ("file!", file()),
        (
            "step",
            json!({ "type": "string", "enum": ["enter"], "description": "Enter it; left out, it is only looked at." }),
        ),
        (
            "leave_out",
            json!({ "type": "string", "enum": ["on"], "description": "Lines that are wrong are left out; else one of them stops all." }),
        ),
    ]);
    Operation::post("/api/v1/import", "importList", "Take over a list of offices or people")
        .says("A CSV file with a head, in UTF-8 or Windows-1252. `map-<field>` names the column (from 0) of a field whose name in the head says nothing.")
        .takes_files(list_of)
        .gives(200, refer("Imported"), "A verdict for each line.")
        .refuses(&[403])
        .tag("directory")
}

pub(super) fn schemas() -> [(&'static str, Json); 2] {
    [calendars_told(), imported()]
}

fn calendars_told() -> (&'static str, Json) {
    let span = || object([("from_minute", count()), ("to_minute", count())]);
    let month_day = || object([("month", integer()), ("day", integer())]);
    let dated = object([
        ("valid_from", or_null(day())),
        ("valid_to", or_null(day())),
        ("yearly", or_null(object([("from", month_day()), ("to", month_day())]))),
        ("week", list(list(span()))),
        ("note", or_null(text())),
    ]);
    let hours = object([
        ("time_zone", text()),
        ("hours", list(dated)),
        ("exceptions", list(object([("date", day()), ("spans", list(span())), ("note", text())]))),
        ("holidays", list(object([("date", day()), ("name", text())]))),
    ]);
    let calendar = object([
        ("code", text()),
        ("name", text()),
        ("hours", hours),
        ("observes_holidays", truth()),
        ("version", integer()),
    ]);
    let holiday = object([
        ("day", day()),
        ("scope", text()),
        ("place", text()),
        ("place_dz", text()),
        ("name", text()),
        ("name_dz", text()),
    ]);
    let all = object([("year", integer()), ("calendars", list(calendar)), ("holidays", list(holiday))]);
    ("Calendars", all)
}

fn imported() -> (&'static str, Json) {
    let verdict = json!({ "anyOf": [
        one_of(["new", "same"]),
        object([("changed", list(text()))]),
        object([("wrong", object([("key", text()), ("with", json!({ "type": "object" }))]))]),
    ] });
    let line = object([("line", count()), ("label", text()), ("verdict", verdict)]);
    ("Imported", object([("lines", list(line)), ("written", truth())]))
}
