//! An officer takes a request, or begins the work on one that was given to them.

use crate::desk::access::Doing;
use crate::desk::act::{Act, Case, Done, Refused};
use crate::desk::request::{Request, State};
use crate::frame::form::FormData;
use crate::id::PersonId;
use crate::problem::Problem;

pub const TAKE: Act = Act { name: "take", doing: Doing::Take, run };

fn run(case: &mut Case<'_>, _: &FormData) -> Result<Done, Refused> {
    let me = case.actor.person.ok_or(Problem::SignIn)?;
    let after = taken(&case.request, me).map_err(Refused::Rule)?;
    let happened = case.happened("taken");
    case.save(after, happened)?;
    Ok(case.done("taken"))
}

/// What taking makes of a request.
pub fn taken(request: &Request, by: PersonId) -> Result<Request, &'static str> {
    if !request.state.is_open() {
        return Err("case-not-open");
    }
    let mut after = given_to(request, Some(by));
    if after.state == State::New {
        after.state = State::InProgress;
    }
    if after == *request {
        return Err("case-already-yours");
    }
    Ok(after)
}

/// The request with another officer; only from one officer to another counts as handed on.
pub fn given_to(request: &Request, officer: Option<PersonId>) -> Request {
    let mut after = request.clone();
    if request.assignee.is_some() && officer.is_some() && request.assignee != officer {
        after.reassigned += 1;
    }
    after.assignee = officer;
    after
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::{given, reported};
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn taking_begins_the_work_and_says_so_in_the_log() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let page =
            world.browser(Who::Karma).post(&format!("/requests/{number}/take"), &[("version", "1")]).await;
        page.must_be(200);
        page.must_have("<b>Karma Wangmo</b> took it");
        page.must_have("In progress");
        assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE state = 'in_progress'"), 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE activity = 'taken'"), 1);
        assert_eq!(
            world.number("SELECT CAST(SUM(value) AS BIGINT) FROM counters WHERE name = 'unassigned'"),
            0
        );
    }

    #[tokio::test]
    async fn taking_from_a_colleague_counts_as_handed_on_and_twice_is_refused() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let take = format!("/requests/{number}/take");
        world.browser(Who::Karma).post(&take, &[]).await.must_be(200);
        world.browser(Who::Karma).post(&take, &[]).await.must_be(409);
        assert_eq!(world.number("SELECT reassigned FROM requests"), 0);
        world.browser(Who::Sonam).post(&take, &[]).await.must_be(200);
        assert_eq!(world.number("SELECT reassigned FROM requests"), 1);
    }

    #[tokio::test]
    async fn only_the_unit_may_take() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let take = format!("/requests/{number}/take");
        world.browser(Who::Stranger).post(&take, &[]).await.must_be(404);
        for who in [Who::Tshering, Who::Principal, Who::Auditor, Who::Centre] {
            world.browser(who).post(&take, &[]).await.must_be(403);
        }
        world.public().post(&take, &[]).await.must_have("Sign in");
        assert_eq!(world.number("SELECT COUNT(*) FROM events"), 1);
    }

    #[tokio::test]
    async fn the_one_who_comes_second_is_told_what_changed() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let take = format!("/requests/{number}/take");
        world.browser(Who::Karma).post(&take, &[("version", "1")]).await.must_be(200);
        let page = world.browser(Who::Sonam).post(&take, &[("version", "1")]).await;
        page.must_be(409);
        page.must_have("<b>Karma Wangmo</b> took it");
        assert_eq!(world.number("SELECT version FROM requests"), 2);
    }
}
