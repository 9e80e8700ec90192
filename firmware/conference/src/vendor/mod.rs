//! The vendor dialect of the conference server: INFO and NOTIFY with headers for content (spec section 3).

mod header;
mod info_in;
mod info_out;
mod invite;
mod message;
mod notify;

pub(crate) use info_in::parse_info;
pub(crate) use info_out::{media_state, room_name};
pub(crate) use invite::{MediaState, invite_headers};
pub(crate) use message::{Room, VendorMessage};
pub(crate) use notify::parse_notify;

/// Every vendor content type starts so (spec section 3.2).
const CONTENT_TYPE_PREFIX: &str = "application/vinteo.webrtc.";
