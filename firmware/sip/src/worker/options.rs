//! Settings of the worker and of a call (spec section 12.1).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What `INIT` brings. Everything may be left out and keeps what it was.
#[derive(Clone, Default, Deserialize, PartialEq, Serialize)]
pub struct Options {
    /// Address of record, `sip:user@host`. Needed before `LOGIN`.
    pub uri: Option<String>,
    /// Never written out again.
    #[serde(skip_serializing)]
    pub password: Option<String>,
    /// User name for authentication; the user of `uri` where it is missing.
    pub authorization_user: Option<String>,
    /// `wss://host[:port]/path` or `ws://…`, tried in this order. Needed before `LOGIN`.
    #[serde(rename = "sipServer")]
    pub sip_server: Option<Vec<String>>,
    /// ICE servers in the form of the W3C, for calls that bring none.
    #[serde(rename = "sipIce")]
    pub sip_ice: Option<Vec<Value>>,
    /// Named in every event.
    #[serde(rename = "sipWorkerid")]
    pub worker_id: Option<String>,
    /// Register (the default) or be a guest, for whom being connected is enough.
    pub register: Option<bool>,
    /// Seconds, 300 where it is missing.
    pub register_expires: Option<u32>,
    /// Where to register, `sip:host`; the host of `uri` where it is missing.
    pub registrar_server: Option<String>,
    /// Shown to peers.
    pub display_name: Option<String>,
    /// User-Agent header.
    pub user_agent: Option<String>,
    /// UUID that names this agent for ever.
    pub instance_id: Option<String>,
    /// Session timers of RFC 4028: on, 300 s, where it is missing.
    pub session_timers: Option<bool>,
    /// Longest ringing of an incoming call, in seconds.
    pub no_answer_timeout: Option<u32>,
    /// Shortest wait before a connection is tried again, in seconds.
    pub connection_recovery_min_interval: Option<u32>,
    /// Longest such wait, in seconds.
    pub connection_recovery_max_interval: Option<u32>,
    /// Stop gathering at the first address that a STUN server tells.
    #[serde(rename = "iceStopWaitingOnServerReflexive")]
    pub stop_at_server_reflexive: Option<bool>,
    /// Whatever else came; kept, and without effect.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").field("uri", &self.uri).field("sip_server", &self.sip_server).finish_non_exhaustive()
    }
}

impl Options {
    /// Takes over what `newer` says.
    pub fn merge(&mut self, newer: Self) {
        fn take<T>(old: &mut Option<T>, new: Option<T>) {
            if new.is_some() {
                *old = new;
            }
        }
        take(&mut self.uri, newer.uri);
        take(&mut self.password, newer.password);
        take(&mut self.authorization_user, newer.authorization_user);
        take(&mut self.sip_server, newer.sip_server);
        take(&mut self.sip_ice, newer.sip_ice);
        take(&mut self.worker_id, newer.worker_id);
        take(&mut self.register, newer.register);
        take(&mut self.register_expires, newer.register_expires);
        take(&mut self.registrar_server, newer.registrar_server);
        take(&mut self.display_name, newer.display_name);
        take(&mut self.user_agent, newer.user_agent);
        take(&mut self.instance_id, newer.instance_id);
        take(&mut self.session_timers, newer.session_timers);
        take(&mut self.no_answer_timeout, newer.no_answer_timeout);
        take(&mut self.connection_recovery_min_interval, newer.connection_recovery_min_interval);
        take(&mut self.connection_recovery_max_interval, newer.connection_recovery_max_interval);
        take(&mut self.stop_at_server_reflexive, newer.stop_at_server_reflexive);
        self.other.extend(newer.other);
    }
}

/// What a caller wants of one call. The worker's defaults only fill what is left out.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CallOptions {
    /// Sound only, unless said otherwise.
    pub media_constraints: Option<MediaConstraints>,
    /// ICE servers of this call.
    pub pc_config: Option<PeerConfig>,
    /// `Name: value` lines of the INVITE.
    pub extra_headers: Vec<String>,
    /// Session interval of this call in seconds (RFC 4028); 300 unless said otherwise.
    pub session_timers_expires: Option<u32>,
    /// Hide who calls.
    pub anonymous: bool,
}

/// Which media a call has.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct MediaConstraints {
    /// Sound.
    pub audio: bool,
    /// Picture.
    pub video: bool,
}

impl Default for MediaConstraints {
    fn default() -> Self {
        Self { audio: true, video: false }
    }
}

/// What media needs to know of a peer connection.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PeerConfig {
    /// ICE servers; `None` = those of `INIT`.
    pub ice_servers: Option<Vec<Value>>,
}
