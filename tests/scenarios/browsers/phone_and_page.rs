//! Our user agent and a browser at one Kamailio: signalling by script, media real.

use roombox_sip::api::{Cause, Originator, ReferTo, SessionId, Transport};
use roombox_tests::interop::kamailio::DOMAIN;
use roombox_tests::interop::page::{Library, Page};
use roombox_tests::phone::{Phone, Terminal};
use serde_json::json;

use crate::world::{BOX_TONE, PAGE_SOURCE, PAGE_TONE, World, page_sees_and_hears};

/// One test of each behaviour for each library.
macro_rules! with_each_library {
    ($($behaviour:ident),+ $(,)?) => {
        mod jssip {
            use roombox_tests::interop::page::Library;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                #[ignore = "needs Kamailio, Chromium and `npm ci`: make interop"]
                async fn $behaviour() {
                    super::$behaviour(Library::JsSip).await;
                }
            )+
        }
        mod sipjs {
            use roombox_tests::interop::page::Library;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                #[ignore = "needs Kamailio, Chromium and `npm ci`: make interop"]
                async fn $behaviour() {
                    super::$behaviour(Library::SipJs).await;
                }
            )+
        }
    };
}

with_each_library! {
    a_page_calls_us_with_media_and_everything_works_in_the_call,
    we_call_a_page_with_media_and_everything_works_in_the_call,
    calls_given_up_and_refused_end_on_both_sides,
    a_page_transfers_us_blindly,
    we_transfer_a_page_blindly,
    a_page_transfers_us_attended,
    we_transfer_a_page_attended,
}

/// Number that our picture carries.
const OUR_SOURCE: u8 = 3;

fn uri(user: &str) -> String {
    format!("sip:{user}@{DOMAIN}")
}

/// A page and our terminal, both registered.
async fn world(library: Library) -> (World, Page, Terminal) {
    let world = World::start();
    let page = world.terminal("alice", library);
    let phone = world.server.registered("room", Transport::Wss).await;
    (world, page, Terminal::new(phone, OUR_SOURCE, BOX_TONE))
}

/// Both ends see and hear each other, by content and by the counters of both.
async fn media_flows(page: &Page, room: &Terminal, call: SessionId) {
    page_sees_and_hears(page, OUR_SOURCE, BOX_TONE);
    room.media.until(call, PAGE_SOURCE, PAGE_TONE).await;
}

/// Hold and resume, INFO and tones, all in both directions.
async fn everything_in_the_call(page: &Page, room: &mut Terminal, call: SessionId) {
    page.tell("hold", &[]);
    assert!(room.take_offer(call).await.iter().all(|direction| direction == "sendonly"), "{}", room.phone.story());
    assert_eq!(page.next("hold")["originator"], "local");
    room.phone.held(call, "the hold by the page", |hold| hold.by_peer).await;
    page.tell("unhold", &[]);
    assert!(room.take_offer(call).await.iter().all(|direction| direction == "sendrecv"), "{}", room.phone.story());
    assert_eq!(page.next("unhold")["originator"], "local");
    room.phone.held(call, "the end of the hold", |hold| !hold.by_peer).await;

    room.phone.hold(call, true);
    assert_eq!(page.next("hold")["originator"], "remote");
    room.phone.held(call, "our confirmed hold", |hold| hold.asked && hold.confirmed).await;
    room.phone.hold(call, false);
    assert_eq!(page.next("unhold")["originator"], "remote");
    room.phone.held(call, "the end of our hold", |hold| !hold.asked).await;

    page.tell("info", &[json!("text/plain"), json!("ping")]);
    assert_eq!(room.phone.informed(call).await.text(), Some("ping"));
    let asked = room.phone.info(call, "text/plain", "pong");
    assert_eq!(page.next("info")["body"], "pong");
    room.phone.answered_with(asked, 200).await;

    page.tell("tones", &[json!("1#")]);
    for tone in ["1", "#"] {
        let body = room.phone.informed(call).await;
        let text = body.text().expect("tones are text");
        assert!(text.contains(&format!("Signal={tone}\r\n")), "{text}");
    }
    let asked = room.phone.dtmf(call, "5");
    assert_eq!(page.next("tone")["tone"], "5");
    room.phone.answered_with(asked, 200).await;
}

async fn a_page_calls_us_with_media_and_everything_works_in_the_call(library: Library) {
    let (_world, page, mut room) = world(library).await;
    page.ring("room");
    let call = room.phone.incoming().await;
    assert_eq!(page.next("progress")["status"], 180);
    // A reliable one where the library can, so that it may hold the description.
    let answer = room.answer_to(&call).await;
    let reliable = library == Library::SipJs;
    room.phone.progress(call.session, 183, reliable.then(|| answer.clone()), reliable);
    assert_eq!(page.next("progress")["status"], 183);
    room.phone.accept(call.session, answer);
    room.phone.confirmed(call.session).await;
    page.answered();
    media_flows(&page, &room, call.session).await;
    everything_in_the_call(&page, &mut room, call.session).await;
    page.hang_up();
    let end = room.phone.ended(call.session).await;
    assert_eq!((end.originator, end.cause), (Originator::Remote, Cause::Bye));
}

async fn we_call_a_page_with_media_and_everything_works_in_the_call(library: Library) {
    let (_world, page, mut room) = world(library).await;
    let call = room.ring(&uri("alice")).await;
    page.next("ringing");
    room.phone.progressed(call, 180).await;
    page.tell("accept", &[]);
    room.answered(call).await;
    page.answered();
    media_flows(&page, &room, call).await;
    everything_in_the_call(&page, &mut room, call).await;
    room.phone.hang_up(call);
    page.next("ended");
}

async fn calls_given_up_and_refused_end_on_both_sides(library: Library) {
    let (_world, page, mut room) = world(library).await;
    let call = room.ring(&uri("alice")).await;
    page.next("ringing");
    room.phone.give_up(call);
    assert_eq!(room.phone.ended(call).await.cause, Cause::Canceled);
    page.next("failed");

    page.ring("room");
    let call = room.phone.incoming().await;
    page.hang_up();
    let end = room.phone.ended(call.session).await;
    assert_eq!((end.originator, end.cause), (Originator::Remote, Cause::Canceled));
    assert_eq!(refusal(&page, library), 487);

    for (status, cause) in [(486, Cause::Busy), (480, Cause::Unavailable), (603, Cause::Rejected)] {
        let call = room.ring(&uri("alice")).await;
        page.next("ringing");
        page.tell("reject", &[json!(status)]);
        let end = room.phone.ended(call).await;
        assert_eq!((end.cause, end.status), (cause, Some(status)));
        page.next("failed");

        page.ring("room");
        let call = room.phone.incoming().await;
        room.phone.reject(call.session, status, Vec::new());
        assert_eq!(refusal(&page, library), status);
    }
}

/// The status with which a call of the page ended before it stood.
fn refusal(page: &Page, library: Library) -> serde_json::Value {
    let end = page.next("failed");
    match library {
        // A call that is given up is over at once, so its 487 is nobody's any more.
        Library::JsSip => end.get("status").filter(|status| !status.is_null()).cloned().unwrap_or(json!(487)),
        Library::SipJs => page.next("refused")["status"].take(),
    }
}

/// The page and our terminal in a call that the page made.
async fn in_call(library: Library) -> (World, Page, Terminal, SessionId) {
    let (world, page, mut room) = world(library).await;
    page.ring("room");
    let call = room.take_call().await.session;
    page.answered();
    (world, page, room, call)
}

/// Another phone of ours at the same server.
async fn third(world: &World) -> Terminal {
    Terminal::new(world.server.registered("carol", Transport::Tcp).await, OUR_SOURCE + 1, BOX_TONE)
}

async fn hung_up(phone: &mut Phone, call: SessionId) {
    phone.hang_up(call);
    phone.ended(call).await;
}

async fn a_page_transfers_us_blindly(library: Library) {
    let (world, page, mut room, _) = in_call(library).await;
    let mut carol = third(&world).await;
    page.tell("refer", &[json!(uri("carol"))]);
    let (second, taken) = tokio::join!(room.follow(), carol.take_call());
    assert_eq!(page.next("referred")["failed"], serde_json::Value::Null);
    assert_eq!(page.next("transferred")["status"], 200);
    hung_up(&mut carol.phone, taken.session).await;
    room.phone.ended(second).await;
}

async fn we_transfer_a_page_blindly(library: Library) {
    let (world, page, mut room, call) = in_call(library).await;
    let mut carol = third(&world).await;
    let asked = room.phone.refer(call, ReferTo::Uri(uri("carol")));
    let taken = carol.take_call().await;
    room.phone.answered_with(asked, 202).await;
    assert_eq!(room.phone.refer_progress(asked).await.last(), Some(&200));
    page.answered();
    hung_up(&mut carol.phone, taken.session).await;
    page.next("ended");
}

async fn a_page_transfers_us_attended(library: Library) {
    let (world, page, mut room, _) = in_call(library).await;
    let mut carol = third(&world).await;
    page.ring("carol");
    let consulting = carol.take_call().await.session;
    page.answered();
    page.tell("refer", &[]);
    let replaced = async {
        let call = carol.phone.incoming().await;
        assert_eq!(call.replaces, Some(consulting));
        carol.take(&call).await;
        call.session
    };
    let (second, taken) = tokio::join!(room.follow(), replaced);
    carol.phone.ended(consulting).await;
    page.next("ended");
    hung_up(&mut carol.phone, taken).await;
    room.phone.ended(second).await;
}

async fn we_transfer_a_page_attended(library: Library) {
    let (world, page, mut room, call) = in_call(library).await;
    let mut carol = third(&world).await;
    let consulting = room.ring(&uri("carol")).await;
    let carols = carol.take_call().await.session;
    room.answered(consulting).await;
    let asked = room.phone.refer(call, ReferTo::Session(consulting));
    let replacing = carol.phone.incoming().await;
    assert_eq!(replacing.replaces, Some(carols));
    carol.take(&replacing).await;
    page.answered();
    carol.phone.ended(carols).await;
    assert_eq!(room.phone.refer_progress(asked).await.last(), Some(&200));
    hung_up(&mut carol.phone, replacing.session).await;
    page.next("ended");
}
