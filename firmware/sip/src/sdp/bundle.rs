//! What ties m-lines together (RFC 9143, RFC 5761), and how much they may take.

use super::{Description, Section};

/// A b-line (RFC 8866 section 5.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bandwidth<'a> {
    /// `AS` (kilobits per second), `TIAS` (bits per second)…
    pub kind: &'a str,
    /// In the unit of the kind.
    pub value: u64,
}

impl Bandwidth<'_> {
    /// Bits per second, where the kind is one that says so.
    pub fn bits_per_second(&self) -> Option<u64> {
        match self.kind {
            "AS" | "CT" => self.value.checked_mul(1000),
            "TIAS" => Some(self.value),
            _ => None,
        }
    }
}

impl Section {
    /// The name of the m-line in groups.
    pub fn mid(&self) -> Option<&str> {
        self.attribute("mid").map(str::trim)
    }

    /// Do RTP and RTCP share a port (RFC 5761)?
    pub fn is_rtcp_muxed(&self) -> bool {
        self.attribute("rtcp-mux").is_some()
    }

    /// The bandwidth lines that can be read.
    pub fn bandwidths(&self) -> Vec<Bandwidth<'_>> {
        let lines = self.lines().iter().filter_map(|line| line.value('b')?.trim_end().split_once(':'));
        lines.filter_map(|(kind, value)| Some(Bandwidth { kind, value: value.parse().ok()? })).collect()
    }
}

impl Description {
    /// The mids of each bundle, in order; the first one leads.
    pub fn bundles(&self) -> Vec<Vec<&str>> {
        let groups = self.session.attributes("group").filter_map(|group| group.trim().strip_prefix("BUNDLE"));
        groups.map(|mids| mids.split_whitespace().collect()).collect()
    }
}
