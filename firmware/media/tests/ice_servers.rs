//! STUN and TURN servers that do not do what they should: told, and an offer goes out all the same. What a real server
//! does is tested with the foreign peers.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test, with servers of its own and a clock as the last resort"
)]

use std::{net::Ipv4Addr, time::Duration};

use roombox_media::peer::{IceServer, PeerConfig, PeerConnection, PeerEvent, webrtc_engine::WebrtcPeer};
use tokio::{
    net::{TcpListener, UdpSocket},
    sync::mpsc::unbounded_channel,
};

/// Far longer than anything takes on a loaded machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The offer of a connection with this server, and what is told of servers.
async fn offer(url: &str) -> (String, Vec<String>) {
    let server = IceServer { url: url.into(), user: "room".into(), password: "secret".into() };
    let (sender, mut events) = unbounded_channel();
    let config = PeerConfig {
        ice_servers: vec![server],
        video_codecs: vec!["H264".into()],
        bind: vec![Ipv4Addr::LOCALHOST.into()],
        ..PeerConfig::default()
    };
    let peer = WebrtcPeer::new(config, sender).unwrap();
    let offer = tokio::time::timeout(PATIENCE, peer.create_offer(false)).await.unwrap().unwrap();
    let telling = async {
        loop {
            if let Some(PeerEvent::Servers { failed }) = events.recv().await {
                return failed;
            }
        }
    };
    (offer, tokio::time::timeout(PATIENCE, telling).await.expect("failed servers are told"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_server_is_told_and_not_waited_for() {
    let silent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("turn:{}", silent.local_addr().unwrap());
    let (offer, failed) = offer(&url).await;
    assert!(offer.contains("typ host") && !offer.contains("typ relay"), "{offer}");
    assert_eq!(failed, [format!("{url}: it does not answer")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_hangs_up_or_speaks_something_else_is_told() {
    for words in ["", "\u{0}\u{0}", "SSH-2.0-OpenSSH_9.2\r\n"] {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("turn:{}?transport=tcp", listener.local_addr().unwrap());
        let hanging_up = tokio::spawn(async move {
            use tokio::io::AsyncWriteExt;
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.write_all(words.as_bytes()).await;
            }
        });
        let (offer, failed) = offer(&url).await;
        hanging_up.abort();
        assert!(offer.contains("typ host"), "{offer}");
        assert!(failed.len() == 1 && failed[0].starts_with(&url), "{failed:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_is_none_is_told() {
    for url in ["turn:", "turns:localhost", "stuns:localhost", "turn:no-such-name.invalid"] {
        let (offer, failed) = offer(url).await;
        assert!(offer.contains("typ host"), "{offer}");
        assert!(failed.len() == 1 && failed[0].starts_with(url), "{failed:?}");
    }
}
