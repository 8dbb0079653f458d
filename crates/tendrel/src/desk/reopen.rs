//! It still does not work. Within five working days the request is open again; later a new one carries it on.
//!
//! The time in between belongs to nobody: the unit thought it done, so the promise stands still, and it counts
//! neither as work nor as waiting. It is kept as a hold without a reason.

use jiff::Timestamp;
use working_time::Calendar;

use crate::desk::accept::{Incoming, accept};
use crate::desk::access::Doing;
use crate::desk::act::{Act, Case, Done, Refused, words};
use crate::desk::attach::keep_files;
use crate::desk::came_in::CameIn;
use crate::desk::request::{Channel, Hold, Request};
use crate::desk::resume::resumed;
use crate::desk::store::{self, notices};
use crate::desk::{index, notices as told};
use crate::frame::form::FormData;
use crate::problem::Problem;

pub const REOPEN: Act = Act { name: "reopen", doing: Doing::Reopen, run };

/// Working days of the unit in which a request can be opened again.
pub const REOPEN_WITHIN_DAYS: i64 = 5;

fn run(case: &mut Case<'_>, form: &FormData) -> Result<Done, Refused> {
    let Some(ended) = ended_at(&case.request) else {
        return Err(Refused::Rule("case-still-open"));
    };
    let text = words(form, "text", "case-say-what-is-wrong")?;
    let calendar = case.desk.calendars.of_unit(case.request.unit);
    if may_reopen(ended, &calendar, case.desk.now) {
        open_again(case, ended, text, form)
    } else {
        carry_on(case, text, form)
    }
}

/// When a request that is not open any more was resolved or cancelled.
pub fn ended_at(request: &Request) -> Option<Timestamp> {
    if request.state.is_open() { None } else { request.resolved_at.or(request.closed_at) }
}

pub fn may_reopen(ended: Timestamp, calendar: &Calendar, now: Timestamp) -> bool {
    calendar.add_days(ended, REOPEN_WITHIN_DAYS).is_none_or(|last| now <= last)
}

fn open_again(case: &mut Case<'_>, ended: Timestamp, text: &str, form: &FormData) -> Result<Done, Refused> {
    let now = case.desk.now;
    let between =
        Hold { from: ended, to: Some(now), reason: String::new(), comment: String::new(), pauses: true };
    store::begin_hold(case.tx, case.request.id, &between)?;
    let message = case.say(text, false)?;
    let files = keep_files(case, form, false)?;
    let mut after = resumed(&case.request);
    after.reopened += 1;
    after.resolved_at = None;
    after.closed_at = None;
    let happened = case
        .happened("reopened")
        .with("message", message.to_string())
        .with("files", files)
        .with("ended_at", ended.as_microsecond());
    case.save(after, happened)?;
    index::again(case.tx, &case.request)?;
    let people = told::who_looks_after(case.tx, &case.request, now)?;
    let others: Vec<_> = people.into_iter().filter(|person| Some(*person) != case.actor.person).collect();
    notices::tell(case.tx, &others, "reopened", &case.request, now)?;
    Ok(case.done("reopened"))
}

/// A new request with the fields of the old one, and its own promise.
fn carry_on(case: &mut Case<'_>, text: &str, form: &FormData) -> Result<Done, Refused> {
    let old = &case.request;
    let service = case.desk.catalogue.service(old.service).cloned();
    let channel = case.came_in.map_or(Channel::Web, CameIn::channel);
    let incoming = Incoming {
        channel: if case.standing.is_unit() { old.channel } else { channel },
        service: service.ok_or(Refused::Problem(Problem::Input("case-service-gone")))?,
        unit: old.unit,
        office: old.office,
        office_text: old.office_text.clone(),
        requester: old.requester,
        requester_name: old.requester_name.clone(),
        requester_phone: old.requester_phone.clone(),
        requester_email: old.requester_email.clone(),
        by_sms: old.by_sms,
        entered_by: case.actor.person.filter(|_| case.standing.is_unit()),
        subject: old.subject.clone(),
        description: text.to_owned(),
        answers: old.answers.clone(),
        impact: old.impact,
        urgency: old.urgency,
        received_at: case.desk.now,
        complete: old.complete_at.is_some(),
        language: old.language.clone(),
        files: form.files.iter().map(|(_, file)| file.clone()).collect(),
        follows: Some(old.id),
        came_in: case.came_in,
        source: String::new(),
    };
    let new = accept(case.tx, case.desk, &incoming, case.actor.clone())?;
    Ok(Done { carried_on: Some(new), ..case.done("carried-on") })
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::{given, reported, resolved};
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn within_five_working_days_it_is_open_again_and_the_time_between_counts_for_nobody() {
        let world = World::new();
        let accepted = given(&world, reported(&world)).await;
        world.set("2026-11-19 11:00");
        resolved(&world, &accepted.number).await;
        world.set("2026-11-23 11:00");
        let reopen = format!("/r/{}/reopen", accepted.secret);
        let mut bearer = world.public();
        bearer.post(&reopen, &[("text", "")]).await.must_be(422);
        let page = bearer.post(&reopen, &[("text", "It is down again.")]).await;
        page.must_be(200);
        page.must_have("It is down again.");
        assert_eq!(world.number("SELECT reopened FROM requests WHERE is_open = 1"), 1);
        assert_eq!(world.number("SELECT resolution_used FROM requests"), 2 * 3600);
        world.browser(Who::Karma).get("/notices").await.must_have("Opened again:");

        world.set("2026-11-23 12:00");
        resolved(&world, &accepted.number).await;
        assert_eq!(world.number("SELECT resolution_used FROM requests"), 3 * 3600);
        assert_eq!(world.number("SELECT seconds_on_hold FROM requests"), 0);
        let worked = world.number("SELECT seconds_new + seconds_in_progress FROM requests");
        assert_eq!(worked, 3 * 3600);
    }

    #[tokio::test]
    async fn later_a_new_request_carries_it_on() {
        let world = World::new();
        let accepted = given(&world, reported(&world)).await;
        world.set("2026-11-19 11:00");
        resolved(&world, &accepted.number).await;
        world.set("2026-12-04 11:00");
        let fields = [("text", "It is down again.")];
        let page = world.public().post(&format!("/r/{}/reopen", accepted.secret), &fields).await;
        page.must_be(200);
        page.must_have("It is down again.");
        page.must_have(&accepted.number);
        assert_ne!(page.path.split('?').next(), Some(format!("/r/{}", accepted.secret).as_str()));
        assert_eq!(
            world.number("SELECT COUNT(*) FROM requests WHERE follows_id IS NOT NULL AND is_open = 1"),
            1
        );
        assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE reopened > 0"), 0);
    }

    #[tokio::test]
    async fn what_is_open_cannot_be_opened_and_strangers_open_nothing() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let reopen = format!("/requests/{number}/reopen");
        world.browser(Who::Karma).post(&reopen, &[("text", "x")]).await.must_be(409);
        resolved(&world, &number).await;
        world.browser(Who::Stranger).post(&reopen, &[("text", "x")]).await.must_be(404);
        for who in [Who::Principal, Who::Auditor, Who::Centre] {
            world.browser(who).post(&reopen, &[("text", "x")]).await.must_be(403);
        }
        world.public().post(&reopen, &[("text", "x")]).await.must_have("Sign in");
        world.browser(Who::Karma).post(&reopen, &[("text", "The test failed")]).await.must_be(200);
    }
}
