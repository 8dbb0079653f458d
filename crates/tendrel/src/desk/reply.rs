//! Words that everybody on the case sees: the unit answers, or the requester says more.

use crate::desk::access::Doing;
use crate::desk::act::{Act, Case, Done, Refused, words};
use crate::desk::attach::keep_files;
use crate::desk::catalogue::CatalogueData;
use crate::desk::request::{Request, State};
use crate::desk::resume::resumed;
use crate::desk::store::{self, notices};
use crate::desk::{index, notices as told};
use crate::frame::form::FormData;

pub const REPLY: Act = Act { name: "reply", doing: Doing::Reply, run };

fn run(case: &mut Case<'_>, form: &FormData) -> Result<Done, Refused> {
    if matches!(case.request.state, State::Closed | State::Cancelled) {
        return Err(Refused::Rule("case-closed-no-reply"));
    }
    let text = words(form, "text", "case-write-reply")?;
    let from_unit = case.standing.is_unit();
    let mut after = case.request.clone();
    let mut happened = case.happened("replied").with("from_unit", from_unit);
    if from_unit && after.responded_at.is_none() {
        after.responded_at = Some(case.desk.now);
        happened = happened.with("responded", true);
    }
    if !from_unit && waits_for_requester(&case.request, &case.desk.catalogue) {
        store::end_holds(case.tx, after.id, case.desk.now)?;
        after = resumed(&after);
        happened = happened.with("resumed", true);
    }
    let message = case.say(text, false)?;
    let files = keep_files(case, form, false)?;
    let happened = happened.with("message", message.to_string()).with("files", files);
    case.save(after, happened)?;
    index::again(case.tx, &case.request)?;
    if !from_unit {
        let people = told::who_looks_after(case.tx, &case.request, case.desk.now)?;
        notices::tell(case.tx, &people, "replied", &case.request, case.desk.now)?;
    }
    Ok(case.done("replied"))
}

/// On hold until the requester says something: now they did.
fn waits_for_requester(request: &Request, catalogue: &CatalogueData) -> bool {
    let reason = request.hold_reason.as_deref().and_then(|code| catalogue.hold_reason(code));
    request.state == State::OnHold && reason.is_some_and(|reason| reason.waits_for == "requester")
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::{given, reported};
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn the_first_answer_of_the_unit_stops_the_first_clock() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let at = world.set("2026-11-19 09:23");
        let reply = format!("/requests/{number}/reply");
        let mut karma = world.browser(Who::Karma);
        let page = karma.post(&reply, &[("version", "1"), ("text", "I am on my way to the tower.")]).await;
        page.must_be(200);
        page.must_have("I am on my way to the tower.");
        page.must_have("First answer in 23 min");
        world.set("2026-11-19 10:00");
        karma.post(&reply, &[("version", "2"), ("text", "It is the power unit.")]).await.must_be(200);
        assert_eq!(world.number("SELECT responded_at FROM requests"), at.as_microsecond());
    }

    #[tokio::test]
    async fn the_requesters_answer_ends_a_hold_that_waits_for_it() {
        let world = World::new();
        let accepted = given(&world, reported(&world)).await;
        let hold = format!("/requests/{}/hold", accepted.number);
        let fields = [("reason", "waiting_requester"), ("comment", "Which room is it?")];
        world.browser(Who::Karma).post(&hold, &fields).await.must_be(200);
        let page = world.public().post(&format!("/r/{}/reply", accepted.secret), &[("text", "Room 4")]).await;
        page.must_be(200);
        page.must_have("Room 4");
        assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE state = 'new'"), 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE responded_at IS NULL"), 1);
        world.browser(Who::Karma).get("/notices").await.must_have("The requester wrote:");
    }

    #[tokio::test]
    async fn a_hold_that_waits_for_somebody_else_stays() {
        let world = World::new();
        let accepted = given(&world, reported(&world)).await;
        let hold = format!("/requests/{}/hold", accepted.number);
        let fields = [("reason", "waiting_supplier"), ("comment", "The radio is ordered")];
        world.browser(Who::Karma).post(&hold, &fields).await.must_be(200);
        world.public().post(&format!("/r/{}/reply", accepted.secret), &[("text", "thank you")]).await;
        assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE state = 'on_hold'"), 1);
    }

    #[tokio::test]
    async fn two_who_answer_at_once_see_each_other_and_lose_no_word() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let reply = format!("/requests/{number}/reply");
        let mut sonam = world.browser(Who::Sonam);
        world
            .browser(Who::Karma)
            .post(&reply, &[("version", "1"), ("text", "Coming at two.")])
            .await
            .must_be(200);
        let page = sonam.post(&reply, &[("version", "1"), ("text", "I <could> come at three.")]).await;
        page.must_be(409);
        page.must_have("Coming at two.");
        page.must_have("I &#60;could&#62; come at three.</textarea>");
        page.must_have("name=\"version\" value=\"2\"");
        sonam.post(&reply, &[("version", "2"), ("text", "I could come at three.")]).await.must_be(200);
        assert_eq!(world.number("SELECT COUNT(*) FROM messages"), 2);
    }

    #[tokio::test]
    async fn what_does_not_matter_in_between_refuses_no_reply() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        world.browser(Who::Sonam).post(&format!("/requests/{number}/take"), &[]).await.must_be(200);
        let fields = [("version", "1"), ("text", "We look at it.")];
        world.browser(Who::Karma).post(&format!("/requests/{number}/reply"), &fields).await.must_be(200);
    }

    #[tokio::test]
    async fn an_empty_a_huge_and_a_strangers_reply_are_refused() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let reply = format!("/requests/{number}/reply");
        let mut karma = world.browser(Who::Karma);
        let page = karma.post(&reply, &[("text", " \n ")]).await;
        page.must_be(422);
        page.must_have("<title>Error: ");
        karma.post(&reply, &[("text", &"x".repeat(20_001))]).await.must_be(422);
        karma.post(&reply, &[("text", &"x".repeat(2_000_000))]).await.must_be(413);
        karma.post(&reply, &[("text", "NUL\0 is left out")]).await.must_have("NUL is left out");
        world.browser(Who::Stranger).post(&reply, &[("text", "x")]).await.must_be(404);
        world.browser(Who::Principal).post(&reply, &[("text", "x")]).await.must_be(403);
        world.public().post(&reply, &[("text", "x")]).await.must_have("Sign in");
        world.public().post("/r/not-the-secret/reply", &[("text", "x")]).await.must_be(404);
    }
}
