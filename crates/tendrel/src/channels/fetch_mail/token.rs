//! Where a server takes no password: a token for it, changed for the secret that an administrator was given (RFC 6749,
//! section 6).

use anyhow::{Context, ensure};
use axum::http;
use serde_json::Value as Json;

use crate::app::App;
use crate::channels::mailbox::Server;

/// The password, or a token that holds for some minutes.
pub(super) async fn secret(app: &App, server: &Server, secret: String) -> anyhow::Result<String> {
    if server.token_url.is_empty() {
        return Ok(secret);
    }
    let body = body(&secret)?;
    let request = http::Request::post(&server.token_url)
        .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body.into_bytes())?;
    let answer = app.outbound.send(request).await.context("the address for tokens")?;
    // What it answers may repeat the secret: only its state is told.
    ensure!(answer.status().is_success(), "the address for tokens answered {}", answer.status());
    let told: Json =
        serde_json::from_slice(answer.body()).context("the address for tokens answered no JSON")?;
    let token = told["access_token"].as_str().context("the address for tokens gave no access_token")?;
    Ok(token.to_owned())
}

/// The secret is the client's id, its own secret, and the refresh token, with spaces between.
fn body(secret: &str) -> anyhow::Result<String> {
    let parts: Vec<&str> = secret.split_whitespace().collect();
    let (client, own, refresh) = match parts.as_slice() {
        [client, refresh] => (*client, None, *refresh),
        [client, own, refresh] => (*client, Some(*own), *refresh),
        _ => anyhow::bail!("the password of the mailbox must be client id, client secret and refresh token"),
    };
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "refresh_token");
    form.append_pair("client_id", client);
    form.append_pair("refresh_token", refresh);
    if let Some(own) = own {
        form.append_pair("client_secret", own);
    }
    Ok(form.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_words_of_the_secret_are_what_is_asked_with() {
        assert_eq!(
            body("id own refresh").unwrap(),
            "grant_type=refresh_token&client_id=id&refresh_token=refresh&client_secret=own"
        );
        assert_eq!(
            body("id refresh").unwrap(),
            "grant_type=refresh_token&client_id=id&refresh_token=refresh"
        );
        assert!(body("alone").unwrap_err().to_string().contains("refresh token"));
    }
}
