//! What a phone can be told to do.

use roombox_sip::agent;
use roombox_sip::api::{Body, Cause, Command, HeaderLine, InviteOptions, ReferTo, Reliable, RequestId, SessionId};

use super::Phone;
use super::driver::Order;

impl Phone {
    /// Connects and registers.
    pub fn start(&self) {
        self.order(Order::Agent(agent::Input::Start));
    }

    /// Ends calls, gives the registration back, disconnects.
    pub fn stop(&self) {
        self.order(Order::Agent(agent::Input::Stop));
    }

    /// Registers now.
    pub fn register(&self) {
        self.order(Order::Agent(agent::Input::Register));
    }

    /// Gives the registration back and stays connected.
    pub fn unregister(&self) {
        self.order(Order::Agent(agent::Input::Unregister));
    }

    /// Drops the connection and opens another.
    pub fn reconnect(&self) {
        self.order(Order::Agent(agent::Input::Reconnect));
    }

    /// Cuts every connection without a word, as if the cable were pulled; only the sockets tell.
    pub fn cut(&self) {
        self.order(Order::Cut);
    }

    /// An offer of this direction from its own description.
    pub fn offer(&mut self, direction: &str) -> Body {
        self.description.offer(direction)
    }

    /// An answer from its own description.
    ///
    /// # Panics
    /// When the offer is no text.
    pub fn answer_to(&mut self, offer: &Body) -> Body {
        self.description.answer(offer.text().expect("an offer is text"))
    }

    /// Calls with an offer of its own.
    pub fn call(&mut self, target: &str) -> SessionId {
        self.call_with(target, InviteOptions::default())
    }

    /// Calls with an offer of its own and reliable provisional responses (RFC 3262) as told.
    pub fn call_reliably(&mut self, target: &str, reliable: Reliable) -> SessionId {
        self.call_with(target, InviteOptions { reliable: Some(reliable), ..InviteOptions::default() })
    }

    fn call_with(&mut self, target: &str, options: InviteOptions) -> SessionId {
        let body = self.offer("sendrecv");
        self.invite(target, Some(body), options)
    }

    /// Calls with this body.
    pub fn invite(&mut self, target: &str, body: Option<Body>, options: InviteOptions) -> SessionId {
        let session = self.session();
        self.command(Command::Invite { session, target: target.to_owned(), body, headers: Vec::new(), options });
        session
    }

    /// The number of a call yet to be made, for [`Phone::invite_as`].
    pub fn session(&mut self) -> SessionId {
        SessionId(self.number())
    }

    /// Calls with this body under a number of [`Phone::session`].
    pub fn invite_as(&self, session: SessionId, target: &str, body: Body) {
        self.command(Command::invite(session, target, body, Vec::new()));
    }

    /// Answers a call with 200.
    pub fn accept(&self, session: SessionId, body: Body) {
        self.command(Command::Accept { session, body: Some(body), headers: Vec::new() });
    }

    /// Refuses a call.
    pub fn reject(&self, session: SessionId, status: u16, headers: Vec<HeaderLine>) {
        self.command(Command::Reject { session, status, headers });
    }

    /// Sends a provisional response.
    pub fn progress(&self, session: SessionId, status: u16, body: Option<Body>, reliable: bool) {
        self.command(Command::Progress { session, status, body, headers: Vec::new(), reliable });
    }

    /// Offers again by re-INVITE.
    pub fn reinvite(&mut self, session: SessionId, direction: &str) {
        let body = self.offer(direction);
        self.reinvite_with(session, body);
    }

    /// Offers again by re-INVITE, with this description.
    pub fn reinvite_with(&self, session: SessionId, body: Body) {
        self.command(Command::Reinvite { session, body, headers: Vec::new() });
    }

    /// Offers again by UPDATE.
    pub fn update(&mut self, session: SessionId, direction: &str) {
        let body = self.offer(direction);
        self.command(Command::Update { session, body, headers: Vec::new() });
    }

    /// Answers an offer inside the session, or refuses it with a status.
    pub fn answer_offer(&self, session: SessionId, answer: Result<Body, u16>) {
        self.command(Command::AnswerOffer { session, answer });
    }

    /// Puts the peer on hold, or resumes.
    pub fn hold(&self, session: SessionId, hold: bool) {
        self.command(Command::Hold { session, hold });
    }

    /// Sends INFO.
    pub fn info(&mut self, session: SessionId, content_type: &str, content: &str) -> RequestId {
        let request = RequestId(self.number());
        let body = Body { content_type: content_type.to_owned(), content: content.to_owned().into() };
        let content_type = Some(content_type.to_owned());
        self.command(Command::Info { session, request, headers: Vec::new(), body: Some(body), content_type });
        request
    }

    /// Sends tones by INFO.
    pub fn dtmf(&mut self, session: SessionId, tones: &str) -> RequestId {
        let request = RequestId(self.number());
        let tones = tones.to_owned();
        self.command(Command::Dtmf { session, request, tones, duration_ms: 100, gap_ms: 100 });
        request
    }

    /// Asks the peer to call somebody else.
    pub fn refer(&mut self, session: SessionId, to: ReferTo) -> RequestId {
        let request = RequestId(self.number());
        self.command(Command::Refer { session, request, to, headers: Vec::new() });
        request
    }

    /// Does what a peer asked for by REFER; gives the new call.
    pub fn follow(&mut self, refer: RequestId) -> SessionId {
        let session = self.session();
        let body = self.offer("sendrecv");
        self.follow_as(session, refer, body);
        session
    }

    /// The same with this body, under a number of [`Phone::session`].
    pub fn follow_as(&self, session: SessionId, refer: RequestId, body: Body) {
        self.command(Command::FollowRefer { refer, session, body: Some(body), headers: Vec::new() });
    }

    /// Sends a request of any method outside sessions.
    pub fn request(&mut self, method: &str, target: &str, body: Option<Body>) -> RequestId {
        let request = RequestId(self.number());
        let (method, target) = (method.to_owned(), target.to_owned());
        self.command(Command::Request { request, method, target, headers: Vec::new(), body });
        request
    }

    /// Answers a request of a peer.
    pub fn respond(&self, request: RequestId, status: u16, headers: Vec<HeaderLine>) {
        self.command(Command::Respond { request, status, reason: None, headers, body: None });
    }

    /// Gives up a call that is not answered yet.
    pub fn give_up(&self, session: SessionId) {
        self.command(Command::Terminate { session, cause: Cause::Canceled });
    }

    /// Ends a call as its state asks for.
    pub fn hang_up(&self, session: SessionId) {
        self.command(Command::Terminate { session, cause: Cause::Bye });
    }
}
