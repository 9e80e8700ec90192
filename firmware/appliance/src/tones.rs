//! What the room hears of how a call comes and goes.

use roombox_conference::api::{CallCause, CallFailure, CallId, CallState, Originator};

use crate::api::{Chime, Ring};

/// Ringing (RFC 3261 section 21.1.2). Early media, for which a box would stay silent (RFC 3960), is not played.
const RINGING: u16 = 180;

/// Which calls ring and stand.
#[derive(Debug, Default)]
pub(crate) struct Tones {
    /// It rings at the other side of this call.
    rings_there: Option<CallId>,
    /// Calls that stand; as few as the conference client allows.
    joined: Vec<CallId>,
    /// An attempt has failed and was heard to; further ones in a row are not.
    complained: bool,
}

impl Tones {
    /// The other side of a call of ours answered for now.
    pub(crate) fn progress(&mut self, call: CallId, status: Option<u16>) {
        if status == Some(RINGING) {
            self.rings_there = Some(call);
        }
    }

    /// Somebody asks for a call: what fails now is heard again.
    pub(crate) const fn asked(&mut self) {
        self.complained = false;
    }

    /// A call that stands for the first time is heard.
    pub(crate) fn call_changed(&mut self, state: &CallState) -> Option<Chime> {
        let CallState::InCall { call, .. } = state else { return None };
        if self.joined.contains(call) {
            return None;
        }
        self.joined.push(*call);
        self.complained = false;
        Some(Chime::Joined)
    }

    /// An end that is nobody's fault sounds otherwise than one that is; who gave up dialling hears nothing.
    pub(crate) fn call_ended(&mut self, call: CallId, failure: &CallFailure, rang: bool) -> Option<Chime> {
        self.rings_there.take_if(|ringing| *ringing == call);
        let stood = self.joined.contains(&call);
        self.joined.retain(|joined| *joined != call);
        let asked = failure.originator == Originator::Local && failure.cause == CallCause::Canceled;
        let orderly = matches!(failure.cause, CallCause::Bye | CallCause::Canceled | CallCause::Replaced);
        match (stood, failure.cause) {
            (true, _) if orderly => Some(Chime::Left),
            (true, _) => {
                self.complained = true;
                Some(Chime::Failed)
            }
            (false, _) if rang || asked || std::mem::replace(&mut self.complained, true) => None,
            (false, CallCause::Busy) => Some(Chime::Busy),
            (false, _) => Some(Chime::Failed),
        }
    }

    /// What rings now.
    pub(crate) fn ring(&self, state: &CallState) -> Option<Ring> {
        match state {
            CallState::Ringing { .. } if self.joined.is_empty() => Some(Ring::Incoming),
            CallState::Ringing { .. } => Some(Ring::Waiting),
            CallState::Connecting { call, .. } if self.rings_there == Some(*call) => Some(Ring::Ringback),
            _ => None,
        }
    }
}
