//! The driver's side of the media engine: requests as tasks, settings, and the time before the engine is there.

mod presenting;
mod receive;
mod requests;
mod screen;

use std::collections::HashMap;

use roombox_appliance::api::{MediaSetting, ScreenContent};
use roombox_conference::api::{CallId, MediaFact, MediaRequest};
use roombox_media::{
    api::{MediaCall, MediaEvent, PresentationSource},
    engine::MediaEngine,
};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use self::{
    presenting::{Opened, Presenting},
    receive::Receives,
    requests::Lane,
    screen::ScreenPainter,
};
use super::facts;

/// What became of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    fact: MediaFact,
    /// The receive connection that it is about.
    receive: Option<MediaCall>,
}

/// Hands requests to the engine; each result comes back as a fact.
pub(super) struct Media {
    engine: Engine,
    answers: UnboundedSender<Answer>,
    /// One task a lane does its requests in order; it ends with the call.
    lanes: HashMap<(CallId, Lane), UnboundedSender<Task>>,
    receives: Receives,
    presenting: Presenting,
    screen: ScreenPainter,
}

enum Engine {
    /// Still starting: connecting to the server does not wait for it. What is asked meanwhile is kept.
    Starting {
        requests: Vec<MediaRequest>,
        settings: Vec<MediaSetting>,
    },
    Running(MediaEngine),
    /// Did not start, in words.
    Absent(String),
}

/// A request and the connection of the engine that it is for.
struct Task {
    request: MediaRequest,
    media: MediaCall,
    receive: bool,
    /// What became of the source of a presentation.
    opened: Option<Opened>,
}

impl Media {
    /// `sources`: what can be presented, by name.
    pub(super) fn new(answers: UnboundedSender<Answer>, sources: HashMap<String, PresentationSource>) -> Self {
        let engine = Engine::Starting { requests: Vec::new(), settings: Vec::new() };
        let presenting = Presenting::new(sources);
        let (receives, screen) = (Receives::default(), ScreenPainter::new());
        Self { engine, answers, lanes: HashMap::new(), receives, presenting, screen }
    }

    /// The engine is there, or will never be.
    pub(super) fn started(&mut self, engine: Result<MediaEngine, String>) {
        let engine = match engine {
            Ok(engine) => {
                self.screen.paint_with(engine.clone());
                Engine::Running(engine)
            }
            Err(reason) => Engine::Absent(reason),
        };
        if let Engine::Starting { requests, settings } = std::mem::replace(&mut self.engine, engine) {
            for setting in settings {
                self.set(setting);
            }
            // An offer that waited already arms itself.
            if requests.is_empty() {
                self.prepare();
            }
            for request in requests {
                self.ask(request);
            }
        }
    }

    pub(super) fn ask(&mut self, request: MediaRequest) {
        match &mut self.engine {
            Engine::Starting { requests, .. } => requests.push(request),
            Engine::Running(engine) => {
                let engine = engine.clone();
                self.hand_over(&engine, request);
            }
            Engine::Absent(reason) => {
                let reason = reason.clone();
                self.refuse(&request, &reason);
            }
        }
    }

    /// What is to be told of an answer; `None` when it is about a receive connection that was closed meanwhile.
    pub(super) fn told(&self, answer: Answer) -> Option<MediaFact> {
        answer.receive.is_none_or(|number| self.receives.is_open(number)).then_some(answer.fact)
    }

    /// Takes what the engine tells of a receive connection; `Err` gives back what is about something else.
    pub(super) fn hear(&self, event: MediaEvent) -> Result<Option<MediaFact>, MediaEvent> {
        if receive::is_of_one(&event) { Ok(self.receives.fact(&event)) } else { Err(event) }
    }

    /// What the TV shows from now on, or as soon as the engine is there.
    pub(super) fn show(&self, content: ScreenContent) {
        self.screen.show(content);
    }

    pub(super) fn set(&mut self, setting: MediaSetting) {
        match (&mut self.engine, setting) {
            (Engine::Starting { settings, .. }, setting) => settings.push(setting),
            (Engine::Running(engine), MediaSetting::Camera(on)) => engine.set_camera(on),
            (Engine::Running(engine), MediaSetting::EndShare(share)) => {
                let engine = engine.clone();
                tokio::spawn(async move { engine.close_share(share).await });
            }
            (Engine::Running(engine), MediaSetting::Microphone(on)) => engine.set_microphone(on),
            (Engine::Running(engine), MediaSetting::Chime(chime)) => engine.chime(facts::chime(chime)),
            (Engine::Running(engine), MediaSetting::Ring(ring)) => engine.ring(ring.map(facts::ring)),
            (Engine::Running(engine), MediaSetting::Page(to)) => presenting::turn(engine, to),
            (Engine::Running(engine), MediaSetting::Source(name)) => self.presenting.choose(engine, &name),
            (Engine::Running(engine), MediaSetting::Volume(level)) => engine.set_volume(level),
            (Engine::Absent(_), _) => {}
        }
    }

    /// Nothing of the call is sent or played from now on (true); it does not wait for what else is asked.
    pub(super) fn hold(&self, call: CallId, hold: bool) {
        let Engine::Running(engine) = &self.engine else { return };
        for media in std::iter::once(MediaCall(call.0)).chain(self.receives.of(call)) {
            if let Err(error) = engine.set_hold(media, hold) {
                tracing::debug!(%error, call = call.0, "there is nothing to hold");
            }
        }
    }

    pub(super) async fn stop(&self) {
        if let Engine::Running(engine) = &self.engine {
            engine.stop().await;
        }
    }

    fn hand_over(&mut self, engine: &MediaEngine, request: MediaRequest) {
        let (call, lane) = (request.call(), requests::lane(&request));
        let last = matches!(request, MediaRequest::Close { .. });
        // A call that ends takes its receive connection with it; a second such connection takes the place of the first.
        let replaced = last || matches!(request, MediaRequest::CreateReceiveOffer { .. });
        if replaced && let Some(media) = self.receives.take(call) {
            let request = MediaRequest::CloseReceive { call };
            self.queue(engine, call, Lane::Receive, Task { request, media, receive: true, opened: None });
        }
        let receive = lane == Lane::Receive;
        let media = if receive { self.receives.number(&request) } else { Some(MediaCall(call.0)) };
        if let Some(media) = media {
            self.presenting.stops(&request);
            let task = Task { request, media, receive, opened: None };
            if matches!(task.request, MediaRequest::AddPresentation { .. }) {
                let queue = self.lane(engine, call, lane).downgrade();
                self.presenting.open(engine.clone(), task, queue);
            } else {
                self.queue(engine, call, lane, task);
            }
        } else {
            self.refuse(&request, "the receive connection is closed");
        }
        if last {
            self.lanes.retain(|(of, _), _| *of != call);
        }
    }

    fn refuse(&self, request: &MediaRequest, reason: &str) {
        if let Some(fact) = requests::refusal(request, reason) {
            // The driver owns the other end and lives as long as this.
            let _ = self.answers.send(Answer { fact, receive: None });
        }
    }

    fn queue(&mut self, engine: &MediaEngine, call: CallId, lane: Lane, task: Task) {
        // The task takes requests until the last sender, which is this one, is dropped.
        let _ = self.lane(engine, call, lane).send(task);
    }

    fn lane(&mut self, engine: &MediaEngine, call: CallId, lane: Lane) -> &UnboundedSender<Task> {
        self.lanes.entry((call, lane)).or_insert_with(|| {
            let (queue, tasks) = mpsc::unbounded_channel();
            tokio::spawn(serve(engine.clone(), lane, tasks, self.answers.clone()));
            queue
        })
    }

    /// Has the next offer ready before it is asked for.
    fn prepare(&self) {
        if let Engine::Running(engine) = &self.engine {
            let engine = engine.clone();
            tokio::spawn(async move { prepare(&engine).await });
        }
    }
}

/// Does the requests of one lane of a call, one after the other.
async fn serve(engine: MediaEngine, lane: Lane, mut tasks: UnboundedReceiver<Task>, answers: UnboundedSender<Answer>) {
    while let Some(Task { request, media, receive, opened }) = tasks.recv().await {
        let receive = receive.then_some(media);
        let told = requests::reservation(&request);
        let fact = match opened.map_or(Ok(()), Opened::outcome) {
            Ok(()) => requests::run(&engine, media, request).await,
            Err(reason) => Some(MediaFact::PresentationSourceFailed { call: request.call(), reason }),
        };
        for fact in told.into_iter().chain(fact) {
            // The driver is gone when this fails.
            let _ = answers.send(Answer { fact, receive });
        }
    }
    if lane == Lane::Call {
        prepare(&engine).await;
    }
}

async fn prepare(engine: &MediaEngine) {
    if let Err(error) = engine.prepare().await {
        tracing::debug!(%error, "media is not armed for the next call");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: CallId = CallId(1);

    fn media() -> (Media, UnboundedReceiver<Answer>) {
        let (sender, answers) = mpsc::unbounded_channel();
        (Media::new(sender, HashMap::new()), answers)
    }

    #[test]
    fn what_was_asked_too_early_fails_when_media_does_not_start() {
        let (mut media, mut answers) = media();
        media.ask(MediaRequest::CreateOffer { call: CALL, restart_ice: false });
        assert!(answers.try_recv().is_err());
        media.started(Err("no H.264 encoder".into()));
        let failed = MediaFact::Failed { call: CALL, reason: "no H.264 encoder".into() };
        assert_eq!(answers.try_recv().ok().and_then(|answer| media.told(answer)), Some(failed));
    }

    #[test]
    fn without_media_each_request_fails_by_its_own_name() {
        let (mut media, mut answers) = media();
        media.started(Err("none".into()));
        media.ask(MediaRequest::CreateReceiveOffer { call: CALL });
        media.ask(MediaRequest::ReplaceCamera { call: CALL });
        media.ask(MediaRequest::Close { call: CALL });
        let facts: Vec<_> = std::iter::from_fn(|| answers.try_recv().ok()).filter_map(|a| media.told(a)).collect();
        let reason = || "none".to_owned();
        let expected = [
            MediaFact::ReceiveFailed { call: CALL, reason: reason() },
            MediaFact::CameraReplaceFailed { call: CALL, reason: reason() },
        ];
        assert_eq!(facts, expected);
    }

    #[test]
    fn an_answer_about_a_connection_that_was_closed_meanwhile_is_not_told() {
        let (mut media, _answers) = media();
        let number = media.receives.number(&MediaRequest::CreateReceiveOffer { call: CALL });
        let answer = || {
            let fact = MediaFact::ReceiveOfferReady { call: CALL, sdp: "v=0".into() };
            Answer { fact, receive: number }
        };
        assert!(media.told(answer()).is_some());
        media.receives.number(&MediaRequest::CloseReceive { call: CALL });
        assert_eq!(media.told(answer()), None);
    }
}
