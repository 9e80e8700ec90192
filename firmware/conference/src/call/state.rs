//! What a call is, for everybody who looks at it.

use std::time::{Duration, Instant};

use roombox_sip::api::{HoldState, SessionId};

use super::{Call, Phase};
use crate::api::{CallId, CallState};
use crate::catalogue::CallPhase;
use crate::vendor::{Room, Secret};

impl Call {
    pub(crate) const fn id(&self) -> CallId {
        self.id
    }

    pub(crate) fn is_ringing(&self) -> bool {
        matches!(self.phase, Phase::Ringing { .. })
    }

    /// Confirmed both ways.
    pub(crate) const fn is_up(&self) -> bool {
        matches!(self.phase, Phase::Up { .. })
    }

    /// The session, once the call stands.
    pub(crate) fn standing_session(&self) -> Option<SessionId> {
        self.session.filter(|_| self.is_up())
    }

    pub(crate) fn is_session(&self, session: SessionId) -> bool {
        self.session == Some(session)
    }

    pub(crate) const fn session(&self) -> Option<SessionId> {
        self.session
    }

    /// The room the server let us into.
    pub(crate) const fn room(&self) -> Option<&Room> {
        self.admission.room()
    }

    /// Our token for the HTTP interface of the conference we are in.
    pub(crate) fn token(&self) -> Option<&Secret> {
        self.admission.token()
    }

    /// Where the call is, by the names of the catalogue (spec section 2.9).
    pub(crate) fn phase(&self) -> CallPhase {
        self.admission.phase(self.is_up())
    }

    /// Address of the other side.
    pub(crate) fn peer(&self) -> &str {
        &self.peer
    }

    /// What is known about its hold.
    pub(crate) const fn hold(&self) -> HoldState {
        self.hold
    }

    /// User and host of the other side.
    pub(crate) fn peer_parts(&self) -> (String, String) {
        let host = match self.peer.split_once('@') {
            Some((_, host)) => host,
            None => self.peer.split_once(':').map_or("", |(_, host)| host),
        };
        (user_part(&self.peer).to_owned(), host.split([';', '?', ':']).next().unwrap_or_default().to_owned())
    }

    /// How the other side names itself.
    pub(crate) fn display_name(&self) -> &str {
        if self.name == self.peer { "" } else { &self.name }
    }

    pub(crate) fn is_to(&self, target: &str) -> bool {
        self.peer == target && !self.is_ringing()
    }

    /// How long the call has stood.
    pub(crate) fn stood(&self, now: Instant) -> Option<Duration> {
        match self.phase {
            Phase::Up { since } => Some(now.saturating_duration_since(since)),
            _ => None,
        }
    }

    pub(crate) fn state(&self) -> CallState {
        let (call, target) = (self.id, self.peer.clone());
        match &self.phase {
            Phase::Ringing { .. } => CallState::Ringing { call, from: self.name.clone() },
            Phase::Up { .. } => CallState::InCall {
                call,
                target,
                room: self.room().map(|room| room.name.clone()),
                participant: self.room().map(|room| room.participant.clone()),
                media_connected: self.media.flowing(),
            },
            _ => CallState::Connecting { call, target },
        }
    }
}

/// `100` of `sip:100@host;param`; nothing of `sip:host` (RFC 3261 section 19.1.1), the number of `tel:100`.
pub(super) fn user_part(uri: &str) -> &str {
    let (scheme, rest) = uri.split_once(':').unwrap_or_default();
    match rest.split_once('@') {
        Some((user, _)) => user.split(';').next().unwrap_or(user),
        None if scheme.eq_ignore_ascii_case("tel") => rest.split(';').next().unwrap_or(rest),
        None => "",
    }
}
