//! What a client is told about the streams of its calls.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::api::Encoding;
use crate::resolution::Resolution;

/// How the streams of a call are sent, watched and mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaPolicy {
    /// Between the standing call and the first balance (spec section 7.1).
    pub balancing_delay: Duration,
    /// Video codecs never used, by name (`VP9`, `video/VP9`) in any case (spec section 2.5).
    pub excluded_codecs: Vec<String>,
    /// How a picture that does not come is noticed and mended.
    pub health: HealthPolicy,
    /// The balancer leaves a camera picture alone whose codec contains this, in any case (spec section 7.2).
    pub ignore_for_codec: Option<String>,
    /// How telephone keys are sent.
    pub keys: KeyTransport,
    /// No picture goes out larger than this (spec section 7.4).
    pub max_resolution: Option<Resolution>,
    /// Between a change of the network and the ICE restart that follows: changes come in groups.
    pub network_grace: Duration,
    /// Restart ICE where an old server asks for it by INFO (spec section 3.2, row 30).
    pub obey_restart: bool,
    /// The encodings of the presentation, from the least to the best; two or more = simulcast, where media and the other
    /// side take it (spec section 4.1, `sendEncodings`).
    pub presentation_layers: Vec<Encoding>,
    /// Video codecs in the order they are wanted, by name in any case; the rest keeps its order behind them.
    pub preferred_codecs: Vec<String>,
}

impl Default for MediaPolicy {
    fn default() -> Self {
        Self {
            balancing_delay: Duration::from_secs(10),
            excluded_codecs: Vec::new(),
            health: HealthPolicy::default(),
            ignore_for_codec: None,
            keys: KeyTransport::Auto,
            max_resolution: None,
            network_grace: Duration::from_secs(1),
            obey_restart: true,
            presentation_layers: Vec::new(),
            preferred_codecs: Vec::new(),
        }
    }
}

/// How telephone keys are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyTransport {
    /// Beside the sound where the other side takes them so, and by INFO to the others and to the vendor's servers, which
    /// know nothing else (spec section 3.2, row 28).
    Auto,
    /// By INFO.
    Info,
    /// Beside the sound, as RTP events (RFC 4733); by INFO where the other side takes none.
    Rtp,
}

/// How a conference picture that does not come is noticed and mended (spec section 8.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HealthPolicy {
    /// A picture that was there and that nothing brings back is worth a new call.
    pub redial: bool,
    /// After the last remedy failed, before the first is tried again.
    pub rest: Duration,
    /// Samples in a row with the same problem before it counts.
    pub samples: NonZeroU32,
    /// Least time between two remedies.
    pub throttle: Duration,
}

impl Default for HealthPolicy {
    fn default() -> Self {
        Self {
            redial: true,
            rest: Duration::from_mins(1),
            samples: NonZeroU32::MIN.saturating_add(2),
            throttle: Duration::from_secs(4),
        }
    }
}
