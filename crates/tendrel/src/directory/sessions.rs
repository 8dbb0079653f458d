//! Who is there: the session of a cookie, or the token of a program, looked up once for each request.

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use database::{Error, Reader, Transaction, Value};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::App;
use crate::directory::rights::add_rights;
use crate::directory::tokens::Scope;
use crate::frame::languages::Language;
use crate::frame::see_other;
use crate::id::{AccountId, SavedViewId};
use crate::machine::must_read_primary;
use crate::problem::Problem;
use crate::viewer::{Counts, NamedView, SignedIn, Viewer};

/// The last use is written at most this often.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(5);
const TOKEN_SEEN_EVERY: SignedDuration = SignedDuration::from_mins(1);

pub const LANGUAGE_COOKIE: &str = "language";

/// Middleware: finds out who looks, in which language, and puts the `Viewer` into the request.
pub async fn recognise(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match viewer_of(&app, &parts).await {
        Ok(viewer) => {
            parts.extensions.insert(viewer.clone());
            let is_signed_in = viewer.signed_in.is_some();
            let mut response = next.run(Request::from_parts(parts, body)).await;
            response.extensions_mut().insert(viewer);
            // What only this person may see stays neither in their browser nor in anything on the way.
            if is_signed_in && !response.headers().contains_key(header::CACHE_CONTROL) {
                response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            }
            response
        }
        Err(problem) => problem.into_response(),
    }
}

async fn viewer_of(app: &App, request: &Parts) -> Result<Viewer, Problem> {
    let now = app.clock.now();
    let headers = &request.headers;
    let here = request.uri.path_and_query().map_or("/", |it| it.as_str()).to_owned();
    let address = address_of(app, request);
    let secret = bearer(headers)
        .map(|token| (true, token))
        .or_else(|| cookie(headers, session_cookie(app)).map(|token| (false, token)));
    let mut language = language_of(headers);
    let (mut signed_in, mut is_program) = (None, false);
    if let Some((by_token, secret)) = secret {
        is_program = by_token;
        let hash = hash(&secret);
        let lookup = hash.clone();
        let still_used = if by_token { None } else { Some(now - app.settings.sign_in.idle()) };
        let found = app.db.read(move |r| find(r, &lookup, still_used, now)).await?;
        if let Some(Found { me, stored_language, seen_at, scope }) = found {
            if scope.is_some_and(|scope| !scope.allows(&request.method, request.uri.path())) {
                return Err(Problem::Forbidden);
            }
            let seen_every = if by_token { TOKEN_SEEN_EVERY } else { SEEN_EVERY };
            language = language.or_else(|| Language::from_code(&stored_language));
            signed_in = Some(me);
            if seen_at + seen_every <= now {
                // Who only reads needs no room on a full disk.
                if let Err(error) = app.db.write(move |tx| seen(tx, &hash, by_token, now)).await {
                    tracing::warn!("the last use of a session could not be written: {error:?}");
                }
            }
        } else if by_token {
            return Err(Problem::SignIn);
        }
    }
    let (language, reads_primary) =
        (language.unwrap_or(Language::English), must_read_primary(app, headers, is_program));
    Ok(Viewer { signed_in, language, address, now, here, reads_primary })
}

/// Whose the session or the token of these headers is, asked again while an answer is still going on; `None` when it has
/// ended.
pub async fn still(app: &App, headers: &HeaderMap) -> Result<Option<SignedIn>, Problem> {
    let now = app.clock.now();
    let found = match (bearer(headers), cookie(headers, session_cookie(app))) {
        (Some(token), _) => app.db.read(move |r| find(r, &hash(&token), None, now)).await?,
        (None, Some(secret)) => {
            let still_used = now - app.settings.sign_in.idle();
            app.db.read(move |r| find(r, &hash(&secret), Some(still_used), now)).await?
        }
        (None, None) => None,
    };
    Ok(found.map(|found| found.me))
}

/// Who a session that was just opened belongs to.
pub fn of_secret(r: &mut Reader, secret: &str, now: Timestamp) -> Result<Option<SignedIn>, Error> {
    Ok(find(r, &hash(secret), Some(now), now)?.map(|found| found.me))
}

struct Found {
    me: SignedIn,
    stored_language: String,
    seen_at: Timestamp,
    /// Of a token.
    scope: Option<Scope>,
}

/// A session that was used at `still_used` or later, or a token when there is no such instant.
fn find(
    r: &mut Reader,
    hash: &[u8],
    still_used: Option<Timestamp>,
    now: Timestamp,
) -> Result<Option<Found>, Error> {
    let by_token = still_used.is_none();
    let sql = if by_token {
        "SELECT a.id AS account_id, a.single_keys AS single_keys, p.id AS person_id, p.name AS name, p.name_dz AS name_dz,
                p.phone AS phone, p.email AS email, p.language AS language, p.working_agency_id AS office_id,
                COALESCE(o.name, '') AS office_name, COALESCE(t.last_used_at, 0) AS seen_at, t.scope AS scope
         FROM api_tokens t JOIN accounts a ON a.id = t.account_id JOIN persons p ON p.id = a.person_id
         LEFT JOIN organisations o ON o.id = p.working_agency_id
         WHERE t.token_hash = $1 AND a.closed_at IS NULL AND t.expires_at > $2"
    } else {
        "SELECT a.id AS account_id, a.single_keys AS single_keys, p.id AS person_id, p.name AS name, p.name_dz AS name_dz,
                p.phone AS phone, p.email AS email, p.language AS language, p.working_agency_id AS office_id,
                COALESCE(o.name, '') AS office_name, s.last_seen_at AS seen_at, NULL AS scope
         FROM sessions s JOIN accounts a ON a.id = s.account_id JOIN persons p ON p.id = a.person_id
         LEFT JOIN organisations o ON o.id = p.working_agency_id
         WHERE s.token_hash = $1 AND a.closed_at IS NULL AND s.expires_at > $2 AND s.last_seen_at >= $3"
    };
    let mut parameters: Vec<database::Value<'_>> = vec![hash.into(), now.into()];
    parameters.extend(still_used.map(Into::into));
    let found = r.row(sql, &parameters, |row| {
        Ok(Found {
            me: SignedIn {
                account: row.get("account_id")?,
                person: row.get("person_id")?,
                name: row.get("name")?,
                name_dz: row.get("name_dz")?,
                phone: row.get("phone")?,
                email: row.get("email")?,
                office: row.get("office_id")?,
                office_name: row.get("office_name")?,
                unit: None,
                grants: Vec::new(),
                stands_in_for: Vec::new(),
                named: Vec::new(),
                single_keys: row.get("single_keys")?,
                by_token,
                counts: Counts::default(),
                views: Vec::new(),
            },
            stored_language: row.get("language")?,
            seen_at: row.get("seen_at")?,
            scope: row
                .get::<Option<String>>("scope")?
                .map(|code| Scope::from_code(&code).unwrap_or(Scope::Read)),
        })
    })?;
    let Some(mut found) = found else {
        return Ok(None);
    };
    add_rights(r, &mut found.me, now)?;
    add_counts(r, &mut found.me)?;
    Ok(Some(found))
}

/// The numbers of the menu and the person's own views, in two look-ups.
fn add_counts(r: &mut Reader, me: &mut SignedIn) -> Result<(), Error> {
    let unit = me.unit.as_ref().map_or(me.person.uuid(), |unit| unit.id.uuid());
    let mut values: Vec<Value<'_>> = vec![unit.into(), me.person.into()];
    values.extend(me.named.iter().flat_map(|service| {
        ["open", "unassigned"].map(|name| format!("{name}/{}", service.uuid().simple()).into())
    }));
    let veiled: String = (3..=values.len()).map(|place| format!(", ${place}")).collect();
    let sql = format!(
        "SELECT owner_id, name, value FROM counters
         WHERE (owner_id = $1 AND name IN ('open', 'unassigned'{veiled}))
            OR (owner_id = $2 AND name IN ('open', 'notices'{veiled}))"
    );
    let counted: Vec<(bool, String, i64)> = r.rows(&sql, &values, |row| {
        let owner: Uuid = row.get("owner_id")?;
        Ok((owner == unit, row.get("name")?, row.get("value")?))
    })?;
    for (of_unit, name, value) in counted {
        // Confidential ones are kept apart, as "open/service".
        match (of_unit, name.split('/').next().unwrap_or_default()) {
            (true, "open") => me.counts.open += value,
            (true, "unassigned") => me.counts.unassigned += value,
            (false, "open") => me.counts.mine += value,
            (false, "notices") => me.counts.notices = value,
            _ => {}
        }
    }
    me.views = r.rows(
        "SELECT id, name, query FROM saved_views WHERE account_id = $1 ORDER BY name LIMIT 20",
        &[me.account.into()],
        |row| {
            Ok(NamedView {
                id: row.get::<SavedViewId>("id")?,
                name: row.get("name")?,
                query: row.get("query")?,
            })
        },
    )?;
    Ok(())
}

fn seen(tx: &mut Transaction, hash: &[u8], by_token: bool, now: Timestamp) -> Result<(), Error> {
    let sql = if by_token {
        "UPDATE api_tokens SET last_used_at = $2 WHERE token_hash = $1"
    } else {
        "UPDATE sessions SET last_seen_at = $2 WHERE token_hash = $1"
    };
    tx.execute(sql, &[hash.into(), now.into()])?;
    Ok(())
}

/// Where a session is opened from, and how long it may hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    pub address: String,
    pub agent: String,
    pub longest: SignedDuration,
}

#[cfg(test)]
impl Origin {
    pub(crate) fn test() -> Origin {
        Origin {
            address: "test".to_owned(),
            agent: "test".to_owned(),
            longest: SignedDuration::from_hours(24 * 30),
        }
    }
}

/// Opens a session; the returned secret goes into the cookie and is stored only as a hash.
pub fn open(
    tx: &mut Transaction,
    account: AccountId,
    from: &Origin,
    now: Timestamp,
) -> Result<String, Error> {
    let secret = crate::secret::new();
    tx.execute(
        "DELETE FROM sessions WHERE account_id = $1 AND expires_at < $2",
        &[account.into(), now.into()],
    )?;
    tx.execute(
        "INSERT INTO sessions (token_hash, account_id, created_at, last_seen_at, expires_at, address, agent)
         VALUES ($1, $2, $3, $3, $4, $5, $6)",
        &[
            hash(&secret).into(),
            account.into(),
            now.into(),
            (now + from.longest).into(),
            (&from.address).into(),
            from.agent.chars().take(200).collect::<String>().into(),
        ],
    )?;
    Ok(secret)
}

/// The header that gives the browser its session, or takes it away when `secret` is empty.
pub fn set_cookie(app: &App, secret: &str) -> HeaderValue {
    secret_cookie(app, session_cookie(app), secret, app.settings.sign_in.longest())
}

/// A cookie that no script reads and that goes to this host alone; an empty secret takes it away.
pub fn secret_cookie(app: &App, name: &str, secret: &str, holds: SignedDuration) -> HeaderValue {
    let secure = if app.settings.secure_cookies { "; Secure" } else { "" };
    let age = if secret.is_empty() { 0 } else { holds.as_secs() };
    let text = format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

pub fn session_cookie(app: &App) -> &'static str {
    if app.settings.secure_cookies { "__Host-session" } else { "session" }
}

/// The language of the cookie, else of the browser.
pub fn language_of(headers: &HeaderMap) -> Option<Language> {
    let chosen = cookie(headers, LANGUAGE_COOKIE).and_then(|code| Language::from_code(&code));
    chosen.or_else(|| {
        headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok())
            .and_then(Language::accepted)
    })
}

pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).find_map(|line| {
        line.split(';').find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name && !value.is_empty()).then(|| value.to_owned())
        })
    })
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(|token| token.trim().to_owned())
}

fn address_of(app: &App, request: &Parts) -> String {
    if app.settings.behind_proxy {
        let forwarded = request.headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
        if let Some(last) = forwarded.and_then(|list| list.rsplit(',').next()) {
            return last.trim().to_owned();
        }
    }
    let peer = request.extensions.get::<axum::extract::ConnectInfo<std::net::SocketAddr>>();
    peer.map(|info| info.0.ip().to_string()).unwrap_or_default()
}

pub fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// `POST /language`: remembers the language and goes back to where the reader was.
pub async fn choose_language(form: crate::frame::form::FormData) -> Response {
    let language = Language::from_code(form.text("language")).unwrap_or(Language::English);
    let mut response = see_other(&own_path(form.text("back")));
    response.headers_mut().append(header::SET_COOKIE, language_cookie(language));
    response
}

pub fn language_cookie(language: Language) -> HeaderValue {
    let text = format!("{LANGUAGE_COOKIE}={}; Path=/; SameSite=Lax; Max-Age=31536000", language.code());
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// A way back that leads to our own pages, never to another site.
pub fn own_path(back: &str) -> String {
    // A browser drops tabs and takes a backslash for a slash: "/<tab>/evil.example" is another site to it.
    let plain = !back.contains(|c: char| c.is_control() || c == '\\');
    if plain && back.starts_with('/') && !back.starts_with("//") { back.to_owned() } else { "/".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_never_leaves_the_site() {
        assert_eq!(own_path("/requests?officer=me"), "/requests?officer=me");
        for foreign in
            ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "", "/a\r\nb"]
        {
            assert_eq!(own_path(foreign), "/", "{foreign}");
        }
    }
}
