//! Our terminal and a page in a call over a path that the test has in its hand.
#![allow(unreachable_pub, reason = "shared by the files of one test")]

use std::time::Duration;

use roombox_media::peer::Engine;
use roombox_sip::api::{Body, SessionId, Transport};
use roombox_tests::interop::kamailio::DOMAIN;
use roombox_tests::interop::page::{Library, Page};
use roombox_tests::phone::{Media, Terminal};
use roombox_tests::wait::{PATIENCE, until};
use serde_json::{Value, json};

use crate::of_media::link::Rules;
use crate::of_media::relay::{End, Relay};
use crate::world::{BOX_TONE, PAGE_SOURCE, PAGE_TONE, World, page_sees_and_hears};

/// Number that our picture carries; that of our presentation is 100 more.
pub const OUR_SOURCE: u8 = 3;

/// Pause between two looks at what tells nobody that it changes.
const LOOK: Duration = Duration::from_millis(50);
/// Pictures that come after what was on its way when something changed.
const SETTLED: u32 = 15;
/// What has no picture or sound for so many frames of our camera has none.
const LONG: u32 = 10;

/// A call that stands.
pub struct Call {
    pub page: Page,
    pub room: Terminal,
    pub id: SessionId,
    pub path: Relay,
    /// Descriptions name the ends' own sockets from now on.
    pub direct: bool,
}

impl Call {
    async fn ends(world: &World, engine: Engine, codecs: [&str; 2]) -> (Page, Terminal, Relay) {
        let page = world.terminal("alice", Library::JsSip);
        let phone = world.server.registered("room", Transport::Wss).await;
        let media = Media::adapted(OUR_SOURCE, BOX_TONE, |config| {
            config.engine = engine;
            config.video_codecs = codecs.map(str::to_owned).into();
        });
        (page, Terminal { phone, media }, Relay::new(Rules::default(), 1))
    }

    /// We call a page.
    pub async fn by_us(world: &World, engine: Engine, codecs: [&str; 2]) -> Self {
        let (page, mut room, path) = Self::ends(world, engine, codecs).await;
        let id = room.phone.session();
        let offer = passed(&path, End::A, &room.media.offer(id).await).await;
        room.phone.invite_as(id, &format!("sip:alice@{DOMAIN}"), offer);
        page.next("ringing");
        page.tell("accept", &[]);
        let answer = room.phone.accepted(id).await.expect("the page answers with a description");
        room.media.take_answer(id, &passed(&path, End::B, &answer).await).await;
        room.phone.confirmed(id).await;
        page.answered();
        Self { page, room, id, path, direct: false }.standing().await
    }

    /// A page calls us.
    pub async fn by_the_page(world: &World, engine: Engine, codecs: [&str; 2]) -> Self {
        let (page, mut room, path) = Self::ends(world, engine, codecs).await;
        page.ring("room");
        let incoming = room.phone.incoming().await;
        let id = incoming.session;
        let offer = passed(&path, End::B, &incoming.offer.expect("the page offers")).await;
        let answer = passed(&path, End::A, &room.media.answer(id, &offer).await).await;
        room.phone.accept(id, answer);
        room.phone.confirmed(id).await;
        page.answered();
        Self { page, room, id, path, direct: false }.standing().await
    }

    async fn standing(self) -> Self {
        self.sees_and_hears(OUR_SOURCE).await;
        self
    }

    /// Picture and sound are there on both sides, by content.
    pub async fn sees_and_hears(&self, ours: u8) {
        page_sees_and_hears(&self.page, ours, BOX_TONE);
        self.room.media.until(self.id, PAGE_SOURCE, PAGE_TONE).await;
    }

    /// Everything still stands; then we hang up.
    pub async fn end(mut self, ours: u8) {
        page_sees_and_hears(&self.page, ours, BOX_TONE);
        self.room.phone.hang_up(self.id);
        self.room.phone.ended(self.id).await;
        self.page.next("ended");
        self.room.media.close(self.id).await;
    }

    /// We offer by re-INVITE.
    pub async fn we_offer(&mut self) -> (String, String) {
        let offer = self.room.media.offer(self.id).await;
        self.we_offer_this(text(&offer)).await
    }

    /// A description as the other end is to see it.
    pub async fn passed(&self, end: End, description: &Body) -> Body {
        if self.direct { description.clone() } else { passed(&self.path, end, description).await }
    }

    /// We offer by re-INVITE, in these words.
    pub async fn we_offer_this(&mut self, offer: &str) -> (String, String) {
        let passed = self.passed(End::A, &Body::sdp(offer)).await;
        self.room.phone.reinvite_with(self.id, passed);
        let answer = self.room.phone.offer_answered(self.id).await.expect("the page answers with a description");
        let passed = self.passed(End::B, &answer).await;
        self.room.media.take_answer(self.id, &passed).await;
        (offer.to_owned(), text(&answer).to_owned())
    }

    /// The page offers by re-INVITE, with these options, and takes our answer.
    pub async fn page_offers(&mut self, options: Value) -> (String, String) {
        self.page.tell("renegotiate", &[options]);
        let (offer, answer) = self.answer_the_page().await;
        let refused = &self.page.next("renegotiated")["refused"];
        assert!(refused.is_null(), "{refused}\n{offer}\n{answer}");
        (offer, answer)
    }

    /// The same without options.
    pub async fn page_offers_again(&mut self) -> (String, String) {
        self.page_offers(json!({})).await
    }

    /// Answers the offer that comes from the page.
    pub async fn answer_the_page(&mut self) -> (String, String) {
        let offer = self.room.phone.offered(self.id).await.expect("the page offers");
        let answer = self.room.media.answer(self.id, &self.passed(End::B, &offer).await).await;
        let passed = self.passed(End::A, &answer).await;
        self.room.phone.answer_offer(self.id, Ok(passed));
        (text(&offer).to_owned(), text(&answer).to_owned())
    }

    /// Pictures of now come to the page, and ten more of the page's to us.
    pub async fn goes_on(&self, step: &str) {
        self.page_sees_now(step).await;
        self.we_see_more(step).await;
    }

    /// The page shows a picture that our camera gives after now.
    pub async fn page_sees_now(&self, step: &str) {
        let now = self.camera_frame().await;
        let later = || self.page.frame_code().filter(|code| code.source == OUR_SOURCE && code.frame > now);
        until(&format!("pictures of now at the page {step}"), PATIENCE, later);
    }

    /// Ten more pictures of the page are decoded here, and its card is on the screen.
    pub async fn we_see_more(&self, step: &str) {
        let before = self.decoded().await;
        let more = async {
            while self.decoded().await < before + 10
                || self.room.media.frame_code().await.map(|code| code.source) != Some(PAGE_SOURCE)
            {
                tokio::time::sleep(LOOK).await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, more).await;
        assert!(in_time.is_ok(), "no pictures of the page {step}: {:?}", self.room.media.statistics(self.id).await);
    }

    /// Nothing new of the picture arrives at the page (`there`) or here, while our camera goes on.
    pub async fn stands_still(&self, there: bool, here: bool, step: &str) {
        self.camera_goes_on(SETTLED).await;
        let before = (self.page.received("video", "framesDecoded"), self.decoded().await);
        self.camera_goes_on(LONG).await;
        let after = (self.page.received("video", "framesDecoded"), self.decoded().await);
        assert!(!there || (after.0 - before.0).abs() < 0.5, "pictures of ours came to the page {step}");
        assert!(!here || after.1 == before.1, "pictures of the page came {step}");
    }

    async fn camera_goes_on(&self, frames: u32) {
        let first = self.camera_frame().await;
        let going = async {
            while self.camera_frame().await < first + frames {
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(PATIENCE, going).await.expect("our camera goes on");
    }

    async fn camera_frame(&self) -> u32 {
        self.room.media.camera_frame().await.unwrap_or_default()
    }

    async fn decoded(&self) -> u64 {
        self.room.media.statistics(self.id).await.frames_decoded
    }
}

/// The description as the other end is to see it.
async fn passed(path: &Relay, end: End, description: &Body) -> Body {
    Body::sdp(&path.pass(end, text(description)).await)
}

fn text(description: &Body) -> &str {
    description.text().expect("a description is text")
}
