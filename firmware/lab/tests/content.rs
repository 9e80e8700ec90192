//! What one participant presents is seen by the lab and sent to the others.
#![allow(clippy::disallowed_methods, reason = "the tests own time and tasks")]

mod common;

use common::box_media::{BoxMedia, SOURCE};
use common::{Client, TestLab, config, join};
use roombox_lab::{LabEvent, Order};
use roombox_media::peer::PeerConnection;
use roombox_sip::api::{Body, Command, Event, HeaderLine, RequestId, SessionId};

/// Asks to present, and offers the second picture.
async fn present(client: &mut Client, call: SessionId, media: &BoxMedia) {
    client.command(Command::Info {
        session: call,
        request: RequestId(1),
        headers: vec![HeaderLine::new("x-webrtc-share-state", "LETMESTARTPRESENTATION")],
        body: None,
        content_type: Some("application/vinteo.webrtc.sharedesktop".into()),
    });
    let granted = client.until("the permission", |event| match event {
        Event::Response { outcome: Ok(response), .. } => Some((response.status, response.reason.clone())),
        _ => None,
    });
    assert_eq!(granted.await, (200, "OK".to_owned()));
    assert!(media.peer.add_presentation().await.expect("a sender"), "a new line has to be offered");
    let offer = media.peer.create_offer(false).await.expect("an offer");
    client.command(Command::Reinvite { session: call, body: Body::sdp(&offer), headers: vec![] });
    let answer = client.until("the answer", |event| match event {
        Event::OfferAnswered { body, .. } => body.as_ref().and_then(Body::text).map(str::to_owned),
        Event::OfferFailed { failure, .. } => panic!("{failure:?}"),
        _ => None,
    });
    media.peer.accept_answer(&answer.await).await.expect("a good answer");
}

/// Takes the offer of the lab.
async fn answer_offer(client: &mut Client, media: &BoxMedia) {
    let (session, offer) = client
        .until("the offer", |event| match event {
            Event::Offer { session, body: Some(body), .. } => Some((*session, body.text()?.to_owned())),
            _ => None,
        })
        .await;
    let answer = media.peer.create_answer(&offer).await.expect("an answer");
    client.command(Command::AnswerOffer { session, answer: Ok(Body::sdp(&answer)) });
}

/// Runs the client in the background.
fn stay(mut client: Client) {
    tokio::spawn(async move {
        client.until("the end of the call", |event| matches!(event, Event::Ended { .. }).then_some(())).await;
    });
}

async fn sees_content_move(media: &BoxMedia) {
    let mut newest = None;
    for _ in 0..3 {
        let newer = media.until("what is presented", |received| {
            received.content_code().filter(|code| code.source == SOURCE && newest.is_none_or(|n| code.frame > n))
        });
        newest = Some(newer.await.frame);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_presentation_is_seen_by_the_lab_and_by_the_others() {
    let mut lab = TestLab::start(config()).await;
    let (mut first, mut second) = (Client::new(&lab, "anna", None), Client::new(&lab, "bert", None));
    first.connected().await;
    second.connected().await;
    let (anna, bert) = (BoxMedia::new(&["H264"], 600), BoxMedia::new(&["H264"], 1000));
    let (call, _) = join(&mut first, &anna, "7").await;
    join(&mut second, &bert, "7").await;
    present(&mut first, call, &anna).await;
    stay(first);
    answer_offer(&mut second, &bert).await;
    stay(second);
    let presented = |event: &LabEvent| match event {
        LabEvent::Media { user, report, .. } if user == "anna" => report.presentation?.frame_code,
        _ => None,
    };
    assert_eq!(lab.until("the presentation", presented).await.source, SOURCE);
    sees_content_move(&bert).await;
    for user in ["anna", "bert"] {
        lab.handle.order(Order::HangUp(user.into()));
        lab.until("the end", |event| matches!(event, LabEvent::CallEnded { .. }).then_some(())).await;
    }
}
