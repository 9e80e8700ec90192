//! The four bytes of an event (RFC 4733 section 2.3).

/// Power of the tone in -dBm0, as telephones press keys (RFC 4733 section 2.3.4: 0 to 36 for a valid tone).
const VOLUME: u8 = 10;
const END: u8 = 0x80;

/// What one packet says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Payload {
    pub(crate) event: u8,
    /// The event is over.
    pub(crate) end: bool,
    /// From the packet's time stamp on, in ticks of the clock.
    pub(crate) duration: u16,
}

impl Payload {
    /// As it goes out.
    pub(crate) const fn write(self) -> [u8; 4] {
        let [high, low] = self.duration.to_be_bytes();
        [self.event, VOLUME | if self.end { END } else { 0 }, high, low]
    }

    /// As it came; the first event where a packet has several (RFC 4733 section 2.5.1.5 has them for tones only).
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let [event, flags, high, low] = *bytes.first_chunk()?;
        Some(Self { event, end: flags & END != 0, duration: u16::from_be_bytes([high, low]) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let end = Payload { event: 11, end: true, duration: 0x1234 };
        assert_eq!(end.write(), [11, 0x8a, 0x12, 0x34]);
        assert_eq!(Payload::read(&end.write()), Some(end));
        assert_eq!(Payload::read(&[1, 0x0a, 0]), None);
    }
}
