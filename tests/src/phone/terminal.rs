//! A phone with real media: every offer and answer is made by the media engine.

use roombox_sip::api::{Body, SessionId};

use super::{Incoming, Media, Phone, directions};

/// Phone and media together.
pub struct Terminal {
    /// Signalling.
    pub phone: Phone,
    /// Media.
    pub media: Media,
}

impl Terminal {
    /// A phone that sends pictures with this source number and a tone of `hz`.
    pub fn new(phone: Phone, source: u8, hz: u16) -> Self {
        Self { phone, media: Media::start(source, hz) }
    }

    /// Calls, and waits for nothing.
    pub async fn ring(&mut self, target: &str) -> SessionId {
        let session = self.phone.session();
        let offer = self.media.offer(session).await;
        self.phone.invite_as(session, target, offer);
        session
    }

    /// The call it made is answered and stands.
    ///
    /// # Panics
    /// When the answer has no description.
    pub async fn answered(&mut self, session: SessionId) {
        let answer = self.phone.accepted(session).await.expect("the peer answers with a description");
        self.media.take_answer(session, &answer).await;
        self.phone.confirmed(session).await;
    }

    /// The answer to a call that came in.
    ///
    /// # Panics
    /// When it came without an offer.
    pub async fn answer_to(&self, call: &Incoming) -> Body {
        self.media.answer(call.session, call.offer.as_ref().expect("the peer offers")).await
    }

    /// Takes a call that came in.
    pub async fn take(&mut self, call: &Incoming) {
        let answer = self.answer_to(call).await;
        self.phone.accept(call.session, answer);
        self.phone.confirmed(call.session).await;
    }

    /// Takes the next call.
    pub async fn take_call(&mut self) -> Incoming {
        let call = self.phone.incoming().await;
        self.take(&call).await;
        call
    }

    /// Answers the next offer of the peer; gives the directions in it.
    ///
    /// # Panics
    /// When the peer asks for an offer.
    pub async fn take_offer(&mut self, session: SessionId) -> Vec<String> {
        let offer = self.phone.offered(session).await.expect("the peer offers");
        let answer = self.media.answer(session, &offer).await;
        self.phone.answer_offer(session, Ok(answer));
        directions(offer.text().unwrap_or_default())
    }

    /// Does what a peer asks by REFER; gives the new call once it stands.
    pub async fn follow(&mut self) -> SessionId {
        let referred = self.phone.referred().await;
        let session = self.phone.session();
        let offer = self.media.offer(session).await;
        self.phone.follow_as(session, referred.refer, offer);
        self.answered(session).await;
        session
    }
}
