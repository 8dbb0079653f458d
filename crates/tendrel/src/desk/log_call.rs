//! `GET` and `POST /requests/new`: an officer writes down a call, a fax, a letter or a visit. One page, the number at
//! the end of it, and no need of a mouse.

mod at_once;
pub(crate) mod input;
pub(crate) mod show;

use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use crate::app::App;
use crate::desk::accept::{Accepted, accept_under};
use crate::desk::ask::{secret_of, take_kept};
use crate::desk::log_call::input::{CHANNELS, Call, Input};
use crate::desk::save::Desk;
use crate::desk::store;
use crate::directory::sessions;
use crate::events::Actor;
use crate::frame::form::FormData;
use crate::frame::see_other;
use crate::problem::Problem;
use crate::viewer::Viewer;

pub fn routes() -> Router<App> {
    Router::new().route("/requests/new", get(form).post(send)).route("/requests/new/fragment", get(fragment))
}

#[derive(Deserialize)]
struct Begun {
    #[serde(default)]
    service: String,
    #[serde(default)]
    person: String,
    #[serde(default)]
    office: String,
    /// The secret of the request that was just written down.
    #[serde(default)]
    receipt: String,
}

/// The empty form; with what is known already when it is opened from a person's or an office's page.
async fn form(
    State(app): State<App>,
    viewer: Viewer,
    Query(begun): Query<Begun>,
) -> Result<Response, Problem> {
    viewer.must_work_in_a_unit()?;
    let fields = [
        ("service", begun.service.as_str()),
        ("person", begun.person.as_str()),
        ("office", begun.office.as_str()),
    ];
    let mut input = Input::of(FormData::of(&fields));
    if !begun.person.is_empty() {
        input.use_person(&app).await?;
    }
    show::form(&app, &viewer, &input, &begun.receipt).await
}

/// The part of the form that hangs on the service and the office, for the script.
async fn fragment(
    State(app): State<App>,
    viewer: Viewer,
    Query(begun): Query<Begun>,
) -> Result<Response, Problem> {
    viewer.must_work_in_a_unit()?;
    let fields = [("service", begun.service.as_str()), ("office", begun.office.as_str())];
    show::fragment(&app, &viewer, &Input::of(FormData::of(&fields))).await
}

async fn send(State(app): State<App>, viewer: Viewer, mut form: FormData) -> Result<Response, Problem> {
    viewer.must_work_in_a_unit()?;
    take_kept(&app, &mut form).await?;
    let mut input = Input::of(form);
    if let Err(away) = input.form().must_be_kept() {
        let known = input.look_up(&app).await?;
        return show::not_saved(&app, &viewer, &input, &known, &away);
    }
    match input.wanted() {
        "find" => {
            input.find_people(&app).await?;
            return show::form(&app, &viewer, &input, "").await;
        }
        "use" => {
            input.use_person(&app).await?;
            return show::form(&app, &viewer, &input, "").await;
        }
        "fields" => return show::form(&app, &viewer, &input, "").await,
        _ => {}
    }
    let known = input.look_up(&app).await?;
    let call = match input.check(&app, &viewer, &known, &CHANNELS) {
        Ok(call) => call,
        Err(faults) => return show::again(&app, &viewer, &input, &known, &faults).await,
    };
    if !known.same.is_empty() && !input.has_seen_same() {
        return show::same(&app, &viewer, &input, &known).await;
    }
    let secret = secret_of(input.form());
    match write_down(&app, &viewer, call, secret.clone()).await {
        Ok(_) => Ok(see_other(&format!("/requests/new?receipt={secret}"))),
        Err(problem) if problem.passes() => show::not_saved(&app, &viewer, &input, &known, &problem),
        Err(other) => Err(other),
    }
}

/// One transaction: the record, and what the officer did about it at once. Sent twice it is one record.
async fn write_down(app: &App, viewer: &Viewer, call: Call, secret: String) -> Result<Accepted, Problem> {
    let desk = Desk::new(app);
    let actor: Actor = viewer.actor();
    let hash = sessions::hash(&secret);
    let service = &call.incoming.service;
    let may_work = !service.definition.confidential
        || viewer.signed_in.as_ref().is_some_and(|me| me.named.contains(&service.id));
    app.db
        .write(move |tx| {
            if let Some(first) = store::by_follow_hash(tx, &hash)? {
                return Ok(Accepted {
                    id: first.id,
                    number: first.number,
                    secret: secret.clone(),
                    response_due: first.promise.response_due,
                    resolution_due: first.promise.resolution_due,
                });
            }
            let accepted = accept_under(tx, &desk, &call.incoming, actor.clone(), secret.clone())?;
            // Who is not named may write it down, and leaves it to those who are.
            if call.taken && may_work {
                at_once::take(tx, &desk, &actor, accepted.id)?;
            }
            match &call.solved {
                Some(solved) if may_work => at_once::resolve(tx, &desk, &actor, accepted.id, solved)?,
                Some(solved) => at_once::note(tx, &desk, &actor, accepted.id, &solved.words)?,
                None => {}
            }
            Ok(accepted)
        })
        .await
}

#[cfg(test)]
mod tests;
