//! What the tests of the media engine have, too: descriptions as browsers write them, and a path in the test's hand.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "shared with the tests of the media engine"
)]

#[path = "../../../firmware/media/tests/peer_contract/browser.rs"]
pub mod described;
#[path = "../../../firmware/media/tests/network/link.rs"]
pub mod link;
#[path = "../../../firmware/media/tests/network/relay.rs"]
pub mod relay;
