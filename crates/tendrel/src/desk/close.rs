//! It works: a resolved request is closed, by the requester, by the unit, or by itself after five working days.

use crate::desk::access::Doing;
use crate::desk::act::{Act, Case, Done, Refused};
use crate::desk::request::{Request, State};
use crate::frame::form::FormData;

pub const CLOSE: Act = Act { name: "close", doing: Doing::Close, run };

fn run(case: &mut Case<'_>, _: &FormData) -> Result<Done, Refused> {
    let after = closed(&case.request, case.desk.now).map_err(Refused::Rule)?;
    let happened = case.happened("closed");
    case.save(after, happened)?;
    Ok(case.done("closed"))
}

/// What closing makes of a request.
pub fn closed(request: &Request, now: jiff::Timestamp) -> Result<Request, &'static str> {
    if request.state != State::Resolved {
        return Err("case-not-resolved");
    }
    let mut after = request.clone();
    after.state = State::Closed;
    after.closed_at = Some(now);
    Ok(after)
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::{given, reported, resolved};
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn the_requester_says_that_it_works() {
        let world = World::new();
        let accepted = given(&world, reported(&world)).await;
        let close = format!("/my/requests/{}/close", accepted.number);
        world.browser(Who::Tshering).post(&close, &[]).await.must_be(409);
        resolved(&world, &accepted.number).await;
        world.browser(Who::Dechen).post(&close, &[]).await.must_be(404);
        world.browser(Who::Principal).post(&close, &[]).await.must_be(403);
        world.public().post(&close, &[]).await.must_have("Sign in");
        let page = world.browser(Who::Tshering).post(&close, &[]).await;
        page.must_be(200);
        page.must_have("Closed");
        world.public().post(&format!("/r/{}/close", accepted.secret), &[]).await.must_be(409);
    }
}
