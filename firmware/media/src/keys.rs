//! Telephone keys as RTP events (RFC 4733), beside the sound of a call: their packets, sent and heard.

mod hearing;
mod payload;
mod sending;

pub(crate) use hearing::{Hearing, Key};
pub(crate) use payload::Payload;
pub(crate) use sending::{Keypad, Slot};

/// Encoding name of the rtpmap, upper case.
pub(crate) const NAME: &str = "TELEPHONE-EVENT";

/// Keys by their event number (RFC 4733 section 3.2): digits, star, hash, letters, and flash, which telephones write as
/// `R`.
const KEYS: &str = "0123456789*#ABCDR";

/// Event number of a key.
pub(crate) fn event_of(key: char) -> Option<u8> {
    let at = KEYS.chars().position(|known| known == key.to_ascii_uppercase())?;
    u8::try_from(at).ok()
}

/// Key of an event number.
pub(crate) fn key_of(event: u8) -> Option<char> {
    KEYS.chars().nth(event.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_events_belong_together() {
        assert_eq!(
            ["0", "9", "*", "#", "A", "d", "R"].map(|key| event_of(key.chars().next().unwrap())),
            [Some(0), Some(9), Some(10), Some(11), Some(12), Some(15), Some(16)]
        );
        assert_eq!((event_of('x'), key_of(17), key_of(11)), (None, None, Some('#')));
    }
}
