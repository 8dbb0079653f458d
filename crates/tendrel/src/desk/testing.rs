//! What the tests of the desk share: requests that came in.

use std::collections::BTreeMap;

use crate::desk::accept::{Accepted, Incoming, accept};
use crate::desk::confidential;
use crate::desk::request::Channel;
use crate::desk::save::Desk;
use crate::events::Actor;
use crate::testing::{Who, World};

/// Tshering of the school reports on the web that the Internet is down: impact 2, urgency 2.
pub(crate) fn reported(world: &World) -> Incoming {
    Incoming {
        channel: Channel::Web,
        service: world.app.catalogue.now().service_by_code("internet-lan").unwrap().clone(),
        unit: world.punakha,
        office: Some(world.school),
        office_text: "Kabjisa Central School".to_owned(),
        requester: Some(world.person(Who::Tshering)),
        requester_name: "Tshering Dema".to_owned(),
        requester_phone: "17600003".to_owned(),
        requester_email: "tshering@tendrel.example".to_owned(),
        by_sms: false,
        entered_by: None,
        subject: "No Internet in the whole school".to_owned(),
        description: "All 34 computers lost the Internet when the power came back.".to_owned(),
        answers: BTreeMap::from([("lights".to_owned(), serde_json::json!("red"))]),
        impact: 2,
        urgency: 2,
        received_at: world.app.clock.now(),
        complete: true,
        language: "en".to_owned(),
        files: Vec::new(),
        follows: None,
        came_in: None,
        source: String::new(),
    }
}

/// Puts a request through the door.
pub(crate) async fn given(world: &World, incoming: Incoming) -> Accepted {
    let desk = Desk::new(&world.app);
    let actor = Actor { person: incoming.requester, name: incoming.requester_name.clone() };
    world.app.db.write(move |tx| accept(tx, &desk, &incoming, actor.clone())).await.unwrap()
}

/// The centre says why it looks.
pub(crate) async fn looked(world: &World, number: &str) {
    let fields = [("reason", "asked"), ("text", "Karma asked for help.")];
    world.browser(Who::Centre).post(&format!("/requests/{number}/look"), &fields).await.must_be(200);
}

/// Karma resolves it.
pub(crate) async fn resolved(world: &World, number: &str) {
    let fields = [("cause", "power"), ("text", "The power unit was replaced.")];
    let page = world.browser(Who::Karma).post(&format!("/requests/{number}/resolve"), &fields).await;
    page.must_be(200);
}

/// The head names these people for a service and the service becomes confidential.
pub(crate) async fn veiled(world: &World, code: &str, named: &[Who]) {
    let mut head = world.browser(Who::Head);
    for who in named {
        let person = world.person(*who).to_string();
        head.post(&format!("/services/{code}/named"), &[("person", &person)]).await.must_be(200);
    }
    let service = world.app.catalogue.now().service_by_code(code).unwrap().clone();
    let (desk, actor) = (Desk::new(&world.app), Actor { person: None, name: "Kinley Gyeltshen".to_owned() });
    let marked = world.app.db.write(move |tx| confidential::mark(tx, &desk, &service, &actor));
    marked.await.unwrap();
    world.app.refresh().await.unwrap();
}
