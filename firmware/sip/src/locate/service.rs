//! What SIP services are called in the DNS (RFC 3263 section 4.1, RFC 7118 section 9).

use super::record::Naptr;
use crate::api::Transport;

/// Transports nobody on the way can read; without a wish only these will do.
const SECURE: [Transport; 2] = [Transport::Tls, Transport::Wss];

/// The transport of a NAPTR service; SCTP and other applications are not spoken here.
fn transport(service: &str) -> Option<Transport> {
    match service.to_ascii_uppercase().as_str() {
        "SIP+D2T" => Some(Transport::Tcp),
        "SIP+D2U" => Some(Transport::Udp),
        "SIP+D2W" => Some(Transport::Ws),
        "SIPS+D2T" => Some(Transport::Tls),
        "SIPS+D2W" => Some(Transport::Wss),
        _ => None,
    }
}

/// What a NAPTR record leads to, if this wish can use it: the transport and the name of SRV records.
pub(super) fn usable(record: &Naptr, wish: Option<Transport>) -> Option<(Transport, String)> {
    let transport = transport(&record.service)?;
    let wanted = wish.map_or_else(|| SECURE.contains(&transport), |wish| wish == transport);
    let replacement = record.replacement.trim_end_matches('.');
    let leads_to_srv = record.flags.eq_ignore_ascii_case("s") && record.regexp.is_empty() && !replacement.is_empty();
    (wanted && leads_to_srv).then(|| (transport, replacement.to_owned()))
}

/// Do only NAPTR records tell where this is? RFC 7118 gives WebSockets services of their own but no SRV name.
pub(super) fn needs_naptr(wish: Option<Transport>) -> bool {
    matches!(wish, None | Some(Transport::Ws | Transport::Wss))
}

/// The SRV name to ask without NAPTR records; WebSockets have none.
pub(super) fn srv_name(transport: Transport, domain: &str) -> Option<String> {
    let label = match transport {
        Transport::Tcp => "_sip._tcp",
        Transport::Tls => "_sips._tcp",
        Transport::Udp => "_sip._udp",
        Transport::Ws | Transport::Wss => return None,
    };
    Some(format!("{label}.{domain}"))
}

/// Port without SRV records (RFC 3261 section 19.1.2, RFC 7118 section 9).
pub(super) const fn default_port(transport: Transport) -> u16 {
    match transport {
        Transport::Tcp | Transport::Udp => 5060,
        Transport::Tls => 5061,
        Transport::Ws => 80,
        Transport::Wss => 443,
    }
}
