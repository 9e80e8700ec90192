//! The scenarios of two user agents by name.

use roombox_sip::api::{Reliable, Transport};

use super::agents::{Act, AgentScenario, Between, Trouble};

const CALM: AgentScenario = AgentScenario {
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

/// All of them.
pub(super) const SCENARIOS: &[AgentScenario] = &[
    AgentScenario { name: "calls", about: "calls of all kinds over a good network", ..CALM },
    AgentScenario {
        name: "calls-udp",
        about: "the same over UDP that loses, doubles and reorders",
        transport: Transport::Udp,
        troubles: &[(1, Trouble::Loss), (1, Trouble::Slow)],
        ..CALM
    },
    AgentScenario {
        name: "races",
        about: "CANCEL, BYE, offers and calls that cross each other",
        acts: RACES,
        act_every_ms: (50, 3_000),
        troubles: &[(1, Trouble::Slow)],
        ..CALM
    },
    AgentScenario {
        name: "races-udp",
        about: "the same over lossy UDP",
        acts: RACES,
        act_every_ms: (50, 3_000),
        troubles: &[(1, Trouble::Loss)],
        transport: Transport::Udp,
        ..CALM
    },
    AgentScenario {
        name: "offers",
        about: "re-INVITE, UPDATE, hold from both sides, slow answers, session timers",
        acts: OFFERS,
        act_every_ms: (100, 5_000),
        seconds: 240,
        session_expires: Some(90),
        troubles: &[(1, Trouble::Slow), (1, Trouble::ChallengeCalls)],
        ..CALM
    },
    AgentScenario {
        name: "reliable",
        about: "reliable provisional responses required, early offers, lossy UDP",
        reliable: Reliable::Required,
        transport: Transport::Udp,
        troubles: &[(2, Trouble::Loss), (1, Trouble::Slow)],
        ..CALM
    },
    AgentScenario { name: "transfer", about: "REFER, blind and attended", acts: TRANSFERS, ..CALM },
    AgentScenario {
        name: "challenges",
        about: "calls refused with 403 to 603, challenged, stale nonces",
        troubles: &[(3, Trouble::InviteRefused), (3, Trouble::ChallengeCalls), (2, Trouble::NewNonces)],
        ..CALM
    },
    AgentScenario {
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
    AgentScenario {
        name: "password",
        about: "a password that changes, and a person who mends it",
        acts: RECONNECTS,
        act_every_ms: (5_000, 60_000),
        seconds: 900,
        troubles: &[(4, Trouble::Password), (1, Trouble::Cut), (1, Trouble::Restart), (1, Trouble::NewNonces)],
        trouble_every_ms: (20_000, 200_000),
        ..CALM
    },
    AgentScenario {
        name: "outages",
        about: "cuts, half-open sockets, partitions, restarts, refused connections, during calls",
        acts: RECONNECTS,
        act_every_ms: (500, 15_000),
        seconds: 400,
        troubles: OUTAGES,
        ..CALM
    },
    AgentScenario {
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
    AgentScenario {
        name: "sleep",
        about: "boxes that sleep for minutes or days, in the middle of anything",
        act_every_ms: (500, 20_000),
        seconds: 600,
        troubles: &[(4, Trouble::Sleep), (1, Trouble::Cut)],
        trouble_every_ms: (20_000, 200_000),
        ..CALM
    },
    AgentScenario {
        name: "lab",
        about: "the lab's signalling with its own faults: rooms and relayed calls",
        acts: AT_THE_LAB,
        between: Between::Lab,
        seconds: 300,
        troubles: &[(4, Trouble::LabFault), (2, Trouble::LabHangsUp), (1, Trouble::Cut)],
        ..CALM
    },
    AgentScenario {
        name: "lab-outages",
        about: "the lab's signalling behind a bad network",
        acts: AT_THE_LAB,
        between: Between::Lab,
        seconds: 400,
        troubles: OUTAGES,
        ..CALM
    },
    AgentScenario {
        name: "everything",
        about: "all acts and all troubles over WebSocket",
        seconds: 600,
        session_expires: Some(90),
        troubles: EVERYTHING,
        trouble_every_ms: (5_000, 60_000),
        ..CALM
    },
    AgentScenario {
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
