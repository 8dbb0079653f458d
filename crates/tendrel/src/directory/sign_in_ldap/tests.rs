use crate::settings::entry::Way;
use crate::testing::slapd::SECRET;
use crate::testing::{Page, Slapd, Who, World};
use crate::viewer::Role;

async fn try_to_sign_in(world: &World, username: &str, secret: &str) -> Page {
    let typed = [("username", username), ("password", secret), ("back", "/me")];
    world.public().post("/sign-in", &typed).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_password_of_the_directory_opens_the_account() {
    let Some(slapd) = Slapd::start().await else { return };
    let world = World::new().with_directory(&slapd, "");
    for name in ["karma", "KARMA", "karma@tendrel.example"] {
        try_to_sign_in(&world, name, SECRET).await.must_have("Karma Wangmo");
    }
    assert_eq!(world.number("SELECT COUNT(*) FROM identities"), 1);
    assert_eq!(
        world.number("SELECT COUNT(*) FROM events WHERE activity = 'signed in' AND detail LIKE '%ldap%'"),
        3
    );
    // Her name and her address change there: she stays who she is.
    slapd.change("karma", "mail", "sonam@tendrel.example").await;
    try_to_sign_in(&world, "karma", SECRET).await.must_have("Karma Wangmo");
    assert_eq!(world.number("SELECT COUNT(*) FROM sign_in_failures"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_learns_nothing_and_waits() {
    let Some(slapd) = Slapd::start().await else { return };
    let world = World::new().with_directory(&slapd, "");
    let wrong = try_to_sign_in(&world, "karma", "wrong").await;
    let nobody = try_to_sign_in(&world, "nobody", "wrong").await;
    wrong.must_be(422);
    assert_eq!(wrong.text().replace("karma", "nobody"), nobody.text());
    // Letters that mean something in a filter or a name mean nothing here.
    for name in ["*", "karma)(uid=*", "k*", "karma\\", "(|(uid=karma))", "karma,ou=people"] {
        try_to_sign_in(&world, name, SECRET).await.must_be(422);
    }
    assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE activity = 'sign-in failed'"), 8);
    for _ in 0..4 {
        try_to_sign_in(&world, "karma", "wrong").await.must_be(422);
    }
    // Even the right one is not looked at now, by nobody's directory.
    try_to_sign_in(&world, "karma", SECRET).await.must_be(429);
    world.set("2026-11-19 09:16");
    try_to_sign_in(&world, "karma", SECRET).await.must_be(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_password_does_not_reach_the_server() {
    let Some(slapd) = Slapd::start().await else { return };
    let world = World::new().with_directory(&slapd, "");
    try_to_sign_in(&world, "karma", "").await.must_be(422);
    let settings = slapd.settings("");
    for (name, secret) in [("karma", ""), ("", SECRET)] {
        let asked = crate::directory::ldap::person_with_password(&settings, &world.app.tls, name, secret);
        assert_eq!(asked.await.unwrap(), None);
    }
    // Nor does the program look people up as nobody, when its own password is forgotten.
    let mut without = slapd.settings("");
    without.bind_password = None;
    let asked = crate::directory::ldap::person_with_password(&without, &world.app.tls, "karma", SECRET).await;
    assert!(asked.unwrap_err().to_string().contains("bind_dn"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_here_yet_is_told_or_made() {
    let Some(slapd) = Slapd::start().await else { return };
    let world = World::new().with_directory(&slapd, "");
    slapd.add("pema", &[("cn", "Pema Choden"), ("ou", "Kabjisa Central School")]).await;
    let page = try_to_sign_in(&world, "pema", SECRET).await;
    page.must_be(422);
    page.must_have("The directory of people knows you");
    // The same without her password says nothing of the kind.
    try_to_sign_in(&world, "pema", "wrong").await.must_not_have("knows you");
    let world = World::new().with_directory(&slapd, "create_people = true");
    try_to_sign_in(&world, "pema", SECRET).await.must_have("Pema Choden");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_gives_a_role_and_a_role_asks_for_a_second_factor() {
    let Some(slapd) = Slapd::start().await else { return };
    let roles = "roles = [{ value = \"ict-heads\", role = \"head_of_unit\", in = \"unit-punakha\" }]";
    let mut world = World::new().with_directory(&slapd, roles);
    try_to_sign_in(&world, "sonam", SECRET).await.must_not_have("Head of the ICT unit");
    assert_eq!(world.number("SELECT COUNT(*) FROM mapped_grants"), 0);
    slapd.put_into_group("sonam", "ict-heads").await;
    try_to_sign_in(&world, "sonam", SECRET).await.must_be(200);
    assert_eq!(world.number("SELECT COUNT(*) FROM mapped_grants WHERE role = 'head_of_unit'"), 1);
    world.set_settings(|settings| settings.sign_in.second_factor_for = vec![Role::HeadOfUnit]);
    assert_eq!(try_to_sign_in(&world, "sonam", SECRET).await.path, "/sign-in/set-up-codes");
    assert_eq!(try_to_sign_in(&world, "karma", SECRET).await.path, "/me");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_over_tls_with_a_certificate_that_is_trusted() {
    let Some(slapd) = Slapd::start().await else { return };
    let mut world = World::new().with_directory(&slapd, "start_tls = true");
    try_to_sign_in(&world, "karma", SECRET).await.must_have("Karma Wangmo");
    let ldaps = format!("ldaps://localhost:{}", slapd.tls_port);
    world.set_settings(|settings| {
        let ldap = settings.sign_in.ldap.as_mut().unwrap();
        (ldap.url, ldap.start_tls) = (ldaps, false);
    });
    try_to_sign_in(&world, "karma", SECRET).await.must_have("Karma Wangmo");
    world.app.tls = std::sync::Arc::new(crate::tls::client(None).unwrap());
    try_to_sign_in(&world, "karma", SECRET).await.must_be(503);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_is_away_leaves_the_other_ways() {
    let Some(slapd) = Slapd::start().await else { return };
    let mut world = World::new().with_password(Who::Karma).with_directory(&slapd, "");
    world.set_settings(|settings| {
        settings.sign_in.ldap.as_mut().unwrap().url = "ldap://127.0.0.1:9".to_owned();
    });
    let page = try_to_sign_in(&world, "sonam", SECRET).await;
    page.must_be(503);
    page.must_have("The directory of people does not answer");
    page.must_have("Send me a link by e-mail");
    assert_eq!(page.text().replace("sonam", "nobody"), try_to_sign_in(&world, "nobody", SECRET).await.text());
    try_to_sign_in(&world, "karma", "three cranes over Phobjikha").await.must_have("Karma Wangmo");
    // Passwords of this desk are off: only the directory's count.
    world.set_settings(|settings| settings.sign_in.with = vec![Way::Ldap]);
    try_to_sign_in(&world, "karma", "three cranes over Phobjikha").await.must_be(503);
    world.set_settings(|settings| settings.sign_in.with = vec![Way::Password]);
    try_to_sign_in(&world, "sonam", SECRET).await.must_be(422);
}
