//! What the desk keeps of people who ask it, who sees it, and how long: for those people, from the rules that hold.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use crate::app::App;
use crate::frame::{self, Frame};
use crate::problem::Problem;
use crate::retention::rule::{Rule, Rules, What};
use crate::retention::{run, store};
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/privacy", get(show))
}

#[derive(Template)]
#[template(path = "retention/told.html")]
struct Page {
    frame: Frame,
    /// Of which cases, and for how long.
    of_cases: Vec<(String, String)>,
    of_files: Vec<(String, String)>,
    backups: usize,
}

async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    let today = run::today(&app);
    let rules = app.read_for(&viewer, move |r| Ok(store::in_force(r, &today)?)).await?;
    let frame = Frame::titled(&app, &viewer, "privacy-title");
    let page = Page {
        of_cases: lines(&app, &frame, &rules, What::Requests),
        of_files: lines(&app, &frame, &rules, What::Attachments),
        backups: app.settings.backups_kept,
        frame,
    };
    frame::page(StatusCode::OK, &page)
}

/// The rule for all first, then those of kinds and services. What no rule is about is kept for ever.
fn lines(app: &App, frame: &Frame, rules: &Rules, what: What) -> Vec<(String, String)> {
    let catalogue = app.catalogue.now();
    let of = |rule: &Rule| match (rule.kind.as_str(), rule.service.as_str()) {
        ("", "") => frame.t("privacy-of-all"),
        (kind, "") => frame.t(&format!("retention-kind-{}", kind.replace('_', "-"))),
        (_, code) => {
            catalogue.service_by_code(code).map_or_else(|| code.to_owned(), |it| it.definition.name.clone())
        }
    };
    let mut lines = Vec::new();
    if rules.of(what).is_none() {
        lines.push((frame.t("privacy-of-all"), frame.t("privacy-for-ever")));
    }
    let mut own: Vec<&Rule> = rules.0.iter().filter(|rule| rule.what == what).collect();
    own.sort_by_key(|rule| (!rule.service.is_empty(), !rule.kind.is_empty()));
    lines.extend(own.into_iter().map(|rule| (of(rule), how_long(frame, rule.days))));
    lines
}

/// Whole years as years: 1826 days are five.
fn how_long(frame: &Frame, days: i64) -> String {
    let years = (days * 4 + 730) / 1461;
    let whole = (1..=100).contains(&years) && (days - years * 1461 / 4).abs() <= 1;
    if whole { frame.t1("privacy-years", "n", years) } else { frame.t1("privacy-days", "n", days) }
}

#[cfg(test)]
mod tests {
    use crate::retention::store;
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn people_read_what_is_kept_of_them_and_how_long_by_the_rules_that_hold() {
        let world = World::new();
        let mut public = world.public();
        public.get("/services/internet-lan").await.must_have("href=\"/privacy\"");
        let page = public.get("/privacy").await;
        page.must_have("What we keep of you, and how long");
        for said in ["5 years", "3 years", "10 years", "14 more nights", "sees it"] {
            page.must_have(said);
        }
        // The rule changes, and so does what people are told.
        let mut operator = world.browser(Who::Operator);
        let rule = [
            ("what", "requests"),
            ("of", ""),
            ("days", "100"),
            ("reason", "Order 7"),
            ("from", "2026-11-19"),
        ];
        operator.post("/system/retention/rules", &rule).await.must_be(200);
        let page = public.get("/privacy").await;
        page.must_have("100 days");
        page.must_not_have("5 years");
        page.must_not_have("Order 7");
    }

    #[tokio::test]
    async fn what_no_rule_is_about_is_kept_for_ever_and_people_are_told() {
        let world = World::new();
        let rules = world.app.db.read_blocking(|r| store::current(r, "2026-11-19")).unwrap();
        for rule in rules {
            world.app.db.write_blocking(move |tx| store::end(tx, rule.id, "2026-11-19")).unwrap();
        }
        world.public().get("/privacy").await.must_have("No rule removes it");
    }
}
