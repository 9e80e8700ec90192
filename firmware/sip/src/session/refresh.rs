//! Keeping a session alive (RFC 4028 section 7.4 and 10), and telling the peer a new Contact (RFC 3261 section 12.2).
//!
//! A refresh is an UPDATE without a description, so it collides with no offer; a peer without UPDATE gets a re-INVITE of the
//! description as it is, in the queue of the offers. An offer that is on its way, or waits, refreshes by itself. A refresh
//! that is refused is tried again every ten seconds until the session has expired.

use std::time::{Duration, Instant};

use super::{Session, State, cause};
use crate::api::{Cause, Originator};
use crate::endpoint::core::{Core, Purpose};
use crate::message::Response;
use crate::transaction::{Outcome, TransactionEvent};

/// From one try to the next: short against the least interval (90 s).
const RETRY: Duration = Duration::from_secs(10);

impl Session {
    /// The interval asks for a refresh, or is over.
    pub(super) fn on_interval(&mut self, core: &mut Core, now: Instant) {
        let Some(interval) = &mut self.timers.interval else { return };
        if !matches!(self.state, State::Established) || self.closing {
            self.timers.interval = None;
        } else if !interval.ours || interval.expires <= now {
            self.timers.interval = None;
            let reason = "the session was not refreshed";
            self.hang_up(core, now, cause::without_status(Originator::System, Cause::Expires, reason));
        } else {
            interval.at = (now + RETRY).min(interval.expires);
            self.refresh(core, now);
        }
    }

    fn refresh(&mut self, core: &mut Core, now: Instant) {
        let underway = self.timers.refresh.is_some() || self.offer.is_ours();
        match (underway, self.peer_allows_update) {
            (true, _) => {}
            (false, true) => self.refresh_by_update(core, now),
            (false, false) => self.reinvite_to_refresh(core, now),
        }
    }

    /// UPDATE without a description.
    pub(super) fn refresh_by_update(&mut self, core: &mut Core, now: Instant) {
        let interval = self.timers.interval_to_ask();
        let min_se = self.timers.min_se();
        self.timers.refresh = self.send(core, now, Purpose::Refresh, "UPDATE", |core, flow, request| {
            request.headers.push("Contact", core.contact(flow));
            request.headers.push("Allow", core.allow());
            request.headers.push("Supported", core.supported(true));
            if let Some(interval) = interval {
                request.headers.push("Session-Expires", interval);
                request.headers.push("Min-SE", min_se.to_string());
            }
        });
    }

    pub(super) fn on_refresh_outcome(&mut self, core: &mut Core, now: Instant, event: &TransactionEvent) {
        match &event.outcome {
            Outcome::FlowLost => self.timers.refresh = self.timers.refresh.filter(|id| *id != event.id),
            Outcome::Timeout => self.hang_up(core, now, cause::timeout()),
            Outcome::Response(response) if response.status < 200 => {}
            Outcome::Response(response) if Core::is_challenge(response.status) => {
                if self.on_challenge(core, now, event, response).is_some() {
                    self.timers.refresh = None;
                }
            }
            Outcome::Response(response) => self.on_refresh_response(core, now, response),
        }
    }

    fn on_refresh_response(&mut self, core: &mut Core, now: Instant, response: &Response) {
        self.timers.refresh = None;
        match response.status {
            200..300 => {
                if let Some(dialog) = &mut self.dialog {
                    dialog.refresh_target(&response.headers);
                }
                self.learn(now, response, true);
            }
            408 | 481 => self.dialog_gone(core, response),
            405 | 501 => {
                self.peer_allows_update = false;
                self.reinvite_to_refresh(core, now);
            }
            422 if self.timers.raise(response) => self.refresh(core, now),
            // The next try comes by itself.
            _ => {}
        }
    }
}
