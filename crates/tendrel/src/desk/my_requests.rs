//! What somebody asked for themselves, and what the offices they head asked for.

use askama::Template;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use crate::app::App;
use crate::desk::queue::filters::Filters;
use crate::desk::queue::rows::{RowView, rows};
use crate::desk::store::lists::{self, Order, Position, Veiled, Wanted};
use crate::frame::{Frame, page};
use crate::id::OrganisationId;
use crate::problem::Problem;
use crate::viewer::{Role, Viewer};

/// Requests of one page.
const PAGE_ROWS: usize = 30;

pub fn routes() -> Router<App> {
    Router::new().route("/my/requests", get(mine)).route("/my/office", get(office))
}

#[derive(Template)]
#[template(path = "desk/my_requests.html")]
struct Page {
    frame: Frame,
    rows: Vec<RowView>,
    /// The list of the office, with who asked; else one's own.
    of_office: bool,
    heads_office: bool,
    path: &'static str,
    is_first: bool,
    next: Option<String>,
}

async fn mine(State(app): State<App>, viewer: Viewer, query: RawQuery) -> Result<Response, Problem> {
    let person = viewer.must_be_signed_in()?.person;
    let wanted =
        Wanted { requester: Some(person), order: Order::Newest, veiled: Veiled::Own, ..Wanted::default() };
    list(&app, &viewer, query, wanted, false).await
}

/// For heads of offices: their offices and everything below.
async fn office(State(app): State<App>, viewer: Viewer, query: RawQuery) -> Result<Response, Problem> {
    let me = viewer.must_be_signed_in()?;
    let offices: Vec<OrganisationId> = me.scopes(Role::HeadOfOffice).collect();
    if offices.is_empty() {
        return Err(Problem::Forbidden);
    }
    let wanted = Wanted {
        offices: Some(offices),
        order: Order::Newest,
        veiled: Veiled::Named(me.named.clone()),
        ..Wanted::default()
    };
    list(&app, &viewer, query, wanted, true).await
}

async fn list(
    app: &App,
    viewer: &Viewer,
    RawQuery(query): RawQuery,
    wanted: Wanted,
    of_office: bool,
) -> Result<Response, Problem> {
    let filters = Filters::parse(&query.unwrap_or_default());
    let after = Position::parse(filters.of("after"));
    let mut listed = app.db.read(move |r| lists::list(r, &wanted, after, PAGE_ROWS as i64 + 1)).await?;
    let more = listed.len() > PAGE_ROWS;
    listed.truncate(PAGE_ROWS);
    let (key, path) =
        if of_office { ("my-office-title", "/my/office") } else { ("my-requests-title", "/my/requests") };
    let frame = Frame::titled(app, viewer, key);
    let last = listed.last().filter(|_| more);
    let next = last.map(|last| format!("{path}?after={}", Order::Newest.position(last).written()));
    let page_ = Page {
        rows: rows(app, &frame, &listed),
        heads_office: frame.is(Role::HeadOfOffice),
        is_first: after.is_none(),
        of_office,
        path,
        next,
        frame,
    };
    page(StatusCode::OK, &page_)
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::{given, reported, resolved};
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn a_requester_sees_their_own_and_a_head_sees_the_offices() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let mut of_dechen = reported(&world);
        of_dechen.requester = Some(world.person(Who::Dechen));
        of_dechen.subject = "Dechen's printer".to_owned();
        given(&world, of_dechen).await;
        let mut elsewhere = reported(&world);
        elsewhere.office = None;
        elsewhere.requester = None;
        elsewhere.subject = "Of another office".to_owned();
        given(&world, elsewhere).await;
        resolved(&world, &number).await;

        let mine = world.browser(Who::Tshering).get("/my/requests").await;
        mine.must_have("No Internet");
        mine.must_not_have("printer");
        let office = world.browser(Who::Principal).get("/my/office").await;
        office.must_have("No Internet");
        office.must_have("printer");
        office.must_not_have("Of another office");
        world.browser(Who::Principal).get("/my/requests").await.must_have("nothing yet");
        world.browser(Who::Tshering).get("/my/office").await.must_be(403);
        assert!(world.public().get("/my/requests").await.path.starts_with("/sign-in"));
        assert!(world.public().get("/my/office").await.path.starts_with("/sign-in"));
    }

    #[tokio::test]
    async fn many_requests_page_by_key() {
        let world = World::new();
        for n in 0..35 {
            let mut incoming = reported(&world);
            incoming.subject = format!("Matter {n:02}.");
            given(&world, incoming).await;
        }
        let mut tshering = world.browser(Who::Tshering);
        let first = tshering.get("/my/requests").await;
        let text = first.text();
        let next = text.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
        let second = tshering.get(next).await;
        for n in 0..35 {
            let subject = format!("Matter {n:02}.");
            assert_ne!(first.has(&subject), second.has(&subject), "{subject}");
        }
    }
}
