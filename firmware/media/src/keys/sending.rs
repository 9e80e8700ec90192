//! The keys of one stream that are to be sent: packets of sound give way to packets of events, so that the pace is the
//! sound's and nothing needs a clock of its own.
//!
//! While a key sounds no sound is sent (RFC 4733 section 2.1 leaves it to the sender): the other side hears a key once.

use std::collections::VecDeque;

use super::Payload;

/// An event's last packet is sent so often (RFC 4733 section 2.5.1.4).
const LAST_PACKETS: u8 = 3;
/// Keys that may wait; a person who presses more waits for none of them.
const MOST: usize = 256;

/// What becomes of the place of one packet of sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// The sound goes out.
    Sound,
    /// This event goes out instead.
    Event {
        /// First packet of an event (RFC 4733 section 2.5.1.1).
        marker: bool,
        /// RTP time of the event's beginning.
        timestamp: u32,
        payload: Payload,
    },
}

/// A key, or a pause.
#[derive(Clone, Copy, Debug)]
struct Press {
    /// `None`: a pause only.
    event: Option<u8>,
    /// In ticks.
    duration: u32,
    /// Pause after it, in ticks.
    gap: u32,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Quiet,
    /// Sounds since `begun`, of which `told` ticks are in segments that are over.
    Sounds {
        press: Press,
        begun: u32,
        told: u32,
    },
    /// The last packet is repeated.
    Ends {
        press: Press,
        timestamp: u32,
        payload: Payload,
        left: u8,
    },
    /// Sound goes on before the next key.
    Pauses {
        until: u32,
    },
}

/// The keys of one stream.
#[derive(Debug)]
pub(crate) struct Keypad {
    waiting: VecDeque<Press>,
    state: State,
    /// Ticks a millisecond.
    per_ms: u32,
    /// Ticks of the sound's clock to one of the events'.
    ratio: u32,
}

impl Keypad {
    /// For sound of this clock rate in Hz, and events of that one: the same (RFC 4733 section 2.1), or slower at peers
    /// that have one for telephones only.
    pub(crate) fn new(sound: u32, events: u32) -> Self {
        let ratio = (sound / events.max(1)).max(1);
        Self { waiting: VecDeque::new(), state: State::Quiet, per_ms: sound / 1000, ratio }
    }

    /// Takes keys to send, each for `duration_ms` with `gap_ms` behind it; `,` is a pause of `pause_ms`. False when one of
    /// them is no key or too many wait: then none is taken.
    pub(crate) fn press(&mut self, keys: &str, [duration_ms, gap_ms, pause_ms]: [u32; 3]) -> bool {
        let ticks = |ms: u32| ms.saturating_mul(self.per_ms);
        let press = |key: char| match key {
            ',' => Some(Press { event: None, duration: 0, gap: ticks(pause_ms) }),
            key => Some(Press { event: Some(super::event_of(key)?), duration: ticks(duration_ms), gap: ticks(gap_ms) }),
        };
        let presses: Option<Vec<Press>> = keys.chars().map(press).collect();
        let taken = presses.filter(|presses| presses.len() + self.waiting.len() <= MOST);
        let is_taken = taken.is_some();
        self.waiting.extend(taken.into_iter().flatten());
        is_taken
    }

    /// Nothing sounds and nothing waits.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.state, State::Quiet) && self.waiting.is_empty()
    }

    /// What goes out instead of a packet of sound of this RTP time that lasts `length` ticks.
    pub(crate) fn slot(&mut self, timestamp: u32, length: u32) -> Slot {
        if let State::Pauses { until } = self.state
            && timestamp.wrapping_sub(until).cast_signed() >= 0
        {
            self.state = State::Quiet;
        }
        match self.state {
            State::Quiet => self.next(timestamp, length),
            State::Pauses { .. } => Slot::Sound,
            State::Sounds { press, begun, told } => self.sound(press, begun, told, timestamp, length, false),
            State::Ends { press, timestamp: of, payload, left } => {
                self.state = match left {
                    1 => State::Pauses { until: timestamp.wrapping_add(length).wrapping_add(press.gap) },
                    _ => State::Ends { press, timestamp: of, payload, left: left - 1 },
                };
                Slot::Event { marker: false, timestamp: of, payload }
            }
        }
    }

    fn next(&mut self, timestamp: u32, length: u32) -> Slot {
        let Some(press) = self.waiting.pop_front() else { return Slot::Sound };
        if press.event.is_none() {
            self.state = State::Pauses { until: timestamp.wrapping_add(press.gap) };
            return Slot::Sound;
        }
        self.sound(press, timestamp, 0, timestamp, length, true)
    }

    /// The packet says how long the key has sounded when the packet's place is over.
    fn sound(&mut self, press: Press, begun: u32, told: u32, now: u32, length: u32, marker: bool) -> Slot {
        let sounded = now.wrapping_sub(begun).wrapping_add(length);
        let is_over = sounded >= press.duration;
        let sounded = sounded.min(press.duration) - told;
        let timestamp = begun.wrapping_add(told) / self.ratio;
        let event = press.event.unwrap_or_default();
        // A longer event goes on in another segment, without a mark of its beginning (RFC 4733 section 2.5.1.3).
        let Ok(duration) = u16::try_from(sounded / self.ratio) else {
            self.state = State::Sounds { press, begun, told: told + u32::from(u16::MAX) * self.ratio };
            return Slot::Event { marker, timestamp, payload: Payload { event, end: false, duration: u16::MAX } };
        };
        let payload = Payload { event, end: is_over, duration };
        self.state = if is_over {
            State::Ends { press, timestamp, payload, left: LAST_PACKETS - 1 }
        } else {
            State::Sounds { press, begun, told }
        };
        Slot::Event { marker, timestamp, payload }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packets of sound of 20 ms at 8 kHz.
    const LENGTH: u32 = 160;

    fn run(keypad: &mut Keypad, first: u32, packets: u32) -> Vec<Slot> {
        (0..packets).map(|index| keypad.slot(first.wrapping_add(index * LENGTH), LENGTH)).collect()
    }

    fn event(marker: bool, timestamp: u32, event: u8, end: bool, duration: u16) -> Slot {
        Slot::Event { marker, timestamp, payload: Payload { event, end, duration } }
    }

    #[test]
    fn a_key_is_marked_once_grows_and_ends_three_times() {
        let mut keypad = Keypad::new(8_000, 8_000);
        assert_eq!(run(&mut keypad, 0, 2), [Slot::Sound; 2]);
        assert!(keypad.press("5", [50, 40, 2000]) && !keypad.is_done());
        assert_eq!(
            run(&mut keypad, 1000, 8),
            [
                event(true, 1000, 5, false, 160),
                event(false, 1000, 5, false, 320),
                event(false, 1000, 5, true, 400),
                event(false, 1000, 5, true, 400),
                event(false, 1000, 5, true, 400),
                Slot::Sound,
                Slot::Sound,
                Slot::Sound,
            ]
        );
        assert!(keypad.is_done());
    }

    #[test]
    fn keys_follow_each_other_with_sound_between_them_and_a_comma_waits() {
        let mut keypad = Keypad::new(8_000, 8_000);
        assert!(keypad.press("1,#", [20, 40, 60]));
        let slots = run(&mut keypad, 0, 13);
        let sounds: Vec<usize> = (0..13).filter(|index| slots[*index] == Slot::Sound).collect();
        // Three packets of a key of 20 ms, 40 ms behind it, 60 ms for the comma.
        assert_eq!(sounds, [3, 4, 5, 6, 7, 11, 12]);
        assert_eq!(slots[8], event(true, 8 * LENGTH, 11, true, 160));
    }

    #[test]
    fn a_key_longer_than_the_field_goes_on_in_segments() {
        let mut keypad = Keypad::new(48_000, 48_000);
        assert!(keypad.press("9", [2000, 40, 0]));
        // Beginning shortly before the clock turns.
        let first = u32::MAX - 1000;
        let slots: Vec<Slot> = (0..102).map(|index| keypad.slot(first.wrapping_add(index * 960), 960)).collect();
        let full = event(false, first, 9, false, u16::MAX);
        let second = first.wrapping_add(65_535);
        assert_eq!(slots.iter().filter(|slot| **slot == full).count(), 1);
        assert_eq!(slots[99..], [event(false, second, 9, true, 30_465); 3]);
        assert_eq!(slots.iter().filter(|slot| matches!(slot, Slot::Event { marker: true, .. })).count(), 1);
    }

    #[test]
    fn events_may_have_a_slower_clock_than_the_sound() {
        let mut keypad = Keypad::new(48_000, 8_000);
        assert!(keypad.press("4", [40, 40, 0]));
        assert_eq!(keypad.slot(96_000, 960), event(true, 16_000, 4, false, 160));
        assert_eq!(keypad.slot(96_960, 960), event(false, 16_000, 4, true, 320));
    }

    #[test]
    fn what_is_no_key_is_refused_as_a_whole() {
        let mut keypad = Keypad::new(8_000, 8_000);
        assert!(!keypad.press("12x", [100, 70, 2000]) && keypad.is_done());
        assert!(!keypad.press(&"1".repeat(MOST + 1), [100, 70, 2000]) && keypad.is_done());
    }
}
