//! How the requester found it: 1 to 5 and a comment, changeable as long as the request stays resolved or closed.

use crate::desk::access::Doing;
use crate::desk::act::{Act, Case, Done, Refused};
use crate::desk::request::State;
use crate::frame::form::FormData;
use crate::settings::LONG_TEXT_LIMIT;

pub const RATE: Act = Act { name: "rate", doing: Doing::Rate, run };

fn run(case: &mut Case<'_>, form: &FormData) -> Result<Done, Refused> {
    if !matches!(case.request.state, State::Resolved | State::Closed) {
        return Err(Refused::Rule("case-not-rated-yet"));
    }
    let Some(rating) = form.number("rating").filter(|rating| (1..=5).contains(rating)) else {
        return Err(Refused::Fields(vec![("rating", "case-choose-rating")]));
    };
    let comment = form.text("comment");
    if comment.chars().count() > LONG_TEXT_LIMIT {
        return Err(Refused::Fields(vec![("comment", "case-too-long")]));
    }
    let mut after = case.request.clone();
    after.rating = Some(rating);
    comment.clone_into(&mut after.rating_comment);
    let happened = case.happened("rated").with("rating", rating).with("comment", comment);
    case.save(after, happened)?;
    Ok(case.done("rated"))
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::{given, reported, resolved};
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn one_to_five_once_and_changeable() {
        let world = World::new();
        let accepted = given(&world, reported(&world)).await;
        let rate = format!("/r/{}/rate", accepted.secret);
        let mut bearer = world.public();
        bearer.post(&rate, &[("rating", "5")]).await.must_be(409);
        resolved(&world, &accepted.number).await;
        for wrong in ["0", "6", "", "five"] {
            bearer.post(&rate, &[("rating", wrong)]).await.must_be(422);
        }
        bearer.post(&rate, &[("rating", "5")]).await.must_be(200);
        bearer.post(&rate, &[("rating", "2"), ("comment", "It broke again")]).await.must_be(200);
        assert_eq!(world.number("SELECT rating FROM requests"), 2);
        let inside = world.browser(Who::Karma).get(&format!("/requests/{}", accepted.number)).await;
        inside.must_have("It broke again");
    }

    #[tokio::test]
    async fn officers_do_not_rate_themselves() {
        let world = World::new();
        let accepted = given(&world, reported(&world)).await;
        resolved(&world, &accepted.number).await;
        let rate = format!("/requests/{}/rate", accepted.number);
        for who in [Who::Karma, Who::Head, Who::Principal] {
            world.browser(who).post(&rate, &[("rating", "5")]).await.must_be(403);
        }
        world.browser(Who::Dechen).post(&rate, &[("rating", "5")]).await.must_be(404);
        world.public().post(&rate, &[("rating", "5")]).await.must_have("Sign in");
    }
}
