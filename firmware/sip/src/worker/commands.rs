//! What each command does (spec section 12.1).

use std::time::Instant;

use super::event::Why;
use super::link::Link;
use super::session::{Session, Waiting};
use super::ulid::ulid;
use super::{
    CallOptions, Command, EventName, MAX_SESSIONS, MediaRequest, OfSession, Refusal, SessionOrigin, SessionState,
    Worker, config,
};
use crate::agent::{self, ConnectionState, UserAgent};
use crate::api::{self, Cause, HeaderLine, InviteOptions, Originator, RequestId, SessionId};
use crate::machine::Machine;

/// Length of a telephone key and the pause behind it, in milliseconds (spec section 14.9).
const TONE_MS: (u32, u32) = (100, 500);

impl Worker {
    pub(super) fn command(&mut self, now: Instant, command: Command) {
        let done = match command {
            Command::Init(options) => {
                self.options.merge(*options);
                self.options_changed = true;
                Ok(())
            }
            Command::Login => {
                self.login(now);
                Ok(())
            }
            Command::Logout => self.logout(now),
            Command::Register => self.register(now),
            Command::Unregister => self.unregister(now),
            Command::Call { target, options } => self.call(now, &target, options),
            Command::Answer(OfSession { session_id }) => self.answer(now, &session_id),
            Command::HangUp { session_id, is_timeout } => self.hang_up(now, &session_id, is_timeout),
            Command::Hold(OfSession { session_id }) => self.hold(now, &session_id, true),
            Command::Unhold(OfSession { session_id }) => self.hold(now, &session_id, false),
            Command::Mute(OfSession { session_id }) => self.mute(&session_id, true),
            Command::Unmute(OfSession { session_id }) => self.mute(&session_id, false),
            Command::Dtmf { session_id, tone } => self.dtmf(now, &session_id, tone),
            Command::SessionDel(OfSession { session_id }) => self.delete(now, &session_id),
            Command::Notify | Command::Empty => Ok(()),
        };
        if let Err(refusal) = done {
            self.refuse(refusal);
        }
    }

    pub(super) fn login(&mut self, now: Instant) {
        let Some(link) = &self.link else {
            if let Err(refusal) = self.start(now) {
                self.refuse(refusal);
            }
            return;
        };
        let ready = link.registered || link.guest;
        match self.connection() {
            _ if link.leaving => self.login_again = true,
            ConnectionState::Connected if ready => self.refuse(Refusal::AlreadyLoggedIn),
            ConnectionState::Connected => self.tell_agent(now, agent::Input::Register),
            // New settings need a new agent; with the old ones the next attempt just does not wait.
            _ if self.options_changed => {
                self.login_again = true;
                self.leave(now);
            }
            _ => self.tell_agent(now, agent::Input::Reconnect),
        }
    }

    fn start(&mut self, now: Instant) -> Result<(), Refusal> {
        let config = config::agent(&self.options)?;
        let guest = config.registration.is_none();
        self.links = self.links.wrapping_add(1);
        self.options_changed = false;
        let agent = UserAgent::new(config, self.seed.wrapping_add(u64::from(self.links)));
        self.link = Some(Link { agent, guest, leaving: false, number: self.links, registered: false });
        self.tell_agent(now, agent::Input::Start);
        Ok(())
    }

    fn logout(&mut self, now: Instant) -> Result<(), Refusal> {
        self.login_again = false;
        if self.link.is_none() {
            return Err(Refusal::NotLoggedIn);
        }
        self.leave(now);
        Ok(())
    }

    fn leave(&mut self, now: Instant) {
        if let Some(link) = &mut self.link {
            link.leaving = true;
            link.agent.handle_input(now, agent::Input::Stop);
        }
    }

    fn register(&mut self, now: Instant) -> Result<(), Refusal> {
        let link = self.link.as_ref().filter(|link| !link.leaving).ok_or(Refusal::NotLoggedIn)?;
        if !link.registered {
            self.tell_agent(now, agent::Input::Register);
        }
        Ok(())
    }

    fn unregister(&mut self, now: Instant) -> Result<(), Refusal> {
        if !self.is_registered() {
            return Err(Refusal::NotRegistered);
        }
        self.tell_agent(now, agent::Input::Unregister);
        Ok(())
    }

    fn call(&mut self, now: Instant, target: &str, options: CallOptions) -> Result<(), Refusal> {
        let link = self.link.as_ref().filter(|link| !link.leaving).ok_or(Refusal::NotLoggedIn)?;
        let ready = link.registered || link.guest && self.is_connected();
        if !ready {
            return Err(Refusal::NotRegistered);
        }
        let target = config::target(target, self.options.uri.as_deref().unwrap_or_default())?;
        if self.sessions.len() >= MAX_SESSIONS {
            return Err(Refusal::TooManySessions);
        }
        self.next_session += 1;
        let sip = SessionId(self.next_session);
        let id = self.add(now, Session::new(sip, SessionOrigin::Outgoing, target.clone()));
        if let Some(session) = self.sessions.get_mut(&id) {
            session.constraints = options.media_constraints.unwrap_or_default();
        }
        self.tell_session(now, &id, EventName::SessionConnecting, Why::default());
        let headers = options.extra_headers.iter().filter_map(|line| header(line)).collect();
        let (anonymous, session_expires) = (options.anonymous, options.session_timers_expires);
        let invite = InviteOptions { anonymous, session_expires, ..InviteOptions::default() };
        let waiting = Waiting::Invite { target, headers, options: invite };
        let ice_servers = options.pc_config.and_then(|pc| pc.ice_servers);
        self.ask_description(now, &id, waiting, None, ice_servers);
        Ok(())
    }

    /// Takes a new session in and tells of it; gives its id.
    pub(super) fn add(&mut self, now: Instant, session: Session) -> String {
        let id = ulid(self.unix_ms(now), &mut self.random);
        self.sessions.insert(id.clone(), session);
        self.tell_session(now, &id, EventName::NewRtcSession, Why::default());
        id
    }

    fn answer(&mut self, now: Instant, session_id: &str) -> Result<(), Refusal> {
        let session = self.in_state(session_id, SessionState::InProgress)?;
        if session.origin == SessionOrigin::Outgoing || session.waiting.is_some() {
            return Err(wrong_state(session_id, session));
        }
        let offer = session.offer.take();
        self.ask_description(now, session_id, Waiting::Accept, offer, None);
        Ok(())
    }

    fn hang_up(&mut self, now: Instant, session_id: &str, is_timeout: bool) -> Result<(), Refusal> {
        let session = self.sessions.get_mut(session_id).ok_or_else(|| Refusal::NoSession(session_id.into()))?;
        session.timed_out |= is_timeout;
        let cause = match (session.state(), session.origin) {
            (SessionState::Established, _) => Cause::Bye,
            (SessionState::InProgress, SessionOrigin::Outgoing) => Cause::Canceled,
            (SessionState::InProgress, SessionOrigin::Incoming) => Cause::Rejected,
        };
        if matches!(session.waiting, Some(Waiting::Invite { .. })) {
            let why = Why { originator: Some(Originator::Local), cause: Some(cause.to_string()), ..Why::default() };
            self.end_session(now, session_id, EventName::SessionFailed, why);
            return Ok(());
        }
        let session = session.sip;
        self.tell_agent(now, agent::Input::Command(api::Command::Terminate { session, cause }));
        Ok(())
    }

    fn hold(&mut self, now: Instant, session_id: &str, hold: bool) -> Result<(), Refusal> {
        let session = self.in_state(session_id, SessionState::Established)?.sip;
        self.tell_agent(now, agent::Input::Command(api::Command::Hold { session, hold }));
        Ok(())
    }

    fn mute(&mut self, session_id: &str, muted: bool) -> Result<(), Refusal> {
        self.in_state(session_id, SessionState::Established)?;
        self.ask_media(session_id, MediaRequest::Mute { muted });
        Ok(())
    }

    fn dtmf(&mut self, now: Instant, session_id: &str, tones: String) -> Result<(), Refusal> {
        let session = self.in_state(session_id, SessionState::Established)?.sip;
        self.next_request += 1;
        let request = RequestId(self.next_request);
        let (duration_ms, gap_ms) = TONE_MS;
        let command = api::Command::Dtmf { session, request, tones, duration_ms, gap_ms };
        self.tell_agent(now, agent::Input::Command(command));
        Ok(())
    }

    /// What the session still says on its way out is not told: nobody knows it any more.
    fn delete(&mut self, now: Instant, session_id: &str) -> Result<(), Refusal> {
        let session = self.sessions.remove(session_id).ok_or_else(|| Refusal::NoSession(session_id.into()))?;
        self.ask_media(session_id, MediaRequest::Close);
        let cause = if session.established { Cause::Bye } else { Cause::Canceled };
        let command = api::Command::Terminate { session: session.sip, cause };
        self.tell_agent(now, agent::Input::Command(command));
        Ok(())
    }

    fn in_state(&mut self, session_id: &str, state: SessionState) -> Result<&mut Session, Refusal> {
        match self.sessions.get_mut(session_id) {
            None => Err(Refusal::NoSession(session_id.into())),
            Some(session) if session.state() != state => Err(wrong_state(session_id, session)),
            Some(session) => Ok(session),
        }
    }
}

fn wrong_state(session_id: &str, session: &Session) -> Refusal {
    Refusal::WrongState { session_id: session_id.into(), state: session.state() }
}

/// A line that would break the message is left out.
fn header(line: &str) -> Option<HeaderLine> {
    let (name, value) = line.split_once(':')?;
    let clean = !line.contains(['\r', '\n']) && !name.trim().is_empty();
    clean.then(|| HeaderLine::new(name.trim(), value.trim()))
}
