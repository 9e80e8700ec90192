//! The way back to the server that is configured first.
//!
//! Ten minutes after the first flow came up at another server, and again every ten minutes, a connection to the first one is
//! tried beside it, unless there is a call or an open request: only when it is up, the old one is let go. So a first server
//! that stays away costs nothing, and a healthy one has the box back within ten minutes of idleness.

use std::time::{Duration, Instant};

use super::connection::OPEN_PATIENCE;
use super::{ConnectionState, UserAgent};
use crate::api::{AgentEvent, FlowError, FlowId, FlowInput, LocateId, Output, Server, ServerTarget, Transport};

/// Between two looks at the first server.
const INTERVAL: Duration = Duration::from_mins(10);
/// Until the next look when a call was in the way.
const BUSY: Duration = Duration::from_mins(1);

/// How far the way back is.
#[derive(Debug, Default)]
pub(super) enum WayBack {
    /// We are there, or nowhere.
    #[default]
    Off,
    Due(Instant),
    Locating(LocateId, Instant),
    Opening(FlowId, ServerTarget, Instant),
}

impl WayBack {
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Off => None,
            Self::Due(at) | Self::Locating(_, at) | Self::Opening(_, _, at) => Some(*at),
        }
    }
}

impl UserAgent {
    /// The first flow came up.
    pub(super) fn watch_preferred(&mut self, now: Instant) {
        let there = self.legs[0].connection.servers.is_preferred();
        self.way_back = if there { WayBack::Off } else { WayBack::Due(now + INTERVAL) };
    }

    /// The first flow is lost: it looks for its way by itself.
    pub(super) fn forget_preferred(&mut self) {
        if let WayBack::Opening(flow, ..) = std::mem::take(&mut self.way_back) {
            self.outputs.push_back(Output::CloseFlow(flow));
        }
    }

    pub(super) fn look_for_preferred(&mut self, now: Instant) {
        if self.way_back.deadline().is_none_or(|at| at > now) {
            return;
        }
        if !matches!(self.way_back, WayBack::Due(_)) {
            return self.preferred_failed(now);
        }
        let quiet = self.endpoint.is_calm() && self.endpoint.core.transactions.is_quiet();
        if self.legs[0].connection.state() != ConnectionState::Connected || !quiet {
            self.way_back = WayBack::Due(now + BUSY);
            return;
        }
        match self.legs[0].connection.servers.preferred().cloned() {
            Some(Server::At(place)) => self.open_preferred(now, place),
            Some(Server::Domain { name, transport, path }) => {
                let locate = self.names.lookup();
                self.way_back = WayBack::Locating(locate, now + OPEN_PATIENCE);
                self.outputs.push_back(Output::Locate { locate, domain: name, transport, path });
            }
            None => self.way_back = WayBack::Off,
        }
    }

    fn open_preferred(&mut self, now: Instant, place: ServerTarget) {
        let barred = self.legs[0].connection.servers.barred_until(now, &place).is_some();
        if barred || self.taken(0).contains(&place) {
            return self.preferred_failed(now);
        }
        let flow = self.names.flow();
        self.way_back = WayBack::Opening(flow, place.clone(), now + OPEN_PATIENCE);
        self.outputs.push_back(Output::OpenFlow { flow, server: place });
    }

    fn preferred_failed(&mut self, now: Instant) {
        self.forget_preferred();
        self.way_back = WayBack::Due(now + INTERVAL);
    }

    /// The answer to a lookup that is not a leg's.
    pub(super) fn preferred_located(
        &mut self,
        now: Instant,
        id: LocateId,
        places: Result<Vec<ServerTarget>, FlowError>,
    ) {
        if !matches!(self.way_back, WayBack::Locating(locate, _) if locate == id) {
            return;
        }
        match places.ok().and_then(|places| places.into_iter().next()) {
            Some(place) => self.open_preferred(now, place),
            None => self.preferred_failed(now),
        }
    }

    /// News of a flow that no leg has.
    pub(super) fn preferred_input(&mut self, now: Instant, flow: FlowId, input: &FlowInput) {
        let WayBack::Opening(opening, place, _) = &self.way_back else { return };
        if *opening != flow {
            return;
        }
        let place = place.clone();
        match input {
            FlowInput::Opened(transport) if self.endpoint.is_calm() => self.go_back(now, flow, place, *transport),
            FlowInput::Opened(_) => self.preferred_failed(now),
            FlowInput::Received(_) => {}
            FlowInput::Closed(_) => self.way_back = WayBack::Due(now + INTERVAL),
        }
    }

    fn go_back(&mut self, now: Instant, flow: FlowId, place: ServerTarget, transport: Transport) {
        self.way_back = WayBack::Off;
        self.drop_flow(now, 0, FlowError::Closed("back to the first server".into()));
        self.legs[0].connection.adopt(now, flow, place.clone());
        if !self.another_stands(0) {
            self.tell(AgentEvent::Connecting { server: place, attempt: 1 });
        }
        self.opened(now, 0, flow, transport);
    }
}
