//! The surface of SipWorker over [`crate::agent::UserAgent`]: its commands and events (spec section 12).
//!
//! The worker is a machine like the agent below it. What the library did with the browser's media comes out as
//! [`Output::Media`], and its outcome goes back in: a command to mute asks, and `onMute` is told when media says so. What
//! cannot be done is told as [`Output::Refused`], where the library only wrote to the console.
//!
//! Differences from the library, on purpose: options of a call are respected and defaults only fill gaps; every session
//! gathers candidates by itself; [`retry::Retries`] keeps its ids apart; causes come in three languages.

pub mod candidates;
mod command;
mod commands;
mod config;
mod event;
mod link;
mod media;
mod options;
pub mod retry;
mod session;
mod surface;
#[cfg(test)]
mod tests;
mod told;
mod told_session;
mod ulid;

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

pub use command::{Command, OfSession};
pub use event::{CauseData, EventName, Extra, SessionOrigin, WorkerEvent};
pub use media::MediaRequest;
pub use options::{CallOptions, MediaConstraints, Options, PeerConfig};
pub use session::{SessionState, SessionStatus};
pub use surface::{Input, Output, Refusal, WorkerStatus};

use crate::agent::{self, ConnectionState};
use crate::api::{self, FlowId, LocateId};
use crate::ident::Random;
use crate::machine::Machine;
use link::Link;
use session::Session;

/// Sessions at the same time; more is no use in a room and would only hold memory.
pub const MAX_SESSIONS: usize = 16;

/// SipWorker as a machine.
#[derive(Debug)]
pub struct Worker {
    link: Option<Link>,
    links: u32,
    /// `LOGIN` came while the old agent was still leaving.
    login_again: bool,
    next_request: u64,
    next_session: u64,
    options: Options,
    /// `INIT` came since the agent was made.
    options_changed: bool,
    outputs: VecDeque<Output>,
    random: Random,
    seed: u64,
    sessions: BTreeMap<String, Session>,
    /// An instant and what the wall clock said then, in milliseconds since 1970.
    started: (Instant, u64),
}

impl Worker {
    /// A worker without settings. `unix_ms`: what the wall clock says at `now`, in milliseconds since 1970; it dates
    /// events and session ids. The same seed, time and inputs give the same outputs.
    pub fn new(now: Instant, unix_ms: u64, seed: u64) -> Self {
        Self {
            link: None,
            links: 0,
            login_again: false,
            next_request: 0,
            next_session: 0,
            options: Options::default(),
            options_changed: false,
            outputs: VecDeque::new(),
            random: Random::new(seed),
            seed,
            sessions: BTreeMap::new(),
            started: (now, unix_ms),
        }
    }

    /// Is the WebSocket up?
    pub fn is_connected(&self) -> bool {
        self.connection() == ConnectionState::Connected
    }

    /// Registered?
    pub fn is_registered(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.registered)
    }

    /// The settings as they are merged.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// A session.
    pub fn session(&self, session_id: &str) -> Option<SessionStatus> {
        self.sessions.get(session_id).map(Session::status)
    }

    fn connection(&self) -> ConnectionState {
        self.link.as_ref().map_or(ConnectionState::Stopped, |link| link.agent.status().connection)
    }

    fn unix_ms(&self, now: Instant) -> u64 {
        let since = now.saturating_duration_since(self.started.0).as_millis();
        self.started.1.saturating_add(u64::try_from(since).unwrap_or(u64::MAX))
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.outputs.push_back(Output::Refused(refusal));
    }

    fn tell_agent(&mut self, now: Instant, input: agent::Input) {
        if let Some(link) = &mut self.link {
            link.agent.handle_input(now, input);
        }
    }

    /// Sends on what the agent has, and lets go of an agent that has left.
    fn settle(&mut self, now: Instant) {
        while let Some(output) = self.link.as_mut().and_then(|link| link.agent.poll_output()) {
            match output {
                api::Output::Event(event) => self.on_event(now, event),
                other => {
                    let outward = self.link.as_ref().map(|link| link.outward(other));
                    self.outputs.extend(outward.map(Output::Network));
                }
            }
        }
        let left = self.link.as_ref().is_some_and(|link| link.leaving) && self.connection() == ConnectionState::Stopped;
        if left {
            self.link = None;
            self.end_all(now);
            if std::mem::take(&mut self.login_again) {
                self.login(now);
                self.settle(now);
            }
        }
    }

    fn check_candidates(&mut self, now: Instant) {
        let ready = self.sessions.iter_mut().filter(|(_, s)| s.candidates.is_some_and(|c| c.is_ready(now)));
        for (id, session) in ready {
            session.candidates = None;
            let request = MediaRequest::TakeDescription;
            self.outputs.push_back(Output::Media { session_id: id.clone(), request });
        }
    }
}

impl Machine for Worker {
    type Input = Input;
    type Output = Output;
    type Status = WorkerStatus;

    fn handle_input(&mut self, now: Instant, input: Input) {
        match input {
            Input::Candidate { session_id, kind } => {
                if let Some(candidates) = self.sessions.get_mut(&session_id).and_then(|s| s.candidates.as_mut()) {
                    candidates.found(now, kind);
                }
            }
            Input::Command(command) => self.command(now, command),
            Input::Description { session_id, description } => self.description(now, &session_id, description),
            Input::Flow { flow, input } => {
                if let Some(flow) = self.link.as_ref().and_then(|link| link.inward(flow)) {
                    self.tell_agent(now, agent::Input::Flow { flow, input });
                }
            }
            Input::Gathered { session_id } => {
                if let Some(candidates) = self.sessions.get_mut(&session_id).and_then(|s| s.candidates.as_mut()) {
                    candidates.complete();
                }
            }
            Input::Located { locate, places } => {
                if let Some(FlowId(locate)) = self.link.as_ref().and_then(|link| link.inward(FlowId(locate.0))) {
                    self.tell_agent(now, agent::Input::Located { locate: LocateId(locate), places });
                }
            }
            Input::MediaFailed { session_id, reason } => self.media_failed(now, &session_id, reason),
            Input::Muted { session_id, muted } => self.muted(now, &session_id, muted),
        }
        self.settle(now);
        self.check_candidates(now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        if let Some(link) = &mut self.link {
            link.agent.handle_timeout(now);
        }
        self.settle(now);
        self.check_candidates(now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn next_deadline(&self) -> Option<Instant> {
        let agent = self.link.as_ref().and_then(|link| link.agent.next_deadline());
        let gathering = self.sessions.values().filter_map(|session| Some(session.candidates?.deadline()));
        gathering.chain(agent).min()
    }

    fn status(&self) -> WorkerStatus {
        WorkerStatus {
            connected: self.is_connected(),
            registered: self.is_registered(),
            sessions: self.sessions.iter().map(|(id, session)| (id.clone(), session.status())).collect(),
        }
    }
}
