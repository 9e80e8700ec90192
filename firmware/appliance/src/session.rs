//! Admission, presentation, role, hold and content of the present call, as the conference client tells them.

use roombox_conference::api::{CallId, HoldState};
use roombox_conference::catalogue::{
    ApiEvent, CallEvent, CallPhase, Event, Fault, PresentationEvent, PresentationFault, PresentationPhase, Role,
    SessionEvent, Snapshot,
};

use crate::causes::with_status;
use crate::tree::{
    Admission, Cause, CauseCode, ContentStatus, HoldStatus, PresentationState, PresentationStatus, RoleStatus,
    RoomRole, SessionStatus,
};

/// What is followed of the present call.
#[derive(Debug, Default)]
pub(crate) struct Session {
    call: Option<CallId>,
    status: SessionStatus,
    /// Why the last presentation failed, or could not change its source.
    failed: Option<Cause>,
}

impl Session {
    /// Another call, or none, is the present one. What the snapshot tells was about that call already.
    pub(crate) fn call_changed(&mut self, call: Option<CallId>) {
        if self.call == call {
            return;
        }
        let known = std::mem::take(self).status;
        self.call = call;
        if call.is_some() {
            self.status = SessionStatus { content: ContentStatus::default(), hold: HoldStatus::default(), ..known };
        }
    }

    pub(crate) fn status(&self) -> SessionStatus {
        self.status.clone()
    }

    pub(crate) const fn admission(&self) -> Admission {
        self.status.admission
    }

    pub(crate) const fn presentation(&self) -> PresentationState {
        self.status.presentation.state
    }

    pub(crate) const fn role(&self) -> RoomRole {
        self.status.role.role
    }

    /// Nobody hears and sees the other, because either side wants it so.
    pub(crate) const fn on_hold(&self) -> bool {
        self.status.hold.asked || self.status.hold.by_peer
    }

    pub(crate) fn hold_changed(&mut self, call: CallId, hold: HoldState) {
        if self.call == Some(call) {
            let HoldState { asked, confirmed, by_peer, media } = hold;
            self.status.hold = HoldStatus { asked, confirmed, by_peer, media };
        }
    }

    /// Takes what concerns the room. What comes back is why a presentation has just failed.
    pub(crate) fn told(&mut self, event: &Event) -> Option<Cause> {
        match event {
            Event::SessionEvent(SessionEvent::SnapshotChanged { current, .. }) => self.follow(current),
            Event::ApiEvent(ApiEvent::ContentedStreamAvailable { codec }) => {
                let received = self.status.content.received;
                self.status.content = ContentStatus { available: true, codec: codec.clone(), received };
            }
            Event::ApiEvent(ApiEvent::ContentedStreamNotAvailable {}) => {
                let received = self.status.content.received;
                self.status.content = ContentStatus { received, ..ContentStatus::default() };
            }
            Event::CallEvent(event) => self.call_told(event),
            Event::PresentationEvent(PresentationEvent::Failed { call, kind, error }) if self.call == Some(*call) => {
                self.failed = Some(presentation_cause(*kind, error));
                self.status.presentation.cause.clone_from(&self.failed);
                return self.failed.clone();
            }
            Event::PresentationEvent(PresentationEvent::Start { .. } | PresentationEvent::Updated { .. }) => {
                self.failed = None;
                self.status.presentation.cause = None;
            }
            _ => {}
        }
        None
    }

    fn call_told(&mut self, event: &CallEvent) {
        match event {
            CallEvent::RemoteStreamsChanged { call, streams }
            | CallEvent::RemoteTracksChanged { call, streams, .. }
                if self.call == Some(*call) =>
            {
                self.status.content.received = streams.contented_stream.is_some();
            }
            CallEvent::RecvQualityChanged { call, quality, .. } if self.call == Some(*call) => {
                if let Some(receiving) = &mut self.status.role.receiving {
                    *receiving = *quality;
                }
            }
            _ => {}
        }
    }

    /// The snapshot is about the present call, as everything here.
    fn follow(&mut self, snapshot: &Snapshot) {
        self.status.admission = match snapshot.call.value {
            CallPhase::Purgatory => Admission::WaitingRoom,
            CallPhase::RoomPendingAuth => Admission::PendingRights,
            _ => Admission::Admitted,
        };
        let state = presentation_state(snapshot.presentation);
        let failed = matches!(state, PresentationState::Failed | PresentationState::Presenting);
        let cause = self.failed.clone().filter(|_| failed);
        self.status.presentation = PresentationStatus { state, cause, ..PresentationStatus::default() };
        let rights = &snapshot.call_session_state;
        let role = if rights.role == Role::Participant { RoomRole::Participant } else { RoomRole::Spectator };
        let (may_send, license) = (rights.is_available_sending_media, rights.license);
        let own_connection = rights.is_recv_session_expected();
        let receiving = own_connection.then(|| self.status.role.receiving.unwrap_or_default());
        self.status.role = RoleStatus { role, may_send, license, receiving };
    }
}

const fn presentation_state(phase: PresentationPhase) -> PresentationState {
    match phase {
        PresentationPhase::Active => PresentationState::Presenting,
        PresentationPhase::Failed => PresentationState::Failed,
        PresentationPhase::Idle => PresentationState::Idle,
        PresentationPhase::Starting => PresentationState::Starting,
        PresentationPhase::Stopping => PresentationState::Stopping,
    }
}

fn presentation_cause(kind: PresentationFault, error: &Fault) -> Cause {
    let code = match kind {
        PresentationFault::Refused => CauseCode::PresentationRefused,
        PresentationFault::Track => CauseCode::NothingToPresent,
        PresentationFault::NoCall | PresentationFault::NotAnswered | PresentationFault::Renegotiation => {
            CauseCode::PresentationFailed
        }
    };
    Cause::with_detail(code, with_status(error.status, &error.message))
}
