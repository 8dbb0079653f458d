//! Follow a request: with the secret link, or with its number and the telephone or e-mail that was given with it.

use askama::Template;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use database::Reader;

use crate::app::App;
use crate::desk::access;
use crate::desk::followed;
use crate::desk::number::{Misread, Number, Part};
use crate::desk::request::Request;
use crate::desk::show::{Kept, Whole, whole};
use crate::desk::store::{self, tries};
use crate::frame::form::{FormData, Wrong};
use crate::frame::{Frame, page};
use crate::problem::Problem;
use crate::viewer::Viewer;

pub fn routes() -> Router<App> {
    Router::new().route("/follow", get(ask).post(look_up))
}

#[derive(Template)]
#[template(path = "desk/follow.html")]
struct Page {
    frame: Frame,
    wrong: Wrong,
    number: String,
    contact: String,
}

/// The key of the sentence that says which part of a number looks wrong.
pub fn misread_key(misread: Misread) -> &'static str {
    match misread {
        Misread::Shape => "number-shape",
        Misread::Part(Part::Unit) => "number-unit",
        Misread::Part(Part::Year) => "number-year",
        Misread::Part(Part::Counter) => "number-counter",
        Misread::Part(Part::CheckDigit) => "number-check-digit",
        Misread::Check => "number-check",
    }
}

async fn ask(State(app): State<App>, viewer: Viewer, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let number = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "number")
        .map(|(_, number)| number.trim().to_owned())
        .unwrap_or_default();
    let frame = Frame::titled(&app, &viewer, "follow-title");
    let mut wrong = Wrong::default();
    if let Some(Err(misread)) = Some(Number::parse(&number)).filter(|_| !number.is_empty()) {
        wrong.note("number", frame.t(misread_key(misread)));
    }
    page(StatusCode::OK, &Page { frame, wrong, number, contact: String::new() })
}

async fn look_up(State(app): State<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    let frame = Frame::titled(&app, &viewer, "follow-title");
    let (number, contact) = (form.text("number").to_owned(), form.text("contact").to_owned());
    let mut wrong = Wrong::default();
    if let Err(misread) = Number::parse(&number) {
        wrong.note("number", frame.t(misread_key(misread)));
    }
    if contact.is_empty() {
        wrong.note("contact", frame.t("follow-contact-missing"));
    }
    if wrong.is_empty() {
        let (address, now) = (viewer.address.clone(), app.clock.now());
        if !app.db.write(move |tx| tries::one_more(tx, &address, now)).await? {
            return Err(Problem::TooMany);
        }
        let (wanted, given) = (number.clone(), contact.clone());
        if let Some(found) = app.db.read(move |r| find(r, &wanted, &given)).await? {
            return followed::write_whole(&app, &viewer, found, String::new(), Kept::default());
        }
        wrong.note("number", frame.t("follow-no-match"));
    }
    let frame = Frame { has_mistakes: true, ..frame };
    page(StatusCode::UNPROCESSABLE_ENTITY, &Page { frame, wrong, number, contact })
}

fn find(r: &mut Reader, number: &str, contact: &str) -> Result<Option<Whole>, Problem> {
    let request = store::by_number(r, &access::canonical(number))?;
    let known = request.filter(|request| is_contact(request, contact));
    match known.and_then(|request| access::Standing::reader(&request).map(|standing| (request, standing))) {
        Some((request, standing)) => Ok(Some(whole(r, request, standing)?)),
        None => Ok(None),
    }
}

/// Is this the telephone or the e-mail that was given with the request? Country codes and spaces do not matter.
fn is_contact(request: &Request, contact: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let last_eight = |text: &str| {
        let digits = digits(text);
        digits.get(digits.len().saturating_sub(8)..).unwrap_or_default().to_owned()
    };
    let (given, typed) = (last_eight(&request.requester_phone), last_eight(contact));
    let by_phone = given.len() >= 6 && given == typed;
    let email = request.requester_email.trim();
    by_phone || !email.is_empty() && email.eq_ignore_ascii_case(contact)
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::{given, reported};
    use crate::testing::World;

    #[tokio::test]
    async fn number_and_telephone_show_how_far_it_is() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let mut public = world.public();
        for contact in ["17600003", "+975 17 60 00 03", "Tshering@Tendrel.example"] {
            let page =
                public.post("/follow", &[("number", &number.to_lowercase()), ("contact", contact)]).await;
            page.must_be(200);
            page.must_have("No Internet in the whole school");
            page.must_not_have("/reply");
        }
    }

    #[tokio::test]
    async fn nothing_is_learned_without_them() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let mut public = world.public();
        public.get("/follow").await.must_be(200);
        let page = public.post("/follow", &[("number", &number), ("contact", "17600004")]).await;
        page.must_be(422);
        page.must_have("We found no request");
        page.must_have("17600004");
        let missing = public.post("/follow", &[("number", "PUN-26-00099-9"), ("contact", "17600003")]).await;
        missing.must_be(422);
        public.post("/follow", &[("number", &number), ("contact", "")]).await.must_be(422);
    }

    #[tokio::test]
    async fn a_misread_number_says_which_group_looks_wrong() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let mut public = world.public();
        let mut misread = number.clone();
        let last = if number.ends_with('1') { "2" } else { "1" };
        misread.replace_range(number.len() - 1.., last);
        for (typed, words) in [
            (misread.as_str(), "one of the digits"),
            ("PUN-26-0I001-7", "the middle group"),
            ("PUNAKHA-26-00001-1", "the letters"),
            ("my printer", "does not look like"),
        ] {
            let page = public.post("/follow", &[("number", typed), ("contact", "17600003")]).await;
            page.must_be(422);
            page.must_have(words);
        }
        public.get("/follow?number=PUN-26-0I001-7").await.must_have("the middle group");
    }

    #[tokio::test]
    async fn nobody_can_try_them_all() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let mut public = world.public();
        for _ in 0..20 {
            public.post("/follow", &[("number", &number), ("contact", "17111111")]).await.must_be(422);
        }
        public.post("/follow", &[("number", &number), ("contact", "17600003")]).await.must_be(429);
        world.set("2026-11-19 09:16");
        public.post("/follow", &[("number", &number), ("contact", "17600003")]).await.must_be(200);
    }
}
