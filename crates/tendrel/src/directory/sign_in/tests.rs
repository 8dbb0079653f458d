use crate::directory::{accounts, links, password};
use crate::testing::{Page, Who, World};

const SECRET: &str = "three cranes over Phobjikha";

impl World {
    pub(in crate::directory) fn with_password(self, who: Who) -> World {
        let (account, hash) = (self.account(who), password::hash_now(SECRET).unwrap());
        self.app.db.write_blocking(move |tx| accounts::set_password(tx, account, &hash)).unwrap();
        self
    }

    async fn try_to_sign_in(&self, username: &str, secret: &str) -> Page {
        self.public().post("/sign-in", &[("username", username), ("password", secret)]).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_in_goes_on_where_they_wanted_and_signs_out() {
    let world = World::new().with_password(Who::Karma);
    let mut karma = world.public();
    // The page that was asked for comes back after signing in.
    let page = karma.get("/me").await;
    assert_eq!(page.path, "/sign-in?back=%2Fme");
    let page =
        karma.post("/sign-in", &[("username", " Karma "), ("password", SECRET), ("back", "/me")]).await;
    page.must_be(200);
    assert_eq!(page.path, "/me");
    page.must_have("Karma Wangmo");
    karma.post("/sign-out", &[]).await;
    assert_eq!(karma.get("/me").await.path, "/sign-in?back=%2Fme");
    let told = world.number(
        "SELECT COUNT(*) FROM events WHERE subject = 'account' AND activity IN ('signed in', 'signed out')",
    );
    assert_eq!(told, 2);
    assert_eq!(world.number("SELECT COUNT(*) FROM sessions"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_as_good_as_a_user_name() {
    let world = World::new().with_password(Who::Karma);
    let page = world
        .public()
        .post("/sign-in", &[("username", "KARMA@tendrel.example"), ("password", SECRET), ("back", "/me")])
        .await;
    page.must_have("Karma Wangmo");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_does_not_say_whether_the_account_exists() {
    let world = World::new().with_password(Who::Karma);
    let wrong = world.try_to_sign_in("karma", "wrong").await;
    let nobody = world.try_to_sign_in("nobody", "wrong").await;
    let without_password = world.try_to_sign_in("sonam", "wrong").await;
    wrong.must_be(422);
    wrong.must_have("<title>Error: Sign in");
    wrong.must_have("value=\"karma\"");
    wrong.must_not_have("value=\"wrong\"");
    assert_eq!(wrong.text().replace("karma", "nobody"), nobody.text());
    assert_eq!(wrong.text().replace("karma", "sonam"), without_password.text());
    assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE activity = 'sign-in failed'"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_five_failures_there_is_a_pause_that_is_said() {
    let world = World::new().with_password(Who::Karma);
    for _ in 0..5 {
        world.try_to_sign_in("karma", "wrong").await.must_be(422);
    }
    // Even the right password is not looked at now.
    let page = world.try_to_sign_in("karma", SECRET).await;
    page.must_be(429);
    page.must_have("Wait 15 minutes");
    // Others are not kept out.
    world.try_to_sign_in("sonam", "wrong").await.must_be(422);
    world.set("2026-11-19 09:15");
    let page = world
        .public()
        .post("/sign-in", &[("username", "karma"), ("password", SECRET), ("back", "/me")])
        .await;
    page.must_have("Karma Wangmo");
    assert_eq!(world.number("SELECT COUNT(*) FROM sign_in_failures WHERE subject = 'account:karma'"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_tries_at_once_are_not_more_than_five() {
    let world = World::new().with_password(Who::Karma);
    let tries = (0..12).map(|_| world.try_to_sign_in("karma", "wrong"));
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|page| page.status == 422).count(), 5);
    assert_eq!(answers.iter().filter(|page| page.status == 429).count(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_that_signs_in_rightly_is_never_kept_out() {
    let world = World::new().with_password(Who::Karma);
    for _ in 0..4 {
        world.try_to_sign_in("karma@tendrel.example", SECRET).await.must_be(200);
    }
    assert_eq!(world.number("SELECT COUNT(*) FROM sign_in_failures"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_tries_many_accounts_has_to_wait() {
    let world = World::new();
    let now = world.app.clock.now();
    let tries = vec!["address:".to_owned(); accounts::PER_ADDRESS];
    world.app.db.write_blocking(move |tx| accounts::note_failure(tx, &tries, now)).unwrap();
    world.try_to_sign_in("anybody", "wrong").await.must_be(429);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_account_does_not_open() {
    let world = World::new().with_password(Who::Karma);
    let (account, now) = (world.account(Who::Karma), world.app.clock.now());
    let mut karma = world.browser(Who::Karma);
    karma.get("/me").await.must_be(200);
    world.app.db.write_blocking(move |tx| accounts::close(tx, account, now)).unwrap();
    world.try_to_sign_in("karma", SECRET).await.must_be(422);
    assert_eq!(karma.get("/me").await.path, "/sign-in?back=%2Fme");
}

#[tokio::test]
async fn empty_fields_say_what_to_do_and_cost_nothing() {
    let world = World::new();
    let page = world.try_to_sign_in("", "").await;
    page.must_be(422);
    page.must_have("Type your password.");
    assert_eq!(world.number("SELECT COUNT(*) FROM sign_in_failures"), 0);
}

#[tokio::test]
async fn whoever_is_signed_in_is_led_on_but_not_away() {
    let world = World::new();
    let page = world.browser(Who::Karma).once("GET", "/sign-in?back=//evil.example", None, Vec::new()).await;
    assert_eq!(page.headers["location"], "/today");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_sets_a_password_once() {
    let world = World::new();
    let (account, now) = (world.account(Who::Tshering), world.app.clock.now());
    let secret = world.app.db.write_blocking(move |tx| links::hand_over(tx, account, now)).unwrap();
    let address = format!("/welcome/{secret}");
    let mut tshering = world.public();
    tshering.get(&address).await.must_have("Welcome, Tshering Dema");
    let page = tshering.post(&address, &[("password", "tshering1234")]).await;
    page.must_be(422);
    page.must_have("This can be guessed");
    tshering.post(&address, &[("password", SECRET)]).await.must_have("Tshering Dema");
    world.public().get(&address).await.must_have("used already");
    world.public().get("/welcome/guessed").await.must_be(422);
    let page = world
        .public()
        .post("/sign-in", &[("username", "tshering"), ("password", SECRET), ("back", "/me")])
        .await;
    page.must_have("Tshering Dema");
}

#[tokio::test]
async fn a_link_holds_a_week() {
    let world = World::new();
    let (account, now) = (world.account(Who::Tshering), world.app.clock.now());
    let secret = world.app.db.write_blocking(move |tx| links::hand_over(tx, account, now)).unwrap();
    world.set("2026-11-26 09:01");
    world.public().get(&format!("/welcome/{secret}")).await.must_be(422);
}

#[tokio::test]
async fn outside_a_demonstration_nobody_can_choose_whom_to_be() {
    let world = World::new();
    world.public().get("/demo").await.must_be(404);
    let karma = world.account(Who::Karma).to_string();
    world.public().post("/demo", &[("account", &karma)]).await.must_be(404);
}

#[tokio::test]
async fn in_a_demonstration_everybody_can_be_anybody() {
    let mut world = World::new();
    let mut settings = (*world.app.settings).clone();
    settings.demo = true;
    world.app.settings = std::sync::Arc::new(settings.clone());
    let mut visitor = world.public();
    let page = visitor.get("/demo").await;
    page.must_have("Karma Wangmo");
    page.must_have("Head of unit");
    let karma = world.account(Who::Karma).to_string();
    visitor.post("/demo", &[("account", &karma)]).await;
    visitor.get("/me").await.must_have("Karma Wangmo");
    visitor.post("/demo", &[("account", "nobody")]).await.must_be(404);
    // On an address that others can reach there is no demonstration, whatever the settings say.
    settings.listen = "0.0.0.0:8080".parse().unwrap();
    world.app.settings = std::sync::Arc::new(settings);
    world.public().get("/demo").await.must_be(404);
}
