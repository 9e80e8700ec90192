//! What the owner was told about each line: told once, and again when it is another.

use std::collections::HashMap;

use super::{Codec, PeerEvent, Track, negotiation::Line, pads::source_pad};

/// By name of the line.
#[derive(Debug, Default)]
pub(super) struct Told {
    sent: HashMap<String, Codec>,
    keys: HashMap<String, Option<Codec>>,
    received: HashMap<String, (Codec, Track)>,
}

impl Told {
    /// Tells what is new about a line with this agreed codec.
    pub(super) fn line(&mut self, line: &Line, codec: &Codec, tell: impl Fn(PeerEvent)) {
        let Some(kind) = line.kind else { return };
        let (mid, role, codec) = (line.name.clone(), line.role, codec.clone());
        if line.rejected || !line.local {
            if self.sent.remove(&mid).is_some() {
                tell(PeerEvent::SendEnded { mid: mid.clone() });
            }
        } else if self.sent.insert(mid.clone(), codec.clone()).as_ref() != Some(&codec) {
            tell(PeerEvent::SendCodec { mid: mid.clone(), kind, role, codec: codec.clone() });
        }
        let events = line.keys().filter(|_| line.local).map(|common| common.remote.clone());
        if self.keys.get(&mid).cloned().flatten() != events {
            self.keys.insert(mid.clone(), events.clone());
            tell(PeerEvent::KeysAgreed { mid: mid.clone(), events });
        }
        let track = line.track.clone();
        if !line.receives() {
            if self.received.remove(&mid).is_some() {
                tell(PeerEvent::RemoteEnded { mid });
            }
        } else if self.received.insert(mid.clone(), (codec.clone(), track.clone()))
            != Some((codec.clone(), track.clone()))
        {
            let pad = source_pad(&mid);
            tell(PeerEvent::RemoteTrack { mid, kind, role, codec, pad, track });
        }
    }
}
