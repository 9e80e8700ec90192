//! Vendor headers of INVITE and of our answers to it (spec section 1.7).

use roombox_sip::api::HeaderLine;
use serde::{Deserialize, Serialize};

use super::header::{boolean, keyword, text};
use super::info::{digit, line};

/// What microphone and camera really do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaState {
    /// Its sound goes out.
    pub microphone: bool,
    /// Its picture goes out.
    pub camera: bool,
}

impl Default for MediaState {
    fn default() -> Self {
        Self { microphone: true, camera: true }
    }
}

/// What a client says about itself when it calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InviteHeaders {
    /// What microphone and camera do.
    pub media_state: MediaState,
    /// A guest, who asks to be let in (`X-Vinteo-Purgatory-Call`).
    pub guest: bool,
    /// The id that ties calls together (`X-Vinteo-Session`).
    pub session: Option<String>,
    /// The call carries only a presentation (`X-Vinteo-Presentation-Call`).
    pub presentation_call: bool,
    /// Our address as a provisioning knows it (`X-Vinteo-Remote`).
    pub remote_address: Option<String>,
}

impl InviteHeaders {
    /// The header lines in the order of the vendor's client; blank values are left out.
    pub fn lines(&self) -> Vec<HeaderLine> {
        let said = |value: &Option<String>| value.clone().filter(|value| !value.trim().is_empty());
        let lines = [
            ("X-Vinteo-Mic-State", Some(digit(self.media_state.microphone).to_owned())),
            ("X-Vinteo-MainCam-State", Some(digit(self.media_state.camera).to_owned())),
            ("X-Vinteo-Purgatory-Call", self.guest.then(|| "yes".to_owned())),
            ("X-Vinteo-Session", said(&self.session)),
            ("X-Vinteo-Presentation-Call", self.presentation_call.then(|| "yes".to_owned())),
            ("X-Vinteo-Remote", said(&self.remote_address)),
        ];
        lines.into_iter().filter_map(|(name, value)| Some(line(name, &value?))).collect()
    }

    /// What an INVITE or the answer to one says. A device that is not mentioned is on.
    pub fn parse(headers: &[HeaderLine]) -> Self {
        let yes = |name| keyword(headers, name).is_some_and(|word| word == "YES");
        Self {
            media_state: MediaState {
                microphone: boolean(headers, "X-Vinteo-Mic-State").unwrap_or(true),
                camera: boolean(headers, "X-Vinteo-MainCam-State").unwrap_or(true),
            },
            guest: yes("X-Vinteo-Purgatory-Call"),
            session: text(headers, "X-Vinteo-Session").map(str::to_owned),
            presentation_call: yes("X-Vinteo-Presentation-Call"),
            remote_address: text(headers, "X-Vinteo-Remote").map(str::to_owned),
        }
    }
}

/// The headers of an INVITE, or of our answer to one; a guest asks to be let in.
pub(crate) fn invite_headers(media_state: MediaState, guest: bool) -> Vec<HeaderLine> {
    InviteHeaders { media_state, guest, ..InviteHeaders::default() }.lines()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_writes_a_server_reads() {
        let all = InviteHeaders {
            media_state: MediaState { microphone: false, camera: true },
            guest: true,
            session: Some("aB-1".into()),
            presentation_call: true,
            remote_address: Some("203.0.113.7".into()),
        };
        for headers in [all, InviteHeaders::default()] {
            assert_eq!(InviteHeaders::parse(&headers.lines()), headers);
        }
    }

    #[test]
    fn blank_values_are_not_sent() {
        let blank = InviteHeaders { session: Some(" ".into()), ..InviteHeaders::default() };
        assert_eq!(blank.lines().len(), 2);
    }
}
