//! What an onlooker may see.

use crate::api::ServerTarget;
use crate::endpoint::EndpointStatus;

/// The connection as an onlooker sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConnectionState {
    /// Up.
    Connected,
    /// Being looked up or opened.
    Connecting,
    /// Not wanted.
    #[default]
    Stopped,
    /// Lost; the next attempt has its time.
    Waiting,
}

impl ConnectionState {
    /// How good it is.
    pub(super) fn rank(self) -> u8 {
        match self {
            Self::Stopped => 0,
            Self::Waiting => 1,
            Self::Connecting => 2,
            Self::Connected => 3,
        }
    }
}

/// The registration as an onlooker sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RegistrationState {
    /// A person is needed (wrong password).
    NeedsPerson,
    /// Not registered.
    #[default]
    None,
    /// Registered.
    Registered,
    /// A REGISTER is on its way.
    Registering,
    /// Refused; the next attempt has its time.
    Waiting,
}

impl RegistrationState {
    /// How much it says.
    pub(super) fn rank(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Waiting => 1,
            Self::Registering => 2,
            Self::NeedsPerson => 3,
            Self::Registered => 4,
        }
    }
}

/// The life of the registration, with the names of SIP.js (spec section 13.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RegistererState {
    /// Nothing was told about a registration yet.
    #[default]
    Initial,
    /// Registered over one flow at least.
    Registered,
    /// Not registered (any more).
    Unregistered,
    /// Stopped; a start begins a new life.
    Terminated,
}

/// One flow and its registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowStatus {
    /// `reg-id` of its registrations (RFC 5626 section 4.2), from 1.
    pub reg_id: u8,
    /// The connection.
    pub connection: ConnectionState,
    /// Where it is or tries to be connected to.
    pub server: Option<ServerTarget>,
    /// The registration over it.
    pub registration: RegistrationState,
    /// The registrar does RFC 5626 (`Require: outbound` in its 2xx).
    pub outbound: bool,
}

/// What an onlooker may see of a user agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentStatus {
    /// The best connection.
    pub connection: ConnectionState,
    /// The endpoint below.
    pub endpoint: EndpointStatus,
    /// All flows that are wanted, empty while stopped.
    pub flows: Vec<FlowStatus>,
    /// The life of the registration.
    pub registerer: RegistererState,
    /// The best registration.
    pub registration: RegistrationState,
}
