//! The scenarios by name: who is there, what they do, what goes wrong.

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

/// One scenario.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
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

const CALM: Scenario = Scenario {
    name: "",
    about: "",
    acts: ALL_ACTS,
    act_every_ms: (200, 8_000),
    between: Between::Proxy,
    seconds: 120,
    reliable: Reliable::Supported,
    session_expires: None,
    troubles: &[],
    trouble_every_ms: (5_000, 40_000),
    transport: Transport::Ws,
};

const ALL_ACTS: &[(u64, Act)] = &[
    (12, Act::Call),
    (1, Act::CallNobody),
    (2, Act::OfferlessCall),
    (10, Act::HangUp),
    (5, Act::Reinvite),
    (5, Act::Update),
    (4, Act::Hold),
    (4, Act::Resume),
    (4, Act::Info),
    (2, Act::Dtmf),
    (2, Act::Message),
    (2, Act::Options),
    (2, Act::Refer),
    (1, Act::ReferAttended),
    (3, Act::Glare),
    (2, Act::CrossCalls),
    (3, Act::CancelRace),
    (3, Act::ByeRace),
];
const RACES: &[(u64, Act)] =
    &[(4, Act::Call), (6, Act::CancelRace), (6, Act::ByeRace), (6, Act::Glare), (4, Act::CrossCalls), (1, Act::HangUp)];
const OFFERS: &[(u64, Act)] = &[
    (3, Act::Call),
    (1, Act::OfferlessCall),
    (1, Act::HangUp),
    (6, Act::Reinvite),
    (6, Act::Update),
    (6, Act::Hold),
    (5, Act::Resume),
    (4, Act::Glare),
];
const TRANSFERS: &[(u64, Act)] =
    &[(8, Act::Call), (4, Act::HangUp), (5, Act::Refer), (4, Act::ReferAttended), (1, Act::Hold), (1, Act::ByeRace)];
const RECONNECTS: &[(u64, Act)] = &[
    (6, Act::Call),
    (3, Act::HangUp),
    (2, Act::Info),
    (2, Act::Reinvite),
    (2, Act::Reconnect),
    (2, Act::Unregister),
    (2, Act::StopAndStart),
    (1, Act::Options),
];
const AT_THE_LAB: &[(u64, Act)] = &[
    (10, Act::Call),
    (5, Act::HangUp),
    (4, Act::Reinvite),
    (3, Act::Update),
    (2, Act::Hold),
    (2, Act::Resume),
    (4, Act::Info),
    (2, Act::CancelRace),
    (1, Act::Reconnect),
    (1, Act::StopAndStart),
];
const OUTAGES: &[(u64, Trouble)] = &[
    (3, Trouble::Cut),
    (3, Trouble::HalfOpen),
    (3, Trouble::Partition),
    (3, Trouble::Restart),
    (2, Trouble::Refused),
    (2, Trouble::Slow),
    (1, Trouble::Mute),
];
const EVERYTHING: &[(u64, Trouble)] = &[
    (2, Trouble::Cut),
    (2, Trouble::HalfOpen),
    (2, Trouble::Partition),
    (2, Trouble::Restart),
    (1, Trouble::Refused),
    (2, Trouble::Slow),
    (1, Trouble::Mute),
    (2, Trouble::Loss),
    (2, Trouble::InviteRefused),
    (2, Trouble::RegisterRefused),
    (2, Trouble::NewNonces),
    (2, Trouble::ChallengeCalls),
    (1, Trouble::Password),
    (1, Trouble::Sleep),
];

/// All scenarios.
pub const SCENARIOS: &[Scenario] = &[
    Scenario { name: "calls", about: "calls of all kinds over a good network", ..CALM },
    Scenario {
        name: "calls-udp",
        about: "the same over UDP that loses, doubles and reorders",
        transport: Transport::Udp,
        troubles: &[(1, Trouble::Loss), (1, Trouble::Slow)],
        ..CALM
    },
    Scenario {
        name: "races",
        about: "CANCEL, BYE, offers and calls that cross each other",
        acts: RACES,
        act_every_ms: (50, 3_000),
        troubles: &[(1, Trouble::Slow)],
        ..CALM
    },
    Scenario {
        name: "races-udp",
        about: "the same over lossy UDP",
        acts: RACES,
        act_every_ms: (50, 3_000),
        troubles: &[(1, Trouble::Loss)],
        transport: Transport::Udp,
        ..CALM
    },
    Scenario {
        name: "offers",
        about: "re-INVITE, UPDATE, hold from both sides, slow answers, session timers",
        acts: OFFERS,
        act_every_ms: (100, 5_000),
        seconds: 240,
        session_expires: Some(90),
        troubles: &[(1, Trouble::Slow), (1, Trouble::ChallengeCalls)],
        ..CALM
    },
    Scenario {
        name: "reliable",
        about: "reliable provisional responses required, early offers, lossy UDP",
        reliable: Reliable::Required,
        transport: Transport::Udp,
        troubles: &[(2, Trouble::Loss), (1, Trouble::Slow)],
        ..CALM
    },
    Scenario { name: "transfer", about: "REFER, blind and attended", acts: TRANSFERS, ..CALM },
    Scenario {
        name: "challenges",
        about: "calls refused with 403 to 603, challenged, stale nonces",
        troubles: &[(3, Trouble::InviteRefused), (3, Trouble::ChallengeCalls), (2, Trouble::NewNonces)],
        ..CALM
    },
    Scenario {
        name: "registration",
        about: "REGISTER refused with 403, 423, 480, 486, 503, never answered, stale; unregistered, stopped",
        acts: RECONNECTS,
        act_every_ms: (2_000, 30_000),
        seconds: 900,
        troubles: &[
            (6, Trouble::RegisterRefused),
            (2, Trouble::NewNonces),
            (1, Trouble::Mute),
            (1, Trouble::Slow),
            (1, Trouble::Cut),
        ],
        trouble_every_ms: (20_000, 200_000),
        ..CALM
    },
    Scenario {
        name: "password",
        about: "a password that changes, and a person who mends it",
        acts: RECONNECTS,
        act_every_ms: (5_000, 60_000),
        seconds: 900,
        troubles: &[(4, Trouble::Password), (1, Trouble::Cut), (1, Trouble::Restart), (1, Trouble::NewNonces)],
        trouble_every_ms: (20_000, 200_000),
        ..CALM
    },
    Scenario {
        name: "outages",
        about: "cuts, half-open sockets, partitions, restarts, refused connections, during calls",
        acts: RECONNECTS,
        act_every_ms: (500, 15_000),
        seconds: 400,
        troubles: OUTAGES,
        ..CALM
    },
    Scenario {
        name: "outages-tcp",
        about: "the same over TCP, with session timers",
        acts: RECONNECTS,
        act_every_ms: (500, 15_000),
        seconds: 400,
        session_expires: Some(90),
        troubles: OUTAGES,
        transport: Transport::Tcp,
        ..CALM
    },
    Scenario {
        name: "sleep",
        about: "boxes that sleep for minutes or days, in the middle of anything",
        act_every_ms: (500, 20_000),
        seconds: 600,
        troubles: &[(4, Trouble::Sleep), (1, Trouble::Cut)],
        trouble_every_ms: (20_000, 200_000),
        ..CALM
    },
    Scenario {
        name: "lab",
        about: "the lab's signalling with its own faults: rooms and relayed calls",
        acts: AT_THE_LAB,
        between: Between::Lab,
        seconds: 300,
        troubles: &[(4, Trouble::LabFault), (2, Trouble::LabHangsUp), (1, Trouble::Cut)],
        ..CALM
    },
    Scenario {
        name: "lab-outages",
        about: "the lab's signalling behind a bad network",
        acts: AT_THE_LAB,
        between: Between::Lab,
        seconds: 400,
        troubles: OUTAGES,
        ..CALM
    },
    Scenario {
        name: "everything",
        about: "all acts and all troubles over WebSocket",
        seconds: 600,
        session_expires: Some(90),
        troubles: EVERYTHING,
        trouble_every_ms: (5_000, 60_000),
        ..CALM
    },
    Scenario {
        name: "everything-udp",
        about: "all acts and all troubles over UDP",
        seconds: 600,
        session_expires: Some(90),
        troubles: EVERYTHING,
        trouble_every_ms: (5_000, 60_000),
        transport: Transport::Udp,
        ..CALM
    },
];

/// The scenario of this name.
pub fn scenario(name: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|scenario| scenario.name == name)
}

/// The scenario that a seed plays when none is named: all of them in turn.
pub fn scenario_of(seed: u64) -> &'static Scenario {
    // The remainder fits an index.
    &SCENARIOS[usize::try_from(seed % SCENARIOS.len() as u64).unwrap_or(0)]
}
