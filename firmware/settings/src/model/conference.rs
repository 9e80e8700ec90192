//! What to join and when, and what other people may do.

use serde::{Deserialize, Serialize};

/// `[conference]`
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Conference {
    /// Number, user or `sip:` URI of the room's conference.
    pub target: Option<String>,
    /// Join `target` by itself after boot and after every loss. Default false.
    pub auto_dial: bool,
    /// Answer incoming calls by itself. Default false.
    pub auto_answer: bool,
    /// Whose calls are answered by themselves: `user@domain`, `@domain`, `user`. Default everybody's.
    pub auto_answer_from: Vec<String>,
    /// What a call does that comes in while there is another; default `busy`.
    pub call_waiting: CallWaiting,
    /// SIP status of a refusal on this device only, 300..=699, default 487 (spec section 10.1).
    pub decline_status: u16,
    /// Who may have the box call somebody else (REFER), as in `auto_answer_from`. Default nobody.
    pub transfers_from: Vec<String>,
    /// Wait before a lost call is dialled again, in milliseconds, 100..=60000, default 500; doubled by each failure.
    pub redial_first_ms: u32,
    /// Longest wait between two attempts, in seconds, 1..=3600, default 30.
    pub redial_longest: u32,
    /// Attempts in a row for a call that was not joined by itself, 0..=1000, default 5; 0 = no limit.
    pub redial_limit: u32,
    /// How telephone keys are sent; default `auto`.
    pub keys: KeyTransport,
    /// `host[:port]` of the server's HTTP interface (spec section 2.8); the SIP domain when absent.
    pub http_server: Option<String>,
    /// Speed dial.
    pub entries: Vec<Entry>,
}

impl Default for Conference {
    fn default() -> Self {
        Self {
            target: None,
            auto_dial: false,
            auto_answer: false,
            auto_answer_from: Vec::new(),
            call_waiting: CallWaiting::Busy,
            decline_status: 487,
            transfers_from: Vec::new(),
            redial_first_ms: 500,
            redial_longest: 30,
            redial_limit: 5,
            keys: KeyTransport::Auto,
            http_server: None,
            entries: Vec::new(),
        }
    }
}

/// What a call does that comes in while there is another.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum CallWaiting {
    /// It finds us busy (486).
    Busy,
    /// It rings; answering it puts the other on hold.
    Ring,
}

/// How telephone keys are sent.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum KeyTransport {
    /// Beside the sound where the other side takes them so; by INFO to the others and to the vendor's servers.
    Auto,
    /// By INFO.
    Info,
    /// Beside the sound, as RTP events (RFC 4733); by INFO where the other side takes none.
    Rtp,
}

/// One speed-dial entry.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Shown on panel and display.
    pub name: String,
    /// Number, user or `sip:` URI.
    pub target: String,
}
