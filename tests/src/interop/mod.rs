//! Foreign peers: `SIPp`, Kamailio, coturn, and `JsSIP` and SIP.js in Chromium.

pub mod chromium;
pub mod client;
pub mod coturn;
pub mod devtools;
pub mod kamailio;
pub mod page;
pub mod panel;
pub mod sipp;

use std::path::{Path, PathBuf};

/// The folder with page and server configuration.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("interop")
}
