//! Session descriptions (RFC 8866) and what offers and answers may do with them (RFC 3264), independent of any media stack.
//!
//! Descriptions are kept as the lines they came as, and everything typed is a view on them: what nobody here knows passes
//! through byte for byte, a line is changed only where somebody means to, and a description that a strict parser would
//! refuse can still be looked at. (A parser that builds a tree and writes it anew, as `sdp-types` does, normalises line
//! ends and refuses the whole for one odd line; a hold must give the rest back unchanged.)

mod answer_rules;
mod bundle;
mod codec;
mod content;
mod description;
mod direction;
mod finding;
mod formats;
pub mod hold;
mod ice;
mod lines;
mod media_line;
mod negotiated;
mod offer_answer;
mod offer_rules;
mod origin;
mod security;
mod summary;

pub use bundle::Bandwidth;
pub use codec::Codec;
pub use content::Content;
pub use description::Description;
pub use direction::{Direction, NotADirection};
pub use finding::{Finding, Side};
pub use ice::IceCredentials;
pub use lines::{Line, Section};
pub use media_line::MediaLine;
pub use negotiated::{Negotiated, NegotiatedLine};
pub use offer_answer::{OfferAnswer, Refusal, Signalling};
pub use origin::Origin;
pub use security::{Fingerprint, Setup};
pub use summary::{LineSummary, Summary, describe};
