//! What the worker tells (spec section 12.2).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::Originator;
use crate::causes::{self, Language};

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident = $value:literal,)*) => {
        /// The name of an event, on the wire the value given here.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum EventName {
            $($(#[$doc])* #[serde(rename = $value)] $name,)*
        }

        impl EventName {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The value on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $value,)*
                }
            }
        }
    };
}

names! {
    /// The registration failed without a response (told under `registrationFailed`).
    TimeOut = "Request Timeout",
    /// Every event of the agent comes a second time under this name.
    Event = "event",
    /// Registered.
    Registered = "registered",
    /// Not registered any more.
    Unregistered = "unregistered",
    /// The registration failed.
    RegistrationFailed = "registrationFailed",
    /// Not told: registrations are refreshed by themselves.
    RegistrationExpiring = "registrationExpiring",
    /// A connection is being opened.
    Connecting = "connecting",
    /// It is up.
    Connected = "connected",
    /// It is gone or did not come up.
    Disconnected = "disconnected",
    /// A new session, in or out.
    NewRtcSession = "newRTCSession",
    /// Carries everything about sessions; what it is stands in `msg`.
    RtcSessionState = "new_RTCSession_state",
    /// An outgoing session begins.
    SessionConnecting = "session_connecting",
    /// It rings.
    SessionProgress = "session_progress",
    /// Somebody answered.
    SessionAccepted = "session_accepted",
    /// The session stands.
    SessionConfirmed = "session_confirmed",
    /// It is over after it stood.
    SessionEnded = "session_ended",
    /// It is over before it stood.
    SessionFailed = "session_failed",
    /// Media could not take the other side's answer.
    SessionAnswerFailed = "session_answer_failed",
    /// It is over because the caller waited too long.
    SessionTimeout = "session_req_timeout",
    /// On hold.
    Hold = "onHold",
    /// Resumed.
    Resume = "onResume",
    /// Muted.
    Mute = "onMute",
    /// Not muted any more.
    Unmute = "onUnmute",
    /// Not told.
    NewMessage = "newMessage",
    /// Not told.
    SessionRecall = "session_recall",
    /// Not told.
    ReRegistered = "re_register",
    /// Not told.
    ReLogin = "re_login",
    /// Not told.
    ListenEvent = "call_event",
    /// Not told.
    NewOptions = "newOptions",
    /// Not told.
    SipEvent = "sipEvent",
}

/// An event: under which name it is told, and its data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WorkerEvent {
    /// The name that listeners subscribe to.
    pub name: EventName,
    /// Everything else.
    pub data: CauseData,
}

/// Who began a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SessionOrigin {
    /// The peer.
    Incoming,
    /// We.
    Outgoing,
}

/// What an event says. `msgEN`, `msgRU`, `causeEN` and `causeRU` are additions to the library's fields.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CauseData {
    /// The worker's id.
    pub id: String,
    /// Our address of record.
    pub uri: String,
    /// The peer, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_uri: Option<String>,
    /// What happened.
    pub msg: EventName,
    /// What happened, in Chinese.
    #[serde(rename = "msgCN")]
    pub msg_cn: &'static str,
    /// What happened, in English.
    #[serde(rename = "msgEN")]
    pub msg_en: &'static str,
    /// What happened, in Russian.
    #[serde(rename = "msgRU")]
    pub msg_ru: &'static str,
    /// 200 = good, 500 = bad.
    pub code: u16,
    /// The session it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// Who began it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_origin: Option<SessionOrigin>,
    /// Who caused what happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub originator: Option<Originator>,
    /// Why, by the name of the library.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Why, in Chinese.
    #[serde(rename = "causeCN", skip_serializing_if = "Option::is_none")]
    pub cause_cn: Option<String>,
    /// Why, in English.
    #[serde(rename = "causeEN", skip_serializing_if = "Option::is_none")]
    pub cause_en: Option<String>,
    /// Why, in Russian.
    #[serde(rename = "causeRU", skip_serializing_if = "Option::is_none")]
    pub cause_ru: Option<String>,
    /// SIP status or WebSocket close code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<u16>,
    /// The words that came with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Milliseconds since 1970.
    pub time: u64,
    /// What is shown around the Chinese text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra: Option<Extra>,
    /// Numbers of the event.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub data: Map<String, Value>,
}

/// What is shown around a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Extra {
    /// In front.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Behind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
}

/// Why something happened.
#[derive(Clone, Debug, Default)]
pub(super) struct Why {
    pub(super) originator: Option<Originator>,
    pub(super) cause: Option<String>,
    pub(super) status: Option<u16>,
    pub(super) reason: Option<String>,
}

impl CauseData {
    /// Good news without a reason.
    pub(super) fn new(id: &str, uri: &str, msg: EventName, time: u64) -> Self {
        let text = causes::event(msg.as_str()).unwrap_or(&causes::UNKNOWN_EVENT);
        Self {
            id: id.into(),
            uri: uri.into(),
            from_uri: None,
            msg,
            msg_cn: text.chinese,
            msg_en: text.english,
            msg_ru: text.russian,
            code: 200,
            session_id: None,
            session_origin: None,
            originator: None,
            cause: None,
            cause_cn: None,
            cause_en: None,
            cause_ru: None,
            status_code: None,
            reason: None,
            time,
            extra: None,
            data: Map::new(),
        }
    }

    /// With a reason in every language.
    pub(super) fn because(mut self, why: Why) -> Self {
        let reason = why.reason.as_deref().unwrap_or_default();
        let say = |language| {
            let said = causes::translate(language, why.originator, why.cause.as_deref(), why.status, reason);
            Some(said).filter(|said| !said.is_empty())
        };
        self.cause_cn = say(Language::Chinese);
        self.cause_en = say(Language::English);
        self.cause_ru = say(Language::Russian);
        (self.originator, self.cause, self.status_code, self.reason) =
            (why.originator, why.cause, why.status, why.reason);
        self
    }

    /// Bad news.
    pub(super) fn bad(mut self) -> Self {
        self.code = 500;
        self
    }
}
