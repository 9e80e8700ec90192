//! Finding out a connection that has gone silent (RFC 5626 section 4.4, RFC 7118 section 6, spec section 15 number 10).
//!
//! A peer that answers CRLF CRLF with CRLF is asked so; whether it does is learnt from the first question of each flow,
//! which asks in both ways, and from `Flow-Timer` in the 2xx to REGISTER. All others, and every UDP peer (RFC 5626 has STUN
//! there), are asked with OPTIONS to our own address of record: every server answers it in some way, and any answer will
//! do. Everything that is received counts as a sign of life.

use std::time::{Duration, Instant};

use super::{KeepAlive, UserAgent};
use crate::api::{FlowId, Output, Transport};
use crate::endpoint::core::Owner;
use crate::ident::Random;
use crate::session::uac::initial_request;

/// Longest silence and longest wait for an answer, whatever is configured: a half-open connection is found within 30 s.
const LONGEST: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(10));
/// Shortest of both: less would be a flood.
const SHORTEST: Duration = Duration::from_secs(1);
/// The least Flow-Timer that is obeyed.
const MIN_FLOW_TIMER: u32 = 5;

#[derive(Clone, Copy, Debug)]
enum State {
    Asked(Instant),
    Off,
    Quiet(Instant),
}

/// How the peer is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    /// Not known yet what it answers.
    Both,
    Crlf,
    Options,
    /// Asked in both ways, and no CRLF came yet: OPTIONS.
    Unanswered,
}

/// Watches one connection.
#[derive(Debug)]
pub(super) struct Watch {
    config: KeepAlive,
    /// At least this often the server wants to hear from us (RFC 5626 section 4.4), 80 to 100 % of what it said.
    flow_timer: Option<Duration>,
    question: Question,
    /// When something was asked or the flow began.
    spoken: Option<Instant>,
    state: State,
}

impl Watch {
    pub(super) fn new(config: KeepAlive) -> Self {
        let interval = config.interval.clamp(SHORTEST, LONGEST.0);
        let timeout = config.timeout.clamp(SHORTEST, LONGEST.1);
        let config = KeepAlive { interval, timeout };
        Self { config, flow_timer: None, question: Question::Both, spoken: None, state: State::Off }
    }

    pub(super) fn start(&mut self, now: Instant, transport: Transport) {
        *self = Self::new(self.config);
        if transport == Transport::Udp {
            self.question = Question::Options;
        }
        self.spoken = Some(now);
        self.heard(now);
    }

    pub(super) fn stop(&mut self) {
        self.state = State::Off;
    }

    /// Anything received is a sign of life.
    pub(super) fn heard(&mut self, now: Instant) {
        let speak = self.flow_timer.zip(self.spoken).map(|(every, spoken)| spoken + every);
        let silence = now + self.config.interval;
        self.state = State::Quiet(speak.map_or(silence, |speak| speak.min(silence).max(now)));
    }

    /// The peer answers CRLF CRLF.
    pub(super) fn pong(&mut self) {
        if self.question != Question::Options {
            self.question = Question::Crlf;
        }
    }

    /// The 2xx to REGISTER named a Flow-Timer: such a server answers CRLF CRLF (RFC 5626 section 4.4.1).
    pub(super) fn flow_timer(&mut self, now: Instant, seconds: u32, random: &mut Random) {
        let all = u64::from(seconds.max(MIN_FLOW_TIMER)) * 1000;
        self.flow_timer = Some(Duration::from_millis(random.millis(all * 8 / 10, all)));
        self.pong();
        self.heard(now);
    }

    pub(super) fn due(&self, now: Instant) -> bool {
        self.deadline().is_some_and(|at| at <= now)
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::Asked(at) | State::Quiet(at) => Some(at),
            State::Off => None,
        }
    }

    /// Begins to wait for an answer; gives how to ask.
    fn ask(&mut self, now: Instant) -> Question {
        self.state = State::Asked(now + self.config.timeout);
        self.spoken = Some(now);
        let question = self.question;
        // No CRLF in answer to this one, and it is OPTIONS from now on.
        if question == Question::Both {
            self.question = Question::Unanswered;
        }
        question
    }
}

impl UserAgent {
    /// The silence has lasted: asks, or gives the connection up when it was asked in vain.
    pub(super) fn ask_for_life(&mut self, now: Instant, n: usize) {
        let leg = &mut self.legs[n];
        let (Some(flow), State::Quiet(_)) = (leg.connection.up(), leg.watch.state) else {
            return self.connection_dead(now, n);
        };
        let question = leg.watch.ask(now);
        if matches!(question, Question::Both | Question::Crlf) {
            self.outputs.push_back(Output::Send { flow, bytes: "\r\n\r\n".into() });
        }
        if question != Question::Crlf {
            self.send_options(now, flow);
        }
    }

    fn send_options(&mut self, now: Instant, flow: FlowId) {
        let core = &mut self.endpoint.core;
        let (call_id, tag, aor) = (core.random.token(22), core.random.tag(), core.config.aor.clone());
        let mut request = initial_request(core, "OPTIONS", &aor, &call_id, &tag);
        request.headers.push("Contact", core.contact(flow));
        request.headers.push("Accept", "application/sdp");
        core.send(now, flow, request, Owner::KeepAlive);
    }
}
