//! Media that only pretends: it answers every request in time, late, never or with a failure, as the mood is, and its paths
//! are as real as the other end that its descriptions name.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use roombox_conference::api::{CallId, MediaFact, MediaRequest};
use roombox_sip::ident::Random;

use super::measured;
use crate::agenda::Agenda;
use crate::dice::Dice;
use crate::player::sdp::{self, Origin};

/// What goes wrong, in percent of the requests of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MediaMood {
    /// No path is through.
    pub(crate) blocked: bool,
    pub(crate) camera_fails: u64,
    /// Offers and answers.
    pub(crate) descriptions_fail: u64,
    /// Pictures of the other side stand still.
    pub(crate) frozen: bool,
    pub(crate) presentations_fail: u64,
    pub(crate) receiving_fails: u64,
    /// Requests that are never answered.
    pub(crate) silent: u64,
    /// Longest time for an answer, in milliseconds; 20 at least.
    pub(crate) slow_ms: u64,
}

/// Way of a peer connection to its other end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Path {
    #[default]
    New,
    Up,
    Lost,
}

/// One peer connection.
#[derive(Debug, Default)]
struct Peering {
    path: Path,
    /// Packets of the picture that came in.
    packets: u64,
    /// There is an m-line for a presentation.
    presents: bool,
    /// The second connection of a spectator is there.
    receives: bool,
    remote: Option<Origin>,
    version: u32,
}

/// All peer connections of one box.
#[derive(Debug)]
pub(crate) struct Media {
    calls: BTreeMap<CallId, Peering>,
    later: Agenda<MediaFact>,
    pub(crate) mood: MediaMood,
    random: Random,
    /// Whose media it is.
    who: String,
}

impl Media {
    pub(crate) fn new(who: &str, seed: u64) -> Self {
        Self {
            calls: BTreeMap::new(),
            later: Agenda::default(),
            mood: MediaMood::default(),
            random: Random::new(seed),
            who: who.to_owned(),
        }
    }

    /// Calls with a peer connection.
    pub(crate) fn open(&self) -> impl Iterator<Item = CallId> {
        self.calls.keys().copied()
    }

    /// Calls with a second connection.
    pub(crate) fn receiving(&self) -> impl Iterator<Item = CallId> {
        self.calls.iter().filter(|(_, peering)| peering.receives).map(|(call, _)| *call)
    }

    pub(crate) fn due(&mut self, now: Instant) -> Option<MediaFact> {
        self.later.take(now)
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.later.next()
    }

    pub(crate) fn ask(&mut self, now: Instant, request: &MediaRequest) {
        let call = request.call();
        if matches!(request, MediaRequest::Close { .. }) {
            self.calls.remove(&call);
            return;
        }
        if matches!(request, MediaRequest::CreateOffer { .. } | MediaRequest::CreateAnswer { .. }) {
            self.calls.entry(call).or_default();
        }
        // What has no peer connection is not answered.
        if !self.calls.contains_key(&call) {
            return;
        }
        let fact = self.fact(request);
        let at = now + Duration::from_millis(self.random.millis(5, self.mood.slow_ms.max(20)));
        if let Some(fact) = fact
            && !self.random.chance(self.mood.silent)
        {
            self.later.add(at, fact);
        }
    }

    fn fact(&mut self, request: &MediaRequest) -> Option<MediaFact> {
        let call = request.call();
        let reason = "the simulated engine has failed".to_owned();
        let (describing, mood) = (self.random.chance(self.mood.descriptions_fail), self.mood);
        let peering = self.calls.get_mut(&call)?;
        Some(match request {
            MediaRequest::AcceptAnswer { .. }
            | MediaRequest::CreateAnswer { .. }
            | MediaRequest::CreateOffer { .. }
                if describing =>
            {
                MediaFact::Failed { call, reason }
            }
            MediaRequest::AcceptAnswer { sdp, .. } => {
                peering.remote = Origin::of(sdp).or(peering.remote.take());
                MediaFact::AnswerAccepted { call }
            }
            MediaRequest::CreateAnswer { offer, .. } => {
                peering.remote = Origin::of(offer).or(peering.remote.take());
                MediaFact::AnswerReady { call, sdp: self.describe(call, sdp::answering(offer)) }
            }
            MediaRequest::CreateOffer { .. } => MediaFact::OfferReady { call, sdp: self.describe(call, "sendrecv") },
            MediaRequest::AddPresentation { .. } if self.random.chance(mood.presentations_fail) => {
                MediaFact::PresentationSourceFailed { call, reason }
            }
            MediaRequest::AddPresentation { .. } => {
                MediaFact::PresentationReady { call, renegotiate: !std::mem::replace(&mut peering.presents, true) }
            }
            MediaRequest::CreateReceiveOffer { .. } | MediaRequest::AcceptReceiveAnswer { .. }
                if self.random.chance(mood.receiving_fails) =>
            {
                MediaFact::ReceiveFailed { call, reason }
            }
            MediaRequest::CreateReceiveOffer { .. } => {
                peering.receives = true;
                MediaFact::ReceiveOfferReady { call, sdp: self.describe(call, "recvonly") }
            }
            MediaRequest::AcceptReceiveAnswer { .. } => MediaFact::ReceiveRunning { call },
            MediaRequest::ReplaceCamera { .. } if self.random.chance(mood.camera_fails) => {
                MediaFact::CameraReplaceFailed { call, reason }
            }
            MediaRequest::ReplaceCamera { .. } => MediaFact::CameraReplaced { call, track: "other".into() },
            MediaRequest::SampleStatistics { .. } => {
                if peering.path == Path::Up && !mood.frozen {
                    peering.packets += 1_000;
                }
                let entries = measured::entries(&mut self.random, peering.packets);
                MediaFact::Statistics { call, took_ms: 5, entries }
            }
            MediaRequest::CloseReceive { .. } => {
                peering.receives = false;
                return None;
            }
            MediaRequest::SendKeys { request, .. } => MediaFact::KeysSent { call, request: *request },
            MediaRequest::Close { .. }
            | MediaRequest::RemovePresentation { .. }
            | MediaRequest::RequestKeyFrame { .. }
            | MediaRequest::SetEncoding { .. } => return None,
        })
    }

    fn describe(&mut self, call: CallId, direction: &str) -> String {
        let version = self.calls.get_mut(&call).map_or(1, |peering| {
            peering.version += 1;
            peering.version
        });
        sdp::describe(&Origin { who: self.who.clone(), call: call.0 }, version, direction)
    }

    /// What of the other ends is there has changed, or what is blocked; gives what is to be told.
    pub(crate) fn follow(&mut self, is_there: impl Fn(&Origin) -> bool) -> Vec<MediaFact> {
        let mut facts = Vec::new();
        for (call, peering) in &mut self.calls {
            let through = !self.mood.blocked && peering.remote.as_ref().is_some_and(&is_there);
            match (peering.path, through) {
                (Path::New | Path::Lost, true) => {
                    peering.path = Path::Up;
                    facts.push(MediaFact::Connected { call: *call });
                }
                (Path::Up, false) => {
                    peering.path = Path::Lost;
                    facts.push(MediaFact::Disconnected { call: *call });
                }
                _ => {}
            }
        }
        facts
    }
}
