use std::collections::HashMap;

use serde_json::{Value as Json, json};

use crate::settings::identity::ProviderSettings;
use crate::testing::{Browser, Issuer, Page, Who, World};
use crate::viewer::Role;

impl World {
    fn trusting(mut self, issuer: &Issuer, also: &str) -> World {
        let text = format!(
            "key = \"gov\"\nname = \"Government sign-in\"\nissuer = \"{}\"\nclient_id = \"tendrel\"\n\
             client_secret = \"secret\"\n{also}",
            issuer.address()
        );
        let provider: ProviderSettings = toml::from_str(&text).unwrap();
        self.set_settings(|settings| settings.sign_in.providers = vec![provider]);
        self
    }

    fn events_of(&self, activity: &'static str) -> i64 {
        let count = "SELECT COUNT(*) FROM events WHERE activity = $1";
        self.app.db.read_blocking(move |r| r.one(count, &[activity.into()], |row| row.at::<i64>(0))).unwrap()
    }
}

/// Goes to the provider; returns the state that comes back.
async fn go(browser: &mut Browser, issuer: &Issuer) -> String {
    let page = browser.once("GET", "/sign-in/with/gov?back=/me", None, Vec::new()).await;
    page.must_be(303);
    let location = page.headers["location"].to_str().unwrap().to_owned();
    let (address, query) = location.split_once('?').unwrap();
    assert_eq!(address, format!("{}/authorize", issuer.address()));
    let asked: HashMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!(asked["redirect_uri"], "http://localhost/sign-in/with/gov/back");
    assert_eq!(asked["scope"], "openid email profile");
    issuer.gets(&asked["nonce"], &asked["code_challenge"]);
    asked["state"].clone()
}

async fn sign_in(browser: &mut Browser, issuer: &Issuer, claims: Json) -> Page {
    issuer.says(claims);
    let state = go(browser, issuer).await;
    browser.get(&format!("/sign-in/with/gov/back?code=right&state={state}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_comes_in_by_a_provider_that_has_seen_their_address() {
    let issuer = Issuer::start().await;
    let world = World::new().trusting(&issuer, "");
    let mut karma = world.public();
    karma.get("/sign-in?back=/me").await.must_have("href=\"/sign-in/with/gov?back=%2Fme\"");
    let page = sign_in(&mut karma, &issuer, json!({})).await;
    assert_eq!(page.path, "/me");
    page.must_have("Karma Wangmo");
    // From now on the pair of issuer and subject counts, whatever becomes of the address.
    let mut again = world.public();
    let page = sign_in(&mut again, &issuer, json!({ "email": "sonam@tendrel.example" })).await;
    page.must_have("Karma Wangmo");
    // Another subject with her address is not her.
    let page = sign_in(&mut world.public(), &issuer, json!({ "sub": "thief" })).await;
    page.must_be(403);
    page.must_have("stands with more than one person");
    assert_eq!(world.number("SELECT COUNT(*) FROM identities"), 1);
    assert_eq!((world.events_of("vouched for"), world.events_of("signed in")), (1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_true_opens_nothing() {
    let issuer = Issuer::start().await;
    let world = World::new().trusting(&issuer, "");
    for claims in [
        json!({ "nonce": "another" }),
        json!({ "nonce": null }),
        json!({ "iss": "https://evil.example" }),
        json!({ "aud": "another-desk" }),
        json!({ "aud": ["tendrel", "another-desk"] }),
        json!({ "exp": 1_700_000_000 }),
        json!({ "sub": null }),
        json!({ "at_hash": "bm90IHRoZSBoYXNoISE" }),
    ] {
        let page = sign_in(&mut world.public(), &issuer, claims.clone()).await;
        page.must_be(422);
        page.must_have("could not be checked");
        page.must_have("Send me a link by e-mail");
    }
    let mut karma = world.public();
    issuer.says(json!({}));
    go(&mut karma, &issuer).await;
    for wrong in ["code=right&state=", "code=right&state=guessed"] {
        karma.get(&format!("/sign-in/with/gov/back?{wrong}")).await.must_have("Start again here");
        go(&mut karma, &issuer).await;
    }
    let state = go(&mut karma, &issuer).await;
    // What was begun here does not end in another browser: nobody is signed in as somebody else unawares.
    let back = format!("/sign-in/with/gov/back?code=right&state={state}");
    world.public().get(&back).await.must_have("Start again here");
    let page = karma.get(&format!("/sign-in/with/gov/back?code=wrong&state={state}")).await;
    page.must_have("could not be checked");
    // It holds once, and for ten minutes.
    karma.get(&back).await.must_have("Start again here");
    let state = go(&mut karma, &issuer).await;
    world.set("2026-11-19 09:11");
    karma
        .get(&format!("/sign-in/with/gov/back?code=right&state={state}"))
        .await
        .must_have("Start again here");
    let state = go(&mut karma, &issuer).await;
    let page =
        karma.get(&format!("/sign-in/with/gov/back?code=right&state={state}&iss=https://evil.example")).await;
    page.must_have("could not be checked");
    let state = go(&mut karma, &issuer).await;
    let page = karma.get(&format!("/sign-in/with/gov/back?error=access_denied&state={state}")).await;
    page.must_have("Government sign-in did not let you in");
    assert_eq!(world.number("SELECT COUNT(*) FROM sessions"), 0);
    assert_eq!(world.number("SELECT COUNT(*) FROM identities"), 0);
    assert_eq!(world.events_of("sign-in failed"), 10);
    world.public().get("/sign-in/with/nobody").await.must_be(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_known_is_told_what_to_do() {
    let issuer = Issuer::start().await;
    let world = World::new().trusting(&issuer, "");
    for claims in [
        json!({ "email": "new@tendrel.example" }),
        // An address that the provider has not seen to be theirs is no proof.
        json!({ "email_verified": false }),
        json!({ "email": null }),
    ] {
        issuer.tells_of_people(json!({ "sub": "k-1" }));
        let page = sign_in(&mut world.public(), &issuer, claims).await;
        page.must_be(403);
        page.must_have("Ask the head of your ICT unit");
    }
    let karma = world.account(Who::Karma);
    let now = world.app.clock.now();
    world.app.db.write_blocking(move |tx| crate::directory::accounts::close(tx, karma, now)).unwrap();
    sign_in(&mut world.public(), &issuer, json!({})).await.must_be(403);
    assert_eq!(world.number("SELECT COUNT(*) FROM identities"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_made_in_the_office_that_is_named_where_the_settings_say_so() {
    let issuer = Issuer::start().await;
    let world = World::new().trusting(&issuer, "create_people = true\noffice_claim = \"office\"");
    let new = |office: &str| json!({ "sub": "p-7", "email": "pema@tendrel.example", "name": "Pema Choden", "preferred_username": "Karma", "office": office });
    let page = sign_in(&mut world.public(), &issuer, new("Nowhere Office")).await;
    page.must_have("the office that it names for you is not known");
    let page = sign_in(&mut world.public(), &issuer, new("Kabjisa Central School")).await;
    page.must_have("Pema Choden");
    page.must_have("Requester");
    // Her name there is another's here.
    page.must_have("karma.2");
    let found = world
        .number("SELECT COUNT(*) FROM persons WHERE name = 'Pema Choden' AND email = 'pema@tendrel.example'");
    assert_eq!(found, 1);
    sign_in(&mut world.public(), &issuer, new("Nowhere Office")).await.must_have("Pema Choden");
}

const ROLES: &str = "roles_claim = \"groups\"\nroles = [{ value = \"ICT\", role = \"head_of_unit\", in = \"unit-punakha\" }, { value = \"audit\", role = \"auditor\", in = \"government\" }]";

#[tokio::test(flavor = "multi_thread")]
async fn roles_follow_a_claim_and_what_was_given_by_hand_stays() {
    let issuer = Issuer::start().await;
    let world = World::new().trusting(&issuer, ROLES);
    let roles = async |claims: Json| {
        let page = sign_in(&mut world.public(), &issuer, claims).await;
        [Role::HeadOfUnit, Role::Auditor, Role::Officer].map(|role| {
            page.has(
                crate::frame::languages::text(
                    crate::frame::languages::Language::English,
                    true,
                    "role-name",
                    &[("role", role.code().into())],
                )
                .as_str(),
            )
        })
    };
    assert_eq!(roles(json!({ "groups": ["ict", "others"] })).await, [true, false, true]);
    assert_eq!(roles(json!({ "groups": "audit" })).await, [false, true, true]);
    // Told by the other address of the provider.
    issuer.tells_of_people(json!({ "sub": "k-1", "groups": ["ict"] }));
    assert_eq!(roles(json!({})).await, [true, false, true]);
    issuer.tells_of_people(json!({ "sub": "another", "groups": ["audit"] }));
    assert_eq!(roles(json!({})).await, [false, false, false]);
    assert_eq!(roles(json!({ "groups": [] })).await, [false, false, true]);
    assert_eq!((world.events_of("role given"), world.events_of("role taken away")), (3, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_asked_for_unless_the_provider_did() {
    let issuer = Issuer::start().await;
    let mut world = World::new().trusting(&issuer, "second_factor = [\"mfa\", \"urn:strong\"]");
    world.set_settings(|settings| settings.sign_in.second_factor_for = vec![Role::Officer]);
    for weak in [json!({}), json!({ "amr": ["pwd"] }), json!({ "acr": "urn:weak" })] {
        let page = sign_in(&mut world.public(), &issuer, weak).await;
        assert_eq!(page.path, "/sign-in/set-up-codes");
    }
    for strong in [json!({ "amr": ["pwd", "mfa"] }), json!({ "acr": "urn:strong" })] {
        assert_eq!(sign_in(&mut world.public(), &issuer, strong).await.path, "/me");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_away_leaves_the_other_ways() {
    let issuer = Issuer::start().await;
    let mut world = World::new().trusting(&issuer, "");
    world.set_settings(|settings| settings.sign_in.providers[0].issuer = "http://127.0.0.1:9".to_owned());
    world.public().get("/sign-in").await.must_have("Sign in with Government sign-in");
    let page = world.public().get("/sign-in/with/gov?back=/me").await;
    page.must_be(503);
    page.must_have("Government sign-in does not answer");
    page.must_have("name=\"password\"");
    page.must_have("Send me a link by e-mail");
    world.set_settings(|settings| settings.sign_in.with = vec![crate::settings::entry::Way::Password]);
    world.public().get("/sign-in").await.must_not_have("Government sign-in");
    world.public().get("/sign-in/with/gov").await.must_be(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_of_the_provider_is_looked_up() {
    let issuer = Issuer::start().await;
    let world = World::new().trusting(&issuer, "");
    sign_in(&mut world.public(), &issuer, json!({})).await.must_have("Karma Wangmo");
    issuer.changes_key();
    sign_in(&mut world.public(), &issuer, json!({})).await.must_have("Karma Wangmo");
}

async fn log_out(world: &World, token: &str) -> u16 {
    world.public().post("/sign-in/with/gov/logout", &[("logout_token", token)]).await.status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_ends_what_it_vouched_for() {
    let issuer = Issuer::start().await;
    let world = World::new().trusting(&issuer, "");
    let now = world.app.clock.now();
    let (mut office, mut home, own) = (world.public(), world.public(), world.browser(Who::Karma));
    let mut own = own;
    sign_in(&mut office, &issuer, json!({ "sid": "s-1" })).await.must_be(200);
    sign_in(&mut home, &issuer, json!({ "sid": "s-2" })).await.must_be(200);
    for wrong in [
        json!({ "sub": "k-1", "iss": "https://evil.example" }),
        json!({ "sub": "k-1", "aud": "another-desk" }),
        json!({ "sub": "k-1", "iat": now.as_second() - 700 }),
        json!({ "sub": "k-1", "iat": now.as_second() + 700 }),
        json!({ "sub": "k-1", "exp": now.as_second() - 1 }),
        json!({ "sub": "k-1", "events": {} }),
        json!({ "sub": "k-1", "nonce": "n" }),
        json!({ "sub": "k-1", "jti": null }),
        json!({}),
    ] {
        assert_eq!(log_out(&world, &issuer.logout_token(now, &wrong)).await, 400, "{wrong}");
    }
    let right = issuer.logout_token(now, &json!({ "sid": "s-1" }));
    let forged = format!("{}x", &right[..right.len() - 1]);
    for wrong in ["", "a.b", "a.b.c", forged.as_str()] {
        assert_eq!(log_out(&world, wrong).await, 400);
    }
    let thief = Issuer::start().await;
    let by_another = thief.logout_token(now, &json!({ "sub": "k-1", "iss": issuer.address() }));
    assert_eq!(log_out(&world, &by_another).await, 400);
    assert_eq!(office.get("/me").await.path, "/me");
    assert_eq!(log_out(&world, &right).await, 200);
    assert_eq!(office.get("/me").await.path, "/sign-in?back=%2Fme");
    assert_eq!(home.get("/me").await.path, "/me");
    // None is taken twice.
    assert_eq!(log_out(&world, &right).await, 400);
    assert_eq!(log_out(&world, &issuer.logout_token(now, &json!({ "sub": "k-1" }))).await, 200);
    assert_eq!(home.get("/me").await.path, "/sign-in?back=%2Fme");
    // What she opened herself is hers.
    assert_eq!(own.get("/me").await.path, "/me");
    assert_eq!(world.events_of("session ended by the provider"), 2);
}
