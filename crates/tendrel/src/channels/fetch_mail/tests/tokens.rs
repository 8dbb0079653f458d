//! A server that takes no password: Dovecot asks whether the token is good that was changed for the refresh token.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use serde_json::{Value, json};
use testkit::Dovecot;
use testkit::dovecot::LOGIN;

use super::{fetched_from, letter, once};
use crate::channels::fetch_mail::go_on;
use crate::channels::mailbox::{Mailbox, Server};
use crate::channels::testing::all_filed;
use crate::testing::World;

/// Client id, its own secret, and the refresh token.
const SECRET: &str = "desk-of-punakha own-secret refresh-me";

/// Gives out tokens, and says of each whether it holds.
struct Issuer {
    url: String,
    state: Arc<Mutex<Given>>,
    serving: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Given {
    count: usize,
    /// Those that hold.
    holds: Vec<String>,
    asked: Vec<String>,
    refuses: bool,
    /// What it gives holds no more.
    revokes: bool,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Issuer {
    async fn new() -> Issuer {
        let state = Arc::new(Mutex::new(Given::default()));
        let app = Router::new().fallback(answer).with_state(Arc::clone(&state));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Issuer { url, state, serving }
    }

    fn introspection(&self) -> String {
        format!("{}/introspect", self.url)
    }

    fn mailbox(&self, world: &World, dovecot: &Dovecot, secret: &str) -> (Mailbox, Server) {
        let (mailbox, server) = fetched_from(world, &dovecot.url(), secret);
        (mailbox, Server { token_url: format!("{}/token", self.url), ..server })
    }
}

fn fields(body: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

async fn answer(State(state): State<Arc<Mutex<Given>>>, address: Uri, body: String) -> (StatusCode, String) {
    let mut given = state.lock().unwrap();
    let fields = fields(&body);
    let (status, told) = match address.path() {
        "/token" => give(&mut given, &fields),
        _ => (StatusCode::OK, tell(&mut given, &fields)),
    };
    (status, told.to_string())
}

fn give(given: &mut Given, fields: &[(String, String)]) -> (StatusCode, Value) {
    let is_right = [
        ("grant_type", "refresh_token"),
        ("client_id", "desk-of-punakha"),
        ("client_secret", "own-secret"),
        ("refresh_token", "refresh-me"),
    ]
    .iter()
    .all(|(name, value)| fields.iter().any(|(n, v)| n == name && v == value));
    if !is_right || given.refuses {
        let repeated: Vec<&String> = fields.iter().map(|(_, value)| value).collect();
        return (StatusCode::BAD_REQUEST, json!({ "error": "invalid_grant", "hint": repeated }));
    }
    given.count += 1;
    let token = format!("token-{}", given.count);
    if !given.revokes {
        given.holds.push(token.clone());
    }
    (StatusCode::OK, json!({ "access_token": token, "token_type": "Bearer", "expires_in": 3600 }))
}

fn tell(given: &mut Given, fields: &[(String, String)]) -> Value {
    let token = fields.iter().find(|(name, _)| name == "token").map(|(_, token)| token.clone());
    let token = token.unwrap_or_default();
    given.asked.push(token.clone());
    let active = given.holds.contains(&token);
    if active { json!({ "active": true, "username": LOGIN }) } else { json!({ "active": false }) }
}

fn fault(world: &World) -> String {
    let read = |r: &mut database::Reader| r.one("SELECT fault FROM mailboxes", &[], |row| row.get("fault"));
    world.app.db.read_blocking::<String, database::Error, _>(read).unwrap()
}

#[tokio::test]
async fn mail_is_fetched_with_a_token_that_is_asked_for_each_time() {
    let issuer = Issuer::new().await;
    let Some(dovecot) = Dovecot::start_for_tokens(&issuer.introspection()) else { return };
    let world = World::new();
    let from = issuer.mailbox(&world, &dovecot, SECRET);
    for number in 0..3 {
        dovecot.put(&format!("{number}.mail"), letter(number).as_bytes());
    }
    assert!(once(&world, &from).await.unwrap());
    all_filed(&world).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE channel = 'email'"), 3);
    assert_eq!(dovecot.seen(), 3);
    dovecot.put("3.mail", letter(3).as_bytes());
    // The first one is worth nothing any more.
    issuer.state.lock().unwrap().holds.clear();
    once(&world, &from).await.unwrap();
    all_filed(&world).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 4);
    assert_eq!(issuer.state.lock().unwrap().asked, ["token-1", "token-2"]);
}

#[tokio::test]
async fn a_token_that_does_not_hold_and_one_that_is_not_given_are_told_without_a_secret() {
    let issuer = Issuer::new().await;
    let Some(dovecot) = Dovecot::start_for_tokens(&issuer.introspection()) else { return };
    let world = World::new();
    // A password is no token.
    let (mailbox, server) = issuer.mailbox(&world, &dovecot, SECRET);
    let by_password = Server { token_url: String::new(), ..server.clone() };
    go_on(&world.app, &mailbox, &by_password).await;
    assert!(!fault(&world).is_empty());
    // The address gives a token, and the server is told that it holds no more.
    issuer.state.lock().unwrap().revokes = true;
    go_on(&world.app, &mailbox, &server).await;
    issuer.state.lock().unwrap().revokes = false;
    let told = fault(&world);
    assert!(!told.is_empty() && !told.contains("token-") && !told.contains("refresh-me"), "{told}");
    // The address gives none.
    issuer.state.lock().unwrap().refuses = true;
    go_on(&world.app, &mailbox, &server).await;
    let told = fault(&world);
    assert!(told.contains("address for tokens") && told.contains("400"), "{told}");
    assert!(!told.contains("refresh-me") && !told.contains("own-secret"), "{told}");
    // Given again, it heals without help.
    issuer.state.lock().unwrap().refuses = false;
    dovecot.put("1.mail", letter(1).as_bytes());
    once(&world, &(mailbox, server)).await.unwrap();
    assert_eq!((world.number("SELECT COUNT(*) FROM mails"), fault(&world).as_str()), (1, ""));
}
