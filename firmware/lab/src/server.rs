//! The driver: sockets and media around the signalling.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use roombox_lab_signalling::{
    DescribeError, HttpAnswer, HttpRequest, Input, LabEvent, MediaNews, MediaRequest, Order, Output, Purpose,
    Signalling, SignallingConfig,
};
use roombox_media::peer::PeerError;
use roombox_sip::api::Body;
use roombox_sip::machine::Machine;
use roombox_sip_transports::{FlowEvents, ListenError, ListenOptions, Listener, Transports};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, sleep_until};

use crate::config::LabConfig;
use crate::http::Asked;
use crate::media::{MediaNote, Member, Rooms};

/// Where a lab listens.
pub(crate) struct Place {
    pub(crate) address: SocketAddr,
    pub(crate) options: ListenOptions,
    pub(crate) url: String,
}

/// What somebody outside wants of a running lab.
#[derive(Debug)]
pub(crate) enum Wish {
    /// An order.
    Order(Order),
    /// To play dead for this long, and to come back knowing nothing.
    Kill(Duration),
}

/// The lab while it runs.
pub(crate) struct Server {
    config: LabConfig,
    place: Place,
    /// Whom to tell the answer to an HTTP request, by its number.
    asked: BTreeMap<u64, oneshot::Sender<HttpAnswer>>,
    requests: u64,
    /// What media says: for itself, and as the outcome of what it does in the background.
    notes: (mpsc::UnboundedSender<MediaNote>, mpsc::UnboundedReceiver<MediaNote>),
    events: mpsc::UnboundedSender<LabEvent>,
    /// Participants by the number of their call.
    members: BTreeMap<u64, Arc<Member>>,
    rooms: Rooms,
    signalling: Signalling,
    transports: Transports,
}

impl Server {
    pub(crate) fn new(
        config: &LabConfig,
        place: Place,
        transports: Transports,
        events: mpsc::UnboundedSender<LabEvent>,
    ) -> Self {
        let notes = mpsc::unbounded_channel();
        let mut rooms = Rooms::new(config, notes.0.clone());
        rooms.set_faults(&config.faults);
        let signalling = signalling(config, place.address);
        let (config, asked, members) = (config.clone(), BTreeMap::new(), BTreeMap::new());
        Self { config, place, asked, requests: 0, notes, events, members, rooms, signalling, transports }
    }

    /// Runs until told to stop, then cuts everything.
    pub(crate) async fn run(
        mut self,
        mut listener: Listener,
        mut incoming: FlowEvents,
        mut http: mpsc::Receiver<Asked>,
        mut wishes: mpsc::UnboundedReceiver<Wish>,
        mut stop: mpsc::Receiver<()>,
    ) {
        loop {
            let wake = self.signalling.next_deadline();
            let sleeping = async {
                match wake {
                    Some(at) => sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                Some((flow, input)) = incoming.recv() => self.feed(Input::Flow { flow, input }),
                Some(MediaNote { call, news }) = self.notes.1.recv() => {
                    if matches!(news, MediaNews::Watching) {
                        self.rooms.rest(call, true);
                    }
                    self.feed(Input::Media { call, news });
                }
                Some((request, done)) = http.recv() => self.on_http(request, done),
                Some(wish) = wishes.recv() => match wish {
                    Wish::Order(order) => self.feed(Input::Order(order)),
                    Wish::Kill(time) => {
                        listener.stop().await;
                        self.die().await;
                        tokio::select! {
                            _ = stop.recv() => return self.tell(LabEvent::Stopped {}),
                            () = sleep(time) => {}
                        }
                        // What was on its way is for nobody.
                        while incoming.try_recv().is_ok() {}
                        listener = match self.rise() {
                            Ok(listener) => listener,
                            Err(error) => {
                                tracing::error!(%error, "the lab cannot come back");
                                return self.tell(LabEvent::Stopped {});
                            }
                        };
                    }
                },
                _ = stop.recv() => break,
                () = sleeping => self.signalling.handle_timeout(Instant::now()),
            }
            self.carry_out();
        }
        listener.stop().await;
        self.transports.abort_all();
        self.rooms.close().await;
        self.tell(LabEvent::Stopped {});
    }

    /// Cuts everything and forgets everything.
    async fn die(&mut self) {
        self.transports.abort_all();
        self.rooms.close().await;
        self.members.clear();
        self.asked.clear();
        self.tell(LabEvent::Killed {});
    }

    /// Listens again, as on the first day.
    fn rise(&mut self) -> Result<Listener, ListenError> {
        let listener = Listener::bind(&self.transports, self.place.address, self.place.options.clone())?;
        self.signalling = signalling(&self.config, self.place.address);
        self.rooms.set_faults(&self.config.faults);
        while self.notes.1.try_recv().is_ok() {}
        self.tell(LabEvent::Listening { address: self.place.address, url: self.place.url.clone() });
        Ok(listener)
    }

    fn on_http(&mut self, mut request: HttpRequest, done: oneshot::Sender<HttpAnswer>) {
        self.requests += 1;
        request.id = self.requests;
        self.asked.insert(request.id, done);
        self.feed(Input::Http(request));
    }

    fn feed(&mut self, input: Input) {
        self.signalling.handle_input(Instant::now(), input);
    }

    /// Does what signalling wants done, until it wants nothing more.
    fn carry_out(&mut self) {
        while let Some(output) = self.signalling.poll_output() {
            match output {
                Output::Abort(flow) => self.transports.abort(flow),
                Output::Close(flow) => self.transports.close(flow),
                Output::Event(event) => self.tell(event),
                Output::Http(answer) => {
                    if let Some(done) = self.asked.remove(&answer.id) {
                        // Who asked may have gone meanwhile.
                        let _ = done.send(answer);
                    }
                }
                Output::Media(request) => self.on_media_request(request),
                Output::Send { flow, bytes } => self.transports.send(flow, bytes),
            }
        }
    }

    fn on_media_request(&mut self, request: MediaRequest) {
        match request {
            MediaRequest::Accept { call, answer } => self.describe(call, Purpose::Done, Work::Accept(answer)),
            MediaRequest::Content { call, shown: true } => self.describe(call, Purpose::Offer, Work::ShowContent),
            MediaRequest::Content { call, shown: false } => {
                if let Some(member) = self.members.get(&call).map(Arc::clone) {
                    tokio::spawn(async move { member.hide_content().await });
                }
            }
            MediaRequest::Describe { call, offer } => self.describe(call, Purpose::Answer, Work::describing(offer)),
            MediaRequest::Enter { call, room, participant, offer } => {
                match self.rooms.join(&room, call, &participant) {
                    Ok(member) => {
                        self.members.insert(call, member);
                        self.describe(call, Purpose::Accept, Work::describing(offer));
                    }
                    Err(error) => self.failed(call, Purpose::Accept, &error),
                }
            }
            MediaRequest::Faults(faults) => self.rooms.set_faults(&faults),
            MediaRequest::Leave { call } => {
                self.members.remove(&call);
                self.rooms.leave(call);
            }
            MediaRequest::Move { call, room } => {
                if let Err(error) = self.rooms.move_to(call, &room) {
                    self.feed(Input::Media { call, news: MediaNews::Failed(error.to_string()) });
                }
            }
            MediaRequest::Offer { call, restart_ice } => {
                self.describe(call, Purpose::Offer, Work::Offer { restart_ice });
            }
            MediaRequest::Present { call, presents } => self.rooms.present(call, presents),
            MediaRequest::Unwatch { call } => self.rooms.unwatch(call),
            MediaRequest::Watch { call, request, quality, offer } => match self.rooms.watch(call, quality) {
                Ok(member) => self.in_background(call, Purpose::Watch(request), member, Work::Watch(offer)),
                Err(error) => self.failed(call, Purpose::Watch(request), &error),
            },
        }
    }

    fn failed(&mut self, call: u64, purpose: Purpose, error: &dyn std::error::Error) {
        let result = Err(DescribeError::Failed(error.to_string()));
        self.feed(Input::Media { call, news: MediaNews::Described { purpose, result } });
    }

    fn describe(&self, call: u64, purpose: Purpose, work: Work) {
        if let Some(member) = self.members.get(&call) {
            self.in_background(call, purpose, Arc::clone(member), work);
        }
    }

    /// Works on a session description; what comes of it is told as a note.
    fn in_background(&self, call: u64, purpose: Purpose, member: Arc<Member>, work: Work) {
        let done = self.notes.0.clone();
        tokio::spawn(async move {
            let result = work.done_by(&member).await.map_err(|error| match error {
                PeerError::BadSdp(_) | PeerError::NoCommonCodec(_) => DescribeError::NotAcceptable(error.to_string()),
                PeerError::IceRestart | PeerError::Missing(_) | PeerError::Engine(_) => {
                    DescribeError::Failed(error.to_string())
                }
            });
            // The lab may have stopped meanwhile.
            let _ = done.send(MediaNote { call, news: MediaNews::Described { purpose, result } });
        });
    }

    fn tell(&self, event: LabEvent) {
        // A reporter whose listener is gone has nobody to tell; the lab itself goes on.
        let _ = self.events.send(event);
    }
}

/// What is done to a session description.
enum Work {
    Accept(Option<Body>),
    Answer(Body),
    Offer { restart_ice: bool },
    ShowContent,
    Watch(Body),
}

impl Work {
    /// The answer to an offer, or an offer where there is none.
    fn describing(offer: Option<Body>) -> Self {
        offer.map_or(Self::Offer { restart_ice: false }, Self::Answer)
    }

    async fn done_by(self, member: &Member) -> Result<String, PeerError> {
        match self {
            Self::Accept(answer) => {
                let text = answer.as_ref().and_then(Body::text).unwrap_or_default();
                member.accept(text).await.map(|()| String::new())
            }
            Self::Answer(offer) => member.answer(text(&offer)?).await,
            Self::Offer { restart_ice } => member.offer(restart_ice).await,
            Self::ShowContent => member.show_content().await,
            Self::Watch(offer) => member.watch(text(&offer)?).await,
        }
    }
}

fn text(body: &Body) -> Result<&str, PeerError> {
    body.text().ok_or_else(|| PeerError::BadSdp("not UTF-8".into()))
}

fn signalling(config: &LabConfig, address: SocketAddr) -> Signalling {
    let settings = SignallingConfig {
        address: address.to_string(),
        bearer_token: config.bearer_token.clone(),
        dialect: config.dialect,
        faults: config.faults.clone(),
        guests: config.guests,
        rules: config.rules.clone(),
        users: config.users.clone(),
    };
    Signalling::new(settings, Instant::now(), rand::random())
}
