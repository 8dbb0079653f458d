//! What somebody is told inside the program: given to them, answered, opened again, about to be late.

use askama::Template;
use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use database::{Error, Reader};
use jiff::Timestamp;

use crate::app::App;
use crate::desk::request::Request;
use crate::desk::store::notices::{self, LeadsTo, Notice};
use crate::desk::store::people;
use crate::frame::{Frame, page, see_other};
use crate::id::{NoticeId, PersonId};
use crate::problem::Problem;
use crate::viewer::Viewer;

const PAGE_ROWS: usize = 50;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/notices", get(list))
        .route("/notices/read", post(read_all))
        .route("/notices/{id}/open", post(open))
}

#[derive(Template)]
#[template(path = "desk/notices.html")]
struct Page {
    frame: Frame,
    notices: Vec<Notice>,
    unread: i64,
    next: Option<String>,
}

impl Page {
    /// "Late:", in front of the subject.
    fn words(&self, notice: &Notice) -> String {
        self.frame.t(&format!("notice-{}", notice.kind.replace('_', "-")))
    }
}

/// Who is told about a request: its officer, or everybody of the unit while nobody has it.
pub fn who_looks_after(r: &mut Reader, request: &Request, now: Timestamp) -> Result<Vec<PersonId>, Error> {
    match (request.assignee, request.veiled_by()) {
        (Some(officer), _) => Ok(vec![officer]),
        (None, Some(service)) => people::named_officers(r, request.unit, service, now),
        (None, None) => {
            Ok(people::officers(r, request.unit, now)?.into_iter().map(|(person, _)| person).collect())
        }
    }
}

async fn list(
    State(app): State<App>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let me = viewer.must_be_signed_in()?;
    let before = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "before")
        .and_then(|(_, id)| NoticeId::parse(&id));
    let asker = me.clone();
    let mut notices = app.db.read(move |r| notices::list(r, &asker, before, PAGE_ROWS as i64 + 1)).await?;
    let more = notices.len() > PAGE_ROWS;
    notices.truncate(PAGE_ROWS);
    let next = notices.last().filter(|_| more).map(|last| format!("/notices?before={}", last.id));
    let unread = me.counts.notices;
    page(
        StatusCode::OK,
        &Page { frame: Frame::titled(&app, &viewer, "notices-title"), notices, unread, next },
    )
}

async fn read_all(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    let (person, now) = (viewer.must_be_signed_in()?.person, app.clock.now());
    app.db.write(move |tx| notices::mark_read(tx, person, None, now)).await?;
    Ok(see_other("/notices"))
}

/// Marks one as read and leads to its case.
async fn open(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let me = viewer.must_be_signed_in()?;
    let (person, now) = (me.person, app.clock.now());
    let id = NoticeId::parse(&id).ok_or(Problem::NotFound)?;
    let leads_to = app.db.write(move |tx| {
        let leads_to = notices::leads_to(tx, person, id)?.ok_or(Problem::NotFound)?;
        notices::mark_read(tx, person, Some(id), now)?;
        Ok::<_, Problem>(leads_to)
    });
    let way = match leads_to.await? {
        LeadsTo { number: Some(number), .. } => format!("/requests/{number}"),
        LeadsTo { service: Some(service), .. } if me.named.contains(&service) => {
            let catalogue = app.catalogue.now();
            let code = catalogue.service(service).map_or("", |service| service.definition.code.as_str());
            format!("/services/{code}/named")
        }
        LeadsTo { kind, .. } if kind.starts_with("webhook_") => "/webhooks".to_owned(),
        LeadsTo { kind, .. } if kind == "sms_paused" => "/sms".to_owned(),
        LeadsTo { kind, .. } if kind == "mailbox_silent" => "/mail".to_owned(),
        LeadsTo { kind, .. } if kind == "mailbox_broken" => "/system/mailboxes".to_owned(),
        LeadsTo { .. } => "/notices".to_owned(),
    };
    Ok(see_other(&way))
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::{given, reported};
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn a_notice_is_counted_until_it_is_read() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let karma_id = world.person(Who::Karma).to_string();
        let assign = format!("/requests/{number}/assign");
        world.browser(Who::Head).post(&assign, &[("officer", &karma_id)]).await.must_be(200);
        let mut karma = world.browser(Who::Karma);
        let page = karma.get("/notices").await;
        page.must_have("Given to you:");
        let text = page.text();
        let open =
            text.split("action=\"").find(|it| it.ends_with("/open\"") || it.contains("/open\"")).unwrap();
        let open = open.split('"').next().unwrap().to_owned();
        world.browser(Who::Sonam).post(&open, &[]).await.must_be(404);
        let case = karma.post(&open, &[]).await;
        assert_eq!(case.path, format!("/requests/{number}"));
        karma.post(&open, &[]).await.must_be(200);
        assert_eq!(world.number("SELECT CAST(SUM(value) AS BIGINT) FROM counters WHERE name = 'notices'"), 0);
    }

    #[tokio::test]
    async fn all_are_read_at_once_and_nobody_reads_for_another() {
        let world = World::new();
        for _ in 0..3 {
            let number = given(&world, reported(&world)).await.number;
            let karma = world.person(Who::Karma).to_string();
            let assign = format!("/requests/{number}/assign");
            world.browser(Who::Head).post(&assign, &[("officer", &karma)]).await.must_be(200);
        }
        world.browser(Who::Sonam).post("/notices/read", &[]).await.must_be(200);
        assert_eq!(world.number("SELECT CAST(SUM(value) AS BIGINT) FROM counters WHERE name = 'notices'"), 3);
        world.browser(Who::Karma).post("/notices/read", &[]).await.must_be(200);
        assert_eq!(world.number("SELECT CAST(SUM(value) AS BIGINT) FROM counters WHERE name = 'notices'"), 0);
        assert!(world.public().get("/notices").await.path.starts_with("/sign-in"));
        world.public().post("/notices/read", &[]).await.must_have("Sign in");
        world.browser(Who::Karma).post("/notices/nonsense/open", &[]).await.must_be(404);
    }
}
