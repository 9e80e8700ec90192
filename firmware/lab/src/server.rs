//! The driver: sockets and media around the signalling.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use roombox_lab_signalling::{
    DescribeError, Input, LabEvent, MediaNews, MediaRequest, Order, Output, Purpose, Signalling, SignallingConfig,
};
use roombox_media::peer::PeerError;
use roombox_sip::api::Body;
use roombox_sip::machine::Machine;
use roombox_sip_transports::{FlowEvents, Listener, Transports};
use tokio::sync::mpsc;
use tokio::time::sleep_until;

use crate::config::LabConfig;
use crate::media::{MediaNote, Member, Rooms};

/// The lab while it runs.
pub(crate) struct Server {
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
        address: SocketAddr,
        transports: Transports,
        events: mpsc::UnboundedSender<LabEvent>,
    ) -> Self {
        let notes = mpsc::unbounded_channel();
        let mut rooms = Rooms::new(config, notes.0.clone());
        rooms.set_faults(&config.faults);
        let settings = SignallingConfig {
            address: address.to_string(),
            bearer_token: config.bearer_token.clone(),
            dialect: config.dialect,
            faults: config.faults.clone(),
            guests: config.guests,
            rules: config.rules.clone(),
            users: config.users.clone(),
        };
        let signalling = Signalling::new(settings, Instant::now(), rand::random());
        Self { notes, events, members: BTreeMap::new(), rooms, signalling, transports }
    }

    /// Runs until told to stop, then cuts everything.
    pub(crate) async fn run(
        mut self,
        listener: Listener,
        mut incoming: FlowEvents,
        mut orders: mpsc::UnboundedReceiver<Order>,
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
                Some(MediaNote { call, news }) = self.notes.1.recv() => self.feed(Input::Media { call, news }),
                Some(order) = orders.recv() => self.feed(Input::Order(order)),
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
                Output::Http(_) => {}
                Output::Media(request) => self.on_media_request(request),
                Output::Send { flow, bytes } => self.transports.send(flow, bytes),
            }
        }
    }

    fn on_media_request(&mut self, request: MediaRequest) {
        match request {
            MediaRequest::Accept { call, answer } => self.in_background(call, Purpose::Done, answer),
            MediaRequest::Describe { call, offer } => self.in_background(call, Purpose::Answer, offer),
            MediaRequest::Enter { call, room, participant, offer } => {
                match self.rooms.join(&room, call, &participant) {
                    Ok(member) => {
                        self.members.insert(call, member);
                        self.in_background(call, Purpose::Accept, offer);
                    }
                    Err(error) => {
                        let result = Err(DescribeError::Failed(error.to_string()));
                        let news = MediaNews::Described { purpose: Purpose::Accept, result };
                        self.feed(Input::Media { call, news });
                    }
                }
            }
            MediaRequest::Offer { call, .. } => self.in_background(call, Purpose::Offer, None),
            MediaRequest::Watch { call, request, .. } => {
                let result = Err(DescribeError::Failed("spectators get no media of their own yet".into()));
                let news = MediaNews::Described { purpose: Purpose::Watch(request), result };
                self.feed(Input::Media { call, news });
            }
            MediaRequest::Content { .. }
            | MediaRequest::Move { .. }
            | MediaRequest::Present { .. }
            | MediaRequest::Unwatch { .. } => {}
            MediaRequest::Faults(faults) => self.rooms.set_faults(&faults),
            MediaRequest::Leave { call } => {
                self.members.remove(&call);
                self.rooms.leave(call);
            }
        }
    }

    /// Works on a session description; what comes of it is told as a note.
    fn in_background(&self, call: u64, purpose: Purpose, body: Option<Body>) {
        let Some(member) = self.members.get(&call).map(Arc::clone) else { return };
        let done = self.notes.0.clone();
        tokio::spawn(async move {
            let result = describe(&member, purpose, body).await;
            // The lab may have stopped meanwhile.
            let _ = done.send(MediaNote { call, news: MediaNews::Described { purpose, result } });
        });
    }

    fn tell(&self, event: LabEvent) {
        // A reporter whose listener is gone has nobody to tell; the lab itself goes on.
        let _ = self.events.send(event);
    }
}

async fn describe(member: &Member, purpose: Purpose, body: Option<Body>) -> Result<String, DescribeError> {
    let text = body.as_ref().map(Body::text);
    let done = match (purpose, text) {
        (Purpose::Done, text) => member.accept(text.flatten().unwrap_or_default()).await.map(|()| String::new()),
        (_, Some(Some(text))) => member.answer(text).await,
        (_, Some(None)) => Err(PeerError::BadSdp("not UTF-8".into())),
        (_, None) => member.offer().await,
    };
    done.map_err(|error| match error {
        PeerError::BadSdp(_) | PeerError::NoCommonCodec(_) => DescribeError::NotAcceptable(error.to_string()),
        PeerError::Engine(_) => DescribeError::Failed(error.to_string()),
    })
}
