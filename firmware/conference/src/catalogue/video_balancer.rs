//! `video-balancer:` size and rate of the camera picture (spec section 7.1).

use crate::api::{CallId, Encoding, Stream};

events! {
    /// `video-balancer:` events. `delay` in milliseconds.
    VideoBalancerEvent {
        /// Balancing begins after `delay`.
        "video-balancer:balancing-scheduled" BalancingScheduled { call: CallId, delay: u64 },
        /// Balancing began, `delay` after the call stood.
        "video-balancer:balancing-started" BalancingStarted { call: CallId, delay: u64 },
        /// Balancing ended.
        "video-balancer:balancing-stopped" BalancingStopped { call: CallId },
        /// This is how the picture is encoded now.
        "video-balancer:parameters-updated" ParametersUpdated { call: CallId, stream: Stream, encoding: Encoding },
    }
}
