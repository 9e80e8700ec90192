//! Who a phone is.

use std::time::Duration;

use roombox_sip::agent::{AgentConfig, RegistrationConfig};
use roombox_sip::api::ServerTarget;
use roombox_sip::endpoint::{Credentials, EndpointConfig};

/// Somebody who needs no registration. Asks for no sign of life: a peer that plays a scenario knows only its own calls.
pub fn guest(name: &str, server: ServerTarget) -> AgentConfig {
    let mut endpoint = EndpointConfig::client(format!("sip:{name}@127.0.0.1"));
    endpoint.contact_user = Some(name.to_owned());
    let mut config = AgentConfig::new(endpoint, [server]);
    config.keep_alive.interval = Duration::from_hours(1);
    config
}

/// A user of this domain with this password, to be registered there.
pub fn agent(name: &str, domain: &str, password: &str, servers: Vec<ServerTarget>) -> AgentConfig {
    let mut endpoint = EndpointConfig::client(format!("sip:{name}@{domain}"));
    endpoint.credentials = Some(Credentials { username: name.to_owned(), password: password.to_owned() });
    let mut config = AgentConfig::new(endpoint, servers);
    config.registration = Some(RegistrationConfig::at(format!("sip:{domain}")));
    config
}
