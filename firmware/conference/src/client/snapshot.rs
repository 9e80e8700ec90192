//! The whole client at one moment (spec section 10.3).

use super::ConferenceClient;
use crate::catalogue::{CallPhase, CallSnapshot, Snapshot};
use crate::session::system_status;

impl ConferenceClient {
    pub(super) fn snapshot(&self) -> Snapshot {
        let (connection, auto_connector) = (self.connection.phase(), self.auto_connect.phase());
        let (call, call_reconnect) = (self.call_snapshot(), self.redial.phase());
        let leg = self.calls.present();
        Snapshot {
            auto_connector,
            call_session_state: leg.map(|leg| leg.parts.session_state().clone()).unwrap_or_default(),
            connection,
            incoming: self.incoming.snapshot().clone(),
            presentation: leg.map(|leg| leg.parts.presentation_phase()).unwrap_or_default(),
            status: system_status(connection, call.value, auto_connector, call_reconnect),
            call,
            call_reconnect,
        }
    }

    /// A call that rings here is told as the incoming one only.
    fn call_snapshot(&self) -> CallSnapshot {
        match self.calls.present().filter(|leg| !leg.call.is_ringing()) {
            Some(leg) => CallSnapshot {
                value: leg.call.phase(),
                number: Some(leg.call.peer_parts().0),
                room: leg.call.room().map(|room| room.name.clone()),
                participant_name: leg.call.room().map(|room| room.participant.clone()),
            },
            None if self.calls.is_closing() => {
                CallSnapshot { value: CallPhase::Disconnecting, ..CallSnapshot::default() }
            }
            None => CallSnapshot::default(),
        }
    }
}
