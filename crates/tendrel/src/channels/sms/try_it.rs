//! A message to a number that an operator types: whether the gateway takes it is seen at once, on or not.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use serde_json::json;

use crate::app::App;
use crate::channels::access::must_set_up;
use crate::channels::sms::say::parts;
use crate::channels::sms::send::{self, Outcome};
use crate::channels::sms::{show, store};
use crate::desk::store::sms::{self, Sms, SmsState, Why};
use crate::directory::answer;
use crate::frame::Frame;
use crate::frame::form::{FormData, Wrong};
use crate::id::SmsId;
use crate::problem::Problem;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/sms/try", post(try_it)).route("/api/v1/sms/try", post(try_it))
}

async fn try_it(State(app): State<App>, viewer: Viewer, typed: FormData) -> Result<Response, Problem> {
    must_set_up(&viewer)?;
    let frame = Frame::new(&app, &viewer, "");
    let stored = app.db.read(store::get).await?.filter(|stored| !stored.gateway.url.is_empty());
    let phone = stored.as_ref().and_then(|it| it.gateway.numbers().normal(typed.text("phone")));
    let (Some(stored), Some(phone)) = (stored.clone(), phone) else {
        let mut wrong = Wrong::default();
        wrong.note("phone", frame.t(if stored.is_some() { "sms-try-number" } else { "sms-try-first" }));
        if viewer.by_api() {
            return Ok(answer::wrong_fields(&wrong));
        }
        return show::again(&app, &viewer, None, wrong).await;
    };
    let (now, text) = (viewer.now, frame.t("sms-try-words"));
    let tried = Sms {
        id: SmsId::new(now),
        request: None,
        number: 0,
        kind: "try".to_owned(),
        phone,
        person: viewer.signed_in.as_ref().map(|me| me.person),
        language: viewer.language.code().to_owned(),
        parts: parts(&text),
        words: text.clone(),
        state: SmsState::Waiting,
        made_at: now,
        send_at: now,
        attempts: 1,
        ended_at: None,
        why: None,
        answer: String::new(),
    };
    let new = tried.clone();
    // Written down first, as taken: what was sent stands in the log even if the program ends now.
    let once = new.id.uuid().as_bytes().to_vec();
    app.db.write(move |tx| sms::insert(tx, &new, &once, Some(now))).await?;
    let outcome = send::hand_over(&app, &stored, &tried, &text).await;
    let (id, after, told) = (tried.id, app.clock.now(), outcome.clone());
    app.db
        .write(move |tx| match &told {
            Outcome::Sent(answer) => {
                sms::sent(tx, id, answer, after)?;
                store::works(tx)
            }
            // A try is not tried again, and says nothing that operators do not see.
            Outcome::No(why, answer) => sms::failed(tx, id, *why, answer, after),
            Outcome::Later(answer) | Outcome::Away(answer) => {
                sms::failed(tx, id, Why::GivenUp, answer, after)
            }
        })
        .await?;
    let is_sent = matches!(outcome, Outcome::Sent(_));
    let said = if is_sent { "sms-tried" } else { "sms-tried-in-vain" };
    answer::done(&viewer, "/sms/log", said, &json!({ "is_sent": is_sent, "answer": outcome.answer() }))
}
