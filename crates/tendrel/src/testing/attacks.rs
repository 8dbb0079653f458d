//! What somebody tries who means harm: other sites, foreign words in every field and filter, sizes nobody needs.

use serde_json::json;

use crate::testing::{Browser, Who, World};

/// The lines of `routes.txt`: method, and the address with something in each of its places.
fn routes(method: &str) -> Vec<String> {
    let lines = include_str!("../../routes.txt").lines();
    let named = lines.filter(|line| !line.starts_with('#') && line.starts_with(method));
    let paths = named.filter_map(|line| line.split_whitespace().nth(1));
    paths.map(|path| filled(path, "PUN-26-00001-2")).collect()
}

fn filled(path: &str, given: &str) -> String {
    let piece = |piece: &str| match piece {
        "{name}" => "note".to_owned(),
        place if place.starts_with('{') => given.to_owned(),
        own => own.to_owned(),
    };
    path.split('/').map(piece).collect::<Vec<_>>().join("/")
}

/// What breaks out of HTML, attributes and scripts if it is not written as text.
const SCRIPT: &str = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>";

/// Fails if the payload stands in a page as anything but text.
fn must_be_text(page: &super::Page) {
    let content_type = page.headers.get("content-type").map_or("", |it| it.to_str().unwrap());
    let text = if content_type.starts_with("text/html") { page.text() } else { String::new() };
    for raw in ["<img src=x", "<script>alert"] {
        assert!(!text.contains(raw), "{} runs what was typed: {raw}", page.path);
    }
}

async fn send(public: &mut Browser, changes: &[(&str, &str)]) -> super::Page {
    let mut fields = vec![
        ("office", "Kabjisa Central School"),
        ("f-what", "none"),
        ("impact", "1"),
        ("urgency", "1"),
        ("description", "All of it is down."),
        ("name", "Tshering Dema"),
        ("phone", "17600004"),
    ];
    fields.retain(|(name, _)| !changes.iter().any(|(other, _)| other == name));
    fields.extend_from_slice(changes);
    public.post("/services/internet-lan", &fields).await
}

#[tokio::test]
async fn every_answer_keeps_the_browser_in_bounds() {
    let world = World::new();
    let mut karma = world.browser(Who::Karma);
    for path in
        ["/", "/today", "/nothing", "/api/v1/me", "/sign-in", "/health", "/assets/none", "/requests.csv"]
    {
        let page = karma.once("GET", path, None, Vec::new()).await;
        let header =
            |name: &str| page.headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        let policy = header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(
            !policy.contains("script-src 'self' 'unsafe") && !policy.contains("unsafe-eval"),
            "{path}: {policy}"
        );
        assert!(policy.contains("style-src 'self';"), "{path}: {policy}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("x-frame-options"), "DENY", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
    }
    for (path, data) in [("/api/v1/me", true), ("/api/v1/nothing", true), ("/today", false)] {
        let page = karma.once("GET", path, None, Vec::new()).await;
        let kept = page.headers.get("content-disposition").map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(kept.as_deref(), data.then_some("attachment; filename=\"data.json\""), "{path}");
    }
    for path in ["/today", "/requests", "/api/v1/me", "/requests.csv", "/my/requests"] {
        let page = karma.once("GET", path, None, Vec::new()).await;
        assert_eq!(page.headers["cache-control"], "no-store", "{path} stays in no cache");
    }
}

#[tokio::test]
async fn no_form_is_taken_from_another_site() {
    let world = World::new();
    for path in routes("POST") {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("origin", "http://localhost.evil.example"),
        ] {
            let mut browser = world.browser(Who::Head).with(name, value);
            let page =
                browser.once("POST", &path, Some("application/x-www-form-urlencoded"), Vec::new()).await;
            assert!(page.status.is_client_error(), "{path} was taken from {value}: {}", page.status);
            page.must_have("another site");
        }
    }
    assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE subject = 'request'"), 0);
}

#[tokio::test]
async fn nothing_leads_to_another_site() {
    let world = World::new();
    for back in [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
    ] {
        let fields = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("back", back), ("language", "dz")])
            .finish();
        let form = Some("application/x-www-form-urlencoded");
        let page = world.public().once("POST", "/language", form, fields.into_bytes()).await;
        assert_eq!(page.headers["location"], "/", "{back}");
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("back", back).finish();
        let page =
            world.browser(Who::Karma).once("GET", &format!("/sign-in?{query}"), None, Vec::new()).await;
        let location = page.headers["location"].to_str().unwrap();
        assert!(location.starts_with('/') && !location.contains("evil"), "{back}: {location}");
    }
}

#[tokio::test]
async fn what_is_typed_is_text_on_every_page() {
    let world = World::new();
    let mut public = world.public();
    let fields = [("description", SCRIPT), ("name", SCRIPT), ("f-since", SCRIPT), ("subject", SCRIPT)];
    let sent = send(&mut public, &fields).await;
    sent.must_be(200);
    must_be_text(&sent);
    let link = sent.text().split("/r/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    must_be_text(&public.get(&format!("/r/{link}")).await);
    // An office that does not exist keeps what was typed, and tells it.
    must_be_text(&send(&mut public, &[("office", SCRIPT), ("phone", SCRIPT)]).await);
    let file = ("files", SCRIPT, b"plain words".as_slice());
    let names =
        [("office", "Kabjisa Central School"), ("f-what", "none"), ("name", "T"), ("phone", "17600004")];
    must_be_text(&public.post_files("/services/internet-lan", &names, &[file]).await);

    let mut karma = world.browser(Who::Karma);
    let number =
        karma.get("/api/v1/requests").await.json()["requests"][0]["number"].as_str().unwrap().to_owned();
    let page = format!("/requests/{number}");
    for (act, field) in [("note", "text"), ("reply", "text"), ("take", "text")] {
        must_be_text(&karma.post(&format!("{page}/{act}"), &[(field, SCRIPT)]).await);
    }
    for path in
        [page.as_str(), "/requests", "/today", "/notices", "/search?q=alert", "/analysis", "/my/requests"]
    {
        must_be_text(&karma.get(path).await);
    }
    let typed = form_urlencoded::byte_serialize(SCRIPT.as_bytes()).collect::<String>();
    for path in routes("GET") {
        for name in
            ["q", "state", "officer", "unit", "office", "from", "after", "before", "back", "kind", "number"]
        {
            must_be_text(&karma.once("GET", &format!("{path}?{name}={typed}"), None, Vec::new()).await);
        }
        let odd = path.replace("PUN-26-00001-2", &typed);
        must_be_text(&karma.once("GET", &odd, None, Vec::new()).await);
    }
}

#[tokio::test]
async fn no_filter_reaches_the_database_as_words_of_its_language() {
    let world = World::new();
    send(&mut world.public(), &[("description", "Only this one")]).await.must_be(200);
    let mut head = world.browser(Who::Centre);
    let names = [
        "q", "unit", "state", "officer", "service", "priority", "channel", "late", "all", "from", "to",
        "office", "after", "before", "rating", "figure", "cause", "kind", "name", "month", "year", "page",
        "only", "bin",
    ];
    let longest = "9".repeat(400);
    let tries = [
        "' OR 1=1 --",
        "\"; DROP TABLE requests; --",
        "%27%20UNION%20SELECT",
        "$1",
        "*",
        "NEAR(",
        "\" AND",
        "-9223372036854775808",
        "99999999999999999999",
        "NaN",
        "0001-01-01",
        "9999-12-31",
        "2026-13-45",
        &longest,
        "\u{0}",
        "\u{202e}",
        "{}",
        "[]",
        "../../etc/passwd",
        "a b c d e f g h i j k l m n o p q r s t u v w x y z",
    ];
    let mut turn = 0;
    for path in routes("GET") {
        for given in tries {
            let typed = form_urlencoded::byte_serialize(given.as_bytes()).collect::<String>();
            let all: Vec<String> = names.iter().map(|name| format!("{name}={typed}")).collect();
            let one = &all[turn % all.len()];
            turn += 1;
            for query in [&all.join("&"), one] {
                let page = head.once("GET", &format!("{path}?{query}"), None, Vec::new()).await;
                assert!(!page.status.is_server_error(), "{path}?{query} answered {}", page.status);
            }
        }
    }
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 1);
}

#[tokio::test]
async fn a_spreadsheet_is_given_no_formula() {
    let world = World::new();
    for formula in ["=HYPERLINK(\"http://evil.example\")", "+1+1", "-2+3", "@SUM(1)", "\t=1"] {
        send(&mut world.public(), &[("subject", formula), ("key", formula)]).await;
    }
    let file = world.browser(Who::Karma).get("/requests.csv").await;
    let mut rows = csv::Reader::from_reader(file.body.as_slice());
    let mut seen = 0;
    for row in rows.records() {
        let row = row.unwrap();
        assert!(!row[1].starts_with(['=', '+', '-', '@', '\t', '\r']), "{:?}", &row[1]);
        seen += 1;
    }
    assert_eq!(seen, 5);
}

#[tokio::test]
async fn sizes_that_nobody_needs_are_refused() {
    let world = World::new();
    let mut karma = world.browser(Who::Karma);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)).into_bytes();
    let page = karma.send("POST", "/api/v1/requests", "application/json", deep).await;
    page.must_be(422);
    let large = json!({ "subject": "x".repeat(3 * 1024 * 1024) });
    karma.post_json("/api/v1/requests", &large).await.must_be(413);
    let many: Vec<(String, String)> = (0..50_000).map(|n| (format!("f-{n}"), "x".to_owned())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let page = world.public().post("/services/internet-lan", &many).await;
    assert!(page.status.is_client_error(), "{}", page.status);
    let twenty = vec![("files", "a.txt", b"words".as_slice()); 20];
    let page = world.public().post_files("/services/internet-lan", &[("office", "x")], &twenty).await;
    assert!(page.status.is_client_error(), "{}", page.status);
}

#[tokio::test]
async fn no_address_leads_out_of_its_folder() {
    let world = World::new();
    let mut karma = world.browser(Who::Karma);
    for name in ["..%2f..%2fCargo.toml", "%2e%2e/tendrel.sqlite", "....//tendrel.sqlite", "%00", "a%5c..%5cb"]
    {
        for root in
            ["/assets/", "/requests/PUN-26-00001-2/files/", "/r/", "/sent/", "/services/", "/welcome/"]
        {
            let page = karma.once("GET", &format!("{root}{name}"), None, Vec::new()).await;
            assert!([404, 400, 422, 303].contains(&page.status.as_u16()), "{root}{name}: {}", page.status);
        }
    }
}

/// Packed a thousandfold: ten megabytes of nothing.
fn bomb() -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packed, &vec![b' '; 10 << 20]).unwrap();
    packed.finish().unwrap()
}

#[tokio::test]
async fn nothing_that_is_packed_is_unpacked() {
    let world = World::new();
    for content_type in
        ["application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=XX"]
    {
        for path in ["/services/internet-lan", "/api/v1/requests", "/people/import", "/calendars/import"] {
            let mut browser = world.browser(Who::Operator).with("content-encoding", "gzip");
            let page = browser.send("POST", path, content_type, bomb()).await;
            assert!(page.status.is_client_error(), "{path} took it: {}", page.status);
        }
    }
    // An attachment that is packed is kept as it came.
    let names = [
        ("office", "Kabjisa Central School"),
        ("f-what", "none"),
        ("impact", "1"),
        ("urgency", "1"),
        ("name", "T"),
        ("phone", "17600004"),
        ("description", "All of it is down."),
    ];
    let bomb = bomb();
    let files = [("files", "bomb.gz", bomb.as_slice())];
    world.public().post_files("/services/internet-lan", &names, &files).await.must_be(200);
    let stored = world.number("SELECT CAST(MAX(size) AS BIGINT) FROM files");
    assert_eq!(stored, i64::try_from(bomb.len()).unwrap());
}

#[tokio::test]
async fn names_are_text_wherever_they_stand() {
    let world = World::new();
    send(&mut world.public(), &[]).await.must_be(200);
    let rename = |sql: &'static str| {
        world.app.db.write::<_, database::Error, _>(move |tx| tx.execute(sql, &[SCRIPT.into()]).map(drop))
    };
    for sql in [
        "UPDATE persons SET name = $1, name_dz = $1",
        "UPDATE organisations SET name = $1, name_dz = $1",
        "UPDATE requests SET requester_name = $1, office_text = $1, requester_email = $1",
        "UPDATE calendars SET name = $1",
    ] {
        rename(sql).await.unwrap();
    }
    world.app.refresh().await.unwrap();
    for who in [Who::Karma, Who::Operator, Who::Auditor] {
        let mut browser = world.browser(who);
        for path in routes("GET") {
            must_be_text(&browser.once("GET", &path, None, Vec::new()).await);
        }
        for path in ["/", "/requests?unit=all", "/people?q=a", "/offices?q=a", "/search?q=down"] {
            must_be_text(&browser.get(path).await);
        }
    }
}

#[tokio::test]
async fn pages_that_nobody_could_turn_to_are_answered_calmly() {
    let world = World::new();
    let mut centre = world.browser(Who::Centre);
    let numbers = [
        "0",
        "-1",
        "1e9",
        "9223372036854775807",
        "9223372036854775808",
        "340282366920938463463374607431768211456",
    ];
    for path in routes("GET") {
        for number in numbers {
            let names = ["after", "before", "page", "limit", "year", "month", "from", "to"];
            let query = names.map(|name| format!("{name}={number}")).join("&");
            let page = centre.once("GET", &format!("{path}?{query}"), None, Vec::new()).await;
            assert!(!page.status.is_server_error(), "{path}?{query}: {}", page.status);
        }
    }
}
