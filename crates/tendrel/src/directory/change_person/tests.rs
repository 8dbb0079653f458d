use crate::testing::{Page, Who, World};

fn link_on(page: &Page) -> String {
    page.text().split("<code>http://localhost").nth(1).expect("a link").split('<').next().unwrap().to_owned()
}

impl World {
    /// The address of a person, by its route.
    fn at_person(&self, who: Who, route: &str) -> String {
        route.replace("{id}", &self.person(who).to_string())
    }
}

#[tokio::test]
async fn officers_see_people_and_requesters_do_not() {
    let world = World::new();
    let dechen = world.at_person(Who::Dechen, "/people/{id}");
    let mut karma = world.browser(Who::Karma);
    karma.get("/people").await.must_have("Dechen Pem");
    karma.get("/people?q=dech").await.must_have("Dechen Pem");
    karma.get("/people?q=nobody").await.must_have("Nobody matches");
    let page = karma.get(&dechen).await;
    page.must_have("Kabjisa Central School");
    page.must_not_have("Transfer");
    world.browser(Who::Tshering).get("/people").await.must_be(403);
    world.browser(Who::Tshering).get(&dechen).await.must_be(404);
    assert!(world.public().get(&dechen).await.path.starts_with("/sign-in"));
    karma.get("/people/nonsense").await.must_be(404);
    let page = karma.get(&format!("/api/v1{dechen}")).await;
    assert_eq!(page.json()["person"]["name"], "Dechen Pem");
}

#[tokio::test]
async fn only_the_head_of_the_cluster_and_the_operator_change_people() {
    let world = World::new();
    for route in ["/people/{id}/edit", "/people/{id}/transfer", "/people/{id}/grant"] {
        let address = world.at_person(Who::Dechen, route);
        world.browser(Who::Head).get(&address).await.must_be(200);
        world.browser(Who::Operator).get(&address).await.must_be(200);
        for who in [Who::Karma, Who::Stranger, Who::Centre, Who::Auditor, Who::Principal] {
            world.browser(who).get(&address).await.must_be(403);
            world.browser(who).post(&address, &[]).await.must_be(403);
        }
        world.browser(Who::Tshering).get(&address).await.must_be(404);
        assert!(world.public().get(&address).await.path.starts_with("/sign-in"));
    }
    world.browser(Who::Head).get(&world.at_person(Who::Stranger, "/people/{id}/edit")).await.must_be(403);
}

#[tokio::test]
async fn a_person_is_added_and_found() {
    let world = World::new();
    let mut head = world.browser(Who::Head);
    let wrong =
        [("name", ""), ("office", "Kabjisa Centrel School"), ("employee_id", "20110000"), ("language", "fr")];
    let page = head.post("/people/new", &wrong).await;
    page.must_be(422);
    page.must_have("Type the name");
    page.must_have("Somebody else has this employee id");
    page.must_have("value=\"Kabjisa Centrel School\"");
    let right = [
        ("name", "Pema Choden"),
        ("office", "Kabjisa Central School"),
        ("post", "Librarian"),
        ("parent_agency", "MoESD"),
        ("phone", "17 11 22 33"),
        ("language", "dz"),
    ];
    let page = head.post("/people/new", &right).await;
    page.must_have("Librarian");
    page.must_have("Ministry of Education and Skills Development");
    head.get("/people?q=112233").await.must_have("Pema Choden");
    let elsewhere = [("name", "X"), ("office", "Thimphu Dzongkhag Administration"), ("language", "en")];
    head.post("/people/new", &elsewhere).await.must_be(403);
}

#[tokio::test]
async fn a_correction_is_not_lost_to_another() {
    let world = World::new();
    let edit = world.at_person(Who::Dechen, "/people/{id}/edit");
    let mut head = world.browser(Who::Head);
    let fields = |phone: &'static str| {
        [("version", "1"), ("name", "Dechen Pem"), ("phone", phone), ("language", "en")]
    };
    head.post(&edit, &fields("17999999")).await.must_have("17999999");
    let page = head.post(&edit, &fields("17888888")).await;
    page.must_be(409);
    page.must_have("value=\"17888888\"");
    head.get("/people?q=17999999").await.must_have("Dechen Pem");
    head.get("/people?q=17600004").await.must_have("Nobody matches");
}

#[tokio::test]
async fn a_transfer_keeps_the_posts_of_before() {
    let world = World::new();
    let transfer = world.at_person(Who::Dechen, "/people/{id}/transfer");
    let mut operator = world.browser(Who::Operator);
    let to = |from: &'static str| {
        [
            ("version", "1"),
            ("office", "Thimphu Dzongkhag Administration"),
            ("post", "Planner"),
            ("from", from),
        ]
    };
    operator.post(&transfer, &to("2026-11-19")).await.must_have("holds since a later day");
    world.set("2026-12-10 10:00");
    let mut operator = world.browser(Who::Operator);
    let page = operator.post(&transfer, &to("2026-12-01")).await;
    page.must_have("Planner");
    page.must_have("30 Nov");
    page.must_have("Kabjisa Central School");
    // Gone from the cluster: the head of Punakha may not change the record any more.
    world.browser(Who::Head).get(&transfer).await.must_be(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_begins_with_a_link_and_ends_at_once() {
    let world = World::new();
    let mut head = world.browser(Who::Head);
    let right = [("name", "Pema Choden"), ("office", "Kabjisa Central School"), ("language", "en")];
    let page = head.post("/people/new", &right).await;
    let person = page.path.split('?').next().unwrap().to_owned();
    let account = format!("{person}/account");
    head.get(&account).await.must_have("value=\"pema.choden\"");
    head.post(&account, &[("username", "karma")]).await.must_have("Somebody else signs in by this name");
    head.post(&account, &[("username", "pema choden")]).await.must_have("without spaces");
    let page = head.post(&account, &[("username", "Pema.Choden")]).await;
    let link = link_on(&page);
    head.get(&person).await.must_not_have(&link);
    let mut pema = world.public();
    pema.post(&link, &[("password", "three cranes over Phobjikha")]).await.must_have("Pema Choden");
    head.post(&account, &[("username", "pema2")]).await.must_have("has an account");
    // A new link for a forgotten password, and the end of the account.
    let page = head.post(&format!("{person}/link"), &[]).await;
    let link = link_on(&page);
    head.post(&format!("{person}/close"), &[]).await.must_have("The account is closed");
    assert!(pema.get("/me").await.path.starts_with("/sign-in"));
    world.public().get(&link).await.must_be(422);
    head.post(&format!("{person}/link"), &[]).await.must_be(403);
    head.post(&format!("{person}/reopen"), &[]).await.must_be(200);
    assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE activity LIKE 'account %'"), 3);
}

#[tokio::test]
async fn a_head_gives_roles_up_to_the_own_and_only_within_the_cluster() {
    let world = World::new();
    let mut head = world.browser(Who::Head);
    let grant = world.at_person(Who::Dechen, "/people/{id}/grant");
    let page = head.get(&grant).await;
    page.must_have("value=\"officer\"");
    page.must_not_have("value=\"operator\"");
    let give = |role: &'static str, place: &'static str| [("role", role), ("organisation", place)];
    head.post(&grant, &give("operator", "Kabjisa Central School")).await.must_be(403);
    head.post(&grant, &give("officer", "Thimphu ICT Services")).await.must_be(403);
    head.post(&grant, &give("boss", "Kabjisa Central School")).await.must_be(422);
    head.post(&grant, &give("officer", "Punakha ICT Services")).await.must_have("The role is given");
    world.browser(Who::Dechen).get("/people").await.must_be(200);
    let unit = world.punakha.to_string();
    let revoke = world.at_person(Who::Dechen, "/people/{id}/revoke");
    head.post(&revoke, &[("role", "officer"), ("organisation", &unit)])
        .await
        .must_have("The role is taken away");
    world.browser(Who::Dechen).get("/people").await.must_be(403);
    // The link of somebody with a higher role would open that role.
    let operator = world.at_person(Who::Operator, "/people/{id}/link");
    head.post(&operator, &[]).await.must_be(403);
    let give_operator = [("role", "operator"), ("organisation", "Royal Government of Bhutan")];
    world.browser(Who::Operator).post(&grant, &give_operator).await.must_be(200);
    head.post(&world.at_person(Who::Dechen, "/people/{id}/link"), &[]).await.must_be(403);
    head.post(&world.at_person(Who::Dechen, "/people/{id}/close"), &[]).await.must_be(403);
}

#[tokio::test]
async fn the_list_pages_by_name_and_asks_no_more_for_many() {
    let world = World::new();
    let mut karma = world.browser(Who::Karma);
    let before = world.app.db.statements();
    karma.get("/people").await.must_be(200);
    let asked = world.app.db.statements() - before;
    let (now, school) = (world.app.clock.now(), world.school);
    world
        .app
        .db
        .write_blocking(move |tx| {
            for number in 0..120 {
                let person = crate::directory::people::NewPerson {
                    name: format!("Sonam {number}"),
                    working_agency: Some(school),
                    ..Default::default()
                };
                crate::directory::people::insert(tx, &person, now)?;
            }
            Ok::<_, database::Error>(())
        })
        .unwrap();
    let before = world.app.db.statements();
    karma.get("/people").await.must_have("Next page");
    assert_eq!(world.app.db.statements() - before, asked);
    let mut address = format!("/api/v1/people?office={school}");
    let mut seen = std::collections::BTreeSet::new();
    loop {
        let page = karma.get(&address).await.json();
        for person in page["people"].as_array().unwrap() {
            assert!(seen.insert(person["id"].as_str().unwrap().to_owned()));
        }
        match page["next"].as_str() {
            Some(next) => address = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen.len(), 123);
}
