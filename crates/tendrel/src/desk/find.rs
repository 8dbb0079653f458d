//! Search: a number in any spelling leads to its case; words, names, offices, telephones and serials to a list.

use askama::Template;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use database::Reader;

use crate::app::App;
use crate::desk::access;
use crate::desk::follow::misread_key;
use crate::desk::number::{Misread, Number};
use crate::desk::queue::rows::{RowView, rows};
use crate::desk::queue::units_of;
use crate::desk::store::lists::{self, Listed};
use crate::frame::{Frame, page, see_other};
use crate::problem::Problem;
use crate::search::{self, Within};
use crate::viewer::Viewer;

const PAGE_ROWS: usize = 50;
/// Characters that are searched for.
const QUERY_LIMIT: usize = 200;

pub fn routes() -> Router<App> {
    Router::new().route("/search", get(show))
}

#[derive(Template)]
#[template(path = "desk/find.html")]
struct Page {
    frame: Frame,
    query: String,
    rows: Vec<RowView>,
    /// What looks wrong with a number that was typed.
    misread: Option<String>,
    next: Option<String>,
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    viewer.must_be_signed_in()?;
    let (mut words, mut before) = (String::new(), None);
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match name.as_ref() {
            "q" => words = value.trim().chars().filter(|c| !c.is_control()).take(QUERY_LIMIT).collect(),
            "before" => before = value.parse().ok(),
            _ => {}
        }
    }
    let number = Number::parse(&words);
    let (asker, place, typed) = (viewer.clone(), app.clone(), words.clone());
    let is_number = number.is_ok();
    let found = app.read_for(&viewer, move |r| find(r, &place, &asker, &typed, is_number, before)).await?;
    let Found { exact, mut listed } = found;
    if let Some(number) = exact {
        return Ok(see_other(&format!("/requests/{number}")));
    }
    let frame = Frame::titled(&app, &viewer, "find-title");
    let more = listed.len() > PAGE_ROWS;
    listed.truncate(PAGE_ROWS);
    let last = listed.last().filter(|_| more).map(|(position, _)| *position);
    let next = last.map(|last| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("q", &words).append_pair("before", &last.to_string());
        format!("/search?{}", query.finish())
    });
    let listed: Vec<Listed> = listed.into_iter().map(|(_, row)| row).collect();
    let misread = misread_of(&number, &words).map(|misread| frame.t(misread_key(misread)));
    page(StatusCode::OK, &Page { rows: rows(&app, &frame, &listed), query: words, misread, next, frame })
}

struct Found {
    /// The number that was typed, when it is one the viewer may see.
    exact: Option<String>,
    /// With their positions in the index.
    listed: Vec<(i64, Listed)>,
}

fn find(
    r: &mut Reader,
    app: &App,
    viewer: &Viewer,
    typed: &str,
    is_number: bool,
    before: Option<i64>,
) -> Result<Found, Problem> {
    let me = viewer.must_be_signed_in()?;
    let units = units_of(r, app, me, "all")?;
    if is_number {
        match access::find(r, viewer, typed) {
            Ok((request, _)) => return Ok(Found { exact: Some(request.number), listed: Vec::new() }),
            Err(Problem::NotFound) => {}
            Err(problem) => return Err(problem),
        }
    }
    let within = units.as_deref().map_or(Within::Everywhere, Within::Units);
    let places = search::find(r, typed, within, &me.named, before, PAGE_ROWS as i64 + 1)?;
    let ids: Vec<_> = places.iter().map(|(_, id)| *id).collect();
    let rows = lists::by_ids(r, &ids)?;
    let listed = rows
        .into_iter()
        .filter_map(|row| places.iter().find(|(_, id)| *id == row.id).map(|(position, _)| (*position, row)))
        .collect();
    Ok(Found { exact: None, listed })
}

/// A number that was meant as one: with digits, and letters before them.
fn misread_of(number: &Result<Number, Misread>, typed: &str) -> Option<Misread> {
    let misread = *number.as_ref().err()?;
    let meant =
        typed.contains(|c: char| c.is_ascii_digit()) && typed.contains('-') && misread != Misread::Shape;
    meant.then_some(misread)
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::{given, reported};
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn a_number_in_any_spelling_leads_to_its_case() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let mut karma = world.browser(Who::Karma);
        for typed in [number.clone(), number.to_lowercase(), number.replace('-', "+")] {
            assert_eq!(karma.get(&format!("/search?q={typed}")).await.path, format!("/requests/{number}"));
        }
        let theirs = world.browser(Who::Stranger).get(&format!("/search?q={number}")).await;
        theirs.must_be(200);
        theirs.must_not_have("No Internet");
        karma.get("/search?q=PUN-26-0I001-7").await.must_have("the middle group");
    }

    #[tokio::test]
    async fn words_names_offices_and_telephones_find_it() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let mut karma = world.browser(Who::Karma);
        karma
            .post(&format!("/requests/{number}/note"), &[("text", "Radio AA:BB:CC:00:11:22 resets.")])
            .await
            .must_be(200);
        for words in ["internet", "TSHERING dema", "kabjisa", "17600003", "aabbcc001122", "inter", "resets"] {
            let page = karma.get(&format!("/search?q={}", words.replace(' ', "+"))).await;
            page.must_have("No Internet in the whole school");
        }
        karma.get("/search?q=elephant").await.must_have("Nothing was found");
        for odd in ["", "%22%27%3B--", "%00", "*", "a%25b"] {
            karma.get(&format!("/search?q={odd}")).await.must_be(200);
        }
        world.browser(Who::Stranger).get("/search?q=internet").await.must_not_have("whole school");
        world.browser(Who::Centre).get("/search?q=internet").await.must_have("whole school");
        world.browser(Who::Tshering).get("/search?q=internet").await.must_be(403);
        assert!(world.public().get("/search?q=internet").await.path.starts_with("/sign-in"));
    }
}
