//! Telephone keys between the packets of a received line, whatever the engine.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::keys::{Hearing, Key, Payload};

/// Told of each key, once.
pub(super) type KeyPressed = Box<dyn Fn(Key) + Send + Sync>;

/// Listens to one line.
pub(super) struct KeyListener {
    /// Clock rates by payload type.
    clocks: Mutex<HashMap<u8, u32>>,
    /// Of this SSRC.
    hearing: Mutex<(u32, Hearing)>,
    pressed: KeyPressed,
}

impl KeyListener {
    pub(super) fn new(pressed: KeyPressed) -> Self {
        Self { clocks: Mutex::default(), hearing: Mutex::default(), pressed }
    }

    /// Payload types of keys and their clock rates, as agreed.
    pub(super) fn listen_to(&self, events: impl Iterator<Item = (u8, u32)>) {
        *self.clocks.lock().unwrap_or_else(PoisonError::into_inner) = events.collect();
    }

    /// A packet with this SSRC and RTP time came; gives the clock rate of one that brings keys and no sound.
    pub(super) fn take(&self, (ssrc, timestamp): (u32, u32), payload_type: u8, payload: &[u8]) -> Option<u32> {
        let clock_rate = self.clocks.lock().unwrap_or_else(PoisonError::into_inner).get(&payload_type).copied();
        let mut hearing = self.hearing.lock().unwrap_or_else(PoisonError::into_inner);
        if hearing.0 != ssrc {
            *hearing = (ssrc, Hearing::default());
        }
        let keys = match (clock_rate, Payload::read(payload)) {
            (Some(clock_rate), Some(payload)) => hearing.1.event(timestamp, payload, clock_rate),
            (Some(_), None) => Vec::new(),
            (None, _) => hearing.1.sound(timestamp).into_iter().collect(),
        };
        drop(hearing);
        for key in keys {
            (self.pressed)(key);
        }
        clock_rate
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn keys_of_agreed_payload_types_are_told_and_everything_else_is_sound() {
        let told = Arc::<Mutex<Vec<char>>>::default();
        let heard = Arc::clone(&told);
        let listener = KeyListener::new(Box::new(move |key| heard.lock().unwrap().push(key.key)));
        let end = Payload { event: 7, end: true, duration: 800 }.write();
        assert_eq!(listener.take((1, 100), 101, &end), None);
        listener.listen_to([(101, 8_000)].into_iter());
        assert_eq!(listener.take((1, 200), 101, &end), Some(8_000));
        assert_eq!(listener.take((1, 200), 101, &[1, 2]), Some(8_000));
        // Another source counts its time anew.
        assert_eq!(listener.take((2, 150), 101, &end), Some(8_000));
        assert_eq!(*told.lock().unwrap(), ['7', '7']);
    }
}
