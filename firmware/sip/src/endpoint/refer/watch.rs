//! What becomes of the calls that others asked us to make.

use std::collections::{BTreeSet, VecDeque};

use crate::api::{Cause, Event, Failure, SessionId};
use crate::message::reason::phrase;

/// Sessions whose progress is to be reported. It watches what the owner is told, so both hear the same, whatever
/// redirections, credentials and repetitions lie behind it.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    news: VecDeque<(SessionId, u16, String)>,
    sessions: BTreeSet<SessionId>,
}

impl Watch {
    /// From now on, news of this session are kept.
    pub(super) fn start(&mut self, session: SessionId) {
        self.sessions.insert(session);
    }

    /// Nobody wants to know any more.
    pub(super) fn stop(&mut self, session: SessionId) {
        self.sessions.remove(&session);
        self.news.retain(|(of, ..)| *of != session);
    }

    /// The owner is told this.
    pub(crate) fn see(&mut self, event: &Event) {
        let (session, status, reason) = match event {
            Event::Progress { session, status, .. } => (*session, *status, phrase(*status).to_string()),
            Event::Accepted { session, .. } => (*session, 200, phrase(200).to_string()),
            Event::Ended { session, failure } => (*session, final_status(failure), failure.reason.clone()),
            _ => return,
        };
        if self.sessions.contains(&session) {
            self.news.push_back((session, status, reason));
            if status >= 200 {
                self.sessions.remove(&session);
            }
        }
    }

    /// The next news: session, status and phrase.
    pub(super) fn next(&mut self) -> Option<(SessionId, u16, String)> {
        self.news.pop_front()
    }
}

/// The status that tells best why a call did not come about.
fn final_status(failure: &Failure) -> u16 {
    failure.status.filter(|status| *status >= 300).unwrap_or(match failure.cause {
        Cause::NoAnswer | Cause::RequestTimeout => 408,
        Cause::Bye | Cause::Canceled => 487,
        Cause::ConnectionError => 503,
        Cause::BadMediaDescription | Cause::IncompatibleSdp | Cause::WebrtcError => 488,
        _ => 500,
    })
}
