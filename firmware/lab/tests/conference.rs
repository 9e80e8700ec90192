//! Calls with picture and sound, checked by content at both ends.
#![allow(clippy::disallowed_methods, reason = "the tests own time and tasks")]

mod common;

use common::box_media::{BoxMedia, SOURCE};
use common::{Client, TestLab, config, join};
use roombox_lab::{LabConfig, LabEvent, LabSound, LabTls, MediaReport, PICTURE_SOURCE};
use roombox_sip::api::{AgentEvent, Cause, Command, Event, HeaderLine};
use tokio::task::JoinHandle;

/// The tile of a lone participant.
const TILE: ((usize, usize), (usize, usize)) = ((176, 126), (928, 522));

/// Runs the client in the background until its call ends.
fn stay(mut client: Client) -> JoinHandle<Cause> {
    tokio::spawn(async move {
        client
            .until("the end of the call", |event| match event {
                Event::Ended { failure, .. } => Some(failure.cause),
                _ => None,
            })
            .await
    })
}

async fn sees_the_lab_move(media: &BoxMedia) {
    let mut newest = None;
    for _ in 0..3 {
        let newer = media.until("the lab's picture", |received| {
            received.code().filter(|code| code.source == PICTURE_SOURCE && newest.is_none_or(|n| code.frame > n))
        });
        newest = Some(newer.await.frame);
    }
}

async fn is_seen(lab: &mut TestLab, user: &str, hz: f64) {
    let both = |event: &LabEvent| match event {
        LabEvent::Media {
            user: of, report: MediaReport { frame_code: Some(code), tone_hz: Some(tone), .. }, ..
        } => (of == user && code.source == SOURCE && (*tone - hz).abs() < 20.0).then_some(()),
        _ => None,
    };
    lab.until("the participant's picture and tone", both).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_participant_sees_and_hears_the_room_and_is_seen_and_heard() {
    let token = Some("opaque.Token".to_owned());
    let mut lab = TestLab::start(LabConfig { tls: LabTls::Own, bearer_token: token, ..config() }).await;
    let mut client = Client::new(&lab, "a", Some("secret"));
    client.registered().await;
    let media = BoxMedia::new(&["H264", "VP8"], 880);
    let (_, headers) = join(&mut client, &media, "1000").await;
    let header =
        |name: &str| headers.iter().find(|line| line.name.eq_ignore_ascii_case(name)).map(|l| l.value.as_str());
    assert_eq!(header("Content-Type"), Some("application/vinteo.webrtc.roomname"));
    assert_eq!(header("x-webrtc-enter-room"), Some("1000"));
    assert_eq!(header("x-webrtc-participant-name"), Some("Room a"));
    assert_eq!(header("x-bearer-token"), Some("opaque.Token"));
    let staying = stay(client);
    sees_the_lab_move(&media).await;
    media.until("the lab's tone", |received| (received.share(440.0) > 0.8).then_some(())).await;
    media
        .until("its own picture as a tile", |received| received.code_in(TILE.0, TILE.1).filter(|c| c.source == SOURCE))
        .await;
    is_seen(&mut lab, "a", 880.0).await;
    lab.handle.hang_up("a");
    assert_eq!(staying.await.expect("no panic"), Cause::Bye);
    lab.until("the end", |event| matches!(event, LabEvent::CallEnded { .. }).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lab_that_dies_in_a_call_takes_calls_again_on_the_same_port() {
    let lab = TestLab::start(config()).await;
    let mut client = Client::new(&lab, "anna", None);
    client.connected().await;
    let media = BoxMedia::new(&["H264"], 600);
    join(&mut client, &media, "7").await;
    sees_the_lab_move(&media).await;
    let address = lab.handle.addr();
    lab.handle.stop().await;
    let lost = |event: &Event| matches!(event, Event::Agent(AgentEvent::Disconnected { .. })).then_some(());
    client.until("the loss", lost).await;
    let _again = TestLab::start(LabConfig { listen: address, ..config() }).await;
    client.connected().await;
    let media = BoxMedia::new(&["H264"], 600);
    join(&mut client, &media, "7").await;
    sees_the_lab_move(&media).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_participants_hear_each_other_and_one_may_leave() {
    let mut lab = TestLab::start(LabConfig { sound: LabSound::None, ..config() }).await;
    let (mut first, mut second) = (Client::new(&lab, "anna", None), Client::new(&lab, "bert", None));
    first.connected().await;
    second.connected().await;
    let (anna, bert) = (BoxMedia::new(&["H264"], 600), BoxMedia::new(&["VP8"], 1000));
    join(&mut first, &anna, "7").await;
    join(&mut second, &bert, "7").await;
    let (staying, leaving) = (stay(first), stay(second));
    anna.until("the other's tone", |received| (received.share(1000.0) > 0.8).then_some(())).await;
    bert.until("the other's tone", |received| (received.share(600.0) > 0.8).then_some(())).await;
    sees_the_lab_move(&anna).await;
    sees_the_lab_move(&bert).await;
    lab.handle.hang_up("bert");
    leaving.await.expect("no panic");
    anna.until("the tile alone again", |r| r.code_in(TILE.0, TILE.1).filter(|code| code.source == SOURCE)).await;
    sees_the_lab_move(&anna).await;
    lab.handle.hang_up("anna");
    staying.await.expect("no panic");
    lab.until("the end", |event| matches!(event, LabEvent::CallEnded { user, .. } if user == "anna").then_some(()))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_presentation_is_told_to_the_others_and_taken_over() {
    let lab = TestLab::start(config()).await;
    let (mut first, mut second) = (Client::new(&lab, "anna", None), Client::new(&lab, "bert", None));
    first.connected().await;
    second.connected().await;
    let (anna, bert) = (BoxMedia::new(&["H264"], 600), BoxMedia::new(&["H264"], 1000));
    let (first_call, _) = join(&mut first, &anna, "7").await;
    let (second_call, _) = join(&mut second, &bert, "7").await;
    let ask = |session, state: &str| Command::Info {
        session,
        request: roombox_sip::api::RequestId(1),
        headers: vec![HeaderLine::new("x-webrtc-share-state", state)],
        body: None,
        content_type: Some("application/vinteo.webrtc.sharedesktop".into()),
    };
    first.command(ask(first_call, "LETMESTARTPRESENTATION"));
    let ((), told) = tokio::join!(granted(&mut first), share_state(&mut second));
    assert_eq!(told, "YOUCANRECEIVECONTENT");
    second.command(ask(second_call, "LETMESTARTPRESENTATION"));
    let ((), told) = tokio::join!(granted(&mut second), share_state(&mut first));
    assert_eq!(told, "YOUMUSTSTOPSENDCONTENT");
    assert_eq!(share_state(&mut first).await, "YOUCANRECEIVECONTENT");
    second.command(ask(second_call, "STOPPRESENTATION"));
    let ((), told) = tokio::join!(granted(&mut second), share_state(&mut first));
    assert_eq!(told, "CONTENTEND");
}

async fn granted(client: &mut Client) {
    let status = client.until("the permission", |event| match event {
        Event::Response { outcome: Ok(response), .. } => Some(response.status),
        _ => None,
    });
    assert_eq!(status.await, 200);
}

async fn share_state(client: &mut Client) -> String {
    client
        .until("the share state", |event| match event {
            Event::Info { headers, .. } => headers
                .iter()
                .find(|line| line.name.eq_ignore_ascii_case("x-webrtc-share-state"))
                .map(|line| line.value.clone()),
            _ => None,
        })
        .await
}
