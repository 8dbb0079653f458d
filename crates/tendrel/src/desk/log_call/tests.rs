//! A call from the first key to the number, and what comes in by other ways.

use crate::desk::testing::veiled;
use crate::testing::{Page, Who, World};

const PATH: &str = "/requests/new";

const CALL: &[(&str, &str)] = &[
    ("name", "Tshering Dema"),
    ("office", "Kabjisa Central School"),
    ("phone", "17600003"),
    ("service", "Internet and LAN"),
    ("subject", "No Internet in the lab"),
    ("f-what", "none"),
    ("impact", "1"),
    ("urgency", "2"),
    ("channel", "phone"),
    ("do", "send"),
];

fn but<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = CALL.iter().copied().filter(|(name, _)| !changes.iter().any(|(other, _)| other == name));
    kept.chain(changes.iter().copied()).collect()
}

async fn call(world: &World, changes: &[(&str, &str)]) -> Page {
    world.browser(Who::Karma).post(PATH, &but(changes)).await
}

#[tokio::test]
async fn a_call_gets_its_number_and_keeps_who_wrote_it_down() {
    let world = World::new();
    world.browser(Who::Karma).get(PATH).await.must_have("Write down a call");
    let id = world.person(Who::Tshering).to_string();
    let page = call(&world, &[("person", &id)]).await;
    page.must_be(200);
    page.must_have("Tell the caller this number:");
    page.must_have("PUN-26-00001-");
    assert_eq!(
        world.number(
            "SELECT COUNT(*) FROM requests WHERE channel = 'phone' AND requester_id IS NOT NULL
             AND entered_by IS NOT NULL AND office_id IS NOT NULL AND priority = 2"
        ),
        1
    );
}

#[tokio::test]
async fn only_those_who_work_in_a_unit_write_down_calls() {
    let world = World::new();
    for path in [PATH, "/requests/new/fragment"] {
        world.public().get(path).await.must_have("Sign in");
        world.browser(Who::Tshering).get(path).await.must_be(403);
        world.browser(Who::Auditor).get(path).await.must_be(403);
    }
    world.browser(Who::Tshering).post(PATH, CALL).await.must_be(403);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 0);
}

#[tokio::test]
async fn without_script_a_person_is_found_and_taken_over_by_buttons() {
    let world = World::new();
    let mut karma = world.browser(Who::Karma);
    let page = karma.post(PATH, &[("name", "17600003"), ("subject", "Printer"), ("do", "find")]).await;
    page.must_be(200);
    page.must_have("Who is it?");
    page.must_have("Tshering Dema");
    page.must_have("value=\"Printer\"");
    let id = world.person(Who::Tshering).to_string();
    let page = karma.post(PATH, &[("name", "17600003"), ("person", &id), ("do", "use")]).await;
    page.must_have("value=\"Tshering Dema\"");
    page.must_have("value=\"Kabjisa Central School\"");
    karma.post(PATH, &[("name", "Nobody at all"), ("do", "find")]).await.must_have("Nobody of that name");
    let page = karma.post(PATH, &[("service", "internet and lan"), ("do", "fields")]).await;
    page.must_have("What is wrong?");
    karma.get(&format!("{PATH}?person={id}")).await.must_have("value=\"Tshering Dema\"");
    let page = karma.get("/requests/new/fragment?service=New+account,+change+or+leaving&office=x").await;
    page.must_have("Are these papers here?");
}

#[tokio::test]
async fn a_letter_counts_from_the_day_it_came() {
    let world = World::new();
    let page = call(&world, &[("channel", "letter"), ("received", "2026-11-18T10:30")]).await;
    page.must_be(200);
    assert_eq!(
        world.number("SELECT COUNT(*) FROM requests WHERE channel = 'letter' AND received_at < entered_at"),
        1
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE at < written_at"), 1);
    for (received, sentence) in [
        ("2026-11-20T10:30", "This time has not come yet"),
        ("2025-11-01T10:30", "more than a year ago"),
        ("2026-02-30T10:30", "Write the day and time as"),
        ("yesterday", "Write the day and time as"),
    ] {
        let page = call(&world, &[("received", received), ("same", "seen")]).await;
        page.must_be(422);
        page.must_have(sentence);
        page.must_have("No Internet in the lab");
    }
}

#[tokio::test]
async fn everything_that_is_missing_is_named_and_nothing_typed_is_lost() {
    let world = World::new();
    let page = world.browser(Who::Karma).post(PATH, &[("description", "It smokes"), ("do", "send")]).await;
    page.must_be(422);
    page.must_have("Choose a service from the list");
    page.must_have("It smokes");
    let page = call(&world, &[("f-what", "all"), ("subject", ""), ("phone", "")]).await;
    page.must_be(422);
    for words in ["is not one of the answers", "Enter a phone number"] {
        page.must_have(words);
    }
    let page = call(&world, &[("channel", "telepathy")]).await;
    page.must_be(422);
    page.must_have("Choose how it came in from the list");
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 0);
}

#[tokio::test]
async fn the_same_matter_is_shown_before_there_are_two() {
    let world = World::new();
    call(&world, &[]).await.must_have("PUN-26-00001-");
    let page = call(&world, &[("subject", "Again")]).await;
    page.must_have("This office has already asked for this");
    page.must_have("PUN-26-00001-");
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 1);
    call(&world, &[("subject", "Another"), ("same", "seen")]).await.must_have("PUN-26-00002-");
}

#[tokio::test]
async fn it_can_be_taken_or_solved_on_the_spot() {
    let world = World::new();
    call(&world, &[("take", "yes")]).await.must_be(200);
    assert_eq!(
        world.number("SELECT COUNT(*) FROM requests WHERE state = 'in_progress' AND assignee_id IS NOT NULL"),
        1
    );
    let solved =
        [("solved", "yes"), ("cause", "configuration"), ("resolution", "Proxy set"), ("same", "seen")];
    let page = call(&world, &[("solved", "yes"), ("same", "seen")]).await;
    page.must_be(422);
    page.must_have("Choose what it was");
    page.must_have("Say in a sentence what was done");
    call(&world, &solved).await.must_have("PUN-26-00002-");
    assert_eq!(
        world.number("SELECT COUNT(*) FROM requests WHERE state = 'resolved' AND resolution = 'Proxy set'"),
        1
    );
    assert_eq!(world.number("SELECT CAST(SUM(value) AS BIGINT) FROM counters WHERE name = 'open'"), 2);
}

#[tokio::test]
async fn somebody_else_may_call_for_the_requester_and_a_scan_hangs_on_it() {
    let world = World::new();
    let pdf: &[u8] = b"%PDF-1.4 scan";
    let fields = but(&[("caller", "Dechen Pem"), ("channel", "fax")]);
    let page = world.browser(Who::Karma).post_files(PATH, &fields, &[("files", "fax.pdf", pdf)]).await;
    page.must_be(200);
    assert_eq!(
        world.number("SELECT COUNT(*) FROM requests WHERE description = 'Called in by Dechen Pem.'"),
        1
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM attachments"), 1);
}

#[tokio::test]
async fn papers_that_are_here_start_the_time() {
    let world = World::new();
    let account = [
        ("service", "account"),
        ("f-action", "new"),
        ("f-names", "Pema"),
        ("f-employee_id", "1"),
        ("f-systems", "email"),
        ("f-from_day", "2026-12-01"),
    ];
    call(&world, &account).await.must_be(200);
    assert_eq!(
        world.number("SELECT COUNT(*) FROM requests WHERE complete_at IS NULL AND resolution_due_at IS NULL"),
        1
    );
    let complete: Vec<_> = account.iter().copied().chain([("complete", "yes"), ("same", "seen")]).collect();
    call(&world, &complete).await.must_be(200);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE resolution_due_at IS NOT NULL"), 1);
}

#[tokio::test]
async fn what_is_solved_by_somebody_who_is_not_named_is_left_to_the_named_with_the_words() {
    let world = World::new();
    veiled(&world, "internet-lan", &[Who::Sonam]).await;
    let solved =
        [("solved", "yes"), ("cause", "configuration"), ("resolution", "Proxy set"), ("same", "seen")];
    call(&world, &solved).await.must_be(200);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE state = 'new' AND assignee_id IS NULL"), 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM messages WHERE inside = 1 AND body = 'Proxy set'"), 1);
}

#[tokio::test]
async fn what_goes_to_another_unit_is_neither_taken_nor_solved_here() {
    let world = World::new();
    let thimphu = world.thimphu;
    world
        .app
        .db
        .write(move |tx| {
            tx.execute("UPDATE organisations SET unit_id = $1 WHERE kind = 'school'", &[thimphu.into()])
        })
        .await
        .unwrap();
    call(&world, &[("take", "yes")]).await.must_have("THI-26-00001-");
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE state = 'new'"), 1);
}
