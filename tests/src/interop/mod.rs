//! Foreign peers: Kamailio as the server and `JsSIP` in Chromium as the other terminal.

pub mod chromium;
pub mod devtools;
pub mod kamailio;
pub mod page;

use std::path::{Path, PathBuf};

/// The folder with page and server configuration.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("interop")
}
