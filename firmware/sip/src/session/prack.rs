//! Reliable provisional responses at the caller: order, and PRACK (RFC 3262 section 4).

use std::time::Instant;

use super::offer::{Asked, Theirs};
use super::{Exchange, Session, cause};
use crate::api::{Body, Event};
use crate::endpoint::core::{Core, Owner, Purpose};
use crate::message::Response;
use crate::message::headers::decimal;
use crate::transaction::timing::GIVE_UP;
use crate::transaction::{Outcome, TransactionEvent};

/// What names a reliable provisional response.
#[derive(Clone, Debug)]
pub(super) struct Reliably {
    has_body: bool,
    /// CSeq number of the INVITE.
    invite: u32,
    rseq: u32,
    /// The peer's tag.
    tag: String,
}

/// What a provisional response brings.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub is_answer: bool,
    pub is_offer: bool,
}

impl Reliably {
    /// `None` when the response needs no acknowledgement.
    pub(super) fn of(event: &TransactionEvent, response: &Response, tag: Option<&str>) -> Option<Self> {
        let rseq = decimal(response.headers.get("RSeq")?).and_then(|n| u32::try_from(n).ok())?;
        let required = response.headers.lists("Require", "100rel");
        let invite = event.request.headers.cseq().ok()?.number;
        let tag = tag.filter(|_| required)?.into();
        Some(Self { has_body: !response.body.is_empty(), invite, rseq, tag })
    }
}

impl Session {
    /// Takes the next reliable response in order; `None`: it came already, or one before it is missing (section 4).
    pub(super) fn take_reliable(&mut self, reliably: Option<&Reliably>) -> Option<Taken> {
        let Some(reliably) = reliably else { return Some(Taken::default()) };
        let busy = self.offer.is_theirs();
        let early = self.early.get_mut(&reliably.tag)?;
        if early.rseq.is_some_and(|last| last.checked_add(1) != Some(reliably.rseq)) {
            return None;
        }
        let mut taken = Taken::default();
        match early.exchange {
            Exchange::Ours if reliably.has_body => {
                early.exchange = Exchange::Done;
                taken.is_answer = true;
            }
            // One offer at a time: this one comes again.
            Exchange::None if reliably.has_body && busy => return None,
            Exchange::None if reliably.has_body => {
                early.exchange = Exchange::Theirs;
                taken.is_offer = true;
            }
            _ => {}
        }
        early.rseq = Some(reliably.rseq);
        Some(taken)
    }

    /// PRACK at once, or with our answer when the response holds an offer.
    pub(super) fn acknowledge_reliable(
        &mut self,
        core: &mut Core,
        now: Instant,
        reliably: Reliably,
        offer: Option<Body>,
    ) {
        match offer {
            None => self.send_prack(core, now, &reliably, None),
            Some(body) => {
                self.offer.ask(Theirs { asked: Asked::Prack(reliably), until: now + GIVE_UP });
                core.event(Event::Offer { session: self.id, body: Some(body), by_update: false });
            }
        }
    }

    pub(super) fn send_prack(&mut self, core: &mut Core, now: Instant, reliably: &Reliably, body: Option<&Body>) {
        let Some(flow) = self.flow else { return };
        let Some(dialog) = self.dialog_with(&reliably.tag) else { return };
        let mut prack = dialog.next_request("PRACK");
        prack.headers.push("RAck", format!("{} {} INVITE", reliably.rseq, reliably.invite));
        prack.set_body(body);
        core.send(now, flow, prack, Owner::Session(self.id, Purpose::Prack));
    }

    /// The owner's answer to an offer in a reliable response. There is no way to refuse it but to give the call up.
    pub(super) fn answer_in_prack(
        &mut self,
        core: &mut Core,
        now: Instant,
        reliably: &Reliably,
        answer: Result<Body, u16>,
    ) {
        match answer {
            Ok(body) => {
                let body = self.describe_ourselves(Some(body));
                self.send_prack(core, now, reliably, body.as_ref());
                if let Some(early) = self.early.get_mut(&reliably.tag) {
                    early.exchange = Exchange::Done;
                } else {
                    self.exchange = Exchange::Done;
                }
            }
            Err(status) => {
                self.send_prack(core, now, reliably, None);
                let failure = cause::refused_by_us(status);
                self.give_up(core, now, failure);
            }
        }
    }

    /// Whatever becomes of a PRACK, the final response to the INVITE decides: the peer fails the call when it misses one.
    pub(super) fn on_prack_outcome(&mut self, core: &mut Core, now: Instant, event: &TransactionEvent) {
        if let Outcome::Response(response) = &event.outcome
            && Core::is_challenge(response.status)
        {
            drop(self.on_challenge(core, now, event, response));
        }
        self.next_offer(core, now);
    }

    /// Does this offer of the peer belong to the early dialog with this tag?
    pub(super) fn is_from(reliably: &Reliably, tag: &str) -> bool {
        reliably.tag == tag
    }
}
