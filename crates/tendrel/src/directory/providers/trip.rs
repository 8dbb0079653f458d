//! The way to a provider and back. The browser that is sent gets a secret; the state that comes back, the nonce in the
//! token and the proof for the exchange are made of it, so that what was begun in one browser ends in no other.

use database::{Error, Transaction};
use jiff::{SignedDuration, Timestamp};
use openidconnect::core::CoreResponseType;
use openidconnect::{AuthenticationFlow, CsrfToken, Nonce, PkceCodeChallenge, PkceCodeVerifier, Scope};

use super::{Refused, client, metadata};
use crate::app::App;
use crate::directory::sessions;
use crate::secret;
use crate::settings::identity::ProviderSettings;

/// Time to give a password and a code to somebody else.
pub(in crate::directory) const HOLDS: SignedDuration = SignedDuration::from_mins(10);

pub(in crate::directory) struct Trip {
    /// What the cookie holds.
    pub(in crate::directory) secret: String,
}

impl Trip {
    pub(in crate::directory) fn new() -> Trip {
        Trip { secret: secret::new() }
    }

    fn derived(&self, what: &str) -> String {
        secret::derived(&[what.as_bytes(), self.secret.as_bytes()])
    }

    pub(in crate::directory) fn state(&self) -> String {
        self.derived("state")
    }

    pub(super) fn nonce(&self) -> Nonce {
        Nonce::new(self.derived("nonce"))
    }

    /// RFC 7636 wants 43 letters at least.
    pub(super) fn verifier(&self) -> PkceCodeVerifier {
        PkceCodeVerifier::new(format!("{}{}", self.derived("first proof"), self.derived("second proof")))
    }

    pub(in crate::directory) fn begin(
        &self,
        tx: &mut Transaction,
        provider: &str,
        back: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        tx.execute("DELETE FROM provider_trips WHERE expires_at < $1", &[now.into()])?;
        tx.execute(
            "INSERT INTO provider_trips (state_hash, provider, back, expires_at) VALUES ($1, $2, $3, $4)",
            &[sessions::hash(&self.state()).into(), provider.into(), back.into(), (now + HOLDS).into()],
        )?;
        Ok(())
    }

    /// Ends the trip, once; returns the page that was wanted.
    pub(in crate::directory) fn end(
        &self,
        tx: &mut Transaction,
        provider: &str,
        now: Timestamp,
    ) -> Result<Option<String>, Error> {
        tx.row(
            "DELETE FROM provider_trips WHERE state_hash = $1 AND provider = $2 AND expires_at > $3 RETURNING back",
            &[sessions::hash(&self.state()).into(), provider.into(), now.into()],
            |row| row.get("back"),
        )
    }

    /// Where the browser is sent.
    pub(in crate::directory) async fn address(
        &self,
        app: &App,
        provider: &ProviderSettings,
    ) -> Result<String, Refused> {
        let client = client(app, provider, metadata(app, provider, false).await?)?;
        let (state, nonce) = (CsrfToken::new(self.state()), self.nonce());
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let scopes = provider.scopes.iter().map(|scope| Scope::new(scope.clone()));
        let (address, _, _) = client
            .authorize_url(flow, move || state, move || nonce)
            .add_scopes(scopes)
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&self.verifier()))
            .url();
        Ok(address.into())
    }
}
