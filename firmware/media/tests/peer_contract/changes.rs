//! What changes in a call: directions, cameras, the path.

use roombox_media::peer::{Direction, PeerError, media_lines};

use crate::{
    link::Rules,
    relay::{End, Relay},
    side::{Engines, call, negotiate, sides},
};

pub async fn a_direction_changes_on_one_line_and_back(engines: Engines) {
    let (mut a, mut b) = call(engines, &["H264"]).await;
    let offer = a.peer.create_offer(false).await.unwrap();
    let (sound, picture) = offer.split_at(offer.find("m=video").unwrap());
    // The caller looks no more, then shows no more; sound is not touched.
    for (offered, answered) in [("sendonly", Direction::RecvOnly), ("recvonly", Direction::SendOnly)] {
        let changed = format!("{sound}{}", picture.replace("a=sendrecv", &format!("a={offered}")));
        let answer = b.peer.create_answer(&changed).await.unwrap();
        let directions: Vec<_> = media_lines(&answer).unwrap().iter().map(|line| line.direction).collect();
        assert_eq!(directions, [Direction::SendRecv, answered]);
        let sees = if answered.sends() { &mut a } else { &mut b };
        sees.more(15, 50).await;
    }
    let answer = b.peer.create_answer(&offer).await.unwrap();
    a.peer.accept_answer(&answer).await.unwrap();
    a.more(15, 50).await;
    b.more(15, 50).await;
    a.end().await;
    b.end().await;
}

pub async fn another_camera_takes_over_without_a_negotiation(engines: Engines) {
    let (a, mut b) = call(engines, &["H264"]).await;
    assert!(b.seen.borrow().luma < 100, "the first camera shows a ball on black: {:?}", b.seen.borrow());
    a.replace_camera("1").await;
    b.until("the white picture of the other camera", |seen| seen.luma > 200).await;
    b.more(15, 50).await;
    assert_eq!(b.seen.borrow().tracks.len(), 2, "nothing was negotiated");
    a.end().await;
    b.end().await;
}

pub async fn pictures_and_sound_go_on_at_five_percent_loss(engines: Engines) {
    let relay = Relay::new(Rules::default(), 1);
    let (mut a, mut b) = sides(engines, &["H264"]);
    let offer = relay.pass(End::A, &a.peer.create_offer(false).await.unwrap()).await;
    let answer = relay.pass(End::B, &b.peer.create_answer(&offer).await.unwrap()).await;
    a.peer.accept_answer(&answer).await.unwrap();
    a.more(5, 10).await;
    b.more(5, 10).await;
    relay.set(Rules { loss: 0.05, delay: std::time::Duration::from_millis(10), ..Rules::default() });
    for _ in 0..3 {
        a.more(20, 60).await;
        b.more(20, 60).await;
    }
    // Most of what was lost came again when it was asked for.
    let dropped = relay.counters_from(End::A).lost + relay.counters_from(End::B).lost;
    let mut missing = 0;
    for side in [&a, &b] {
        let entries = side.peer.stats().await;
        missing += entries
            .iter()
            .filter(|e| e["type"] == "inbound-rtp")
            .filter_map(|e| e["packetsLost"].as_u64())
            .sum::<u64>();
    }
    assert!(dropped > 20 && missing * 2 < dropped, "{missing} of {dropped}");
    a.end().await;
    b.end().await;
}

pub async fn an_ice_restart_is_done_or_refused_with_its_cause(engines: Engines) {
    let (mut a, mut b) = call(engines, &["H264"]).await;
    for round in 0..2 {
        let (from, to) = if round == 0 { (&b, &a) } else { (&a, &b) };
        match from.peer.create_offer(true).await {
            Ok(offer) => match to.peer.create_answer(&offer).await {
                Ok(answer) => from.peer.accept_answer(&answer).await.unwrap(),
                Err(error) => {
                    assert!(matches!(error, PeerError::IceRestart), "{error}");
                    // Who offers a restart gives up the path it had.
                    break;
                }
            },
            Err(error) => {
                assert!(matches!(error, PeerError::IceRestart), "{error}");
                negotiate(from, to, false).await;
            }
        }
        a.more(15, 50).await;
        b.more(15, 50).await;
    }
    a.end().await;
    b.end().await;
}
