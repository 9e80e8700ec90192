//! What went wrong, for people: the closed catalogue of causes in English, Russian and Chinese (spec section 12.3).
//!
//! The catalogue has five parts: the causes that JsSIP names, SIP status codes, WebSocket close codes, the ways a
//! connection fails, and the events of [`crate::worker`]. [`translate`] puts a sentence together from them.
//!
//! Chinese texts are those of the spec wherever it has one, wording kept; `webocket` of close code 1007, which the spec
//! marks as an error, is mended. SIP codes whose Chinese text the spec leaves empty have one of ours.

mod events;
mod flow;
mod named;
mod sip_codes;
mod translate;
mod websocket;

use serde::{Deserialize, Serialize};

pub use events::{EVENTS, UNKNOWN_EVENT, event};
pub use flow::{FLOW_ERRORS, flow_error, flow_kind};
pub use named::{CAUSES, cause};
pub use sip_codes::{SIP_CODES, sip_code};
pub use translate::translate;
pub use websocket::{CLOSE_CODES, close_code};

/// A language of the catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    /// Simplified Chinese.
    #[serde(rename = "zh")]
    Chinese,
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Russian.
    #[serde(rename = "ru")]
    Russian,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::English, Self::Russian, Self::Chinese];
}

/// One entry in every language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// In English.
    pub english: &'static str,
    /// In Russian.
    pub russian: &'static str,
    /// In Chinese.
    pub chinese: &'static str,
}

impl Text {
    /// The text in this language.
    pub const fn in_language(&self, language: Language) -> &'static str {
        match language {
            Language::Chinese => self.chinese,
            Language::English => self.english,
            Language::Russian => self.russian,
        }
    }
}

/// A text of its three languages, in the order of the tables here.
const fn text(english: &'static str, russian: &'static str, chinese: &'static str) -> Text {
    Text { english, russian, chinese }
}

/// The entry of this key.
fn find<K: PartialEq<L>, L>(table: &'static [(K, Text)], key: &L) -> Option<&'static Text> {
    table.iter().find(|(found, _)| found == key).map(|(_, text)| text)
}
