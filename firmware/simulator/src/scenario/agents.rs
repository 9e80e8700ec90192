//! Scenarios of two user agents: what users do, what goes wrong.

use roombox_sip::api::{Reliable, Transport};

/// Something a user does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Both ends of a call hang up at the same moment.
    ByeRace,
    /// Calls the other user (or, at the lab, a room).
    Call,
    /// Calls somebody who is not there.
    CallNobody,
    /// Calls and hangs up within a quarter of a second, ringing or not.
    CancelRace,
    /// Both users call each other at the same moment.
    CrossCalls,
    /// Telephone keys.
    Dtmf,
    /// Both ends of a call offer at the same moment.
    Glare,
    /// Hangs up, or gives up calling.
    HangUp,
    /// Puts the other on hold.
    Hold,
    /// INFO in a call.
    Info,
    /// MESSAGE in a call.
    Message,
    /// A call without an offer.
    OfferlessCall,
    /// OPTIONS outside any call.
    Options,
    /// Drops the connection and connects again.
    Reconnect,
    /// Asks the other end to call somebody.
    Refer,
    /// Asks the other end to take over another call of ours.
    ReferAttended,
    /// Re-INVITE.
    Reinvite,
    /// Takes the other off hold.
    Resume,
    /// Stops everything, and starts again within a minute.
    StopAndStart,
    /// Gives the registration back, and registers again within a minute.
    Unregister,
    /// UPDATE.
    Update,
}

/// Something that goes wrong for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Calls are challenged.
    ChallengeCalls,
    /// All connections of one user are cut.
    Cut,
    /// A connection is dead and nobody is told.
    HalfOpen,
    /// Calls are refused with a status.
    InviteRefused,
    /// The lab misbehaves: one of its own faults.
    LabFault,
    /// The lab hangs up.
    LabHangsUp,
    /// Datagrams are lost, doubled and overtake each other.
    Loss,
    /// Nothing is ever answered.
    Mute,
    /// The server forgets its nonces.
    NewNonces,
    /// No way through, for one user or for all.
    Partition,
    /// The password is another one until somebody mends it.
    Password,
    /// Connections are refused.
    Refused,
    /// REGISTERs are refused: 403, 423, 480, 486, 503 with or without Retry-After, or silence.
    RegisterRefused,
    /// The server starts anew and knows nobody.
    Restart,
    /// One user's box sleeps, for minutes or days.
    Sleep,
    /// Everything takes longer.
    Slow,
}

/// What stands between the users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// The lab's signalling: rooms, and calls passed on as two halves.
    Lab,
    /// A stateless proxy with a registrar: both ends of a dialog are user agents.
    Proxy,
}

/// One scenario of two user agents.
#[derive(Clone, Copy, Debug)]
pub struct AgentScenario {
    /// What it is called.
    pub name: &'static str,
    /// What it is about, in one line.
    pub about: &'static str,
    /// What users do, with weights.
    pub acts: &'static [(u64, Act)],
    /// Least and greatest time between two acts of one user, in milliseconds.
    pub act_every_ms: (u64, u64),
    /// What stands between the users.
    pub between: Between,
    /// Virtual time of acts and troubles, in seconds.
    pub seconds: u64,
    /// Reliable provisional responses of the users.
    pub reliable: Reliable,
    /// Session interval that the users ask for, in seconds.
    pub session_expires: Option<u32>,
    /// What goes wrong, with weights.
    pub troubles: &'static [(u64, Trouble)],
    /// Least and greatest time between two troubles, in milliseconds.
    pub trouble_every_ms: (u64, u64),
    /// What carries the messages.
    pub transport: Transport,
}
