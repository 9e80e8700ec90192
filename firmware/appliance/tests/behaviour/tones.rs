//! What the room hears of calls.

use roombox_appliance::api::{Chime, MediaSetting, Ring};
use roombox_appliance::tree::{CallId, CallState, Command};
use roombox_conference::api::{self as conference, CallCause, CallFailure, Originator};
use roombox_conference::catalogue::{CallEvent, Event, Side};

use crate::bench::{Bench, TARGET, in_call_state, ringing};

const CALL: CallId = CallId(1);

impl Bench {
    fn heard(&mut self) -> Vec<MediaSetting> {
        let heard = self.set();
        self.outputs.clear();
        heard
    }

    fn progress(&mut self, originator: Side, status: u16) {
        let event = CallEvent::Progress { call: CALL, originator, status: Some(status) };
        self.conference(conference::Event::Catalogue(Event::CallEvent(event)));
    }

    /// The end of the call and the state behind it.
    fn ends(&mut self, call: CallId, cause: CallCause, originator: Originator, again: bool) {
        let reason = String::new();
        let failure = CallFailure { cause, status: None, reason, originator, peer_reason: None, retry_after: None };
        self.conference(conference::Event::CallEnded { call, failure, will_redial: again });
        let state =
            CallState::Redialling { target: TARGET.into(), attempt: 1, retry_in_ms: 500, reason: String::new() };
        self.call(if again { state } else { CallState::Idle });
    }
}

fn chime(chime: Chime) -> Vec<MediaSetting> {
    vec![MediaSetting::Chime(chime)]
}

fn ring(ring: impl Into<Option<Ring>>) -> Vec<MediaSetting> {
    vec![MediaSetting::Ring(ring.into())]
}

fn connecting() -> CallState {
    CallState::Connecting { call: CALL, target: TARGET.into() }
}

#[test]
fn a_call_that_comes_in_rings_until_it_is_answered_or_over() {
    let mut bench = Bench::ready();
    bench.call(ringing());
    assert_eq!(bench.heard(), ring(Ring::Incoming));
    bench.ends(CallId(9), CallCause::Canceled, Originator::Remote, false);
    assert_eq!(bench.heard(), ring(None));

    bench.call(ringing());
    bench.outputs.clear();
    bench.call(in_call_state(false));
    assert_eq!(bench.heard(), [chime(Chime::Joined), ring(None)].concat());
}

#[test]
fn a_call_of_ours_is_heard_ringing_there_from_180_on() {
    let mut bench = Bench::ready();
    bench.call(connecting());
    bench.progress(Side::Remote, 100);
    bench.progress(Side::Remote, 183);
    bench.progress(Side::Local, 180);
    assert_eq!(bench.heard(), []);
    bench.progress(Side::Remote, 180);
    bench.progress(Side::Remote, 180);
    assert_eq!(bench.heard(), ring(Ring::Ringback));
    bench.call(in_call_state(false));
    assert_eq!(bench.heard(), [chime(Chime::Joined), ring(None)].concat());
    // More is told of the same call.
    bench.call(in_call_state(true));
    assert_eq!(bench.heard(), []);
}

#[test]
fn an_end_sounds_as_it_came() {
    for (cause, originator, sounds) in [
        (CallCause::Bye, Originator::Remote, Chime::Left),
        (CallCause::Bye, Originator::Local, Chime::Left),
        (CallCause::Canceled, Originator::Local, Chime::Left),
        (CallCause::ConnectionError, Originator::Local, Chime::Failed),
        (CallCause::WebrtcError, Originator::Local, Chime::Failed),
    ] {
        let mut bench = Bench::in_call();
        bench.ends(CALL, cause, originator, false);
        assert_eq!(bench.heard(), chime(sounds), "{cause:?}");
    }
}

#[test]
fn an_attempt_that_fails_is_heard_once_however_often_it_is_dialled_again() {
    for (cause, sounds) in [(CallCause::Busy, Chime::Busy), (CallCause::NotFound, Chime::Failed)] {
        let mut bench = Bench::ready();
        bench.call(connecting());
        bench.ends(CALL, cause, Originator::Remote, true);
        assert_eq!(bench.heard(), chime(sounds));
        bench.call(connecting());
        bench.ends(CALL, cause, Originator::Remote, true);
        assert_eq!(bench.heard(), []);
        // Whoever asks again wants to hear again.
        bench.command(Command::Join { target: None });
        bench.call(connecting());
        bench.ends(CALL, cause, Originator::Remote, true);
        assert_eq!(bench.heard(), chime(sounds));
    }
}

#[test]
fn who_gives_up_dialling_hears_nothing_but_that_the_ringing_ends() {
    let mut bench = Bench::ready();
    bench.call(connecting());
    bench.progress(Side::Remote, 180);
    bench.outputs.clear();
    bench.ends(CALL, CallCause::Canceled, Originator::Local, false);
    assert_eq!(bench.heard(), ring(None));
}

#[test]
fn a_second_call_is_heard_quietly_and_the_first_is_not_joined_again() {
    let mut bench = Bench::in_call();
    bench.call(ringing());
    assert_eq!(bench.heard(), ring(Ring::Waiting));
    bench.ends(CallId(9), CallCause::Canceled, Originator::Remote, false);
    bench.outputs.clear();
    bench.call(in_call_state(true));
    assert_eq!(bench.heard(), []);
}
