//! Where the links of a letter lead: does it work, does it still not work, how was it. Looking changes nothing, so a
//! program that opens every link of a mail does no harm; the button does.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::get;

use crate::app::App;
use crate::desk::access::{self, Doing, Standing};
use crate::desk::offers::offered;
use crate::desk::request::{Request, State as Stage};
use crate::frame::{Frame, page};
use crate::problem::Problem;
use crate::viewer::Viewer;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/r/{secret}/works", get(works))
        .route("/r/{secret}/broken", get(broken))
        .route("/r/{secret}/rate", get(rate))
}

#[derive(Template)]
#[template(path = "desk/after_letter.html")]
struct Page {
    frame: Frame,
    request: Request,
    secret: String,
    /// What the button does; `None` when there is nothing to press any more.
    act: Option<Doing>,
    /// Why not.
    instead: &'static str,
}

impl Page {
    fn can(&self, doing: Doing) -> bool {
        self.act == Some(doing)
    }

    /// The best first.
    fn ratings(&self) -> Vec<(i64, String)> {
        (1..=5).rev().map(|number| (number, self.frame.t(&format!("rating-{number}")))).collect()
    }
}

async fn works(
    State(app): State<App>,
    viewer: Viewer,
    Path(secret): Path<String>,
) -> Result<Response, Problem> {
    show(&app, &viewer, secret, Doing::Close, "follow-works").await
}

async fn broken(
    State(app): State<App>,
    viewer: Viewer,
    Path(secret): Path<String>,
) -> Result<Response, Problem> {
    show(&app, &viewer, secret, Doing::Reopen, "follow-still-broken").await
}

async fn rate(
    State(app): State<App>,
    viewer: Viewer,
    Path(secret): Path<String>,
) -> Result<Response, Problem> {
    show(&app, &viewer, secret, Doing::Rate, "follow-rate").await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    secret: String,
    doing: Doing,
    title: &str,
) -> Result<Response, Problem> {
    let (wanted, now) = (secret.clone(), viewer.now);
    let found = app.db.read(move |r| access::find_by_secret(r, &wanted, now));
    let (request, standing): (Request, Standing) = found.await?;
    let page_ = Page {
        frame: Frame::titled(app, viewer, title),
        act: Some(doing).filter(|doing| offered(*doing, &standing, &request, None)),
        instead: match request.state {
            Stage::Closed | Stage::Cancelled => "after-letter-closed",
            _ => "after-letter-open",
        },
        request,
        secret,
    };
    let mut response = page(StatusCode::OK, &page_)?;
    response
        .headers_mut()
        .insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use crate::desk::store::letters::make_link;
    use crate::desk::testing::{given, reported, resolved};
    use crate::testing::{Who, World};

    async fn link(world: &World, number: &str) -> String {
        let (number, now) = (number.to_owned(), world.app.clock.now());
        let made = world.app.db.write(move |tx| {
            let request = crate::desk::store::by_number(tx, &number)?.unwrap();
            make_link(tx, request.id, now)
        });
        made.await.unwrap()
    }

    #[tokio::test]
    async fn looking_changes_nothing_and_the_button_closes_it() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let secret = link(&world, &number).await;
        let mut anybody = world.public();
        anybody.get(&format!("/r/{secret}/works")).await.must_have("It is still open");
        resolved(&world, &number).await;
        for path in ["works", "broken", "rate"] {
            anybody.get(&format!("/r/{secret}/{path}")).await.must_be(200);
        }
        assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE state = 'resolved'"), 1);
        anybody.post(&format!("/r/{secret}/close"), &[]).await.must_be(200);
        assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE state = 'closed'"), 1);
        // Used: it says so, and rating is still possible.
        let page = anybody.get(&format!("/r/{secret}/works")).await;
        page.must_have("It is closed already");
        anybody.get(&format!("/r/{secret}/rate")).await.must_have("5 ·");
        anybody.post(&format!("/r/{secret}/rate"), &[("rating", "4")]).await.must_be(200);
        assert_eq!(world.number("SELECT rating FROM requests"), 4);
    }

    #[tokio::test]
    async fn still_not_working_opens_it_again() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        resolved(&world, &number).await;
        let secret = link(&world, &number).await;
        let mut anybody = world.public();
        anybody.get(&format!("/r/{secret}/broken")).await.must_have("It still does not work.</textarea>");
        let page = anybody.post(&format!("/r/{secret}/reopen"), &[("text", "Still dark.")]).await;
        page.must_have("Still dark.");
        assert_eq!(world.number("SELECT reopened FROM requests WHERE is_open = 1"), 1);
    }

    #[tokio::test]
    async fn a_link_holds_for_a_time_and_an_invented_one_never() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        resolved(&world, &number).await;
        let secret = link(&world, &number).await;
        world.public().get("/r/not-the-secret/works").await.must_be(404);
        world.public().get("/r/not-the-secret/broken").await.must_be(404);
        world.public().get("/r/not-the-secret/rate").await.must_be(404);
        world.set("2027-02-20 09:00");
        for path in ["/works", "/broken", "/rate", ""] {
            let page = world.public().get(&format!("/r/{secret}{path}")).await;
            page.must_be(422);
            page.must_have("This link holds no longer");
        }
        world.public().post(&format!("/r/{secret}/close"), &[]).await.must_be(422);
        // The people of the unit have their own page.
        world.browser(Who::Karma).get(&format!("/requests/{number}")).await.must_be(200);
    }
}
