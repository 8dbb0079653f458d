//! The page: a file, its columns, what each line would do, and then all of it at once.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;

use super::table::{Encoding, NoTable};
use super::{Import, Judged, Map, Outcome, Reach, Table, Verdict, What};
use crate::app::App;
use crate::directory::access::{self, Doing, Spot};
use crate::directory::answer;
use crate::files;
use crate::frame::Frame;
use crate::frame::form::{FormData, Wrong};
use crate::problem::Problem;
use crate::viewer::{Role, Viewer};

/// Lines that are shown where nothing is wrong with them; the wrong ones are shown all.
const SHOWN: usize = 200;

pub fn routes() -> Router<App> {
    Router::new().route("/import", get(show).post(go_on)).route("/api/v1/import", post(go_on))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    what: String,
}

/// A field with the name of the column that fills it.
struct Choice {
    name: &'static str,
    required: bool,
    column: String,
}

#[derive(Template)]
#[template(path = "directory/import/import.html")]
struct Page {
    frame: Frame,
    wrong: Wrong,
    what: What,
    /// The file by its hash, once it is there.
    file: String,
    table: Option<Table>,
    columns: Vec<(String, String)>,
    choices: Vec<Choice>,
    outcome: Option<Outcome>,
}

impl Page {
    /// The wrong lines, then those that change something, then the others as far as there is room.
    fn lines(&self) -> Vec<&Judged> {
        let Some(outcome) = &self.outcome else {
            return Vec::new();
        };
        let is_wrong = |line: &&Judged| matches!(line.verdict, Verdict::Wrong(_));
        let mut lines: Vec<&Judged> = outcome.lines.iter().filter(is_wrong).collect();
        let right = outcome.lines.iter().filter(|line| !is_wrong(line));
        let (does, idle): (Vec<&Judged>, Vec<&Judged>) =
            right.partition(|line| line.verdict != Verdict::Same);
        lines.extend(does.into_iter().chain(idle).take(SHOWN));
        lines
    }

    fn hidden(&self) -> usize {
        self.outcome.as_ref().map_or(0, |outcome| outcome.lines.len()) - self.lines().len()
    }

    fn counted(&self) -> &Outcome {
        static NONE: Outcome = Outcome { lines: Vec::new(), written: false };
        self.outcome.as_ref().unwrap_or(&NONE)
    }

    /// New and changed lines: what would be taken over.
    fn due(&self) -> usize {
        self.counted().new_lines() + self.counted().changed()
    }

    fn separator(&self) -> &'static str {
        match self.table.as_ref().map(|table| table.separator) {
            Some(';') => "semicolon",
            Some('\t') => "tab",
            _ => "comma",
        }
    }

    fn is_windows(&self) -> bool {
        self.table.as_ref().is_some_and(|table| table.encoding == Encoding::Windows1252)
    }

    fn reason(&self, line: &Judged) -> String {
        match &line.verdict {
            Verdict::Wrong(reason) => reason.sentence(self.frame.language, self.frame.unreviewed),
            Verdict::Changed(fields) => {
                let names: Vec<String> = fields.iter().map(|field| self.field(field)).collect();
                names.join(", ")
            }
            Verdict::New | Verdict::Same => String::new(),
        }
    }

    fn field(&self, name: &str) -> String {
        self.frame.t(&format!("import-field-{name}"))
    }
}

/// Where the viewer may import, and which roles a list of theirs may give.
async fn reach(app: &App, viewer: &Viewer) -> Result<Reach, Problem> {
    let me = viewer.must_be_signed_in()?.clone();
    if !access::may_somewhere(&me, Doing::Import) {
        return Err(Problem::Forbidden);
    }
    let top = app.db.read(|r| Spot::of(r, None)).await?;
    let everywhere = access::may(&me, Doing::Import, &top);
    let roles =
        Role::ALL.into_iter().filter(|role| access::may_somewhere(&me, Doing::GiveRole(*role))).collect();
    let units = me.scopes(Role::HeadOfUnit).chain(me.scopes(Role::Operator)).collect();
    Ok(Reach { units: if everywhere { None } else { Some(units) }, roles })
}

fn blank(app: &App, viewer: &Viewer, what: What) -> Page {
    let frame = Frame::titled(app, viewer, &format!("import-title-{}", what.code()));
    Page {
        frame,
        wrong: Wrong::default(),
        what,
        file: String::new(),
        table: None,
        columns: Vec::new(),
        choices: Vec::new(),
        outcome: None,
    }
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    reach(&app, &viewer).await?;
    let page = blank(&app, &viewer, What::from_code(&asked.what).unwrap_or(What::Offices));
    answer::page(StatusCode::OK, &page.frame, &page)
}

fn refuse(viewer: &Viewer, mut page: Page) -> Result<Response, Problem> {
    page.frame.has_mistakes = true;
    answer::refused(viewer, &page.frame, &page.wrong, &page)
}

/// The bytes of the list: just sent, or sent with an earlier step.
async fn bytes(app: &App, form: &FormData) -> Result<Option<(String, Vec<u8>)>, Problem> {
    form.must_be_kept()?;
    let name = match form.files.first() {
        Some((_, file)) => files::hex(&file.hash),
        None => form.text("file").to_owned(),
    };
    let is_name = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_name {
        return Ok(None);
    }
    let hash: Vec<u8> =
        (0..32).filter_map(|place| u8::from_str_radix(&name[place * 2..place * 2 + 2], 16).ok()).collect();
    Ok(app.files.read(&hash).await?.map(|bytes| (name, bytes)))
}

async fn go_on(State(app): State<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    let reach = reach(&app, &viewer).await?;
    let what = What::from_code(form.text("what")).ok_or(Problem::Input("import-what-missing"))?;
    let mut page = blank(&app, &viewer, what);
    let Some((file, bytes)) = bytes(&app, &form).await? else {
        let refused = form.refused.first().map(|(name, why)| format!("{name} {}", page.frame.t(why)));
        let sentence = refused.unwrap_or_else(|| page.frame.t("import-no-file"));
        page.wrong.note("file", sentence);
        return refuse(&viewer, page);
    };
    let table = match Table::read(&bytes) {
        Ok(table) => table,
        Err(why) => {
            page.wrong.note("file", page.frame.t(NoTable::sentence(why)));
            return refuse(&viewer, page);
        }
    };
    page.file = file;
    let map = chosen(what, &table, &form);
    fill_columns(&mut page, &table, &map);
    let asked = form.text("step").to_owned();
    let missing = map.missing(what);
    if asked.is_empty() && !viewer.by_api() {
        page.table = Some(table);
        return answer::page(StatusCode::OK, &page.frame, &page);
    }
    if !missing.is_empty() {
        for field in missing {
            let sentence = page.frame.t1("import-column-missing", "field", page.field(field));
            page.wrong.note(&format!("map-{field}"), sentence);
        }
        page.table = Some(table);
        return refuse(&viewer, page);
    }
    let (enter, leave_out_wrong) = (asked == "enter", form.given("leave_out").is_some());
    let (actor, now, shared) = (viewer.actor(), viewer.now, table.clone());
    let outcome = app
        .db
        .write(move |tx| {
            let import = Import {
                table: &shared,
                map: &map,
                reach: &reach,
                actor: actor.clone(),
                leave_out_wrong,
                now,
            };
            match (what, enter) {
                (What::Offices, true) => super::offices(tx, &import),
                (What::Offices, false) => super::look_at_offices(tx, &import),
                (What::People, true) => super::people(tx, &import),
                (What::People, false) => super::look_at_people(tx, &import),
            }
        })
        .await?;
    if outcome.written {
        app.refresh().await?;
    }
    if viewer.by_api() {
        return answer::data(StatusCode::OK, &json!(outcome));
    }
    if outcome.written {
        return answer::done(&viewer, &format!("/{}", what.code()), "imported", &json!({}));
    }
    page.table = Some(table);
    page.outcome = Some(outcome);
    answer::page(StatusCode::OK, &page.frame, &page)
}

/// The columns as they were chosen, or as the head lets one guess.
fn chosen(what: What, table: &Table, form: &FormData) -> Map {
    if !form.fields().any(|(name, _)| name.starts_with("map-")) {
        return Map::guess(what, &table.head);
    }
    let mut map = Map::default();
    for target in what.targets() {
        let place = form.text(&format!("map-{}", target.name)).parse::<usize>().ok();
        if let Some(place) = place.filter(|place| *place < table.head.len()) {
            map.set(what, target.name, place);
        }
    }
    map
}

fn fill_columns(page: &mut Page, table: &Table, map: &Map) {
    page.columns = vec![(String::new(), page.frame.t("import-no-column"))];
    page.columns.extend(table.head.iter().enumerate().map(|(place, head)| (place.to_string(), head.clone())));
    page.choices = page
        .what
        .targets()
        .iter()
        .map(|target| Choice {
            name: target.name,
            required: target.required,
            column: map.column(target.name).map(|place| place.to_string()).unwrap_or_default(),
        })
        .collect();
}
