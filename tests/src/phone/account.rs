//! Who a phone is.

use roombox_sip::agent::{AgentConfig, RegistrationConfig};
use roombox_sip::api::ServerTarget;
use roombox_sip::endpoint::{Credentials, EndpointConfig};

/// A user of this domain with this password, to be registered there.
pub fn agent(name: &str, domain: &str, password: &str, servers: Vec<ServerTarget>) -> AgentConfig {
    let mut endpoint = EndpointConfig::client(format!("sip:{name}@{domain}"));
    endpoint.instance_id = Some(instance_of(name));
    endpoint.credentials = Some(Credentials { username: name.to_owned(), password: password.to_owned() });
    let mut config = AgentConfig::new(endpoint, servers);
    config.registration = Some(RegistrationConfig::at(format!("sip:{domain}")));
    config
}

/// The same for the same user for ever, as a box has it (RFC 5626 section 4.1).
fn instance_of(name: &str) -> String {
    let letters = name.bytes().fold(0u64, |sum, letter| sum.wrapping_mul(257).wrapping_add(letter.into()));
    format!("urn:uuid:00000000-0000-4000-8000-{:012x}", letters & 0xffff_ffff_ffff)
}
