//! Between the session's descriptions and those of `webrtcbin`.
//!
//! The element writes one codec a line and knows what it was offered in an order of its own; the session has more
//! codecs, and lines the element never sees. It matches lines by `a=mid`, so the two orders may differ.

use sdp_types::{Attribute, Media, Session};

use crate::peer::{
    Codec, Kind, PeerError, Stream,
    codecs::Known,
    lines::{media_line, parse, render, value, values},
    negotiation::{Negotiation, TRANSPORT_CC},
    tracks::own_names,
};

/// Attributes of the element's sections that go out as they are.
const KEPT: [&str; 7] = ["mid", "ice-ufrag", "ice-pwd", "fingerprint", "rtcp-mux", "rtcp-rsize", "extmap"];

/// What the element cannot know of a description that goes out.
pub(super) struct Outward<'a> {
    pub(super) negotiation: &'a Negotiation,
    /// SSRCs of what we send, in the order of [`Stream::ALL`].
    pub(super) sources: [u32; 3],
    pub(super) candidates: &'a [String],
    /// The offer that is answered, as the element got it.
    pub(super) offer: Option<&'a str>,
    /// `o=` of this side: the element copies the peer's into answers.
    pub(super) origin: (&'a str, u64),
}

impl Outward<'_> {
    /// The element's description with all codecs, streams and candidates of ours.
    pub(super) fn write(&self, element: &str) -> Result<String, PeerError> {
        let mut session = parse(element)?;
        let offer = self.offer.map(parse).transpose()?;
        self.origin.0.clone_into(&mut session.origin.sess_id);
        session.origin.sess_version = self.origin.1;
        session.attributes.retain(|attribute| attribute.attribute == "group");
        for media in &mut session.medias {
            self.complete(media, offer.as_ref());
        }
        if let Some(first) = session.medias.first_mut() {
            first.add_attributes(self.candidates.iter().filter_map(|candidate| {
                let (name, value) = candidate.split_once(':')?;
                Some(Attribute::with_value(name, value))
            }));
            first.add_attribute(Attribute::new("end-of-candidates"));
        }
        render(&session)
    }

    fn complete(&self, media: &mut Media, offer: Option<&Session>) {
        let read = media_line(media);
        let Some(kind) = read.kind else { return };
        let stream = Stream::ALL.into_iter().zip(self.sources).find(|(_, ssrc)| read.ssrcs.contains(ssrc));
        let asked = offer.and_then(|offer| section(offer, &read.mid));
        media.port = 9;
        media.attributes.retain(|attribute| KEPT.contains(&attribute.attribute.as_str()));
        media.add_attribute(Attribute::with_value("setup", "actpass"));
        let formats = self.formats(kind);
        media.fmt = formats.iter().map(|(codec, _)| codec.payload_type.to_string()).collect::<Vec<_>>().join(" ");
        for (codec, known) in &formats {
            media.add_attributes(format_attributes(codec, known, asked));
        }
        if let Some((stream, ssrc)) = stream {
            media.add_attributes(stream_attributes(stream, ssrc));
        }
        media.add_attribute(Attribute::new("sendrecv"));
    }

    /// What the element was told of, which it does not all write; else what we offer.
    fn formats(&self, kind: Kind) -> Vec<(Codec, Known)> {
        let told = self.negotiation.told(kind);
        if told.is_empty() {
            return self.negotiation.ours(kind).map(|known| (known.as_codec(), *known)).collect();
        }
        told.iter().map(|told| (told.as_codec(), told.known)).collect()
    }
}

fn format_attributes(codec: &Codec, known: &Known, asked: Option<&Media>) -> Vec<Attribute> {
    let payload_type = codec.payload_type;
    let mut all = vec![Attribute::with_value("rtpmap", format!("{payload_type} {}", known.map()))];
    if !known.fmtp.is_empty() {
        all.push(Attribute::with_value("fmtp", format!("{payload_type} {}", known.fmtp)));
    }
    let feedback = feedback(known.kind, payload_type, asked);
    all.extend(feedback.map(|what| Attribute::with_value("rtcp-fb", format!("{payload_type} {what}"))));
    all
}

/// What of RTCP feedback the element does; of an offer only what was offered.
fn feedback(kind: Kind, payload_type: u8, asked: Option<&Media>) -> impl Iterator<Item = &'static str> {
    let ours: &[&str] = match kind {
        Kind::Audio => &["nack", "transport-cc"],
        Kind::Video => &["nack", "nack pli", "ccm fir", "goog-remb", "transport-cc"],
    };
    ours.iter().copied().filter(move |what| match asked {
        None => true,
        Some(media) => values(media, "rtcp-fb").any(|value| value == format!("{payload_type} {what}")),
    })
}

fn stream_attributes(stream: Stream, ssrc: u32) -> [Attribute; 3] {
    let (group, id) = own_names(stream);
    [
        Attribute::with_value("msid", format!("{group} roombox-{id}")),
        Attribute::with_value("ssrc", format!("{ssrc} cname:roombox")),
        Attribute::with_value("ssrc", format!("{ssrc} msid:{group} roombox-{id}")),
    ]
}

fn section<'a>(session: &'a Session, mid: &str) -> Option<&'a Media> {
    session.medias.iter().find(|media| value(media, "mid") == Some(mid))
}

/// The peer's description with the element's sections in the element's order. Sections it has and the session does not,
/// as of a presentation that was refused, stay as the element offered them: it cannot take one back.
pub(super) fn arranged(clean: &str, element: Option<&str>) -> Result<String, PeerError> {
    let mut session = parse(clean)?;
    for media in &mut session.medias {
        media
            .attributes
            // The one header extension the element is let to agree on.
            .retain(|a| a.attribute != "extmap" || a.value.as_deref().is_some_and(|v| v.contains(TRANSPORT_CC)));
    }
    let Some(element) = element else { return render(&session) };
    let mut came = std::mem::take(&mut session.medias);
    for known in parse(element)?.medias {
        let place = came.iter().position(|media| value(media, "mid") == value(&known, "mid"));
        let media = place.map(|place| came.remove(place));
        let standing = session.medias.first().or_else(|| came.first()).cloned();
        session.medias.extend(media.or_else(|| Some(stand_in(known, &standing?))));
    }
    session.medias.extend(came);
    let mids: Vec<&str> = session.medias.iter().filter_map(|media| value(media, "mid")).collect();
    let group = Attribute::with_value("group", format!("BUNDLE {}", mids.join(" ")));
    session.attributes.retain(|attribute| attribute.attribute != "group");
    session.attributes.push(group);
    render(&session)
}

/// A section of the element as if the peer had agreed to it, on the transport of another.
fn stand_in(mut section: Media, standing: &Media) -> Media {
    const TRANSPORT: [&str; 4] = ["ice-ufrag", "ice-pwd", "setup", "fingerprint"];
    section.port = 9;
    section.attributes.retain(|a| {
        !TRANSPORT.contains(&a.attribute.as_str()) && !["ssrc", "msid", "bundle-only"].contains(&a.attribute.as_str())
    });
    let transport = standing.attributes.iter().filter(|a| TRANSPORT.contains(&a.attribute.as_str()));
    section.add_attributes(transport.cloned());
    section
}

/// The description with this DTLS role on every line.
pub(super) fn with_setup(description: &str, setup: &str) -> String {
    let line =
        |line: &str| if line.starts_with("a=setup:") { format!("a=setup:{setup}\r\n") } else { format!("{line}\r\n") };
    description.lines().map(line).collect()
}
