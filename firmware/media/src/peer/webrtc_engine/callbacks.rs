//! What the crate tells of a connection: candidates, states, tracks.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use webrtc::{
    media_stream::track_remote::TrackRemote,
    peer_connection::{
        PeerConnectionEventHandler, RTCIceConnectionState, RTCIceGatheringState, RTCPeerConnectionIceEvent,
        RTCPeerConnectionState,
    },
};

use super::{heard, receiving, shared::Shared};
use crate::peer::PeerEvent;

/// From ICE to encryption: several flights with retransmissions (RFC 6347 section 4.2.4.1 doubles from 1 s).
const HANDSHAKE_BOUND: Duration = Duration::from_secs(10);

/// The crate's callbacks. They run inside the driver: nothing here may wait.
pub(super) struct Callbacks(pub(super) Arc<Shared>);

impl Callbacks {
    /// The crate does not report a handshake that never ends, as after a wrong fingerprint.
    fn watch_handshake(&self) {
        let shared = Arc::downgrade(&self.0);
        self.0.runtime.spawn(async move {
            tokio::time::sleep(HANDSHAKE_BOUND).await;
            if let Some(shared) = shared.upgrade()
                && !shared.connected.load(Ordering::Acquire)
            {
                let reason = "the encryption handshake (DTLS) with the peer did not succeed".to_owned();
                shared.tell(PeerEvent::Failed { reason });
            }
        });
    }
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Callbacks {
    async fn on_ice_candidate(&self, _: RTCPeerConnectionIceEvent) {
        self.0.gathered.send_modify(|gathered| gathered.candidates += 1);
    }

    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.0.gathered.send_modify(|gathered| gathered.complete = true);
        }
    }

    async fn on_ice_connection_state_change(&self, state: RTCIceConnectionState) {
        self.0.kick.now();
        if state == RTCIceConnectionState::Connected && !self.0.connected.load(Ordering::Acquire) {
            self.watch_handshake();
        }
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        match state {
            RTCPeerConnectionState::Connected => {
                if self.0.turns.load(Ordering::Acquire) == 0 {
                    self.0.runtime.spawn(heard::watch(Arc::downgrade(&self.0), self.0.ear.clone()));
                }
                self.0.connected();
            }
            RTCPeerConnectionState::Disconnected => self.0.lost(),
            RTCPeerConnectionState::Failed => {
                let reason = "no network path to the peer (ICE)".to_owned();
                self.0.tell(PeerEvent::Failed { reason });
            }
            _ => {}
        }
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        // The negotiation names remote tracks like their lines.
        let mid = track.track_id().await;
        let Some(incoming) = self.0.incoming(&mid) else {
            tracing::warn!(mid, "a stream came for a line that is not received");
            return;
        };
        self.0.runtime.spawn(receiving::run(incoming, track));
    }
}
