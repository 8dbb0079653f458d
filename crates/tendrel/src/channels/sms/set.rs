//! Setting up the gateway, and letting it go on after it was stopped.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use serde_json::json;

use crate::app::App;
use crate::channels::access::must_set_up;
use crate::channels::letters::choices::minutes;
use crate::channels::sms::gateway::{Gateway, How, Places};
use crate::channels::sms::{show, store};
use crate::channels::webhooks::fault_of;
use crate::directory::answer;
use crate::events;
use crate::frame::Frame;
use crate::frame::form::{FormData, Wrong};
use crate::id::SmsId;
use crate::problem::Problem;
use crate::settings::SHORT_TEXT_LIMIT;
use crate::viewer::Viewer;

/// Letters of the headers and of the body.
const LONGEST: usize = 4_000;
const PREFIXES: usize = 40;

pub(super) fn routes() -> Router<App> {
    let mut router = Router::new();
    for root in ["", "/api/v1"] {
        router =
            router.route(&format!("{root}/sms"), post(set)).route(&format!("{root}/sms/go-on"), post(go_on));
    }
    router
}

/// What was typed, and what is wrong with it.
struct Check<'a> {
    frame: &'a Frame,
    typed: &'a FormData,
    wrong: Wrong,
}

impl Check<'_> {
    fn note(&mut self, field: &str, key: &str) {
        let sentence = self.frame.t(key);
        self.wrong.note(field, sentence);
    }

    fn number(&mut self, field: &'static str, least: i64, most: i64) -> i64 {
        let number = self.typed.number(field).filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.wrong.note(field, self.frame.t2("sms-number", "least", least, "most", most));
        }
        number.unwrap_or(least)
    }

    fn text(&mut self, field: &'static str, limit: usize) -> String {
        let text = self.typed.text(field).replace('\r', "");
        if text.chars().count() > limit {
            self.wrong.note(field, self.frame.t1("directory-too-long", "count", limit));
        }
        text
    }

    fn time(&mut self, field: &'static str) -> Option<i64> {
        let typed = self.typed.given(field)?;
        let at = minutes(typed);
        if at.is_none() {
            self.note(field, "my-letters-time");
        }
        at
    }

    fn quiet(&mut self) -> Option<(i64, i64)> {
        let (from, to) = (self.time("quiet_from"), self.time("quiet_to"));
        if self.typed.given("quiet_from").is_some() != self.typed.given("quiet_to").is_some() {
            self.note("quiet_to", "my-letters-both-times");
        }
        from.zip(to)
    }

    fn digits(&mut self, field: &'static str, key: &str) -> Vec<String> {
        // A program sends a list, a page one field.
        let all = self.typed.all(field).join(" ");
        let parts = all.split([',', ' ']).filter(|part| !part.is_empty());
        let parts: Vec<String> = parts.map(str::to_owned).collect();
        let is_right = |part: &String| part.len() <= 8 && part.bytes().all(|b| b.is_ascii_digit());
        if parts.is_empty() || parts.len() > PREFIXES || !parts.iter().all(is_right) {
            self.note(field, key);
        }
        parts
    }

    fn price(&mut self) -> i64 {
        let typed = self.typed.given("price").unwrap_or("0");
        let (whole, part) = typed.split_once('.').unwrap_or((typed, "0"));
        let part = format!("{part:0<2}");
        let is_right = (1..=4).contains(&whole.len()) && part.len() == 2;
        let price = whole.parse::<u32>().ok().zip(part.parse::<u32>().ok()).filter(|_| is_right);
        if price.is_none() {
            self.note("price", "sms-price-wrong");
        }
        price.map_or(0, |(whole, part)| i64::from(whole) * 100 + i64::from(part))
    }

    fn gateway(&mut self) -> Gateway {
        let how = How::from_code(self.typed.text("how"));
        if how.is_none() {
            self.note("how", "sms-how-missing");
        }
        let country = self.digits("country", "sms-country-wrong");
        Gateway {
            url: self.text("url", LONGEST),
            how: how.unwrap_or(How::Form),
            headers: self.text("headers", LONGEST),
            body: self.text("body", LONGEST),
            sender: self.text("sender", SHORT_TEXT_LIMIT),
            answer_holds: self.text("answer_holds", SHORT_TEXT_LIMIT),
            country: country.into_iter().next().unwrap_or_default(),
            prefixes: self.digits("prefixes", "sms-prefixes-wrong"),
            digits: self.number("digits", 4, 12),
            a_day_per_number: self.number("a_day_per_number", 1, 100),
            a_day_in_all: self.number("a_day_in_all", 1, 100_000),
            a_minute: self.number("a_minute", 1, 600),
            parts: self.number("parts", 1, 6),
            price: self.price(),
            quiet: self.quiet(),
        }
    }
}

/// An address is needed to turn it on; where there is one it must be right.
fn check(app: &App, frame: &Frame, typed: &FormData) -> Result<(Gateway, bool), Wrong> {
    let mut check = Check { frame, typed, wrong: Wrong::default() };
    let gateway = check.gateway();
    let is_on = typed.given("is_on").is_some();
    if is_on || !gateway.url.is_empty() {
        let places =
            Places { to: "1", text: "2", id: SmsId::of(uuid::Uuid::nil()), sender: "3", secret: "4" };
        // Whom it asks stands fast: no place in the name of the machine.
        let machine = gateway.url.split('/').nth(2).unwrap_or_default();
        let fault = fault_of(app, &gateway.address(&places)).or(machine.contains('{').then_some("missing"));
        if let Some(fault) = fault {
            check.note("url", &format!("sms-url-{fault}"));
        }
        for (field, fault) in gateway.faults() {
            check.note(field, &format!("sms-{field}-{fault}"));
        }
    }
    if check.wrong.is_empty() { Ok((gateway, is_on)) } else { Err(check.wrong) }
}

async fn set(State(app): State<App>, viewer: Viewer, typed: FormData) -> Result<Response, Problem> {
    must_set_up(&viewer)?;
    let frame = Frame::new(&app, &viewer, "");
    let (gateway, is_on) = match check(&app, &frame, &typed) {
        Ok(checked) => checked,
        Err(wrong) if viewer.by_api() => return Ok(answer::wrong_fields(&wrong)),
        Err(wrong) => return show::again(&app, &viewer, Some(typed), wrong).await,
    };
    let seen = typed.number("version").ok_or(Problem::Input("problem-version"))?;
    // An empty field keeps the secret that is there.
    let secret = Some(typed.secret("secret").to_owned()).filter(|secret| !secret.is_empty());
    let (vault, actor, now, zone) = (app.vault.clone(), viewer.actor(), viewer.now, app.calendars.zone());
    // A key may have been typed into the address.
    let machine = gateway.url.split('/').nth(2).unwrap_or_default();
    let detail = json!({ "is_on": is_on, "machine": machine, "new_secret": secret.is_some() });
    let (facts, numbers) = app
        .db
        .write(move |tx| {
            if !store::set(tx, &vault, (&gateway, is_on), secret.as_deref(), seen, now)? {
                return Err(Problem::Changed);
            }
            events::note(tx, "sms", store::GATEWAY, actor.clone(), "set", detail.clone(), now)?;
            let (stored, facts) = show::read(tx, now, &zone)?;
            Ok((stored.map(|it| show::told(&it.gateway, &facts)), store::numbers(tx)?))
        })
        .await?;
    app.mobile.set(numbers);
    answer::done(&viewer, "/sms", "sms-set", &facts.unwrap_or_default())
}

async fn go_on(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    must_set_up(&viewer)?;
    let (actor, now) = (viewer.actor(), viewer.now);
    app.db
        .write(move |tx| {
            store::go_on(tx, now)?;
            events::note(tx, "sms", store::GATEWAY, actor.clone(), "went_on", json!({}), now)
        })
        .await?;
    answer::done(&viewer, "/sms", "sms-goes-on", &json!({ "is_paused": false }))
}
