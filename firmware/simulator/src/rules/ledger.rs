//! What an owner asked for and was told, call by call and request by request.

use std::collections::{BTreeMap, BTreeSet};

use roombox_sip::api::{Event, HoldState, RequestId, SessionId};

/// A call as its owner knows it.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts of one call")]
pub(crate) struct Call {
    pub(crate) confirmed: bool,
    pub(crate) ended: bool,
    pub(crate) hold: HoldState,
    /// It came in.
    pub(crate) incoming: bool,
    /// Offers of the owner that have no outcome yet.
    pub(crate) offers: u32,
    /// Outcomes may come without an offer of the owner: the call began without one, or the machine offers by itself.
    pub(crate) unasked: bool,
    /// Version of the next description.
    pub(crate) version: u32,
}

/// All calls and requests of one user.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) calls: BTreeMap<SessionId, Call>,
    pub(crate) requests: BTreeSet<RequestId>,
    next_request: u64,
    next_session: u64,
}

impl Ledger {
    /// A new call of the owner.
    pub(crate) fn start(&mut self, unasked: bool) -> SessionId {
        self.next_session += 1;
        let session = SessionId(self.next_session);
        self.calls.insert(session, Call { unasked, version: 1, ..Call::default() });
        session
    }

    /// A new request of the owner.
    pub(crate) fn ask(&mut self) -> RequestId {
        self.next_request += 1;
        self.requests.insert(RequestId(self.next_request));
        RequestId(self.next_request)
    }

    /// Calls for which `wanted` holds and that are not over.
    pub(crate) fn live(&self, wanted: impl Fn(&Call) -> bool) -> Vec<SessionId> {
        self.calls.iter().filter(|(_, call)| !call.ended && wanted(call)).map(|(session, _)| *session).collect()
    }

    /// The number of the next description in a call.
    pub(crate) fn version(&mut self, session: SessionId) -> u32 {
        let Some(call) = self.calls.get_mut(&session) else { return 1 };
        call.version += 1;
        call.version
    }

    /// An offer of the owner goes out.
    pub(crate) fn offered(&mut self, session: SessionId) {
        if let Some(call) = self.calls.get_mut(&session) {
            call.offers += 1;
        }
    }

    /// Notes an event; a rule that it breaks comes back.
    pub(crate) fn on_event(&mut self, event: &Event) -> Result<(), (&'static str, String)> {
        if let Event::Response { request, .. } = event {
            let known = self.requests.remove(request);
            return if known { Ok(()) } else { Err(("one-outcome", format!("a second outcome: {event:?}"))) };
        }
        let Some(session) = session_of(event) else { return Ok(()) };
        if let Event::Incoming { offer, .. } = event {
            let call = Call { incoming: true, unasked: offer.is_none(), version: 1, ..Call::default() };
            let former = self.calls.insert(session, call);
            return if former.is_none() { Ok(()) } else { Err(("one-end", format!("{session:?} comes in twice"))) };
        }
        let Some(call) = self.calls.get_mut(&session).filter(|call| !call.ended) else {
            return Err(("one-end", format!("after the end of its call: {event:?}")));
        };
        match event {
            Event::Confirmed { .. } => call.confirmed = true,
            Event::Ended { .. } => (call.ended, call.offers) = (true, 0),
            Event::Hold { hold, .. } => call.hold = *hold,
            Event::OfferAnswered { .. } | Event::OfferFailed { .. } if call.offers > 0 => call.offers -= 1,
            Event::OfferAnswered { .. } | Event::OfferFailed { .. } if !call.unasked => {
                return Err(("one-outcome", format!("nobody offered: {event:?}")));
            }
            _ => {}
        }
        Ok(())
    }
}

/// The call that an event is for; the progress of a transfer may outlive its call (RFC 3515 section 2.4.4).
fn session_of(event: &Event) -> Option<SessionId> {
    match event {
        Event::Accepted { session, .. }
        | Event::Confirmed { session }
        | Event::Ended { session, .. }
        | Event::Hold { session, .. }
        | Event::Incoming { session, .. }
        | Event::Info { session, .. }
        | Event::InfoAsked { session, .. }
        | Event::Message { session, .. }
        | Event::Offer { session, .. }
        | Event::OfferAnswered { session, .. }
        | Event::OfferFailed { session, .. }
        | Event::Progress { session, .. }
        | Event::ProgressAcknowledged { session, .. }
        | Event::Redirected { session, .. } => Some(*session),
        Event::Agent(_)
        | Event::Notify { .. }
        | Event::Refer { .. }
        | Event::ReferProgress { .. }
        | Event::Request { .. }
        | Event::Response { .. }
        | Event::Subscription { .. } => None,
    }
}
