//! Styles and scripts: in the program, packed once at start, under an address that changes with their content.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::OnceLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use sha2::{Digest, Sha256};

/// One style sheet per thing, joined in this order; tokens first.
const STYLES: &[&str] = &[
    include_str!("styles/tokens.css"),
    include_str!("styles/base.css"),
    include_str!("styles/frame.css"),
    include_str!("styles/buttons.css"),
    include_str!("styles/fields.css"),
    include_str!("styles/cards.css"),
    include_str!("styles/tables.css"),
    include_str!("styles/tags.css"),
    include_str!("styles/figures.css"),
    include_str!("styles/timeline.css"),
    include_str!("styles/public.css"),
    include_str!("styles/directory.css"),
    include_str!("styles/entry.css"),
    include_str!("styles/intake.css"),
    include_str!("styles/case.css"),
    include_str!("styles/scans.css"),
    include_str!("styles/analysis.css"),
    include_str!("styles/narrow.css"),
    include_str!("styles/print.css"),
];

/// A script may import those above it.
const SCRIPTS: &[(&str, &str)] = &[
    ("find.js", include_str!("scripts/find.js")),
    ("office.js", include_str!("scripts/office.js")),
    ("public.js", include_str!("scripts/public.js")),
    ("call.js", include_str!("scripts/call.js")),
    ("live.js", include_str!("scripts/live.js")),
    ("password.js", include_str!("scripts/password.js")),
    ("passkey.js", include_str!("scripts/passkey.js")),
];

struct Asset {
    media_type: &'static str,
    plain: Bytes,
    packed: Bytes,
    /// With the fingerprint: `/assets/look-1f2e3d4c.css`.
    address: String,
}

fn all() -> &'static BTreeMap<String, Asset> {
    static ALL: OnceLock<BTreeMap<String, Asset>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all = BTreeMap::new();
        all.insert("look.css".to_owned(), asset("look.css", "text/css; charset=utf-8", STYLES.concat()));
        for (index, (name, text)) in SCRIPTS.iter().enumerate() {
            let mut text = (*text).to_owned();
            for (imported, _) in &SCRIPTS[..index] {
                let address = all.get(*imported).map_or("", |asset: &Asset| asset.address.as_str());
                text = text.replace(&format!("\"./{imported}\""), &format!("\"{address}\""));
            }
            all.insert((*name).to_owned(), asset(name, "text/javascript; charset=utf-8", text));
        }
        let mark = include_str!("mark.svg");
        all.insert("mark.svg".to_owned(), asset("mark.svg", "image/svg+xml", mark.to_owned()));
        all
    })
}

fn asset(name: &str, media_type: &'static str, text: String) -> Asset {
    let fingerprint = crate::files::hex(&Sha256::digest(text.as_bytes())[..4]);
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    // Writing into memory cannot fail; were it to, the plain text is served.
    let packed = packer.write_all(text.as_bytes()).and_then(|()| packer.finish()).unwrap_or_default();
    Asset {
        media_type,
        plain: Bytes::from(text),
        packed: Bytes::from(packed),
        address: format!("/assets/{stem}-{fingerprint}.{ending}"),
    }
}

/// The address under which pages link a style sheet or script.
pub fn address(name: &str) -> String {
    all().get(name).map(|asset| asset.address.clone()).unwrap_or_default()
}

/// Bytes over the wire of an asset, packed: for the test that weighs the pages.
pub fn weight(name: &str) -> usize {
    all().get(name).map_or(0, |asset| asset.packed.len())
}

pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{name}", get(serve))
}

async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = all().values().find(|asset| asset.address.ends_with(&format!("/{name}"))) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let takes_packed = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("gzip"));
    let mut response = if takes_packed && !asset.packed.is_empty() {
        let packed = HeaderValue::from_static("gzip");
        ([(header::CONTENT_ENCODING, packed)], asset.packed.clone()).into_response()
    } else {
        asset.plain.clone().into_response()
    };
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    response.headers_mut().insert(header::CACHE_CONTROL, forever);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    response
}
