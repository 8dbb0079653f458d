//! The papers are complete: for services that wait for them, the promise begins to run.

use crate::desk::access::Doing;
use crate::desk::act::{Act, Case, Done, Refused};
use crate::frame::form::FormData;

pub const COMPLETE: Act = Act { name: "complete-papers", doing: Doing::CompletePapers, run };

fn run(case: &mut Case<'_>, _: &FormData) -> Result<Done, Refused> {
    if !case.request.state.is_open() {
        return Err(Refused::Rule("case-not-open"));
    }
    if case.request.complete_at.is_some() {
        return Err(Refused::Rule("case-papers-were-complete"));
    }
    let mut after = case.request.clone();
    after.complete_at = Some(case.desk.now);
    let happened = case.happened("completed");
    case.save(after, happened)?;
    Ok(case.done("completed"))
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::{given, reported};
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn the_clock_starts_with_the_last_paper() {
        let world = World::new();
        let mut incoming = reported(&world);
        let data = world.app.catalogue.now();
        let waits = data.services.iter().find(|service| {
            service.definition.starts == crate::desk::service::Starts::Complete
                && !service.definition.documents.is_empty()
        });
        incoming.service = waits.unwrap().clone();
        incoming.complete = false;
        let number = given(&world, incoming).await.number;
        let complete = format!("/requests/{number}/complete-papers");
        assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE resolution_due_at IS NULL"), 1);
        let mut karma = world.browser(Who::Karma);
        karma.get(&format!("/requests/{number}")).await.must_have("papers are complete");
        world.browser(Who::Stranger).post(&complete, &[]).await.must_be(404);
        world.browser(Who::Tshering).post(&complete, &[]).await.must_be(403);
        world.public().post(&complete, &[]).await.must_have("Sign in");
        karma.post(&complete, &[("version", "1")]).await.must_be(200);
        assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE resolution_due_at IS NULL"), 0);
        karma.post(&complete, &[("version", "2")]).await.must_be(409);
    }
}
