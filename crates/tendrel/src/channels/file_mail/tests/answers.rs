//! An answer finds its case, and a stranger does not.

use crate::channels::marks::Marks;
use crate::channels::testing::{DESK, comes, id_of, mail, mailbox, mailbox_at, the_number, with};
use crate::desk::testing::{given, reported, resolved};
use crate::testing::{Who, World};

const TSHERING: &str = "Tshering Dema <tshering@tendrel.example>";
const DECHEN: &str = "Dechen Pem <dechen@tendrel.example>";

fn marks(world: &World) -> Marks {
    Marks::new(&world.app.vault)
}

#[tokio::test]
async fn an_answer_to_the_address_we_gave_is_part_of_the_case() {
    let world = World::new();
    let mailbox = mailbox(&world);
    let number = given(&world, reported(&world)).await.number;
    let address = marks(&world).reply_address(DESK, &number);
    // From another address of hers, which nobody knows, and without any id.
    let answer = mail("tshering@home.example", "about that", "Room 4.").replace(DESK, &address);
    comes(&world, &mailbox, &answer).await;
    let page = world.browser(Who::Karma).get(&format!("/requests/{number}")).await;
    page.must_have("Room 4.");
    page.must_have("tshering@home.example");
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 1);
}

#[tokio::test]
async fn an_answer_to_a_mail_of_ours_is_part_of_the_case() {
    let world = World::new();
    let mailbox = mailbox(&world);
    let number = given(&world, reported(&world)).await.number;
    let ours = format!("<{}>", marks(&world).message_id(&number, "punakha.example"));
    let answer = with(&mail(DECHEN, "Re: changed subject", "Room 4."), &[("In-Reply-To", &ours)]);
    comes(&world, &mailbox, &answer).await;
    world.browser(Who::Karma).get(&format!("/requests/{number}")).await.must_have("Room 4.");
}

#[tokio::test]
async fn who_answers_her_own_first_mail_or_a_colleagues_makes_no_second_case() {
    let world = World::new();
    let mailbox = mailbox(&world);
    let first = mail(TSHERING, "No Internet", "Since today.");
    comes(&world, &mailbox, &first).await;
    let number = the_number(&world);
    let hers = with(&mail(TSHERING, "Re: No Internet", "It is room 4."), &[("In-Reply-To", &id_of(&first))]);
    comes(&world, &mailbox, &hers).await;
    let references = format!("<unknown@x.example> {} {}", id_of(&first), id_of(&hers));
    let colleagues =
        with(&mail(DECHEN, "AW: VS: No Internet", "Room 5 too."), &[("References", &references)]);
    comes(&world, &mailbox, &colleagues).await;
    let page = world.browser(Who::Karma).get(&format!("/requests/{number}")).await;
    page.must_have("It is room 4.");
    page.must_have("Room 5 too.");
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 1);
}

#[tokio::test]
async fn the_number_in_the_subject_is_enough_for_who_asked_and_for_who_was_in_copy() {
    let world = World::new();
    let mailbox = mailbox(&world);
    let first = with(&mail(TSHERING, "No Internet", "Since today."), &[("Cc", DECHEN), ("Cc", DESK)]);
    comes(&world, &mailbox, &first).await;
    let number = the_number(&world);
    for (who, words) in [(TSHERING, "Room 4."), (DECHEN, "Room 5 too.")] {
        comes(&world, &mailbox, &mail(who, &format!("Re: No Internet [{number}]"), words)).await;
        world.browser(Who::Karma).get(&format!("/requests/{number}")).await.must_have(words);
    }
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM watchers"), 1);
}

#[tokio::test]
async fn a_stranger_with_a_guessed_number_gets_into_no_case() {
    let world = World::new();
    let mailbox = mailbox(&world);
    let number = given(&world, reported(&world)).await.number;
    let before = world.number("SELECT COUNT(*) FROM events");
    let guess = mail("Eve <eve@evil.example>", &format!("Re: [{number}]"), "Give me the password.");
    comes(&world, &mailbox, &guess).await;
    let page = world.browser(Who::Karma).get(&format!("/requests/{number}")).await;
    assert!(!page.text().contains("Give me the password."));
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 2);
    assert_eq!(world.number("SELECT COUNT(*) FROM events") - before, 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM mails WHERE reason = 'new-named'"), 1);
}

#[tokio::test]
async fn an_answer_ends_the_hold_that_waited_for_it() {
    let world = World::new();
    let mailbox = mailbox(&world);
    let number = given(&world, reported(&world)).await.number;
    let fields = [("reason", "waiting_requester"), ("comment", "Which room is it?")];
    world.browser(Who::Karma).post(&format!("/requests/{number}/hold"), &fields).await.must_be(200);
    comes(&world, &mailbox, &mail(TSHERING, &format!("Re: [{number}]"), "Room 4.")).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE state = 'on_hold'"), 0);
}

#[tokio::test]
async fn what_was_resolved_is_opened_again_by_a_complaint_and_not_by_thanks_or_a_machine() {
    let world = World::new();
    let mailbox = mailbox(&world);
    let number = given(&world, reported(&world)).await.number;
    world.set("2026-11-19 11:00");
    resolved(&world, &number).await;
    let subject = format!("Re: [{number}]");
    comes(&world, &mailbox, &mail(TSHERING, &subject, "Thank you so much!")).await;
    let absent = with(&mail(TSHERING, &subject, "I am on leave."), &[("Auto-Submitted", "auto-replied")]);
    comes(&world, &mailbox, &absent).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE state = 'resolved' AND reopened = 0"), 1);
    comes(&world, &mailbox, &mail(TSHERING, &subject, "Thank you, but it is down again.")).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE is_open = 1 AND reopened = 1"), 1);
    // Nothing of it was lost, and what a machine wrote is not shown to the one who asked.
    let inside = world.browser(Who::Karma).get(&format!("/requests/{number}")).await;
    inside.must_have("I am on leave.");
    let outside = world.browser(Who::Tshering).get(&format!("/my/requests/{number}")).await;
    outside.must_have("it is down again.");
    assert!(!outside.text().contains("I am on leave."));
}

#[tokio::test]
async fn long_after_it_was_closed_an_answer_is_a_new_case_that_names_the_old_one() {
    let world = World::new();
    let mailbox = mailbox(&world);
    let number = given(&world, reported(&world)).await.number;
    world.set("2026-11-19 11:00");
    resolved(&world, &number).await;
    world.set("2026-12-14 11:00");
    crate::desk::clocks::close_resolved(&world.app).await.unwrap();
    comes(&world, &mailbox, &mail(TSHERING, &format!("Re: [{number}]"), "It is down again.")).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE follows_id IS NOT NULL"), 1);
    let new = the_number(&world);
    world.browser(Who::Karma).get(&format!("/requests/{new}")).await.must_have(&number);
    assert_eq!(
        world.number("SELECT COUNT(*) FROM requests WHERE follows_id IS NOT NULL AND channel = 'email'"),
        1
    );
}

#[tokio::test]
async fn what_an_officer_writes_by_mail_stays_inside() {
    let world = World::new();
    let mailbox = mailbox(&world);
    let number = given(&world, reported(&world)).await.number;
    let karma = "Karma Wangmo <karma@tendrel.example>";
    comes(&world, &mailbox, &mail(karma, &format!("Re: [{number}]"), "The principal broke it.")).await;
    world.browser(Who::Karma).get(&format!("/requests/{number}")).await.must_have("The principal broke it.");
    let outside = world.browser(Who::Tshering).get(&format!("/my/requests/{number}")).await;
    assert!(!outside.text().contains("The principal broke it."));
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE responded_at IS NULL"), 1);
}

#[tokio::test]
async fn a_case_that_went_to_another_desk_is_still_found_by_answers_to_the_first() {
    let world = World::new();
    let mailbox = mailbox(&world);
    let _ = mailbox_at(&world, "ict@thimphu.example", world.thimphu, "something-else");
    let first = mail(TSHERING, "No Internet", "Since today.");
    comes(&world, &mailbox, &first).await;
    let number = the_number(&world);
    let fields = [("unit", "THI"), ("text", "It is your line.")];
    world.browser(Who::Karma).post(&format!("/requests/{number}/hand-over"), &fields).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE activity = 'handed_over'"), 1);
    let answer = with(&mail(TSHERING, "Re: No Internet", "Room 4."), &[("In-Reply-To", &id_of(&first))]);
    comes(&world, &mailbox, &answer).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 1);
}
