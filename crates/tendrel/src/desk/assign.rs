//! A request is given to an officer of the unit, or to nobody.

use crate::desk::access::Doing;
use crate::desk::act::{Act, Case, Done, Refused};
use crate::desk::store::{notices, people};
use crate::desk::take::given_to;
use crate::frame::form::FormData;
use crate::id::PersonId;

pub const ASSIGN: Act = Act { name: "assign", doing: Doing::Assign, run };

fn run(case: &mut Case<'_>, form: &FormData) -> Result<Done, Refused> {
    if !case.request.state.is_open() {
        return Err(Refused::Rule("case-not-open"));
    }
    let officers = people::present(case.tx, case.request.unit, case.request.veiled_by(), case.desk.now)?;
    let wanted = form.text("officer");
    let chosen: Option<&(PersonId, String)> = if wanted == "nobody" {
        None
    } else {
        let known = officers.iter().find(|(id, _)| id.to_string() == wanted);
        Some(known.ok_or_else(|| Refused::Fields(vec![("officer", "case-choose-officer")]))?)
    };
    let officer = chosen.map(|(id, _)| *id);
    if officer == case.request.assignee {
        return Err(Refused::Rule("case-same-officer"));
    }
    let after = given_to(&case.request, officer);
    let happened = match chosen {
        Some((id, name)) => case.happened("assigned").with("to", name.as_str()).with("to_id", id.to_string()),
        None => case.happened("unassigned"),
    };
    case.save(after, happened)?;
    if officer.is_some() && officer != case.actor.person {
        notices::tell(case.tx, officer.as_slice(), "assigned", &case.request, case.desk.now)?;
    }
    Ok(case.done("assigned"))
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::{given, reported};
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn a_head_gives_a_request_and_the_officer_is_told() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let sonam = world.person(Who::Sonam).to_string();
        let page = world
            .browser(Who::Head)
            .post(&format!("/requests/{number}/assign"), &[("version", "1"), ("officer", &sonam)])
            .await;
        page.must_be(200);
        page.must_have("gave it to <b>Sonam Dorji</b>");
        let notices = world.browser(Who::Sonam).get("/notices").await;
        notices.must_have("No Internet in the whole school");
        assert_eq!(world.number("SELECT CAST(SUM(value) AS BIGINT) FROM counters WHERE name = 'notices'"), 1);
    }

    #[tokio::test]
    async fn giving_it_back_and_on_again_is_no_handing_on() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let assign = format!("/requests/{number}/assign");
        let (sonam, karma) = (world.person(Who::Sonam).to_string(), world.person(Who::Karma).to_string());
        let mut head = world.browser(Who::Head);
        for officer in [karma.as_str(), "nobody", sonam.as_str()] {
            head.post(&assign, &[("officer", officer)]).await.must_be(200);
        }
        assert_eq!(world.number("SELECT reassigned FROM requests"), 0);
        head.post(&assign, &[("officer", &karma)]).await.must_be(200);
        assert_eq!(world.number("SELECT reassigned FROM requests"), 1);
    }

    #[tokio::test]
    async fn only_to_officers_of_the_unit_and_only_by_them() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let assign = format!("/requests/{number}/assign");
        let foreign = world.person(Who::Stranger).to_string();
        for officer in [foreign.as_str(), "", "no such person"] {
            let page = world.browser(Who::Head).post(&assign, &[("officer", officer)]).await;
            page.must_be(422);
            page.must_have("Choose an officer of the unit");
        }
        let karma = world.person(Who::Karma).to_string();
        world.browser(Who::Stranger).post(&assign, &[("officer", &karma)]).await.must_be(404);
        world.browser(Who::Tshering).post(&assign, &[("officer", &karma)]).await.must_be(403);
        world.public().post(&assign, &[("officer", &karma)]).await.must_have("Sign in");
    }
}
