//! The parameters of a connection and what they are turned into (spec sections 1.1, 1.2 and 1.7).

use std::fmt;

use roombox_sip::agent::{AgentConfig, Recovery, RegistrationConfig};
use roombox_sip::api::{HeaderLine, ServerTarget, Transport};
use roombox_sip::endpoint::{Credentials, EndpointConfig};

use super::naming::{display_name, guest_number, sip_uri};
use crate::catalogue::Configuration;

/// Path of the vendor's WebSocket.
const PATH: &str = "/webrtc/wss/";
/// Port of `wss` where none is given (RFC 7118 section 5.2.4).
const PORT: u16 = 443;

/// Where the parameters of an attempt come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parameters {
    /// The owner made the user agent with them; they do not change while the client lives.
    #[default]
    Static,
    /// The owner is asked on each attempt (`Output::AskParameters`).
    AskedOnEachAttempt,
}

/// The parameters of one connection.
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectionParameters {
    /// As a person wrote it.
    pub display_name: String,
    /// Added to REGISTER behind `X-Vinteo-Remote`.
    pub extra_headers: Vec<HeaderLine>,
    /// `urn:uuid:…` that names this box for ever (RFC 5626 section 4.1).
    pub instance_id: Option<String>,
    /// Of the account. This type does not print it.
    pub password: Option<String>,
    /// Lower and upper clamp of the agent's waits between attempts.
    pub recovery: Recovery,
    /// Sign in; a guest does not.
    pub register: bool,
    /// Seconds asked for, 60..=86400.
    pub register_expires: u32,
    /// Our address as a provisioning knows it (`X-Vinteo-Remote`); blank = none.
    pub remote_address: Option<String>,
    /// Offer session timers (RFC 4028).
    pub session_timers: bool,
    /// Domain of our address.
    pub sip_server_ip: String,
    /// Where the server is: `host[:port]`.
    pub sip_server_url: String,
    /// User part of our address; blank = a guest's number.
    pub user: Option<String>,
    /// The User-Agent header, see [`super::user_agent`]; `None` = that of this program.
    pub user_agent: Option<String>,
}

impl Default for ConnectionParameters {
    fn default() -> Self {
        Self {
            display_name: String::new(),
            extra_headers: Vec::new(),
            instance_id: None,
            password: None,
            recovery: Recovery::default(),
            register: false,
            register_expires: 300,
            remote_address: None,
            session_timers: false,
            sip_server_ip: String::new(),
            sip_server_url: String::new(),
            user: None,
            user_agent: None,
        }
    }
}

impl fmt::Debug for ConnectionParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionParameters")
            .field("sip_server_ip", &self.sip_server_ip)
            .field("sip_server_url", &self.sip_server_url)
            .field("user", &self.user)
            .field("register", &self.register)
            .finish_non_exhaustive()
    }
}

/// What parameters can lack; the texts are those of the vendor's client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// No domain.
    #[error("sipServerIp is required")]
    SipServerIp,
    /// No server.
    #[error("sipServerUrl is required")]
    SipServerUrl,
    /// The port is no number in 1..=65535.
    #[error("sipServerUrl has a wrong port")]
    SipServerPort,
    /// An account without password.
    #[error("password is required for authorized connection")]
    Password,
    /// An account without user.
    #[error("user is required for authorized connection")]
    User,
}

/// Who we are on one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The account registers.
    pub register: bool,
    /// Our address, `sip:user@domain`.
    pub uri: String,
    /// Its user part.
    pub user: String,
}

impl ConnectionParameters {
    /// Checks them in the order of the vendor's client.
    pub fn validate(&self) -> Result<(), ParameterError> {
        if self.sip_server_ip.is_empty() {
            return Err(ParameterError::SipServerIp);
        }
        if self.sip_server_url.is_empty() {
            return Err(ParameterError::SipServerUrl);
        }
        self.place()?;
        if self.register && self.password.as_deref().is_none_or(str::is_empty) {
            return Err(ParameterError::Password);
        }
        if self.register && self.trimmed_user().is_none() {
            return Err(ParameterError::User);
        }
        Ok(())
    }

    /// Who we are; a guest's number comes from `chance`.
    pub fn identity(&self, chance: u64) -> Identity {
        let account = self.trimmed_user().filter(|_| self.register);
        let user = account.map_or_else(|| guest_number(chance), str::to_owned);
        Identity { register: self.register, uri: sip_uri(&user, &self.sip_server_ip), user }
    }

    /// Headers of REGISTER and of nothing else: `X-Vinteo-Remote`, then the owner's.
    pub fn register_headers(&self) -> Vec<HeaderLine> {
        let remote = self.remote_address.as_deref().filter(|address| !address.is_empty());
        let remote = remote.map(|address| HeaderLine::new("X-Vinteo-Remote", address));
        remote.into_iter().chain(self.extra_headers.iter().cloned()).collect()
    }

    /// What a user agent is made with.
    pub fn agent_config(&self, identity: &Identity) -> Result<AgentConfig, ParameterError> {
        self.validate()?;
        let mut endpoint = EndpointConfig::client(identity.uri.clone());
        endpoint.display_name = display_name(&self.display_name);
        endpoint.instance_id.clone_from(&self.instance_id);
        let password = self.password.clone().filter(|_| identity.register);
        endpoint.credentials = password.map(|password| Credentials { username: identity.user.clone(), password });
        endpoint.session_expires = self.session_timers.then_some(90);
        if let Some(user_agent) = &self.user_agent {
            endpoint.user_agent.clone_from(user_agent);
        }
        let mut agent = AgentConfig::new(endpoint, [self.place()?]);
        agent.recovery = self.recovery;
        agent.registration = identity.register.then(|| RegistrationConfig {
            expires: self.register_expires.clamp(60, 86_400),
            headers: self.register_headers(),
            registrar: format!("sip:{}", self.sip_server_ip),
        });
        Ok(agent)
    }

    /// What is kept of them while the connection is wanted.
    pub fn configuration(&self, identity: &Identity) -> Configuration {
        Configuration {
            sip_server_ip: self.sip_server_ip.clone(),
            sip_server_url: self.sip_server_url.clone(),
            remote_address: self.remote_address.clone(),
            display_name: display_name(&self.display_name),
            authorization_user: identity.user.clone(),
            register: identity.register,
            user: self.user.clone().filter(|_| identity.register),
            max_available_resolution: None,
        }
    }

    fn trimmed_user(&self) -> Option<&str> {
        self.user.as_deref().map(str::trim).filter(|user| !user.is_empty())
    }

    /// `wss://host[:port]/webrtc/wss/`; an IPv6 address stands in brackets.
    pub fn place(&self) -> Result<ServerTarget, ParameterError> {
        let url = self.sip_server_url.as_str();
        let end_of_address = url.rfind(']').map_or(0, |at| at + 1);
        let (host, port) = match url[end_of_address..].rfind(':') {
            Some(at) => {
                let (host, port) = url.split_at(end_of_address + at);
                let port = port[1..].parse().ok().filter(|port| *port != 0);
                (host, port.ok_or(ParameterError::SipServerPort)?)
            }
            None => (url, PORT),
        };
        Ok(ServerTarget::new(Transport::Wss, host.trim_matches(['[', ']']), port, PATH))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> ConnectionParameters {
        ConnectionParameters {
            display_name: " Room 7 ".into(),
            password: Some("secret".into()),
            register: true,
            sip_server_ip: "sip.example".into(),
            sip_server_url: "meet.example".into(),
            user: Some(" room-7 ".into()),
            ..ConnectionParameters::default()
        }
    }

    #[test]
    fn every_missing_parameter_has_its_text() {
        type Spoil = fn(&mut ConnectionParameters);
        let rows: [(Spoil, &str); 6] = [
            (|p| p.sip_server_ip.clear(), "sipServerIp is required"),
            (|p| p.sip_server_url.clear(), "sipServerUrl is required"),
            (|p| p.password = None, "password is required for authorized connection"),
            (|p| p.password = Some(String::new()), "password is required for authorized connection"),
            (|p| p.user = None, "user is required for authorized connection"),
            (|p| p.user = Some("  ".into()), "user is required for authorized connection"),
        ];
        for (spoil, text) in rows {
            let mut parameters = account();
            spoil(&mut parameters);
            assert_eq!(parameters.validate().expect_err(text).to_string(), text);
        }
        assert_eq!(account().validate(), Ok(()));
    }

    #[test]
    fn a_guest_needs_neither_user_nor_password_and_gets_a_number() {
        let guest = ConnectionParameters { user: None, password: None, register: false, ..account() };
        assert_eq!(guest.validate(), Ok(()));
        let identity = guest.identity(5);
        assert_eq!((identity.user.as_str(), identity.uri.as_str()), ("100005", "sip:100005@sip.example"));
        let agent = guest.agent_config(&identity).unwrap();
        assert!(agent.registration.is_none() && agent.endpoint.credentials.is_none());
    }

    #[test]
    fn an_account_becomes_an_agent() {
        let identity = account().identity(5);
        assert_eq!(identity.user, "room-7");
        let agent = account().agent_config(&identity).unwrap();
        assert_eq!(agent.endpoint.aor, "sip:room-7@sip.example");
        assert_eq!(agent.endpoint.display_name, "Room_7");
        assert_eq!(agent.endpoint.session_expires, None);
        let registration = agent.registration.unwrap();
        assert_eq!((registration.expires, registration.registrar.as_str()), (300, "sip:sip.example"));
    }

    #[test]
    fn the_remote_address_goes_before_the_owners_headers_and_only_when_there_is_one() {
        let own = HeaderLine::new("X-Own", "1");
        for address in ["203.0.113.7", "box.example", "203.0.113.7:5060", "2001:db8::1", "two words"] {
            let remote_address = Some(address.to_owned());
            let parameters = ConnectionParameters { remote_address, extra_headers: vec![own.clone()], ..account() };
            assert_eq!(parameters.register_headers(), [HeaderLine::new("X-Vinteo-Remote", address), own.clone()]);
        }
        for remote_address in [None, Some(String::new())] {
            assert!(ConnectionParameters { remote_address, ..account() }.register_headers().is_empty());
        }
    }

    #[test]
    fn the_server_is_found_by_host_port_and_the_vendors_path() {
        let place = |url: &str| ConnectionParameters { sip_server_url: url.into(), ..account() }.place();
        let rows = [("a.b", "a.b", 443), ("a.b:8443", "a.b", 8443), ("[::1]:7", "::1", 7), ("[::1]", "::1", 443)];
        for (url, host, port) in rows {
            let found = place(url).unwrap();
            assert_eq!((found.host.as_str(), found.port, found.path.as_str()), (host, port, "/webrtc/wss/"));
        }
        assert_eq!(place("a.b:0"), Err(ParameterError::SipServerPort));
        assert_eq!(place("a.b:x"), Err(ParameterError::SipServerPort));
    }

    #[test]
    fn a_password_is_never_printed_nor_kept_in_the_configuration() {
        let identity = account().identity(0);
        let kept = serde_json::to_string(&account().configuration(&identity)).unwrap();
        assert!(!format!("{:?}{kept}", account()).contains("secret"));
    }
}
