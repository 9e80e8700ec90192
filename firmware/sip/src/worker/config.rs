//! From the worker's settings to those of the user agent.

use std::time::Duration;

use super::{Options, Refusal};
use crate::agent::{AgentConfig, Recovery, RegistrationConfig};
use crate::api::{ServerTarget, Transport};
use crate::endpoint::{Credentials, EndpointConfig};
use crate::message::host::host_port;
use crate::message::uri::{SipUri, scheme};

/// Seconds of a registration where nothing is said (spec section 12.1).
const REGISTER_EXPIRES: u32 = 300;
/// Seconds of the session interval where nothing is said (spec section 12.1).
const SESSION_EXPIRES: u32 = 300;

/// The user agent that these settings describe.
pub(super) fn agent(options: &Options) -> Result<AgentConfig, Refusal> {
    let uri = options.uri.as_deref().ok_or(Refusal::Missing("uri"))?;
    let aor = SipUri::parse(uri).map_err(|_| Refusal::BadUri(uri.into()))?;
    let user = aor.user.clone().ok_or_else(|| Refusal::BadUri(uri.into()))?;
    let urls = options.sip_server.as_deref().filter(|urls| !urls.is_empty()).ok_or(Refusal::Missing("sipServer"))?;
    let servers = urls.iter().map(|url| server(url)).collect::<Result<Vec<_>, _>>()?;
    let mut config = AgentConfig::new(endpoint(options, uri, user), servers);
    let registrar = options.registrar_server.clone().unwrap_or_else(|| format!("sip:{}", aor.host));
    config.registration = options.register.unwrap_or(true).then(|| RegistrationConfig {
        expires: options.register_expires.unwrap_or(REGISTER_EXPIRES),
        ..RegistrationConfig::at(registrar)
    });
    config.recovery = recovery(options);
    Ok(config)
}

fn endpoint(options: &Options, uri: &str, user: String) -> EndpointConfig {
    let mut config = EndpointConfig::client(uri);
    let username = options.authorization_user.clone().unwrap_or(user);
    config.credentials = options.password.clone().map(|password| Credentials { username, password });
    config.session_expires = options.session_timers.unwrap_or(true).then_some(SESSION_EXPIRES);
    config.instance_id = options.instance_id.as_deref().map(|id| match id.strip_prefix("uuid:") {
        Some(bare) => format!("urn:uuid:{bare}"),
        None if id.starts_with("urn:") => id.into(),
        None => format!("urn:uuid:{id}"),
    });
    if let Some(name) = &options.display_name {
        config.display_name.clone_from(name);
    }
    if let Some(agent) = &options.user_agent {
        config.user_agent.clone_from(agent);
    }
    if let Some(seconds) = options.no_answer_timeout {
        config.no_answer_timeout = Duration::from_secs(seconds.into());
    }
    config
}

fn recovery(options: &Options) -> Recovery {
    let default = Recovery::default();
    let seconds = |given: Option<u32>, default| given.map_or(default, |s| Duration::from_secs(s.max(1).into()));
    let min = seconds(options.connection_recovery_min_interval, default.min);
    let max = seconds(options.connection_recovery_max_interval, default.max).max(min);
    Recovery { max, min, ..default }
}

/// `wss://host[:port][/path]`; `viaTransport` of the library is not looked at: the scheme tells the transport.
fn server(url: &str) -> Result<ServerTarget, Refusal> {
    let bad = || Refusal::BadServer(url.into());
    let (scheme, rest) = url.split_once("://").ok_or_else(bad)?;
    let (transport, usual) = match scheme.to_ascii_lowercase().as_str() {
        "ws" => (Transport::Ws, 80),
        "wss" => (Transport::Wss, 443),
        _ => return Err(bad()),
    };
    let slash = rest.find('/').unwrap_or(rest.len());
    let (host, port) = host_port(&rest[..slash]).map_err(|_| bad())?;
    let path = if slash < rest.len() { &rest[slash..] } else { "/" };
    let host = host.trim_matches(['[', ']']).into();
    Ok(ServerTarget { transport, host, server_name: None, port: port.unwrap_or(usual), path: path.into() })
}

/// The URI that a target means: as it is, with `sip:` in front, or a user of our own domain.
pub(super) fn target(target: &str, aor: &str) -> Result<String, Refusal> {
    let bad = || Refusal::BadTarget(target.into());
    let known = scheme(target).is_some_and(|scheme| matches!(scheme.as_str(), "sip" | "sips"));
    let uri = if known {
        target.into()
    } else if target.contains('@') {
        format!("sip:{target}")
    } else {
        format!("sip:{target}@{}", SipUri::parse(aor).map_err(|_| bad())?.host)
    };
    SipUri::parse(&uri).map_err(|_| bad())?;
    Ok(uri)
}
