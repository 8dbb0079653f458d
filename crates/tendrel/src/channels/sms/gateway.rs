//! What a gateway is asked: an address, and a body with places for number and words. Pure.

use axum::http::{Request, header};
use serde::{Deserialize, Serialize};

use crate::channels::letters::limits::Quiet;
use crate::id::SmsId;
use crate::mobile::Numbers;

/// How a message is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Everything stands in the address.
    Get,
    Form,
    Json,
}

impl How {
    pub(super) const ALL: [How; 3] = [How::Get, How::Form, How::Json];

    pub(super) fn code(self) -> &'static str {
        match self {
            How::Get => "get",
            How::Form => "form",
            How::Json => "json",
        }
    }

    pub(super) fn from_code(code: &str) -> Option<How> {
        How::ALL.into_iter().find(|how| how.code() == code)
    }
}

/// What an operator says of the gateway, but for its secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gateway {
    pub url: String,
    pub how: How,
    /// `Name: value` on each line.
    pub headers: String,
    pub body: String,
    pub sender: String,
    /// What must stand in the answer; empty where the status says enough.
    pub answer_holds: String,
    pub country: String,
    pub prefixes: Vec<String>,
    pub digits: i64,
    pub a_day_per_number: i64,
    pub a_day_in_all: i64,
    pub a_minute: i64,
    /// Longer messages are cut.
    pub parts: i64,
    /// Chhertum for a part; 0 where nobody counts.
    pub price: i64,
    /// When nobody is woken, in minutes of the day: for who chose no hours.
    pub quiet: Option<(i64, i64)>,
}

impl Default for Gateway {
    fn default() -> Gateway {
        Gateway {
            url: String::new(),
            how: How::Form,
            headers: String::new(),
            body: "to={to}&text={text}&id={id}".to_owned(),
            sender: String::new(),
            answer_holds: String::new(),
            country: "975".to_owned(),
            prefixes: ["16", "17", "77"].map(str::to_owned).into(),
            digits: 8,
            a_day_per_number: 8,
            a_day_in_all: 500,
            a_minute: 20,
            parts: 2,
            price: 0,
            quiet: Some((21 * 60, 7 * 60)),
        }
    }
}

/// What is put into the places.
#[derive(Clone, Debug)]
pub(super) struct Places<'a> {
    /// Country and digits.
    pub(super) to: &'a str,
    pub(super) text: &'a str,
    pub(super) id: SmsId,
    pub(super) sender: &'a str,
    pub(super) secret: &'a str,
}

/// The names of the places.
pub(super) const PLACES: [&str; 5] = ["to", "text", "id", "sender", "secret"];

/// How a value is written where it is put.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Written {
    /// In an address or a form.
    Encoded,
    /// Inside the quotes of a JSON string.
    Json,
    /// In a header, on one line.
    Plain,
}

impl Written {
    fn write(self, value: &str) -> String {
        match self {
            // `+` for a space is not understood in every part of an address; `%20` is.
            Written::Encoded => {
                form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>().replace('+', "%20")
            }
            Written::Json => {
                let quoted = serde_json::Value::from(value).to_string();
                quoted[1..quoted.len() - 1].to_owned()
            }
            Written::Plain => value.chars().filter(|c| !c.is_control()).collect(),
        }
    }
}

fn filled(template: &str, places: &Places<'_>, how: Written) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    let id = places.id.to_string();
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let known = after.split_once('}').and_then(|(name, after)| {
            let value = match name {
                "to" => places.to,
                "text" => places.text,
                "id" => &id,
                "sender" => places.sender,
                "secret" => places.secret,
                _ => return None,
            };
            Some((value, after))
        });
        // A bracket of JSON is left as it is.
        let Some((value, after)) = known else {
            filled.push('{');
            rest = after;
            continue;
        };
        filled.push_str(&how.write(value));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

impl Gateway {
    pub fn numbers(&self) -> Numbers {
        Numbers {
            country: self.country.clone(),
            prefixes: self.prefixes.clone(),
            digits: usize::try_from(self.digits).unwrap_or(8),
        }
    }

    pub(super) fn quiet(&self) -> Option<Quiet> {
        self.quiet.map(|(from, to)| Quiet { from, to })
    }

    /// The address with its places filled.
    pub(super) fn address(&self, places: &Places<'_>) -> String {
        filled(&self.url, places, Written::Encoded)
    }

    /// # Errors
    /// What is wrong with the headers or the address.
    pub(super) fn request(&self, places: &Places<'_>) -> Result<Request<Vec<u8>>, String> {
        let address = self.address(places);
        let (builder, body) = match self.how {
            How::Get => (Request::get(address), String::new()),
            How::Form => (
                Request::post(address).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded"),
                filled(&self.body, places, Written::Encoded),
            ),
            How::Json => (
                Request::post(address).header(header::CONTENT_TYPE, "application/json"),
                filled(&self.body, places, Written::Json),
            ),
        };
        let mut builder = builder.header("idempotency-key", places.id.to_string());
        for (name, value) in self.header_lines() {
            builder = builder.header(name, filled(value, places, Written::Plain));
        }
        builder.body(body.into_bytes()).map_err(|error| error.to_string())
    }

    fn header_lines(&self) -> impl Iterator<Item = (&str, &str)> {
        let lines = self.headers.lines().filter(|line| !line.trim().is_empty());
        lines
            .map(|line| line.split_once(':').unwrap_or((line, "")))
            .map(|(name, value)| (name.trim(), value.trim()))
    }

    /// Names of fields that are wrong, with the ends of the keys of why; the address itself is held against the networks
    /// elsewhere.
    pub(super) fn faults(&self) -> Vec<(&'static str, &'static str)> {
        let mut faults = Vec::new();
        let places = Places {
            to: "97517123456",
            text: "a \"b\"",
            id: SmsId::of(uuid::Uuid::nil()),
            sender: "x",
            secret: "y",
        };
        let everywhere =
            format!("{}{}{}", self.url, if self.how == How::Get { "" } else { &self.body }, self.headers);
        let asks = ["{to}", "{text}"].iter().all(|place| everywhere.contains(place));
        let body = if self.how == How::Get { "url" } else { "body" };
        if !asks {
            faults.push((body, "places"));
        } else if self.how == How::Json
            && serde_json::from_str::<serde_json::Value>(&filled(&self.body, &places, Written::Json)).is_err()
        {
            faults.push(("body", "json"));
        }
        let has_colons = self.headers.lines().all(|line| line.trim().is_empty() || line.contains(':'));
        if !has_colons || self.request(&places).is_err() {
            faults.push(("headers", "headers"));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "It's \"done\" & 100% {to}\nཀ";

    fn places() -> Places<'static> {
        Places {
            to: "97517123456",
            text: TEXT,
            id: SmsId::of(uuid::Uuid::nil()),
            sender: "ICT Desk",
            secret: "s&c\"ret",
        }
    }

    #[test]
    fn what_is_put_in_is_never_read_as_more() {
        let get = Gateway {
            url: "https://sms.example.bt/send?to=%2B{to}&m={text}&k={secret}".to_owned(),
            how: How::Get,
            ..Gateway::default()
        };
        let request = get.request(&places()).unwrap();
        assert_eq!(request.method(), "GET");
        assert_eq!(
            request.uri().query().unwrap(),
            "to=%2B97517123456&m=It%27s%20%22done%22%20%26%20100%25%20%7Bto%7D%0A%E0%BD%80&k=s%26c%22ret"
        );
        let form = Gateway { url: "https://sms.example.bt/".to_owned(), ..Gateway::default() };
        let body = String::from_utf8(form.request(&places()).unwrap().into_body()).unwrap();
        let read: Vec<(String, String)> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        assert_eq!(read[1], ("text".to_owned(), TEXT.to_owned()));
        let json = Gateway {
            url: "https://sms.example.bt/".to_owned(),
            how: How::Json,
            body: r#"{"messages": [{"to": "+{to}", "text": "{text}", "from": "{sender}", "ref": "{id}"}]}"#
                .to_owned(),
            headers: "Authorization: Bearer {secret}\nX-Id: {id}".to_owned(),
            ..Gateway::default()
        };
        let request = json.request(&places()).unwrap();
        assert_eq!(request.headers()["authorization"], "Bearer s&c\"ret");
        let read: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
        assert_eq!(read["messages"][0]["text"], TEXT);
        assert_eq!(read["messages"][0]["to"], "+97517123456");
        for words in ["\"", "\"\"", "ends with a quote \"", "back\\slash\\", ""] {
            let read: serde_json::Value =
                serde_json::from_str(&format!("\"{}\"", Written::Json.write(words))).unwrap();
            assert_eq!(read, words);
        }
    }

    #[test]
    fn a_header_stays_one_line() {
        let gateway = Gateway {
            url: "https://sms.example.bt/".to_owned(),
            headers: "X-Text: {text}".to_owned(),
            ..Gateway::default()
        };
        let request = gateway.request(&Places { text: "a\r\nHost: evil", ..places() }).unwrap();
        assert_eq!(request.headers()["x-text"], "aHost: evil");
    }

    #[test]
    fn a_gateway_that_cannot_work_is_told() {
        let right = Gateway { url: "https://sms.example.bt/".to_owned(), ..Gateway::default() };
        assert_eq!(right.faults(), []);
        let wrong = |change: fn(&mut Gateway)| {
            let mut gateway = right.clone();
            change(&mut gateway);
            gateway.faults()
        };
        assert_eq!(wrong(|it| it.body = "to={to}".to_owned()), [("body", "places")]);
        assert_eq!(wrong(|it| it.how = How::Get), [("url", "places")]);
        let json = wrong(|it| {
            it.how = How::Json;
            it.body = "{\"to\": {to}, \"text\": {text}}".to_owned();
        });
        assert_eq!(json, [("body", "json")]);
        assert_eq!(wrong(|it| it.headers = "no colon".to_owned()), [("headers", "headers")]);
        assert_eq!(wrong(|it| it.headers = "bad name: x".to_owned()), [("headers", "headers")]);
    }
}
