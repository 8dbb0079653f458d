//! The life of one request, told by chance: who asks for what, who takes it, what is said, and how it ends. Clocks,
//! priorities and times in states come from the desk's own functions.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value as Json, json};
use working_time::Calendar;

use crate::desk::index;
use crate::desk::promise::Promise;
use crate::desk::request::{Hold, Request, State};
use crate::desk::save::{Desk, queue_at};
use crate::events::{Actor, Event};
use crate::id::MessageId;
use crate::search;
use crate::seed::acts::{actor, asker};
use crate::seed::arrivals::Arrival;
use crate::seed::asked::receive;
use crate::seed::cast::Cast;
use crate::seed::random::Random;
use crate::seed::words::{Topic, Words};

pub(crate) const HOUR: i64 = 3600;

/// A reply or a note.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) id: MessageId,
    pub(crate) at: Timestamp,
    pub(crate) author: Actor,
    pub(crate) inside: bool,
    pub(crate) body: String,
}

/// A request with all that hangs on it, ready to be written.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    pub(crate) request: Request,
    pub(crate) queue_at: Timestamp,
    pub(crate) next_clock_at: Option<Timestamp>,
    pub(crate) events: Vec<Event>,
    pub(crate) holds: Vec<Hold>,
    pub(crate) said: Vec<Said>,
    /// The words it is found by.
    pub(crate) line: String,
}

/// What stories are told from.
pub(crate) struct Stage<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) words: &'a Words,
    pub(crate) casts: &'a [Cast],
    pub(crate) until: Timestamp,
}

/// A story under way: the request as it stands, and the instant that has been reached.
pub(super) struct Teller<'a> {
    pub(super) stage: &'a Stage<'a>,
    pub(super) cast: &'a Cast,
    pub(super) topic: &'a Topic,
    pub(super) calendar: Calendar,
    pub(super) random: Random,
    pub(super) request: Request,
    pub(super) at: Timestamp,
    pub(super) changes: Vec<(Timestamp, State)>,
    events: Vec<Event>,
    pub(super) holds: Vec<Hold>,
    said: Vec<Said>,
}

/// Tells the whole story of an arrival. `counter` is its place in the unit's year.
pub(crate) fn tell(stage: &Stage<'_>, arrival: &Arrival, counter: u32) -> Story {
    let mut random = Random::new(arrival.seed);
    let cast = &stage.casts[arrival.cast];
    let topic = &stage.words.topics[random.weighted(stage.words.topics.iter().map(|topic| topic.weight))];
    let mut teller = Teller::begin(stage, cast, topic, arrival, counter, random);
    if arrival.stays_open {
        teller.work_on_it();
    } else {
        teller.bring_to_an_end();
    }
    teller.finish()
}

impl<'a> Teller<'a> {
    fn begin(
        stage: &'a Stage<'a>,
        cast: &'a Cast,
        topic: &'a Topic,
        arrival: &Arrival,
        counter: u32,
        mut random: Random,
    ) -> Teller<'a> {
        let request = receive(stage, cast, topic, arrival, counter, &mut random);
        let calendar = stage.desk.calendars.of_unit(cast.unit.id);
        let (received_at, entered_at) = (request.received_at, request.entered_at);
        let actor = match cast.officers.iter().find(|officer| Some(officer.id) == request.entered_by) {
            Some(officer) => actor(officer),
            None => asker(&request),
        };
        let changes = vec![(received_at, State::New)];
        let (events, holds, said) = (Vec::with_capacity(8), Vec::new(), Vec::new());
        let mut teller = Teller {
            stage,
            cast,
            topic,
            calendar,
            random,
            request,
            at: received_at,
            changes,
            events,
            holds,
            said,
        };
        let channel = teller.request.channel.code();
        teller.happen(actor, "received", &[("channel", channel.into())]);
        teller.events[0].written_at = entered_at;
        teller.at = entered_at;
        teller
    }

    /// Writes down what happened at the instant that has been reached.
    pub(super) fn happen(&mut self, actor: Actor, activity: &str, detail: &[(&str, Json)]) {
        let mut all: Map<String, Json> =
            detail.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        let state = self.request.state;
        all.insert("state".to_owned(), state.code().into());
        if self.changes.last().is_none_or(|(_, last)| *last != state) {
            self.changes.push((self.at, state));
        }
        let number = i64::try_from(self.events.len()).unwrap_or(0) + 1;
        self.events.push(Event {
            subject_id: self.request.id.uuid(),
            number,
            subject: "request".to_owned(),
            at: self.at,
            written_at: self.at,
            actor,
            activity: activity.to_owned(),
            detail: Json::Object(all),
        });
        self.request.version = number;
    }

    /// Keeps words that somebody said; returns the name of the message for the event.
    pub(super) fn say(&mut self, author: Actor, inside: bool, body: String) -> Json {
        let id = MessageId::of(self.random.uuid(self.at));
        self.said.push(Said { id, at: self.at, author, inside, body });
        id.to_string().into()
    }

    /// Lets working time pass. Returns false when the end of the history is reached; then nothing more happens.
    fn pass(&mut self, working_seconds: i64) -> bool {
        let next = self.calendar.add(self.at, working_seconds.max(60));
        match next.filter(|next| *next < self.stage.until) {
            Some(next) => {
                // To the second, as calendars count; two acts never fall on the same instant.
                self.at = next.max(self.at + SignedDuration::from_secs(1));
                true
            }
            None => false,
        }
    }

    /// What is under way when the history ends: new, in progress, or waiting for somebody.
    fn work_on_it(&mut self) {
        let first = self.until_taken();
        if self.random.chance(22.0) || !self.pass(first) {
            return;
        }
        self.take();
        let soon = self.random.around(12 * 60, 0.7);
        if self.random.chance(70.0) && self.pass(soon) {
            self.reply();
        }
        let later = self.random.around(HOUR, 0.8);
        if self.random.chance(30.0) && self.pass(later) {
            self.hold();
        }
    }

    /// Working seconds until somebody takes it: sooner when it is urgent.
    fn until_taken(&mut self) -> i64 {
        let median = match self.request.priority {
            1 => 8 * 60,
            2 => 15 * 60,
            3 => 35 * 60,
            _ => 90 * 60,
        };
        self.random.around(median, 0.9)
    }

    fn bring_to_an_end(&mut self) {
        let total = self.random.around(self.topic.median_seconds, 0.85);
        let first = self.until_taken().min(total / 3).max(60);
        let available = self.calendar.between(self.at, self.stage.until);
        // What must be done by the end of the history is done in nine tenths of the time there is.
        let total = total.min(available * 9 / 10).max(120);
        let first = first.min(total / 3);
        if self.random.chance(1.4) && self.pass(first) {
            self.cancel();
            return;
        }
        if !self.pass(first) {
            return;
        }
        self.take();
        let mut left = total - first;
        for (percent, part, act) in [
            (62.0, 4, Teller::reply as fn(&mut Teller<'a>)),
            (9.0, 5, Teller::hand_over),
            (26.0, 4, Teller::note),
        ] {
            if self.random.chance(percent) {
                let step = (left / part).min(2 * HOUR);
                if !self.pass(step) {
                    return;
                }
                act(self);
                left -= step;
            }
        }
        if self.random.chance(11.0) && self.pass(left / 3) && self.hold() {
            left -= left / 3;
            let waits = self.random.around(9 * HOUR, 0.9);
            if !self.pass(waits) {
                return;
            }
            self.resume();
        }
        if !self.pass(left) {
            return;
        }
        self.resolve();
        self.after_it_was_resolved();
    }

    /// Rated, sometimes not right after all, and closed after five working days at the latest.
    fn after_it_was_resolved(&mut self) {
        let soon = self.random.around(2 * HOUR, 0.8);
        if self.random.chance(3.2) && self.pass(soon) {
            self.reopen();
            let again = self.random.around(3 * HOUR, 0.7);
            if !self.pass(again) {
                return;
            }
            self.resolve();
        }
        let soon = self.random.around(3 * HOUR, 0.9);
        if self.random.chance(31.0) && self.pass(soon) {
            let late = self.stage.desk.promise(&self.request, &self.holds).stored().resolution_late;
            let stars: &[i64] = if late { &[3, 2, 4, 1, 5] } else { &[5, 4, 5, 4, 3, 2] };
            let stars = self.random.pick_skewed(stars).copied().unwrap_or(4);
            self.request.rating = Some(stars);
            self.happen(asker(&self.request), "rated", &[("rating", stars.into())]);
        }
        let resolved_at = self.request.resolved_at.unwrap_or(self.at);
        let closes = self.calendar.add_days(resolved_at, 5).map(|end| end.max(self.at));
        if let Some(at) = closes.filter(|at| *at < self.stage.until) {
            self.at = at + SignedDuration::from_secs(1);
            self.request.state = State::Closed;
            self.request.closed_at = Some(self.at);
            self.happen(Actor::program(), "closed", &[]);
        }
    }

    /// What the clocks said meanwhile, between what people did.
    fn add_clocks(&mut self, promise: &Promise) {
        let ended = self.request.resolved_at.or(self.request.closed_at).unwrap_or(self.stage.until);
        let answered = self.request.responded_at.unwrap_or(ended);
        for (name, clock, end) in [
            ("response", promise.response.as_ref(), answered),
            ("resolution", promise.resolution.as_ref(), ended),
        ] {
            let Some(clock) = clock.filter(|clock| clock.paused_since.is_none()) else { continue };
            for (activity, at) in [("warned", clock.warn), ("breached", clock.due)] {
                let Some(at) = at.filter(|at| self.request.entered_at < *at && *at < end) else { continue };
                let place = self.events.partition_point(|event| event.at <= at);
                let state = place
                    .checked_sub(1)
                    .map_or(Json::Null, |before| self.events[before].detail["state"].clone());
                let detail = json!({ "clock": name, "state": state });
                let (activity, actor) = (activity.to_owned(), Actor::program());
                let like = self.events[0].clone();
                self.events.insert(place, Event { at, written_at: at, actor, activity, detail, ..like });
            }
        }
        for (number, event) in (1_i64..).zip(&mut self.events) {
            event.number = number;
            self.request.version = number;
        }
    }

    fn finish(mut self) -> Story {
        // What was cancelled was not late: nobody waited any more.
        let now = self.request.closed_at.filter(|_| self.request.state == State::Cancelled);
        let desk = Desk { now: now.unwrap_or(self.stage.desk.now), ..self.stage.desk.clone() };
        let promise = desk.promise(&self.request, &self.holds);
        self.add_clocks(&promise);
        let Teller { mut request, events, holds, said, .. } = self;
        request.promise = promise.stored();
        let queue_at = queue_at(&request, &promise);
        let open = request.state.is_open();
        let next_clock_at = promise.next_instant(desk.now).filter(|_| open);
        let answers: Vec<String> = request.answers.values().map(Json::to_string).collect();
        let mut texts = index::texts(&request, &answers);
        texts.extend(said.iter().map(|said| said.body.as_str()));
        let line = search::line(request.unit, &texts);
        Story { request, queue_at, next_clock_at, events, holds, said, line }
    }
}
