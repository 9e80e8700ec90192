//! `stats:` what was measured, with W3C names (spec section 8.2).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::CallId;

events! {
    /// `stats:` events.
    StatsEvent {
        /// One sample.
        "stats:collected" Collected(Box<Report>),
        /// Measuring ended; it begins again on the connection that is in use then.
        "stats:stopped" Stopped { call: CallId, reason: StopReason },
    }
}

/// Why measuring ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StopReason {
    /// The call is over.
    CallEnded,
    /// A spectator receives another quality.
    RecvQualityChanged,
    /// A spectator takes part again.
    RecvSessionEnded,
    /// A spectator receives by a connection of its own.
    RecvSessionStarted,
}

/// One sample. Every leaf is the W3C webrtc-stats entry of that type as media measured it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The call.
    pub call: CallId,
    /// What we send.
    pub outbound: Outbound,
    /// What we receive.
    pub inbound: Inbound,
}

/// What we send.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Outbound {
    /// The camera.
    pub video: OutboundMedia,
    /// The presentation.
    pub second_video: OutboundMedia,
    /// The microphone.
    pub audio: OutboundMedia,
    /// The path.
    pub additional: Additional,
}

/// What we receive.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Inbound {
    /// The conference picture.
    pub video: InboundVideo,
    /// Somebody's presentation.
    pub second_video: InboundVideo,
    /// The sound.
    pub audio: InboundAudio,
    /// The path.
    pub additional: Additional,
}

macro_rules! leaves {
    ($(#[$meta:meta])* $kind:ident { $($(#[$doc:meta])* $field:ident: $type:ty,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase")]
        pub struct $kind {
            $($(#[$doc])* #[serde(default, skip_serializing_if = "Option::is_none")] pub $field: Option<$type>,)+
        }
    };
}

leaves! {
    /// One stream we send.
    OutboundMedia {
        /// `outbound-rtp`.
        outbound_rtp: Value,
        /// `codec`.
        codec: Value,
        /// `media-source`.
        media_source: Value,
        /// `remote-inbound-rtp`.
        remote_inbound_rtp: Value,
    }
}

leaves! {
    /// One picture we receive.
    InboundVideo {
        /// `inbound-rtp`.
        inbound_rtp: Value,
        /// `codec`.
        codec: Value,
        /// Where it comes from.
        synchronization_sources: SynchronizationSources,
    }
}

leaves! {
    /// The sound we receive.
    InboundAudio {
        /// `inbound-rtp`.
        inbound_rtp: Value,
        /// `codec`.
        codec: Value,
        /// `remote-outbound-rtp`.
        remote_outbound_rtp: Value,
        /// Where it comes from.
        synchronization_sources: SynchronizationSources,
    }
}

leaves! {
    /// Where a stream comes from.
    SynchronizationSources {
        /// The track.
        track_identifier: String,
        /// Its first source.
        item: Value,
    }
}

leaves! {
    /// The path of a connection.
    Additional {
        /// `candidate-pair`.
        candidate_pair: Value,
        /// `certificate`.
        certificate: Value,
        /// `local-candidate`.
        local_candidate: Value,
        /// `remote-candidate`.
        remote_candidate: Value,
        /// `transport`.
        transport: Value,
    }
}
