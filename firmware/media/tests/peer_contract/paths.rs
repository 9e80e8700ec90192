//! What a network path does to a call, and which paths may be used.

use std::time::Duration;

use roombox_media::peer::{IcePolicy, IceServer, PeerConfig};
use tokio::{net::UdpSocket, sync::mpsc};

use crate::{
    link::{Bandwidth, Rules},
    relay::{End, Relay},
    side::{Engines, sides},
};

/// Each side in its turn sends more than its path carries: sound alone has some 80 kbit/s.
pub async fn a_path_that_becomes_narrow_is_told_to_the_sender(engines: Engines) {
    let wide = Rules { delay: Duration::from_millis(20), ..Rules::default() };
    let narrow = Bandwidth { rate: 100_000, queue: Duration::from_secs(1) };
    let relay = Relay::new(wide, 8);
    let (mut a, mut b) = sides(engines, &["H264"]);
    let offer = relay.pass(End::A, &a.peer.create_offer(false).await.unwrap()).await;
    let answer = relay.pass(End::B, &b.peer.create_answer(&offer).await.unwrap()).await;
    a.peer.accept_answer(&answer).await.unwrap();
    for (side, end) in [(&mut a, End::A), (&mut b, End::B)] {
        side.until("an estimate of the wide path", |seen| seen.bandwidth > Some(600_000)).await;
        relay.set_from(end, Rules { bandwidth: Some(narrow), ..wide });
        side.until("an estimate of the narrow path", |seen| seen.bandwidth < Some(200_000)).await;
        relay.set_from(end, wide);
    }
    a.end().await;
    b.end().await;
}

pub async fn a_side_that_may_use_relays_only_names_no_address_of_its_own(engines: Engines) {
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let server = IceServer {
        url: format!("turn:{}", silent.local_addr().unwrap()),
        user: "room".into(),
        password: "secret".into(),
    };
    for engine in [engines.0, engines.1] {
        let (events, _inbox) = mpsc::unbounded_channel();
        let config = PeerConfig {
            video_codecs: vec!["H264".into()],
            bind: vec!["127.0.0.1".parse().unwrap()],
            ice_servers: vec![server.clone()],
            ice_policy: IcePolicy::Relay,
            ..PeerConfig::default()
        };
        let peer = engine(config, events);
        let offer = peer.create_offer(false).await.unwrap();
        assert!(!offer.contains("a=candidate"), "{offer}");
        peer.close().await;
    }
}
