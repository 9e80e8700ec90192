//! What a conference client is told before it starts.

use std::time::Duration;

use crate::auto_connect::{AutoConnectPolicy, ConnectPolicy, NetworkPolicy, TelephonyPolicy};
use crate::identity::Parameters;
use crate::incoming::AllowList;
use crate::media_policy::MediaPolicy;

/// Settings of a [`crate::ConferenceClient`].
#[derive(Clone, Debug)]
pub struct ConferenceConfig {
    /// Announce a room name with INFO on every established call, as the vendor's clients do (spec section 2.4).
    pub announce_room: bool,
    /// Answer incoming calls by itself, while there is no other; whose, see [`SessionPolicy::auto_answer_from`].
    pub auto_answer: bool,
    /// How the connection is kept and brought back.
    pub auto_connect: AutoConnectPolicy,
    /// How long a call may wait for its parts.
    pub call: CallPolicy,
    /// What several calls and other people's wishes may do.
    pub sessions: SessionPolicy,
    /// How the streams of a call are sent, watched and mended.
    pub media: MediaPolicy,
    /// `host[:port]` of the HTTP interface of the conference server (spec section 2.8); the domain unless said otherwise.
    pub http_server: String,
    /// How one connect is made.
    pub connect: ConnectPolicy,
    /// What changes of the network lead to.
    pub network: NetworkPolicy,
    /// Where the parameters of an attempt come from.
    pub parameters: Parameters,
    /// How a lost call comes back.
    pub redial: RedialPolicy,
    /// The account registers; a guest is ready as soon as it is connected (spec section 1.3).
    pub register: bool,
    /// How a deaf server is found out.
    pub telephony: TelephonyPolicy,
    /// User part of our address.
    pub user: String,
    /// Our address, `sip:user@domain`.
    pub uri: String,
}

impl ConferenceConfig {
    /// `user` at `domain` with the default policies.
    pub fn new(user: impl Into<String>, domain: &str, register: bool) -> Self {
        let user = user.into();
        Self {
            announce_room: true,
            auto_answer: false,
            auto_connect: AutoConnectPolicy::default(),
            call: CallPolicy::default(),
            media: MediaPolicy::default(),
            http_server: domain.to_owned(),
            connect: ConnectPolicy::default(),
            network: NetworkPolicy::default(),
            parameters: Parameters::default(),
            redial: RedialPolicy::default(),
            sessions: SessionPolicy::default(),
            register,
            telephony: TelephonyPolicy::default(),
            uri: format!("sip:{user}@{domain}"),
            user,
        }
    }
}

/// How long a call may wait for its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallPolicy {
    /// For the final answer to our INVITE (the time a called client rings, spec section 14.1).
    pub answer: Duration,
    /// Between the loss of the media path and an ICE restart (RFC 8445 leaves it to us; shorter gaps mend themselves).
    pub ice_restart_after: Duration,
    /// For an ICE restart to bring media back.
    pub ice_restart_limit: Duration,
    /// ICE restarts before the call is given up: together as long as an outage may last after which all goes on, and not
    /// so long that a server whose media is gone for good keeps the room waiting.
    pub ice_restarts: u32,
    /// For media to answer a request (an offer with candidates included).
    pub media_answer: Duration,
    /// Between the established call and its first media connection.
    pub media_connect: Duration,
    /// That a call without connection and without media is kept.
    pub without_both: Duration,
    /// That a call without connection is kept while media flows.
    pub without_connection: Duration,
}

impl Default for CallPolicy {
    fn default() -> Self {
        Self {
            answer: Duration::from_mins(1),
            ice_restart_after: Duration::from_secs(3),
            ice_restart_limit: Duration::from_secs(10),
            ice_restarts: 4,
            media_answer: Duration::from_secs(15),
            media_connect: Duration::from_secs(20),
            without_both: Duration::from_secs(10),
            without_connection: Duration::from_mins(5),
        }
    }
}

/// What a call does that comes in while there is another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CallWaiting {
    /// It finds us busy (486).
    #[default]
    Busy,
    /// It rings; answering it puts the other on hold.
    Ring,
}

/// What several calls and other people's wishes may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionPolicy {
    /// Whose calls are answered by themselves where that is switched on; empty = everybody's.
    pub auto_answer_from: AllowList,
    /// What a call does that comes in while there is another.
    pub call_waiting: CallWaiting,
    /// Status of a refusal by [`crate::api::Command::Decline`] (spec section 10.1: 487), 300..=699.
    pub decline_status: u16,
    /// Calls at the same time, ringing ones included; one more finds us busy.
    pub limit: usize,
    /// Who may ask us to call somebody else (REFER); empty = nobody.
    pub transfers_from: AllowList,
}

impl Default for SessionPolicy {
    fn default() -> Self {
        Self {
            auto_answer_from: AllowList::default(),
            call_waiting: CallWaiting::default(),
            decline_status: 487,
            limit: 4,
            transfers_from: AllowList::default(),
        }
    }
}

/// What of a wait is random (spec section 6.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Jitter {
    /// Nothing.
    None,
    /// Half of it.
    #[default]
    Equal,
    /// All of it.
    Full,
}

/// How a lost call comes back: attempt n waits `base`·`factor`^(n-1) up to `max`, part of it random (spec section 6.2, with
/// a shorter base).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RedialPolicy {
    /// Wait before the first attempt.
    pub base: Duration,
    /// How much longer each wait is than the one before (spec section 6.2: 2).
    pub factor: u32,
    /// What of a wait is random.
    pub jitter: Jitter,
    /// Attempts in a row of a call that is not kept (spec section 6.2: 5); 0 = no limit.
    pub limit: u32,
    /// Longest wait between attempts that may succeed any time.
    pub max: Duration,
    /// Wait after an answer that will not change by itself (403, 404, 484, 488); half of it random.
    pub slow: Duration,
    /// A call that stood this long was a success: counting starts anew.
    pub stable: Duration,
    /// That a call which is not kept waits for the connection. Spec section 6.2 has 20 s, less than a server needs to start
    /// again.
    pub wait_connection: Duration,
}

impl Default for RedialPolicy {
    fn default() -> Self {
        Self {
            base: Duration::from_millis(500),
            factor: 2,
            jitter: Jitter::default(),
            limit: 5,
            max: Duration::from_secs(30),
            slow: Duration::from_secs(30),
            stable: Duration::from_secs(10),
            wait_connection: Duration::from_mins(2),
        }
    }
}
