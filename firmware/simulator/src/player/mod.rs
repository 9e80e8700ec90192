//! Users: what they do by themselves and how they react, drawn from the seed.

mod acts;
mod reactions;
pub(crate) mod sdp;
