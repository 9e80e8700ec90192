//! What an onlooker may see.

use roombox_conference::vendor::MediaState;
use roombox_sip::endpoint::EndpointStatus;
use roombox_sip::machine::Machine;

use crate::calls::{Call, Role, Way};
use crate::machine::Signalling;

/// What an onlooker may see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignallingStatus {
    /// Calls, each half of a relayed one counted.
    pub calls: usize,
    /// The endpoint below.
    pub endpoint: EndpointStatus,
    /// Who is in which room, by call.
    pub participants: Vec<ParticipantStatus>,
    /// Registered users.
    pub registered: usize,
}

/// A participant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParticipantStatus {
    /// Number of the call.
    pub call: u64,
    /// Who.
    pub user: String,
    /// Where; `purgatory` while it waits.
    pub room: String,
    /// Its part.
    pub role: Role,
    /// What its microphone and camera do, as it says.
    pub media_state: MediaState,
    /// It presents.
    pub presents: bool,
}

impl Signalling {
    pub(crate) fn seen(&self) -> SignallingStatus {
        let presents = |session| self.calls.presentations.values().any(|presentation| presentation.by == session);
        let calls = self.calls.by_session.iter();
        SignallingStatus {
            calls: self.calls.by_session.len(),
            endpoint: self.endpoint.status(),
            participants: calls.filter_map(|(session, call)| participant(call, presents(*session))).collect(),
            registered: self.registrar.users(),
        }
    }
}

fn participant(call: &Call, presents: bool) -> Option<ParticipantStatus> {
    let Way::Room(stay) = &call.way else { return None };
    Some(ParticipantStatus {
        call: call.number,
        user: call.user.clone(),
        room: stay.room.clone(),
        role: stay.role.clone(),
        media_state: call.media_state,
        presents,
    })
}
