//! The phases of a presentation: what leads where (spec section 4.4).

use roombox_conference::api::{CallId, Command, ContentHint, MediaFact, PresentCommand};
use roombox_conference::catalogue::{Event, PresentationPhase as Phase, SessionEvent};
use roombox_conference::vendor::VendorMessage;
use roombox_sip::api as sip;

use crate::bench::Bench;

/// What happens to a presentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Start,
    Stop,
    Update,
    /// The server takes it away.
    MustStop,
    /// The server says yes to what was asked last.
    Granted,
    /// The server says no.
    Refused,
    /// Media puts the picture on a sender that is there.
    Ready,
    /// Media cannot, or not any more.
    Broken,
    /// The other side hangs up.
    Ended,
    /// The call breaks.
    Lost,
}

const ALL: [What; 10] = [
    What::Start,
    What::Stop,
    What::Update,
    What::MustStop,
    What::Granted,
    What::Refused,
    What::Ready,
    What::Broken,
    What::Ended,
    What::Lost,
];

/// A phase, a path to it, and what leads away from it; anything else leaves it as it is.
type Row = (Phase, &'static [What], &'static [(What, Phase)]);

const TABLE: [Row; 6] = [
    (Phase::Idle, &[], &[(What::Start, Phase::Starting)]),
    (
        Phase::Starting,
        &[What::Start],
        &[
            (What::Stop, Phase::Stopping),
            (What::MustStop, Phase::Stopping),
            (What::Refused, Phase::Failed),
            (What::Ended, Phase::Idle),
            (What::Lost, Phase::Idle),
        ],
    ),
    (
        Phase::Starting,
        &[What::Start, What::Granted],
        &[
            (What::Stop, Phase::Stopping),
            (What::MustStop, Phase::Stopping),
            (What::Ready, Phase::Active),
            (What::Broken, Phase::Failed),
            (What::Ended, Phase::Idle),
            (What::Lost, Phase::Idle),
        ],
    ),
    (
        Phase::Active,
        &[What::Start, What::Granted, What::Ready],
        &[
            (What::Stop, Phase::Stopping),
            (What::MustStop, Phase::Stopping),
            (What::Broken, Phase::Failed),
            (What::Ended, Phase::Idle),
            (What::Lost, Phase::Idle),
        ],
    ),
    (
        Phase::Stopping,
        &[What::Start, What::Granted, What::Ready, What::Stop],
        &[
            (What::Granted, Phase::Idle),
            (What::Refused, Phase::Failed),
            (What::Ended, Phase::Idle),
            (What::Lost, Phase::Idle),
        ],
    ),
    (
        Phase::Failed,
        &[What::Start, What::Refused],
        &[(What::Start, Phase::Starting), (What::Ended, Phase::Idle), (What::Lost, Phase::Idle)],
    ),
];

struct Room {
    bench: Bench,
    call: CallId,
    session: sip::SessionId,
}

impl Room {
    fn after(path: &[What]) -> Self {
        let (bench, call, session) = Bench::in_call();
        let mut room = Self { bench, call, session };
        for what in path {
            room.happens(*what);
        }
        room
    }

    fn happens(&mut self, what: What) {
        let call = self.call;
        match what {
            What::Start => {
                self.command(PresentCommand::Start { hint: ContentHint::Detail, max_bitrate: None, attempts: 1 });
            }
            What::Stop => self.command(PresentCommand::Stop),
            What::Update => self.command(PresentCommand::Update),
            What::MustStop => self.bench.server_says(self.session, &VendorMessage::PresentationMustStop {}),
            What::Granted => self.answer(200),
            What::Refused => self.answer(403),
            What::Ready => self.bench.media(MediaFact::PresentationReady { call, renegotiate: false }),
            What::Broken => self.bench.media(MediaFact::PresentationFailed { call, reason: "unplugged".into() }),
            What::Ended => self.bench.end(self.session, sip::Cause::Bye, None),
            What::Lost => self.bench.end(self.session, sip::Cause::ConnectionError, None),
        }
    }

    fn command(&mut self, command: PresentCommand) {
        self.bench.command(Command::Present { call: self.call, command });
    }

    /// An answer to a question that was never asked is none.
    fn answer(&mut self, status: u16) {
        if !self.bench.shares().is_empty() {
            self.bench.answer_share(status);
        }
    }

    fn phase(&self) -> Phase {
        let snapshots = self.bench.catalogue().filter_map(|event| match event {
            Event::SessionEvent(SessionEvent::SnapshotChanged { current, .. }) => Some(current.presentation),
            _ => None,
        });
        snapshots.last().unwrap_or_default()
    }
}

#[test]
fn every_occasion_leads_from_every_phase_where_the_table_says_and_any_other_changes_nothing() {
    for (phase, path, ways) in TABLE {
        for what in ALL {
            let mut room = Room::after(path);
            assert_eq!(room.phase(), phase, "{path:?}");
            room.happens(what);
            let expected = ways.iter().find(|(way, _)| *way == what).map_or(phase, |(_, to)| *to);
            assert_eq!(room.phase(), expected, "{path:?}, then {what:?}");
        }
    }
}

#[test]
fn presentations_follow_each_other_in_one_call_after_any_end() {
    let mut room = Room::after(&[]);
    let runs = [What::Start, What::Granted, What::Ready];
    for end in [
        &[What::Stop, What::Granted][..],
        &[What::Stop, What::Refused],
        &[What::MustStop, What::Granted],
        &[What::Broken],
        &[],
    ] {
        for what in runs {
            room.happens(what);
        }
        assert_eq!(room.phase(), Phase::Active);
        for what in end {
            room.happens(*what);
        }
    }
}
