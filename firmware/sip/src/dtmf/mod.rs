//! Telephone keys in INFO bodies (spec section 14.9): written, read, and sent one after another.

mod queue;

use crate::api::Body;
use crate::message::inspect::media_type;
pub(crate) use queue::Queue;

/// What keys may be sent and received: digits, letters, and `R` (register recall) as JsSIP has it.
const KEYS: &str = "0123456789ABCD#*R";
/// How long a key sounds when the sender does not say (spec section 14.9).
const DEFAULT_DURATION_MS: u32 = 100;
/// Shortest and longest key (spec section 14.9), in milliseconds.
pub(crate) const DURATION_MS: std::ops::RangeInclusive<u32> = 70..=6000;

/// One key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tone {
    /// `0-9`, `A-D`, `#`, `*` or `R`.
    pub key: char,
    /// How long it sounds, in milliseconds; 70..=6000.
    pub duration_ms: u32,
}

impl Tone {
    /// The key in an INFO body of type `application/dtmf-relay` (`Signal=5`, `Duration=120`) or `application/dtmf` (`5`);
    /// `None` for any other type and for what is no key.
    pub fn parse(body: &Body) -> Option<Self> {
        let text = body.text()?;
        let (signal, duration) = match media_type(&body.content_type).as_str() {
            "application/dtmf-relay" => (field(text, "Signal")?, field(text, "Duration")),
            "application/dtmf" => (text.trim(), None),
            _ => return None,
        };
        let duration = duration.and_then(|text| text.parse().ok()).unwrap_or(DEFAULT_DURATION_MS);
        Some(Self { key: key(signal)?, duration_ms: duration.clamp(*DURATION_MS.start(), *DURATION_MS.end()) })
    }

    /// The body that JsSIP and sip-connector send.
    pub fn body(self) -> Body {
        let content = format!("Signal={}\r\nDuration={}", self.key, self.duration_ms);
        Body { content_type: "application/dtmf-relay".into(), content: content.into() }
    }
}

fn field<'a>(text: &'a str, wanted: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        name.trim().eq_ignore_ascii_case(wanted).then_some(value.trim())
    })
}

/// A key by its sign or, from gateways that count as RFC 4733 does, by its event number 10..=16.
fn key(signal: &str) -> Option<char> {
    let mut signs = signal.chars();
    let (first, more) = (signs.next()?, signs.next().is_some());
    if more {
        let number: usize = signal.parse().ok()?;
        return "*#ABCDR".chars().nth(number.checked_sub(10)?);
    }
    Some(first.to_ascii_uppercase()).filter(|key| KEYS.contains(*key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(content_type: &str, content: &str) -> Option<(char, u32)> {
        let body = Body { content_type: content_type.into(), content: content.to_string().into() };
        Tone::parse(&body).map(|tone| (tone.key, tone.duration_ms))
    }

    #[test]
    fn keys_are_read_from_both_types_and_from_event_numbers() {
        let relay = "application/dtmf-relay";
        assert_eq!(parse(relay, "Signal=5\r\nDuration=160"), Some(('5', 160)));
        assert_eq!(parse("Application/DTMF-Relay; x=1", "signal = d\nduration = 10\n"), Some(('D', 70)));
        assert_eq!(parse(relay, "Signal=#"), Some(('#', 100)));
        assert_eq!(parse(relay, "Signal=10\r\nDuration=x"), Some(('*', 100)));
        assert_eq!(parse(relay, "Signal=16\r\nDuration=99999"), Some(('R', 6000)));
        assert_eq!(parse("application/dtmf", " 7\r\n"), Some(('7', 100)));
    }

    #[test]
    fn what_is_no_key_is_none() {
        let relay = "application/dtmf-relay";
        for text in ["", "Signal=", "Signal=E", "Signal=17", "Signal=9999999999999999999999", "Duration=100", "5"] {
            assert_eq!(parse(relay, text), None, "{text}");
        }
        assert_eq!(parse("text/plain", "5"), None);
    }

    #[test]
    fn what_is_written_is_read() {
        let tone = Tone { key: '*', duration_ms: 250 };
        assert_eq!(tone.body().text(), Some("Signal=*\r\nDuration=250"));
        assert_eq!(Tone::parse(&tone.body()), Some(tone));
    }
}
