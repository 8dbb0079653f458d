//! A request is put on hold: it waits for somebody, and for most reasons the promise stands still meanwhile.

use crate::desk::access::Doing;
use crate::desk::act::{Act, Case, Done, Refused};
use crate::desk::catalogue::{CatalogueData, HoldReason};
use crate::desk::request::{Hold, State};
use crate::desk::store;
use crate::frame::form::FormData;
use crate::settings::LONG_TEXT_LIMIT;

pub const HOLD: Act = Act { name: "hold", doing: Doing::Hold, run };

struct Input<'a> {
    reason: &'a HoldReason,
    comment: &'a str,
}

fn check<'a>(catalogue: &'a CatalogueData, form: &'a FormData) -> Result<Input<'a>, Refused> {
    let comment = form.text("comment");
    let Some(reason) = catalogue.hold_reason(form.text("reason")) else {
        return Err(Refused::Fields(vec![("reason", "case-choose-reason")]));
    };
    if reason.comment_required && comment.is_empty() {
        return Err(Refused::Fields(vec![("comment", "case-say-waited-for")]));
    }
    if comment.chars().count() > LONG_TEXT_LIMIT {
        return Err(Refused::Fields(vec![("comment", "case-too-long")]));
    }
    Ok(Input { reason, comment })
}

fn run(case: &mut Case<'_>, form: &FormData) -> Result<Done, Refused> {
    match case.request.state {
        State::New | State::InProgress => {}
        State::OnHold => return Err(Refused::Rule("case-already-on-hold")),
        _ => return Err(Refused::Rule("case-not-open")),
    }
    let catalogue = case.desk.catalogue.clone();
    let Input { reason, comment } = check(&catalogue, form)?;
    let hold = Hold {
        from: case.desk.now,
        to: None,
        reason: reason.code.clone(),
        comment: comment.to_owned(),
        pauses: reason.pauses,
    };
    store::begin_hold(case.tx, case.request.id, &hold)?;
    let mut after = case.request.clone();
    after.state = State::OnHold;
    after.hold_reason = Some(reason.code.clone());
    let happened = case
        .happened("held")
        .with("reason", reason.code.as_str())
        .with("comment", comment)
        .with("pauses", reason.pauses);
    case.save(after, happened)?;
    Ok(case.done("held"))
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::{given, reported};
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn the_promise_stands_still_and_goes_on_after() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let due = world.number("SELECT resolution_due_at FROM requests");
        let mut karma = world.browser(Who::Karma);
        world.set("2026-11-19 10:00");
        let fields =
            [("version", "1"), ("reason", "waiting_supplier"), ("comment", "A new radio is on its way")];
        let page = karma.post(&format!("/requests/{number}/hold"), &fields).await;
        page.must_be(200);
        page.must_have("A new radio is on its way");
        page.must_have("Paused with");
        world.set("2026-11-19 12:00");
        karma.post(&format!("/requests/{number}/resume"), &[("version", "2")]).await.must_be(200);
        let moved = world.number("SELECT resolution_due_at FROM requests") - due;
        assert!(moved > 0, "the hold of two hours moved the promise by {moved}");
        assert_eq!(world.number("SELECT resolution_used FROM requests"), 3600);
    }

    #[tokio::test]
    async fn approval_does_not_stop_the_clock() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let due = world.number("SELECT resolution_due_at FROM requests");
        let mut karma = world.browser(Who::Karma);
        karma.post(&format!("/requests/{number}/hold"), &[("reason", "waiting_approval")]).await.must_be(200);
        world.set("2026-11-19 12:00");
        karma.post(&format!("/requests/{number}/resume"), &[]).await.must_be(200);
        assert_eq!(world.number("SELECT resolution_due_at FROM requests"), due);
    }

    #[tokio::test]
    async fn a_hold_says_whom_it_waits_for() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let hold = format!("/requests/{number}/hold");
        let mut karma = world.browser(Who::Karma);
        let page = karma.post(&hold, &[("reason", "waiting_supplier"), ("comment", "  ")]).await;
        page.must_be(422);
        page.must_have("Say what is waited for");
        karma.post(&hold, &[("reason", "tired"), ("comment", "x")]).await.must_be(422);
        karma.post(&hold, &[("reason", "waiting_approval")]).await.must_be(200);
        karma.post(&hold, &[("reason", "waiting_approval")]).await.must_be(409);
        world.browser(Who::Stranger).post(&hold, &[("reason", "waiting_approval")]).await.must_be(404);
        world.browser(Who::Tshering).post(&hold, &[("reason", "waiting_approval")]).await.must_be(403);
        world.public().post(&hold, &[("reason", "waiting_approval")]).await.must_have("Sign in");
    }
}
