//! The m-line.

/// The parts of an m-line (RFC 8866 section 5.14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaLine<'a> {
    /// `audio`, `video`, `application`…
    pub kind: &'a str,
    /// 0 = refused or ended (or only in a bundle); 9 = told by ICE.
    pub port: u16,
    /// `UDP/TLS/RTP/SAVPF`, `RTP/AVP`…
    pub protocol: &'a str,
    /// Payload types, or what the protocol has instead, separated by spaces.
    pub formats: &'a str,
}

impl<'a> MediaLine<'a> {
    pub(super) fn read(value: &'a str) -> Option<Self> {
        let mut parts = value.splitn(4, ' ');
        let (kind, port, protocol) = (parts.next()?, parts.next()?, parts.next()?);
        let port = port.split_once('/').map_or(port, |(port, _)| port).parse().ok()?;
        Some(Self { kind, port, protocol, formats: parts.next().unwrap_or_default().trim_end() })
    }

    /// Picture or sound: what a hold is about.
    pub fn is_audio_or_video(&self) -> bool {
        matches!(self.kind, "audio" | "video")
    }

    /// Carried by RTP?
    pub fn is_rtp(&self) -> bool {
        self.protocol.contains("RTP/")
    }

    /// Encrypted by SRTP or DTLS?
    pub fn is_encrypted(&self) -> bool {
        self.protocol.contains("SAVP") || self.protocol.contains("TLS")
    }
}
