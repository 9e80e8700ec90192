//! Browsers as peers: `JsSIP` and SIP.js in Chromium, registered at Kamailio, and the vendor's `JsSIP` in calls of a lab.

mod box_and_page;
mod browser;
mod call;
mod codecs;
mod contract;
#[allow(
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
mod described;
#[allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "shared with the tests of the media engine"
)]
#[path = "../../../firmware/media/tests/network/link.rs"]
mod link;
mod meeting;
mod meeting_admission;
mod meeting_messages;
mod meeting_presentation;
mod meeting_reports;
mod meeting_spectators;
mod phone_and_page;
#[allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "shared with the tests of the media engine"
)]
#[path = "../../../firmware/media/tests/network/relay.rs"]
mod relay;
mod sharing;
mod steps;
mod world;
