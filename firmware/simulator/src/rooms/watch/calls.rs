//! Calls and sessions of one client: nothing is asked for a call that is over, nothing is said outside a dialog.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use bytes::Bytes;
use roombox_conference::api::{CallId, MediaRequest};
use roombox_sip::api::{Command, Event, HoldState, SessionId};

use super::Broken;

/// A session as the user agent knows it.
#[derive(Clone, Debug, Default)]
struct Session {
    /// The dialog stands.
    is_up: bool,
    /// The client has asked for its end.
    ends: bool,
    /// The user agent has ended it. What the client said before it could hear of that, in the same instant, never leaves.
    over: Option<Instant>,
    /// Whom we called.
    target: Option<String>,
}

/// All calls and sessions.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    /// Media was told to close them.
    closed: BTreeSet<CallId>,
    /// Their end was told.
    ended: BTreeSet<CallId>,
    holds: BTreeMap<CallId, HoldState>,
    /// Whom each call is with.
    peers: BTreeMap<CallId, String>,
    sessions: BTreeMap<SessionId, Session>,
    /// They stand, as told.
    standing: BTreeSet<CallId>,
}

impl Calls {
    /// Sessions to this target that nobody has ended.
    pub(crate) fn to(&self, target: &str) -> usize {
        let live =
            |session: &&Session| !session.ends && session.over.is_none() && session.target.as_deref() == Some(target);
        self.sessions.values().filter(live).count()
    }

    /// Calls that began and have not ended.
    pub(crate) fn under_way(&self) -> impl Iterator<Item = CallId> {
        self.peers.keys().copied()
    }

    /// Whom a call is with.
    pub(crate) fn peer(&self, call: CallId) -> Option<&str> {
        self.peers.get(&call).map(String::as_str)
    }

    pub(super) fn begins(&mut self, call: CallId, peer: &str) {
        self.peers.insert(call, peer.to_owned());
    }

    /// Calls that stand.
    pub(crate) const fn standing(&self) -> &BTreeSet<CallId> {
        &self.standing
    }

    /// We hold the other side, and it has agreed.
    pub(crate) fn hold(&self, call: CallId) -> HoldState {
        self.holds.get(&call).copied().unwrap_or_default()
    }

    pub(super) fn stands(&mut self, call: CallId) {
        self.standing.insert(call);
    }

    pub(super) fn held(&mut self, call: CallId, hold: HoldState) {
        self.holds.insert(call, hold);
    }

    pub(super) fn ended(&mut self, call: CallId) -> Result<(), Broken> {
        self.standing.remove(&call);
        self.holds.remove(&call);
        self.peers.remove(&call);
        if self.ended.insert(call) { Ok(()) } else { Err(("call-ends-once", format!("{call:?} ends twice"))) }
    }

    pub(super) fn on_media_request(&mut self, request: &MediaRequest) -> Result<(), Broken> {
        let call = request.call();
        if self.closed.contains(&call) {
            return Err(("closed-call", format!("{request:?} after its media was closed")));
        }
        if matches!(request, MediaRequest::Close { .. }) {
            self.closed.insert(call);
        }
        Ok(())
    }

    pub(super) fn on_sip_command(&mut self, command: &Command) -> Result<(), Broken> {
        match command {
            Command::Invite { session, target, .. } => {
                self.sessions.insert(*session, Session { target: Some(target.clone()), ..Session::default() });
            }
            Command::Terminate { session, .. } | Command::Reject { session, .. } => {
                if let Some(session) = self.sessions.get_mut(session) {
                    session.ends = true;
                }
            }
            Command::Dtmf { session, .. } | Command::Info { session, .. } => {
                let known = self.sessions.get(session);
                if !known.is_some_and(|session| session.is_up && !session.ends) {
                    return Err(("info-in-dialog", format!("INFO asked for in {session:?}, which is {known:?}")));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What was over before this instant is forgotten.
    pub(super) fn moment(&mut self, now: Instant) {
        self.sessions.retain(|_, session| session.over.is_none_or(|over| over == now));
    }

    pub(super) fn on_sip_event(&mut self, now: Instant, event: &Event) {
        match event {
            Event::Incoming { session, .. } => drop(self.sessions.insert(*session, Session::default())),
            Event::Accepted { session, .. } | Event::Confirmed { session } => {
                if let Some(session) = self.sessions.get_mut(session) {
                    session.is_up = true;
                }
            }
            Event::Ended { session, .. } => {
                if let Some(session) = self.sessions.get_mut(session) {
                    session.over = Some(now);
                }
            }
            _ => {}
        }
    }
}

/// An INFO has the tag of the other side: it is inside a dialog (RFC 3261 section 12.2.1.1).
pub(super) fn in_dialog(bytes: &Bytes) -> Result<(), Broken> {
    if !bytes.starts_with(b"INFO ") {
        return Ok(());
    }
    let text = String::from_utf8_lossy(bytes);
    let to = text.lines().find(|line| line.starts_with("To:")).unwrap_or_default();
    if to.contains(";tag=") { Ok(()) } else { Err(("info-in-dialog", format!("INFO with {to:?}"))) }
}
