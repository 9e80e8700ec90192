//! A lab and clients for it, in one process.
#![allow(dead_code, reason = "each test file uses its part")]

pub(crate) mod box_media;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use roombox_lab::{Lab, LabConfig, LabEvent, LabHandle, Users};
use roombox_media::peer::PeerConnection;
use roombox_sip::agent::{AgentConfig, Input, RegistrationConfig, UserAgent};
use roombox_sip::api::{AgentEvent, Body, Command, Event, HeaderLine, Output, ServerTarget, SessionId, Transport};
use roombox_sip::endpoint::{Credentials, EndpointConfig};
use roombox_sip::machine::Machine;
use roombox_sip_transports::{ClientTls, FlowEvents, Transports, flow_events};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{sleep_until, timeout};

/// After this a test fails with what it waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A lab with the users a and b, on a free port.
pub(crate) struct TestLab {
    pub(crate) handle: LabHandle,
    pub(crate) events: UnboundedReceiver<LabEvent>,
}

pub(crate) fn config() -> LabConfig {
    LabConfig {
        bind: vec!["127.0.0.1".parse().expect("an address")],
        listen: "127.0.0.1:0".parse().expect("an address"),
        users: Users::default().with("a", "secret").with("b", "secret"),
        ..LabConfig::default()
    }
}

impl TestLab {
    pub(crate) async fn start(config: LabConfig) -> Self {
        let (sender, events) = unbounded_channel();
        let handle = Lab::start(config, sender).await.expect("the lab starts");
        Self { handle, events }
    }

    /// Waits for an event.
    pub(crate) async fn until<T>(&mut self, what: &str, mut pick: impl FnMut(&LabEvent) -> Option<T>) -> T {
        let found = timeout(PATIENCE, async {
            loop {
                let event = self.events.recv().await.expect("the lab lives");
                if let Some(found) = pick(&event) {
                    return found;
                }
            }
        });
        found.await.unwrap_or_else(|_| panic!("the lab never told: {what}"))
    }

    pub(crate) fn target(&self) -> ServerTarget {
        let address = self.handle.addr();
        let host = if self.handle.authority().is_some() { "localhost".into() } else { address.ip().to_string() };
        let transport = if self.handle.authority().is_some() { Transport::Wss } else { Transport::Ws };
        ServerTarget::new(transport, host, address.port(), roombox_lab::DEFAULT_PATH)
    }
}

/// A user agent with its sockets.
pub(crate) struct Client {
    agent: UserAgent,
    events: VecDeque<Event>,
    transports: Transports,
    flows: FlowEvents,
    sessions: u64,
}

impl Client {
    /// A user with a password registers, one without is a guest.
    pub(crate) fn new(lab: &TestLab, user: &str, password: Option<&str>) -> Self {
        let host = lab.handle.addr().ip().to_string();
        let mut endpoint = EndpointConfig::client(format!("sip:{user}@{host}"));
        endpoint.display_name = format!("Room_{user}");
        endpoint.credentials =
            password.map(|password| Credentials { username: user.into(), password: password.into() });
        let mut config = AgentConfig::new(endpoint, vec![lab.target()]);
        config.registration = password.map(|_| RegistrationConfig::at(format!("sip:{host}")));
        let (sender, flows) = flow_events();
        let tls = match lab.handle.authority() {
            Some(pem) => ClientTls::with_authority_text(pem),
            None => ClientTls::new(None),
        };
        let transports = Transports::new(tls.expect("usable"), sender);
        // Two user agents of one seed would use the same branches and Call-IDs.
        let seed = user.bytes().fold(0, |seed, byte| seed * 256 + u64::from(byte));
        let mut client =
            Self { agent: UserAgent::new(config, seed), events: VecDeque::new(), transports, flows, sessions: 0 };
        client.agent.handle_input(Instant::now(), Input::Start);
        client
    }

    pub(crate) fn input(&mut self, input: Input) {
        self.agent.handle_input(Instant::now(), input);
    }

    pub(crate) fn command(&mut self, command: Command) {
        self.input(Input::Command(command));
    }

    pub(crate) fn call(&mut self, user: &str, offer: &str) -> SessionId {
        self.sessions += 1;
        let session = SessionId(self.sessions);
        let target = format!("sip:{user}@127.0.0.1");
        self.command(Command::invite(session, target, Body::sdp(offer), Vec::new()));
        session
    }

    /// Does what the agent wants done; events wait until somebody asks.
    fn carry_out(&mut self) {
        while let Some(output) = self.agent.poll_output() {
            match output {
                Output::CloseFlow(flow) => self.transports.close(flow),
                Output::Locate { .. } => {}
                Output::OpenFlow { flow, server } => self.transports.open(flow, server),
                Output::Send { flow, bytes } => self.transports.send(flow, bytes),
                Output::Event(event) => self.events.push_back(event),
            }
        }
    }

    /// Runs the agent until it tells something that is picked.
    pub(crate) async fn until<T>(&mut self, what: &str, mut pick: impl FnMut(&Event) -> Option<T>) -> T {
        let run = async {
            loop {
                self.carry_out();
                while let Some(event) = self.events.pop_front() {
                    if let Some(found) = pick(&event) {
                        return found;
                    }
                }
                let wake = self.agent.next_deadline().unwrap_or_else(|| Instant::now() + PATIENCE);
                tokio::select! {
                    Some((flow, input)) = self.flows.recv() => {
                        self.agent.handle_input(Instant::now(), Input::Flow { flow, input });
                    }
                    () = sleep_until(wake.into()) => self.agent.handle_timeout(Instant::now()),
                }
            }
        };
        timeout(PATIENCE, run).await.unwrap_or_else(|_| panic!("the client never saw: {what}"))
    }

    pub(crate) async fn registered(&mut self) {
        self.until("the registration", |event| {
            matches!(event, Event::Agent(AgentEvent::Registered { .. })).then_some(())
        })
        .await;
    }

    pub(crate) async fn connected(&mut self) {
        self.until("the connection", |event| matches!(event, Event::Agent(AgentEvent::Connected { .. })).then_some(()))
            .await;
    }

    /// The status with which a call ends before it begins.
    pub(crate) async fn refused(&mut self) -> Option<u16> {
        self.until("the refusal", |event| match event {
            Event::Ended { failure, .. } => Some(failure.status),
            _ => None,
        })
        .await
    }
}

/// Calls a room; gives the call and the headers of the vendor's room message.
pub(crate) async fn join(client: &mut Client, media: &box_media::BoxMedia, room: &str) -> (SessionId, Vec<HeaderLine>) {
    let offer = media.peer.create_offer(false).await.expect("an offer");
    let session = client.call(room, &offer);
    let answer = client
        .until("the answer", |event| match event {
            Event::Accepted { session: of, body, .. } if *of == session => {
                body.as_ref().and_then(Body::text).map(str::to_owned)
            }
            Event::Ended { session: of, failure } if *of == session => panic!("{failure:?}"),
            _ => None,
        })
        .await;
    media.peer.accept_answer(&answer).await.expect("a good answer");
    let info = client.until("the room message", |event| match event {
        Event::Info { headers, .. } => Some(headers.clone()),
        _ => None,
    });
    (session, info.await)
}
