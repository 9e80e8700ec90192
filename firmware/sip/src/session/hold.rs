//! Hold and resume, both ways: what is asked, what the peer has agreed to, what it asks itself (RFC 3264 section 8.4).
//!
//! A hold is an offer in the queue like any other; its description is made when it goes out, of what stands then, so that
//! it fits whatever was agreed on meanwhile (a hold by the peer, a refresh, another offer). A refused hold rolls back: the
//! facts are as before, the call goes on. While we hold the peer, answers and new offers of the owner stay held.

use std::time::Instant;

use super::Session;
use super::offer::{Ours, What};
use crate::api::{Body, Event, HoldState};
use crate::endpoint::core::Core;
use crate::sdp::Description;
use crate::sdp::hold::{self, Held};

/// What a session knows about its hold.
#[derive(Debug, Default)]
pub(super) struct Hold {
    /// As the last offer that was answered says.
    agreed: bool,
    facts: HoldState,
    /// Our description as its owner gave it, without any hold.
    own: Option<Body>,
    /// The peer's last description sends nothing.
    peer_silent: bool,
    /// Our description as it last went out, answered or not: the next one has a higher version (RFC 3264 section 8).
    said: Option<Body>,
    /// We have changed a description, so the owner's versions may be behind.
    used: bool,
}

impl Hold {
    fn held(&self, by_us: bool) -> Held {
        Held { by_us, by_peer: self.facts.by_peer }
    }
}

fn text(body: &Body) -> Option<&str> {
    body.text().filter(|_| body.content_type.to_ascii_lowercase().starts_with("application/sdp"))
}

/// `own` with other directions and a version after the one of `said`.
fn changed(own: &Body, said: Option<&Body>, held: Held) -> Body {
    let (Some(text_of_own), Some(said)) = (text(own), text(said.unwrap_or(own))) else { return own.clone() };
    Body { content_type: own.content_type.clone(), content: hold::offer(text_of_own, said, held).into() }
}

/// `now`, an answer given while somebody holds, with the directions of `before`: a hold narrows answers, and what it took
/// away has to come back with the resume.
fn unheld(before: &Body, now: &Body) -> Body {
    let (Some(text_before), Some(text_now)) = (text(before), text(now)) else { return now.clone() };
    let (before, mut description) = (Description::read(text_before), Description::read(text_now));
    for (media, was) in description.media.iter_mut().zip(&before.media) {
        if !media.is_rejected() && !was.is_rejected() {
            media.set_direction(before.direction(was));
        }
    }
    Body { content_type: now.content_type.clone(), content: description.to_string().into() }
}

impl Session {
    /// The owner wants the peer on hold, or back.
    pub(crate) fn ask_hold(&mut self, core: &mut Core, now: Instant, hold: bool) {
        let before = self.hold.facts;
        self.hold.facts.asked = hold;
        self.offer.forget_waiting(|what| matches!(what, What::Hold(_)));
        self.tell_hold(core, before);
        if self.offer.last_hold().unwrap_or(self.hold.agreed) != hold {
            self.queue_offer(core, now, Ours { headers: Vec::new(), update: false, what: What::Hold(hold) });
        }
    }

    /// Is media of the peer arriving?
    pub(crate) fn media_seen(&mut self, core: &mut Core, flowing: bool) {
        let before = self.hold.facts;
        self.hold.facts.media = Some(flowing);
        self.tell_hold(core, before);
    }

    /// The facts for an onlooker.
    pub(super) fn hold_facts(&self) -> HoldState {
        self.hold.facts
    }

    /// The description that goes out with an offer of ours; `None` when there is none.
    pub(super) fn description_of(&self, what: &What) -> Option<Body> {
        match what {
            What::Hold(hold) => Some(changed(self.hold.own.as_ref()?, self.hold.said.as_ref(), self.hold.held(*hold))),
            What::Owner(body) => Some(self.kept_on_hold(body)),
            What::Refresh => self.local_sdp.clone(),
        }
    }

    /// A description of the owner; our hold stands in it too.
    pub(super) fn kept_on_hold(&self, body: &Body) -> Body {
        let held = Held { by_us: self.hold.agreed, by_peer: false };
        if self.hold.used { changed(body, self.hold.said.as_ref(), held) } else { body.clone() }
    }

    /// This went out.
    pub(super) fn said(&mut self, body: &Body) {
        self.hold.said = Some(body.clone());
    }

    /// Our description that now stands, as its owner gave it.
    pub(super) fn owns_description(&mut self, body: &Body) {
        self.hold.own = Some(body.clone());
    }

    /// The first description of a call, or an answer of the owner: changed by our hold, noted, and given back to be sent.
    pub(super) fn describe_ourselves(&mut self, body: Option<Body>) -> Option<Body> {
        let own = body?;
        let sent = self.kept_on_hold(&own);
        let held = self.hold.agreed || self.hold.facts.by_peer;
        self.hold.own = Some(self.hold.own.take().filter(|_| held).map_or_else(|| own.clone(), |b| unheld(&b, &own)));
        self.hold.said = Some(sent.clone());
        self.local_sdp = Some(sent.clone());
        Some(sent)
    }

    /// An offer to hold or resume was answered.
    pub(super) fn hold_agreed(&mut self, hold: bool) {
        self.hold.agreed = hold;
        self.hold.used = true;
    }

    /// An offer to hold or resume failed: all is as before, unless the owner has asked anew.
    pub(super) fn hold_refused(&mut self, core: &mut Core) {
        let before = self.hold.facts;
        self.hold.used = true;
        self.hold.facts.asked = self.offer.last_hold().unwrap_or(self.hold.agreed);
        self.tell_hold(core, before);
    }

    /// A description of the peer stands now. An offer says whether it holds us, and an answer does where ours left it the
    /// choice.
    pub(super) fn peer_described(&mut self, core: &mut Core, body: Option<&Body>, offer: bool) {
        let before = self.hold.facts;
        if let Some(received) = body.and_then(text) {
            self.hold.peer_silent = hold::sends_nothing(received);
            if offer || self.hold.said.as_ref().and_then(text).is_some_and(hold::leaves_choice) {
                self.hold.facts.by_peer = hold::holds_us(received);
            }
        }
        self.tell_hold(core, before);
    }

    fn tell_hold(&mut self, core: &mut Core, before: HoldState) {
        let agreed = self.hold.agreed && self.hold.facts.asked;
        self.hold.facts.confirmed = agreed && self.hold.peer_silent;
        if self.hold.facts != before {
            core.event(Event::Hold { session: self.id, hold: self.hold.facts });
        }
    }
}
