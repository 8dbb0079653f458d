//! What was waited for is there: the work and the promise go on.

use crate::desk::access::Doing;
use crate::desk::act::{Act, Case, Done, Refused};
use crate::desk::request::{Request, State};
use crate::desk::store;
use crate::frame::form::FormData;

pub const RESUME: Act = Act { name: "resume", doing: Doing::Resume, run };

fn run(case: &mut Case<'_>, _: &FormData) -> Result<Done, Refused> {
    if case.request.state != State::OnHold {
        return Err(Refused::Rule("case-not-on-hold"));
    }
    store::end_holds(case.tx, case.request.id, case.desk.now)?;
    let after = resumed(&case.request);
    let happened = case.happened("resumed");
    case.save(after, happened)?;
    Ok(case.done("resumed"))
}

/// The request off hold: in progress, or new again where nobody has it.
pub fn resumed(request: &Request) -> Request {
    let mut after = request.clone();
    after.state = if request.assignee.is_some() { State::InProgress } else { State::New };
    after.hold_reason = None;
    after
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::{given, reported};
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn only_what_is_on_hold_goes_on_and_only_the_unit_says_so() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let resume = format!("/requests/{number}/resume");
        world.browser(Who::Karma).post(&resume, &[]).await.must_be(409);
        world
            .browser(Who::Karma)
            .post(&format!("/requests/{number}/hold"), &[("reason", "waiting_approval")])
            .await
            .must_be(200);
        world.browser(Who::Stranger).post(&resume, &[]).await.must_be(404);
        world.browser(Who::Auditor).post(&resume, &[]).await.must_be(403);
        world.public().post(&resume, &[]).await.must_have("Sign in");
        world.browser(Who::Sonam).post(&resume, &[]).await.must_be(200);
        // Nobody had taken it, so it is new again.
        assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE state = 'new'"), 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM holds WHERE to_at IS NULL"), 0);
    }
}
