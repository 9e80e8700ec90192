//! The driver's side of the media engine: requests as tasks, settings, and the time before the engine is there.

use std::collections::HashMap;

use roombox_appliance::api::MediaSetting;
use roombox_conference::api::{CallId, MediaFact, MediaRequest};
use roombox_media::{MediaError, api::MediaCall, engine::MediaEngine};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

/// Hands requests to the engine; each result comes back as a fact.
pub(super) struct Media {
    engine: Engine,
    facts: UnboundedSender<MediaFact>,
    /// One task a call does its requests in order; it ends with the call.
    calls: HashMap<CallId, UnboundedSender<MediaRequest>>,
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

impl Media {
    pub(super) fn new(facts: UnboundedSender<MediaFact>) -> Self {
        Self { engine: Engine::Starting { requests: Vec::new(), settings: Vec::new() }, facts, calls: HashMap::new() }
    }

    /// The engine is there, or will never be.
    pub(super) fn started(&mut self, engine: Result<MediaEngine, String>) {
        let engine = match engine {
            Ok(engine) => Engine::Running(engine),
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
                let call = request.call();
                let last = matches!(request, MediaRequest::Close { .. });
                let queue = self.calls.entry(call).or_insert_with(|| {
                    let (queue, requests) = mpsc::unbounded_channel();
                    tokio::spawn(serve(engine.clone(), requests, self.facts.clone()));
                    queue
                });
                // The task takes requests until the last sender, which is this one, is dropped.
                let _ = queue.send(request);
                if last {
                    self.calls.remove(&call);
                }
            }
            Engine::Absent(reason) => {
                let failed = MediaFact::Failed { call: request.call(), reason: reason.clone() };
                // The driver owns the other end and lives as long as this.
                let _ = self.facts.send(failed);
            }
        }
    }

    pub(super) fn set(&mut self, setting: MediaSetting) {
        match (&mut self.engine, setting) {
            (Engine::Starting { settings, .. }, setting) => settings.push(setting),
            (Engine::Running(engine), MediaSetting::Camera(on)) => engine.set_camera(on),
            (Engine::Running(engine), MediaSetting::Microphone(on)) => engine.set_microphone(on),
            (Engine::Running(engine), MediaSetting::Volume(level)) => engine.set_volume(level),
            (Engine::Absent(_), _) => {}
        }
    }

    pub(super) async fn stop(&self) {
        if let Engine::Running(engine) = &self.engine {
            engine.stop().await;
        }
    }

    /// Has the next offer ready before it is asked for.
    fn prepare(&self) {
        if let Engine::Running(engine) = &self.engine {
            let engine = engine.clone();
            tokio::spawn(async move { prepare(&engine).await });
        }
    }
}

/// Does the requests of one call, one after the other.
async fn serve(engine: MediaEngine, mut requests: UnboundedReceiver<MediaRequest>, facts: UnboundedSender<MediaFact>) {
    while let Some(request) = requests.recv().await {
        if let Some(fact) = run(&engine, request).await {
            // The driver is gone when this fails.
            let _ = facts.send(fact);
        }
    }
    prepare(&engine).await;
}

async fn prepare(engine: &MediaEngine) {
    if let Err(error) = engine.prepare().await {
        tracing::debug!(%error, "media is not armed for the next call");
    }
}

/// `None` when a call was closed: nobody waits for that, but the next call can be armed.
async fn run(engine: &MediaEngine, request: MediaRequest) -> Option<MediaFact> {
    let call = request.call();
    let media = MediaCall(call.0);
    let failed = |error: MediaError| MediaFact::Failed { call, reason: error.to_string() };
    let fact = match request {
        MediaRequest::AcceptAnswer { sdp, .. } => {
            engine.accept_answer(media, &sdp).await.map(|()| MediaFact::AnswerAccepted { call })
        }
        MediaRequest::Close { .. } => {
            engine.close_call(media).await;
            return None;
        }
        MediaRequest::CreateAnswer { offer, .. } => {
            engine.create_answer(media, &offer).await.map(|sdp| MediaFact::AnswerReady { call, sdp })
        }
        MediaRequest::CreateOffer { restart_ice, .. } => {
            engine.create_offer(media, restart_ice).await.map(|sdp| MediaFact::OfferReady { call, sdp })
        }
        MediaRequest::AddPresentation { .. } => {
            Ok(MediaFact::PresentationFailed { call, reason: "media has no second stream".into() })
        }
        MediaRequest::CreateReceiveOffer { .. } | MediaRequest::AcceptReceiveAnswer { .. } => {
            Ok(MediaFact::ReceiveFailed { call, reason: "media has no second connection".into() })
        }
        MediaRequest::CloseReceive { .. }
        | MediaRequest::RemovePresentation { .. }
        | MediaRequest::ReplaceCamera { .. }
        | MediaRequest::RequestKeyFrame { .. }
        | MediaRequest::SampleStatistics { .. }
        | MediaRequest::SetEncoding { .. } => return None,
    };
    Some(fact.unwrap_or_else(failed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_too_early_fails_when_media_does_not_start() {
        let (sender, mut facts) = mpsc::unbounded_channel();
        let mut media = Media::new(sender);
        media.ask(MediaRequest::CreateOffer { call: CallId(1), restart_ice: false });
        assert!(facts.try_recv().is_err());
        media.started(Err("no H.264 encoder".into()));
        let failed = MediaFact::Failed { call: CallId(1), reason: "no H.264 encoder".into() };
        assert_eq!(facts.try_recv(), Ok(failed));
    }
}
