//! Tones that the box makes itself.

/// Rings until it is told otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ring {
    /// Somebody calls the room.
    Incoming,
    /// It rings at the other side (ITU-T E.180 section 4: 425 Hz, 1 s in 5 s).
    Ringback,
    /// Somebody calls while there is a call (ITU-T E.180 section 8: short and quiet beside what is said).
    Waiting,
}

/// Sounds once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chime {
    /// The room is in the conference.
    Joined,
    /// The room has left it, or it has ended.
    Left,
    /// The other side is busy (ITU-T E.180 section 5: 425 Hz, 0.5 s in 1 s, here three times).
    Busy,
    /// The call cannot be made or is lost (ITU-T E.180 section 6, special information tone: 950, 1400 and 1800 Hz).
    Failed,
}
