use crate::directory::codes::{self, Codes};
use crate::settings::entry::{MailSettings, Way};
use crate::testing::{Browser, Page, Who, World};
use crate::viewer::Role;
use crate::worker;

const SECRET: &str = "three cranes over Phobjikha";

impl World {
    /// Codes as they are set up for somebody, and the ten recovery codes.
    fn with_codes(&self, who: Who) -> (Codes, Vec<String>) {
        let (account, now, codes) = (self.account(who), self.app.clock.now(), Codes::random());
        let stored = codes.sealed(&self.app.vault, account).unwrap();
        let recovery =
            self.app.db.write_blocking(move |tx| codes::set_up(tx, account, &stored, 0, now)).unwrap();
        (codes, recovery.unwrap())
    }

    fn code(&self, codes: &Codes) -> String {
        codes.at(self.app.clock.now())
    }

    /// The link of the last message that was sent.
    fn link(&self) -> String {
        let mail = self.app.mailer.sent().pop().expect("a message was sent");
        let link = mail.body.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
        link.strip_prefix("http://localhost").unwrap().to_owned()
    }

    fn events(&self, activity: &'static str) -> i64 {
        let events = self.app.db.read_blocking(move |r| {
            r.one(
                "SELECT COUNT(*) FROM events WHERE subject = 'account' AND activity = $1",
                &[activity.into()],
                |row| row.at::<i64>(0),
            )
        });
        events.unwrap()
    }
}

async fn with_password(browser: &mut Browser, username: &str) -> Page {
    browser.post("/sign-in", &[("username", username), ("password", SECRET), ("back", "/me")]).await
}

// links by e-mail -----------------------------------------------------------------------------------

#[tokio::test]
async fn a_link_by_e_mail_signs_in_once_in_any_browser() {
    let world = World::new();
    let mut asking = world.public();
    asking.get("/sign-in").await.must_have("/sign-in/link");
    asking.get("/sign-in/link?back=/notices").await.must_have("value=\"/notices\"");
    let page = asking.post("/sign-in/link", &[("username", "Karma"), ("back", "/notices")]).await;
    page.must_have("Look into your e-mail");
    worker::round(&world.app).await.unwrap();
    let mail = world.app.mailer.sent().pop().unwrap();
    assert_eq!(mail.to, "karma@tendrel.example");
    assert_eq!(mail.subject, "Your link for signing in");
    // A scanner of mail looks at the page, as often as it likes.
    let link = world.link();
    for _ in 0..3 {
        world.public().get(&link).await.must_have("Welcome, Karma Wangmo");
    }
    let mut telephone = world.public();
    assert_eq!(telephone.post(&link, &[]).await.path, "/notices");
    telephone.get("/me").await.must_have("Karma Wangmo");
    world.public().post(&link, &[]).await.must_be(422);
    world.public().get(&link).await.must_have("used already");
    world.public().get("/enter/guessed").await.must_be(422);
    assert_eq!(world.events("sign-in link sent"), 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM jobs WHERE kind <> 'send_device_notice'"), 0);
}

#[tokio::test]
async fn a_link_by_e_mail_holds_a_quarter_of_an_hour() {
    let world = World::new();
    world.public().post("/sign-in/link", &[("username", "karma@tendrel.example")]).await;
    worker::round(&world.app).await.unwrap();
    world.set("2026-11-19 09:15");
    world.public().post(&world.link(), &[]).await.must_be(422);
}

#[tokio::test]
async fn asking_for_a_link_does_not_say_whether_there_is_an_account() {
    let world = World::new();
    for address in ["/sign-in/link", "/sign-in/forgotten"] {
        let known = world.public().post(address, &[("username", "karma")]).await;
        let nobody = world.public().post(address, &[("username", "nobody")]).await;
        known.must_be(200);
        assert_eq!(known.text().replace("karma", "nobody"), nobody.text());
        assert_eq!(world.number("SELECT COUNT(*) FROM jobs WHERE kind = 'send_link'"), 2);
        worker::round(&world.app).await.unwrap();
    }
    assert_eq!(world.app.mailer.sent().len(), 2);
    // No secret waits anywhere but in the message.
    let secret = world.link().rsplit('/').next().unwrap().to_owned();
    assert_eq!(secret.len(), 33);
    world.public().post("/sign-in/link", &[("username", "")]).await.must_be(422);
}

#[tokio::test]
async fn nobody_fills_the_letter_box_of_another() {
    let world = World::new();
    for _ in 0..3 {
        world.public().post("/sign-in/link", &[("username", "karma")]).await.must_be(200);
    }
    let page = world.public().post("/sign-in/link", &[("username", "karma")]).await;
    page.must_be(429);
    page.must_have("wait 15 minutes");
    worker::round(&world.app).await.unwrap();
    assert_eq!(world.app.mailer.sent().len(), 3);
    world.set("2026-11-19 09:15");
    world.public().post("/sign-in/link", &[("username", "karma")]).await.must_be(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_set_anew_by_e_mail() {
    let world = World::new().with_password(Who::Karma);
    let mut elsewhere = world.browser(Who::Karma);
    let mut karma = world.public();
    karma.get("/sign-in/forgotten").await.must_have("Set a new password");
    karma.post("/sign-in/forgotten", &[("username", "karma")]).await.must_be(200);
    worker::round(&world.app).await.unwrap();
    let link = world.link();
    assert!(link.starts_with("/welcome/"), "{link}");
    let new = "four yaks under Jomolhari";
    karma.post(&link, &[("password", new)]).await.must_have("Karma Wangmo");
    // The owner learns it, whoever it was.
    worker::round(&world.app).await.unwrap();
    let told = "A new password was set for your account. It was done on 2026-11-19 09:00.";
    assert!(world.app.mailer.sent().iter().any(|mail| mail.body.contains(told)));
    // Whoever was in is out.
    assert_eq!(elsewhere.get("/me").await.path, "/sign-in?back=%2Fme");
    with_password(&mut world.public(), "karma").await.must_be(422);
    world.public().post(&link, &[("password", new)]).await.must_be(422);
}

#[tokio::test]
async fn a_link_that_could_not_be_sent_in_an_hour_is_not_sent_any_more() {
    let world = World::new();
    world.public().post("/sign-in/link", &[("username", "karma")]).await;
    world.set("2026-11-19 10:01");
    worker::round(&world.app).await.unwrap();
    assert_eq!(world.app.mailer.sent().len(), 0);
}

#[tokio::test]
async fn what_is_off_is_neither_offered_nor_answered() {
    let mut world = World::new();
    let now = world.app.clock.now();
    let karma = world.account(Who::Karma);
    let secret = world
        .app
        .db
        .write_blocking(move |tx| {
            use crate::directory::links::{self, Purpose, SIGN_IN_HOLDS};
            links::make(tx, karma, Purpose::SignIn, "", SIGN_IN_HOLDS, now)
        })
        .unwrap();
    world.set_settings(|settings| settings.sign_in.with = vec![Way::Password]);
    let page = world.public().get("/sign-in").await;
    page.must_not_have("/sign-in/link");
    page.must_have("/sign-in/forgotten");
    world.public().get("/sign-in/link").await.must_be(404);
    world.public().post(&format!("/enter/{secret}"), &[]).await.must_be(422);
    world.set_settings(|settings| settings.sign_in.with = vec![Way::Link]);
    let page = world.public().get("/sign-in").await;
    page.must_not_have("type=\"password\"");
    page.must_have("/sign-in/link");
    world.public().post("/sign-in", &[("username", "karma"), ("password", "x")]).await.must_be(404);
    world.public().get("/sign-in/forgotten").await.must_be(404);
    world.browser(Who::Karma).get("/me").await.must_not_have("/me/password");
    world.browser(Who::Karma).post("/me/password", &[("new", SECRET)]).await.must_be(404);
    // Without a mail server nothing is sent.
    world.app.mailer = crate::mailer::Mailer::new(MailSettings::Off).unwrap();
    world.public().get("/sign-in/link").await.must_be(404);
}

// codes ---------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn codes_are_set_up_and_then_asked_for() {
    let world = World::new().with_password(Who::Karma);
    let mut karma = world.browser(Who::Karma);
    let page = karma.get("/me/codes").await;
    page.must_have("<svg");
    let letters = page.text().split("name=\"letters\" value=\"").nth(1).unwrap()[..39].to_owned();
    let codes = Codes::from_letters(&letters).unwrap();
    let page = karma.post("/me/codes", &[("letters", &letters), ("code", "000000")]).await;
    page.must_be(422);
    page.must_have(&letters);
    let page = karma.post("/me/codes", &[("letters", &letters), ("code", &world.code(&codes))]).await;
    page.must_have("Keep these ten codes");
    assert_eq!(page.text().matches("<li><code>").count(), 10);
    assert_eq!(karma.get("/me/codes").await.path, "/me");
    let page = karma.get("/me").await;
    page.must_have("You have 10 recovery codes left");

    world.set("2026-11-19 09:01");
    let mut there = world.public();
    assert_eq!(with_password(&mut there, "karma").await.path, "/sign-in/code");
    assert_eq!(there.get("/me").await.path, "/sign-in?back=%2Fme", "the password alone opens nothing");
    there.post("/sign-in/code", &[("code", "")]).await.must_be(422);
    let page = there.post("/sign-in/code", &[("code", &world.code(&codes))]).await;
    assert_eq!(page.path, "/me");
    assert_eq!(world.events("signed in"), 1);
    // The step is over, and the code holds no second time.
    assert_eq!(there.get("/sign-in/code").await.path, "/sign-in?back=%2Fsign-in%2Fcode");
    let mut thief = world.public();
    with_password(&mut thief, "karma").await;
    thief.post("/sign-in/code", &[("code", &world.code(&codes))]).await.must_be(422);
    assert_eq!(world.events("code refused"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_opens_once() {
    let world = World::new().with_password(Who::Karma);
    let (_, recovery) = world.with_codes(Who::Karma);
    let typed = recovery[3].to_uppercase().replace('-', " ");
    let mut karma = world.public();
    with_password(&mut karma, "karma").await.must_have("The telephone is not at hand");
    assert_eq!(karma.post("/sign-in/code", &[("recovery", &typed)]).await.path, "/me");
    assert_eq!(world.events("recovery code used"), 1);
    let mut again = world.public();
    with_password(&mut again, "karma").await;
    again.post("/sign-in/code", &[("recovery", &typed)]).await.must_be(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_five_wrong_codes_there_is_a_pause_in_every_browser() {
    let world = World::new().with_password(Who::Karma);
    let (codes, recovery) = world.with_codes(Who::Karma);
    let mut thief = world.public();
    with_password(&mut thief, "karma").await;
    for _ in 0..5 {
        thief.post("/sign-in/code", &[("code", "000000")]).await.must_be(422);
    }
    let mut other = world.public();
    with_password(&mut other, "karma").await;
    let page = other.post("/sign-in/code", &[("code", &world.code(&codes))]).await;
    page.must_be(429);
    page.must_have("Wait 15 minutes");
    other.post("/sign-in/code", &[("recovery", &recovery[0])]).await.must_be(429);
    world.set("2026-11-19 09:15");
    let mut karma = world.public();
    with_password(&mut karma, "karma").await;
    assert_eq!(karma.post("/sign-in/code", &[("code", &world.code(&codes))]).await.path, "/me");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_takes_too_long_between_the_steps_begins_anew() {
    let world = World::new().with_password(Who::Karma);
    let (codes, _) = world.with_codes(Who::Karma);
    let mut karma = world.public();
    with_password(&mut karma, "karma").await;
    world.set("2026-11-19 09:10");
    let page = karma.post("/sign-in/code", &[("code", &world.code(&codes))]).await;
    assert_eq!(page.path, "/sign-in?back=%2Fsign-in%2Fcode");
    assert_eq!(world.public().get("/sign-in/code").await.path, "/sign-in?back=%2Fsign-in%2Fcode");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_can_need_codes_and_then_nobody_comes_in_without() {
    let mut world = World::new().with_password(Who::Operator).with_password(Who::Karma);
    world.set_settings(|settings| settings.sign_in.second_factor_for = vec![Role::Operator]);
    assert_eq!(with_password(&mut world.public(), "karma").await.path, "/me");
    let mut operator = world.public();
    let page = with_password(&mut operator, "operator").await;
    assert_eq!(page.path, "/sign-in/set-up-codes");
    page.must_have("Your role needs a second proof");
    assert_eq!(operator.get("/me").await.path, "/sign-in?back=%2Fme");
    let letters = page.text().split("name=\"letters\" value=\"").nth(1).unwrap()[..39].to_owned();
    let code = world.code(&Codes::from_letters(&letters).unwrap());
    operator.post("/sign-in/set-up-codes", &[("letters", &letters), ("code", "1")]).await.must_be(422);
    let page = operator.post("/sign-in/set-up-codes", &[("letters", &letters), ("code", &code)]).await;
    page.must_have("Keep these ten codes");
    page.must_have("href=\"/me\"");
    operator.get("/me").await.must_have("Tandin Wangdi");
    // A role that needs them keeps them.
    world.set("2026-11-19 09:01");
    let code = world.code(&Codes::from_letters(&letters).unwrap());
    operator.post("/me/codes/off", &[("code", &code)]).await.must_have("cannot be turned off");
    assert_eq!(
        world.public().get("/sign-in/set-up-codes").await.path,
        "/sign-in?back=%2Fsign-in%2Fset-up-codes"
    );
}

#[tokio::test]
async fn codes_are_renewed_and_turned_off_with_a_code_only() {
    let world = World::new();
    let (codes, old) = world.with_codes(Who::Karma);
    let mut karma = world.browser(Who::Karma);
    karma.post("/me/codes/off", &[("code", "000000")]).await.must_be(422);
    let page = karma.post("/me/codes/recovery", &[("code", &old[0])]).await;
    page.must_have("Keep these ten codes");
    page.must_not_have(&old[1]);
    karma.post("/me/codes/off", &[("code", &old[1])]).await.must_be(422);
    let page = karma.post("/me/codes/off", &[("code", &world.code(&codes))]).await;
    page.must_have("Codes are turned off");
    page.must_have("Set up codes");
    assert_eq!(world.number("SELECT COUNT(*) FROM recovery_codes"), 0);
    assert_eq!(world.public().get("/me/codes").await.path, "/sign-in?back=%2Fme%2Fcodes");
}

#[tokio::test]
async fn an_operator_helps_whoever_lost_everything_and_a_stranger_cannot() {
    let world = World::new();
    world.with_codes(Who::Karma);
    let address = format!("/people/{}", world.person(Who::Karma));
    world.browser(Who::Stranger).post(&format!("{address}/codes-off"), &[]).await.must_be(403);
    world.browser(Who::Tshering).post(&format!("{address}/codes-off"), &[]).await.must_be(404);
    let mut operator = world.browser(Who::Operator);
    operator.get(&address).await.must_have("Turn off the codes");
    let page = operator.post(&format!("{address}/codes-off"), &[]).await;
    page.must_have("The codes are turned off");
    page.must_not_have("Turn off the codes");
    worker::round(&world.app).await.unwrap();
    let mail = world.app.mailer.sent().pop().unwrap();
    assert!(mail.to == "karma@tendrel.example" && mail.body.contains("no longer asks for codes"));
}
