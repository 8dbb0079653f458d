//! A person's account and roles: made, linked, closed, given and taken away.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use database::{Error, Transaction};
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::directory::access::{Doing, Spot, may, must};
use crate::directory::accounts::{self, Account};
use crate::directory::change_office::one_office;
use crate::directory::change_person::subject;
use crate::directory::form_page::FormPage;
use crate::directory::people::{self, Person};
use crate::directory::send_notice::{self, Change};
use crate::directory::{answer, codes, links, show_person};
use crate::events;
use crate::frame::Frame;
use crate::frame::form::FormData;
use crate::id::{OrganisationId, PersonId};
use crate::problem::Problem;
use crate::viewer::{Role, SignedIn, Viewer};

pub(super) fn routes() -> Router<App> {
    let mut router = Router::new()
        .route("/people/{id}/account", get(show_make))
        .route("/people/{id}/grant", get(show_grant));
    for root in ["", "/api/v1"] {
        router = router
            .route(&format!("{root}/people/{{id}}/account"), post(make))
            .route(&format!("{root}/people/{{id}}/grant"), post(grant))
            .route(&format!("{root}/people/{{id}}/link"), post(link))
            .route(&format!("{root}/people/{{id}}/codes-off"), post(codes_off))
            .route(&format!("{root}/people/{{id}}/close"), post(close))
            .route(&format!("{root}/people/{{id}}/reopen"), post(reopen))
            .route(&format!("{root}/people/{{id}}/revoke"), post(revoke));
    }
    router
}

/// The account of a person. Whoever holds a role that the viewer could not give is not theirs to lock out or let in.
async fn account(app: &App, viewer: &Viewer, id: &str) -> Result<(Person, Account), Problem> {
    let person = subject(app, viewer, id).await?;
    let me = viewer.must_be_signed_in()?.clone();
    let id = person.id;
    let (account, above) = app
        .db
        .read(move |r| {
            let Some(account) = accounts::of_person(r, id)? else {
                return Ok((None, false));
            };
            let mut above = false;
            for grant in accounts::grants_of(r, account.id)?.iter().filter(|grant| grant.valid_to.is_none()) {
                let spot = Spot::of(r, Some(grant.organisation))?;
                above |= !may(&me, Doing::GiveRole(grant.role), &spot);
            }
            Ok::<_, Error>((Some(account), above))
        })
        .await?;
    let account = account.ok_or(Problem::NotFound)?;
    if above { Err(Problem::Forbidden) } else { Ok((person, account)) }
}

async fn write(
    app: &App,
    viewer: &Viewer,
    person: PersonId,
    (activity, detail): (&'static str, Json),
    change: impl Fn(&mut Transaction) -> Result<Option<String>, Error> + Send + 'static,
) -> Result<Option<String>, Problem> {
    let (actor, now) = (viewer.actor(), viewer.now);
    let made = app
        .db
        .write(move |tx| {
            let made = change(tx)?;
            events::note(tx, "person", person.uuid(), actor.clone(), activity, detail.clone(), now)?;
            Ok::<_, Error>(made)
        })
        .await?;
    Ok(made.map(|secret| format!("{}/welcome/{secret}", app.settings.base_url)))
}

fn make_page(app: &App, viewer: &Viewer, person: &Person, form: Option<&FormData>) -> FormPage {
    let frame = Frame::titled(app, viewer, "account-title");
    let proposed = crate::search::fold(&person.name).replace(' ', ".");
    FormPage::new(frame, "account", format!("/people/{}/account", person.id), form)
        .about(format!("/people/{}", person.id), &person.name)
        .text("username", &proposed)
}

async fn show_make(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let person = subject(&app, &viewer, &id).await?;
    make_page(&app, &viewer, &person, None).show()
}

async fn make(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    let person = subject(&app, &viewer, &id).await?;
    let mut page = make_page(&app, &viewer, &person, Some(&form));
    let username = accounts::username(&page.must_have("username"));
    if username.contains(|c: char| c.is_whitespace() || c == '@') {
        page.note("username", "account-username-plain");
    }
    let (of, wanted) = (person.id, username.clone());
    let (has_one, taken) = app
        .db
        .read(move |r| {
            let taken = accounts::find(r, &wanted)?.is_some_and(|account| account.username == wanted);
            Ok::<_, Error>((accounts::of_person(r, of)?.is_some(), taken))
        })
        .await?;
    if has_one {
        page.note("username", "account-has-one");
    } else if taken {
        page.note("username", "account-username-taken");
    }
    if !page.wrong.is_empty() {
        return page.refuse(&viewer);
    }
    let now = viewer.now;
    let detail = json!({ "username": username });
    let link = write(&app, &viewer, of, ("account made", detail), move |tx| {
        let account = people::insert_account(tx, of, &username, now)?;
        links::hand_over(tx, account, now).map(Some)
    })
    .await?;
    show_person::page(&app, &viewer, &id, link).await
}

async fn link(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let (person, account) = account(&app, &viewer, &id).await?;
    if account.closed_at.is_some() {
        return Err(Problem::Forbidden);
    }
    let now = viewer.now;
    let link = write(&app, &viewer, person.id, ("password link made", json!({})), move |tx| {
        links::hand_over(tx, account.id, now).map(Some)
    })
    .await?;
    show_person::page(&app, &viewer, &id, link).await
}

/// For somebody who lost the telephone and the recovery codes: signs in without them, and is led to set them up again
/// where the role needs it.
async fn codes_off(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (person, account) = account(&app, &viewer, &id).await?;
    let now = viewer.now;
    write(&app, &viewer, person.id, ("codes turned off", json!({})), move |tx| {
        if codes::remove(tx, account.id)? {
            send_notice::enqueue(tx, account.id, Change::CodesOff, now)?;
        }
        Ok(None)
    })
    .await?;
    answer::done(&viewer, &format!("/people/{id}"), "person-codes-off", &json!({ "codes": false }))
}

async fn close(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let (person, account) = account(&app, &viewer, &id).await?;
    let now = viewer.now;
    write(&app, &viewer, person.id, ("account closed", json!({})), move |tx| {
        accounts::close(tx, account.id, now).map(|()| None)
    })
    .await?;
    answer::done(&viewer, &format!("/people/{id}"), "account-closed", &json!({ "closed": true }))
}

async fn reopen(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let (person, account) = account(&app, &viewer, &id).await?;
    write(&app, &viewer, person.id, ("account reopened", json!({})), move |tx| {
        accounts::reopen(tx, account.id).map(|()| None)
    })
    .await?;
    answer::done(&viewer, &format!("/people/{id}"), "account-reopened", &json!({ "closed": false }))
}

fn grant_page(
    app: &App,
    viewer: &Viewer,
    me: &SignedIn,
    person: &Person,
    spot: &Spot,
    form: Option<&FormData>,
) -> FormPage {
    let frame = Frame::titled(app, viewer, "grant-title");
    let roles = Role::ALL
        .into_iter()
        .filter(|role| may(me, Doing::GiveRole(*role), spot))
        .map(|role| (role.code().to_owned(), frame.t1("role-name", "role", role.code())))
        .collect();
    FormPage::new(frame, "grant", format!("/people/{}/grant", person.id), form)
        .about(format!("/people/{}", person.id), &person.name)
        .select("role", roles, "")
        .office("organisation", &person.working_name)
}

async fn spot_of(app: &App, organisation: Option<OrganisationId>) -> Result<Spot, Problem> {
    Ok(app.db.read(move |r| Spot::of(r, organisation)).await?)
}

async fn show_grant(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (person, _) = account(&app, &viewer, &id).await?;
    let spot = spot_of(&app, person.working_agency).await?;
    grant_page(&app, &viewer, viewer.must_be_signed_in()?, &person, &spot, None).show()
}

async fn grant(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    let (person, account) = account(&app, &viewer, &id).await?;
    let me = viewer.must_be_signed_in()?;
    let spot = spot_of(&app, person.working_agency).await?;
    let mut page = grant_page(&app, &viewer, me, &person, &spot, Some(&form));
    let role = Role::from_code(form.text("role"));
    if role.is_none() {
        page.note("role", "grant-role-missing");
    }
    let typed = page.must_have("organisation");
    let organisation = one_office(&app, &mut page, "organisation", typed).await?;
    let (Some(role), Some(organisation)) = (role, organisation) else {
        return page.refuse(&viewer);
    };
    must(me, Doing::GiveRole(role), &spot_of(&app, Some(organisation.id)).await?)?;
    let now = viewer.now;
    let detail = json!({ "role": role.code(), "organisation": organisation.name });
    write(&app, &viewer, person.id, ("role given", detail), move |tx| {
        people::grant(tx, account.id, role, organisation.id, now).map(|()| None)
    })
    .await?;
    answer::done(&viewer, &format!("/people/{id}"), "role-given", &json!({ "role": role.code() }))
}

async fn revoke(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    let (person, account) = account(&app, &viewer, &id).await?;
    let role = Role::from_code(form.text("role")).ok_or(Problem::NotFound)?;
    let organisation = OrganisationId::parse(form.text("organisation")).ok_or(Problem::NotFound)?;
    let me = viewer.must_be_signed_in()?;
    must(me, Doing::GiveRole(role), &spot_of(&app, Some(organisation)).await?)?;
    let now = viewer.now;
    let detail = json!({ "role": role.code(), "organisation": organisation });
    write(&app, &viewer, person.id, ("role taken away", detail), move |tx| {
        people::revoke(tx, account.id, role, organisation, now).map(|_| None)
    })
    .await?;
    answer::done(&viewer, &format!("/people/{id}"), "role-taken", &json!({ "role": role.code() }))
}
