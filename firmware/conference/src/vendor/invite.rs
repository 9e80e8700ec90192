//! Vendor headers of INVITE and of our answers to it (spec section 1.7).

use roombox_sip::api::HeaderLine;

/// What microphone and camera really do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MediaState {
    /// Its sound goes out.
    pub(crate) microphone: bool,
    /// Its picture goes out.
    pub(crate) camera: bool,
}

impl Default for MediaState {
    fn default() -> Self {
        Self { microphone: true, camera: true }
    }
}

impl MediaState {
    pub(super) const fn digit(on: bool) -> &'static str {
        if on { "1" } else { "0" }
    }
}

/// The headers in the order of the vendor's client; a guest asks to be let in.
pub(crate) fn invite_headers(state: MediaState, guest: bool) -> Vec<HeaderLine> {
    let mut headers = vec![
        HeaderLine::new("X-Vinteo-Mic-State", MediaState::digit(state.microphone)),
        HeaderLine::new("X-Vinteo-MainCam-State", MediaState::digit(state.camera)),
    ];
    if guest {
        headers.push(HeaderLine::new("X-Vinteo-Purgatory-Call", "yes"));
    }
    headers
}
