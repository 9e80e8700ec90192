//! Makes a connection of the crate: codecs, interceptors, timers, tracks to send.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rtc::{
    interceptor::{CongestionControlBuilder, ReceiverReportBuilder, Registry, Slot, TwccSenderBuilder},
    peer_connection::configuration::media_engine::MediaEngine,
    rtp_transceiver::rtp_sender::{
        RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
        RtpCodecKind,
    },
};
use webrtc::{
    media_stream::{MediaStreamTrack, track_local::static_rtp::TrackLocalStaticRTP},
    peer_connection::{
        PeerConnection, PeerConnectionBuilder, RTCConfigurationBuilder, RTCIceCandidate, RTCIceTransportPolicy,
        SettingEngine, SettingEngineBuilder, configure_twcc,
    },
    rtp_transceiver::{RtpSender, RtpTransceiver},
};

use super::{
    PeerError, allowance::Allowance, answers::Answers, callbacks::Callbacks, congestion::Congestion, marks::Marks,
    numbered::WithRepairs, pacer::Pacer, punctuality::Punctuality, requests::Requests, runtime::KickedRuntime,
    shared::Shared, step::Chained, tap::Tap,
};
use crate::peer::{
    Codec, IcePolicy, Kind, PeerConfig, Stream,
    addresses::BindAddresses,
    codecs::{Common, Known},
    negotiation::Negotiation,
    outgoing::Sending,
    tracks::own_names,
};

/// Between two connectivity checks of a pair (RFC 8445 section 14.2 allows down to 5 ms).
const CHECK_INTERVAL: Duration = Duration::from_millis(50);

/// Checks before a pair is given up: 12 s, so that a peer whose answer is on its way is still found, and that a path
/// that comes back is found at any time between two restarts of a call.
const CHECKS: u16 = 240;

/// Silence after which the path counts as lost.
pub(super) const LOST: Duration = Duration::from_secs(4);

/// How long a lost path is still asked for, so that it is used again as soon as it is there. The owner gives a call up
/// or restarts ICE long before.
const FAILED: Duration = Duration::from_mins(1);

/// Between two keep-alives, which are also how a path that comes back is found, and one that is gone is told from a peer
/// that sends nothing.
const KEEP_ALIVE: Duration = Duration::from_millis(500);

/// Packets that may come out of order and are still told from replayed ones (RFC 3711 section 3.3.2: at least 64): a
/// retransmission is behind everything sent within a second.
const REPLAY_WINDOW: usize = 1024;

/// A connection of the crate with our senders.
pub(super) struct Connection {
    pub(super) peer: Box<dyn PeerConnection>,
    senders: Mutex<Vec<Arc<Sender>>>,
}

impl Connection {
    /// The sender of a stream, where it has one.
    pub(super) fn sender(&self, stream: Stream) -> Option<Arc<Sender>> {
        let senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        senders.iter().find(|sender| sender.stream == stream).cloned()
    }

    /// The peer's candidate of the path in use.
    pub(super) async fn remote_candidate(&self) -> Option<RTCIceCandidate> {
        let transport = self.sender(Stream::Audio)?.handle.transport().await.ok()??;
        let pair = transport.ice_transport().get_selected_candidate_pair().await.ok()??;
        Some(pair.remote().clone())
    }

    /// Lets streams in that begin with a payload type which the crate's first description did not have; each description
    /// makes it forget them.
    pub(super) async fn hear(&self, negotiation: &Negotiation) -> Result<(), PeerError> {
        for line in &negotiation.lines {
            let moved = |format: &&Common| negotiation.engine_type(&format.known) != format.remote.payload_type;
            let late = line.formats.iter().filter(moved).map(|format| (format.known, format.remote.payload_type));
            let late: Vec<(Known, u8)> = late.collect();
            let (Some(kind), Some(section), false) = (line.kind, &line.section, late.is_empty()) else { continue };
            let told = negotiation.told(kind).iter().map(|told| (told.known, told.payload_type));
            let codecs = told.chain(late).map(|(known, payload_type)| with_feedback(&known, payload_type)).collect();
            if let Some(transceiver) = self.transceiver(section).await? {
                transceiver.set_codec_preferences(codecs).await?;
            }
        }
        Ok(())
    }

    async fn transceiver(&self, section: &str) -> Result<Option<Arc<dyn RtpTransceiver>>, PeerError> {
        for transceiver in self.peer.get_transceivers().await {
            if transceiver.mid().await?.as_deref() == Some(section) {
                return Ok(Some(transceiver));
            }
        }
        Ok(None)
    }

    /// Makes the sender of a stream, unless it is there; it stays.
    pub(super) async fn require_sender(&self, negotiation: &Negotiation, sending: &Sending) -> Result<(), PeerError> {
        if self.sender(sending.stream).is_none()
            && let Some(sender) = add_sender(self.peer.as_ref(), negotiation, sending).await?
        {
            self.senders.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::new(sender));
        }
        Ok(())
    }
}

/// A sender of the crate and the track it was made with.
pub(super) struct Sender {
    stream: Stream,
    pub(super) track: Arc<TrackLocalStaticRTP>,
    ssrc: u32,
    handle: Arc<dyn RtpSender>,
}

impl Sender {
    /// Binds the interceptors to the codec that will be sent; to be called before the crate learns the answer.
    pub(super) async fn prefer(&self, known: &Known) -> Result<(), PeerError> {
        let track = TrackLocalStaticRTP::new(local_track(self.stream, self.ssrc, &parameters(known).rtp_codec));
        Ok(self.handle.replace_track(Arc::new(track)).await?)
    }
}

/// Builds the connection; sockets are bound when this returns.
pub(super) async fn connect(
    config: &PeerConfig,
    negotiation: &Negotiation,
    shared: &Arc<Shared>,
) -> Result<Connection, PeerError> {
    let mut media = media_engine(negotiation)?;
    register_nack(&mut media);
    let registry = configure_twcc(Registry::new(), &mut media)?
        .with(
            Slot::CongestionControl,
            WithRepairs(CongestionControlBuilder::new(Congestion::new(Arc::clone(shared))).build()),
        )
        .with(Slot::TwccSender, WithRepairs(TwccSenderBuilder::new().build()))
        .with(Slot::Pacer, Chained::new(Pacer::new(Arc::clone(&shared.path))))
        .with(Slot::NackResponder, Chained::new(Answers::new(Arc::clone(shared))))
        // Before retransmissions become what they bring again: what was lost stays lost in reports.
        .with(Slot::from(6_500), ReceiverReportBuilder::new().build())
        .with(Slot::NackGenerator, Chained::new(Requests::new(Arc::clone(&shared.path))))
        .with(Slot::from(12_000), Chained::new(Punctuality::new(Arc::clone(&shared.path))))
        .with(Slot::from(13_000), Chained::new(Allowance::new(Arc::clone(&shared.path))))
        .with(Slot::from(14_000), Chained::new(Tap::new(Arc::clone(shared))));
    let policy = match config.ice_policy {
        IcePolicy::All => RTCIceTransportPolicy::All,
        IcePolicy::Relay => RTCIceTransportPolicy::Relay,
    };
    let configuration = RTCConfigurationBuilder::new()
        .with_ice_servers(shared.servers.configuration())
        .with_ice_transport_policy(policy);
    let runtime = KickedRuntime {
        kick: shared.kick.clone(),
        servers: Arc::clone(&shared.servers),
        ear: shared.ear.clone(),
        marks: Marks { dscp: config.dscp, sound: shared.sending(Stream::Audio).outgoing.ssrc },
    };
    let building = PeerConnectionBuilder::new()
        .with_configuration(configuration.build())
        .with_media_engine(media)
        .with_setting_engine(settings())
        .with_interceptor_registry(registry)
        .with_runtime(Arc::new(runtime))
        .with_handler(Arc::new(Callbacks(Arc::clone(shared))))
        .with_udp_addrs(vec![BindAddresses { fixed: config.bind.clone() }])
        .build();
    let peer = Box::pin(building).await?;
    let connection = Connection { peer: Box::new(peer), senders: Mutex::default() };
    // The presentation gets its sender when there is one: most calls never have any.
    for stream in [Stream::Audio, Stream::Camera] {
        connection.require_sender(negotiation, shared.sending(stream)).await?;
    }
    Ok(connection)
}

fn settings() -> SettingEngine {
    SettingEngineBuilder::new()
        .with_ice_timeouts(Some(LOST), Some(FAILED), Some(KEEP_ALIVE))
        .with_ice_connection_attempts(Some(CHECK_INTERVAL), Some(CHECKS))
        // A relayed path is used at once when it is the first to work; better ones still replace it.
        .with_relay_acceptance_min_wait(Some(Duration::from_millis(500)))
        .with_srtp_replay_protection_window(REPLAY_WINDOW)
        .with_multicast_dns_mode(rtc::ice::mdns::MulticastDnsMode::Disabled)
        // A restart is asked for after a change of network: the old sockets name addresses that are gone.
        .with_discard_local_candidates_during_ice_restart(true)
        .build()
}

async fn add_sender(
    peer: &dyn PeerConnection,
    negotiation: &Negotiation,
    sending: &Sending,
) -> Result<Option<Sender>, PeerError> {
    let stream = sending.stream;
    let known: Vec<&Known> = negotiation.ours(stream.kind()).collect();
    let Some(first) = known.first() else { return Ok(None) };
    let ssrc = sending.outgoing.ssrc;
    let track = Arc::new(TrackLocalStaticRTP::new(local_track(stream, ssrc, &parameters(first).rtp_codec)));
    let transceiver = peer.add_transceiver_from_track(track.clone(), None).await?;
    // The track's codec alone would be offered otherwise.
    let all = rtc_codecs(negotiation, stream.kind());
    transceiver.set_codec_preferences(all).await?;
    let handle = transceiver.sender().await?.ok_or_else(|| PeerError::Engine("transceiver without sender".into()))?;
    Ok(Some(Sender { stream, track, ssrc, handle }))
}

fn local_track(stream: Stream, ssrc: u32, codec: &RTCRtpCodec) -> MediaStreamTrack {
    let (group, id) = own_names(stream);
    let kind = match stream.kind() {
        Kind::Audio => RtpCodecKind::Audio,
        Kind::Video => RtpCodecKind::Video,
    };
    let coding = RTCRtpEncodingParameters {
        rtp_coding_parameters: RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() },
        codec: codec.clone(),
        ..Default::default()
    };
    MediaStreamTrack::new(group.into(), format!("roombox-{id}"), id.into(), kind, vec![coding])
}

fn media_engine(negotiation: &Negotiation) -> Result<MediaEngine, PeerError> {
    let mut media = MediaEngine::default();
    for (kind, rtc_kind) in [(Kind::Audio, RtpCodecKind::Audio), (Kind::Video, RtpCodecKind::Video)] {
        for known in negotiation.sendable(kind) {
            media.register_codec(parameters(known), rtc_kind)?;
        }
    }
    Ok(media)
}

fn rtc_codecs(negotiation: &Negotiation, kind: Kind) -> Vec<RTCRtpCodecParameters> {
    negotiation.sendable(kind).map(|known| with_feedback(known, known.payload_type)).collect()
}

/// With the feedback that the interceptors added to the same codecs in the media engine.
fn with_feedback(known: &Known, payload_type: u8) -> RTCRtpCodecParameters {
    let mut codec = RTCRtpCodecParameters { payload_type, ..parameters(known) };
    codec.rtp_codec.rtcp_feedback.extend(nack(known.kind));
    codec.rtp_codec.rtcp_feedback.push(rtcp_feedback("transport-cc", ""));
    codec
}

fn parameters(known: &Known) -> RTCRtpCodecParameters {
    let Codec { payload_type, clock_rate, fmtp, .. } = known.as_codec();
    let (media, feedback) = match known.kind {
        Kind::Audio => ("audio", vec![]),
        Kind::Video => ("video", vec![rtcp_feedback("ccm", "fir"), rtcp_feedback("goog-remb", "")]),
    };
    RTCRtpCodecParameters {
        rtp_codec: RTCRtpCodec {
            mime_type: format!("{media}/{}", known.written_name()),
            clock_rate,
            channels: known.channels,
            sdp_fmtp_line: fmtp,
            rtcp_feedback: feedback,
        },
        payload_type,
    }
}

/// Lost packets are asked for again, sound as well as picture.
fn nack(kind: Kind) -> Vec<RTCPFeedback> {
    let all = [rtcp_feedback("nack", ""), rtcp_feedback("nack", "pli")];
    let count = if kind == Kind::Video { 2 } else { 1 };
    all.into_iter().take(count).collect()
}

fn register_nack(media: &mut MediaEngine) {
    for (kind, rtc_kind) in [(Kind::Audio, RtpCodecKind::Audio), (Kind::Video, RtpCodecKind::Video)] {
        for feedback in nack(kind) {
            media.register_feedback(feedback, rtc_kind);
        }
    }
}

fn rtcp_feedback(typ: &str, parameter: &str) -> RTCPFeedback {
    RTCPFeedback { typ: typ.to_owned(), parameter: parameter.to_owned() }
}
