//! The one owner of time: takes what happens, hands it to the machines, does what they want done.
//!
//! One task, one loop, no waiting inside: media requests run as tasks of their own and report back, flows and media
//! events come in through channels, and a single timer stands at the earliest deadline.

mod facts;
mod front;
mod http;
mod inbox;
mod machines;
mod media;
mod numbers;
mod places;
mod probes;
mod stages;

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use roombox_appliance::{
    Appliance,
    api::{self as room, CommandId},
    tree::{Cause, CauseCode, Command, CommandResult, Event, Status},
};
use roombox_conference::{ConferenceClient, api::NetworkEvent};
use roombox_hal::{DeviceFinding, Hardware, status_display::DisplayError};
use roombox_media::{
    api::{MediaEvent, PresentationSource},
    engine::MediaEngine,
};
use roombox_sip::{agent::UserAgent, api as sip};
use roombox_sip_transports::{ClientTls, FlowEvents, Transports};
use tokio::sync::{mpsc, oneshot, watch};

pub(crate) use self::stages::{Times, milliseconds};
use self::{
    front::Front,
    http::HttpClient,
    inbox::{Happening, Inbox},
    machines::{Input, Machines, Work},
    media::Media,
    places::Places,
    stages::{Stage, Stages},
};
use crate::{events::EventBus, house::HouseEnds};

/// Time for BYE, un-REGISTER and their answers when the box is told to end.
const FAREWELL: Duration = Duration::from_millis(1500);

/// Everything the driver works with.
pub(crate) struct Parts {
    pub(crate) agent: UserAgent,
    pub(crate) client: ConferenceClient,
    pub(crate) room: Appliance,
    pub(crate) hardware: Hardware,
    /// The engine when it is started, or why it is not.
    pub(crate) engine: oneshot::Receiver<Result<MediaEngine, String>>,
    pub(crate) media_events: mpsc::UnboundedReceiver<MediaEvent>,
    /// What can be presented, by name.
    pub(crate) sources: HashMap<String, PresentationSource>,
    pub(crate) transports: Transports,
    /// For what is asked of the server by HTTP.
    pub(crate) tls: ClientTls,
    pub(crate) flows: FlowEvents,
    /// What the system tells about the network.
    pub(crate) network: mpsc::UnboundedReceiver<NetworkEvent>,
    pub(crate) house: HouseEnds,
    pub(crate) events: EventBus,
    /// What the rest of the program tells the room (panel address, causes, stop).
    pub(crate) notes: mpsc::UnboundedReceiver<room::Input>,
    /// Start of the process.
    pub(crate) started: Instant,
    pub(crate) times: watch::Sender<Times>,
}

pub(crate) struct Driver {
    machines: Machines,
    inbox: Inbox,
    front: Front,
    http: HttpClient,
    findings: Vec<DeviceFinding>,
    media: Media,
    places: Places,
    transports: Transports,
    events: EventBus,
    stages: Stages,
    status: Option<Status>,
    published: watch::Sender<Arc<serde_json::Value>>,
    asked: HashMap<CommandId, oneshot::Sender<CommandResult>>,
    next_command: u64,
}

impl Driver {
    /// Ready to run; the first status is published already.
    pub(crate) fn new(parts: Parts) -> Self {
        let (facts, media_answers) = mpsc::unbounded_channel();
        let (found, located) = mpsc::unbounded_channel();
        let (answers, http_answers) = mpsc::unbounded_channel();
        let Hardware { buttons, leds, status_display, findings, .. } = parts.hardware;
        let mut driver = Self {
            machines: Machines::new(parts.agent, parts.client, parts.room),
            inbox: Inbox {
                buttons,
                commands: parts.house.commands,
                engine: Some(parts.engine),
                flows: parts.flows,
                http_answers,
                located,
                media_answers,
                media_events: parts.media_events,
                network: parts.network,
                notes: parts.notes,
                watchdog: inbox::watchdog(),
            },
            findings: findings.clone(),
            front: Front::new(leds, status_display, parts.house.display),
            http: HttpClient::new(parts.tls, answers),
            media: Media::new(facts, parts.sources),
            places: Places::new(found),
            transports: parts.transports,
            events: parts.events,
            stages: Stages::new(parts.started, parts.times),
            status: None,
            published: parts.house.status,
            asked: HashMap::new(),
            next_command: 0,
        };
        driver.publish_status();
        driver.feed(Instant::now(), Input::Room(room::Input::Board(findings)));
        driver
    }

    /// Runs until the room was told to stop and has left and unregistered, or could not in time.
    pub(crate) async fn run(mut self) {
        self.feed(Instant::now(), Input::Room(room::Input::Started));
        let mut farewell: Option<Instant> = None;
        while farewell.is_none_or(|end| !self.machines.is_stopped() && Instant::now() < end) {
            let due = [self.machines.next_deadline(), self.front.next_step(), farewell].into_iter().flatten().min();
            let happening = self.inbox.next(due).await;
            if matches!(happening, Happening::Note(room::Input::Stop)) {
                farewell.get_or_insert(Instant::now() + FAREWELL);
            }
            self.handle(happening);
        }
        if !self.machines.is_stopped() {
            tracing::debug!("the server did not answer the farewell in time: {}", self.machines.unanswered());
        }
        self.media.stop().await;
    }

    fn handle(&mut self, happening: Happening) {
        let now = Instant::now();
        match happening {
            Happening::Asked(asked) => {
                let id = CommandId(self.next_command);
                self.next_command += 1;
                self.asked.insert(id, asked.answer);
                if matches!(asked.command, Command::Join { .. } | Command::Press { .. }) {
                    self.stages.asked(now);
                }
                self.feed(now, Input::Room(room::Input::Command(id, asked.command)));
            }
            Happening::Due => {
                self.machines.handle_timeout(now);
                if let Some(outcome) = self.front.step(now) {
                    self.display_changed(now, outcome);
                }
                self.settle(now);
            }
            Happening::Engine(engine) => {
                if let Err(reason) = &engine {
                    let cause = Cause::with_detail(CauseCode::MediaNotStarted, reason.clone());
                    self.feed(now, Input::Room(room::Input::CauseRaised(cause)));
                }
                self.media.started(engine);
            }
            Happening::Flow(flow, input) => self.feed(now, Input::Flow(flow, input)),
            Happening::Http(id, outcome) => self.feed(now, Input::Http(id, outcome)),
            Happening::Located(locate, places) => self.feed(now, Input::Located(locate, places)),
            Happening::MediaAnswer(answer) => {
                if let Some(fact) = self.media.told(answer) {
                    self.feed(now, Input::Media(fact));
                }
            }
            Happening::MediaNews(news) => self.hear(now, news),
            Happening::Network(event) => self.feed(now, Input::Network(event)),
            Happening::Note(note) => self.feed(now, Input::Room(note)),
            Happening::Press(press) => {
                self.stages.asked(press.at);
                let (button, action, at) = (press.button, press.action, press.at);
                self.feed(now, Input::Room(room::Input::Press { button, action, at }));
            }
        }
    }

    fn hear(&mut self, now: Instant, news: MediaEvent) {
        let news = match self.media.hear(news) {
            Ok(Some(fact)) => return self.feed(now, Input::Media(fact)),
            Ok(None) => return,
            Err(news) => news,
        };
        let of_this_call = |call| self.machines.call() == Some(call);
        let stage = match &news {
            MediaEvent::Connected { call } if of_this_call(*call) => Some(Stage::Connected),
            MediaEvent::FirstAudio { call } if of_this_call(*call) => Some(Stage::FirstAudio),
            MediaEvent::FirstFrame { call } if of_this_call(*call) => Some(Stage::FirstFrame),
            _ => None,
        };
        if let Some(stage) = stage {
            self.reached(stage, now);
        }
        self.feed(now, Input::News(news));
    }

    fn feed(&mut self, now: Instant, input: Input) {
        self.machines.handle_input(now, input);
        self.settle(now);
    }

    /// Does all the work that came up, then shows the new state.
    fn settle(&mut self, now: Instant) {
        while let Some(work) = self.machines.poll_work() {
            match work {
                Work::Hold(call, hold) => self.media.hold(call, hold),
                Work::Http(request) => self.http.ask(request),
                Work::Media(request) => self.media.ask(request),
                Work::Reached(stage) => self.reached(stage, now),
                Work::Room(output) => self.carry_room(now, output),
                Work::Sip(output) => self.carry_sip(output),
            }
        }
        self.publish_status();
    }

    fn carry_sip(&self, output: sip::Output) {
        match output {
            sip::Output::CloseFlow(flow) => self.transports.close(flow),
            sip::Output::Locate { locate, domain, transport, path } => {
                self.places.locate(locate, domain, transport, path);
            }
            sip::Output::OpenFlow { flow, server } => self.transports.open(flow, server),
            sip::Output::Send { flow, bytes } => self.transports.send(flow, bytes),
            // The machines keep events among themselves.
            sip::Output::Event(_) => {}
        }
    }

    fn carry_room(&mut self, now: Instant, output: room::Output) {
        match output {
            room::Output::Display(content) => {
                if let Some(outcome) = self.front.show(now, &content) {
                    self.display_changed(now, outcome);
                }
            }
            room::Output::Event(event) => self.tell(now, &event),
            room::Output::Leds(leds) => self.front.light(leds),
            room::Output::Media(setting) => self.media.set(setting),
            room::Output::Reply(id, result) => {
                if let Some(answer) = self.asked.remove(&id) {
                    // Whoever asked may be gone; the command is done all the same.
                    let _ = answer.send(result);
                }
            }
            room::Output::Screen(content) => self.media.show(content),
            // The machines keep these among themselves.
            room::Output::Conference(_) => {}
        }
    }

    fn display_changed(&mut self, now: Instant, outcome: Result<(), DisplayError>) {
        self.findings = facts::with_display(std::mem::take(&mut self.findings), outcome);
        self.machines.handle_input(now, Input::Room(room::Input::Board(self.findings.clone())));
    }

    fn tell(&mut self, now: Instant, event: &Event) {
        if matches!(event, Event::Registered { .. }) {
            self.reached(Stage::Registered, now);
        }
        let mut value = serde_json::to_value(event).unwrap_or_default();
        let name = value["event"].as_str().unwrap_or_default().to_owned();
        self.events.publish(name, value["data"].take());
    }

    fn reached(&mut self, stage: Stage, now: Instant) {
        let data = self.stages.reached(stage, now);
        self.events.publish("stage", data);
    }

    fn publish_status(&mut self) {
        let status = self.machines.status();
        if self.status.as_ref() == Some(&status) {
            return;
        }
        match serde_json::to_value(&status) {
            Ok(value) => {
                self.published.send_replace(Arc::new(value));
            }
            Err(error) => tracing::error!(%error, "status"),
        }
        self.status = Some(status);
    }
}
