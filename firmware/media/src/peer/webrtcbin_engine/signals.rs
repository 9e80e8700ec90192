//! What `webrtcbin` tells by signals. They come on its own threads: nothing here may wait.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use gst::{glib, prelude::*};
use tokio::sync::watch;

use super::{
    bin::PeerBin,
    element::{Gathered, Path, complete},
    feedback, keys,
    shared::Shared,
};
use crate::peer::{PeerEvent, negotiation::Line, pads};

/// From ICE to encryption: several flights with retransmissions (RFC 6347 section 4.2.4.1 doubles from 1 s).
const HANDSHAKE_BOUND: Duration = Duration::from_secs(10);
/// Least time between two reports, and so between two requests for missing packets (RFC 4585 section 3.4).
const REPORT_INTERVAL: gst::ClockTime = gst::ClockTime::from_mseconds(100);
/// Of a usual call in bit/s; reports may take a twentieth of it (RFC 3550 section 6.2).
const BANDWIDTH: f64 = 2_000_000.0;
/// Streams of a session up to which something missing is reported at once: all of a call.
const MEMBERS: u32 = 32;
/// A stream is let through from so many packets in a row on.
const FIRST_PACKETS: u32 = 2;

pub(super) fn connect(
    webrtcbin: &gst::Bin,
    shared: &Arc<Shared>,
    bin: &Arc<PeerBin>,
    gathered: &Arc<watch::Sender<Gathered>>,
) {
    follow_gathering(webrtcbin, gathered);
    follow_path(webrtcbin, &Arc::downgrade(shared));
    take_streams(webrtcbin, Arc::downgrade(shared), Arc::downgrade(bin));
    set_up_inside(webrtcbin, &Arc::downgrade(shared), &Arc::downgrade(bin));
    name_payload_types(webrtcbin, Arc::downgrade(shared));
}

fn follow_gathering(webrtcbin: &gst::Bin, gathered: &Arc<watch::Sender<Gathered>>) {
    let found = Arc::clone(gathered);
    webrtcbin.connect("on-ice-candidate", false, move |values| {
        let candidate = values.get(2)?.get::<String>().ok()?;
        if candidate.starts_with("candidate:") {
            found.send_modify(|gathered| gathered.candidates.push(candidate));
        }
        None
    });
    let over = Arc::clone(gathered);
    webrtcbin.connect_notify(Some("ice-gathering-state"), move |webrtcbin, _| {
        if complete(webrtcbin.property("ice-gathering-state")) {
            over.send_modify(|gathered| gathered.complete = true);
        }
    });
}

fn follow_path(webrtcbin: &gst::Bin, shared: &Weak<Shared>) {
    let (ice, whole) = (shared.clone(), shared.clone());
    webrtcbin.connect_notify(Some("ice-connection-state"), move |webrtcbin, _| {
        let path = Path::of_ice(webrtcbin.property("ice-connection-state"));
        if let (Some(path), Some(shared)) = (path, ice.upgrade()) {
            moved(path, &shared);
        }
    });
    webrtcbin.connect_notify(Some("connection-state"), move |webrtcbin, _| {
        let path = Path::of_connection(webrtcbin.property("connection-state"));
        if let (Some(path), Some(shared)) = (path, whole.upgrade()) {
            moved(path, &shared);
        }
    });
}

fn moved(path: Path, shared: &Arc<Shared>) {
    match path {
        Path::Found if !shared.is_connected() => watch_handshake(shared),
        Path::Found => {}
        Path::Connected if shared.expected.verified() => shared.connected(),
        // Told where the certificate was looked at.
        Path::Connected => {}
        Path::Lost => shared.tell(PeerEvent::Disconnected),
        Path::Failed => shared.failed("no network path to the peer (ICE)"),
    }
}

/// The element does not report a handshake that never ends.
fn watch_handshake(shared: &Arc<Shared>) {
    let waiting = Arc::downgrade(shared);
    shared.runtime.spawn(async move {
        tokio::time::sleep(HANDSHAKE_BOUND).await;
        if let Some(shared) = waiting.upgrade().filter(|shared| !shared.is_connected()) {
            shared.failed("the encryption handshake (DTLS) with the peer did not succeed");
        }
    });
}

/// Links each stream to its line: by its SSRC as announced, else as [`crate::peer::negotiation::Negotiation::declare`]
/// has it. The element's own idea of the line is not asked for: it takes what it does not know for the first.
fn take_streams(webrtcbin: &gst::Bin, shared: Weak<Shared>, bin: Weak<PeerBin>) {
    let leaving = bin.clone();
    webrtcbin.connect_pad_added(move |_, pad| {
        let (Some(shared), Some(bin), Some((ssrc, payload_type))) = (shared.upgrade(), bin.upgrade(), stream_of(pad))
        else {
            return;
        };
        let mut negotiation = shared.negotiation();
        negotiation.declare(ssrc, payload_type, |line| bin.silence(&line.name));
        let line = negotiation.lines.iter().find(|line| line.ssrcs.contains(&ssrc)).map(|line| line.name.clone());
        drop(negotiation);
        let Some(line) = line else {
            tracing::warn!(ssrc, payload_type, "a stream came for a line that is not received");
            return;
        };
        bin.receive(pad, &line);
    });
    webrtcbin.connect_pad_removed(move |_, pad| {
        if let Some(bin) = leaving.upgrade() {
            bin.forget(pad);
        }
    });
}

/// Says what comes under a payload type: the element knows the codecs of its first description only. Of the answers to
/// this question the last counts, and the element's own comes first.
fn name_payload_types(webrtcbin: &gst::Bin, shared: Weak<Shared>) {
    let Some(rtpbin) = webrtcbin.by_name("rtpbin") else { return };
    rtpbin.connect("request-pt-map", false, move |values| {
        let payload_type = values.get(2).and_then(|value| value.get::<u32>().ok());
        let caps = payload_type.zip(shared.upgrade()).and_then(|(of, shared)| named(&shared.negotiation().lines, of));
        Some(caps.to_value())
    });
}

fn named(lines: &[Line], payload_type: u32) -> Option<gst::Caps> {
    let formats = lines.iter().filter_map(|line| Some((line.kind?, &line.formats)));
    let mut formats = formats.flat_map(|(kind, formats)| formats.iter().map(move |format| (kind, &format.remote)));
    let (kind, codec) = formats.find(|(_, codec)| u32::from(codec.payload_type) == payload_type)?;
    Some(pads::caps(kind, codec))
}

/// SSRC and payload type of a received stream, from the name that `rtpbin` gave it.
fn stream_of(pad: &gst::Pad) -> Option<(u32, u8)> {
    let target = pad.downcast_ref::<gst::GhostPad>()?.target()?;
    let name = target.name();
    let mut numbers = name.strip_prefix("recv_rtp_src_")?.split('_').skip(1);
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn set_up_inside(webrtcbin: &gst::Bin, shared: &Weak<Shared>, bin: &Weak<PeerBin>) {
    if let Some(rtpbin) = webrtcbin.by_name("rtpbin") {
        let listening = shared.clone();
        rtpbin.set_property("do-lost", true);
        rtpbin.set_property("drop-on-latency", true);
        rtpbin.connect("new-jitterbuffer", true, move |values| {
            let buffer = values.get(1)?.get::<gst::Element>().ok()?;
            // A jitter buffer holds back the first packet of a stream for its whole latency; the first picture would
            // wait for that.
            buffer.set_property("faststart-min-packets", FIRST_PACKETS);
            // Asked for again without a repair stream: the negotiation has none.
            buffer.set_property("do-retransmission", true);
            // Only what is missing between others: a pause is no loss.
            buffer.set_property("rtx-next-seqnum", false);
            keys::take_out(&buffer, &listening);
            None
        });
    }
    let (shared, bin) = (shared.clone(), bin.clone());
    webrtcbin.connect_deep_element_added(move |_, _, element| {
        match element.factory().map(|factory| factory.name()).as_deref() {
            Some("rtpsession") => {
                feedback::watch(element, shared.clone(), bin.clone());
                let session = element.property::<glib::Object>("internal-session");
                session.set_property("rtcp-min-interval", REPORT_INTERVAL.nseconds());
                session.set_property("bandwidth", BANDWIDTH);
                session.set_property("rtcp-immediate-feedback-threshold", MEMBERS);
            }
            // What is sent again is the same to the bit.
            Some("srtpenc") => element.set_property("allow-repeat-tx", true),
            _ => {}
        }
    });
}
