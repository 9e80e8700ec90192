//! Presentations that are asked for, refused, broken and taken away in any order: the call is never harmed, and a healthy
//! world presents again (spec section 4).

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use roombox_conference::api::{
    CallId, Command, ContentHint, MediaFact, MediaRequest, Output, PresentCommand, SipRequest,
};
use roombox_conference::catalogue::{Event, PresentationEvent};
use roombox_conference::vendor::VendorMessage;
use roombox_sip::api as sip;

use crate::bench::{ANSWER, Bench, OFFER, failed, millis, seconds};
use crate::roles::to_spectators;

/// Answers of a server to an INFO that refuse without saying that the call is gone.
const REFUSALS: [u16; 5] = [202, 400, 403, 500, 603];

/// A server and media that do what a presentation needs, or not.
struct Stage {
    bench: Bench,
    random: StdRng,
    call: CallId,
    session: sip::SessionId,
    /// Outputs that have been looked at.
    seen: usize,
    /// Everything works from now on.
    healthy: bool,
    has_line: bool,
}

impl Stage {
    fn new(seed: u64) -> Self {
        let (mut bench, call, session) = Bench::in_call();
        bench.enter(session, "Hall", Some("t0ken"), seed.is_multiple_of(3));
        let random = StdRng::seed_from_u64(seed);
        Self { bench, random, call, session, seen: 0, healthy: false, has_line: false }
    }

    /// Something goes wrong or is withheld.
    fn fails(&mut self) -> bool {
        !self.healthy && self.random.random_bool(0.3)
    }

    /// Everybody else reacts to what the client wants, until nobody has anything to say.
    fn react(&mut self) {
        while let Some(output) = self.bench.outputs().get(self.seen).cloned() {
            self.seen += 1;
            match output {
                Output::Media(request) => self.media(&request),
                Output::Sip(SipRequest::Command(command)) => self.server(&command),
                _ => {}
            }
        }
    }

    fn media(&mut self, request: &MediaRequest) {
        let call = self.call;
        match request {
            // An answer that never comes is given up by the client.
            MediaRequest::AddPresentation { .. } if self.fails() && self.random.random_bool(0.3) => {}
            MediaRequest::AddPresentation { .. } if self.fails() => {
                let reason = "no screen".to_owned();
                self.bench.media(if self.random.random_bool(0.5) {
                    MediaFact::PresentationSourceFailed { call, reason }
                } else {
                    MediaFact::PresentationFailed { call, reason }
                });
            }
            MediaRequest::AddPresentation { .. } => {
                let renegotiate = !std::mem::replace(&mut self.has_line, true);
                self.bench.media(MediaFact::PresentationReady { call, renegotiate });
            }
            MediaRequest::CreateOffer { .. } if self.fails() => {
                self.bench.media(MediaFact::Failed { call, reason: "no offer".into() });
            }
            MediaRequest::CreateOffer { .. } => self.bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() }),
            MediaRequest::AcceptAnswer { .. } => self.bench.media(MediaFact::AnswerAccepted { call }),
            _ => {}
        }
    }

    fn server(&mut self, command: &sip::Command) {
        match *command {
            sip::Command::Info { request, .. } if self.fails() => {
                let status = REFUSALS[self.random.random_range(0..REFUSALS.len())];
                self.bench.respond(request, status, "No");
            }
            sip::Command::Info { request, .. } if self.fails() => {
                let outcome = Err(failed(sip::Cause::RequestTimeout, None));
                self.bench.sip(sip::Event::Response { request, outcome });
            }
            sip::Command::Info { request, .. } => self.bench.respond(request, 200, "OK"),
            sip::Command::Reinvite { session, .. } if self.fails() => {
                let failure = failed(sip::Cause::IncompatibleSdp, Some(488));
                self.bench.sip(sip::Event::OfferFailed { session, failure });
            }
            sip::Command::Reinvite { session, .. } => {
                self.bench.sip(sip::Event::OfferAnswered { session, body: Some(sip::Body::sdp(ANSWER)) });
            }
            _ => {}
        }
    }

    fn start(&mut self) {
        let attempts = self.random.random_range(1..4);
        let command = PresentCommand::Start { hint: ContentHint::Detail, max_bitrate: None, attempts };
        self.bench.command(Command::Present { call: self.call, command });
    }

    fn disturb(&mut self) {
        let call = self.call;
        match self.random.random_range(0..12) {
            0..=3 => self.start(),
            4 | 5 => self.bench.command(Command::Present { call, command: PresentCommand::Stop }),
            6 => self.bench.command(Command::Present { call, command: PresentCommand::Update }),
            7 => self.bench.server_says(self.session, &VendorMessage::PresentationMustStop {}),
            8 => self.bench.server_says(self.session, &to_spectators(None)),
            9 => self.bench.media(MediaFact::PresentationFailed { call, reason: "unplugged".into() }),
            10 => self.bench.media(MediaFact::PresentationReady { call, renegotiate: false }),
            _ => self.bench.command(Command::Renegotiate { call }),
        }
        // Sometimes the next thing happens before anybody has answered.
        if self.random.random_bool(0.7) {
            self.react();
        }
        let pause = self.random.random_range(0..2000);
        self.bench.pass(millis(pause));
        self.react();
    }

    fn settle(&mut self) {
        for _ in 0..60 {
            self.react();
            self.bench.pass(seconds(1));
        }
        self.react();
    }

    fn told(&self) -> Vec<&PresentationEvent> {
        self.bench
            .catalogue()
            .filter_map(|event| match event {
                Event::PresentationEvent(event) => Some(event),
                _ => None,
            })
            .collect()
    }

    /// How often the picture was put on its sender, and taken off.
    fn pictures(&self) -> (usize, usize) {
        let count = |wanted: fn(&MediaRequest) -> bool| self.bench.requests().filter(|request| wanted(request)).count();
        let put = count(|request| matches!(request, MediaRequest::AddPresentation { .. }));
        (put, count(|request| matches!(request, MediaRequest::RemovePresentation { .. })))
    }
}

#[test]
fn no_presentation_that_is_refused_or_fails_ever_harms_the_call() {
    for seed in 0..400 {
        let mut stage = Stage::new(seed);
        for _ in 0..40 {
            stage.disturb();
            assert!(stage.bench.in_call_now(), "seed {seed}");
        }
        assert!(!stage.bench.terminated(stage.session) && !stage.bench.closed(stage.call), "seed {seed}");
    }
}

#[test]
fn after_any_disturbance_a_healthy_world_presents_again() {
    for seed in 0..400 {
        let mut stage = Stage::new(seed);
        (0..40).for_each(|_| stage.disturb());
        stage.healthy = true;
        stage.settle();
        stage.bench.command(Command::Present { call: stage.call, command: PresentCommand::Stop });
        stage.settle();
        stage.bench.forget();
        stage.seen = 0;
        stage.start();
        stage.settle();
        let started = matches!(stage.told()[..], [PresentationEvent::Start { .. }, PresentationEvent::Started { .. }]);
        assert!(started, "seed {seed}: {:?}", stage.told());
        assert_eq!(stage.pictures(), (1, 0), "seed {seed}");
    }
}

#[test]
fn whatever_was_started_has_an_end_that_is_told() {
    for seed in 0..400 {
        let mut stage = Stage::new(seed);
        (0..40).for_each(|_| stage.disturb());
        stage.healthy = true;
        stage.settle();
        stage.bench.command(Command::Present { call: stage.call, command: PresentCommand::Stop });
        stage.settle();
        let last = stage.told().pop().cloned();
        let over = matches!(last, None | Some(PresentationEvent::Ended { .. } | PresentationEvent::Failed { .. }));
        assert!(over, "seed {seed}: {last:?}");
        let (put, taken) = stage.pictures();
        assert!(put == 0 || taken > 0, "seed {seed}: a picture is left on its sender");
    }
}
