//! The codecs a peer connection offers, and which of the peer's are the same.

use super::{Codec, Kind};
use crate::keys;

/// One codec we send and receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// Encoding name of the rtpmap, upper case.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Payload type in our own offers.
    pub(crate) payload_type: u8,
    pub(crate) clock_rate: u32,
    /// Channels in the rtpmap, 0 where it names none.
    pub(crate) channels: u16,
    pub(crate) fmtp: &'static str,
    /// Payload type of its retransmissions (RTX, RFC 4588) in our own offers.
    pub(crate) repair: Option<u8>,
}

/// Encoding name of retransmissions (RFC 4588 section 8.1).
pub(crate) const REPAIR: &str = "RTX";

/// 8 bits a sample, a quarter of them for colour (RFC 9628 section 6).
const VP9_PROFILE: &str = "profile-id=0";
/// What AV1 means without parameters: main profile, level 3.1 (RTP payload format for AV1, section 7.2.1).
const AV1_PROFILE: &str = "level-idx=5;profile=0;tier=0";
/// Constrained baseline level 3.1, what every WebRTC stack decodes (RFC 7742 section 6.2).
const H264_PROFILE: &str = "42e01f";

const OPUS: Known = Known {
    name: "OPUS",
    kind: Kind::Audio,
    payload_type: 111,
    clock_rate: 48_000,
    channels: 2,
    fmtp: "minptime=10;useinbandfec=1",
    repair: None,
};
const PCMU: Known =
    Known { name: "PCMU", kind: Kind::Audio, payload_type: 0, clock_rate: 8_000, channels: 0, fmtp: "", repair: None };
const PCMA: Known = Known { name: "PCMA", payload_type: 8, ..PCMU };
/// Its clock rate is an old mistake that stays: sound of 16 kHz on a clock of 8 kHz (RFC 3551 section 4.5.2).
const G722: Known = Known { name: "G722", payload_type: 9, ..PCMU };
/// Telephone keys on the clock of Opus, and on that of the telephone's codecs (RFC 4733 section 2.1: the clock of the
/// sound beside them). Engines tell codecs of one name apart by parameters, so they get some; see [`EVENTS_FMTP`].
const EVENTS: Known = Known { name: keys::NAME, payload_type: 110, channels: 0, fmtp: "clock=48000", ..OPUS };
const TELEPHONE_EVENTS: Known = Known { payload_type: 101, clock_rate: 8_000, fmtp: "clock=8000", ..EVENTS };
/// What the peer reads of them: all keys (RFC 4733 section 2.4.1).
const EVENTS_FMTP: &str = "0-16";
const VP8: Known = Known {
    name: "VP8",
    kind: Kind::Video,
    payload_type: 96,
    clock_rate: 90_000,
    channels: 0,
    fmtp: "",
    repair: Some(97),
};
const VP9: Known = Known { name: "VP9", payload_type: 98, fmtp: VP9_PROFILE, repair: Some(99), ..VP8 };
const AV1: Known = Known { name: "AV1", payload_type: 45, fmtp: AV1_PROFILE, repair: Some(46), ..VP8 };
const H264_FRAGMENTED: Known = Known {
    name: "H264",
    payload_type: 102,
    fmtp: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
    repair: Some(103),
    ..VP8
};
const H264_SINGLE: Known = Known {
    payload_type: 104,
    fmtp: "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f",
    repair: Some(105),
    ..H264_FRAGMENTED
};

/// Names of the video codecs, in the order in which people are told of them.
pub(crate) const VIDEO: [&str; 4] = ["H264", "VP8", "VP9", "AV1"];

/// What we offer, best first, by the configured names: `OPUS`, `G722`, `PCMU`, `PCMA`; those of [`VIDEO`].
pub(crate) fn offered(audio_codecs: &[String], video_codecs: &[String]) -> Vec<Known> {
    let mut known = Vec::new();
    for name in audio_codecs {
        match name.to_uppercase().as_str() {
            "OPUS" => known.push(OPUS),
            "G722" => known.push(G722),
            "PCMU" => known.push(PCMU),
            "PCMA" => known.push(PCMA),
            other => tracing::warn!(codec = other, "unknown audio codec left out of offers"),
        }
    }
    for name in video_codecs {
        match name.to_uppercase().as_str() {
            "H264" => known.extend([H264_FRAGMENTED, H264_SINGLE]),
            "VP8" => known.push(VP8),
            "VP9" => known.push(VP9),
            "AV1" => known.push(AV1),
            other => tracing::warn!(codec = other, known = ?VIDEO, "unknown video codec left out of offers"),
        }
    }
    known
}

/// The telephone keys that go with these audio codecs: on each of their clocks.
pub(crate) fn events_beside(offered: &[Known]) -> Vec<Known> {
    let beside =
        |events: &Known| offered.iter().any(|codec| codec.kind == Kind::Audio && codec.clock_rate == events.clock_rate);
    [EVENTS, TELEPHONE_EVENTS].into_iter().filter(beside).collect()
}

/// A `key=value` parameter of an fmtp line.
pub(crate) fn parameter<'a>(fmtp: &'a str, key: &str) -> Option<&'a str> {
    fmtp.split(';').filter_map(|p| p.trim().split_once('=')).find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v)
}

impl Known {
    /// How well a peer's codec fits: lower is better, nothing = another codec.
    ///
    /// H.264 profiles above baseline are taken last: our encoder writes constrained baseline, which every decoder of a
    /// higher profile reads (H.264 annex A).
    pub(crate) fn fit(&self, remote: &Codec) -> Option<u8> {
        if remote.name != self.name || remote.clock_rate != self.clock_rate {
            return None;
        }
        match self.name {
            "H264" => self.fit_h264(remote),
            "VP9" => (parameter(&remote.fmtp, "profile-id").unwrap_or("0") == "0").then_some(0),
            "AV1" => (parameter(&remote.fmtp, "profile").unwrap_or("0") == "0").then_some(0),
            _ => Some(0),
        }
    }

    fn fit_h264(&self, remote: &Codec) -> Option<u8> {
        let mode = |fmtp| parameter(fmtp, "packetization-mode").unwrap_or("0").to_owned();
        if mode(self.fmtp) != mode(&remote.fmtp) {
            return None;
        }
        let profile = parameter(&remote.fmtp, "profile-level-id").unwrap_or("42").to_ascii_lowercase();
        Some(match profile.get(..4) {
            Some("42e0" | "42c0") => 0,
            _ if profile.starts_with("42") => 1,
            _ => 2,
        })
    }

    /// Our fmtp in an answer to this offered codec (RFC 6184 section 8.2.2: the profile is the offerer's, the level ours).
    pub(crate) fn answer_fmtp(&self, remote: &Codec) -> String {
        if self.is_keys() {
            return EVENTS_FMTP.to_owned();
        }
        match parameter(&remote.fmtp, "profile-level-id").and_then(|id| id.get(..4)) {
            Some(profile) if self.name == "H264" => {
                self.fmtp.replace(H264_PROFILE, &format!("{profile}{}", &H264_PROFILE[4..]))
            }
            _ => self.fmtp.to_owned(),
        }
    }

    /// Telephone keys, not sound.
    pub(crate) fn is_keys(&self) -> bool {
        self.name == keys::NAME
    }

    /// Encoding name as rtpmaps usually have it.
    pub(crate) fn written_name(&self) -> &'static str {
        match self.name {
            "OPUS" => "opus",
            keys::NAME => "telephone-event",
            name => name,
        }
    }

    /// What its `rtpmap` says behind the payload type.
    pub(crate) fn map(&self) -> String {
        let channels = if self.channels > 0 { format!("/{}", self.channels) } else { String::new() };
        format!("{}/{}{channels}", self.written_name(), self.clock_rate)
    }

    /// This codec with the peer's payload type and parameters.
    pub(crate) fn as_codec(&self) -> Codec {
        Codec {
            name: self.name.to_owned(),
            payload_type: self.payload_type,
            clock_rate: self.clock_rate,
            fmtp: self.fmtp.to_owned(),
        }
    }
}

/// A codec both sides have: what the peer wrote and which of ours it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Common {
    pub(crate) remote: Codec,
    pub(crate) known: Known,
    /// Payload type of its retransmissions, where the peer has them, too.
    pub(crate) repair: Option<u8>,
}

/// The codecs in common, ordered by our preference (`ours` first) or by the peer's (`theirs` first).
pub(crate) fn common<'a>(ours: impl Iterator<Item = &'a Known>, theirs: &[Codec], by_ours: bool) -> Vec<Common> {
    let best = |known: &Known| {
        let fits = theirs.iter().filter_map(|remote| Some((known.fit(remote)?, remote)));
        let (_, remote) = fits.min_by_key(|(fit, _)| *fit)?;
        let repair = known.repair.and_then(|_| repair(theirs, remote.payload_type));
        Some(Common { remote: remote.clone(), known: *known, repair })
    };
    let mut found: Vec<Common> = ours.filter_map(best).collect();
    if !by_ours {
        found.sort_by_key(|c| theirs.iter().position(|t| t.payload_type == c.remote.payload_type));
    }
    found
}

/// Payload type of the retransmissions of this one (RFC 4588 section 8.1: `apt`).
fn repair(codecs: &[Codec], payload_type: u8) -> Option<u8> {
    let of = |codec: &&Codec| {
        codec.name == REPAIR && parameter(&codec.fmtp, "apt").and_then(|of| of.parse().ok()) == Some(payload_type)
    };
    codecs.iter().find(of).map(|codec| codec.payload_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn h264(payload_type: u8, fmtp: &str) -> Codec {
        Codec { name: "H264".into(), payload_type, clock_rate: 90_000, fmtp: fmtp.into() }
    }

    #[test]
    fn constrained_baseline_is_taken_among_the_profiles_a_browser_offers() {
        let theirs = [
            h264(39, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f"),
            h264(103, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f"),
            h264(107, "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f"),
            h264(109, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
        ];
        let found = common(offered(&[], &["H264".into()]).iter(), &theirs, true);
        assert_eq!(found.iter().map(|c| c.remote.payload_type).collect::<Vec<_>>(), vec![109, 107]);
    }

    #[test]
    fn a_peer_with_high_profile_only_is_answered_with_its_profile() {
        let theirs = [h264(98, "profile-level-id=640c28;packetization-mode=1")];
        let found = common(offered(&[], &["H264".into()]).iter(), &theirs, true);
        assert_eq!(parameter(&found[0].known.answer_fmtp(&found[0].remote), "profile-level-id"), Some("640c1f"));
    }

    #[test]
    fn of_vp9_and_av1_only_the_profile_that_every_stack_has_is_taken() {
        let theirs = |name: &str, fmtp: &str| {
            [Codec { name: name.into(), payload_type: 98, clock_rate: 90_000, fmtp: fmtp.into() }]
        };
        for (name, fmtp, taken) in [
            ("VP9", "profile-id=0", true),
            ("VP9", "", true),
            ("VP9", "profile-id=2", false),
            ("AV1", "level-idx=5;profile=0;tier=0", true),
            ("AV1", "", true),
            ("AV1", "profile=1", false),
        ] {
            let found = common(offered(&[], &[name.into()]).iter(), &theirs(name, fmtp), true);
            assert_eq!(found.len(), usize::from(taken), "{name} {fmtp}");
        }
    }

    #[test]
    fn the_configured_order_wins_as_answerer_and_the_peers_as_offerer() {
        let theirs = [
            Codec { name: "VP8".into(), payload_type: 96, clock_rate: 90_000, fmtp: String::new() },
            h264(102, "packetization-mode=1;profile-level-id=42e01f"),
        ];
        let ours = offered(&[], &["H264".into(), "VP8".into()]);
        assert_eq!(common(ours.iter(), &theirs, true)[0].known.name, "H264");
        assert_eq!(common(ours.iter(), &theirs, false)[0].known.name, "VP8");
    }
}
