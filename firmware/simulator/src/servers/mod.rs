//! The servers of the simulated worlds.

mod lab;
mod proxy;
mod records;
mod registrar;

pub(crate) use lab::{LabServer, LabSetup, lab_faults};
pub(crate) use proxy::Proxy;
pub(crate) use records::{Participant, Records};
pub(crate) use registrar::Refusal;

use std::time::{Duration, Instant};

use roombox_lab_signalling::{Order, SignallingStatus};
use roombox_sip::api::{FlowId, FlowInput, Output};
use roombox_sip::machine::Machine;
use roombox_sip::virtual_network::Node;

/// Host name of every server.
pub(crate) const HOST: &str = "sip.example";
/// Users of every server.
pub(crate) const USERS: [&str; 2] = ["anna", "bert"];
/// Their password.
pub(crate) const PASSWORD: &str = "correct horse";

/// What a server is made to do wrong, or right again.
#[derive(Clone, Debug)]
pub(crate) enum Mood {
    /// The lab gets this order.
    Lab(Order),
    /// Everything as it should be.
    Good,
    /// Calls are challenged with 407.
    ChallengeCalls(bool),
    /// INVITEs outside dialogs get this status.
    InviteStatus(u16),
    /// Requests are taken and never answered.
    Mute,
    /// All nonces given out so far are stale.
    NewNonces(u64),
    /// Everybody's password is this one from now on.
    Password(&'static str),
    /// REGISTERs are refused.
    Register(Refusal),
    /// Every message leaves this much later.
    Slow(Duration),
    /// Media of a lab fails now and then.
    Unreliable,
}

/// What goes into a server.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    Flow(FlowId, FlowInput),
    Mood(Mood),
}

/// What is left in a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServerStatus {
    pub(crate) flows: usize,
    pub(crate) lab: Option<SignallingStatus>,
    /// Name of a lab in session descriptions.
    pub(crate) name: String,
    pub(crate) records: Records,
    pub(crate) registered: usize,
}

/// The server of a world.
#[derive(Debug)]
pub(crate) enum Server {
    Lab(Box<LabServer>),
    Proxy(Box<Proxy>),
}

impl Machine for Server {
    type Input = Input;
    type Output = Output;
    type Status = ServerStatus;

    fn handle_input(&mut self, now: Instant, input: Input) {
        match self {
            Self::Lab(lab) => lab.handle_input(now, input),
            Self::Proxy(proxy) => proxy.handle_input(now, input),
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        match self {
            Self::Lab(lab) => lab.handle_timeout(now),
            Self::Proxy(proxy) => proxy.handle_timeout(now),
        }
    }

    fn poll_output(&mut self) -> Option<Output> {
        match self {
            Self::Lab(lab) => lab.poll_output(),
            Self::Proxy(proxy) => proxy.poll_output(),
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        match self {
            Self::Lab(lab) => lab.next_deadline(),
            Self::Proxy(proxy) => proxy.next_deadline(),
        }
    }

    fn status(&self) -> ServerStatus {
        match self {
            Self::Lab(lab) => lab.status(),
            Self::Proxy(proxy) => proxy.status(),
        }
    }
}

impl Node for Server {
    fn flow_input(flow: FlowId, input: FlowInput) -> Input {
        Input::Flow(flow, input)
    }
}
