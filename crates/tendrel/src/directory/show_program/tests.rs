use crate::testing::{Browser, Who, World};

/// The program on the page, and a token of it.
async fn make(operator: &mut Browser, role: &str, organisation: &str) -> String {
    let fields = [("name", "Link watch"), ("role", role), ("organisation", organisation)];
    let page = operator.post("/programs/new", &fields).await;
    page.must_have("Make a token for it");
    page.path.split('?').next().unwrap().to_owned()
}

async fn token(browser: &mut Browser, page: &str, scope: &str) -> String {
    let fields = [("token_name", "night run"), ("token_scope", scope), ("token_days", "30")];
    let page = browser.post(&format!("{page}/tokens"), &fields).await;
    page.must_be(200);
    page.text().split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

impl World {
    fn bearer(&self, secret: &str) -> Browser {
        self.public().with("authorization", format!("Bearer {secret}"))
    }
}

#[tokio::test]
async fn a_program_works_under_its_own_name_and_never_signs_in() {
    let world = World::new();
    let mut operator = world.browser(Who::Operator);
    operator.get("/programs").await.must_have("No program has an account yet");
    operator.get("/programs/new").await.must_have("Add a program");
    let page = make(&mut operator, "officer", "Punakha ICT Services").await;
    let secret = token(&mut operator, &page, "write").await;
    operator.get(&page).await.must_not_have(&secret);
    assert_eq!(world.bearer(&secret).get("/api/v1/me").await.json()["name"], "Link watch");
    world.bearer(&secret).get("/api/v1/requests").await.must_be(200);
    operator.get("/programs").await.must_have("Link watch");
    // It is nobody: in no list of people, and no way of signing in finds it.
    operator.get("/people?q=link").await.must_have("Nobody matches");
    operator.get("/people").await.must_not_have("Link watch");
    let username: String = world
        .app
        .db
        .read_blocking(|r| {
            r.one("SELECT username FROM accounts WHERE username LIKE 'program %'", &[], |row| {
                row.get("username")
            })
        })
        .unwrap();
    world.public().post("/sign-in", &[("username", &username), ("password", "x")]).await.must_be(422);
    let person = username.strip_prefix("program ").unwrap();
    operator.post(&format!("/people/{person}/link"), &[]).await.must_be(404);
}

#[tokio::test]
async fn a_scope_holds_whatever_the_account_may() {
    let world = World::new();
    let mut operator = world.browser(Who::Operator);
    let page = make(&mut operator, "officer", "Punakha ICT Services").await;
    let body = || br#"{"language": "en"}"#.to_vec();
    for (scope, requests, others) in [("read", 403, 403), ("write", 422, 403), ("all", 422, 200)] {
        let secret = token(&mut operator, &page, scope).await;
        world.bearer(&secret).get("/api/v1/me").await.must_be(200);
        let mut program = world.bearer(&secret);
        let sent = program.send("POST", "/api/v1/requests", "application/json", b"{}".to_vec()).await;
        assert_eq!(sent.status, requests, "{scope}");
        let sent = program.send("POST", "/api/v1/me/settings", "application/json", body()).await;
        assert_eq!(sent.status, others, "{scope}");
    }
    let fields = [("token_name", "x"), ("token_scope", "king"), ("token_days", "30")];
    operator.post(&format!("{page}/tokens"), &fields).await.must_have("Choose what the token may do");
}

#[tokio::test]
async fn the_last_use_is_shown_and_written_at_most_once_a_minute() {
    let world = World::new();
    let mut operator = world.browser(Who::Operator);
    let page = make(&mut operator, "auditor", "Punakha ICT Services").await;
    let secret = token(&mut operator, &page, "read").await;
    operator.get(&page).await.must_have("Never");
    let last = || world.number("SELECT last_used_at FROM api_tokens");
    world.bearer(&secret).get("/api/v1/me").await.must_be(200);
    let first = last();
    world.app.clock.set(world.app.clock.now() + jiff::SignedDuration::from_secs(59));
    world.bearer(&secret).get("/api/v1/me").await.must_be(200);
    assert_eq!(last(), first);
    world.set("2026-11-19 09:01");
    world.bearer(&secret).get("/api/v1/me").await.must_be(200);
    assert_eq!(last(), first + 60_000_000);
    operator.get(&page).await.must_not_have("Never");
}

#[tokio::test]
async fn a_token_is_revoked_and_a_program_closed() {
    let world = World::new();
    let mut operator = world.browser(Who::Operator);
    let page = make(&mut operator, "requester", "Kabjisa Central School").await;
    let first = token(&mut operator, &page, "all").await;
    world.set("2026-11-19 09:01");
    let second = token(&mut operator, &page, "all").await;
    let text = operator.get(&page).await.text();
    let id = text.split(&format!("action=\"{page}/tokens/")).nth(1).unwrap()[..36].to_owned();
    let program = page.strip_prefix("/programs/").unwrap();
    let revoke = format!("/programs/{program}/tokens/{id}/revoke");
    let gone = operator.post(&revoke, &[]).await;
    gone.must_have("The token no longer opens anything");
    operator.post(&revoke, &[]).await.must_be(404);
    world.bearer(&first).get("/api/v1/me").await.must_be(401);
    world.bearer(&second).get("/api/v1/me").await.must_be(200);
    // A token does not make tokens, not even an operator's.
    world.bearer(&second).post(&format!("{page}/tokens"), &[]).await.must_be(403);
    operator.post(&format!("{page}/close"), &[]).await.must_have("The account is closed");
    world.bearer(&second).get("/api/v1/me").await.must_be(401);
    operator.post(&format!("{page}/tokens"), &[("token_name", "x")]).await.must_be(403);
}

#[tokio::test]
async fn only_operators_keep_programs() {
    let world = World::new();
    let page = make(&mut world.browser(Who::Operator), "officer", "Punakha ICT Services").await;
    for who in [Who::Karma, Who::Head, Who::Tshering, Who::Centre, Who::Auditor] {
        for address in ["/programs", "/programs/new", page.as_str()] {
            world.browser(who).get(address).await.must_be(403);
        }
        world.browser(who).post("/programs/new", &[("name", "x")]).await.must_be(403);
        world.browser(who).post(&format!("{page}/close"), &[]).await.must_be(403);
    }
    assert_eq!(world.public().get("/programs").await.path, "/sign-in?back=%2Fprograms");
    let mut operator = world.browser(Who::Operator);
    operator.post("/programs/new", &[("name", ""), ("role", "operator")]).await.must_be(422);
    operator.get("/programs/nothing").await.must_be(404);
    let listed = operator.get("/api/v1/programs").await.json();
    assert_eq!(listed["programs"][0]["name"], "Link watch");
    assert_eq!(listed["programs"][0]["role"], "officer");
}
