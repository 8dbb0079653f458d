//! A request is not to be done any more: withdrawn, sent twice, or not ours; with the reason.

use crate::desk::access::Doing;
use crate::desk::act::{Act, Case, Done, Refused, words};
use crate::desk::request::State;
use crate::desk::store;
use crate::frame::form::FormData;

pub const CANCEL: Act = Act { name: "cancel", doing: Doing::Cancel, run };

fn run(case: &mut Case<'_>, form: &FormData) -> Result<Done, Refused> {
    if !case.request.state.is_open() {
        return Err(Refused::Rule("case-not-open"));
    }
    let text = words(form, "text", "case-say-why-cancelled")?;
    let now = case.desk.now;
    store::end_holds(case.tx, case.request.id, now)?;
    let message = case.say(text, false)?;
    let mut after = case.request.clone();
    after.state = State::Cancelled;
    after.hold_reason = None;
    after.closed_at = Some(now);
    let happened = case.happened("cancelled").with("message", message.to_string());
    case.save(after, happened)?;
    Ok(case.done("cancelled"))
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::{given, reported};
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn the_requester_withdraws_and_says_why() {
        let world = World::new();
        let accepted = given(&world, reported(&world)).await;
        let mut bearer = world.public();
        let cancel = format!("/r/{}/cancel", accepted.secret);
        bearer.post(&cancel, &[("text", "")]).await.must_be(422);
        let page = bearer.post(&cancel, &[("text", "It came back by itself.")]).await;
        page.must_be(200);
        page.must_have("It came back by itself.");
        bearer.post(&cancel, &[("text", "again")]).await.must_be(409);
        bearer.post(&format!("/r/{}/reply", accepted.secret), &[("text", "more")]).await.must_be(409);
        assert_eq!(world.number("SELECT CAST(SUM(value) AS BIGINT) FROM counters WHERE name = 'open'"), 0);
        assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE next_clock_at IS NOT NULL"), 0);
    }

    #[tokio::test]
    async fn nobody_else_does() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let cancel = format!("/requests/{number}/cancel");
        world.browser(Who::Stranger).post(&cancel, &[("text", "x")]).await.must_be(404);
        for who in [Who::Principal, Who::Auditor, Who::Centre] {
            world.browser(who).post(&cancel, &[("text", "x")]).await.must_be(403);
        }
        world.public().post(&cancel, &[("text", "x")]).await.must_have("Sign in");
    }
}
