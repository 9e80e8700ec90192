//! Session descriptions (RFC 8866) and what offers and answers may do with them (RFC 3264), independent of any media stack.
//!
//! Descriptions are kept as the lines they came as, and everything typed is a view on them: what nobody here knows passes
//! through byte for byte, a line is changed only where somebody means to, and a description that a strict parser would
//! refuse can still be looked at.

mod description;
mod direction;
pub mod hold;
mod lines;
mod media_line;
mod origin;

pub use description::Description;
pub use direction::Direction;
pub use lines::{Line, Section};
pub use media_line::MediaLine;
pub use origin::Origin;
