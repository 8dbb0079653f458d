use crate::id::OrganisationId;
use crate::testing::{Who, World};

impl World {
    pub(in crate::directory) fn office(&self, key: &'static str) -> OrganisationId {
        let found = self.app.db.read_blocking(move |r| {
            r.one("SELECT id FROM organisations WHERE key = $1", &[key.into()], |row| row.get("id"))
        });
        found.unwrap()
    }

    /// The address of an office, by its route.
    fn at(&self, id: OrganisationId, route: &str) -> String {
        route.replace("{id}", &id.to_string())
    }
}

#[tokio::test]
async fn everybody_signed_in_sees_offices_and_nobody_else() {
    let world = World::new();
    let page = world.browser(Who::Tshering).get("/offices").await;
    page.must_have("Ministry of Finance");
    page.must_not_have("Ministry of Economic Affairs");
    let page = world.browser(Who::Tshering).get(&format!("/offices/{}", world.school)).await;
    page.must_have("Kabjisa Central School");
    page.must_have("Punakha ICT Services");
    // A requester does not see who works there, nor what they may not do.
    page.must_not_have("Dechen Pem");
    page.must_not_have("Rename");
    world.browser(Who::Karma).get(&format!("/offices/{}", world.school)).await.must_have("Dechen Pem");
    assert_eq!(world.public().get("/offices").await.path, "/sign-in?back=%2Foffices");
    world.browser(Who::Karma).get("/offices/0190aaaa-0000-7000-8000-000000000000").await.must_be(404);
    world.browser(Who::Karma).get("/offices?under=nonsense").await.must_be(404);
}

#[tokio::test]
async fn the_tree_the_kinds_and_the_search_lead_to_an_office() {
    let world = World::new();
    let mut karma = world.browser(Who::Karma);
    let punakha = world.office("dzongkhag-punakha");
    karma.get(&format!("/offices?under={punakha}")).await.must_have("Kabjisa Central School");
    karma.get("/offices?kind=school").await.must_have("Kabjisa Central School");
    let thimphu = world.office("dzongkhag-thimphu");
    karma.get(&format!("/offices?kind=school&under={thimphu}")).await.must_have("No office matches");
    karma.get("/offices?q=centr").await.must_have("Kabjisa Central School");
    // 205 gewogs and more stand on several pages, each of them once.
    let mut address = "/api/v1/offices?kind=gewog".to_owned();
    let (mut seen, mut pages) = (std::collections::BTreeSet::new(), 0);
    loop {
        let page = karma.get(&address).await.json();
        for office in page["offices"].as_array().unwrap() {
            assert!(seen.insert(office["id"].as_str().unwrap().to_owned()));
        }
        pages += 1;
        match page["next"].as_str() {
            Some(next) => address = next.to_owned(),
            None => break,
        }
    }
    assert_eq!((seen.len(), pages), (205, 3));
}

#[tokio::test]
async fn a_head_edits_offices_of_the_own_cluster_only() {
    let world = World::new();
    let rename = world.at(world.school, "/offices/{id}/rename");
    world.browser(Who::Head).get(&rename).await.must_be(200);
    for who in [Who::Karma, Who::Tshering, Who::Principal, Who::Auditor, Who::Stranger] {
        world.browser(who).get(&rename).await.must_be(403);
        world.browser(who).post(&rename, &[("name", "Mine")]).await.must_be(403);
    }
    let thimphu = world.at(world.office("dzongkhag-thimphu"), "/offices/{id}/rename");
    world.browser(Who::Head).get(&thimphu).await.must_be(403);
    world.browser(Who::Centre).get(&thimphu).await.must_be(200);
    world.browser(Who::Operator).get("/offices/new").await.must_be(200);
    world.browser(Who::Karma).get("/offices/new").await.must_be(403);
    assert!(world.public().get(&rename).await.path.starts_with("/sign-in"));
}

#[tokio::test]
async fn an_office_is_added_under_another() {
    let world = World::new();
    let mut head = world.browser(Who::Head);
    let page =
        head.post("/offices/new", &[("name", ""), ("parent", "Punaka Dzongkag"), ("email", "no")]).await;
    page.must_be(422);
    page.must_have("Type the name of the office");
    page.must_have("Choose what kind");
    page.must_have("there is no @");
    page.must_have("value=\"Punaka Dzongkag\"");
    let fields = [
        ("name", "Tshochasa Primary School"),
        ("kind", "school"),
        ("parent", "Punakha Dzongkhag Administration"),
        ("aliases", "Tshochasa PS\nTPS; TPS"),
    ];
    let page = head.post("/offices/new", &fields).await;
    page.must_have("The office is added");
    page.must_have("Punakha ICT Services");
    page.must_have("TPS; Tshochasa PS");
    head.get("/lookup/offices?q=tps").await.must_have("Tshochasa Primary School");
    head.post("/offices/new", &fields).await.must_have("an office of this name there already");
    // Not under somebody else's.
    let elsewhere = [("name", "X"), ("kind", "school"), ("parent", "Thimphu Dzongkhag Administration")];
    head.post("/offices/new", &elsewhere).await.must_be(403);
}

#[tokio::test]
async fn an_office_is_renamed_from_a_day_and_found_by_both_names() {
    let world = World::new();
    let mut head = world.browser(Who::Head);
    let rename = world.at(world.school, "/offices/{id}/rename");
    let wrong = [
        ("version", "1"),
        ("name", "Kabjisa Higher Secondary School"),
        ("how", "new"),
        ("from", "2026-12-01"),
    ];
    head.post(&rename, &wrong).await.must_have("This day is still to come");
    let right = [
        ("version", "1"),
        ("name", "Kabjisa Higher Secondary School"),
        ("how", "new"),
        ("from", "2026-03-01"),
    ];
    let page = head.post(&rename, &right).await;
    page.must_have("<h1>Kabjisa Higher Secondary School");
    page.must_have("Kabjisa Central School");
    head.get("/lookup/offices?q=kabjisa+central").await.must_have("Kabjisa Higher");
    let office = format!("/offices/{}", world.school);
    head.get(&format!("{office}?on=2026-02-28"))
        .await
        .must_have("<b>Kabjisa Central School</b> <span class=\"soft\">under");
    // The day before the present name began cannot begin another.
    let early = [("version", "2"), ("name", "Y"), ("how", "new"), ("from", "2026-03-01")];
    let page = head.post(&rename, &early).await;
    page.must_be(422);
    page.must_have("holds since a later day");
    assert_eq!(world.number("SELECT version FROM organisations WHERE key = 'kabjisa-central-school'"), 2);
    let correction = [("version", "2"), ("name", "Kabjisa HSS"), ("how", "correction")];
    head.post(&rename, &correction).await.must_have("<h1>Kabjisa HSS");
    assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE activity = 'renamed'"), 2);
}

#[tokio::test]
async fn who_saves_second_is_told_and_loses_nothing() {
    let world = World::new();
    let edit = world.at(world.school, "/offices/{id}/edit");
    let (mut head, mut operator) = (world.browser(Who::Head), world.browser(Who::Operator));
    operator.post(&edit, &[("version", "1"), ("phone", "02 584 000")]).await.must_have("02 584 000");
    let page = head.post(&edit, &[("version", "1"), ("phone", "02 584 111")]).await;
    page.must_be(409);
    page.must_have("Somebody else saved first");
    page.must_have("value=\"02 584 111\"");
    page.must_have("name=\"version\" value=\"2\"");
    head.post(&edit, &[("version", "2"), ("phone", "02 584 111")]).await.must_have("02 584 111");
    let json = serde_json::json!({ "version": 1, "phone": "1" });
    let api = format!("/api/v1{edit}");
    head.post_json(&api, &json).await.must_be(409);
    let page = head
        .post_json(&api, &serde_json::json!({ "version": 3, "phone": "17 60 00 60", "aliases": ["KCS", "Kabjisa School"] }))
        .await;
    assert_eq!(page.json()["office"]["phone"], "17 60 00 60");
    let shown = head.get(&api.replace("/edit", "")).await.json();
    assert_eq!(shown["aliases"].as_array().unwrap().len(), 2, "{shown}");
    let page = head.post_json(&api, &serde_json::json!({ "version": 4, "email": "nowhere" })).await;
    assert_eq!((page.status.as_u16(), page.json()["errors"]["email"].is_string()), (422, true));
}

#[tokio::test]
async fn an_office_moves_with_all_below_it_and_is_served_anew() {
    let world = World::new();
    let mut operator = world.browser(Who::Operator);
    let sector =
        [("name", "Education Sector"), ("kind", "sector"), ("parent", "Punakha Dzongkhag Administration")];
    operator.post("/offices/new", &sector).await.must_be(200);
    let school = world.at(world.school, "/offices/{id}/move");
    let into = [("version", "1"), ("parent", "Education Sector"), ("from", "2026-11-01")];
    operator.post(&school, &into).await.must_have("Education Sector</a> <span class=\"soft\">1 Nov");
    let sector = world.app.db.read_blocking(|r| {
        r.one("SELECT id FROM organisations WHERE name = 'Education Sector'", &[], |row| {
            row.get::<OrganisationId>("id")
        })
    });
    let sector = sector.unwrap();
    let under = |parent: &'static str| [("version", "1"), ("parent", parent), ("from", "2026-11-02")];
    let page = operator.post(&world.at(sector, "/offices/{id}/move"), &under("Kabjisa Central School")).await;
    page.must_be(422);
    page.must_have("lies below the one you move");
    operator.post(&world.at(sector, "/offices/{id}/move"), &under("Education Sector")).await.must_be(422);
    operator
        .post(&world.at(sector, "/offices/{id}/move"), &under("Nowhere at all"))
        .await
        .must_have("No office has this name");
    operator
        .post(&world.at(sector, "/offices/{id}/move"), &under("Norbugang Gewog Administration"))
        .await
        .must_have("Several offices");
    // The head may not give away to another's cluster.
    world
        .browser(Who::Head)
        .post(&world.at(sector, "/offices/{id}/move"), &under("Thimphu Dzongkhag Administration"))
        .await
        .must_be(403);
    operator
        .post(&world.at(sector, "/offices/{id}/move"), &under("Thimphu Dzongkhag Administration"))
        .await
        .must_be(200);
    let school = world.school;
    let moved = world.app.db.read_blocking(move |r| {
        let above = crate::directory::offices::above(r, school)?;
        Ok::<_, database::Error>((above, crate::directory::lookup::office(r, school)?))
    });
    let (above, office) = moved.unwrap();
    let names: Vec<&str> = above.iter().map(|(_, name, _)| name.as_str()).collect();
    assert_eq!(names, ["Royal Government of Bhutan", "Thimphu Dzongkhag Administration", "Education Sector"]);
    assert_eq!(office.unwrap().unit, Some(world.thimphu));
}

#[tokio::test]
async fn an_office_ends_when_nothing_depends_on_it() {
    let world = World::new();
    let mut operator = world.browser(Who::Operator);
    let punakha = world.at(world.office("dzongkhag-punakha"), "/offices/{id}/dissolve");
    operator
        .post(&punakha, &[("version", "1"), ("from", "2026-11-01")])
        .await
        .must_have("Offices still lie below it");
    let unit = world.at(world.punakha, "/offices/{id}/dissolve");
    operator.post(&unit, &[("version", "1"), ("from", "2026-11-01")]).await.must_have("still serves offices");
    let school = world.at(world.school, "/offices/{id}/dissolve");
    let own = [("version", "1"), ("from", "2026-11-01"), ("successor", "Kabjisa Central School")];
    operator.post(&school, &own).await.must_have("cannot take over from itself");
    let right = [("version", "1"), ("from", "2026-11-01"), ("successor", "Punakha Dzongkhag Administration")];
    let page = operator.post(&school, &right).await;
    page.must_have("This office is no more");
    page.must_have("Punakha Dzongkhag Administration");
    operator.get("/lookup/offices?q=kabjisa+central").await.must_not_have("Kabjisa Central");
    operator.get(&world.at(world.school, "/offices/{id}/edit")).await.must_be(403);
    assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE activity = 'dissolved'"), 1);
}

#[tokio::test]
async fn the_lists_ask_no_more_the_more_offices_there_are() {
    let world = World::new();
    let mut karma = world.browser(Who::Karma);
    let count = async |karma: &mut crate::testing::Browser, path: &str| {
        let before = world.app.db.statements();
        karma.get(path).await.must_be(200);
        world.app.db.statements() - before
    };
    let school = format!("/offices/{}", world.school);
    let paths = ["/offices", "/offices?kind=school", "/offices?q=central", school.as_str()];
    let mut before = Vec::new();
    for path in paths {
        before.push(count(&mut karma, path).await);
    }
    let (now, school) = (world.app.clock.now(), world.school);
    world
        .app
        .db
        .write_blocking(move |tx| {
            for number in 0..300 {
                let office = crate::directory::offices::NewOffice {
                    name: format!("Primary School {number}"),
                    kind: "school".to_owned(),
                    parent: Some(school),
                    ..Default::default()
                };
                crate::directory::offices::insert(tx, &office, now)?;
            }
            Ok::<_, database::Error>(())
        })
        .unwrap();
    for (path, before) in paths.iter().zip(before) {
        assert_eq!(count(&mut karma, path).await, before, "{path}");
    }
}
