//! The call and the connection as the room sees them.

use std::time::{Duration, Instant};

use roombox_conference::api::{CallId, CallState, ConnectionState};

use crate::config::ApplianceConfig;
use crate::quality::Quality;
use crate::session::Session;
use crate::tree::{Admission, CallStatus, Incoming, MediaStatus, ScreenPicture};

const MINUTE: Duration = Duration::from_mins(1);

/// Connection, call and the media of the call.
#[derive(Debug)]
pub(crate) struct CallDesk {
    pub(crate) connection: ConnectionState,
    pub(crate) registered: bool,
    pub(crate) state: CallState,
    pub(crate) media: MediaStatus,
    pub(crate) session: Session,
    pub(crate) quality: Quality,
    /// Where the last call of ours led.
    pub(crate) last_target: Option<String>,
    /// When the present call stood first, and how many full minutes ago that was.
    up: Option<(Instant, u64)>,
}

impl CallDesk {
    pub(crate) fn new() -> Self {
        Self {
            connection: ConnectionState::Idle,
            registered: false,
            state: CallState::Idle,
            media: MediaStatus::default(),
            session: Session::default(),
            quality: Quality::default(),
            last_target: None,
            up: None,
        }
    }

    pub(crate) fn connection_changed(&mut self, state: ConnectionState) {
        if state != ConnectionState::Established {
            self.registered = false;
        }
        self.connection = state;
    }

    pub(crate) fn call_changed(&mut self, now: Instant, state: CallState) {
        if call_id(&self.state) != call_id(&state) {
            self.media = MediaStatus::default();
            self.up = None;
        }
        if let CallState::InCall { media_connected, .. } = state {
            self.media.connected = media_connected;
            self.up.get_or_insert((now, 0));
        }
        self.session.call_changed(call_id(&state));
        self.quality.call_changed(call_id(&state));
        self.state = state;
        if let Some(target) = self.target().map(str::to_owned) {
            self.last_target = Some(target);
        }
    }

    pub(crate) const fn in_call(&self) -> bool {
        matches!(self.state, CallState::InCall { .. })
    }

    /// A call to a conference is wanted: made, standing or tried again.
    pub(crate) const fn wanted(&self) -> bool {
        !matches!(self.state, CallState::Idle | CallState::Ringing { .. })
    }

    pub(crate) fn incoming(&self) -> Option<Incoming> {
        match &self.state {
            CallState::Ringing { call, from } => Some(Incoming { call: *call, from: from.clone() }),
            _ => None,
        }
    }

    /// Where the call leads or led.
    pub(crate) fn target(&self) -> Option<&str> {
        match &self.state {
            CallState::Waiting { target }
            | CallState::Connecting { target, .. }
            | CallState::InCall { target, .. }
            | CallState::Redialling { target, .. } => Some(target),
            CallState::Idle | CallState::Ringing { .. } => None,
        }
    }

    /// The room as the server named it; the waiting room is not where anybody wants to be.
    pub(crate) fn room(&self) -> Option<&str> {
        match &self.state {
            CallState::InCall { room, .. } if self.session.admission() != Admission::WaitingRoom => room.as_deref(),
            _ => None,
        }
    }

    /// What people call the conference.
    pub(crate) fn name(&self, config: &ApplianceConfig) -> Option<String> {
        self.room().map(str::to_owned).or_else(|| self.target().map(|target| config.name_of(target)))
    }

    pub(crate) fn count_minutes(&mut self, now: Instant) {
        if let Some((since, minutes)) = &mut self.up {
            *minutes = now.saturating_duration_since(*since).as_secs() / 60;
        }
    }

    /// When the next minute is full.
    pub(crate) fn next_minute(&self) -> Option<Instant> {
        let (since, minutes) = self.up?;
        let next = u32::try_from(minutes + 1).unwrap_or(u32::MAX);
        since.checked_add(MINUTE.checked_mul(next)?)
    }

    pub(crate) fn minutes(&self) -> Option<u64> {
        self.up.map(|(_, minutes)| minutes)
    }

    pub(crate) fn status(&self) -> CallStatus {
        CallStatus { state: self.state.clone(), minutes: self.minutes() }
    }

    pub(crate) const fn picture(&self) -> ScreenPicture {
        match (self.in_call(), self.media.remote_video_flowing) {
            (false, _) => ScreenPicture::Idle,
            (true, None) => ScreenPicture::Waiting,
            (true, Some(true)) => ScreenPicture::Conference,
            (true, Some(false)) => ScreenPicture::Frozen,
        }
    }
}

pub(crate) const fn call_id(state: &CallState) -> Option<CallId> {
    match state {
        CallState::Ringing { call, .. } | CallState::Connecting { call, .. } | CallState::InCall { call, .. } => {
            Some(*call)
        }
        CallState::Idle | CallState::Waiting { .. } | CallState::Redialling { .. } => None,
    }
}
