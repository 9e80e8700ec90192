//! Streams that come without having been announced by `a=ssrc`, or under another SSRC than announced.
//!
//! Not every peer announces its streams (RFC 5576 is optional), and a conference server may change them in a call. The
//! crate drops what it was not told of, so it is told: by a description that differs in nothing else and is never sent.

use std::sync::Weak;

use tokio::sync::mpsc;
use webrtc::peer_connection::RTCSessionDescription;

use super::{PeerError, engine::Engine};
use crate::peer::negotiation::Line;

/// A received stream nobody has seen before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) ssrc: u32,
    pub(super) payload_type: u8,
}

/// Looks after new streams until the engine has gone.
pub(super) async fn watch(engine: Weak<Engine>, mut streams: mpsc::UnboundedReceiver<Found>) {
    while let Some(stream) = streams.recv().await {
        let Some(engine) = engine.upgrade() else { return };
        if let Err(error) = declare(&engine, stream).await {
            tracing::warn!(%error, ssrc = stream.ssrc, "a stream that was not announced cannot be received");
        }
    }
}

async fn declare(engine: &Engine, stream: Found) -> Result<(), PeerError> {
    let mut session = engine.session.lock().await;
    let Some(connection) = engine.connection.get() else { return Ok(()) };
    let mut next = session.negotiation.clone();
    let silence = |line: &Line| engine.shared.incoming(&line.name).and_then(|incoming| incoming.silence());
    // While an offer waits, its answer will describe the streams anew.
    if session.offering || !next.declare(stream.ssrc, stream.payload_type, silence) {
        return Ok(());
    }
    let peer = &connection.peer;
    peer.set_remote_description(RTCSessionDescription::offer(next.clean_again()?)?).await?;
    let answer = peer.create_answer(None).await?;
    peer.set_local_description(answer).await?;
    connection.hear(&next).await?;
    session.negotiation = next;
    Ok(())
}
