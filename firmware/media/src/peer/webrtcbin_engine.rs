//! The second peer connection: `GStreamer`'s own `webrtcbin`, with `libnice` for ICE.
//!
//! Its gaps are closed from outside where they can be: it never sees a direction other than `sendrecv` nor an offer of
//! ours before that is answered, the peer's certificate is compared while the handshake still runs, packets asked for
//! again come from a history of ours. An ICE restart is refused: no version of the element can make one.

mod bin;
mod capacity;
mod certificate;
mod description;
mod element;
mod engine;
mod feed;
mod feedback;
mod history;
mod keys;
mod servers;
mod shared;
mod signals;
mod stats;

use std::sync::Arc;

use tokio::{runtime::Handle, sync::mpsc};

use self::engine::Engine;
use super::{BoxFuture, PeerConfig, PeerConnection, PeerError, PeerEvent};

/// What the engine is made of, with the package that has it where the name does not tell.
const ELEMENTS: [&str; 7] = ["webrtcbin", "nicesrc", "nicesink", "dtlsdec", "dtlsenc", "srtpdec", "srtpenc"];

/// Every element of the engine is installed; else the one that is missing.
pub fn available() -> Result<(), PeerError> {
    // Before that nothing is found.
    gst::init().map_err(|error| PeerError::Engine(error.to_string()))?;
    match ELEMENTS.into_iter().find(|name| gst::ElementFactory::find(name).is_none()) {
        None => Ok(()),
        Some(missing) => Err(PeerError::Missing(missing)),
    }
}

/// A peer connection on `webrtcbin`.
pub struct WebrtcbinPeer {
    engine: Arc<Engine>,
}

impl WebrtcbinPeer {
    /// Makes a peer connection; must be called inside a tokio runtime.
    pub fn new(config: PeerConfig, events: mpsc::UnboundedSender<PeerEvent>) -> Result<Self, PeerError> {
        let runtime = Handle::try_current().map_err(|error| PeerError::Engine(error.to_string()))?;
        available()?;
        Ok(Self { engine: Arc::new(Engine::new(config, events, runtime)?) })
    }
}

impl Drop for WebrtcbinPeer {
    fn drop(&mut self) {
        let engine = Arc::clone(&self.engine);
        self.engine.shared.runtime.spawn(async move { engine.close().await });
    }
}

impl PeerConnection for WebrtcbinPeer {
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

    fn request_key_frame(&self, mid: &str) {
        self.engine.bin.request_key_frame(mid);
    }

    fn stats(&self) -> BoxFuture<'_, Vec<serde_json::Value>> {
        Box::pin(self.engine.stats())
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.engine.close())
    }
}
