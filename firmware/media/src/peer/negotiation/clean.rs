//! The peer's description as an engine gets it: only agreed lines, always `sendrecv`, all codecs, one transport.
//!
//! Directions are kept by [`super::Line`] and never shown to the engine: `inactive` makes some engines stop a
//! transceiver for good. Nor is it shown that codecs change ([`super::formats`]). Sections have names of the engine's own, so that a mid that changes is no matter to it; the
//! remote track of a line is named like the line.

use std::net::IpAddr;

use sdp_types::{Media, Session};

use super::{EngineCodec, Line, PeerError, formats::Formats};
use crate::peer::lines::{value, values};

/// ICE user fragment of the bundled transport.
pub(super) fn ice_ufrag(session: &Session) -> Option<String> {
    of_transport(session, "ice-ufrag").map(str::to_owned)
}

/// Writes the engine's version of the peer's description.
pub(super) fn for_engine(session: &Session, lines: &[Line], formats: &Formats) -> Result<String, PeerError> {
    let need = |name| of_transport(session, name).ok_or_else(|| PeerError::BadSdp(format!("it has no a={name}")));
    let mut text = String::with_capacity(4096);
    let origin = &session.origin;
    let mids: Vec<&str> = lines.iter().filter_map(|l| l.section.as_deref()).collect();
    line(&mut text, &format!("v=0\r\no=- {} {} IN IP4 0.0.0.0", origin.sess_id, origin.sess_version));
    line(&mut text, "s=-\r\nt=0 0");
    line(&mut text, &format!("a=group:BUNDLE {}", mids.join(" ")));
    line(&mut text, &format!("a=fingerprint:{}", fingerprint(session)?));
    if session.has_attribute("ice-lite") {
        line(&mut text, "a=ice-lite");
    }
    let credentials = format!("a=ice-ufrag:{}\r\na=ice-pwd:{}", need("ice-ufrag")?, need("ice-pwd")?);
    let setup = of_transport(session, "setup").unwrap_or("actpass");
    let mut candidates = Some(candidates(session));
    for (agreed, media) in lines.iter().zip(&session.medias) {
        let Some(mid) = &agreed.section else { continue };
        let told = agreed.kind.map_or(&[][..], |kind| formats.told(kind));
        section(&mut text, agreed, told, mid, media);
        line(&mut text, &credentials);
        line(&mut text, &format!("a=setup:{setup}"));
        candidates.take().into_iter().flatten().for_each(|candidate| line(&mut text, &candidate));
    }
    Ok(text)
}

fn line(text: &mut String, content: &str) {
    text.push_str(content);
    text.push_str("\r\n");
}

fn section(text: &mut String, agreed: &Line, told: &[EngineCodec], mid: &str, media: &Media) {
    let types: Vec<String> = told.iter().map(|told| told.payload_type.to_string()).collect();
    line(text, &format!("m={} 9 UDP/TLS/RTP/SAVPF {}\r\nc=IN IP4 0.0.0.0", agreed.media, types.join(" ")));
    line(text, &format!("a=mid:{mid}\r\na=sendrecv\r\na=rtcp-mux"));
    for codec in told {
        codec_lines(text, codec);
    }
    if agreed.rejected {
        return;
    }
    for extension in values(media, "extmap") {
        line(text, &format!("a=extmap:{extension}"));
    }
    if agreed.ssrcs.is_empty() {
        return;
    }
    line(text, &format!("a=msid:remote {}", agreed.name));
    // One stream a line: layers of a simulcast are the sender's matter, and nobody sends us one.
    for ssrc in agreed.ssrcs.iter().take(1) {
        line(text, &format!("a=ssrc:{ssrc} cname:remote"));
    }
}

fn codec_lines(text: &mut String, codec: &EngineCodec) {
    let (payload_type, known) = (codec.payload_type, &codec.known);
    line(text, &format!("a=rtpmap:{payload_type} {}", known.map()));
    // Our own parameters, so that an engine's comparison of profiles has nothing to decide.
    if !known.fmtp.is_empty() {
        line(text, &format!("a=fmtp:{payload_type} {}", known.fmtp));
    }
    for what in &codec.feedback {
        line(text, &format!("a=rtcp-fb:{payload_type} {what}"));
    }
}

/// An attribute of the bundled transport: of the first line that is not refused, else of the session.
fn of_transport<'a>(session: &'a Session, name: &'a str) -> Option<&'a str> {
    let mut lines = session.medias.iter().filter(|media| media.port != 0 || media.has_attribute("bundle-only"));
    lines.find_map(|media| value(media, name)).or_else(|| session.get_first_attribute_value(name).flatten())
}

/// The SHA-256 fingerprint (RFC 8122 section 5); the engine compares the peer's certificate with it.
fn fingerprint(session: &Session) -> Result<String, PeerError> {
    let of_lines = session.medias.iter().flat_map(|media| values(media, "fingerprint"));
    let of_session =
        session.attributes.iter().filter(|a| a.attribute == "fingerprint").filter_map(|a| a.value.as_deref());
    let mut all = of_lines.chain(of_session).peekable();
    if all.peek().is_none() {
        return Err(PeerError::BadSdp("it has no a=fingerprint; calls without encryption are not made".into()));
    }
    let sha256 = all.find_map(|f| f.split_once(' ').filter(|(hash, _)| hash.eq_ignore_ascii_case("sha-256")));
    let (_, digest) = sha256.ok_or_else(|| PeerError::BadSdp("none of its fingerprints is sha-256".into()))?;
    if digest.split(':').count() != 32 || !digest.split(':').all(|byte| u8::from_str_radix(byte, 16).is_ok()) {
        return Err(PeerError::BadSdp("its sha-256 fingerprint is not 32 bytes in hexadecimal".into()));
    }
    Ok(format!("sha-256 {digest}"))
}

/// The UDP candidates with an address, of the RTP component of the first line that has any: the others of a bundle are
/// not used (RFC 8843 section 7.2.1). Hidden names (`.local`) are found as peer-reflexive.
fn candidates(session: &Session) -> Vec<String> {
    let usable = |candidate: &&str| {
        let words: Vec<&str> = candidate.split_whitespace().collect();
        matches!(words[..], [_, "1", transport, _, address, ..]
            if transport.eq_ignore_ascii_case("udp") && address.parse::<IpAddr>().is_ok())
    };
    let lines = session.medias.iter().filter(|media| media.port != 0);
    let of_line = |media| -> Vec<String> {
        values(media, "candidate").filter(usable).map(|candidate| format!("a=candidate:{candidate}")).collect()
    };
    lines.map(of_line).find(|found| !found.is_empty()).unwrap_or_default()
}
