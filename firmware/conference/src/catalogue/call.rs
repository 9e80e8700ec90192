//! `call:` one call: the session's own events and those around it (spec sections 2 and 9).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EndEvent, Fault, Side};
use crate::api::{CallId, ReceiveQuality};

events! {
    /// `call:` events.
    CallEvent {
        /// The call was answered; the acknowledgement follows.
        "call:accepted" Accepted { call: CallId, originator: Side },
        /// Whether there is a call changed.
        "call:call-status-changed" CallStatusChanged { is_call_active: bool },
        /// Stands both ways.
        "call:confirmed" Confirmed { call: CallId, originator: Side },
        /// INVITE is being prepared, or an incoming call is being answered.
        "call:connecting" Connecting { call: CallId },
        /// Hanging up was asked for.
        "call:end-call" EndCall { call: CallId },
        /// Over, after it stood.
        "call:ended" Ended(EndEvent),
        /// Follows `call:ended` and `call:failed` when the other side did it.
        "call:ended:fromserver" EndedFromServer(EndEvent),
        /// Over, before it stood.
        "call:failed" Failed(EndEvent),
        /// Camera or microphone could not be opened for the call.
        "call:getusermediafailed" GetUserMediaFailed { call: CallId, reason: String },
        /// `originator` put the other side on hold.
        "call:hold" Hold { call: CallId, originator: Side },
        /// A candidate was found. Candidates travel inside offers and answers, so this tells their number in one.
        "call:icecandidate" IceCandidate { call: CallId, candidates: u32 },
        /// What of ours is not sent any more.
        "call:muted" Muted { call: CallId, audio: bool, video: bool },
        /// A telephone key, sent or received.
        "call:newDTMF" NewDtmf { call: CallId, originator: Side, tone: char, duration: u32 },
        /// INFO, sent or received. `contentType` is absent when it has none.
        "call:newInfo" NewInfo { call: CallId, originator: Side, content_type: Option<String> },
        /// Media has a peer connection for the call.
        "call:peerconnection" PeerConnection { call: CallId },
        /// The call stands and its peer connection is the one in use.
        "call:peerconnection:confirmed" PeerConnectionConfirmed { call: CallId },
        /// Media could not make an answer.
        "call:peerconnection:createanswerfailed" CreateAnswerFailed { call: CallId, reason: String },
        /// Media could not make an offer.
        "call:peerconnection:createofferfailed" CreateOfferFailed { call: CallId, reason: String },
        /// A track of the other side arrives; `kind` is `audio` or `video`.
        "call:peerconnection:ontrack" OnTrack { call: CallId, track: String, kind: String },
        /// Media could not take its own description.
        "call:peerconnection:setlocaldescriptionfailed" SetLocalDescriptionFailed { call: CallId, reason: String },
        /// Media could not take the description of the other side.
        "call:peerconnection:setremotedescriptionfailed" SetRemoteDescriptionFailed { call: CallId, reason: String },
        /// It rings there (18x), or here.
        "call:progress" Progress { call: CallId, originator: Side, status: Option<u16> },
        /// What a spectator receives changed (spec section 2.8).
        "call:recv-quality-changed" RecvQualityChanged {
            call: CallId,
            previous_quality: ReceiveQuality,
            quality: ReceiveQuality,
            /// Never `auto`.
            effective_quality: ReceiveQuality,
        },
        /// The receive session of a spectator is over, or did not come up: then `error` tells why. The call goes on.
        "call:recv-session-ended" RecvSessionEnded {
            call: CallId,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            error: Option<Fault>,
        },
        /// The receive session of a spectator runs.
        "call:recv-session-started" RecvSessionStarted { call: CallId },
        /// The other side asks us to call `target` (REFER).
        "call:refer" Refer { call: CallId, target: String },
        /// An offer of the other side inside the call, by re-INVITE.
        "call:reinvite" Reinvite { call: CallId },
        /// Main or content stream of the other side is another one now.
        "call:remote-streams-changed" RemoteStreamsChanged { call: CallId, streams: Streams },
        /// A track of the other side came, went or changed.
        "call:remote-tracks-changed" RemoteTracksChanged {
            call: CallId, streams: Streams, change_type: TrackChange, track_id: String, participant_id: String,
        },
        /// This call takes the place of `replaced` (RFC 3891).
        "call:replaces" Replaces { call: CallId, replaced: CallId },
        /// A description goes out (`local`) or came in; `kind` is `offer` or `answer`. The description itself stays out: it
        /// holds keys and addresses.
        "call:sdp" Sdp { call: CallId, originator: Side, kind: String },
        /// INVITE goes out.
        "call:sending" Sending { call: CallId },
        /// A call is made (`answer` false) or answered.
        "call:start-call" StartCall { call: CallId, number: String, answer: bool },
        /// `originator` took the other side off hold.
        "call:unhold" Unhold { call: CallId, originator: Side },
        /// What of ours is sent again.
        "call:unmuted" Unmuted { call: CallId, audio: bool, video: bool },
        /// An offer of the other side inside the call, by UPDATE. An UPDATE without an offer is answered and not told.
        "call:update" Update { call: CallId },
    }
}

/// Streams of the other side, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Streams {
    /// The conference picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub main_stream: Option<String>,
    /// Somebody's presentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contented_stream: Option<String>,
}

/// What happened to a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TrackChange {
    /// It is new.
    Added,
    /// It ended.
    Removed,
    /// Something about it is different.
    Updated,
}
