//! One `webrtcbin`: made, asked, listened to.

use std::sync::{Arc, Mutex, PoisonError};

use gst::{glib, prelude::*};
use gst_webrtc::{
    WebRTCICEConnectionState, WebRTCICEGatheringState, WebRTCPeerConnectionState, WebRTCRTPTransceiver,
    WebRTCRTPTransceiverDirection, WebRTCSDPType, WebRTCSessionDescription, gst_sdp::SDPMessage,
};
use tokio::sync::{oneshot, watch};

use super::{bin::PeerBin, certificate, servers, shared::Shared, signals};
use crate::peer::{IcePolicy, PeerConfig, PeerError, Stream, addresses};

/// Depth of its jitter buffers in ms, fixed: enough for what was lost at the end of a picture and is asked for when the
/// next one begins.
const LATENCY_MS: u32 = 200;

/// How far gathering has come.
#[derive(Clone, Debug, Default)]
pub(super) struct Gathered {
    /// `candidate:…`, all of the bundled transport.
    pub(super) candidates: Vec<String>,
    pub(super) complete: bool,
}

/// What a promise was answered with.
type Reply = Result<Option<gst::Structure>, PeerError>;

/// The element with our senders.
pub(super) struct Element {
    webrtcbin: gst::Bin,
    pub(super) gathered: Arc<watch::Sender<Gathered>>,
    transceivers: Mutex<Vec<(Stream, WebRTCRTPTransceiver)>>,
}

impl Element {
    /// Makes it and puts it into the bin, ready to negotiate.
    pub(super) fn new(config: &PeerConfig, shared: &Arc<Shared>, bin: &Arc<PeerBin>) -> Result<Self, PeerError> {
        let element = gst::ElementFactory::make("webrtcbin")
            .property_from_str("bundle-policy", "max-bundle")
            .property("latency", LATENCY_MS)
            .property_from_str("ice-transport-policy", policy(config.ice_policy))
            .build()?;
        let webrtcbin = element.downcast::<gst::Bin>().map_err(|_| PeerError::Engine("webrtcbin is no bin".into()))?;
        let gathered = Arc::new(watch::Sender::default());
        certificate::watch(&webrtcbin, &Arc::downgrade(shared));
        signals::connect(&webrtcbin, shared, bin, &gathered);
        bind(&webrtcbin, config);
        servers::set(&webrtcbin, &config.ice_servers);
        bin.put_in(webrtcbin.upcast_ref())?;
        Ok(Self { webrtcbin, gathered, transceivers: Mutex::default() })
    }

    /// Makes the sender of a stream, unless it is there, and takes over what it may send.
    pub(super) fn require_sender(&self, stream: Stream, caps: &gst::Caps) {
        let mut transceivers = self.transceivers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, transceiver)) = transceivers.iter().find(|(of, _)| *of == stream) {
            transceiver.set_codec_preferences(Some(caps));
            return;
        }
        let made: WebRTCRTPTransceiver =
            self.webrtcbin.emit_by_name("add-transceiver", &[&WebRTCRTPTransceiverDirection::Sendrecv, caps]);
        transceivers.push((stream, made));
    }

    pub(super) fn has_sender(&self, stream: Stream) -> bool {
        self.transceivers.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|(of, _)| *of == stream)
    }

    /// The element's own pad for a stream, once it was negotiated.
    pub(super) fn sink(&self, stream: Stream) -> Option<gst::Pad> {
        let transceivers = self.transceivers.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, wanted) = transceivers.iter().find(|(of, _)| *of == stream)?;
        let pads = self.webrtcbin.sink_pads();
        pads.into_iter()
            .find(|pad| pad.property::<Option<WebRTCRTPTransceiver>>("transceiver").as_ref() == Some(wanted))
    }

    pub(super) async fn create(&self, kind: WebRTCSDPType) -> Result<String, PeerError> {
        let (signal, name) =
            if kind == WebRTCSDPType::Offer { ("create-offer", "offer") } else { ("create-answer", "answer") };
        let reply = self.ask(signal, &None::<gst::Structure>).await?;
        let description = reply.and_then(|reply| reply.get::<WebRTCSessionDescription>(name).ok());
        let text = description.and_then(|description| description.sdp().as_text().ok());
        text.ok_or_else(|| PeerError::Engine(format!("webrtcbin made no {name}")))
    }

    pub(super) async fn set_local(&self, kind: WebRTCSDPType, text: &str) -> Result<(), PeerError> {
        let asked = self.ask("set-local-description", &description(kind, text)?);
        asked.await.map(|_| ())
    }

    pub(super) async fn set_remote(&self, kind: WebRTCSDPType, text: &str) -> Result<(), PeerError> {
        let asked = self.ask("set-remote-description", &description(kind, text)?);
        asked.await.map(|_| ())
    }

    pub(super) async fn stats(&self) -> Option<gst::Structure> {
        self.ask("get-stats", &None::<gst::Pad>).await.ok().flatten()
    }

    /// Emits an action signal whose last argument is a promise; the reply is waited for without holding a thread.
    fn ask(&self, signal: &'static str, argument: &dyn ToValue) -> impl Future<Output = Reply> + Send + use<> {
        let (tell, told) = oneshot::channel();
        let promise = gst::Promise::with_change_func(move |reply| {
            // Nobody waits any more when the call was given up.
            let _ = tell.send(understood(reply));
        });
        self.webrtcbin.emit_by_name::<()>(signal, &[argument, &promise]);
        async move { told.await.unwrap_or_else(|_| Err(PeerError::Engine(format!("webrtcbin never answered {signal}")))) }
    }

    /// Ends it; the thread it is called on waits for the element's own.
    pub(super) fn stop(&self) {
        // The owner's pipeline may still start or play.
        self.webrtcbin.set_locked_state(true);
        if let Err(error) = self.webrtcbin.set_state(gst::State::Null) {
            tracing::debug!(%error, "stopping webrtcbin");
        }
    }

    /// Ends it and takes it out of the bin.
    pub(super) fn remove(&self, bin: &gst::Bin) {
        self.stop();
        if let Err(error) = bin.remove(&self.webrtcbin) {
            tracing::debug!(%error, "taking webrtcbin out");
        }
    }
}

fn policy(policy: IcePolicy) -> &'static str {
    match policy {
        IcePolicy::All => "all",
        IcePolicy::Relay => "relay",
    }
}

fn understood(
    reply: Result<Option<&gst::StructureRef>, gst::PromiseError>,
) -> Result<Option<gst::Structure>, PeerError> {
    let reply = reply.map_err(|error| PeerError::Engine(format!("webrtcbin: {error:?}")))?;
    if let Some(error) = reply.and_then(|reply| reply.get::<glib::Error>("error").ok()) {
        return Err(PeerError::Engine(format!("webrtcbin: {error}")));
    }
    Ok(reply.map(ToOwned::to_owned))
}

fn description(kind: WebRTCSDPType, text: &str) -> Result<WebRTCSessionDescription, PeerError> {
    let message = SDPMessage::parse_buffer(text.as_bytes()).map_err(|error| PeerError::BadSdp(error.to_string()))?;
    Ok(WebRTCSessionDescription::new(kind, message))
}

/// Host candidates on these addresses only, over UDP only.
fn bind(webrtcbin: &gst::Bin, config: &PeerConfig) {
    let ice = webrtcbin.property::<gst::Object>("ice-agent");
    let addresses = addresses::to_bind(&config.bind).unwrap_or_else(|error| {
        tracing::warn!(%error, "the addresses of this machine cannot be listed; libnice chooses");
        Vec::new()
    });
    for address in addresses {
        ice.emit_by_name::<bool>("add-local-ip-address", &[&address.to_string()]);
    }
    let agent = ice.property::<Option<glib::Object>>("agent");
    if let Some(agent) = agent.filter(|agent| agent.find_property("ice-tcp").is_some()) {
        agent.set_property("ice-tcp", false);
    }
}

/// What the states of the element mean to the owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Path {
    /// Packets can go; the handshake begins.
    Found,
    Connected,
    Lost,
    Failed,
}

impl Path {
    pub(super) fn of_ice(state: WebRTCICEConnectionState) -> Option<Self> {
        match state {
            WebRTCICEConnectionState::Connected | WebRTCICEConnectionState::Completed => Some(Self::Found),
            WebRTCICEConnectionState::Disconnected => Some(Self::Lost),
            WebRTCICEConnectionState::Failed => Some(Self::Failed),
            _ => None,
        }
    }

    pub(super) fn of_connection(state: WebRTCPeerConnectionState) -> Option<Self> {
        (state == WebRTCPeerConnectionState::Connected).then_some(Self::Connected)
    }
}

/// Gathering is over.
pub(super) fn complete(state: WebRTCICEGatheringState) -> bool {
    state == WebRTCICEGatheringState::Complete
}
