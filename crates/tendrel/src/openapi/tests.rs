//! The document is true: its addresses are those of `routes.txt`, it is OpenAPI, and every answer that a test gets from
//! the API is one that it tells of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde_json::{Map, Value as Json, json};

use crate::app::App;
use crate::desk::acts::ACTS;
use crate::desk::testing::{given, reported};
use crate::openapi::document;
use crate::testing::{Page, Schema, Who, World};

/// Method and pieces of the path; for each status what it gives.
type Told = BTreeMap<(String, Vec<String>), BTreeMap<u16, Schema>>;

/// Every member of an answer must be told of, though programs are to pass over those they do not know.
fn tighten(schema: &mut Json) {
    match schema {
        Json::Object(members) => {
            members.values_mut().for_each(tighten);
            if members.contains_key("properties") && !members.contains_key("additionalProperties") {
                members.insert("additionalProperties".to_owned(), false.into());
            }
        }
        Json::Array(items) => items.iter_mut().for_each(tighten),
        _ => {}
    }
}

/// A schema of the document, with what it refers to.
fn whole(schema: &Json, components: &Json) -> Schema {
    let mut whole = schema.clone();
    whole["components"] = components.clone();
    Schema::of(&whole)
}

fn operations(document: &Json) -> impl Iterator<Item = (&String, &String, &Json)> {
    let paths = document["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, methods)| {
        methods.as_object().unwrap().iter().map(move |(method, told)| (method, path, told))
    })
}

fn told(app: &App) -> &'static Told {
    static TOLD: OnceLock<Told> = OnceLock::new();
    TOLD.get_or_init(|| {
        let document = document(app);
        let mut components = document["components"].clone();
        tighten(&mut components["schemas"]);
        let all = operations(&document).map(|(method, path, operation)| {
            let answers = operation["responses"].as_object().unwrap().iter().map(|(status, answer)| {
                let (_, content) = answer["content"].as_object().unwrap().iter().next().unwrap();
                let mut schema = content["schema"].clone();
                tighten(&mut schema);
                (status.parse().unwrap(), whole(&schema, &components))
            });
            ((method.to_uppercase(), pieces(path)), answers.collect())
        });
        all.collect()
    })
}

fn pieces(path: &str) -> Vec<String> {
    path.split('?').next().unwrap().split('/').map(str::to_owned).collect()
}

/// Fails unless the document tells of this answer; other addresses than those of the API are passed over.
pub(crate) fn must_be_documented(app: &App, method: &str, page: &Page) {
    let asked = pieces(&page.path);
    let outside = [404, 405].contains(&page.status.as_u16());
    if !page.path.starts_with("/api/") || method == "HEAD" {
        return;
    }
    let fits = |told: &Vec<String>| {
        told.len() == asked.len()
            && told.iter().zip(&asked).all(|(told, asked)| told == asked || told.starts_with('{'))
    };
    // `/offices/new` is not an office.
    let exact = |told: &Vec<String>| told.iter().filter(|piece| piece.starts_with('{')).count();
    let all = told(app).iter().filter(|((known, path), _)| known == method && fits(path));
    let Some((_, answers)) = all.min_by_key(|((_, path), _)| exact(path)) else {
        assert!(outside, "{method} {} is not in the document", page.path);
        return;
    };
    let Some(schema) = answers.get(&page.status.as_u16()) else {
        panic!("{method} {} answers {}, of which the document does not tell", page.path, page.status);
    };
    let fault = schema.fault(&page.json());
    assert!(fault.is_none(), "{method} {} {}: {}\n{}", page.status, page.path, fault.unwrap(), page.text());
}

/// The guard itself: it must not let everything pass.
#[tokio::test]
#[should_panic(expected = "secret_member")]
async fn an_answer_with_more_than_is_told_is_found() {
    let world = World::new();
    let mut page = world.browser(Who::Karma).get("/api/v1/me").await;
    let mut me = page.json();
    me["secret_member"] = true.into();
    page.body = me.to_string().into_bytes();
    must_be_documented(&world.app, "GET", &page);
}

#[test]
fn its_addresses_are_those_of_the_routes() {
    let document = document(&World::new().app);
    let act = |path: &str| {
        let name = path.strip_prefix("/api/v1/requests/{number}/");
        name.filter(|name| ACTS.iter().any(|act| act.name == *name)).map(str::to_owned)
    };
    let told: BTreeSet<String> = operations(&document)
        .map(|(method, path, _)| {
            let path = if act(path).is_some() { "/api/v1/requests/{number}/{name}" } else { path };
            format!("{} {path}", method.to_uppercase())
        })
        .collect();
    let routes: BTreeSet<String> = include_str!("../../routes.txt")
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let (method, path) = (words.next()?, words.next()?);
            path.starts_with("/api/").then(|| format!("{method} {path}"))
        })
        .collect();
    assert_eq!(told, routes);
    let acts = operations(&document).filter(|(_, path, _)| act(path).is_some()).count();
    assert_eq!(acts, ACTS.len());
}

#[test]
fn it_is_openapi() {
    let document = document(&World::new().app);
    let meta: Json = serde_json::from_str(include_str!("../../tests/data/openapi-3.1.json")).unwrap();
    assert_eq!(Schema::of(&meta).fault(&document), None);
    let mut ids = BTreeSet::new();
    for (method, path, told) in operations(&document) {
        assert!(ids.insert(told["operationId"].to_string()), "two of {method} {path}");
        assert!(told["summary"].as_str().is_some_and(|it| !it.is_empty()), "{method} {path} has no summary");
        assert!(told["tags"][0].is_string(), "{method} {path} has no tag");
        for parameter in told["parameters"].as_array().unwrap() {
            Schema::of(&parameter["schema"]);
        }
        let body = told["requestBody"]["content"].as_object().cloned().unwrap_or_default();
        for (_, content) in body {
            let schema = whole(&content["schema"], &document["components"]);
            if let Some(example) = content.get("example") {
                assert_eq!(schema.fault(example), None, "the example of {method} {path}");
            }
        }
    }
    // Every name that is referred to is there, and every name is referred to.
    let text = document.to_string();
    let schemas: &Map<String, Json> = document["components"]["schemas"].as_object().unwrap();
    let referred: BTreeSet<&str> =
        text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(referred, schemas.keys().map(String::as_str).collect());
}

#[tokio::test]
async fn it_is_public_and_tells_what_the_installation_decided() {
    let world = World::new();
    let told = world.public().get("/api/v1/openapi.json").await;
    told.must_be(200);
    let told = told.json();
    assert_eq!(told["openapi"], "3.1.0");
    let hold = &told["paths"]["/api/v1/requests/{number}/hold"]["post"]["requestBody"]["content"];
    let reasons = &hold["application/json"]["schema"]["properties"]["reason"]["enum"];
    assert!(reasons.as_array().unwrap().contains(&json!("waiting_supplier")), "{reasons}");
}

/// The examples are what a newcomer sends first. Acts follow upon each other; here each has a request of its own.
#[tokio::test]
async fn the_examples_of_acts_are_understood() {
    let world = World::new();
    let document = document(&world.app);
    for act in &ACTS {
        let told = &document["paths"][format!("/api/v1/requests/{{number}}/{}", act.name)]["post"];
        let Some(example) = told["requestBody"]["content"]["application/json"].get("example") else {
            continue;
        };
        let number = given(&world, reported(&world)).await.number;
        let mut karma = world.browser(Who::Karma);
        let page = karma.post_json(&format!("/api/v1/requests/{number}/{}", act.name), example).await;
        // Where the state of the request stands against it, that is said; rating is not the unit's to do.
        assert!([200, 403, 409].contains(&page.status.as_u16()), "{}: {}", act.name, page.text());
    }
    let send = &document["paths"]["/api/v1/requests"]["post"]["requestBody"]["content"]["application/json"];
    world.browser(Who::Karma).post_json("/api/v1/requests", &send["example"]).await.must_be(201);
}

/// Read as no version, it would undo what others did.
#[tokio::test]
async fn a_member_of_another_type_is_refused_and_not_guessed_at() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    let mut karma = world.browser(Who::Karma);
    let note = format!("/api/v1/requests/{number}/note");
    for wrong in [json!("1"), json!([1]), json!(1.5), json!(true), Json::Null] {
        let page = karma.post_json(&note, &json!({ "version": wrong, "text": "Seen." })).await;
        page.must_be(422);
        assert_eq!(page.json()["errors"]["version"], "Send this as a whole number, or leave it out.");
    }
    let take = format!("/api/v1/requests/{number}/take");
    karma.post(&take, &[("version", "{}")]).await.must_be(422);
    karma.post_json(&note, &json!({ "text": true })).await.must_be(422);
    // As it came: what is dropped on arrival counts too.
    let page = karma.post_json(&note, &json!({ "text": format!("Seen.{}", "\u{95}".repeat(20_000)) })).await;
    page.must_be(422);
    assert!(page.json()["errors"]["text"].as_str().unwrap().starts_with("Shorten this to 20"));
    assert_eq!(world.number("SELECT COUNT(*) FROM messages"), 0);
    karma
        .post_json(&note, &json!({ "version": 1, "text": "Seen.", "unknown": { "a": [1] } }))
        .await
        .must_be(200);
}

/// Each list and each thing of the directory and of the analysis, looked at once by somebody who sees all of it.
#[tokio::test]
async fn what_is_shown_is_as_the_document_says() {
    let world = World::new();
    given(&world, reported(&world)).await;
    let (dechen, school) = (world.person(Who::Dechen), world.school);
    let mut operator = world.browser(Who::Operator);
    for path in [
        "/api/v1/offices".to_owned(),
        "/api/v1/offices?kind=gewog".to_owned(),
        format!("/api/v1/offices/{school}?on=2026-11-01"),
        "/api/v1/people".to_owned(),
        format!("/api/v1/people/{dechen}"),
        "/api/v1/calendars?year=2026".to_owned(),
        "/api/v1/me".to_owned(),
        "/api/v1/services".to_owned(),
        "/api/v1/services/internet-lan".to_owned(),
    ] {
        operator.get(&path).await.must_be(200);
    }
    let mut head = world.browser(Who::Head);
    head.get("/api/v1/analysis?month=2026-11").await.must_be(200);
    head.get("/api/v1/analysis/records?figure=came-in&month=2026-11").await.must_be(200);
    let holidays = [("day", "2027-01-02"), ("name", "Traditional Day of Offering")];
    operator.post("/api/v1/calendars/holidays", &holidays).await.must_be(200);
    operator.post("/api/v1/calendars/holidays/remove", &holidays).await.must_be(200);
}

/// What the developers' guide tells to type, sent as it stands there.
#[tokio::test]
async fn the_guide_does_not_mislead() {
    let world = World::new();
    let guide = include_str!("../../../../docs/guide/developers.md");
    let commands = guide.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut karma = world.browser(Who::Karma).with("idempotency-key", "radio-link-2026-11-19");
    let (mut number, mut ran) = (String::new(), 0);
    for command in commands.filter(|command| command.starts_with("curl \"$TENDREL")) {
        let path = command.split('"').nth(1).unwrap().replace("$TENDREL", "").replace("$NUMBER", &number);
        let body = command
            .split("-d '")
            .nth(1)
            .map(|rest| serde_json::from_str::<Json>(rest.split('\'').next().unwrap()));
        let page = match body {
            Some(body) => karma.post_json(&path, &body.unwrap()).await,
            None => karma.get(&path).await,
        };
        assert!(page.status.is_success(), "{command}\n{}", page.text());
        if let Some(given) = page.json()["number"].as_str() {
            given.clone_into(&mut number);
        }
        ran += 1;
    }
    assert_eq!(ran, 3);
}
