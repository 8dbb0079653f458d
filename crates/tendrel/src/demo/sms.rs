//! SMS as it could be: a gateway filled in and off, so that nothing is ever sent, and what it took in the days before.

use jiff::SignedDuration;

use crate::app::App;
use crate::channels::letters::choices::Choices;
use crate::channels::letters::kind::Kind;
use crate::channels::letters::store as letters;
use crate::channels::sms::{Gateway, How, set};
use crate::desk::store::sms::{self, Sms, SmsState, Why};
use crate::id::{PersonId, RequestId, SmsId};
use crate::mobile::Numbers;
use crate::problem::Problem;

/// Who chose something.
const OFFICER: &str = "Karma Wangmo";
/// Requests whose messages are in the log.
const LOGGED: i64 = 8;

pub(super) fn show(app: &App) -> Result<(), Problem> {
    let gateway = Gateway {
        url: "https://sms.example.bt/send".to_owned(),
        how: How::Json,
        headers: "Authorization: Bearer {secret}".to_owned(),
        body: "{\"to\": \"+{to}\", \"text\": \"{text}\", \"from\": \"{sender}\", \"id\": \"{id}\"}"
            .to_owned(),
        sender: "PunakhaICT".to_owned(),
        answer_holds: "queued".to_owned(),
        price: 45,
        ..Gateway::default()
    };
    let (vault, now) = (app.vault.clone(), app.clock.now());
    app.db.write_blocking(move |tx| {
        set(tx, &vault, (&gateway, false), Some("a-secret-of-the-demonstration"), 0, now)?;
        let officer: Option<PersonId> =
            tx.row("SELECT id FROM persons WHERE name = $1", &[OFFICER.into()], |row| row.get("id"))?;
        if let Some(officer) = officer {
            let sms = vec![Kind::Assigned, Kind::Breached];
            letters::choose(tx, officer, &Choices { sms, ..Choices::default() })?;
        }
        let numbers = gateway.numbers();
        let requests: Vec<(RequestId, String)> = tx.rows(
            "SELECT id, requester_phone FROM requests
             WHERE confidential = 0 AND requester_phone <> '' AND received_at < $1 ORDER BY received_at DESC LIMIT $2",
            &[now.into(), LOGGED.into()],
            |row| Ok((row.get("id")?, row.get("requester_phone")?)),
        )?;
        for (place, (request, phone)) in requests.into_iter().enumerate() {
            if let Some(message) = logged(place, request, &phone, &numbers, now) {
                let once = message.id.uuid().as_bytes().to_vec();
                sms::insert(tx, &message, &once, None)?;
            }
        }
        Ok(())
    })
}

/// What a message came to: the sixth had a number that the gateway did not know.
fn logged(
    place: usize,
    request: RequestId,
    phone: &str,
    numbers: &Numbers,
    now: jiff::Timestamp,
) -> Option<Sms> {
    let at = now - SignedDuration::from_hours(3 * i64::try_from(place).ok()? + 2);
    let is_sent = place != 5;
    Some(Sms {
        id: SmsId::new(at),
        request: Some(request),
        number: 1,
        kind: Kind::Received.code().to_owned(),
        phone: numbers.normal(phone)?,
        person: None,
        language: "en".to_owned(),
        words: String::new(),
        parts: 1,
        state: if is_sent { SmsState::Sent } else { SmsState::Failed },
        made_at: at,
        send_at: at,
        attempts: 1,
        ended_at: Some(at),
        why: (!is_sent).then_some(Why::Refused),
        answer: if is_sent { "200 queued" } else { "400 unknown number" }.to_owned(),
    })
}
