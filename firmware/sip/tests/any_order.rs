//! Whatever both owners do in whatever order over whatever network: one end for each call, and nothing left behind.

mod common;

use std::time::Duration;

use common::*;
use roombox_sip::api::{Cause, Command, Event, SessionId, Transport};
use roombox_sip::ident::Random;
use roombox_sip::machine::Machine;
use roombox_sip::virtual_network::{Faults, Side};

const AUDIO: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n";

/// What the owner of a session may do next.
fn command(random: &mut Random, session: SessionId, called: bool) -> Command {
    let (body, headers) = (sdp(AUDIO), vec![]);
    match random.millis(0, 23) {
        0..=2 => Command::Reinvite { session, body, headers },
        3..=5 => Command::Update { session, body, headers },
        6 | 7 => Command::Hold { session, hold: true },
        8 | 9 => Command::Hold { session, hold: false },
        10..=14 => Command::AnswerOffer { session, answer: Ok(body) },
        15 => Command::AnswerOffer { session, answer: Err(488) },
        16 | 17 if called => Command::Progress { session, status: 183, body: Some(body), headers, reliable: true },
        18 if called => Command::Progress { session, status: 180, body: None, headers, reliable: true },
        19 | 20 if called => Command::Accept { session, body: Some(body), headers },
        21 => Command::MediaSeen { session, flowing: random.millis(0, 1) == 0 },
        22 if random.millis(0, 9) == 0 => Command::Terminate { session, cause: Cause::Bye },
        _ => Command::AnswerOffer { session, answer: Ok(body) },
    }
}

struct Run {
    ends: [usize; 2],
    theirs: Option<SessionId>,
    world: World,
}

impl Run {
    /// Notes what has happened; nothing may come for a session after its end.
    fn look(&mut self, seed: u64) {
        for (side, event) in self.world.take_events() {
            let at = usize::from(side == Side::Server);
            match event {
                Event::Incoming { session, .. } => self.theirs = Some(session),
                Event::Ended { .. } => self.ends[at] += 1,
                Event::Agent(_) | Event::Request { .. } => {}
                other => assert_eq!(self.ends[at], 0, "seed {seed}: {other:?} after the end\n{}", self.world.trace()),
            }
        }
    }

    fn both_know_the_same(&self, seed: u64) {
        let (one, two) = (self.world.clients[0].status().endpoint.calls, self.world.server.status().calls);
        if let ([one], [two]) = (one.as_slice(), two.as_slice())
            && let (Some(a), Some(b)) = (&one.dialog, &two.dialog)
        {
            let trace = self.world.trace();
            assert_eq!((&a.local_tag, &a.remote_tag), (&b.remote_tag, &b.local_tag), "seed {seed}");
            assert_eq!(one.stage, two.stage, "seed {seed}\n{trace}");
            assert_eq!(one.hold.by_peer, two.hold.asked, "seed {seed}\n{trace}");
            assert_eq!(two.hold.by_peer, one.hold.asked, "seed {seed}\n{trace}");
        }
    }
}

fn live(seed: u64, transport: Transport) -> Run {
    let mut random = Random::new(seed);
    let mut run = Run { ends: [0, 0], theirs: None, world: registered(seed, transport) };
    run.world.faults = Faults { doubled: 10, latency_ms: (5, 200), lost: 15, ..Faults::NONE };
    let body = (random.millis(0, 3) > 0).then(|| sdp(AUDIO));
    let (target, options) = ("sip:conf@lab.example".into(), roombox_sip::api::InviteOptions::default());
    client(&mut run.world, Command::Invite { session: OUT, target, body, headers: vec![], options });
    for _ in 0..80 {
        let wait = random.millis(0, 1_500);
        run.world.run_for(Duration::from_millis(wait));
        run.look(seed);
        match (random.millis(0, 1), run.theirs) {
            (0, _) => client(&mut run.world, command(&mut random, OUT, false)),
            (_, Some(theirs)) => server(&mut run.world, command(&mut random, theirs, true)),
            _ => {}
        }
        if transport != Transport::Udp && random.millis(0, 60) == 0 {
            run.world.cut();
        }
    }
    run.world.faults = Faults::NONE;
    // Whoever still waits for an answer gets one.
    for _ in 0..40 {
        run.world.run_for(Duration::from_secs(6));
        run.look(seed);
        client(&mut run.world, Command::AnswerOffer { session: OUT, answer: Ok(sdp(AUDIO)) });
        if let Some(session) = run.theirs {
            server(&mut run.world, Command::AnswerOffer { session, answer: Ok(sdp(AUDIO)) });
        }
    }
    run.look(seed);
    run.both_know_the_same(seed);
    client(&mut run.world, Command::Terminate { session: OUT, cause: Cause::Bye });
    run.world.run_for(Duration::from_mins(4));
    run.look(seed);
    run
}

#[test]
fn every_call_ends_once_and_leaves_nothing() {
    for seed in 0..150 {
        let transport = if seed % 2 == 0 { Transport::Udp } else { Transport::Wss };
        let run = live(seed, transport);
        let expected = [1, usize::from(run.theirs.is_some())];
        assert_eq!(run.ends, expected, "seed {seed}\n{}", run.world.trace());
        let left = (run.world.clients[0].status().endpoint.calls, run.world.server.status().calls);
        assert!(left.0.is_empty() && left.1.is_empty(), "seed {seed}: {left:?}\n{}", run.world.trace());
    }
}
