//! What an endpoint is told about itself.

use std::time::Duration;

use crate::api::{HeaderLine, Reliable};
use crate::digest::RealmCredentials;

/// User name and password for digest authentication (RFC 7616).
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// User name as the server knows it.
    pub username: String,
    /// The password; never printed.
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("username", &self.username).finish_non_exhaustive()
    }
}

/// Which side of a connection an endpoint is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A user agent behind a flow it opened: accepts only requests for its own user (else 404).
    Client,
    /// A registrar or conference server behind flows it accepted: takes any user, gets REGISTER as an event.
    Server,
}

/// Settings of an [`super::Endpoint`]; [`EndpointConfig::client`] and [`EndpointConfig::server`] give the defaults.
#[derive(Clone, Debug)]
pub struct EndpointConfig {
    /// Methods we accept and list in Allow.
    pub allowed_methods: Vec<String>,
    /// Our address of record, `sip:user@host`: From of every request.
    pub aor: String,
    /// Host (and port) of Contact and Via; `None` = a random name under `.invalid` (RFC 7118 section 5).
    pub contact_host: Option<String>,
    /// User part of Contact; `None` = eight random characters.
    pub contact_user: Option<String>,
    /// For digest authentication; `None` = a challenge is a failure.
    pub credentials: Option<Credentials>,
    /// Shown to peers; empty = none.
    pub display_name: String,
    /// Apply a description in an unreliable provisional response: `true` as JsSIP does, `false` as RFC 3261 asks of a
    /// caller that may have been forked (spec section 13.7).
    pub early_media: bool,
    /// Added to every initial INVITE and request outside a dialog, before the caller's own.
    pub extra_headers: Vec<HeaderLine>,
    /// How long an established session waits for another flow after the loss of its own. Media may go on meanwhile.
    pub flow_patience: Duration,
    /// INFO inside a session is answered by the owner ([`crate::api::Event::InfoAsked`]), not at once: servers grant and refuse
    /// by their answer (spec section 3.1).
    pub info_by_owner: bool,
    /// `urn:uuid:…` that names this box for ever (RFC 5626 section 4.1).
    pub instance_id: Option<String>,
    /// Redirections (3xx) followed for one call, 0 = none: the call ends with [`crate::api::Cause::Redirected`].
    pub max_redirects: u8,
    /// Longest ringing of an incoming call (JsSIP's `no_answer_timeout`).
    pub no_answer_timeout: Duration,
    /// Credentials for single realms, used there in place of `credentials`: a proxy may know us by another name, and where
    /// only the hash of a password is kept, it is kept for one realm.
    pub realm_credentials: Vec<RealmCredentials>,
    /// Reliable provisional responses, unless a call says otherwise.
    pub reliable: Reliable,
    /// Client or server.
    pub role: Role,
    /// Offer session timers (RFC 4028) by ourselves: seconds, 90 at least. A peer's demand is always met.
    pub session_expires: Option<u32>,
    /// User-Agent (client) or Server (server) header.
    pub user_agent: String,
}

/// Methods an endpoint accepts unless told otherwise.
const DEFAULT_METHODS: &[&str] = &[
    "INVITE",
    "ACK",
    "CANCEL",
    "BYE",
    "PRACK",
    "UPDATE",
    "INFO",
    "OPTIONS",
    "MESSAGE",
    "NOTIFY",
    "REFER",
    "SUBSCRIBE",
];

impl EndpointConfig {
    /// A user agent with this address of record (`sip:user@host`).
    pub fn client(aor: impl Into<String>) -> Self {
        Self {
            allowed_methods: DEFAULT_METHODS.iter().map(|m| (*m).into()).collect(),
            aor: aor.into(),
            contact_host: None,
            contact_user: None,
            credentials: None,
            display_name: String::new(),
            early_media: true,
            extra_headers: Vec::new(),
            flow_patience: Duration::from_secs(32),
            info_by_owner: false,
            instance_id: None,
            max_redirects: 5,
            no_answer_timeout: Duration::from_mins(1),
            realm_credentials: Vec::new(),
            reliable: Reliable::Supported,
            role: Role::Client,
            session_expires: None,
            user_agent: concat!("roombox/", env!("CARGO_PKG_VERSION")).into(),
        }
    }

    /// A server with this address of record, reachable at `contact_host` (`host:port`).
    pub fn server(aor: impl Into<String>, contact_host: impl Into<String>) -> Self {
        let mut config = Self::client(aor);
        config.allowed_methods.push("REGISTER".into());
        config.contact_host = Some(contact_host.into());
        config.role = Role::Server;
        config
    }
}
