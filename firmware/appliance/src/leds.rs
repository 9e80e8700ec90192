//! What the lights show.

use roombox_conference::api::{CallState, ConnectionState};
use roombox_hal::leds::Pattern;

use crate::tree::{Leds, MicrophoneFact, MicrophoneStatus, MicrophoneWanted};

/// The patterns for these facts.
pub(crate) const fn patterns(connection: &ConnectionState, call: &CallState, microphone: &MicrophoneStatus) -> Leds {
    Leds { call: call_light(call), mute: mute_light(microphone), network: network_light(connection) }
}

const fn call_light(call: &CallState) -> Pattern {
    match call {
        CallState::Idle => Pattern::Off,
        CallState::Ringing { .. } => Pattern::Blink,
        CallState::Waiting { .. } | CallState::Connecting { .. } | CallState::Redialling { .. } => Pattern::Breathe,
        CallState::InCall { .. } => Pattern::On,
    }
}

/// Steady light only for the verified fact: it never lies.
const fn mute_light(microphone: &MicrophoneStatus) -> Pattern {
    match (microphone.fact, microphone.wanted) {
        (MicrophoneFact::Muted, _) => Pattern::On,
        (_, MicrophoneWanted::Muted) => Pattern::Breathe,
        (_, MicrophoneWanted::On) => Pattern::Off,
    }
}

const fn network_light(connection: &ConnectionState) -> Pattern {
    match connection {
        ConnectionState::Idle => Pattern::Off,
        ConnectionState::Connecting { attempt: 0 | 1 } | ConnectionState::Connected => Pattern::Breathe,
        ConnectionState::Established => Pattern::On,
        ConnectionState::Connecting { .. } | ConnectionState::Disconnected { .. } => Pattern::Blink,
    }
}
