//! What an onlooker may see of a session.

use super::{Session, State};
use crate::api::{HoldState, SessionId};

/// The life of a session, with the names of SIP.js (spec section 13.4). `Initial` is no state of its own here: the INVITE
/// goes out with the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// INVITE sent or received, no 2xx yet.
    Establishing,
    /// The dialog stands.
    Established,
    /// Ended for its owner; CANCEL or BYE is on its way.
    Terminating,
}

/// A dialog as one end sees it. When all is quiet, the two ends hold the same with the sides changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogStatus {
    /// Call-ID.
    pub call_id: String,
    /// Number of our last request.
    pub local_cseq: u32,
    /// Our tag.
    pub local_tag: String,
    /// Number of the peer's last request.
    pub remote_cseq: Option<u32>,
    /// The peer's tag.
    pub remote_tag: String,
    /// The peer's Contact.
    pub remote_target: String,
}

/// A session as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionStatus {
    /// The dialog, once there is one that is not early.
    pub dialog: Option<DialogStatus>,
    /// Early dialogs: branches of a fork that have answered with 1xx.
    pub early: usize,
    /// What is known about its hold.
    pub hold: HoldState,
    /// An offer of either side is on its way.
    pub offering: bool,
    /// Which session.
    pub session: SessionId,
    /// How far it is.
    pub stage: Stage,
}

impl SessionStatus {
    /// A session that its owner has been told the end of, while CANCEL or BYE is on its way.
    pub(crate) fn terminating(session: SessionId) -> Self {
        Self { dialog: None, early: 0, hold: HoldState::default(), offering: false, session, stage: Stage::Terminating }
    }
}

impl Session {
    /// Has its owner been told the end?
    pub(crate) fn is_told(&self) -> bool {
        self.closing || self.is_over()
    }

    pub(crate) fn status(&self) -> SessionStatus {
        let stage = match self.state {
            _ if self.is_told() => Stage::Terminating,
            State::Calling { .. } | State::Ringing(_) => Stage::Establishing,
            State::Established | State::Over => Stage::Established,
        };
        let dialog = self.dialog.as_ref().map(|dialog| DialogStatus {
            call_id: dialog.call_id.clone(),
            local_cseq: dialog.local_cseq,
            local_tag: dialog.local_tag.clone(),
            remote_cseq: dialog.remote_cseq,
            remote_tag: dialog.remote_tag.clone(),
            remote_target: dialog.remote_target.clone(),
        });
        SessionStatus {
            dialog,
            early: self.early.len(),
            hold: self.hold_facts(),
            offering: self.offer.is_running(),
            session: self.id,
            stage,
        }
    }
}
