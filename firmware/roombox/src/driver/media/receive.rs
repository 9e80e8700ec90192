//! The receive connections of spectators, which the engine knows by numbers of their own.

use std::collections::HashMap;

use roombox_conference::api::{CallId, MediaFact, MediaRequest, TrackSource};
use roombox_media::api::{MediaCall, MediaEvent};

use super::super::facts;

/// Calls are numbered from below.
const FIRST: u64 = 1 << 63;

/// Which connection is whose.
#[derive(Debug, Default)]
pub(super) struct Receives {
    open: HashMap<CallId, MediaCall>,
    made: u64,
}

impl Receives {
    /// The number that a request is for; `None` where the connection is closed, so that there is nothing to do.
    pub(super) fn number(&mut self, request: &MediaRequest) -> Option<MediaCall> {
        let call = request.call();
        match request {
            MediaRequest::CreateReceiveOffer { .. } => {
                let number = MediaCall(FIRST + self.made);
                self.made += 1;
                self.open.insert(call, number);
                Some(number)
            }
            MediaRequest::CloseReceive { .. } => self.open.remove(&call),
            _ => self.of(call),
        }
    }

    /// The connection of a call.
    pub(super) fn of(&self, call: CallId) -> Option<MediaCall> {
        self.open.get(&call).copied()
    }

    /// The connection of a call, which is over.
    pub(super) fn take(&mut self, call: CallId) -> Option<MediaCall> {
        self.open.remove(&call)
    }

    /// Is it open, and not closed or followed by another one?
    pub(super) fn is_open(&self, number: MediaCall) -> bool {
        self.call_of(number).is_some()
    }

    /// What the engine tells of a receive connection, if anybody is to hear it.
    pub(super) fn fact(&self, event: &MediaEvent) -> Option<MediaFact> {
        let call = self.call_of(facts::call_of(event)?)?;
        match event {
            MediaEvent::Failed { reason, .. } => Some(MediaFact::ReceiveFailed { call, reason: reason.clone() }),
            MediaEvent::ReceiveRunning { .. } => Some(MediaFact::ReceiveRunning { call }),
            MediaEvent::RemoteTrackAdded { track, .. } => Some(MediaFact::RemoteTrackAdded {
                call,
                track: facts::remote_track(track.clone(), TrackSource::Receive),
            }),
            MediaEvent::RemoteTrackRemoved { track, .. } => {
                Some(MediaFact::RemoteTrackRemoved { call, track: track.clone() })
            }
            _ => None,
        }
    }

    fn call_of(&self, number: MediaCall) -> Option<CallId> {
        self.open.iter().find(|(_, open)| **open == number).map(|(call, _)| *call)
    }
}

/// The engine tells of a receive connection, open or not.
pub(super) fn is_of_one(event: &MediaEvent) -> bool {
    facts::call_of(event).is_some_and(|call| call.0 >= FIRST)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: CallId = CallId(3);

    #[test]
    fn nothing_is_told_of_a_closed_connection_nor_of_the_one_before() {
        let mut receives = Receives::default();
        let first = receives.number(&MediaRequest::CreateReceiveOffer { call: CALL }).unwrap();
        let runs = MediaEvent::ReceiveRunning { call: first };
        assert_eq!(receives.fact(&runs), Some(MediaFact::ReceiveRunning { call: CALL }));
        assert_eq!(receives.of(CALL), Some(first));
        assert_eq!(receives.number(&MediaRequest::CloseReceive { call: CALL }), Some(first));
        assert_eq!((receives.fact(&runs), receives.is_open(first)), (None, false));
        let second = receives.number(&MediaRequest::CreateReceiveOffer { call: CALL }).unwrap();
        assert!(first != second && receives.fact(&runs).is_none() && is_of_one(&runs));
        let failed = MediaEvent::Failed { call: second, reason: "no path".into() };
        assert_eq!(receives.fact(&failed), Some(MediaFact::ReceiveFailed { call: CALL, reason: "no path".into() }));
    }

    #[test]
    fn without_a_connection_there_is_nothing_to_close() {
        let mut receives = Receives::default();
        assert_eq!(receives.number(&MediaRequest::CloseReceive { call: CALL }), None);
        assert!(!is_of_one(&MediaEvent::Connected { call: MediaCall(3) }));
    }
}
