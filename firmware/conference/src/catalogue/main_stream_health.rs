//! `main-stream-health:` whether the conference picture really arrives (spec section 8.4).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::CallId;

events! {
    /// `main-stream-health:` events.
    MainStreamHealthEvent {
        /// What one sample says.
        "main-stream-health:health-snapshot" HealthSnapshot(HealthSnapshot),
        /// The same problem in several samples in a row.
        "main-stream-health:inbound-video-problem-detected" InboundVideoProblemDetected {
            #[serde(flatten)]
            snapshot: HealthSnapshot,
            consecutive_problem_samples_count: u32,
            reason: ProblemReason,
        },
        /// Forgotten, because the picture comes another way now or not at all.
        "main-stream-health:inbound-video-problem-reset" InboundVideoProblemReset {
            call: CallId, reason: ProblemReason, reset_cause: ResetCause,
        },
        /// The picture is fine again.
        "main-stream-health:inbound-video-problem-resolved" InboundVideoProblemResolved {
            #[serde(flatten)]
            snapshot: HealthSnapshot,
            reason: ProblemReason,
        },
    }
}

/// What one sample says about the conference picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools, reason = "four facts, named as in the catalogue")]
pub struct HealthSnapshot {
    /// The call.
    pub call: CallId,
    /// Packets come, but no frames.
    pub is_invalid_inbound_frames: bool,
    /// Packets came, and stopped.
    pub is_inbound_video_stalled: bool,
    /// The other side has muted its picture.
    pub is_muted_main_video_track: bool,
    /// Not one packet has come.
    pub is_no_inbound_video_traffic: bool,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemReason {
    /// Packets came, and stopped.
    InboundVideoStalled,
    /// Packets come, but no frames.
    InvalidInboundFrames,
    /// Not one packet has come.
    NoInboundVideoTraffic,
}

/// Why a problem was forgotten: the event that did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ResetCause {
    /// `call:ended`.
    Ended,
    /// `call:failed`.
    Failed,
    /// `call:peerconnection:confirmed`.
    #[serde(rename = "peerconnection:confirmed")]
    PeerConnectionConfirmed,
    /// `call:recv-quality-changed`.
    RecvQualityChanged,
    /// `call:recv-session-ended`.
    RecvSessionEnded,
    /// `call:recv-session-started`.
    RecvSessionStarted,
}
