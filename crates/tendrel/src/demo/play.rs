//! Plays the week: requests come in through the one door, and acts are sent to the same addresses as the pages' forms.
//! What lies ahead today happens when its time comes.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use database::{Error, Reader};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value as Json};
use tower::ServiceExt;

use crate::app::App;
use crate::clock::Clock;
use crate::demo::week::{self, Act, Step, Story, What};
use crate::demo::{HOME, remember, setting};
use crate::desk::accept::{Incoming, accept};
use crate::desk::form::{Given, check};
use crate::desk::request::Channel;
use crate::desk::save::Desk;
use crate::directory::sessions;
use crate::events::Actor;
use crate::id::{AccountId, OrganisationId, PersonId};
use crate::problem::Problem;
use crate::search::fold;
use crate::worker;

/// The week, and the day it ends on.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    pub(super) today: Date,
    stories: Arc<Vec<Story>>,
    steps: Arc<Vec<Step>>,
}

impl Stage {
    pub(crate) fn new(app: &App, today: Date) -> anyhow::Result<Stage> {
        let (stories, steps) = week::read(app, today)?;
        Ok(Stage { today, stories: Arc::new(stories), steps: Arc::new(steps) })
    }
}

/// Plays what should have happened by now, each at its own time. Returns what was refused.
pub(crate) async fn catch_up(app: &App, stage: &Stage) -> anyhow::Result<Vec<String>> {
    let played: Timestamp = setting_async(app, "demo_played").await?.context("no week was begun")?.parse()?;
    let now = app.clock.now();
    let clock = Clock::stopped(played);
    let past = App { clock: clock.clone(), ..app.clone() };
    let mut refused = Vec::new();
    for step in stage.steps.iter().filter(|step| played < step.at && step.at <= now) {
        clock.set(step.at);
        worker::round(&past).await?;
        refused.extend(play(&past, stage, step).await?);
    }
    Ok(refused)
}

/// Plays the rest of the day as its time comes.
pub(crate) async fn go_on(app: App, stage: Stage) {
    let begun = app.clock.now();
    for step in stage.steps.iter().filter(|step| step.at > begun) {
        let wait = step.at.duration_since(app.clock.now());
        tokio::time::sleep(Duration::try_from(wait).unwrap_or_default()).await;
        if let Err(error) = play(&app, &stage, step).await {
            tracing::warn!("a step of the demonstration failed: {error:#}");
        }
    }
}

/// Plays one step, and remembers that it was played. Returns why it was refused: a visitor may have been first.
async fn play(app: &App, stage: &Stage, step: &Step) -> anyhow::Result<Option<String>> {
    let story = &stage.stories[step.story];
    let refused = match &step.what {
        What::Asked => {
            ask(app, step.story, story).await.with_context(|| format!("asking: {}", story.subject))?;
            None
        }
        What::Done(act) => act_on(app, step.story, story, act)
            .await
            .with_context(|| format!("{}: {}", story.subject, act.name))?,
    };
    if let Some(why) = &refused {
        tracing::debug!("{why}");
    }
    remember_async(app, "demo_played", step.at.to_string()).await?;
    Ok(refused)
}

struct Somebody {
    person: PersonId,
    account: Option<AccountId>,
    name: String,
    phone: String,
    email: String,
}

/// A person by name; of two with the same name, the one of the office.
fn somebody(r: &mut Reader, name: &str, office: Option<OrganisationId>) -> Result<Option<Somebody>, Error> {
    r.row(
        "SELECT p.id AS person, a.id AS account, p.name AS name, p.phone AS phone, p.email AS email
         FROM persons p LEFT JOIN accounts a ON a.person_id = p.id
         WHERE p.folded = $1
         ORDER BY CASE WHEN p.working_agency_id = CAST($2 AS BYTEA) THEN 0 ELSE 1 END, p.id LIMIT 1",
        &[fold(name).into(), office.into()],
        |row| {
            Ok(Somebody {
                person: row.get("person")?,
                account: row.get("account")?,
                name: row.get("name")?,
                phone: row.get("phone")?,
                email: row.get("email")?,
            })
        },
    )
}

fn office_of(r: &mut Reader, name: &str) -> Result<Option<OrganisationId>, Error> {
    r.row(
        "SELECT id FROM organisations WHERE folded = $1 AND valid_to IS NULL ORDER BY id LIMIT 1",
        &[fold(name).into()],
        |row| row.get("id"),
    )
}

async fn ask(app: &App, index: usize, story: &Story) -> anyhow::Result<()> {
    let desk = Desk::new(app);
    let service = desk.catalogue.service_by_code(&story.service).cloned().context("no such service")?;
    let unit = app.calendars.unit_by_code(HOME).context("no such unit")?.id;
    let channel = Channel::from_code(&story.channel).context("no such channel")?;
    let answers: Map<String, Json> = story
        .answers
        .iter()
        .map(|(key, value)| Ok((key.clone(), serde_json::to_value(value)?)))
        .collect::<anyhow::Result<_>>()?;
    let fields = &service.definition.fields;
    let given = Given::of_json(fields, &answers).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    let answers = check(fields, &given).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    let (story, officer) = (story.clone(), story.first_officer());
    let told = app
        .db
        .write(move |tx| {
            let office = office_of(tx, &story.office)?;
            let asker = somebody(tx, &story.person, office)?.ok_or(Problem::NotFound)?;
            let typed_in = !matches!(channel, Channel::Web | Channel::Api);
            let officer = match &officer {
                Some(name) if typed_in => somebody(tx, name, Some(unit))?,
                _ => None,
            };
            let is_dzongkha = story.text.chars().any(|c| ('\u{0f00}'..='\u{0fff}').contains(&c));
            let by = officer.as_ref().unwrap_or(&asker);
            let actor = Actor { person: Some(by.person), name: by.name.clone() };
            let incoming = Incoming {
                channel,
                service: service.clone(),
                unit,
                office,
                office_text: story.office.clone(),
                requester: Some(asker.person),
                requester_name: asker.name,
                requester_phone: asker.phone,
                requester_email: asker.email,
                by_sms: false,
                entered_by: officer.map(|officer| officer.person),
                subject: story.subject.clone(),
                description: story.text.clone(),
                answers: answers.clone(),
                impact: story.impact,
                urgency: story.urgency,
                received_at: desk.now,
                complete: true,
                language: if is_dzongkha { "dz" } else { "en" }.to_owned(),
                files: Vec::new(),
                follows: None,
                came_in: None,
                source: String::new(),
            };
            accept(tx, &desk, &incoming, actor)
        })
        .await
        .map_err(|problem: Problem| anyhow::anyhow!("{problem:?}"))?;
    remember_async(app, &key_of(index), format!("{} {}", told.number, told.secret)).await
}

fn key_of(story: usize) -> String {
    format!("demo_story_{story}")
}

impl Story {
    /// The officer who typed it in, if it did not come by web.
    fn first_officer(&self) -> Option<String> {
        self.acts().find(|act| act.by != REQUESTER).map(|act| act.by.clone())
    }
}

const REQUESTER: &str = "requester";

async fn act_on(app: &App, index: usize, story: &Story, act: &Act) -> anyhow::Result<Option<String>> {
    let Some(told) = setting_async(app, &key_of(index)).await? else {
        return Ok(Some(format!("{} was never asked", story.subject)));
    };
    let (number, secret) = told.split_once(' ').context("a story is remembered wrongly")?;
    let (name, by_requester) = match act.by.as_str() {
        REQUESTER => (story.person.clone(), true),
        other => (other.to_owned(), false),
    };
    let (to, office_name, now) = (act.to.clone(), story.office.clone(), app.clock.now());
    let from = sessions::Origin {
        address: "127.0.0.1".to_owned(),
        agent: "demonstration".to_owned(),
        longest: app.settings.sign_in.longest(),
    };
    let (session, to) = app
        .db
        .write(move |tx| {
            let office = office_of(tx, &office_name)?;
            let actor = somebody(tx, &name, office)?;
            let to = if to.is_empty() { None } else { somebody(tx, &to, None)? };
            let session = match actor.and_then(|actor| actor.account) {
                Some(account) => Some(sessions::open(tx, account, &from, now)?),
                None => None,
            };
            Ok::<_, Error>((session, to.map(|to| to.person.to_string())))
        })
        .await?;
    let path = match (by_requester, &session) {
        (true, Some(_)) => format!("/my/requests/{number}/{}", act.name),
        (true, None) => format!("/r/{secret}/{}", act.name),
        (false, _) => format!("/requests/{number}/{}", act.name),
    };
    let status = send(app, &path, session, act, to.unwrap_or_default()).await?;
    let done = status == StatusCode::SEE_OTHER;
    Ok((!done).then(|| format!("{status}: {path}, {}", story.subject)))
}

/// Sends the form of an act as a browser does.
async fn send(
    app: &App,
    path: &str,
    session: Option<String>,
    act: &Act,
    officer: String,
) -> anyhow::Result<StatusCode> {
    let mut request = Request::post(path).header(header::HOST, "localhost");
    if let Some(secret) = &session {
        request = request.header(header::COOKIE, format!("{}={secret}", sessions::session_cookie(app)));
    }
    let request = if act.name == "attach" {
        request
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=paper")
            .body(Body::from(multipart(&act.text)))?
    } else {
        let stars = act.stars.map(|stars| stars.to_string()).unwrap_or_default();
        let fields = [
            ("text", &act.text),
            ("comment", &act.text),
            ("reason", &act.reason),
            ("cause", &act.cause),
            ("rating", &stars),
            ("officer", &officer),
        ];
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields.iter().filter(|(_, value)| !value.is_empty()))
            .finish();
        request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(Body::from(body))?
    };
    let router: Router = crate::router::router(app.clone());
    let response = router.oneshot(request).await?;
    if let Some(secret) = session {
        let hash = sessions::hash(&secret);
        app.db
            .write(move |tx| tx.execute("DELETE FROM sessions WHERE token_hash = $1", &[(&hash).into()]))
            .await?;
    }
    Ok(response.status())
}

fn multipart(name: &str) -> Vec<u8> {
    let head = format!(
        "--paper\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/pdf\r\n\r\n"
    );
    [head.as_bytes(), &pdf(name), b"\r\n--paper--\r\n"].concat()
}

/// A paper of one page that says its own name: the papers of the demonstration hold nothing.
fn pdf(name: &str) -> Vec<u8> {
    let text = format!("BT /F1 14 Tf 72 760 Td ({name}: a paper of the demonstration) Tj ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
            .to_owned(),
        format!("<</Length {}>>stream\n{text}\nendstream", text.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.push_str(&format!("{} 0 obj{object}endobj\n", index + 1));
    }
    let table = file.len();
    file.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for place in places {
        file.push_str(&format!("{place:010} 00000 n \n"));
    }
    file.push_str(&format!("trailer<</Size {}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1));
    file.into_bytes()
}

async fn setting_async(app: &App, key: &str) -> anyhow::Result<Option<String>> {
    let (app, key) = (app.clone(), key.to_owned());
    Ok(tokio::task::spawn_blocking(move || setting(&app, &key)).await??)
}

async fn remember_async(app: &App, key: &str, value: String) -> anyhow::Result<()> {
    let (app, key) = (app.clone(), key.to_owned());
    Ok(tokio::task::spawn_blocking(move || remember(&app, &key, &value)).await??)
}
