use crate::desk::testing::{given, reported, resolved};
use crate::testing::{Who, World};

#[tokio::test]
async fn the_link_shows_how_far_it_is_without_signing_in() {
    let world = World::new();
    let accepted = given(&world, reported(&world)).await;
    let path = format!("/r/{}", accepted.secret);
    let page = world.public().get(&path).await;
    page.must_be(200);
    for words in ["<h1>No Internet in the whole school</h1>", &accepted.number, "New", "First answer"] {
        page.must_have(words);
    }
    assert_eq!(page.headers["x-robots-tag"], "noindex, nofollow");
    world.browser(Who::Karma).post(&format!("/requests/{}/take", accepted.number), &[]).await.must_be(200);
    world.public().get(&path).await.must_have("<b>Karma Wangmo</b> took it");
}

#[tokio::test]
async fn a_wrong_or_cut_link_finds_nothing() {
    let world = World::new();
    let accepted = given(&world, reported(&world)).await;
    let other = given(&world, reported(&world)).await;
    let cut = &accepted.secret[..accepted.secret.len() - 1];
    for secret in [cut, "x", "%00", &accepted.number] {
        world.public().get(&format!("/r/{secret}")).await.must_be(404);
    }
    assert_ne!(accepted.secret, other.secret);
}

#[tokio::test]
async fn a_file_of_another_request_is_not_given_out() {
    let world = World::new();
    let file = world.app.files.store("plan.txt", b"secret plan").await.unwrap();
    let mut with_file = reported(&world);
    with_file.files = vec![file];
    let theirs = given(&world, with_file).await;
    let mine = given(&world, reported(&world)).await;
    let page = world.public().get(&format!("/r/{}", theirs.secret)).await;
    let text = page.text();
    let id = text.split("/files/").nth(1).unwrap()[..36].to_owned();
    world.public().get(&format!("/r/{}/files/{id}", theirs.secret)).await.must_be(200);
    world.public().get(&format!("/r/{}/files/{id}", mine.secret)).await.must_be(404);
}

#[tokio::test]
async fn the_requester_says_that_it_works_and_how_it_was() {
    let world = World::new();
    let accepted = given(&world, reported(&world)).await;
    resolved(&world, &accepted.number).await;
    let path = format!("/r/{}", accepted.secret);
    let mut bearer = world.public();
    let page = bearer.get(&path).await;
    for form in ["close", "reopen", "rate"] {
        page.must_have(&format!("action=\"{path}/{form}\""));
    }
    page.must_not_have(&format!("action=\"{path}/cancel\""));
    bearer.post(&format!("{path}/close"), &[]).await.must_have("Closed");
    bearer.post(&format!("{path}/rate"), &[("rating", "4")]).await.must_have("4 of 5");
}

#[tokio::test]
async fn an_officer_who_asked_speaks_as_the_one_who_asked() {
    let world = World::new();
    let mut incoming = reported(&world);
    incoming.requester = Some(world.person(Who::Karma));
    let number = given(&world, incoming).await.number;
    let mut karma = world.browser(Who::Karma);
    karma.post(&format!("/my/requests/{number}/reply"), &[("text", "Any news?")]).await.must_be(200);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE responded_at IS NULL"), 1);
}
