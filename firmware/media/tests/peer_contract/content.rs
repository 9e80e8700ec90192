//! The second stream.

use roombox_media::peer::{Direction, media_lines};

use crate::side::{Engines, Side, call, negotiate};

/// Everything flows, the presentation of either side included.
const ALL: [&str; 3] = ["0", "1", "2"];

pub async fn a_presentation_joins_a_running_call_and_leaves_it(engines: Engines) {
    let (mut a, mut b) = call(engines, &["H264"]).await;
    for round in 0..2 {
        let renegotiate = a.peer.add_presentation().await.unwrap();
        assert_eq!(renegotiate, round == 0, "the line stays for the next presentation");
        if renegotiate {
            negotiate(&a, &b, false).await;
        }
        b.more_on(&ALL, 10).await;
        a.peer.remove_presentation().await;
        a.until("the end of the presentation", |seen| seen.presented.is_empty()).await;
        quiet(&mut b, "2").await;
        a.more(15, 50).await;
        b.more(15, 50).await;
    }
    // Nothing about the first two lines was told again: no encoder was touched.
    assert_eq!(a.seen.borrow().sent.iter().filter(|(mid, _)| mid != "2").count(), 2);
    assert_eq!(b.seen.borrow().tracks.iter().filter(|(mid, _)| mid != "2").count(), 2);
    a.end().await;
    b.end().await;
}

pub async fn either_side_presents_on_the_same_line(engines: Engines) {
    let (mut a, mut b) = call(engines, &["H264"]).await;
    assert!(b.peer.add_presentation().await.unwrap());
    negotiate(&b, &a, false).await;
    a.more_on(&ALL, 10).await;
    assert!(b.seen.borrow().content.is_empty(), "nobody presents to it");
    // The line of the other's presentation is taken, with an offer of its own.
    assert!(a.peer.add_presentation().await.unwrap());
    let offer = a.peer.create_offer(false).await.unwrap();
    let lines = media_lines(&offer).unwrap();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[2].direction, Direction::SendRecv);
    let answer = b.peer.create_answer(&offer).await.unwrap();
    a.peer.accept_answer(&answer).await.unwrap();
    a.more_on(&ALL, 10).await;
    b.more_on(&ALL, 10).await;
    let track = b.seen.borrow().content["2"].clone();
    assert!(track.label.contains("dual") && track.stream.is_some(), "{track:?}");
    a.end().await;
    b.end().await;
}

pub async fn a_refused_presentation_leaves_the_call_and_a_later_one_works(engines: Engines) {
    let (mut a, mut b) = call(engines, &["H264"]).await;
    assert!(a.peer.add_presentation().await.unwrap());
    let refused = a.peer.create_offer(false).await.unwrap();
    assert_eq!(media_lines(&refused).unwrap().len(), 3);
    // The peer said 488; its own next offer and ours know nothing of the third line.
    a.peer.remove_presentation().await;
    negotiate(&b, &a, false).await;
    let offer = a.peer.create_offer(false).await.unwrap();
    assert_eq!(media_lines(&offer).unwrap().len(), 2);
    let answer = b.peer.create_answer(&offer).await.unwrap();
    assert!(a.peer.accept_answer(&answer.replace("a=mid:1", "a=mid:7")).await.is_err());
    a.peer.accept_answer(&answer).await.unwrap();
    a.more(15, 50).await;
    b.more(15, 50).await;
    for (from, to) in [(&a, &b), (&b, &a)] {
        assert!(from.peer.add_presentation().await.unwrap());
        let offer = from.peer.create_offer(false).await.unwrap();
        assert_eq!(media_lines(&offer).unwrap()[2].mid, "2");
        let answer = to.peer.create_answer(&offer).await.unwrap();
        from.peer.accept_answer(&answer).await.unwrap();
    }
    a.more_on(&ALL, 10).await;
    b.more_on(&ALL, 10).await;
    a.end().await;
    b.end().await;
}

pub async fn an_offer_of_theirs_is_answered_while_ours_is_out(engines: Engines) {
    let (mut a, mut b) = call(engines, &["H264"]).await;
    assert!(a.peer.add_presentation().await.unwrap() && b.peer.add_presentation().await.unwrap());
    a.peer.create_offer(false).await.unwrap();
    negotiate(&b, &a, false).await;
    // Theirs carries ours, too.
    a.more_on(&ALL, 10).await;
    b.more_on(&ALL, 10).await;
    assert!(!a.peer.add_presentation().await.unwrap());
    a.end().await;
    b.end().await;
}

pub async fn a_content_line_is_stopped_and_taken_again_by_the_peer(engines: Engines) {
    let (mut a, mut b) = call(engines, &["H264"]).await;
    assert!(a.peer.add_presentation().await.unwrap());
    let offer = a.peer.create_offer(false).await.unwrap();
    let (before, content) = offer.split_at(offer.rfind("m=video").unwrap());
    let inactive = format!("{before}{}", content.replace("a=sendrecv", "a=inactive"));
    let stopped = format!("{before}{}", content.replace("m=video 9", "m=video 0"));
    let renamed = format!("{before}{}", content.replace("a=mid:2", "a=mid:5")).replace("BUNDLE 0 1 2", "BUNDLE 0 1 5");
    let answer = b.peer.create_answer(&offer).await.unwrap();
    a.peer.accept_answer(&answer).await.unwrap();
    b.more_on(&ALL, 10).await;
    for gone in [inactive, stopped] {
        let answer = b.peer.create_answer(&gone).await.unwrap();
        assert_eq!(media_lines(&answer).unwrap()[2].direction, Direction::Inactive);
        assert!(
            b.seen.borrow().content.is_empty()
                || b.until("the end", |seen| seen.content.is_empty()).await.content.is_empty()
        );
        b.more_on(&["0", "1"], 10).await;
        let answer = b.peer.create_answer(&renamed).await.unwrap();
        assert_eq!(media_lines(&answer).unwrap()[2].mid, "5");
        b.until("the content again", |seen| !seen.content.is_empty()).await;
        b.more_on(&ALL, 10).await;
    }
    a.more(15, 50).await;
    a.end().await;
    b.end().await;
}

pub async fn a_presentation_is_refused_by_port_and_offered_anew(engines: Engines) {
    let (mut a, mut b) = call(engines, &["H264"]).await;
    assert!(a.peer.add_presentation().await.unwrap());
    let offer = a.peer.create_offer(false).await.unwrap();
    let without = offer.replace("BUNDLE 0 1 2", "BUNDLE 0 1");
    let answer = b.peer.create_answer(&without).await.unwrap();
    assert!(media_lines(&answer).unwrap()[2].rejected);
    a.peer.accept_answer(&answer).await.unwrap();
    assert!(a.seen.borrow().presented.is_empty());
    assert!(a.peer.add_presentation().await.unwrap(), "it is not agreed");
    negotiate(&a, &b, false).await;
    b.more_on(&ALL, 10).await;
    a.more(15, 50).await;
    a.end().await;
    b.end().await;
}

pub async fn a_three_line_offer_begins_a_call(engines: Engines) {
    let (mut a, mut b) = call(engines, &["H264"]).await;
    assert!(a.peer.add_presentation().await.unwrap());
    let three = a.peer.create_offer(false).await.unwrap();
    negotiate(&a, &b, false).await;
    let late = Side::new(engines.1, &["H264"]);
    let answer = late.peer.create_answer(&three).await.unwrap();
    assert_eq!(
        media_lines(&answer).unwrap().iter().map(|line| line.direction).collect::<Vec<_>>(),
        [Direction::SendRecv, Direction::SendRecv, Direction::RecvOnly]
    );
    b.more_on(&ALL, 10).await;
    a.more(15, 50).await;
    for side in [a, b, late] {
        side.end().await;
    }
}

/// Waits until nothing comes on this line.
async fn quiet(side: &mut Side, line: &str) {
    loop {
        let before = side.seen.borrow().lines.get(line).copied();
        side.more_on(&["0", "1"], 10).await;
        if side.seen.borrow().lines.get(line).copied() == before {
            return;
        }
    }
}
