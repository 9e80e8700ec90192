//! Digest authentication (RFC 7616, RFC 2617 as used by RFC 3261 section 22), both sides.
