//! Settings and board turned into what machines and media are made with.

use std::{path::Path, sync::Arc};

use roombox_appliance::{Appliance, ApplianceConfig};
use roombox_conference::{
    ConferenceClient,
    identity::{display_name, guest_number, sip_uri},
};
use roombox_hal::board::Board;
use roombox_media::{
    api::{CodecTrials, MediaConfig, NoiseSuppression, VoiceProcessing},
    peer::{Dscp, Engine, IcePolicy, IceServer, RelaySecurity},
};
use roombox_settings::{
    self as settings, AddressError, Lookup, ServerAddress,
    model::{
        Account, Audio, AudioCodec, AutoPresent, CallEngine, NoiseSuppressor, ScreenOutput, Settings, Video, VideoCodec,
    },
};
use roombox_sip::{
    agent::{AgentConfig, RegistrationConfig, UserAgent},
    api::{Server, ServerTarget, Transport},
    endpoint::{Credentials, EndpointConfig},
};
use roombox_sip_transports::{ClientTls, ClientTlsOptions, Pem, TlsVersion};

use super::{conference, presentation, relay_tls::RelayTls};

/// The three machines of a box.
pub(crate) struct Machines {
    pub(crate) agent: UserAgent,
    pub(crate) client: ConferenceClient,
    pub(crate) room: Appliance,
}

/// Makes the machines; `seed` decides everything that is left to chance.
pub(crate) fn machines(
    settings: &Settings,
    board: &Board,
    instance: String,
    seed: u64,
) -> Result<Machines, AddressError> {
    let account = &settings.account;
    let domain = account.effective_domain()?;
    let user = user(account, seed);
    Ok(Machines {
        agent: UserAgent::new(agent(account, &user, &domain, instance)?, seed),
        client: ConferenceClient::new(conference::config(settings, &user, &domain), seed),
        room: Appliance::new(ApplianceConfig::new(settings, board, env!("CARGO_PKG_VERSION"))),
    })
}

fn user(account: &Account, seed: u64) -> String {
    let given = account.user.as_deref().map(str::trim).filter(|user| !user.is_empty());
    given.map_or_else(|| guest_number(seed), str::to_owned)
}

fn agent(account: &Account, user: &str, domain: &str, instance: String) -> Result<AgentConfig, AddressError> {
    let mut endpoint = EndpointConfig::client(sip_uri(user, domain));
    endpoint.credentials = account
        .password
        .as_ref()
        .map(|password| Credentials { username: user.to_owned(), password: password.reveal().to_owned() });
    endpoint.display_name = display_name(&account.display_name);
    endpoint.instance_id = Some(instance);
    let mut agent = AgentConfig::new(endpoint, account.server_addresses()?.into_iter().map(server));
    agent.outbound_flows = account.outbound_flows.unwrap_or(1);
    agent.registration = account.registers().then(|| RegistrationConfig {
        expires: account.register_expiry(),
        ..RegistrationConfig::at(format!("sip:{domain}"))
    });
    Ok(agent)
}

/// A place, or a domain to be looked up.
fn server(address: ServerAddress) -> Server {
    let transport = match address.transport {
        settings::Transport::Tcp => Transport::Tcp,
        settings::Transport::Tls => Transport::Tls,
        settings::Transport::Udp => Transport::Udp,
        settings::Transport::Ws => Transport::Ws,
        settings::Transport::Wss => Transport::Wss,
    };
    let wish = match address.lookup {
        Lookup::Direct => {
            return ServerTarget::new(transport, address.host, address.port, address.path).into();
        }
        Lookup::Records => Some(transport),
        Lookup::SecureRecords => None,
    };
    Server::Domain { name: address.host, transport: wish, path: address.path }
}

/// Every server is a program on this machine.
pub(crate) fn stays_on_this_machine(account: &Account) -> bool {
    let is_here =
        |host: &str| host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    account.server_addresses().is_ok_and(|servers| servers.iter().all(|server| is_here(&server.host)))
}

/// Whom the box trusts, and how it shows itself.
pub(crate) fn tls(account: &Account) -> ClientTlsOptions {
    let file = |path: &Option<String>| path.as_ref().map(|path| Pem::File(path.into()));
    ClientTlsOptions {
        authority: file(&account.ca_file),
        only_authority: account.ca_only,
        pin: account.pinned_key(),
        identity: file(&account.client_certificate).zip(file(&account.client_key)),
        min_version: match account.tls_min_version {
            Some(settings::model::TlsVersion::V13) => TlsVersion::V13,
            Some(settings::model::TlsVersion::V12) | None => TlsVersion::V12,
        },
        server_name: account.tls_server_name.clone(),
    }
}

/// What the media engine is started with.
pub(crate) fn media(settings: &Settings, board: &Board, state_dir: &Path) -> MediaConfig {
    let video = &settings.video;
    let mut screen = board.screen.clone();
    if let Some(output) = settings.screen.output {
        screen.output = Some(output_name(output).into());
    }
    MediaConfig {
        camera: board.camera.clone(),
        other_cameras: board.other_cameras.clone(),
        audio: board.audio.clone(),
        voice: VoiceProcessing {
            echo_cancellation: settings.audio.echo_cancellation,
            automatic_gain: settings.audio.automatic_gain,
            noise_suppression: noise_suppression(&settings.audio),
        },
        screen,
        conversion: board.conversion.clone(),
        codecs: board.codecs.clone(),
        virtual_board: None,
        trials: Some(CodecTrials { folder: state_dir.to_owned(), board: board.name.clone() }),
        audio_codecs: audio_codec_names(&settings.audio),
        video_codecs: codec_names(video),
        picture: (video.width, video.height, video.fps),
        max_bitrate_kbps: video.max_bitrate_kbps,
        engine: engine(video.engine),
        ice_servers: settings.account.ice_servers.iter().map(ice_server).collect(),
        bind: Vec::new(),
        ice_policy: match settings.network.ice_policy {
            settings::model::IcePolicy::All => IcePolicy::All,
            settings::model::IcePolicy::Relay => IcePolicy::Relay,
        },
        dscp: match settings.network.dscp {
            settings::model::Dscp::Off => Dscp::Off,
            settings::model::Dscp::Together => Dscp::Together,
            settings::model::Dscp::Apart => Dscp::Apart,
        },
        relay_security: relay_security(&settings.account),
        muted: settings.audio.start_muted,
        camera_off: video.start_off,
        volume: settings.audio.volume,
        tones_volume: if settings.audio.tones { settings.audio.tones_volume } else { 0 },
        picture_source: PICTURE_SOURCE,
        presentation: presentation::sources(settings, board).remove(settings.presentation.first()),
        watch_signal: settings.presentation.auto == AutoPresent::OnSignal,
        presentation_max_bitrate_kbps: settings.presentation.max_bitrate_kbps,
    }
}

/// The number in the frame code of a box's own test picture; 1 is the lab's.
const PICTURE_SOURCE: u8 = 2;

const fn noise_suppression(audio: &Audio) -> NoiseSuppression {
    match (audio.noise_suppression, audio.noise_suppressor) {
        (false, _) => NoiseSuppression::Off,
        (true, NoiseSuppressor::Webrtc) => NoiseSuppression::Webrtc,
        (true, NoiseSuppressor::Rnnoise) => NoiseSuppression::Rnnoise,
    }
}

const fn engine(engine: CallEngine) -> Engine {
    match engine {
        CallEngine::Webrtc => Engine::Webrtc,
        CallEngine::Webrtcbin => Engine::Webrtcbin,
    }
}

const fn output_name(output: ScreenOutput) -> &'static str {
    match output {
        ScreenOutput::Kms => "kms",
        ScreenOutput::None => "none",
        ScreenOutput::Window => "window",
    }
}

/// RTP names of the codecs offered, best first.
fn audio_codec_names(audio: &Audio) -> Vec<String> {
    audio.codecs.iter().map(|codec| audio_codec_name(*codec).to_owned()).collect()
}

const fn audio_codec_name(codec: AudioCodec) -> &'static str {
    match codec {
        AudioCodec::Opus => "OPUS",
        AudioCodec::G722 => "G722",
        AudioCodec::Pcmu => "PCMU",
        AudioCodec::Pcma => "PCMA",
    }
}

pub(super) fn codec_names(video: &Video) -> Vec<String> {
    video.codecs.iter().map(|codec| codec_name(*codec).to_owned()).collect()
}

const fn codec_name(codec: VideoCodec) -> &'static str {
    match codec {
        VideoCodec::H264 => "H264",
        VideoCodec::Vp8 => "VP8",
        VideoCodec::Vp9 => "VP9",
        VideoCodec::Av1 => "AV1",
    }
}

/// TLS to TURN servers trusts whom TLS to the conference server trusts; the pin and our own certificate are for that
/// server alone. A file that cannot be read is told where that is set up.
fn relay_security(account: &Account) -> Option<Arc<dyn RelaySecurity>> {
    let options = ClientTlsOptions { pin: None, identity: None, server_name: None, ..tls(account) };
    let uses_tls = account.ice_servers.iter().any(|server| server.url.to_ascii_lowercase().starts_with("turns:"));
    let tls = uses_tls.then(|| ClientTls::with(&options).ok()).flatten()?;
    Some(Arc::new(RelayTls(tls)))
}

fn ice_server(server: &settings::model::IceServer) -> IceServer {
    IceServer {
        url: server.url.clone(),
        user: server.user.clone().unwrap_or_default(),
        password: server.password.as_ref().map(|password| password.reveal().to_owned()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use roombox_settings::model::Secret;

    use super::*;

    fn account() -> Account {
        Account {
            server: "wss://meet.example.org".into(),
            user: Some(" room-7 ".into()),
            password: Some(Secret::new("secret")),
            display_name: " Room 7 ".into(),
            ..Account::default()
        }
    }

    #[test]
    fn an_account_becomes_an_agent() {
        let account = account();
        let agent = agent(&account, &user(&account, 1), "meet.example.org", "urn:uuid:x".into()).unwrap();
        assert_eq!(agent.endpoint.aor, "sip:room-7@meet.example.org");
        assert_eq!(agent.endpoint.display_name, "Room_7");
        assert_eq!(agent.registration.unwrap().registrar, "sip:meet.example.org");
        let Server::At(place) = &agent.servers[0] else { panic!("a known place") };
        assert_eq!((place.transport, place.port), (Transport::Wss, 443));
    }

    #[test]
    fn servers_keep_their_order_and_domains_are_looked_up() {
        let backups = vec!["sips:example.org".into(), "sip:pbx.example.org;transport=tcp".into(), "sips:a.b:7".into()];
        let account = Account { backup_servers: backups, outbound_flows: Some(2), ..account() };
        let agent = agent(&account, "1", "d", "urn:uuid:x".into()).unwrap();
        let domain = |name: &str, transport| Server::Domain { name: name.into(), transport, path: String::new() };
        assert_eq!(agent.outbound_flows, 2);
        assert!(matches!(&agent.servers[0], Server::At(place) if place.host == "meet.example.org"));
        assert_eq!(agent.servers[1], domain("example.org", None));
        assert_eq!(agent.servers[2], domain("pbx.example.org", Some(Transport::Tcp)));
        assert_eq!(agent.servers[3], ServerTarget::new(Transport::Tls, "a.b", 7, "").into());
    }

    #[test]
    fn keys_of_tls_become_its_options() {
        let account = Account {
            ca_file: Some("/ca".into()),
            ca_only: true,
            certificate_pin: Some("ab".repeat(32)),
            client_certificate: Some("/c".into()),
            client_key: Some("/k".into()),
            tls_min_version: Some(settings::model::TlsVersion::V13),
            ..account()
        };
        let options = tls(&account);
        assert_eq!((options.authority, options.only_authority), (Some(Pem::File("/ca".into())), true));
        assert_eq!(options.identity, Some((Pem::File("/c".into()), Pem::File("/k".into()))));
        assert_eq!((options.pin, options.min_version), (Some([0xab; 32]), TlsVersion::V13));
    }

    #[test]
    fn only_servers_on_this_machine_need_no_network() {
        let server = |server: &str, backup: &str| {
            let backup_servers = if backup.is_empty() { Vec::new() } else { vec![backup.to_owned()] };
            Account { server: server.into(), backup_servers, ..account() }
        };
        assert!(stays_on_this_machine(&server("ws://127.0.0.1:5062", "ws://localhost:1")));
        assert!(stays_on_this_machine(&server("ws://[::1]:5062/", "")));
        assert!(!stays_on_this_machine(&server("ws://127.0.0.1:5062", "wss://meet.example.org")));
    }

    #[test]
    fn a_guest_gets_a_number_and_does_not_register() {
        let account = Account { user: None, password: None, ..account() };
        let number: u32 = user(&account, 77).parse().unwrap();
        assert!(roombox_conference::identity::GUESTS.contains(&number));
        assert!(agent(&account, "1", "d", "urn:uuid:x".into()).unwrap().registration.is_none());
    }

    #[test]
    fn the_owners_screen_wins_over_the_boards() {
        let mut settings = Settings::default();
        settings.screen.output = Some(ScreenOutput::None);
        let mut board = Board::default();
        board.screen.output = Some("kms".into());
        assert_eq!(media(&settings, &board, Path::new("/")).screen.output.as_deref(), Some("none"));
    }
}
