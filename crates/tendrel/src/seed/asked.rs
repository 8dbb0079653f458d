//! What somebody asks: office, person, channel, words and answers, as they come to the door.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::desk::number::Number;
use crate::desk::request::{Channel, Keeping, Request, SecondsInState, State, StoredPromise};
use crate::desk::service::{Definition, FieldKind, Starts};
use crate::id::RequestId;
use crate::seed::arrivals::Arrival;
use crate::seed::cast::Cast;
use crate::seed::random::Random;
use crate::seed::story::{HOUR, Stage};
use crate::seed::words::Topic;

/// The request as it came in.
pub(crate) fn receive(
    stage: &Stage<'_>,
    cast: &Cast,
    topic: &Topic,
    arrival: &Arrival,
    counter: u32,
    random: &mut Random,
) -> Request {
    let definition = &topic.service.definition;
    let office = random.pick_skewed(&cast.offices);
    let person = office.and_then(|office| random.pick_skewed(&office.people));
    let channel = topic.mix.get(random.weighted(topic.mix.iter().map(|(_, share)| *share)));
    let channel = channel.map_or(Channel::Web, |(channel, _)| *channel);
    let typed_in = !matches!(channel, Channel::Web | Channel::Api | Channel::Email | Channel::Monitoring);
    let entered_by = if typed_in { random.pick(&cast.officers).map(|officer| officer.id) } else { None };
    let received_at = arrival.received_at;
    let entered_at = entered(stage, cast, channel, received_at, random);
    let urgency = shifted(definition.default_urgency, random);
    let impact = if definition.asks_impact {
        shifted(definition.default_impact, random)
    } else {
        definition.default_impact
    };
    let subject = random.pick(&topic.subjects).cloned().unwrap_or_default();
    let detail = random.pick(&stage.words.details).cloned().unwrap_or_default();
    let year = received_at.to_zoned(stage.desk.calendars.zone()).year();
    let year = u8::try_from(year.rem_euclid(100)).unwrap_or(0);
    let complete =
        definition.starts == Starts::Received || definition.documents.is_empty() || random.chance(78.0);
    let mut follow_hash = Vec::with_capacity(32);
    for _ in 0..4 {
        follow_hash.extend_from_slice(&random.next().to_be_bytes());
    }
    Request {
        id: RequestId::of(random.uuid(entered_at)),
        number: Number { unit: cast.unit.code.clone(), year, counter }.to_string(),
        unit: cast.unit.id,
        service: topic.service.id,
        service_version: topic.service.version,
        kind: definition.kind,
        confidential: definition.confidential,
        description: format!("{subject}. {detail}"),
        answers: answers(definition, &subject, random),
        subject,
        language: "en".to_owned(),
        channel,
        office: office.map(|office| office.id),
        office_text: office.map(|office| office.name.clone()).unwrap_or_default(),
        requester: person.map(|person| person.id),
        requester_name: person.map(|person| person.name.clone()).unwrap_or_default(),
        requester_phone: person.map(|person| person.phone.clone()).unwrap_or_default(),
        requester_email: person.map(|person| person.email.clone()).unwrap_or_default(),
        by_sms: false,
        entered_by,
        received_at,
        entered_at,
        complete_at: complete.then_some(received_at),
        state: State::New,
        hold_reason: None,
        impact,
        urgency,
        priority: stage.desk.catalogue.priority(&cast.unit.matrix, impact, urgency),
        assignee: None,
        responded_at: None,
        resolved_at: None,
        closed_at: None,
        cause: None,
        resolution: String::new(),
        reassigned: 0,
        reopened: 0,
        rating: None,
        rating_comment: String::new(),
        follows: None,
        follow_hash,
        version: 0,
        promise: StoredPromise::default(),
        seconds: SecondsInState::default(),
        source: String::new(),
        keeping: Keeping::default(),
    }
}

/// When it was typed in: paper lies for some hours, everything else at once.
fn entered(
    stage: &Stage<'_>,
    cast: &Cast,
    channel: Channel,
    received_at: Timestamp,
    random: &mut Random,
) -> Timestamp {
    if !matches!(channel, Channel::Fax | Channel::Letter) {
        return received_at;
    }
    let calendar = stage.desk.calendars.of_unit(cast.unit.id);
    let lies = random.around(2 * HOUR, 0.9);
    calendar.add(received_at, lies).filter(|at| *at < stage.until).unwrap_or(received_at)
}

/// The usual level, or one beside it.
fn shifted(level: i64, random: &mut Random) -> i64 {
    let step = match random.below(10) {
        0 => -1,
        1 | 2 => 1,
        _ => 0,
    };
    (level + step).clamp(1, 3)
}

/// Answers to the form as somebody in a hurry gives them: what is required, and little else.
fn answers(definition: &Definition, subject: &str, random: &mut Random) -> BTreeMap<String, Json> {
    let mut answers = BTreeMap::new();
    for field in definition.fields.iter().filter(|field| field.shown_if.is_none()) {
        if !field.required && !random.chance(25.0) {
            continue;
        }
        let answer = match field.kind {
            FieldKind::ShortText | FieldKind::LongText => field.required.then(|| Json::from(subject)),
            FieldKind::Number => Some(Json::from(random.between(1, 12))),
            FieldKind::Choice => random.pick(&field.options).map(|choice| Json::from(choice.value.as_str())),
            FieldKind::Choices => {
                random.pick(&field.options).map(|choice| Json::from(vec![choice.value.as_str()]))
            }
            FieldKind::YesNo => Some(Json::from(if random.chance(50.0) { "yes" } else { "no" })),
            FieldKind::Date | FieldKind::Office | FieldKind::Person | FieldKind::File => None,
        };
        if let Some(answer) = answer {
            answers.insert(field.key.clone(), answer);
        }
    }
    answers
}
