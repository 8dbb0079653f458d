//! Ending a session that somebody else opened, by the link of an e-mail. Looking at the page ends nothing; the button
//! does.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use database::Error;

use crate::app::App;
use crate::directory::links::{self, Link, Purpose};
use crate::directory::{accounts, sign_in};
use crate::events::Actor;
use crate::files::unhex;
use crate::frame::Frame;
use crate::problem::Problem;
use crate::settings::entry::Way;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/end-session/{secret}", get(show).post(end))
}

#[derive(Template)]
#[template(path = "directory/end_session.html")]
struct Page {
    frame: Frame,
    secret: String,
    is_ended: bool,
    /// Passwords can be set anew by e-mail.
    forgotten: bool,
}

fn page(app: &App, viewer: &Viewer, secret: String, is_ended: bool) -> Result<Response, Problem> {
    let frame = Frame::titled(app, viewer, if is_ended { "end-session-done" } else { "end-session-title" });
    let forgotten = app.settings.sign_in.has(Way::Password) && app.mailer.is_on();
    crate::frame::page(StatusCode::OK, &Page { frame, secret, is_ended, forgotten })
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(secret): Path<String>,
) -> Result<Response, Problem> {
    let (wanted, now) = (secret.clone(), viewer.now);
    let found = app.db.read(move |r| links::find(r, &wanted, Purpose::EndSession, now)).await?;
    found.ok_or(Problem::Input("end-session-over"))?;
    page(&app, &viewer, secret, false)
}

async fn end(
    State(app): State<App>,
    viewer: Viewer,
    Path(secret): Path<String>,
) -> Result<Response, Problem> {
    let (now, address) = (viewer.now, viewer.address.clone());
    let taken = app
        .db
        .write(move |tx| {
            let Some(link) = links::take(tx, &secret, Purpose::EndSession, now)? else {
                return Ok(None);
            };
            let Link { account, back: session, .. } = &link;
            if accounts::end_session(tx, account.id, &unhex(session).unwrap_or_default())? {
                let nobody = Actor { person: None, name: String::new() };
                sign_in::record(tx, account.id.uuid(), nobody, "session ended", &address, now)?;
            }
            Ok::<_, Error>(Some(link))
        })
        .await?;
    taken.ok_or(Problem::Input("end-session-over"))?;
    page(&app, &viewer, String::new(), true)
}

#[cfg(test)]
mod tests {
    use crate::testing::{Who, World};
    use crate::worker;

    const SECRET: &str = "three cranes over Phobjikha";
    const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; rv:143.0) Gecko/20100101 Firefox/143.0";
    const CHROME: &str =
        "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36";

    #[tokio::test(flavor = "multi_thread")]
    async fn a_new_browser_is_told_to_the_owner_who_ends_its_session() {
        let world = World::new().with_password(Who::Karma);
        let typed = [("username", "karma"), ("password", SECRET), ("back", "/me")];
        let mut karma = world.public().with("user-agent", FIREFOX);
        karma.post("/sign-in", &typed).await.must_have("new browser");
        worker::round(&world.app).await.unwrap();
        assert_eq!(world.app.mailer.sent().len(), 1);
        // The same browser, and another of its kind, are known.
        karma.post("/sign-out", &[]).await;
        karma.post("/sign-in", &typed).await.must_be(200);
        world
            .public()
            .with("user-agent", FIREFOX)
            .post("/sign-in", &typed)
            .await
            .must_not_have("new browser");
        worker::round(&world.app).await.unwrap();
        assert_eq!(world.app.mailer.sent().len(), 1);
        // A thief comes by telephone.
        let mut thief = world.public().with("user-agent", CHROME);
        thief.post("/sign-in", &typed).await.must_be(200);
        worker::round(&world.app).await.unwrap();
        let told = world.app.mailer.sent().pop().unwrap();
        assert_eq!(told.to, "karma@tendrel.example");
        assert!(
            told.body.contains("Chrome, Android") && told.body.contains("2026-11-19 09:00"),
            "{}",
            told.body
        );
        let link = told.body.split_whitespace().find(|word| word.starts_with("http://localhost/")).unwrap();
        let path = link.strip_prefix("http://localhost").unwrap().to_owned();
        let mut anywhere = world.public();
        anywhere.get(&path).await.must_have("End the session");
        assert_eq!(thief.get("/me").await.path, "/me");
        anywhere.post(&path, &[]).await.must_have("The session is ended");
        assert_eq!(thief.get("/me").await.path, "/sign-in?back=%2Fme");
        assert_eq!(karma.get("/me").await.path, "/me");
        // It holds once.
        anywhere.post(&path, &[]).await.must_be(422);
        anywhere.get("/end-session/nonsense").await.must_be(422);
        assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE activity = 'session ended'"), 1);
    }
}
