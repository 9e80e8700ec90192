//! The room the server put us into.

use serde::Deserialize;

use super::Secret;

/// The room the server put us into.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Room {
    /// Room name in the server's spelling.
    pub name: String,
    /// Our name there.
    pub participant: String,
    /// Our token for the HTTP interface, where the server gave one.
    pub token: Option<Secret>,
    /// The other side is a single participant, not a conference.
    #[serde(default)]
    pub is_direct_peer_to_peer: bool,
}

/// The waiting room is called exactly so, in any case (spec section 2.4).
pub fn is_purgatory(room: &str) -> bool {
    room.eq_ignore_ascii_case("purgatory")
}

/// Rooms between two participants are called `p2p…to…`, in any case (spec section 2.4).
pub fn is_peer_to_peer(room: &str) -> bool {
    let lower = room.to_ascii_lowercase();
    let Some(rest) = lower.strip_prefix("p2p") else { return false };
    rest.match_indices("to").any(|(at, to)| at > 0 && at + to.len() < rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_are_told_apart_by_their_names() {
        for (room, peer_to_peer) in [
            ("p2p100to200", true),
            ("P2PaTOb", true),
            ("p2pto", false),
            ("p2ptoto", false),
            ("p2ptotob", true),
            ("hall", false),
        ] {
            assert_eq!(is_peer_to_peer(room), peer_to_peer, "{room}");
        }
        assert!(is_purgatory("Purgatory"));
        assert!(!is_purgatory("purgatory 2"));
    }
}
