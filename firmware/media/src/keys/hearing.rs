//! Keys of the other side out of its packets: each is told once, when it is over, however many packets say so or are
//! lost (RFC 4733 section 2.5.2).

use super::{Payload, key_of};

/// Without a packet of the event for so long, in ms of the sender's clock, it is over (RFC 4733 section 2.5.2.2).
const OVER_MS: u32 = 200;

/// A packet that is so late, in ms, does not come any more: the time stamps of what follows may begin anew.
const PAST_MS: u32 = 10_000;

/// A key that was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// `0-9`, `*`, `#`, `A-D`, `R`.
    pub(crate) key: char,
    pub(crate) duration_ms: u32,
}

/// The event heard last.
#[derive(Clone, Copy, Debug)]
struct Event {
    number: u8,
    /// RTP time of its present segment.
    timestamp: u32,
    /// Ticks of the present segment, and of those before it.
    duration: u32,
    before: u32,
    clock_rate: u32,
    told: bool,
}

impl Event {
    /// Where it ends, as far as is known.
    const fn end(&self) -> u32 {
        self.timestamp.wrapping_add(self.duration)
    }

    /// A segment of this time follows, even if the last packet of the present one was lost.
    const fn goes_on_at(&self, timestamp: u32) -> bool {
        self.end() == timestamp || timestamp.wrapping_sub(self.timestamp) == u16::MAX as u32
    }

    /// The key, the first time.
    fn tell(&mut self) -> Option<Key> {
        let is_told = std::mem::replace(&mut self.told, true);
        let ticks = u64::from(self.before) + u64::from(self.duration);
        let duration_ms = u32::try_from(ticks * 1000 / u64::from(self.clock_rate.max(1))).unwrap_or(u32::MAX);
        key_of(self.number).filter(|_| !is_told).map(|key| Key { key, duration_ms })
    }
}

/// Listens to one stream.
#[derive(Debug, Default)]
pub(crate) struct Hearing {
    last: Option<Event>,
}

impl Hearing {
    /// A packet of an event on a clock of `clock_rate` Hz; gives the keys that are over, in their order.
    pub(crate) fn event(&mut self, timestamp: u32, payload: Payload, clock_rate: u32) -> Vec<Key> {
        let mut over = Vec::new();
        match &mut self.last {
            Some(last) if last.timestamp == timestamp && last.number == payload.event => {
                last.duration = last.duration.max(payload.duration.into());
            }
            // A packet of an earlier event that comes late.
            Some(last) if timestamp.wrapping_sub(last.timestamp).cast_signed() <= 0 => return over,
            // The next segment of a long one.
            Some(last) if !last.told && last.number == payload.event && last.goes_on_at(timestamp) => {
                last.before = last.before.saturating_add(timestamp.wrapping_sub(last.timestamp));
                (last.timestamp, last.duration) = (timestamp, payload.duration.into());
            }
            last => {
                over.extend(last.as_mut().and_then(Event::tell));
                let number = payload.event;
                let duration = payload.duration.into();
                *last = Some(Event { number, timestamp, duration, before: 0, clock_rate, told: false });
            }
        }
        if payload.end {
            over.extend(self.last.as_mut().and_then(Event::tell));
        }
        over
    }

    /// A packet of sound of this RTP time: a key whose end was lost is over when sound has long gone on.
    pub(crate) fn sound(&mut self, timestamp: u32) -> Option<Key> {
        let last = self.last.as_mut()?;
        let since = i64::from(timestamp.wrapping_sub(last.end()).cast_signed()) * 1000;
        let passed = |ms: u32| since > i64::from(ms) * i64::from(last.clock_rate);
        let (is_over, is_past) = (passed(OVER_MS), passed(PAST_MS));
        let key = if is_over { last.tell() } else { None };
        if is_past {
            self.last = None;
        }
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Keypad, Slot};

    const RATE: u32 = 8_000;

    fn packet(event: u8, end: bool, duration: u16) -> Payload {
        Payload { event, end, duration }
    }

    fn keys(told: &[Key]) -> Vec<(char, u32)> {
        told.iter().map(|key| (key.key, key.duration_ms)).collect()
    }

    #[test]
    fn a_key_is_told_once_at_its_end() {
        let mut hearing = Hearing::default();
        assert!(hearing.event(100, packet(5, false, 160), RATE).is_empty());
        assert_eq!(keys(&hearing.event(100, packet(5, true, 800), RATE)), [('5', 100)]);
        assert!(hearing.event(100, packet(5, true, 800), RATE).is_empty());
        // The same key again is another one; a packet of the first that comes late is none.
        assert_eq!(keys(&hearing.event(5000, packet(5, true, 400), RATE)), [('5', 50)]);
        assert!(hearing.event(100, packet(5, true, 800), RATE).is_empty());
    }

    #[test]
    fn a_key_whose_end_was_lost_is_told_by_the_next_one_or_by_sound() {
        let mut hearing = Hearing::default();
        hearing.event(100, packet(1, false, 160), RATE);
        assert_eq!(keys(&hearing.event(3000, packet(2, false, 160), RATE)), [('1', 20)]);
        assert_eq!(hearing.sound(3160), None);
        assert_eq!(hearing.sound(3160 + 1600), None);
        assert_eq!(hearing.sound(3160 + 1601), Some(Key { key: '2', duration_ms: 20 }));
        assert_eq!(hearing.sound(9000), None);
    }

    #[test]
    fn what_a_keypad_sends_is_heard_with_any_single_packet_lost() {
        let mut sent = Vec::new();
        let mut keypad = Keypad::new(48_000, 48_000);
        assert!(keypad.press("12#", [2000, 40, 0]) && keypad.press("5", [100, 40, 0]));
        let first = 0xffff_0000_u32;
        for index in 0..400_u32 {
            let timestamp = first.wrapping_add(index * 960);
            sent.push((timestamp, keypad.slot(timestamp, 960)));
        }
        assert!(keypad.is_done());
        for lost in 0..=sent.len() {
            let (mut hearing, mut told) = (Hearing::default(), Vec::new());
            for (_, (at, slot)) in sent.iter().enumerate().filter(|(index, _)| *index != lost) {
                match slot {
                    Slot::Sound => told.extend(hearing.sound(*at)),
                    Slot::Event { timestamp, payload, .. } => told.extend(hearing.event(*timestamp, *payload, 48_000)),
                }
            }
            assert_eq!(told.iter().map(|key| key.key).collect::<String>(), "12#5", "without packet {lost}");
            assert_eq!(told[3].duration_ms, 100);
        }
    }

    #[test]
    fn events_that_are_no_keys_are_left_out() {
        let mut hearing = Hearing::default();
        assert!(hearing.event(1, packet(32, true, 160), RATE).is_empty());
    }
}
