//! Which server is tried next (RFC 3263 section 4.3, spec section 14.2).
//!
//! The configured servers are tried in their order, the places of a domain in the order of their lookup. One that failed is
//! passed over until all have failed; then a new round begins, with new lookups. After the loss of a connection that was
//! up, its place comes first. A place that asked for patience (503) is tried only where nothing else is left.

use std::collections::VecDeque;
use std::time::Instant;

use crate::api::{Server, ServerTarget, Transport};

/// Places of one lookup that are looked at; more would keep a box from the next server for minutes.
const MAX_PLACES: usize = 16;

/// What to do for the next attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Look up where this domain is served.
    Ask { domain: String, transport: Option<Transport>, path: String },
    /// Connect there.
    Open(ServerTarget),
    /// All have failed.
    RoundOver,
}

/// The servers of one flow.
#[derive(Debug)]
pub(super) struct Servers {
    barred: Vec<(ServerTarget, Instant)>,
    configured: Vec<Server>,
    /// Where we are or try to be, and the number of its configured server.
    current: Option<(usize, ServerTarget)>,
    failed: Vec<ServerTarget>,
    /// The configured server that comes after `places`.
    next: usize,
    places: VecDeque<(usize, ServerTarget)>,
    /// Barred places met in this round.
    postponed: VecDeque<(usize, ServerTarget)>,
}

impl Servers {
    pub(super) fn new(configured: Vec<Server>) -> Self {
        Self {
            barred: Vec::new(),
            configured,
            current: None,
            failed: Vec::new(),
            next: 0,
            places: VecDeque::new(),
            postponed: VecDeque::new(),
        }
    }

    pub(super) fn current(&self) -> Option<&ServerTarget> {
        self.current.as_ref().map(|(_, place)| place)
    }

    /// Are we at the server that is configured first?
    pub(super) fn is_preferred(&self) -> bool {
        self.current.as_ref().is_none_or(|(index, _)| *index == 0)
    }

    /// The server that is configured first.
    pub(super) fn preferred(&self) -> Option<&Server> {
        self.configured.first()
    }

    /// From the beginning.
    pub(super) fn new_round(&mut self) {
        (self.current, self.next) = (None, 0);
        self.failed.clear();
        self.places.clear();
        self.postponed.clear();
    }

    /// The next step of the round; `taken` places serve other flows of ours.
    pub(super) fn next(&mut self, now: Instant, taken: &[ServerTarget]) -> Next {
        loop {
            if let Some((index, place)) = self.places.pop_front() {
                if self.barred_until(now, &place).is_some() {
                    self.postponed.push_back((index, place));
                } else if !self.is_out(&place, taken) {
                    return self.choose(index, place);
                }
            } else if let Some(server) = self.configured.get(self.next).cloned() {
                self.next += 1;
                match server {
                    Server::At(place) => self.places.push_back((self.next - 1, place)),
                    Server::Domain { name, transport, path } => return Next::Ask { domain: name, transport, path },
                }
            } else if let Some((index, place)) = self.postponed.pop_front() {
                if !self.is_out(&place, taken) {
                    return self.choose(index, place);
                }
            } else {
                return Next::RoundOver;
            }
        }
    }

    fn choose(&mut self, index: usize, place: ServerTarget) -> Next {
        self.current = Some((index, place.clone()));
        Next::Open(place)
    }

    fn is_out(&self, place: &ServerTarget, taken: &[ServerTarget]) -> bool {
        self.failed.contains(place) || taken.contains(place)
    }

    /// The answer to the lookup that [`Servers::next`] asked for.
    pub(super) fn located(&mut self, places: Vec<ServerTarget>) {
        let index = self.next.saturating_sub(1);
        self.places.extend(places.into_iter().take(MAX_PLACES).map(|place| (index, place)));
    }

    /// The attempt failed.
    pub(super) fn failed(&mut self) {
        self.failed.extend(self.current.take().map(|(_, place)| place));
    }

    /// A connection that was up is lost: its place first, then all others in order.
    pub(super) fn lost(&mut self) {
        let current = self.current.take();
        self.new_round();
        self.places.extend(current);
    }

    /// Another way took us here.
    pub(super) fn moved(&mut self, place: ServerTarget) {
        self.new_round();
        self.current = Some((0, place));
    }

    /// May the round go on?
    pub(super) fn has_more(&self, taken: &[ServerTarget]) -> bool {
        let rest = self.configured.iter().skip(self.next);
        let open = |place: &ServerTarget| !self.is_out(place, taken);
        self.places.iter().chain(&self.postponed).any(|(_, place)| open(place))
            || rest.into_iter().any(|server| match server {
                Server::At(place) => open(place),
                Server::Domain { .. } => true,
            })
    }

    /// The place we are at wants to be left alone until then. Is there another one to try at once?
    pub(super) fn bar(&mut self, now: Instant, until: Instant, taken: &[ServerTarget]) -> bool {
        let Some((index, current)) = self.current.clone() else { return false };
        self.barred.retain(|(place, at)| *at > now && *place != current);
        self.barred.push((current, until));
        let open = |place: &ServerTarget| self.barred_until(now, place).is_none() && !taken.contains(place);
        self.places.iter().any(|(_, place)| open(place))
            || self.configured.iter().enumerate().any(|(n, server)| match server {
                Server::At(place) => open(place),
                Server::Domain { .. } => n != index,
            })
    }

    /// Until when this place wants to be left alone.
    pub(super) fn barred_until(&self, now: Instant, place: &ServerTarget) -> Option<Instant> {
        self.barred.iter().find(|(barred, until)| barred == place && *until > now).map(|(_, until)| *until)
    }
}
