//! Words that stay inside the unit.

use crate::desk::access::Doing;
use crate::desk::act::{Act, Case, Done, Refused, words};
use crate::desk::attach::keep_files;
use crate::desk::index;
use crate::frame::form::FormData;

pub const NOTE: Act = Act { name: "note", doing: Doing::Note, run };

fn run(case: &mut Case<'_>, form: &FormData) -> Result<Done, Refused> {
    let text = words(form, "text", "case-write-note")?;
    let message = case.say(text, true)?;
    let files = keep_files(case, form, true)?;
    let happened = case.happened("noted").with("message", message.to_string()).with("files", files);
    let after = case.request.clone();
    case.save(after, happened)?;
    index::again(case.tx, &case.request)?;
    Ok(case.done("noted"))
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::{given, looked, reported};
    use crate::testing::{Who, World};

    const SECRET: &str = "The principal's own laptop caused it.";

    #[tokio::test]
    async fn a_note_never_leaves_the_unit() {
        let world = World::new();
        let accepted = given(&world, reported(&world)).await;
        let number = &accepted.number;
        let note = format!("/requests/{number}/note");
        let file: &[(&str, &str, &[u8])] = &[("file", "inside.txt", b"inside")];
        let page =
            world.browser(Who::Karma).post_files(&note, &[("version", "1"), ("text", SECRET)], file).await;
        page.must_be(200);
        page.must_have("The principal&#39;s own laptop");
        let inside = page.text();
        let start = inside.find("/files/").unwrap() + "/files/".len();
        let id = &inside[start..start + 36];

        looked(&world, number).await;
        for who in [Who::Head, Who::Auditor, Who::Centre] {
            world.browser(who).get(&format!("/requests/{number}")).await.must_have("own laptop");
        }
        for who in [Who::Tshering, Who::Principal] {
            for path in [format!("/requests/{number}"), format!("/my/requests/{number}")] {
                let page = world.browser(who).get(&path).await;
                page.must_have("No Internet in the whole school");
                for inside in ["own laptop", "inside.txt", "noted"] {
                    page.must_not_have(inside);
                }
            }
            let api = world.browser(who).get(&format!("/api/v1/requests/{number}")).await;
            api.must_have("No Internet");
            api.must_not_have("own laptop");
            api.must_not_have("inside.txt");
            world.browser(who).get(&format!("/requests/{number}/files/{id}")).await.must_be(404);
        }
        let link = world.public().get(&format!("/r/{}", accepted.secret)).await;
        link.must_not_have("own laptop");
        link.must_not_have("inside.txt");
        world.public().get(&format!("/r/{}/files/{id}", accepted.secret)).await.must_be(404);
    }

    #[tokio::test]
    async fn a_program_is_told_that_a_version_is_a_number() {
        let world = World::new();
        let accepted = given(&world, reported(&world)).await;
        let note = format!("/api/v1/requests/{}/note", accepted.number);
        for version in ["{}", "false", "1.5", "one"] {
            let fields = [("version", version), ("text", "x")];
            world.browser(Who::Karma).post_files(&note, &fields, &[]).await.must_be(422);
        }
        let fields = [("version", "1"), ("text", "x")];
        world.browser(Who::Karma).post_files(&note, &fields, &[]).await.must_be(200);
    }

    #[tokio::test]
    async fn only_who_sees_inside_may_note() {
        let world = World::new();
        let accepted = given(&world, reported(&world)).await;
        let note = format!("/requests/{}/note", accepted.number);
        world.browser(Who::Karma).post(&note, &[("text", "")]).await.must_be(422);
        looked(&world, &accepted.number).await;
        world.browser(Who::Centre).post(&note, &[("text", "Is the spare there?")]).await.must_be(200);
        world.browser(Who::Stranger).post(&note, &[("text", "x")]).await.must_be(404);
        for who in [Who::Tshering, Who::Principal, Who::Auditor] {
            world.browser(who).post(&note, &[("text", "x")]).await.must_be(403);
        }
        world.public().post(&note, &[("text", "x")]).await.must_have("Sign in");
        world.public().post(&format!("/r/{}/note", accepted.secret), &[("text", "x")]).await.must_be(404);
    }
}
