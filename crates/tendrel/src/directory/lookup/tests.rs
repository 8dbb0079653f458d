use super::*;
use crate::directory::people::{self, NewPerson};
use crate::testing::{Who, World};

impl World {
    fn offices(&self, typed: &'static str) -> Vec<String> {
        let found = self.app.db.read_blocking(move |r| find_offices(r, typed, 10)).unwrap();
        found.into_iter().map(|office| office.name).collect()
    }

    fn people(&self, typed: &'static str) -> Vec<String> {
        let found = self.app.db.read_blocking(move |r| find_people(r, typed, None, 20)).unwrap();
        found.into_iter().map(|person| person.name).collect()
    }
}

#[test]
fn an_office_is_found_by_the_beginning_of_any_word_of_its_name() {
    let world = World::new();
    for typed in
        ["kabj", "Kabjisa Central", "central school", "SCHOOL kabj", "kabjisa punakha", "  kabjisa,  "]
    {
        assert!(world.offices(typed).contains(&"Kabjisa Central School".to_owned()), "{typed}");
    }
    for nothing in ["", "k", "kabjisa thimphu", "isa central", "%", "'"] {
        assert!(!world.offices(nothing).contains(&"Kabjisa Central School".to_owned()), "{nothing}");
    }
}

#[test]
fn the_exact_name_comes_first_then_the_exact_alias() {
    let world = World::new();
    assert_eq!(world.offices("GovTech Agency")[0], "GovTech Agency");
    assert_eq!(world.offices("govtech")[0], "GovTech Agency");
    assert_eq!(world.offices("rcsc"), ["Royal Civil Service Commission"]);
    assert_eq!(world.offices("སྤུ་ན་ཁ་རྫོང་ཁག")[0], "Punakha Dzongkhag Administration");
}

#[test]
fn an_office_that_is_no_more_is_not_offered() {
    let world = World::new();
    assert_eq!(world.offices("Ministry of Economic Affairs"), Vec::<String>::new());
    assert_eq!(world.offices("DITT"), Vec::<String>::new());
}

#[test]
fn two_offices_of_one_name_are_told_apart_by_the_parent() {
    let world = World::new();
    let named = |typed: &'static str| world.app.db.read_blocking(move |r| office_named(r, typed)).unwrap();
    assert_eq!(named("norbugang gewog administration").len(), 2);
    let one = named("Norbugang Gewog Administration, Samtse Dzongkhag");
    assert_eq!(one.len(), 1);
    assert_eq!(one[0].parent_name, "Samtse Dzongkhag Administration");
    // A comma that belongs to the name.
    assert_eq!(named("Ministry of Industry, Commerce and Employment").len(), 1);
    assert!(named("Kabjisa Centrel School").is_empty());
    assert!(named("").is_empty());
}

#[test]
fn people_are_found_by_name_telephone_mail_id_and_office() {
    let world = World::new();
    assert_eq!(world.people("karm"), ["Karma Wangmo"]);
    assert_eq!(world.people("wangmo karma"), ["Karma Wangmo"]);
    assert_eq!(world.people("17600001"), ["Sonam Dorji"]);
    assert_eq!(world.people("+975 17 60 00 01"), ["Sonam Dorji"]);
    assert_eq!(world.people("0001"), ["Sonam Dorji"]);
    assert_eq!(world.people("sonam@tendrel.example"), ["Sonam Dorji"]);
    assert_eq!(world.people("20110001"), ["Sonam Dorji"]);
    assert_eq!(world.people("kabjisa").len(), 3);
    assert_eq!(world.people("tshering kabjisa"), ["Tshering Dema"]);
    assert_eq!(world.people("kabjisa dec"), ["Dechen Pem"]);
    for nothing in ["", "s", "000", "nobody", "sonam kabjisa"] {
        assert_eq!(world.people(nothing), Vec::<String>::new(), "{nothing}");
    }
}

#[test]
fn people_are_looked_for_within_a_cluster_or_an_office() {
    let world = World::new();
    let within = |place| {
        let found = world.app.db.read_blocking(move |r| find_people(r, "officer@", Some(place), 20));
        let named = world.app.db.read_blocking(move |r| find_people(r, "ugyen", Some(place), 20)).unwrap();
        (found.unwrap().len(), named.len())
    };
    assert_eq!(within(world.thimphu), (0, 1));
    assert_eq!(within(world.punakha), (0, 0));
    let school = world.school;
    let teachers = world.app.db.read_blocking(move |r| find_people(r, "tshering", Some(school), 20)).unwrap();
    assert_eq!(
        (teachers.len(), teachers[0].office_id, teachers[0].unit),
        (1, Some(school), Some(world.punakha))
    );
    assert_eq!(teachers[0].post, "Officer");
    let id = world.person(Who::Dechen);
    let dechen = world.app.db.read_blocking(move |r| person(r, id)).unwrap().unwrap();
    assert_eq!((dechen.name.as_str(), dechen.office_name.as_str()), ("Dechen Pem", "Kabjisa Central School"));
    assert_eq!(world.app.db.read_blocking(move |r| office(r, school)).unwrap().unwrap().kind, "school");
}

#[tokio::test]
async fn anybody_may_look_up_the_names_of_offices() {
    let world = World::new();
    let page = world.public().get("/lookup/offices?q=kabj").await;
    let list = page.json();
    assert_eq!(list[0]["name"], "Kabjisa Central School");
    assert_eq!(list[0]["parent"], "Punakha Dzongkhag Administration");
    assert_eq!(list[0].get("phone"), None);
}

#[tokio::test]
async fn only_officers_look_up_people() {
    let world = World::new();
    assert_eq!(
        world.browser(Who::Karma).get("/lookup/people?q=dechen").await.json()[0]["name"],
        "Dechen Pem"
    );
    world.browser(Who::Tshering).get("/lookup/people?q=dechen").await.must_be(403);
    let page = world.public().once("GET", "/lookup/people?q=dechen", None, Vec::new()).await;
    page.must_be(303);
}

#[test]
fn a_search_asks_once_however_many_there_are() {
    let world = World::new();
    let now = world.app.clock.now();
    let school = world.school;
    world
        .app
        .db
        .write_blocking(move |tx| {
            for number in 0..2_000 {
                let person = NewPerson {
                    name: format!("Sonam Tobgay {number}"),
                    phone: format!("1750{number:04}"),
                    working_agency: Some(school),
                    ..NewPerson::default()
                };
                people::insert(tx, &person, now)?;
            }
            Ok::<_, Error>(())
        })
        .unwrap();
    let before = world.app.db.statements();
    assert_eq!(world.people("sonam").len(), 20);
    assert_eq!(world.people("sonam")[0], "Sonam Dorji");
    assert_eq!(world.people("1750 1999"), ["Sonam Tobgay 1999"]);
    assert_eq!(world.app.db.statements() - before, 3);
}
