//! What a request is about is corrected: service, impact, urgency, subject. Priority and promise follow; what was
//! waited for stays waited for.

use crate::desk::access::Doing;
use crate::desk::act::{Act, Case, Done, Refused};
use crate::desk::index;
use crate::desk::request::Request;
use crate::desk::save::Desk;
use crate::desk::store::{named, people};
use crate::frame::form::FormData;
use crate::settings::SHORT_TEXT_LIMIT;

pub const RECLASSIFY: Act = Act { name: "reclassify", doing: Doing::Reclassify, run };

fn run(case: &mut Case<'_>, form: &FormData) -> Result<Done, Refused> {
    if !case.request.state.is_open() {
        return Err(Refused::Rule("case-not-open"));
    }
    let before = case.request.clone();
    let after = check(case.desk, &before, form).map_err(Refused::Fields)?;
    if after == before {
        return Err(Refused::Rule("case-nothing-changed"));
    }
    let after = among_the_named(case, &before, after)?;
    let catalogue = case.desk.catalogue.clone();
    let name = |request: &Request| {
        catalogue.service(request.service).map_or(String::new(), |service| service.definition.name.clone())
    };
    let mut happened = case.happened("reclassified");
    if before.service != after.service {
        happened = happened.with("from_service", name(&before)).with("service", name(&after));
    }
    if before.priority != after.priority {
        happened = happened.with("from_priority", before.priority).with("priority", after.priority);
    }
    if before.subject != after.subject {
        happened = happened.with("from_subject", before.subject.as_str());
    }
    let happened = happened.with("impact", after.impact).with("urgency", after.urgency);
    case.save(after, happened)?;
    index::again(case.tx, &case.request)?;
    if case.request.confidential {
        named::take_back_notices(case.tx, case.request.service, Some(case.request.id))?;
    }
    Ok(case.done("reclassified"))
}

/// A request that becomes confidential needs somebody of the unit who may see it; whoever has it and may not gives it up.
fn among_the_named(case: &mut Case<'_>, before: &Request, mut after: Request) -> Result<Request, Refused> {
    let Some(service) = after.veiled_by().filter(|service| *service != before.service) else {
        return Ok(after);
    };
    let officers = people::named_officers(case.tx, after.unit, service, case.desk.now)?;
    if officers.is_empty() {
        return Err(Refused::Fields(vec![("service", "case-nobody-named")]));
    }
    if after.assignee.is_some_and(|officer| !officers.contains(&officer)) {
        after.assignee = None;
    }
    Ok(after)
}

/// The request as the form wants it, or what is wrong with the form; what was left out stays as it is.
fn check(
    desk: &Desk,
    before: &Request,
    form: &FormData,
) -> Result<Request, Vec<(&'static str, &'static str)>> {
    let mut wrong = Vec::new();
    let mut after = before.clone();
    if let Some(code) = form.given("service") {
        match desk.catalogue.service_by_code(code) {
            Some(service) if service.id == before.service => {}
            Some(service) if !service.withdrawn => {
                after.service = service.id;
                after.confidential = service.definition.confidential;
                after.service_version = service.version;
                after.kind = service.definition.kind;
            }
            _ => wrong.push(("service", "case-choose-service")),
        }
    }
    if form.has("impact") {
        match form.number("impact").filter(|level| desk.catalogue.impacts.iter().any(|it| it.level == *level))
        {
            Some(level) => after.impact = level,
            None => wrong.push(("impact", "case-choose-impact")),
        }
    }
    if form.has("urgency") {
        match form
            .number("urgency")
            .filter(|level| desk.catalogue.urgencies.iter().any(|it| it.level == *level))
        {
            Some(level) => after.urgency = level,
            None => wrong.push(("urgency", "case-choose-urgency")),
        }
    }
    if form.has("subject") {
        let subject = form.text("subject");
        if subject.is_empty() || subject.chars().count() > SHORT_TEXT_LIMIT {
            wrong.push(("subject", "case-subject-length"));
        }
        subject.clone_into(&mut after.subject);
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let changed = (after.impact, after.urgency) != (before.impact, before.urgency);
    if changed {
        let matrix = desk.calendars.unit(after.unit).map(|unit| unit.matrix).unwrap_or_default();
        after.priority = desk.catalogue.priority(&matrix, after.impact, after.urgency);
    }
    Ok(after)
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::{given, reported};
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn the_priority_follows_the_matrix_and_the_promise_follows_the_priority() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let due = world.number("SELECT resolution_due_at FROM requests");
        let reclassify = format!("/requests/{number}/reclassify");
        let fields =
            [("version", "1"), ("impact", "1"), ("urgency", "1"), ("subject", "School without Internet")];
        let page = world.browser(Who::Karma).post(&reclassify, &fields).await;
        page.must_be(200);
        page.must_have("<h1>School without Internet</h1>");
        page.must_have("Urgent");
        assert_eq!(world.number("SELECT priority FROM requests"), 1);
        assert!(world.number("SELECT resolution_due_at FROM requests") < due);
    }

    #[tokio::test]
    async fn a_pause_survives_another_target() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let mut karma = world.browser(Who::Karma);
        let fields = [("reason", "waiting_supplier"), ("comment", "A spare is on its way")];
        karma.post(&format!("/requests/{number}/hold"), &fields).await.must_be(200);
        world.set("2026-11-19 11:00");
        karma.post(&format!("/requests/{number}/resume"), &[]).await.must_be(200);
        world.set("2026-11-19 12:00");
        let fields = [("service", "computer-repair"), ("impact", "3"), ("urgency", "3")];
        karma.post(&format!("/requests/{number}/reclassify"), &fields).await.must_be(200);
        assert_eq!(world.number("SELECT resolution_used FROM requests"), 3600);
        assert_eq!(world.number("SELECT COUNT(*) FROM requests r JOIN services s ON s.id = r.service_id WHERE s.code = 'computer-repair'"), 1);
    }

    #[tokio::test]
    async fn what_is_not_offered_is_refused() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let reclassify = format!("/requests/{number}/reclassify");
        let mut karma = world.browser(Who::Karma);
        for field in [("service", "teleport"), ("impact", "9"), ("urgency", "x"), ("subject", " ")] {
            karma.post(&reclassify, &[field]).await.must_be(422);
        }
        karma.post(&reclassify, &[("impact", "2")]).await.must_be(409);
        world.browser(Who::Stranger).post(&reclassify, &[]).await.must_be(404);
        world.browser(Who::Tshering).post(&reclassify, &[("impact", "1")]).await.must_be(403);
        world.public().post(&reclassify, &[]).await.must_have("Sign in");
    }
}
