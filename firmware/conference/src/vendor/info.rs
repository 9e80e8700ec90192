//! One INFO: type, headers, and for telephone keys a body.

use roombox_sip::api::{Body, Command, HeaderLine, RequestId, SessionId};

use super::CONTENT_TYPE_PREFIX;

/// What goes into one INFO.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// The Content-Type; absent where the body has its own.
    pub content_type: Option<String>,
    /// The vendor headers.
    pub headers: Vec<HeaderLine>,
    /// Only telephone keys have a body.
    pub body: Option<Body>,
}

impl Info {
    /// `application/vinteo.webrtc.{family}` with these headers.
    pub(super) fn of(family: &str, headers: &[(&str, &str)]) -> Self {
        let headers = headers.iter().map(|(name, value)| line(name, value)).collect();
        Self { content_type: Some(format!("{CONTENT_TYPE_PREFIX}{family}")), headers, body: None }
    }

    /// The same with header names as version 20 spells them.
    #[must_use]
    pub fn in_old_spelling(mut self) -> Self {
        for header in &mut self.headers {
            header.name = old_spelling(&header.name);
        }
        self
    }

    /// The command that sends it.
    pub fn command(self, session: SessionId, request: RequestId) -> Command {
        Command::Info { session, request, headers: self.headers, body: self.body, content_type: self.content_type }
    }
}

/// A header line that stays one line, whatever somebody called a room.
pub(super) fn line(name: &str, value: &str) -> HeaderLine {
    HeaderLine::new(name, value.replace(|sign: char| sign.is_control(), " "))
}

/// `0` or `1`.
pub(super) const fn digit(on: bool) -> &'static str {
    if on { "1" } else { "0" }
}

/// Upper case, but two families (spec section 3.2, column `SC20`).
fn old_spelling(name: &str) -> String {
    match name {
        "x-webrtc-enter-room" | "x-webrtc-share-state" => name.to_owned(),
        "x-vinteo-maincam-state" => "X-Vinteo-MainCam-State".to_owned(),
        "x-vinteo-media-type" => "X-Vinteo-Media-Type".to_owned(),
        "x-vinteo-mic-state" => "X-Vinteo-Mic-State".to_owned(),
        _ => name.to_ascii_uppercase(),
    }
}
