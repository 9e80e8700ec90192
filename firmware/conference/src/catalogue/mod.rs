//! The event catalogue: every event of the library this client replaces, by its name and with its payload (spec section 9).
//!
//! An event is written as `{"event": "call:confirmed", "data": {"call": 1}}`. Names are those of sip-connector 31, keys of
//! the data too (camel case). What differs, everywhere:
//!
//! * Objects of a browser (peer connection, track, stream, session, socket, request) are no data: their place takes the
//!   number of the call, the name of the track or stream, or the address of the server.
//! * Every event of a call carries its number, because there may be several.
//! * Errors become a [`Fault`]: words, the named cause and the SIP status.
//! * Secrets (passwords, bearer tokens) are never part of an event.
#![allow(missing_docs, reason = "the sentence above a variant tells its fields")]

#[macro_use]
mod events;

mod api;
mod auto_connect;
mod call;
mod call_reconnect;
mod command;
mod connection;
mod fault;
mod incoming_call;
mod main_stream_health;
mod media;
mod presentation;
mod renames;
mod session;
mod snapshot;
mod statistics;
mod unprefixed;
mod video_balancer;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use api::{Answer, ApiEvent, Asked, License, MainCamCommand, TracksDirection};
pub use auto_connect::{AutoConnectEvent, EscalationLevel};
pub use call::{CallEvent, Streams, TrackChange};
pub use call_reconnect::{CallReconnectEvent, CancelReason, Decision, Terminal};
pub use command::{CommandEvent, CommandName};
pub use connection::{Configuration, ConnectionEvent, Size};
pub use fault::{EndEvent, Fault, Side};
pub use incoming_call::{Caller, IncomingCallEvent};
pub use main_stream_health::{HealthSnapshot, MainStreamHealthEvent, ProblemReason, ResetCause};
pub use media::{MediaCommand, MediaEvent, MediaOutcome};
pub use presentation::{PresentationEvent, PresentationFault};
pub use renames::RENAMES;
pub use session::SessionEvent;
pub use snapshot::{
    AutoConnectPhase, CallPhase, CallReconnectPhase, CallSessionState, CallSnapshot, ConnectionPhase, IncomingPhase,
    IncomingSnapshot, PresentationPhase, Role, Snapshot, SystemStatus,
};
pub use statistics::{
    Additional, Inbound, InboundAudio, InboundVideo, Outbound, OutboundMedia, Report, StatsEvent, StopReason,
    SynchronizationSources,
};
pub use unprefixed::UnprefixedEvent;
pub use video_balancer::VideoBalancerEvent;

macro_rules! catalogue {
    ($($kind:ident)+) => {
        /// One event of the catalogue, sorted by its prefix.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(untagged)]
        #[allow(clippy::enum_variant_names, reason = "the variants are named as the types they hold")]
        pub enum Event { $($kind($kind),)+ }

        $(impl From<$kind> for Event {
            fn from(event: $kind) -> Self {
                Self::$kind(event)
            }
        })+

        impl Event {
            /// The name in the catalogue, with its prefix.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$kind(event) => event.name(),)+
                }
            }

            /// Every name there is, in the order of the prefixes.
            pub fn names() -> impl Iterator<Item = &'static str> {
                [$($kind::NAMES,)+].into_iter().flatten().copied()
            }
        }
    };
}

catalogue! {
    ApiEvent AutoConnectEvent CallEvent CallReconnectEvent CommandEvent ConnectionEvent IncomingCallEvent
    MainStreamHealthEvent MediaEvent PresentationEvent SessionEvent StatsEvent UnprefixedEvent VideoBalancerEvent
}
