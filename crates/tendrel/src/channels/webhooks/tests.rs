//! Against a real receiver on loopback, which checks signatures as the specification says.

mod keeping;
mod receiver;
mod sending;

use serde_json::{Value as Json, json};

use crate::outbound::Outbound;
use crate::outbound::networks::Network;
use crate::settings::WebhookSettings;
use crate::testing::{Browser, World};
use receiver::Receiver;

impl World {
    /// The same, with these settings.
    fn with_webhooks(mut self, change: impl FnOnce(&mut WebhookSettings)) -> World {
        self.set_settings(|settings| change(&mut settings.webhooks));
        let allowed = &self.app.settings.webhooks.allow_internal;
        self.app.outbound = Outbound::new(&crate::tls::client(None).unwrap(), allowed).unwrap();
        self
    }

    /// Receivers may stand on this machine.
    fn reaching_loopback() -> World {
        World::new().with_webhooks(open)
    }

    fn later(&self, seconds: i64) {
        self.app.clock.set(self.app.clock.now() + jiff::SignedDuration::from_secs(seconds));
    }

    async fn webhook_round(&self) {
        super::round(&self.app).await.unwrap();
    }
}

fn open(settings: &mut WebhookSettings) {
    settings.allow_http = true;
    settings.allow_internal = vec![Network::try_from("127.0.0.0/8".to_owned()).unwrap()];
}

/// Adds a receiver by the API; its page, and its secret.
async fn added(browser: &mut Browser, url: &str, unit: &str) -> (String, String) {
    let body = json!({ "name": "Dashboard", "url": url, "unit": unit, "events": super::ACTIVITIES });
    let page = browser.post_json("/api/v1/webhooks/new", &body).await;
    page.must_be(201);
    let made = page.json();
    (format!("/webhooks/{}", text(&made["id"])), text(&made["secret"]).to_owned())
}

fn text(json: &Json) -> &str {
    json.as_str().unwrap()
}

/// What the API tells of a receiver.
async fn told(browser: &mut Browser, page: &str) -> Json {
    browser.get(&format!("/api/v1{page}")).await.json()
}
