//! Our presentation (spec section 4).

mod attempts;
mod changing;
mod ending;
mod starting;

use roombox_conference::api::{CallId, Command, ContentHint, MediaFact, MediaRequest, PresentCommand};
use roombox_conference::catalogue::{Event, PresentationEvent, PresentationFault};
use roombox_sip::api as sip;

use crate::bench::{ANSWER, Bench, OFFER};

const ASK: &str = "LETMESTARTPRESENTATION";
const STOP: &str = "STOPPRESENTATION";

fn present(bench: &mut Bench, call: CallId, command: PresentCommand) {
    bench.command(Command::Present { call, command });
}

fn start(bench: &mut Bench, call: CallId, attempts: u32) {
    let hint = ContentHint::Detail;
    present(bench, call, PresentCommand::Start { hint, max_bitrate: None, attempts });
}

/// Permission and sender are there, our offer is out.
fn offering(attempts: u32) -> (Bench, CallId, sip::SessionId) {
    let (mut bench, call, session) = Bench::in_call();
    start(&mut bench, call, attempts);
    attach(&mut bench, call);
    (bench, call, session)
}

fn attach(bench: &mut Bench, call: CallId) {
    bench.answer_share(200);
    bench.media(MediaFact::PresentationReady { call, renegotiate: true });
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
}

fn agree(bench: &mut Bench, call: CallId, session: sip::SessionId) {
    bench.sip(sip::Event::OfferAnswered { session, body: Some(sip::Body::sdp(ANSWER)) });
    bench.media(MediaFact::AnswerAccepted { call });
}

fn presenting() -> (Bench, CallId, sip::SessionId) {
    let (mut bench, call, session) = offering(1);
    agree(&mut bench, call, session);
    assert_eq!(bench.told("presentation:"), ["presentation:start", "presentation:started"]);
    bench.forget();
    (bench, call, session)
}

fn words(bench: &Bench) -> Vec<String> {
    bench.shares().into_iter().map(|(_, word)| word).collect()
}

fn asked(bench: &Bench, wanted: &MediaRequest) -> usize {
    bench.requests().filter(|request| *request == wanted).count()
}

fn reoffers(bench: &Bench) -> usize {
    bench.commands().filter(|command| matches!(command, sip::Command::Reinvite { .. })).count()
}

fn fault(bench: &Bench) -> Option<(PresentationFault, Option<u16>)> {
    bench
        .catalogue()
        .filter_map(|event| match event {
            Event::PresentationEvent(PresentationEvent::Failed { kind, error, .. }) => Some((*kind, error.status)),
            _ => None,
        })
        .last()
}
