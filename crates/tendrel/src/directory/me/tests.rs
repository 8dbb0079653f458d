use crate::testing::{Who, World};

const SECRET: &str = "three cranes over Phobjikha";

#[tokio::test]
async fn i_see_who_i_am_and_what_i_may_do() {
    let world = World::new();
    let page = world.browser(Who::Head).get("/me").await;
    page.must_have("Kinley Gyeltshen");
    page.must_have("Head of unit");
    page.must_have("Punakha ICT Services");
    world.browser(Who::Tshering).get("/me").await.must_have("Tshering Dema");
    assert_eq!(world.public().get("/me").await.path, "/sign-in?back=%2Fme");
}

#[tokio::test]
async fn language_and_keys_are_kept_with_the_person() {
    let world = World::new();
    let mut karma = world.browser(Who::Karma);
    karma.get("/me").await.must_have("data-keys=\"on\"");
    let page = karma.post("/me/settings", &[("language", "dz")]).await;
    page.must_not_have("data-keys");
    page.must_have("<html lang=\"dz\"");
    karma.post("/me/settings", &[("language", "fr")]).await.must_be(422);
    // In another browser too.
    world.browser(Who::Karma).get("/me").await.must_have("<html lang=\"dz\"");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_the_other_sessions() {
    let world = World::new();
    let (mut here, mut there) = (world.browser(Who::Karma), world.browser(Who::Karma));
    here.post("/me/password", &[("new", "karma")]).await.must_be(422);
    here.post("/me/password", &[("new", SECRET)]).await.must_have("The password is changed");
    assert_eq!(there.get("/me").await.path, "/sign-in?back=%2Fme");
    let page = here.post("/me/password", &[("old", "wrong"), ("new", "four yaks under Jomolhari")]).await;
    page.must_be(422);
    page.must_have("This is not your password of today");
    let page = here.post("/me/password", &[("old", SECRET), ("new", "four yaks under Jomolhari")]).await;
    page.must_be(200);
    for _ in 0..5 {
        here.post("/me/password", &[("old", "wrong"), ("new", SECRET)]).await;
    }
    here.post("/me/password", &[("old", "wrong"), ("new", SECRET)]).await.must_be(429);
}

#[tokio::test]
async fn a_session_elsewhere_can_be_ended_but_only_ones_own() {
    let world = World::new();
    let (mut here, mut there, mut sonam) =
        (world.browser(Who::Karma), world.browser(Who::Karma), world.browser(Who::Sonam));
    let page = here.get("/me").await.text();
    let ends: Vec<&str> = page.split("action=\"/me/sessions/").skip(1).map(|rest| &rest[..64]).collect();
    assert_eq!(ends.len(), 2);
    for name in &ends {
        sonam.post(&format!("/me/sessions/{name}/end"), &[]).await.must_be(404);
    }
    let own = page.split("Here, in this browser").nth(1).unwrap().split("/me/sessions/").nth(1).unwrap()
        [..64]
        .to_owned();
    let other = ends.iter().find(|name| **name != own).unwrap();
    here.post(&format!("/me/sessions/{other}/end"), &[]).await.must_have("The session has ended");
    assert_eq!(there.get("/me").await.path, "/sign-in?back=%2Fme");
    here.get("/me").await.must_be(200);
}

#[tokio::test]
async fn all_other_sessions_are_ended_at_once() {
    let world = World::new();
    let (mut here, mut there) = (world.browser(Who::Karma), world.browser(Who::Karma));
    here.post("/me/other-sessions/end", &[]).await.must_have("All your other sessions have ended");
    assert_eq!(there.get("/me").await.path, "/sign-in?back=%2Fme");
    here.get("/me").await.must_not_have("End all others");
    world.browser(Who::Sonam).get("/me").await.must_be(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_unused_after_idle_hours_and_in_any_case_after_its_days() {
    let mut world = World::new().with_password(Who::Karma);
    let mut settings = (*world.app.settings).clone();
    settings.sign_in.idle_hours = 2;
    settings.sign_in.longest_days = 1;
    world.app.settings = std::sync::Arc::new(settings);
    let (mut karma, mut sonam) = (world.public(), world.browser(Who::Sonam));
    karma.post("/sign-in", &[("username", "karma"), ("password", SECRET)]).await;
    sonam.get("/me").await.must_be(200);
    for hour in (10..24).step_by(2) {
        world.set(&format!("2026-11-19 {hour:02}:00"));
        karma.get("/me").await.must_have("Karma Wangmo");
    }
    assert_eq!(sonam.get("/me").await.path, "/sign-in?back=%2Fme");
    for hour in (0..9).step_by(2) {
        world.set(&format!("2026-11-20 {hour:02}:00"));
        karma.get("/me").await.must_have("Karma Wangmo");
    }
    world.set("2026-11-20 09:00");
    assert_eq!(karma.get("/me").await.path, "/sign-in?back=%2Fme");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_thieves_know_is_refused() {
    let mut world = World::new();
    let list = tempfile::NamedTempFile::new().unwrap();
    // SHA-1 of "three cranes over Phobjikha".
    use sha1::{Digest, Sha1};
    let hash = crate::files::hex(&Sha1::digest(SECRET.as_bytes())).to_uppercase();
    std::fs::write(list.path(), format!("{hash}:12\n")).unwrap();
    let mut settings = (*world.app.settings).clone();
    settings.sign_in.breached_passwords = Some(list.path().to_owned());
    world.app.settings = std::sync::Arc::new(settings);
    let mut karma = world.browser(Who::Karma);
    karma.post("/me/password", &[("new", SECRET)]).await.must_have("on a list that thieves use");
    karma.post("/me/password", &[("new", "four yaks under Jomolhari")]).await.must_be(200);
}

#[tokio::test]
async fn a_token_is_shown_once_opens_the_api_and_can_be_revoked() {
    let world = World::new();
    let mut karma = world.browser(Who::Karma);
    karma.post("/me/tokens", &[("token_name", ""), ("token_days", "5")]).await.must_be(422);
    let page = karma
        .post("/me/tokens", &[("token_name", "link watch"), ("token_scope", "all"), ("token_days", "30")])
        .await;
    let secret = page.text().split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    karma.get("/me").await.must_not_have(&secret);
    let bearer = || world.public().with("authorization", format!("Bearer {secret}"));
    let page = bearer().get("/api/v1/me").await;
    assert_eq!(page.json()["name"], "Karma Wangmo");
    assert_eq!(page.json()["roles"][0]["role"], "officer");
    let body = br#"{"language": "dz", "single_keys": true}"#.to_vec();
    let page = bearer().send("POST", "/api/v1/me/settings", "application/json", body).await;
    assert_eq!(page.json()["language"], "dz");
    // A token does not open what opens the account.
    bearer()
        .post("/me/tokens", &[("token_name", "more"), ("token_scope", "all"), ("token_days", "30")])
        .await
        .must_be(403);
    bearer().post("/me/password", &[("new", SECRET)]).await.must_be(403);
    let page = world.browser(Who::Karma).get("/me").await.text();
    let revoke = page.split("action=\"/me/tokens/").nth(1).unwrap()[..36].to_owned();
    world.browser(Who::Sonam).post(&format!("/me/tokens/{revoke}/revoke"), &[]).await.must_be(404);
    karma.post(&format!("/me/tokens/{revoke}/revoke"), &[]).await.must_be(200);
    bearer().get("/api/v1/me").await.must_be(401);
}

#[tokio::test]
async fn a_token_ends_on_its_day() {
    let world = World::new();
    let page = world
        .browser(Who::Karma)
        .post("/me/tokens", &[("token_name", "x"), ("token_scope", "read"), ("token_days", "7")])
        .await;
    let secret = page.text().split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    world.set("2026-11-26 09:00");
    world.public().with("authorization", format!("Bearer {secret}")).get("/api/v1/me").await.must_be(401);
}
