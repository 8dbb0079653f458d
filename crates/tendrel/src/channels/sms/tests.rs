//! Against a real gateway on loopback.

mod deciding;
mod gateway;
mod pages;
mod sending;

use serde_json::{Value as Json, json};

use crate::channels::sms;
use crate::desk::testing::{given, reported};
use crate::outbound::Outbound;
use crate::outbound::networks::Network;
use crate::testing::{Browser, Who, World};
use crate::worker;
use gateway::Gateway;

const TSHERING: &str = "97517600003";

impl World {
    /// A gateway may stand on this machine.
    fn with_modem() -> World {
        let mut world = World::new();
        world.set_settings(|settings| {
            settings.webhooks.allow_http = true;
            settings.webhooks.allow_internal = vec![Network::try_from("127.0.0.0/8".to_owned()).unwrap()];
        });
        let allowed = &world.app.settings.webhooks.allow_internal;
        world.app.outbound = Outbound::new(&crate::tls::client(None).unwrap(), allowed).unwrap();
        world
    }

    /// What happened is told, and what is due is sent.
    async fn sms_round(&self) {
        worker::round(&self.app).await.unwrap();
        sms::round(&self.app).await.unwrap();
    }

    fn sms_state(&self, state: &str) -> i64 {
        self.number(&format!("SELECT COUNT(*) FROM sms_messages WHERE state = '{state}'"))
    }
}

/// The fields of a gateway that is on.
fn fields(url: &str, version: i64) -> Json {
    json!({
        "version": version, "is_on": true, "url": url, "how": "form", "body": "to={to}&text={text}&id={id}",
        "headers": "", "country": "975", "prefixes": ["17", "77"], "digits": 8, "a_day_per_number": 8,
        "a_day_in_all": 500, "a_minute": 600, "parts": 2, "price": "0.45",
    })
}

async fn set(world: &World, fields: &Json) {
    let mut operator = world.browser(Who::Operator);
    operator.post_json("/api/v1/sms", fields).await.must_be(200);
}

/// A gateway that is on, with these fields changed.
async fn with_gateway(world: &World, change: impl FnOnce(&mut Json)) -> Gateway {
    let gateway = Gateway::new().await;
    let mut fields = fields(&gateway.url, 0);
    change(&mut fields);
    set(world, &fields).await;
    gateway
}

/// A request of somebody who ticked "by SMS"; its number.
async fn ticked(world: &World) -> String {
    let mut incoming = reported(world);
    incoming.by_sms = true;
    given(world, incoming).await.number
}

/// The log as the API tells it, newest first.
async fn log(operator: &mut Browser) -> Vec<Json> {
    operator.get("/api/v1/sms/log").await.json()["messages"].as_array().unwrap().clone()
}
