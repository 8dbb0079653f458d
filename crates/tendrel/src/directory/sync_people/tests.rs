use crate::testing::{Page, Slapd, Who, World};
use crate::worker;

use super::*;

const ROLES: &str = "roles = [{ value = \"ict-heads\", role = \"head_of_unit\", in = \"unit-punakha\" }]";

async fn look(world: &World) -> Page {
    world.browser(Who::Operator).post("/people/sync", &[]).await
}

async fn carry_out(world: &World) -> Page {
    world.browser(Who::Operator).post("/people/sync", &[("step", "enter")]).await
}

impl World {
    fn account_is_closed(&self, name: &'static str) -> bool {
        let sql = "SELECT COUNT(*) FROM accounts a JOIN persons p ON p.id = a.person_id
                   WHERE p.name = $1 AND a.closed_at IS NOT NULL";
        let count = self.app.db.read_blocking(move |r| r.one(sql, &[name.into()], |row| row.at::<i64>(0)));
        count.unwrap() == 1
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_taken_over_as_the_directory_has_them() {
    let Some(slapd) = Slapd::start().await else { return };
    let world = World::new().with_directory(&slapd, ROLES);
    slapd
        .add(
            "pema",
            &[
                ("cn", "Pema Choden"),
                ("ou", "Kabjisa Central School"),
                ("title", "Teacher"),
                ("mail", "pema@tendrel.example"),
                ("employeeNumber", "20110900"),
            ],
        )
        .await;
    slapd.add("lost", &[("cn", "Lost Soul"), ("ou", "Nowhere Office")]).await;
    // Her number is Sonam's, her address Dechen's.
    slapd
        .add(
            "both",
            &[
                ("cn", "Both At Once"),
                ("employeeNumber", "20110001"),
                ("mail", "dechen@tendrel.example"),
                ("ou", "Punakha ICT Services"),
            ],
        )
        .await;
    slapd.change("karma", "telephoneNumber", "17600099").await;
    slapd.put_into_group("karma", "ict-heads").await;
    let persons = world.number("SELECT COUNT(*) FROM persons");
    let page = look(&world).await;
    page.must_be(200);
    page.must_have("1 new, 3 changed, 1 unclear, 1 wrong");
    page.must_have("Pema Choden");
    page.must_have("phone");
    page.must_have("No office is called");
    // Looked at, nothing more.
    assert_eq!(world.number("SELECT COUNT(*) FROM persons"), persons);
    assert_eq!(world.number("SELECT COUNT(*) FROM identities"), 0);

    carry_out(&world).await.must_have("People are as in the directory");
    assert_eq!(world.number("SELECT COUNT(*) FROM persons"), persons + 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM identities"), 4);
    let page = look(&world).await;
    page.must_have("4 the same, 1 unclear, 1 wrong");
    let pema = world.number(
        "SELECT COUNT(*) FROM grants g JOIN accounts a ON a.id = g.account_id WHERE a.username = 'pema' AND g.role = 'requester'",
    );
    assert_eq!(pema, 1);
    let mapped = world.number("SELECT COUNT(*) FROM mapped_grants WHERE role = 'head_of_unit'");
    assert_eq!(mapped, 1);
    // She comes in at once, by the same name.
    let mut browser = world.public();
    let typed = [("username", "pema"), ("password", crate::testing::slapd::SECRET), ("back", "/me")];
    browser.post("/sign-in", &typed).await.must_have("Pema Choden");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_gone_is_shut_out_unless_far_too_many_are() {
    let Some(slapd) = Slapd::start().await else { return };
    let world = World::new().with_directory(&slapd, "stop_above_percent = 40");
    carry_out(&world).await.must_be(200);
    let mut karma = world.browser(Who::Karma);
    slapd.remove("karma").await;
    look(&world).await.must_have("1 gone");
    assert_eq!(karma.get("/me").await.path, "/me");
    carry_out(&world).await.must_be(200);
    assert!(world.account_is_closed("Karma Wangmo"));
    assert_eq!(karma.get("/me").await.path, "/sign-in?back=%2Fme");
    // The next half would be one of two.
    slapd.remove("sonam").await;
    let page = carry_out(&world).await;
    page.must_have("1 of 2 people are gone from the directory");
    page.must_have("even_if_many_gone");
    assert!(!world.account_is_closed("Sonam Dorji"));
    let sure = [("step", "enter"), ("even_if_many_gone", "on")];
    world.browser(Who::Operator).post("/people/sync", &sure).await.must_be(200);
    assert!(world.account_is_closed("Sonam Dorji"));
    // Nobody who was never of the directory is touched.
    assert!(!world.account_is_closed("Kinley Gyeltshen"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_night_does_it_and_tells_the_operator() {
    let Some(slapd) = Slapd::start().await else { return };
    let mut world = World::new().with_directory(&slapd, "sync = true");
    let (app, now) = (world.app.clone(), world.app.clock.now());
    world.app.db.write_blocking(move |tx| plan_night(&app, tx, now)).unwrap();
    worker::round(&world.app).await.unwrap();
    assert_eq!(world.number("SELECT COUNT(*) FROM people_syncs"), 0);
    world.set("2026-11-20 02:00");
    worker::round(&world.app).await.unwrap();
    let mut operator = world.browser(Who::Operator);
    operator.get("/people/sync").await.must_have("3 changed");
    operator.get("/people").await.must_have("href=\"/people/sync\"");
    assert_eq!(world.number("SELECT COUNT(*) FROM jobs WHERE kind = 'sync_people'"), 1);
    // A directory that is away is told, harms nobody, and is asked again within the hour.
    let away = "ldap://127.0.0.1:9".to_owned();
    world.set_settings(|settings| settings.sign_in.ldap.as_mut().unwrap().url = away);
    world.set("2026-11-21 02:00");
    worker::round(&world.app).await.unwrap();
    world.browser(Who::Operator).get("/people/sync").await.must_have("the directory does not answer");
    assert_eq!(world.number("SELECT COUNT(*) FROM accounts WHERE closed_at IS NOT NULL"), 0);
    let url = format!("ldap://127.0.0.1:{}", slapd.port);
    world.set_settings(|settings| settings.sign_in.ldap.as_mut().unwrap().url = url);
    world.set("2026-11-21 03:00");
    worker::round(&world.app).await.unwrap();
    let last = world.browser(Who::Operator).get("/api/v1/people/sync").await.json();
    assert_eq!(last["comparisons"][0]["same"], 3);
    assert_eq!(last["comparisons"][1]["was_done"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_says_line_by_line_what_it_would_do() {
    let Some(slapd) = Slapd::start().await else { return };
    let world = World::new().with_directory(&slapd, "");
    let run = |dry_run: bool| {
        tokio::task::block_in_place(|| {
            std::thread::scope(|scope| {
                let run = || {
                    let mut said = Vec::new();
                    command(&world.app, &SyncArguments { dry_run, even_if_many_gone: false }, &mut said)?;
                    Ok::<_, anyhow::Error>(String::from_utf8(said).unwrap())
                };
                scope.spawn(run).join().unwrap()
            })
        })
    };
    let said = run(true).unwrap();
    assert!(said.contains("Karma Wangmo (karma): changed: directory"), "{said}");
    assert!(said.ends_with("0 unclear, 0 wrong; nothing was changed\n"), "{said}");
    assert!(run(false).unwrap().ends_with("done\n"));
    assert!(run(true).unwrap().contains("3 the same"));
    for uid in ["karma", "sonam"] {
        slapd.remove(uid).await;
    }
    let refused = run(false).unwrap_err().to_string();
    assert!(refused.contains("2 of 3 people are gone"), "{refused}");
    slapd
        .add(
            "karma",
            &[
                ("cn", "Karma Wangmo"),
                ("mail", "karma@tendrel.example"),
                ("ou", "Punakha ICT Services"),
                ("title", "Officer"),
            ],
        )
        .await;
    // Another entry with her address is not taken for her.
    assert!(run(true).unwrap().contains("Karma Wangmo (karma): UNCLEAR"));
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_only_and_only_where_there_is_a_directory() {
    let Some(slapd) = Slapd::start().await else { return };
    let world = World::new().with_directory(&slapd, "");
    for (who, status) in [(Who::Head, 403), (Who::Karma, 403), (Who::Tshering, 403), (Who::Centre, 403)] {
        world.browser(who).get("/people/sync").await.must_be(status);
        world.browser(who).post("/people/sync", &[]).await.must_be(status);
    }
    assert_eq!(world.public().get("/people/sync").await.path, "/sign-in?back=%2Fpeople%2Fsync");
    World::new().browser(Who::Operator).get("/people/sync").await.must_be(404);
}
