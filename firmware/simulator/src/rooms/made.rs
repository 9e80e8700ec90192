//! What a world of boxes is made of.

use std::time::Instant;

use roombox_conference::identity::{ConnectionParameters, Parameters};
use roombox_conference::{CallWaiting, ConferenceClient, ConferenceConfig};
use roombox_sip::agent::{AgentConfig, RegistrationConfig, UserAgent};
use roombox_sip::api::{ServerTarget, Transport};
use roombox_sip::endpoint::{Credentials, EndpointConfig};

use super::media::Media;
use super::node::BoxNode;
use super::stampede::SPREAD;
use crate::scenario::{Purpose, RoomScenario};
use crate::servers::{HOST, LabServer, LabSetup, PASSWORD, Server};

/// Two runs differ in this alone.
const WORLD: u64 = 0x9e37_79b9_7f4a_7c15;

/// User part of a box's address.
pub(super) fn user(scenario: &RoomScenario, number: usize) -> String {
    if scenario.registers { format!("box{number}") } else { format!("guest{number}") }
}

/// A server with everybody's account; `epoch` counts those before it.
pub(super) fn a_server(scenario: &RoomScenario, now: Instant, seed: u64, epoch: u64) -> Server {
    let users = if scenario.registers {
        (0..scenario.boxes).map(|number| user(scenario, number)).collect()
    } else {
        Vec::new()
    };
    let (bearer_token, name) = (Some("token".into()), format!("lab{epoch}"));
    let setup = LabSetup { bearer_token, name, unreliable: false, users };
    Server::Lab(Box::new(LabServer::new(now, seed.wrapping_add(epoch << 32), setup)))
}

/// A box at rest.
pub(super) fn a_box(scenario: &RoomScenario, number: usize, seed: u64) -> BoxNode {
    let user = user(scenario, number);
    // A scenario has far fewer boxes than that.
    let seed = seed.wrapping_mul(WORLD) ^ (number as u64) << 40;
    let instance_id = format!("urn:uuid:00000000-0000-4000-8000-{number:012x}");
    let mut endpoint = EndpointConfig::client(format!("sip:{user}@{HOST}"));
    endpoint.instance_id = Some(instance_id.clone());
    if scenario.registers {
        endpoint.credentials = Some(Credentials { username: user.clone(), password: PASSWORD.into() });
    }
    let path = if scenario.transport == Transport::Ws { "/ws" } else { "" };
    let mut settings = AgentConfig::new(endpoint, [ServerTarget::new(scenario.transport, HOST, 5060, path)]);
    settings.registration = scenario.registers.then(|| RegistrationConfig::at(format!("sip:{HOST}")));
    if scenario.purpose == Purpose::Stampede {
        settings.recovery.spread = SPREAD;
    }
    let agent = UserAgent::new(settings, seed);
    let mut config = ConferenceConfig::new(user.clone(), HOST, scenario.registers);
    if scenario.parameters_asked {
        config.parameters = Parameters::AskedOnEachAttempt;
    }
    config.sessions.call_waiting = if number.is_multiple_of(2) { CallWaiting::Ring } else { CallWaiting::Busy };
    let parameters = ConnectionParameters {
        display_name: format!("Box {number}"),
        instance_id: Some(instance_id),
        password: scenario.registers.then(|| PASSWORD.to_owned()),
        register: scenario.registers,
        sip_server_ip: HOST.into(),
        sip_server_url: HOST.into(),
        user: Some(user.clone()),
        ..ConnectionParameters::default()
    };
    let media = Media::new(&user, seed ^ 3);
    BoxNode::new(agent, ConferenceClient::new(config, seed ^ 1), media, parameters, seed ^ 2)
}
