//! Whether media gets through, and when to restart ICE or give up.

use std::time::Instant;

use crate::config::CallPolicy;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Path {
    /// The call does not stand yet.
    #[default]
    Unused,
    /// The call stands since then, media never flowed.
    Connecting {
        since: Instant,
    },
    Flowing,
    /// ICE will be restarted at `restart`.
    Lost {
        since: Instant,
        restart: Instant,
    },
    /// ICE was restarted at `restarted`.
    Restarting {
        since: Instant,
        restarted: Instant,
    },
}

/// What has to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WatchAction {
    Nothing,
    RestartIce,
    GiveUp,
}

/// Watches the media path of one call.
#[derive(Debug, Default)]
pub(super) struct MediaWatch {
    path: Path,
    restarts: u32,
}

impl MediaWatch {
    pub(super) const fn flowing(&self) -> bool {
        matches!(self.path, Path::Flowing)
    }

    /// Since when media does not flow, if it does not.
    pub(super) const fn lost_since(&self) -> Option<Instant> {
        match self.path {
            Path::Connecting { since } | Path::Lost { since, .. } | Path::Restarting { since, .. } => Some(since),
            Path::Unused | Path::Flowing => None,
        }
    }

    pub(super) fn call_is_up(&mut self, now: Instant) {
        if self.path == Path::Unused {
            self.path = Path::Connecting { since: now };
        }
    }

    pub(super) const fn connected(&mut self) {
        self.path = Path::Flowing;
        self.restarts = 0;
    }

    /// Media does not get through any more. True: that is new.
    pub(super) fn lost(&mut self, now: Instant, policy: &CallPolicy) -> bool {
        let new = self.flowing();
        if new {
            self.path = Path::Lost { since: now, restart: now + policy.ice_restart_after };
        }
        new
    }

    /// The server has answered since media was lost: it is the path of media that is gone, not the network, so that it
    /// will not come back by itself and a restart gets through.
    pub(super) fn server_answers(&mut self, now: Instant) {
        if let Path::Lost { restart, .. } = &mut self.path {
            *restart = now;
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant, policy: &CallPolicy) -> WatchAction {
        if self.next_deadline(policy).is_none_or(|deadline| deadline > now) {
            return WatchAction::Nothing;
        }
        let (Path::Lost { since, .. } | Path::Restarting { since, .. }) = self.path else { return WatchAction::GiveUp };
        if self.restarts >= policy.ice_restarts {
            return WatchAction::GiveUp;
        }
        self.restarts += 1;
        self.path = Path::Restarting { since, restarted: now };
        WatchAction::RestartIce
    }

    pub(super) fn next_deadline(&self, policy: &CallPolicy) -> Option<Instant> {
        match self.path {
            Path::Unused | Path::Flowing => None,
            Path::Connecting { since } => Some(since + policy.media_connect),
            Path::Lost { restart, .. } => Some(restart),
            Path::Restarting { restarted, .. } => Some(restarted + policy.ice_restart_limit),
        }
    }
}
