//! What people do in a story, as the desk's own acts leave it behind.

use crate::desk::promise::seconds_in_state;
use crate::desk::request::{Hold, Request, State};
use crate::events::Actor;
use crate::seed::cast::Player;
use crate::seed::story::Teller;

impl Teller<'_> {
    pub(super) fn officer(&self) -> Actor {
        let me = self.cast.officers.iter().find(|officer| Some(officer.id) == self.request.assignee);
        me.map_or_else(Actor::program, actor)
    }

    pub(super) fn take(&mut self) {
        let officer = self.random.pick_skewed(&self.cast.officers).cloned();
        self.request.assignee = officer.as_ref().map(|officer| officer.id);
        self.request.state = State::InProgress;
        self.happen(self.officer(), "taken", &[]);
    }

    pub(super) fn reply(&mut self) {
        let body = self.random.pick(&self.topic.replies).cloned().unwrap_or_default();
        self.request.responded_at = self.request.responded_at.or(Some(self.at));
        let message = self.say(self.officer(), false, body);
        self.happen(self.officer(), "replied", &[("from_unit", true.into()), ("message", message)]);
    }

    pub(super) fn note(&mut self) {
        let body = self.random.pick(&self.topic.notes).cloned().unwrap_or_default();
        let message = self.say(self.officer(), true, body);
        self.happen(self.officer(), "noted", &[("message", message)]);
    }

    /// Gives it to another officer; a unit of one has nobody to give it to.
    pub(super) fn hand_over(&mut self) {
        let from = self.officer();
        let others: Vec<&Player> =
            self.cast.officers.iter().filter(|officer| Some(officer.id) != self.request.assignee).collect();
        let Some(to) = self.random.pick(&others).copied().cloned() else {
            return;
        };
        self.request.assignee = Some(to.id);
        self.request.reassigned += 1;
        self.happen(from, "assigned", &[("to", to.name.into()), ("to_id", to.id.to_string().into())]);
    }

    pub(super) fn hold(&mut self) -> bool {
        let desk = self.stage.desk;
        let Some(reason) = self.random.pick(&desk.catalogue.hold_reasons).cloned() else {
            return false;
        };
        self.request.state = State::OnHold;
        self.request.hold_reason = Some(reason.code.clone());
        let comment = self.random.pick(&self.topic.notes).cloned().unwrap_or_default();
        let detail = [
            ("reason", reason.code.clone().into()),
            ("comment", comment.clone().into()),
            ("pauses", reason.pauses.into()),
        ];
        self.holds.push(Hold {
            from: self.at,
            to: None,
            reason: reason.code,
            comment,
            pauses: reason.pauses,
        });
        self.happen(self.officer(), "held", &detail);
        true
    }

    pub(super) fn resume(&mut self) {
        let at = self.at;
        if let Some(hold) = self.holds.last_mut() {
            hold.to = Some(at);
        }
        self.request.state = State::InProgress;
        self.request.hold_reason = None;
        self.happen(self.officer(), "resumed", &[]);
    }

    pub(super) fn resolve(&mut self) {
        let cause = self.random.pick_skewed(&self.topic.causes).cloned();
        self.request.state = State::Resolved;
        self.request.resolved_at = Some(self.at);
        self.request.responded_at = self.request.responded_at.or(Some(self.at));
        self.request.resolution = self.random.pick(&self.topic.resolutions).cloned().unwrap_or_default();
        let message = self.say(self.officer(), false, self.request.resolution.clone());
        let detail = [("cause", cause.clone().unwrap_or_default().into()), ("message", message)];
        self.request.cause = cause;
        self.happen(self.officer(), "resolved", &detail);
        self.request.seconds = seconds_in_state(&self.changes, &self.calendar, self.at);
    }

    pub(super) fn cancel(&mut self) {
        self.request.state = State::Cancelled;
        self.request.closed_at = Some(self.at);
        self.request.cause = Some("withdrawn".to_owned());
        let by = asker(&self.request);
        let message = self.say(by.clone(), false, "It is not needed any more.".to_owned());
        self.happen(by, "cancelled", &[("message", message)]);
    }

    /// It does not work after all. The time in between belongs to nobody, as when it happens on the page.
    pub(super) fn reopen(&mut self) {
        let ended = self.request.resolved_at.unwrap_or(self.at);
        let between = Hold {
            from: ended,
            to: Some(self.at),
            reason: String::new(),
            comment: String::new(),
            pauses: true,
        };
        self.holds.push(between);
        self.request.state = State::InProgress;
        self.request.resolved_at = None;
        self.request.reopened += 1;
        let by = asker(&self.request);
        let message = self.say(by.clone(), false, "It is the same again.".to_owned());
        self.happen(by, "reopened", &[("message", message), ("ended_at", ended.as_microsecond().into())]);
    }
}

pub(crate) fn actor(player: &Player) -> Actor {
    Actor { person: Some(player.id), name: player.name.clone() }
}

pub(super) fn asker(request: &Request) -> Actor {
    Actor { person: request.requester, name: request.requester_name.clone() }
}
