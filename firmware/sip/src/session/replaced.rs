//! A session whose place another call takes (RFC 3891 section 3).

use super::{Session, State};
use crate::dialog::Dialog;
use crate::replaces::Replaces;

impl Session {
    /// May this session be replaced? `None`: it is not the one that is named; `Err`: the status that refuses.
    pub(crate) fn may_be_replaced(&self, replaces: &Replaces) -> Option<Result<(), u16>> {
        if self.call_id != replaces.call_id || !Replaces::is_tag(&replaces.to_tag, &self.local_tag) {
            return None;
        }
        let remote = self.dialog.as_ref().filter(|d| Replaces::is_tag(&replaces.from_tag, &d.remote_tag));
        match self.state {
            State::Established if remote.is_some() && self.closing => Some(Err(603)),
            State::Established if remote.is_some() && replaces.early_only => Some(Err(486)),
            State::Established if remote.is_some() => Some(Ok(())),
            State::Calling { .. } if self.early.contains_key(&replaces.from_tag) => Some(Ok(())),
            // An early dialog that the peer has made is not to be replaced.
            State::Ringing(_) if remote.is_some() => Some(Err(481)),
            _ => None,
        }
    }

    /// The dialog, once there is one for good.
    pub(crate) fn dialog(&self) -> Option<&Dialog> {
        self.dialog.as_ref()
    }

    /// The dialog, for a request of another usage (RFC 5057).
    pub(crate) fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        self.dialog.as_mut()
    }
}
