//! The scenarios of boxes by name.

use roombox_sip::api::Transport;

use super::rooms::{Deed, Mishap, Purpose, RoomScenario};

const CALM: RoomScenario = RoomScenario {
    name: "",
    about: "",
    boxes: 2,
    deeds: EVERY_DEED,
    deed_every_ms: (300, 20_000),
    mishaps: &[],
    mishap_every_ms: (5_000, 40_000),
    parameters_asked: false,
    purpose: Purpose::Life,
    registers: true,
    seconds: 240,
    transport: Transport::Ws,
};

const EVERY_DEED: &[(u64, Deed)] = &[
    (1, Deed::AskForCamera),
    (1, Deed::Balance),
    (3, Deed::Call),
    (1, Deed::CheckTelephony),
    (1, Deed::ConnectAndCall),
    (1, Deed::Disarm),
    (1, Deed::Dtmf),
    (2, Deed::HangUp),
    (3, Deed::Hold),
    (8, Deed::Join),
    (2, Deed::JoinOnce),
    (3, Deed::Leave),
    (3, Deed::Mute),
    (1, Deed::Ping),
    (5, Deed::Present),
    (2, Deed::PresentAnother),
    (1, Deed::Quality),
    (1, Deed::Redial),
    (1, Deed::Register),
    (2, Deed::Renegotiate),
    (1, Deed::ReplaceCamera),
    (1, Deed::Restart),
    (2, Deed::RestartIce),
    (3, Deed::Resume),
    (1, Deed::SendChannels),
    (1, Deed::StopAndStart),
    (3, Deed::StopPresenting),
    (1, Deed::Transfer),
];
/// Nobody ends anything.
const WATCHING: &[(u64, Deed)] =
    &[(1, Deed::Mute), (1, Deed::Present), (1, Deed::StopPresenting), (1, Deed::Hold), (1, Deed::Resume)];
const PRESENTING: &[(u64, Deed)] = &[
    (8, Deed::Present),
    (4, Deed::PresentAnother),
    (5, Deed::StopPresenting),
    (1, Deed::Renegotiate),
    (1, Deed::Mute),
    (1, Deed::Hold),
    (1, Deed::Resume),
];
const OUTAGES: &[(u64, Mishap)] = &[
    (3, Mishap::Cut),
    (3, Mishap::HalfOpen),
    (3, Mishap::Partition),
    (3, Mishap::Restart),
    (2, Mishap::Refused),
    (2, Mishap::Slow),
    (2, Mishap::LabFault),
    (1, Mishap::LabHangsUp),
    (1, Mishap::PathLost),
];
const MEDIA: &[(u64, Mishap)] = &[
    (3, Mishap::DescriptionsFail),
    (2, Mishap::MediaSilent),
    (4, Mishap::PathLost),
    (2, Mishap::PresentationFails),
    (1, Mishap::CameraFails),
    (2, Mishap::Frozen),
];
const EVERYTHING: &[(u64, Mishap)] = &[
    (1, Mishap::CameraFails),
    (3, Mishap::Cut),
    (1, Mishap::DescriptionsFail),
    (1, Mishap::Frozen),
    (2, Mishap::HalfOpen),
    (1, Mishap::HttpFails),
    (3, Mishap::LabFault),
    (2, Mishap::LabHangsUp),
    (1, Mishap::MediaSilent),
    (1, Mishap::NetworkChanged),
    (1, Mishap::Offline),
    (2, Mishap::Partition),
    (2, Mishap::PathLost),
    (1, Mishap::PresentationFails),
    (1, Mishap::ReceivingFails),
    (2, Mishap::Refused),
    (2, Mishap::Restart),
    (1, Mishap::Sleep),
    (2, Mishap::Slow),
    (4, Mishap::Vendor),
];

/// All of them.
pub(super) const SCENARIOS: &[RoomScenario] = &[
    RoomScenario { name: "room", about: "boxes with the whole client: everything a person can do", ..CALM },
    RoomScenario { name: "room-guest", about: "the same as guests, who do not register", registers: false, ..CALM },
    RoomScenario {
        name: "room-parameters",
        about: "parameters asked for on each attempt, not always given",
        parameters_asked: true,
        mishaps: &[(2, Mishap::ParametersFail), (2, Mishap::Refused), (1, Mishap::Cut), (1, Mishap::Restart)],
        ..CALM
    },
    RoomScenario {
        name: "room-outages",
        about: "auto-dialling boxes behind a bad network, and servers that forget",
        deeds: WATCHING,
        deed_every_ms: (2_000, 30_000),
        mishaps: OUTAGES,
        mishap_every_ms: (2_000, 60_000),
        ..CALM
    },
    RoomScenario {
        name: "room-guest-outages",
        about: "the same as guests over TCP, with all deeds",
        mishaps: OUTAGES,
        registers: false,
        transport: Transport::Tcp,
        ..CALM
    },
    RoomScenario {
        name: "room-media",
        about: "media fails: offers, paths, cameras, silence, a picture that stands still",
        mishaps: MEDIA,
        ..CALM
    },
    RoomScenario {
        name: "room-presenting",
        about: "presentations that fail, are refused and taken over",
        deeds: PRESENTING,
        deed_every_ms: (100, 6_000),
        mishaps: &[(4, Mishap::PresentationFails), (1, Mishap::CameraFails)],
        ..CALM
    },
    RoomScenario {
        name: "room-vendor",
        about: "waiting room, spectators by HTTP, licences, forced devices, presentations ended by the server",
        mishaps: &[(8, Mishap::Vendor), (2, Mishap::HttpFails), (1, Mishap::ReceivingFails), (1, Mishap::LabHangsUp)],
        mishap_every_ms: (500, 10_000),
        ..CALM
    },
    RoomScenario {
        name: "room-network",
        about: "the system has no network, or another one",
        mishaps: &[(3, Mishap::Offline), (3, Mishap::NetworkChanged), (2, Mishap::Partition), (1, Mishap::Cut)],
        ..CALM
    },
    RoomScenario {
        name: "room-everything",
        about: "all deeds and all mishaps",
        mishaps: EVERYTHING,
        mishap_every_ms: (3_000, 50_000),
        seconds: 400,
        ..CALM
    },
    RoomScenario {
        name: "room-stampede",
        about: "the server starts anew under a hall of boxes",
        boxes: 40,
        deeds: &[],
        purpose: Purpose::Stampede,
        seconds: 30,
        ..CALM
    },
];
