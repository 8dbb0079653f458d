//! How strong a new password is, told while it is typed: by the same rule that refuses it when it is sent.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use serde_json::json;

use crate::app::App;
use crate::directory::{answer, password};
use crate::frame::Frame;
use crate::frame::form::FormData;
use crate::problem::Problem;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/password/strength", post(tell))
}

/// Nothing of it is kept.
async fn tell(State(app): State<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    let typed = form.secret("password");
    let me = viewer.signed_in.as_ref();
    let known = [form.text("username"), me.map_or("", |me| &me.name), me.map_or("", |me| &me.email)];
    let frame = Frame::titled(&app, &viewer, "password-new");
    let score = password::score(typed, &known);
    let words = match password::check(&app.settings.sign_in, typed, &known) {
        Err(weak) => frame.t1(weak.sentence(), "count", password::SHORTEST),
        Ok(()) if score == password::HIGHEST => frame.t("password-very-strong"),
        Ok(()) => frame.t("password-strong"),
    };
    answer::data(StatusCode::OK, &json!({ "score": score, "words": words }))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn a_password_is_judged_while_it_is_typed_as_when_it_is_sent() {
        let world = World::new();
        let mut karma = world.browser(Who::Karma);
        for (typed, score, words) in [
            ("karma", 0..=0, "Use 12 characters or more."),
            ("karma.wangmo", 0..=0, "names are tried first"),
            ("aaaaaaaaaaaa", 0..=1, "what repeats adds little"),
            ("three cranes over Phobjikha", 4..=4, "Very hard to guess."),
        ] {
            let told = karma.post("/password/strength", &[("password", typed)]).await.json();
            assert!(score.contains(&told["score"].as_i64().unwrap()), "{typed}: {told}");
            assert!(told["words"].as_str().unwrap().contains(words), "{typed}: {told}");
        }
        // Whoever sets one by a link is not signed in; the form says the name.
        let fields = [("password", "tshering.dema"), ("username", "tshering.dema")];
        let told = world.public().post("/password/strength", &fields).await.json();
        assert!(told["score"].as_i64().unwrap() < 3, "{told}");
    }

    #[tokio::test]
    async fn fields_for_passwords_can_be_looked_at_and_tell_how_strong_they_are() {
        let world = World::new();
        let page = world.public().get("/sign-in").await;
        page.must_have("data-show=\"Show\"");
        page.must_not_have("data-strength");
        let page = world.browser(Who::Karma).get("/me").await;
        page.must_have("data-strength=\"/password/strength\"");
    }
}
