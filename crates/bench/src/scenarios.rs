//! What people do, as requests: each scenario is one page or one form.

use std::hash::{BuildHasher, Hasher, RandomState};

use anyhow::{Context, ensure};

use crate::client::{Answer, Ask, Client};
use crate::server::Server;

pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) clients: usize,
    /// The status of a right answer.
    pub(crate) expected: u16,
    pub(crate) make: Box<dyn Fn(u64) -> Ask + Sync>,
}

/// Clients of all scenarios that do not say otherwise.
const CLIENTS: usize = 8;
/// The page that all others are compared with: the frame, the words and nothing of the database.
pub(crate) const EMPTY: &str = "empty page";
/// How far the deep page of the queue lies behind the first.
const DEEP: usize = 60;

/// What the scenarios need to know about the seeded database, read from its pages as a person would.
struct Known {
    officer: String,
    centre: String,
    numbers: Vec<String>,
    deep: String,
    form: String,
    office: String,
}

pub(crate) fn all(server: &Server) -> anyhow::Result<Vec<Scenario>> {
    let Known { officer, centre, numbers, deep, form, office } = look_around(server)?;
    let get = |name, path: &'static str, cookie: &str| {
        let ask = Ask::get(path).with_cookie(cookie);
        page(name, move |_| ask.clone())
    };
    // Keys that no earlier run used.
    let run = RandomState::new().build_hasher().finish();
    let posting = move |turn: u64| {
        // As the browser sends it; each with a key of its own, for the same form sent twice makes one record.
        let body = form.replace("{turn}", &format!("{run:016x}{turn:016}"));
        Ask { path: format!("/services/{FORM}"), form: Some(body), ..Ask::default() }
    };
    let (post, many) = (posting.clone(), posting);
    let (case_cookie, search_cookie) = (officer.clone(), officer.clone());
    let words = ["printer", "wi-fi", "password locked", "toner", &office, "new computer", "router light"];
    let words: Vec<String> = words.iter().map(|words| words.replace(' ', "+")).collect();
    let cases = numbers.clone();
    Ok(vec![
        Scenario { expected: 404, ..page(EMPTY, |_| Ask::get("/nothing/is/here")) },
        page("health", |_| Ask::get("/health")),
        page("portal", |_| Ask::get("/")),
        page("service form", |_| Ask::get(format!("/services/{FORM}"))),
        Scenario { expected: 303, ..page("form post, 8 clients", post) },
        Scenario { expected: 303, clients: 64, ..page("form post, 64 clients", many) },
        get("queue, first page", "/requests", &officer),
        {
            let ask = Ask::get(deep).with_cookie(&officer);
            page("queue, deep page", move |_| ask.clone())
        },
        page("case page", move |turn| {
            let number = &cases[place(turn, cases.len())];
            Ask::get(format!("/requests/{number}")).with_cookie(&case_cookie)
        }),
        page("search", move |turn| {
            let words = &words[place(turn, words.len())];
            Ask::get(format!("/search?q={words}")).with_cookie(&search_cookie)
        }),
        get("Today", "/today", &officer),
        get("counters, signed in", "/me", &officer),
        get("analysis, a unit's month", "/analysis", &officer),
        Scenario { clients: 1, ..get("analysis, the country's", "/analysis", &centre) },
    ])
}

/// A service whose form asks little.
const FORM: &str = "sign-in";

fn page(name: &'static str, make: impl Fn(u64) -> Ask + Sync + 'static) -> Scenario {
    Scenario { name, clients: CLIENTS, expected: 200, make: Box::new(make) }
}

fn place(turn: u64, length: usize) -> usize {
    usize::try_from(turn % u64::try_from(length.max(1)).unwrap_or(1)).unwrap_or(0)
}

fn look_around(server: &Server) -> anyhow::Result<Known> {
    let mut client = Client::connect(server.address)?;
    let people = read(&mut client, "/demo", "")?;
    let officer = sign_in(&mut client, &people, "Punakha ICT Services")?;
    let centre = sign_in(&mut client, &people, "Royal Government of Bhutan")?;
    let mut numbers = Vec::new();
    let (mut deep, mut address) = (String::new(), "/requests?all=1".to_owned());
    for _ in 0..DEEP {
        let list = read(&mut client, &address, &officer)?;
        numbers.extend(
            between(&list, "href=\"/requests/", "\"").filter(|it| it.starts_with(char::is_uppercase)),
        );
        // The last page may be short; what is measured is a full one.
        let Some(next) = between(&list, "rel=\"next\" href=\"", "\"").next() else { break };
        deep = std::mem::replace(&mut address, next.replace("&amp;", "&").replace("&#38;", "&"));
    }
    numbers.sort_unstable();
    numbers.dedup();
    ensure!(!numbers.is_empty(), "the queue of the officer is empty");
    let form = read(&mut client, &format!("/services/{FORM}"), "")?;
    let version =
        between(&form, "name=\"version\" value=\"", "\"").next().context("the form has no version")?;
    let office = "Kabjisa";
    // Another unit's, so that the pages that are measured stay as full as they were.
    let form = format!(
        "version={version}&key={{turn}}&office=Bji+Gewog&f-where=computer&f-what=forgot&f-user=tshering.dema&subject=Password+forgotten+after+the+holiday\
         &description=I+cannot+sign+in+since+this+morning.&name=Tshering+Dema&phone=17000999&impact=3&urgency=2"
    );
    Ok(Known { officer, centre, numbers, deep, form, office: office.to_owned() })
}

fn read(client: &mut Client, path: &str, cookie: &str) -> anyhow::Result<String> {
    let ask = Ask { path: path.to_owned(), cookie: cookie.to_owned(), plain: true, ..Ask::default() };
    let answer = client.send(&ask)?;
    ensure!(answer.status == 200, "{path} answered {}", answer.status);
    Ok(answer.text())
}

/// The cookie of somebody of this office, by the page on which a demonstration lets one choose.
fn sign_in(client: &mut Client, people: &str, office: &str) -> anyhow::Result<String> {
    let choice = people
        .split("name=\"account\" value=\"")
        .skip(1)
        .find(|rest| rest.split("</button>").next().is_some_and(|button| button.contains(office)));
    let choice = choice.or_else(|| people.split("name=\"account\" value=\"").nth(1));
    let account = choice.and_then(|rest| rest.split('"').next()).context("nobody can be chosen on /demo")?;
    let ask = Ask { path: "/demo".to_owned(), form: Some(format!("account={account}")), ..Ask::default() };
    let Answer { status, cookie, .. } = client.send(&ask)?;
    ensure!(!cookie.is_empty(), "/demo answered {status} without a cookie");
    Ok(cookie)
}

fn between<'a>(text: &'a str, before: &'a str, after: &'a str) -> impl Iterator<Item = String> + 'a {
    text.split(before).skip(1).filter_map(move |rest| rest.split(after).next()).map(str::to_owned)
}
