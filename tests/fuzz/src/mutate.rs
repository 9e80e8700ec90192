//! Changes to messages: some blind, most aware of lines, headers, tokens and numbers.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

/// Values that parsers have stumbled over: limits of numbers, empty and endless things, quotes, escapes, line ends, other
/// alphabets, and names of things that change the state of a user agent.
const WORDS: &[&str] = &[
    "",
    "0",
    "-1",
    "1",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "18446744073709551616",
    "99999999999999999999999",
    "\"",
    "\\\"",
    "\\",
    "<",
    ">",
    "<>",
    "<<",
    ";",
    ";;",
    "=",
    ";=",
    ",",
    ",,",
    "@",
    ":",
    "::",
    "[",
    "]",
    "[::]",
    "[::1",
    "%",
    "%00",
    "%0d%0a",
    "%zz",
    "%e4%bd",
    "\r",
    "\n",
    "\r\n",
    "\r\n ",
    "\r\n\r\n",
    "\0",
    "\u{7f}",
    "\u{feff}",
    "комната",
    "会议室",
    "🎥",
    "*",
    "*;q=0",
    "sip:",
    "sips:a@b",
    "tel:+1",
    "sip:@",
    "sip:a@[::1]:0",
    "sip:a@b:99999",
    "sip:a@b;lr",
    "sip:a@b?Replaces=x%3Bto-tag%3D1",
    "z9hG4bK",
    ";tag=",
    ";tag=x;tag=y",
    ";branch=",
    ";rport",
    ";received=1.2.3.4",
    ";lr",
    ";ob",
    ";expires=0",
    ";q=1.0",
    ";refresher=uac",
    "INVITE",
    "ACK",
    "CANCEL",
    "BYE",
    "UPDATE",
    "PRACK",
    "REFER",
    "NOTIFY",
    "SUBSCRIBE",
    "INFO",
    "OPTIONS",
    "MESSAGE",
    "REGISTER",
    "X",
    "SIP/2.0",
    "SIP/3.0",
    "100",
    "180",
    "183",
    "199",
    "200",
    "202",
    "302",
    "401",
    "407",
    "408",
    "422",
    "423",
    "481",
    "487",
    "491",
    "503",
    "603",
    "700",
    "100rel",
    "timer",
    "replaces",
    "outbound",
    "path",
    "Require: 100rel",
    "Digest",
    "Basic",
    "algorithm=MD5-sess",
    "algorithm=SHA-256",
    "qop=\"auth,auth-int\"",
    "stale=true",
    "nonce=\"\"",
    "realm=\"\\\"\"",
    "application/sdp",
    "multipart/mixed;boundary=x",
    "a=sendonly",
    "a=inactive",
    "m=audio 0 RTP/AVP",
    "c=IN IP4 0.0.0.0",
];

/// Whole header lines worth adding.
const LINES: &[&str] = &[
    "Require: 100rel",
    "Require: nothing",
    "Supported: 100rel,timer,replaces",
    "RSeq: 1",
    "RSeq: 4294967295",
    "RAck: 1 1 INVITE",
    "Session-Expires: 90;refresher=uas",
    "Session-Expires: 0",
    "Min-SE: 90",
    "Retry-After: 1",
    "Expires: 0",
    "Min-Expires: 4000000000",
    "Max-Forwards: 0",
    "Contact: *",
    "Contact: <sip:a@b>, <sip:c@d>;q=0.5",
    "Record-Route: <sip:p>, <sip:q;lr>",
    "Route: <sip:p;lr>",
    "Via: SIP/2.0/UDP other;branch=z9hG4bKother",
    "Replaces: x;to-tag=a;from-tag=b",
    "Refer-To: <sip:b@c>",
    "Refer-To: <sip:b@c?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2>",
    "Referred-By: <sip:x@y>",
    "Event: refer;id=1",
    "Event: check-sync",
    "Subscription-State: terminated;reason=noresource",
    "Subscription-State: active;expires=1",
    "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", algorithm=SHA-256, qop=\"auth\"",
    "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\", stale=true",
    "Authentication-Info: nextnonce=\"n\"",
    "Content-Type: message/sipfrag",
    "Content-Type: application/dtmf-relay",
    "Content-Encoding: gzip",
    "Content-Length: 4",
    "Content-Length: 999999999",
    "Reason: SIP ;cause=200 ;text=\"x\"",
    "Flow-Timer: 1",
    "Service-Route: <sip:s;lr>",
    "Path: <sip:e;lr;ob>",
    " folded",
    "Accept: text/plain",
];

/// Makes inputs out of others; the same seed makes the same inputs.
pub(crate) struct Mutator {
    random: StdRng,
}

impl Mutator {
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: StdRng::seed_from_u64(seed) }
    }

    /// A number below `end`; 0 when `end` is 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { self.random.random_range(0..end) }
    }

    /// True in `percent` of 100 cases.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.choose(&mut self.random)
    }

    /// A changed copy; `other` lends pieces.
    pub(crate) fn mutate(&mut self, bytes: &[u8], other: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(4) {
            match self.below(10) {
                0 => self.flip(&mut bytes),
                1 => self.cut(&mut bytes),
                2 => self.double(&mut bytes),
                3 => self.splice(&mut bytes, other),
                4 => self.change_number(&mut bytes),
                5 => self.add_line(&mut bytes),
                6 => self.change_lines(&mut bytes),
                7 => self.swap_token(&mut bytes, other),
                _ => self.insert_word(&mut bytes),
            }
        }
        bytes
    }

    fn flip(&mut self, bytes: &mut [u8]) {
        let at = self.below(bytes.len());
        let bit = self.below(8);
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << bit;
        }
    }

    /// Start and end of a piece, short most of the time.
    fn piece(&mut self, length: usize) -> (usize, usize) {
        let start = self.below(length + 1);
        let longest = if self.chance(90) { 24 } else { length };
        (start, (start + self.below(longest + 1)).min(length))
    }

    fn cut(&mut self, bytes: &mut Vec<u8>) {
        let (start, end) = self.piece(bytes.len());
        if self.chance(10) {
            bytes.truncate(start);
        } else {
            bytes.drain(start..end);
        }
    }

    fn double(&mut self, bytes: &mut Vec<u8>) {
        let (start, end) = self.piece(bytes.len());
        let times = if self.chance(5) { 200 } else { 1 };
        let piece = bytes[start..end].repeat(times);
        bytes.splice(end..end, piece);
    }

    fn splice(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let (start, end) = self.piece(bytes.len());
        let (from, to) = self.piece(other.len());
        bytes.splice(start..end, other[from..to].iter().copied());
    }

    fn change_number(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len());
        let Some(start) = bytes.iter().skip(at).position(u8::is_ascii_digit).map(|n| n + at) else { return };
        let end = bytes[start..].iter().position(|b| !b.is_ascii_digit()).map_or(bytes.len(), |n| n + start);
        let number = match self.pick(&WORDS[..10]) {
            Some(word) if self.chance(50) => (*word).to_owned(),
            _ => self.below(70_000).to_string(),
        };
        bytes.splice(start..end, number.into_bytes());
    }

    fn insert_word(&mut self, bytes: &mut Vec<u8>) {
        let Some(word) = self.pick(WORDS) else { return };
        let (start, end) = self.piece(bytes.len());
        let end = if self.chance(50) { start } else { end };
        bytes.splice(start..end, word.bytes());
    }

    fn add_line(&mut self, bytes: &mut Vec<u8>) {
        let Some(line) = self.pick(LINES) else { return };
        let breaks = line_breaks(bytes);
        let Some(at) = self.pick(&breaks).copied() else { return };
        bytes.splice(at..at, format!("{line}\r\n").into_bytes());
    }

    /// Swaps, doubles or drops whole lines.
    fn change_lines(&mut self, bytes: &mut Vec<u8>) {
        let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
        let (a, b) = (self.below(lines.len()), self.below(lines.len()));
        if lines.is_empty() {
            return;
        }
        match self.below(3) {
            0 => lines.swap(a, b),
            1 => lines.insert(b, lines[a].clone()),
            _ => drop(lines.remove(a)),
        }
        *bytes = lines.concat();
    }

    /// Puts a token of another message in the place of one of ours.
    fn swap_token(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let (ours, theirs) = (self.token(bytes), self.token(other));
        if let (Some((start, end)), Some((from, to))) = (ours, theirs) {
            bytes.splice(start..end, other[from..to].iter().copied());
        }
    }

    fn token(&mut self, bytes: &[u8]) -> Option<(usize, usize)> {
        let at = self.below(bytes.len());
        let is_token = |b: &u8| b.is_ascii_alphanumeric() || b"-._~".contains(b);
        let start = bytes.iter().skip(at).position(is_token)? + at;
        let length = bytes[start..].iter().position(|b| !is_token(b)).unwrap_or(bytes.len() - start);
        Some((start, start + length))
    }
}

fn line_breaks(bytes: &[u8]) -> Vec<usize> {
    bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1).collect()
}
