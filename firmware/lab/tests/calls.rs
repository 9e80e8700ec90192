//! Calls without media: who is let in, and calls between users.
#![allow(clippy::disallowed_methods, reason = "the tests own time and tasks")]

mod common;

use common::{Client, TestLab, config};
use roombox_lab::{LabConfig, LabEvent};
use roombox_sip::api::{Body, Cause, Command, Event, SessionId};

const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\nc=IN IP4 127.0.0.1\r\n";
const ANSWER: &str = "v=0\r\no=- 2 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 8 RTP/AVP 0\r\nc=IN IP4 127.0.0.1\r\n";

async fn incoming(client: &mut Client) -> (SessionId, Vec<roombox_sip::api::HeaderLine>) {
    client
        .until("the call", |event| match event {
            Event::Incoming { session, headers, .. } => Some((*session, headers.clone())),
            _ => None,
        })
        .await
}

async fn accepted(client: &mut Client) -> String {
    client
        .until("the answer", |event| match event {
            Event::Accepted { body, .. } => body.as_ref().and_then(Body::text).map(str::to_owned),
            Event::Ended { failure, .. } => panic!("{failure:?}"),
            _ => None,
        })
        .await
}

async fn ended(client: &mut Client) -> Cause {
    client
        .until("the end", |event| match event {
            Event::Ended { failure, .. } => Some(failure.cause),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn one_user_calls_another_and_each_sees_what_the_other_does() {
    let lab = TestLab::start(config()).await;
    let (mut a, mut b) = (Client::new(&lab, "a", Some("secret")), Client::new(&lab, "b", Some("secret")));
    a.registered().await;
    b.registered().await;
    let calling = a.call("b", OFFER);
    // Both have to run: the caller is challenged first.
    let ((called, headers), answer) = tokio::join!(
        async {
            let (called, headers) = incoming(&mut b).await;
            b.command(Command::Accept { session: called, body: Some(Body::sdp(ANSWER)), headers: Vec::new() });
            b.until("the confirmation", |event| matches!(event, Event::Confirmed { .. }).then_some(())).await;
            (called, headers)
        },
        accepted(&mut a)
    );
    assert_eq!(answer, ANSWER);
    let identity = headers.iter().find(|line| line.name == "P-Asserted-Identity").expect("who calls");
    assert!(identity.value.contains("sip:a@"), "{}", identity.value);
    // Either may offer anew.
    b.command(Command::Reinvite { session: called, body: Body::sdp(ANSWER), headers: Vec::new() });
    let renegotiated = async {
        a.until("the offer", |event| matches!(event, Event::Offer { .. }).then_some(())).await;
        a.command(Command::AnswerOffer { session: calling, answer: Ok(Body::sdp(OFFER)) });
        a.until("the information", |event| matches!(event, Event::Info { .. }).then_some(())).await;
    };
    let answered = async {
        b.until("the answer", |event| matches!(event, Event::OfferAnswered { .. }).then_some(())).await;
        let content_type = Some("application/vinteo.webrtc.mic".to_owned());
        let (request, headers) = (roombox_sip::api::RequestId(1), Vec::new());
        b.command(Command::Info { session: called, request, headers, body: None, content_type });
        b.until("its outcome", |event| matches!(event, Event::Response { .. }).then_some(())).await;
    };
    tokio::join!(renegotiated, answered);
    a.command(Command::Terminate { session: calling, cause: Cause::Bye });
    let (_, cause) = tokio::join!(ended(&mut a), ended(&mut b));
    assert_eq!(cause, Cause::Bye);
}

#[tokio::test]
async fn a_called_user_may_refuse_and_an_absent_one_is_unavailable() {
    let lab = TestLab::start(config()).await;
    let mut a = Client::new(&lab, "a", Some("secret"));
    a.registered().await;
    a.call("b", OFFER);
    assert_eq!(a.refused().await, Some(480));
    let mut b = Client::new(&lab, "b", Some("secret"));
    b.registered().await;
    a.call("b", OFFER);
    let refusing = async {
        let (called, _) = incoming(&mut b).await;
        b.command(Command::Reject { session: called, status: 486, headers: Vec::new() });
        ended(&mut b).await
    };
    let (_, status) = tokio::join!(refusing, a.refused());
    assert_eq!(status, Some(486));
}

#[tokio::test]
async fn guests_are_refused_where_they_are_not_wanted() {
    let mut lab = TestLab::start(LabConfig { guests: false, ..config() }).await;
    let mut guest = Client::new(&lab, "stranger", None);
    guest.connected().await;
    guest.call("1000", OFFER);
    assert_eq!(guest.refused().await, Some(403));
    lab.until("the refusal", |event| {
        matches!(event, LabEvent::Refused { user, status: 403, .. } if user == "stranger").then_some(())
    })
    .await;
}

#[tokio::test]
async fn nobody_calls_under_the_name_of_a_user_without_the_password() {
    let lab = TestLab::start(config()).await;
    let mut guest = Client::new(&lab, "a", None);
    guest.connected().await;
    guest.call("1000", OFFER);
    assert_eq!(guest.refused().await, Some(407));
}

#[tokio::test]
async fn an_offer_that_cannot_be_used_is_refused() {
    let mut lab = TestLab::start(config()).await;
    let mut guest = Client::new(&lab, "stranger", None);
    guest.connected().await;
    guest.call("1000", OFFER);
    assert_eq!(guest.refused().await, Some(488));
    lab.until("the reason", |event| matches!(event, LabEvent::MediaFailed { .. }).then_some(())).await;
}
