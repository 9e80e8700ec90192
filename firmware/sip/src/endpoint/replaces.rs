//! Calls that take the place of others (RFC 3891).

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use super::Endpoint;
use crate::api::{Cause, SessionId};
use crate::dialog::Dialog;
use crate::message::Request;
use crate::replaces::Replaces;

/// Ended dialogs that are remembered, for the 603 of RFC 3891 section 3: a transfer that comes too late is told so. More
/// calls than a room has within the life of a transfer.
const REMEMBERED: usize = 32;

/// Which call replaces which, and which dialogs stood a while ago.
#[derive(Debug, Default)]
pub(super) struct Replacements {
    ended: VecDeque<Replaces>,
    /// The ringing call and the session whose place it takes.
    ringing: BTreeMap<SessionId, SessionId>,
}

impl Replacements {
    /// A call that replaces another rings.
    pub(super) fn rings(&mut self, call: SessionId, replaced: SessionId) {
        self.ringing.insert(call, replaced);
    }

    /// A session is over.
    pub(super) fn over(&mut self, session: SessionId, dialog: Option<&Dialog>) {
        self.ringing.retain(|call, replaced| *call != session && *replaced != session);
        let Some(dialog) = dialog else { return };
        if self.ended.len() == REMEMBERED {
            self.ended.pop_front();
        }
        self.ended.push_back(Replaces {
            call_id: dialog.call_id.clone(),
            early_only: false,
            from_tag: dialog.remote_tag.clone(),
            to_tag: dialog.local_tag.clone(),
        });
    }

    fn has_ended(&self, named: &Replaces) -> bool {
        self.ended.iter().any(|ended| {
            ended.call_id == named.call_id
                && Replaces::is_tag(&named.to_tag, &ended.to_tag)
                && Replaces::is_tag(&named.from_tag, &ended.from_tag)
        })
    }
}

impl Endpoint {
    /// The session that an INVITE takes the place of; `Err`: the status that refuses it.
    pub(super) fn replaced_by(&self, invite: &Request) -> Result<Option<SessionId>, u16> {
        let mut values = invite.headers.all("Replaces");
        let Some(value) = values.next() else { return Ok(None) };
        let named = Replaces::parse(value).filter(|_| values.next().is_none()).ok_or(400_u16)?;
        let found = self.sessions.values().find_map(|s| Some((s.id, s.may_be_replaced(&named)?)));
        match found {
            Some((id, verdict)) => verdict.map(|()| Some(id)),
            None if self.replacements.has_ended(&named) => Err(603),
            None => Err(481),
        }
    }

    /// A call was accepted: the session whose place it takes is ended.
    pub(super) fn replace(&mut self, now: Instant, call: SessionId) {
        if let Some(replaced) = self.replacements.ringing.remove(&call) {
            self.with_session(replaced, |session, core| session.terminate(core, now, Cause::Replaced));
        }
    }
}
