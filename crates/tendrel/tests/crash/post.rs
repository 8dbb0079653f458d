//! What the clients send: every other one the public form, the others the same through the API, each with its own key.

use std::io::Error;

use serde_json::json;

use crate::client::{Answer, Client};

pub(crate) const FORM: &str = "/services/internet-lan";
pub(crate) const API: &str = "/api/v1/requests";

/// Where an acknowledged request is found: by its secret link, or by its number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Receipt {
    Link(String),
    Number(String),
}

pub(crate) fn subject(post: usize) -> String {
    format!("No Internet, post {post:05}")
}

pub(crate) fn is_form(post: usize) -> bool {
    post.is_multiple_of(2)
}

/// Sends it once, always with the same key and the same words.
pub(crate) fn send(
    client: &mut Client,
    token: &str,
    post: usize,
    description: &str,
) -> Result<Answer, Error> {
    if is_form(post) {
        let key = format!("keyofpublicform{post:010}");
        let fields = [
            ("office", "Kabjisa Central School"),
            ("f-what", "none"),
            ("f-power", "yes"),
            ("impact", "1"),
            ("urgency", "1"),
            ("subject", &subject(post)),
            ("description", description),
            ("name", "Tshering Dema"),
            ("phone", "17600004"),
            ("key", &key),
        ];
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        return client.post(FORM, &[("content-type", "application/x-www-form-urlencoded")], &body);
    }
    let body = json!({
        "service": "internet-lan",
        "office": "Kabjisa Central School",
        "name": "Tshering Dema",
        "phone": "17600004",
        "subject": subject(post),
        "description": description,
        "answers": { "what": "none", "power": true },
        "impact": 1,
        "urgency": 1,
    });
    let (bearer, key) = (format!("Bearer {token}"), format!("post-{post}"));
    let headers =
        [("content-type", "application/json"), ("authorization", &bearer), ("idempotency-key", &key)];
    client.post(API, &headers, &body.to_string())
}

/// What was acknowledged, if it was.
pub(crate) fn receipt(answer: &Answer) -> Option<Receipt> {
    match answer.status {
        303 => answer.header("location").strip_prefix("/sent/").map(|link| Receipt::Link(link.to_owned())),
        200 | 201 => answer.json()["number"].as_str().map(|number| Receipt::Number(number.to_owned())),
        _ => None,
    }
}

/// The number that the requester was given, read again from the program.
pub(crate) fn number(client: &mut Client, receipt: &Receipt) -> String {
    let link = match receipt {
        Receipt::Number(number) => return number.clone(),
        Receipt::Link(link) => link,
    };
    let page = client.get(&format!("/sent/{link}"), &[]).unwrap();
    assert_eq!(page.status, 200, "an acknowledged request is not found by its link");
    let start = page.body.find("PUN-").expect("a number on the page");
    page.body[start..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

/// The request is found by its number, is the one that was sent, and its history begins with its coming in.
pub(crate) fn must_be_there(client: &mut Client, token: &str, post: usize, receipt: &Receipt) {
    let number = number(client, receipt);
    let bearer = format!("Bearer {token}");
    let found = client.get(&format!("{API}/{number}"), &[("authorization", &bearer)]).unwrap();
    assert_eq!(found.status, 200, "{number} was acknowledged and is lost: {}", found.body);
    let case = found.json();
    assert_eq!(case["subject"], subject(post), "{number}");
    assert_eq!(case["events"][0]["activity"], "received", "{number}");
}
