//! What the system tells about the network (spec section 5.1).

use serde::{Deserialize, Serialize};

/// A change of links, addresses or routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkEvent {
    /// Still online, but by another link, address or route.
    Changed,
    /// No address or no route any more.
    Offline,
    /// Online again.
    Online,
}
