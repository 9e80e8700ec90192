//! DTLS roles and fingerprints (RFC 5763, RFC 8842, RFC 8122).

use std::fmt;

use super::{Description, Section};

/// Who starts DTLS (RFC 4145 section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setup {
    /// The writer starts.
    Active,
    /// Either may: only in offers.
    ActPass,
    /// No connection for now.
    HoldConn,
    /// The writer waits.
    Passive,
}

impl Setup {
    fn read(value: &str) -> Option<Self> {
        match value.trim_end() {
            "active" => Some(Self::Active),
            "actpass" => Some(Self::ActPass),
            "holdconn" => Some(Self::HoldConn),
            "passive" => Some(Self::Passive),
            _ => None,
        }
    }

    /// May this offer be answered so (RFC 4145 section 4.1)?
    pub fn allows(self, answer: Self) -> bool {
        matches!(
            (self, answer),
            (Self::ActPass, Self::Active | Self::Passive)
                | (Self::Active, Self::Passive)
                | (Self::Passive, Self::Active)
                | (_, Self::HoldConn)
        )
    }
}

impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Active => "active",
            Self::ActPass => "actpass",
            Self::HoldConn => "holdconn",
            Self::Passive => "passive",
        })
    }
}

/// The hash of a certificate (RFC 8122 section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint<'a> {
    /// `sha-256`…
    pub hash: &'a str,
    /// Upper-case hex bytes joined by colons.
    pub value: &'a str,
}

impl Description {
    /// The DTLS role of an m-line, or the session's.
    pub fn setup(&self, media: &Section) -> Option<Setup> {
        media.attribute("setup").or_else(|| self.session.attribute("setup")).and_then(Setup::read)
    }

    /// The fingerprints of an m-line; the session's where it has none.
    pub fn fingerprints<'a>(&'a self, media: &'a Section) -> Vec<Fingerprint<'a>> {
        let of = |section: &'a Section| -> Vec<Fingerprint<'a>> {
            let parts = section.attributes("fingerprint").filter_map(|value| value.trim().split_once(' '));
            parts.map(|(hash, value)| Fingerprint { hash, value: value.trim() }).collect()
        };
        let own = of(media);
        if own.is_empty() { of(&self.session) } else { own }
    }

    /// Is the m-line keyed in a way that its protocol asks for: DTLS by a fingerprint, plain SAVP by that or SDES?
    pub(super) fn is_keyed(&self, media: &Section) -> bool {
        let protocol = media.media_line().map_or("", |line| line.protocol);
        let dtls = protocol.contains("TLS");
        let sdes = protocol.contains("SAVP") && !dtls && media.attribute("crypto").is_some();
        let needed = dtls || protocol.contains("SAVP");
        !needed || sdes || !self.fingerprints(media).is_empty()
    }
}
