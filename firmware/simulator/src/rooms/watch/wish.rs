//! What the owner of a box wants: with auto-dial it is in one call, or about to be.

use std::time::Instant;

use roombox_conference::ConferenceStatus;
use roombox_conference::api::{CallState, Command};

use super::{Broken, Calls};

/// What was asked for last.
#[derive(Debug, Default)]
pub(crate) struct Wish {
    /// Called again after every end, for ever.
    target: Option<String>,
}

impl Wish {
    /// What is dialled again and again.
    pub(crate) fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    pub(super) fn on_command(&mut self, command: &Command, calls: &Calls) {
        match command {
            Command::HangUp { call } if calls.peer(*call) != self.target() => {}
            Command::Join { target, keep: true } => self.target = Some(target.clone()),
            Command::ConnectAndCall { .. }
            | Command::HangUp { .. }
            | Command::Join { keep: false, .. }
            | Command::Leave
            | Command::Redial { force: false }
            | Command::Stop
            | Command::Transfer { .. } => self.target = None,
            _ => {}
        }
    }

    /// There is exactly one call to the target, or something that will make one.
    pub(crate) fn check(
        &self,
        status: &ConferenceStatus,
        calls: &Calls,
        deadline: Option<Instant>,
    ) -> Result<(), Broken> {
        let Some(target) = self.target() else { return Ok(()) };
        let (live, state) = (calls.to(target), &status.call);
        let detail = || format!("{live} calls to {target}, told {state:?}, woken at {deadline:?}");
        let goes_on = match state {
            CallState::Idle => false,
            CallState::Redialling { retry_in_ms, .. } => *retry_in_ms == 0 || deadline.is_some(),
            CallState::Connecting { .. } => deadline.is_some() || live > 0,
            CallState::InCall { .. } | CallState::Ringing { .. } | CallState::Waiting { .. } => true,
        };
        if live <= 1 && goes_on { Ok(()) } else { Err(("one-call", detail())) }
    }
}
