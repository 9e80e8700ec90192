//! What the conference client is told before it starts.

use std::time::Duration;

use roombox_conference::{
    AllowList, AutoConnectPolicy, CallWaiting, ConferenceConfig, KeyTransport, NetworkPolicy, NetworkReaction,
    RedialPolicy, SessionPolicy,
};
use roombox_settings::{
    Transport,
    model::{self, Settings},
};

use super::parts::codec_names;

/// The client of `user` at `domain`.
pub(super) fn config(settings: &Settings, user: &str, domain: &str) -> ConferenceConfig {
    let conference = &settings.conference;
    let mut config = ConferenceConfig::new(user, domain, settings.account.registers());
    config.auto_answer = conference.auto_answer;
    config.auto_connect = auto_connect(&settings.network);
    config.network = network(&settings.network);
    config.redial = redial(conference);
    config.sessions = sessions(conference);
    config.media.keys = match conference.keys {
        model::KeyTransport::Auto => KeyTransport::Auto,
        model::KeyTransport::Info => KeyTransport::Info,
        model::KeyTransport::Rtp => KeyTransport::Rtp,
    };
    config.media.preferred_codecs = codec_names(&settings.video);
    let given = conference.http_server.as_ref().map(|server| server.trim().to_owned());
    if let Some(server) = given.or_else(|| web_server(&settings.account)) {
        config.http_server = server;
    }
    config
}

/// A secure WebSocket and the HTTP interface are one web server (spec section 2.8).
fn web_server(account: &model::Account) -> Option<String> {
    let server = account.server_address().ok().filter(|server| server.transport == Transport::Wss)?;
    Some(server.place())
}

fn auto_connect(network: &model::Network) -> AutoConnectPolicy {
    AutoConnectPolicy {
        attempts: network.fast_attempts,
        pause: seconds(network.fast_pause),
        check: seconds(network.slow_pause),
        ..AutoConnectPolicy::default()
    }
}

fn network(network: &model::Network) -> NetworkPolicy {
    NetworkPolicy {
        changed: reaction(network.on_change),
        grace: seconds(network.grace),
        online: reaction(network.on_return),
    }
}

const fn reaction(wanted: model::NetworkReaction) -> NetworkReaction {
    match wanted {
        model::NetworkReaction::Ignore => NetworkReaction::Ignore,
        model::NetworkReaction::Probe => NetworkReaction::Probe,
        model::NetworkReaction::Reconnect => NetworkReaction::Reconnect,
    }
}

fn redial(conference: &model::Conference) -> RedialPolicy {
    RedialPolicy {
        base: Duration::from_millis(conference.redial_first_ms.into()),
        limit: conference.redial_limit,
        max: seconds(conference.redial_longest),
        ..RedialPolicy::default()
    }
}

fn sessions(conference: &model::Conference) -> SessionPolicy {
    SessionPolicy {
        auto_answer_from: AllowList::new(&conference.auto_answer_from),
        call_waiting: match conference.call_waiting {
            model::CallWaiting::Busy => CallWaiting::Busy,
            model::CallWaiting::Ring => CallWaiting::Ring,
        },
        decline_status: conference.decline_status,
        transfers_from: AllowList::new(&conference.transfers_from),
        ..SessionPolicy::default()
    }
}

fn seconds(number: u32) -> Duration {
    Duration::from_secs(number.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_without_wishes_has_the_defaults_of_the_client() {
        let made = config(&Settings::default(), "1", "meet.example");
        let default = ConferenceConfig::new("1", "meet.example", false);
        assert_eq!((made.redial, made.sessions), (default.redial, default.sessions));
        assert_eq!((made.auto_connect, made.network), (default.auto_connect, default.network));
        assert_eq!((made.http_server, made.auto_answer), (default.http_server, false));
    }

    #[test]
    fn the_http_interface_is_where_the_secure_websocket_is() {
        let at = |server: &str| {
            let text = format!("account = {{ server = \"{server}\" }}");
            config(&toml::from_str(&text).unwrap(), "1", "meet.example").http_server
        };
        assert_eq!(at("wss://edge.example:8443/webrtc/wss/"), "edge.example:8443");
        assert_eq!(at("edge.example"), "edge.example");
        assert_eq!(at("sips:edge.example"), "meet.example");
    }

    #[test]
    fn every_wish_reaches_the_client() {
        let text = r#"
            account = { server = "a.b", user = "1", password = "p" }
            video = { codecs = ["vp8"] }
            [network]
            on_change = "ignore"
            on_return = "reconnect"
            grace = 5
            fast_attempts = 7
            fast_pause = 2
            slow_pause = 60
            [conference]
            auto_answer = true
            auto_answer_from = ["boss@a.b"]
            call_waiting = "ring"
            decline_status = 480
            transfers_from = ["@a.b"]
            redial_first_ms = 1000
            redial_longest = 90
            redial_limit = 0
            http_server = " api.a.b:8443 "
        "#;
        let made = config(&toml::from_str(text).unwrap(), "1", "a.b");
        assert!(made.register && made.auto_answer);
        assert_eq!((made.network.changed, made.network.online), (NetworkReaction::Ignore, NetworkReaction::Reconnect));
        assert_eq!((made.network.grace, made.auto_connect.attempts), (seconds(5), 7));
        assert_eq!((made.auto_connect.pause, made.auto_connect.check), (seconds(2), seconds(60)));
        assert_eq!((made.redial.base, made.redial.max, made.redial.limit), (seconds(1), seconds(90), 0));
        assert_eq!((made.sessions.call_waiting, made.sessions.decline_status), (CallWaiting::Ring, 480));
        assert!(made.sessions.auto_answer_from.allows("sip:boss@a.b"));
        assert!(made.sessions.transfers_from.allows("sip:any@a.b"));
        assert_eq!(
            (made.http_server.as_str(), &made.media.preferred_codecs[..]),
            ("api.a.b:8443", &["VP8".to_owned()][..])
        );
    }
}
