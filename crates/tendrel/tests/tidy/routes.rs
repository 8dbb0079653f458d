//! Every route has a line in `routes.txt` that says who may use it, and is named in a test.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use tendrel::app::App;
use tendrel::clock::Clock;
use tendrel::settings::Settings;
use tower::ServiceExt;

use crate::source::{File, only_tests, program, root, sources, without_tests};

/// Who may use a route: `public`, `link` (whoever holds a secret address), or a role in the words of the reader.
fn rules() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(root().join("crates/tendrel/routes.txt")).unwrap();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let mut words = line.split_whitespace();
            let (method, path) = (words.next().unwrap(), words.next().unwrap());
            let who = words.collect::<Vec<_>>().join(" ");
            assert!(!who.is_empty(), "routes.txt does not say who may {method} {path}");
            (format!("{method} {path}"), who)
        })
        .collect()
}

/// `.route("/path", get(show).post(send))` as "GET /path" and "POST /path".
fn routes() -> BTreeSet<String> {
    let mut routes = BTreeSet::new();
    // What tests have beside them is not ours to rule.
    for File { text, .. } in program(&["rs"]).iter().filter(|file| !file.path.contains("/src/testing/")) {
        for call in without_tests(text).split(".route(").skip(1) {
            let Some((path, rest)) = path_of(call) else { continue };
            let handlers = &rest[..end_of_call(rest)];
            for (method, verb) in [("get", "GET"), ("post", "POST"), ("put", "PUT"), ("delete", "DELETE")] {
                let named =
                    handlers.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == method);
                if named && handlers.contains(&format!("{method}(")) {
                    // `{root}` is nothing for the page, and /api/v1 for its twin.
                    let twins = ["", "/api/v1"].map(|root| path.replace("{root}", root));
                    routes.extend(twins.map(|path| format!("{verb} {path}")));
                }
            }
        }
    }
    routes
}

/// The path of a route; of one put together, such as that of an act, the pattern with `{name}` for the name.
fn path_of(call: &str) -> Option<(String, &str)> {
    let call = call.trim_start();
    if let Some(rest) = call.strip_prefix("&format!(\"") {
        let (path, rest) = rest.split_once('"')?;
        return Some((path.replace("{{", "{").replace("}}", "}"), rest.strip_prefix(')')?));
    }
    let (path, rest) = call.strip_prefix('"')?.split_once('"')?;
    Some((path.to_owned(), rest))
}

fn end_of_call(rest: &str) -> usize {
    let mut depth = 1;
    for (index, c) in rest.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return index,
            ')' => depth -= 1,
            _ => {}
        }
    }
    rest.len()
}

#[test]
fn every_route_says_who_may_use_it() {
    let (routes, rules) = (routes(), rules());
    let unruled: Vec<&String> = routes.iter().filter(|route| !rules.contains_key(*route)).collect();
    let gone: Vec<&String> = rules.keys().filter(|route| !routes.contains(*route)).collect();
    assert!(
        unruled.is_empty() && gone.is_empty(),
        "routes.txt lacks {unruled:#?} and has {gone:#?} too many"
    );
}

/// Does a test name an address of this pattern? An address below `/api/v1` that answers by the same handler as a page
/// is tested with it.
fn is_named(path: &str, tests: &str, all: &BTreeSet<String>) -> bool {
    let page = path.strip_prefix("/api/v1").filter(|page| all.contains(*page));
    names(path, tests) || page.is_some_and(|page| names(page, tests))
}

fn names(path: &str, tests: &str) -> bool {
    let pieces: Vec<&str> = path.split('/').filter(|piece| !piece.is_empty()).collect();
    if pieces.is_empty() {
        return tests.contains("\"/\"");
    }
    let whole = format!("\"/{}", if pieces[0].starts_with('{') { "" } else { pieces[0] });
    let is_whole = literals(tests, &whole).any(|given| {
        given.len() == pieces.len() && given.iter().zip(&pieces).all(|(given, wanted)| is_same(given, wanted))
    });
    // `format!("{page}/edit")`: the address of a thing that a test knows, and what is done to it.
    let tail =
        pieces.iter().rposition(|piece| piece.starts_with('{')).map_or(&pieces[..0], |at| &pieces[at + 1..]);
    let is_tail =
        !tail.is_empty() && literals(tests, "\"{").any(|given| given.len() > 1 && given[1..] == *tail);
    is_whole || is_tail
}

/// In a test a piece may be a variable where the route has a name.
fn is_same(given: &str, wanted: &str) -> bool {
    given == wanted || wanted.starts_with('{')
}

/// The addresses in the tests that begin so, each cut at its slashes.
fn literals<'a>(tests: &'a str, first: &'a str) -> impl Iterator<Item = Vec<&'a str>> {
    tests.match_indices(first).map(|(at, _)| {
        let literal = tests[at + 1..].split(['"', '?', '#']).next().unwrap_or_default();
        literal.split('/').filter(|piece| !piece.is_empty()).collect()
    })
}

#[test]
fn every_route_is_named_in_a_test() {
    let mut tests: String = program(&["rs"]).iter().map(only_tests).collect();
    for File { text, .. } in sources(&root().join("e2e"), &["mjs"]) {
        tests.push_str(&text.replace(['\'', '`'], "\"").replace("${", "{"));
    }
    // Tests that go both ways write `{root}` too.
    let tests = tests.replace("\"{root}/", "\"/");
    let routes = routes();
    let path = |route: &String| route.split_once(' ').unwrap().1.to_owned();
    let paths: BTreeSet<String> = routes.iter().map(path).collect();
    let untested: Vec<&String> = paths.iter().filter(|path| !is_named(path, &tests, &paths)).collect();
    assert!(untested.is_empty(), "no test names these: {untested:#?}");
}

#[tokio::test]
async fn what_is_not_public_is_closed_to_the_public() {
    let fresh = testkit::fresh();
    let mut settings = Settings::in_folder(fresh.folder().to_owned());
    settings.home_unit = Some("PUN".to_owned());
    let clock = Clock::stopped("2026-11-19T03:00:00Z".parse().unwrap());
    let app = App::over(fresh.database.clone(), settings, clock).unwrap();
    let preparing = app.clone();
    tokio::task::spawn_blocking(move || tendrel::install::install(&preparing)).await.unwrap().unwrap();
    let router = tendrel::router::router(app);
    let mut open = Vec::new();
    for (route, who) in rules() {
        let (method, path) = route.split_once(' ').unwrap();
        if who.starts_with("public") || path.contains("{name}") && path.starts_with("/assets") {
            continue;
        }
        let path: String = path
            .split('/')
            .map(|piece| if piece.starts_with('{') { "PUN-26-00001-2" } else { piece })
            .collect::<Vec<_>>()
            .join("/");
        let request = Request::builder()
            .method(method)
            .uri(&path)
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::empty())
            .unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        let to_sign_in = response.status() == StatusCode::SEE_OTHER
            && response.headers()[header::LOCATION].to_str().unwrap().starts_with("/sign-in");
        // An act on something that does not exist: a stranger learns no more than that.
        let closed = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND];
        // A link that was never given may also be told on its own page.
        let is_told = who.starts_with("link") && response.status() == StatusCode::UNPROCESSABLE_ENTITY;
        if !closed.contains(&response.status()) && !to_sign_in && !is_told {
            open.push(format!(
                "{method} {path} answered {} to the public, not only to: {who}",
                response.status()
            ));
        }
    }
    assert!(open.is_empty(), "{open:#?}");
}
