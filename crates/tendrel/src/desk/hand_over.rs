//! The request belongs to another unit: it goes there whole, with its number, and nobody has it yet.

use crate::desk::access::Doing;
use crate::desk::act::{Act, Case, Done, Refused, words};
use crate::desk::index;
use crate::desk::request::State;
use crate::desk::store::{self, notices, people};
use crate::frame::form::FormData;

pub const HAND_OVER: Act = Act { name: "hand-over", doing: Doing::HandOver, run };

fn run(case: &mut Case<'_>, form: &FormData) -> Result<Done, Refused> {
    if !case.request.state.is_open() {
        return Err(Refused::Rule("case-not-open"));
    }
    let unit = case.desk.calendars.unit_by_code(form.text("unit"));
    let Some(unit) = unit.filter(|unit| unit.id != case.request.unit) else {
        return Err(Refused::Fields(vec![("unit", "case-choose-unit")]));
    };
    let text = words(form, "text", "case-say-why-handed-over")?;
    let now = case.desk.now;
    let officers = match case.request.veiled_by() {
        None => people::officers(case.tx, unit.id, now)?.into_iter().map(|(person, _)| person).collect(),
        Some(service) => people::named_officers(case.tx, unit.id, service, now)?,
    };
    if case.request.confidential && officers.is_empty() {
        return Err(Refused::Fields(vec![("unit", "case-nobody-named")]));
    }
    let from = case.desk.calendars.unit(case.request.unit).map(|unit| unit.name).unwrap_or_default();
    store::end_holds(case.tx, case.request.id, now)?;
    let message = case.say(text, true)?;
    let mut after = case.request.clone();
    after.unit = unit.id;
    after.assignee = None;
    after.state = State::New;
    after.hold_reason = None;
    let happened = case
        .happened("handed_over")
        .with("from", from)
        .with("to", unit.name.as_str())
        .with("message", message.to_string());
    case.save(after, happened)?;
    index::again(case.tx, &case.request)?;
    notices::tell(case.tx, &officers, "handed_over", &case.request, now)?;
    Ok(case.done("handed-over"))
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::{given, reported};
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn the_other_unit_has_it_and_this_one_has_not() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let thimphu = world.app.calendars.unit(world.thimphu).unwrap().code;
        let fields = [("version", "1"), ("unit", thimphu.as_str()), ("text", "The line ends in Thimphu.")];
        let page = world.browser(Who::Karma).post(&format!("/requests/{number}/hand-over"), &fields).await;
        page.must_be(200);
        page.must_have("is with the other unit now");
        world.browser(Who::Karma).get(&format!("/requests/{number}")).await.must_be(404);
        let theirs = world.browser(Who::Stranger).get(&format!("/requests/{number}")).await;
        theirs.must_have("The line ends in Thimphu.");
        let punakha: i64 = world.number("SELECT CAST(COALESCE(SUM(c.value), 0) AS BIGINT) FROM counters c JOIN units u ON u.organisation_id = c.owner_id WHERE u.code = 'PUN'");
        assert_eq!(punakha, 0);
        world.browser(Who::Stranger).get("/notices").await.must_have("Handed over to your unit:");
    }

    #[tokio::test]
    async fn it_is_said_to_whom_and_why() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let path = format!("/requests/{number}/hand-over");
        let mut karma = world.browser(Who::Karma);
        karma.post(&path, &[("unit", "PUN"), ("text", "x")]).await.must_be(422);
        karma.post(&path, &[("unit", "NOWHERE"), ("text", "x")]).await.must_be(422);
        world.browser(Who::Stranger).post(&path, &[]).await.must_be(404);
        world.browser(Who::Tshering).post(&path, &[]).await.must_be(403);
        world.public().post(&path, &[]).await.must_have("Sign in");
    }
}
