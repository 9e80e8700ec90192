//! How streams are taken from the network.

use gst::prelude::*;

/// Pictures may come so much later than they were sent, in milliseconds: what is presented is read, and a smooth picture
/// matters more than an early one.
const JITTER: u32 = 300;
/// A server that says nothing for so long is gone, in microseconds.
const RTSP_SILENCE: u64 = 5_000_000;
/// The same in seconds.
const HTTP_SILENCE: u32 = 5;

/// Sets what `uridecodebin` has found for an address: patience, and who we are.
pub(super) fn set_up(source: &gst::Element, login: Option<&(String, String)>) {
    let kind = source.factory().map(|factory| factory.name());
    match kind.as_deref() {
        Some("rtspsrc") => {
            source.set_property("latency", JITTER);
            source.set_property("tcp-timeout", RTSP_SILENCE);
        }
        Some("souphttpsrc") => source.set_property("timeout", HTTP_SILENCE),
        _ => return,
    }
    if let Some((user, password)) = login {
        source.set_property("user-id", user);
        source.set_property("user-pw", password);
    }
}
