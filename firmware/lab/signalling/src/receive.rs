//! The HTTP interface for spectators (spec section 2.8): offer in, answer out, for who is a spectator and has the token.

use std::collections::BTreeMap;

use roombox_sip::api::{Body, SessionId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::calls::{Role, Way};
use crate::events::LabEvent;
use crate::machine::{Output, Signalling};
use crate::media::{DescribeError, MediaRequest};

/// Offers go to `{FOLDER}{conference}`.
const FOLDER: &str = "/api/v2/rtp2webrtc/offer/";
/// Offers that media works on at a time, over all calls.
const MOST: usize = 64;

/// A request to the HTTP interface.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// Names the answer; chosen by the driver and never used again.
    pub id: u64,
    /// `POST` …
    pub method: String,
    /// Path and query, as they stand in the request line.
    pub target: String,
    /// Value of Authorization.
    pub authorization: Option<String>,
    /// The body.
    pub body: String,
}

impl std::fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { id, method, target, .. } = self;
        f.debug_struct("HttpRequest")
            .field("id", id)
            .field("method", method)
            .field("target", target)
            .finish_non_exhaustive()
    }
}

/// The answer to an [`HttpRequest`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAnswer {
    /// Names the request.
    pub id: u64,
    /// 200, or what is wrong with it.
    pub status: u16,
    /// JSON.
    pub body: String,
}

/// What a spectator wants to receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quality {
    /// As little as can be.
    Low,
    /// In between.
    Medium,
    /// As good as it gets.
    High,
}

/// A session description as JSON.
#[derive(Deserialize)]
struct Description {
    #[serde(rename = "type")]
    kind: String,
    sdp: String,
}

/// Offers that media works on: request by call.
pub(crate) type Posts = BTreeMap<u64, SessionId>;

impl Signalling {
    pub(crate) fn on_http(&mut self, request: &HttpRequest) {
        match self.judge(request) {
            Ok((session, quality, offer)) => {
                let Some(call) = self.calls.by_session.get(&session) else { return };
                let (call, user) = (call.number, call.user.clone());
                self.posts.insert(request.id, session);
                self.tell(LabEvent::ReceiveOffered { call, user, quality });
                self.ask_media(MediaRequest::Watch { call, request: request.id, quality, offer: Body::sdp(&offer) });
            }
            Err((status, words)) => {
                self.tell(LabEvent::ReceiveRefused { status, reason: words.into() });
                self.answer_http(request.id, status, words);
            }
        }
    }

    /// Who asks, for which quality, with which offer; or status and words of the refusal.
    fn judge(&self, request: &HttpRequest) -> Result<(SessionId, Quality, String), (u16, &'static str)> {
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let conference = path.strip_prefix(FOLDER).and_then(decoded).ok_or((404, "nothing is here"))?;
        if request.method != "POST" {
            return Err((405, "POST an offer"));
        }
        let token = request.authorization.as_deref().and_then(|value| value.strip_prefix("Bearer "));
        let token = token.ok_or((401, "a token is needed"))?;
        let value = |name: &str| query.split('&').find_map(|part| part.split_once('=').filter(|(n, _)| *n == name));
        let quality = match value("quality").map(|(_, quality)| quality) {
            Some("low") => Quality::Low,
            Some("medium") => Quality::Medium,
            Some("high") => Quality::High,
            _ => return Err((400, "quality is low, medium or high")),
        };
        let audio = value("audio").and_then(|(_, audio)| decoded(audio)).ok_or((400, "audio is missing"))?;
        let session = self.spectator(token, &conference, &audio)?;
        if self.posts.len() >= MOST {
            return Err((503, "too many at a time"));
        }
        match serde_json::from_str(&request.body) {
            Ok(Description { kind, sdp }) if kind == "offer" => Ok((session, quality, sdp)),
            _ => Err((400, "the body is no offer")),
        }
    }

    fn spectator(&self, token: &str, conference: &str, audio: &str) -> Result<SessionId, (u16, &'static str)> {
        let stays = self.calls.by_session.iter().filter_map(|(session, call)| match &call.way {
            Way::Room(stay) => Some((*session, stay)),
            Way::Relay { .. } => None,
        });
        // A fixed token may be that of several participants.
        let mut known = stays.filter(|(_, s)| s.token.as_ref().is_some_and(|own| own.expose() == token)).peekable();
        if known.peek().is_none() {
            return Err((401, "nobody has this token"));
        }
        // Clients of version 31 turn what they were told into small letters (spec section 3.1).
        let same = |name: &str, asked: &str| name.to_lowercase() == asked.to_lowercase();
        let mut here = known.filter(|(_, stay)| same(&stay.room, conference)).peekable();
        if here.peek().is_none() {
            return Err((403, "the token is for another conference"));
        }
        let is_it = |role: &Role| matches!(role, Role::Spectator { audio_id } if same(audio_id, audio));
        here.find(|(_, stay)| is_it(&stay.role))
            .map(|(session, _)| session)
            .ok_or((403, "no spectator with this audio"))
    }

    /// Media has made the answer to an offer, or cannot.
    pub(crate) fn on_watch_described(&mut self, request: u64, result: Result<String, DescribeError>) {
        if self.posts.remove(&request).is_none() {
            return;
        }
        match result {
            Ok(sdp) => {
                let body = json!({"type": "answer", "sdp": sdp}).to_string();
                self.http_answered(HttpAnswer { id: request, status: 200, body });
            }
            Err(error) => self.answer_http(request, error.status(), &error.to_string()),
        }
    }

    /// The call is over: what media still works on for it is answered.
    pub(crate) fn forget_posts(&mut self, session: SessionId) {
        let over: Vec<_> = self.posts.extract_if(.., |_, of| *of == session).collect();
        for (request, _) in over {
            self.answer_http(request, 404, "the call is over");
        }
    }

    fn answer_http(&mut self, id: u64, status: u16, words: &str) {
        let body = json!({ "error": words }).to_string();
        self.http_answered(HttpAnswer { id, status, body });
    }

    fn http_answered(&mut self, answer: HttpAnswer) {
        self.put(Output::Http(answer));
    }
}

/// Takes `%XX` back (RFC 3986 section 2.1); `None` for what is no text then.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let value = digit(rest.next())? * 16 + digit(rest.next())?;
            bytes.push(u8::try_from(value).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_conferences_are_decoded() {
        assert_eq!(decoded("Gro%C3%9Fe%20Runde").as_deref(), Some("Große Runde"));
        assert_eq!(decoded("a%2"), None);
        assert_eq!(decoded("%FF"), None);
        assert_eq!(decoded(""), None);
    }
}
