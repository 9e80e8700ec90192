//! The default peer connection: the `webrtc` crate for offer/answer, ICE, DTLS and SRTP, `rtpbin` for the timing.

mod allowance;
mod answers;
mod bin;
mod callbacks;
mod congestion;
mod depth;
mod engine;
mod gathering;
mod heard;
mod jitter_buffers;
mod marks;
mod missing;
mod numbered;
mod pacer;
mod path;
mod punctuality;
mod receiving;
mod repairs;
mod requests;
mod rtcp_figures;
mod runtime;
mod sending;
mod servers;
mod setup;
mod shared;
mod silence;
mod stats;
mod step;
mod tap;
mod turns;
mod undeclared;

use std::{sync::Arc, time::Instant};

use tokio::{runtime::Handle, sync::mpsc};
use webrtc::peer_connection::StatsSelector;

use self::engine::{Engine, request_key_frame};
use super::{BoxFuture, PeerConfig, PeerConnection, PeerError, PeerEvent};

/// A peer connection on the `webrtc` crate. Binds its sockets and gathers candidates as soon as it is made, so that an
/// offer can be given out at once.
pub struct WebrtcPeer {
    engine: Arc<Engine>,
}

impl WebrtcPeer {
    /// Makes a peer connection; must be called inside a tokio runtime. Gathering starts at once, in the background.
    pub fn new(config: PeerConfig, events: mpsc::UnboundedSender<PeerEvent>) -> Result<Self, PeerError> {
        gst::init().map_err(|error| PeerError::Engine(error.to_string()))?;
        let runtime = Handle::try_current().map_err(|error| PeerError::Engine(error.to_string()))?;
        let (engine, streams) = Engine::new(config, events, runtime.clone())?;
        let engine = Arc::new(engine);
        let arming = Arc::clone(&engine);
        runtime.spawn(async move {
            if let Err(error) = arming.arm().await {
                tracing::debug!(%error, "peer connection not armed ahead");
            }
        });
        runtime.spawn(undeclared::watch(Arc::downgrade(&engine), streams));
        Ok(Self { engine })
    }
}

impl Drop for WebrtcPeer {
    fn drop(&mut self) {
        let engine = Arc::clone(&self.engine);
        self.engine.shared.runtime.spawn(async move { engine.close().await });
    }
}

impl From<webrtc::error::Error> for PeerError {
    fn from(error: webrtc::error::Error) -> Self {
        Self::Engine(error.to_string())
    }
}

impl From<gst::glib::BoolError> for PeerError {
    fn from(error: gst::glib::BoolError) -> Self {
        Self::Engine(error.to_string())
    }
}

impl PeerConnection for WebrtcPeer {
    fn bin(&self) -> gst::Bin {
        self.engine.bin.bin.clone()
    }

    fn create_offer(&self, restart_ice: bool) -> BoxFuture<'_, Result<String, PeerError>> {
        Box::pin(self.engine.create_offer(restart_ice))
    }

    fn create_answer<'a>(&'a self, offer: &'a str) -> BoxFuture<'a, Result<String, PeerError>> {
        Box::pin(self.engine.create_answer(offer))
    }

    fn accept_answer<'a>(&'a self, answer: &'a str) -> BoxFuture<'a, Result<(), PeerError>> {
        Box::pin(self.engine.accept_answer(answer))
    }

    fn add_presentation(&self) -> BoxFuture<'_, Result<bool, PeerError>> {
        Box::pin(self.engine.add_presentation())
    }

    fn remove_presentation(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.engine.remove_presentation())
    }

    fn want(&self, rate: u32) {
        self.engine.shared.path.want(f64::from(rate));
    }

    fn request_key_frame(&self, mid: &str) {
        request_key_frame(&self.engine.shared, mid);
    }

    fn stats(&self) -> BoxFuture<'_, Vec<serde_json::Value>> {
        Box::pin(async move {
            let Some(connection) = self.engine.connection.get() else { return Vec::new() };
            let report = connection.peer.get_stats(Instant::now(), StatsSelector::None).await;
            let remote = connection.remote_candidate().await;
            stats::entries(&report, remote.as_ref(), &self.engine.shared)
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.engine.close())
    }
}
