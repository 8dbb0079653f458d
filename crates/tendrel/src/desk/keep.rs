//! A case that somebody needs as it is, for an inquiry or a court: no rule of retention touches it until it is let go.

use crate::desk::access::Doing;
use crate::desk::act::{Act, Case, Done, Refused, words};
use crate::desk::request::Kept;
use crate::frame::form::FormData;

pub const KEEP: Act = Act { name: "keep", doing: Doing::Keep, run };

fn run(case: &mut Case<'_>, form: &FormData) -> Result<Done, Refused> {
    if case.request.keeping.kept.is_some() {
        return Err(Refused::Rule("case-kept-already"));
    }
    let why = words(form, "text", "case-keep-why")?;
    let mut after = case.request.clone();
    let (since, by) = (case.desk.now, case.actor.name.clone());
    after.keeping.kept = Some(Kept { since, by, why: why.to_owned() });
    let happened = case.happened("kept").with("why", why);
    case.save(after, happened)?;
    Ok(case.done("kept"))
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::{given, reported};
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn who_works_on_a_case_may_have_it_kept_and_let_go() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let (keep, let_go) = (format!("/requests/{number}/keep"), format!("/requests/{number}/let-go"));
        let mut head = world.browser(Who::Head);
        head.post(&keep, &[("text", "")]).await.must_be(422);
        head.post(&let_go, &[]).await.must_be(409);
        let page = head.post(&keep, &[("text", "Audit of 2026, letter 14")]).await;
        page.must_be(200);
        page.must_have("Audit of 2026, letter 14");
        page.must_have("Kinley Gyeltshen");
        head.post(&keep, &[("text", "Again")]).await.must_be(409);
        let told = head.get(&format!("/api/v1/requests/{number}")).await.json();
        assert_eq!(told["kept"]["why"], "Audit of 2026, letter 14");
        let page = head.post(&let_go, &[]).await;
        page.must_be(200);
        page.must_not_have("No rule removes anything of this case");
    }

    #[tokio::test]
    async fn nobody_else_may() {
        let world = World::new();
        let accepted = given(&world, reported(&world)).await;
        for act in ["keep", "let-go"] {
            let path = format!("/requests/{}/{act}", accepted.number);
            for who in [Who::Tshering, Who::Principal, Who::Auditor] {
                world.browser(who).post(&path, &[("text", "x")]).await.must_be(403);
            }
            world.browser(Who::Stranger).post(&path, &[("text", "x")]).await.must_be(404);
            world.public().post(&path, &[("text", "x")]).await.must_have("Sign in");
            let link = format!("/r/{}/{act}", accepted.secret);
            world.public().post(&link, &[("text", "x")]).await.must_be(404);
        }
        // What the one who asked sees says nothing of it.
        let keep = format!("/requests/{}/keep", accepted.number);
        world.browser(Who::Karma).post(&keep, &[("text", "Case of the court")]).await.must_be(200);
        let page = world.public().get(&format!("/r/{}", accepted.secret)).await;
        page.must_not_have("Case of the court");
    }
}
