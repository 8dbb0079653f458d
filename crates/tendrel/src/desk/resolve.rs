//! The matter is settled: what it was, and words for the one who asked.

use crate::desk::access::Doing;
use crate::desk::act::{Act, Case, Done, Refused, words};
use crate::desk::request::State;
use crate::desk::{index, store};
use crate::frame::form::FormData;

pub const RESOLVE: Act = Act { name: "resolve", doing: Doing::Resolve, run };

fn run(case: &mut Case<'_>, form: &FormData) -> Result<Done, Refused> {
    if !case.request.state.is_open() {
        return Err(Refused::Rule("case-not-open"));
    }
    let cause = form.text("cause");
    if case.desk.catalogue.cause_name(cause).is_none() {
        return Err(Refused::Fields(vec![("cause", "case-choose-cause")]));
    }
    let text = words(form, "text", "case-say-what-was-done")?;
    let now = case.desk.now;
    store::end_holds(case.tx, case.request.id, now)?;
    let message = case.say(text, false)?;
    let mut happened = case.happened("resolved").with("cause", cause).with("message", message.to_string());
    let mut after = case.request.clone();
    after.state = State::Resolved;
    after.hold_reason = None;
    after.resolved_at = Some(now);
    after.cause = Some(cause.to_owned());
    text.clone_into(&mut after.resolution);
    if after.responded_at.is_none() {
        // Whoever settles it at once has answered too.
        after.responded_at = Some(now);
        happened = happened.with("responded", true);
    }
    case.save(after, happened)?;
    index::again(case.tx, &case.request)?;
    Ok(case.done("resolved"))
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::{given, reported};
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn resolving_stops_both_clocks_and_tells_where_the_time_went() {
        let world = World::new();
        let accepted = given(&world, reported(&world)).await;
        let mut karma = world.browser(Who::Karma);
        world.set("2026-11-19 10:00");
        karma.post(&format!("/requests/{}/take", accepted.number), &[]).await.must_be(200);
        world.set("2026-11-19 11:30");
        let fields = [("version", "2"), ("cause", "power"), ("text", "The power unit was replaced.")];
        let page = karma.post(&format!("/requests/{}/resolve", accepted.number), &fields).await;
        page.must_be(200);
        page.must_have("The power unit was replaced.");
        page.must_have("Resolved");
        assert_eq!(world.number("SELECT seconds_new FROM requests"), 3600);
        assert_eq!(world.number("SELECT seconds_in_progress FROM requests"), 5400);
        assert_eq!(world.number("SELECT resolution_used FROM requests"), 9000);
        assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE responded_at = resolved_at"), 1);
        assert_eq!(world.number("SELECT CAST(SUM(value) AS BIGINT) FROM counters WHERE name = 'open'"), 0);
        let link = world.public().get(&format!("/r/{}", accepted.secret)).await;
        link.must_have("The power unit was replaced.");
    }

    #[tokio::test]
    async fn a_cause_and_words_are_asked_for_and_what_was_typed_stays() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let resolve = format!("/requests/{number}/resolve");
        let mut karma = world.browser(Who::Karma);
        let page = karma.post(&resolve, &[("cause", "witchcraft"), ("text", "It works again")]).await;
        page.must_be(422);
        page.must_have("Choose what it was");
        page.must_have("It works again</textarea>");
        karma.post(&resolve, &[("cause", "power"), ("text", "")]).await.must_be(422);
        world.browser(Who::Stranger).post(&resolve, &[]).await.must_be(404);
        for who in [Who::Tshering, Who::Principal, Who::Centre] {
            world.browser(who).post(&resolve, &[("cause", "power"), ("text", "x")]).await.must_be(403);
        }
        world.public().post(&resolve, &[]).await.must_have("Sign in");
        karma.post(&resolve, &[("cause", "power"), ("text", "Done")]).await.must_be(200);
        karma.post(&resolve, &[("cause", "power"), ("text", "Done")]).await.must_be(409);
    }
}
