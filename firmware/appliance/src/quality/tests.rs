use roombox_conference::catalogue::{Additional, Inbound, InboundAudio, InboundVideo, Outbound, OutboundMedia};
use serde_json::json;

use super::*;

const CALL: CallId = CallId(3);
const EXPECTED: Expected = Expected { reception: true, camera: true };

/// A call whose counters grow every second.
struct Call {
    quality: Quality,
    now: Instant,
    packets: u64,
    camera: u64,
    frames: u64,
    dropped: u64,
    samples: u64,
    concealed: u64,
    frozen: f64,
}

impl Call {
    fn new() -> Self {
        let mut quality = Quality::default();
        quality.call_changed(Some(CALL));
        let now = Instant::now();
        Self { quality, now, packets: 0, camera: 0, frames: 0, dropped: 0, samples: 0, concealed: 0, frozen: 0.0 }
    }

    /// A call that is known to be good.
    fn good() -> Self {
        let mut call = Self::new();
        call.seconds(10, |_, _| {});
        assert_eq!(call.verdict(), Some((Verdict::Good, None)));
        call
    }

    /// Seconds of a good call but for what `spoil` does to each.
    fn seconds(&mut self, count: u32, spoil: impl Fn(&mut Self, &mut Report)) {
        for _ in 0..count {
            self.now += Duration::from_secs(1);
            self.packets += 100;
            self.camera += 30;
            self.frames += 30;
            self.samples += 48_000;
            let mut report = self.report();
            let clean = report.clone();
            spoil(self, &mut report);
            if report == clean {
                report = self.report();
            }
            self.quality.measured(self.now, &report, EXPECTED);
        }
    }

    fn report(&self) -> Report {
        let video = json!({ "packetsReceived": self.packets, "framesReceived": self.frames, "framesDropped": self.dropped,
            "totalFreezesDuration": self.frozen, "jitter": 0.004 });
        let audio = json!({ "packetsReceived": 0, "totalSamplesReceived": self.samples, "jitter": 0.002,
            "concealedSamples": self.concealed, "jitterBufferDelay": Duration::from_millis(50 * self.samples).as_secs_f64(),
            "jitterBufferEmittedCount": self.samples });
        let mut report = Report { call: CALL, outbound: Outbound::default(), inbound: Inbound::default() };
        report.inbound.video = InboundVideo { inbound_rtp: Some(video), ..Default::default() };
        report.inbound.audio = InboundAudio { inbound_rtp: Some(audio), ..Default::default() };
        report.outbound.video = OutboundMedia {
            outbound_rtp: Some(json!({ "qualityLimitationReason": "none", "targetBitrate": 1_500_000 })),
            media_source: Some(json!({ "frames": self.camera })),
            remote_inbound_rtp: Some(json!({ "roundTripTime": 0.04, "fractionLost": 0.0 })),
            ..Default::default()
        };
        report.inbound.additional = Additional::default();
        report
    }

    fn verdict(&self) -> Option<Judgement> {
        self.quality.stands
    }
}

fn set(entry: &mut Option<serde_json::Value>, field: &str, value: serde_json::Value) {
    entry.as_mut().unwrap()[field] = value;
}

/// The verdict on a good call after half a minute of this.
fn after(spoil: impl Fn(&mut Call, &mut Report)) -> Judgement {
    let mut call = Call::good();
    call.seconds(30, spoil);
    call.verdict().unwrap()
}

#[test]
fn a_call_that_begins_has_no_verdict() {
    let mut call = Call::new();
    call.seconds(4, |_, _| {});
    assert_eq!(call.verdict(), None);
    call.seconds(2, |_, _| {});
    assert_eq!(call.verdict(), Some((Verdict::Good, None)));
}

#[test]
fn every_cause_is_found_and_has_its_degree() {
    use QualityCause::*;
    use Verdict::*;
    assert_eq!(after(|call, _| call.concealed += 48_000 * 3 / 100), (Fair, Some(Loss)));
    assert_eq!(after(|call, _| call.concealed += 48_000 / 10), (Poor, Some(Loss)));
    assert_eq!(after(|call, _| call.frozen += 0.1), (Fair, Some(Loss)));
    assert_eq!(after(|call, _| call.dropped += 3), (Fair, Some(CpuOverload)));
    assert_eq!(after(|call, _| call.dropped += 15), (Poor, Some(CpuOverload)));
    assert_eq!(after(|call, _| call.camera -= 30), (Poor, Some(Camera)));
    assert_eq!(after(|call, _| call.packets -= 100), (Poor, Some(NothingReceived)));
    let sent = |field: &'static str, value: serde_json::Value| {
        after(move |_, report| set(&mut report.outbound.video.outbound_rtp, field, value.clone()))
    };
    assert_eq!(sent("qualityLimitationReason", json!("bandwidth")), (Fair, Some(Bandwidth)));
    assert_eq!(sent("qualityLimitationReason", json!("cpu")), (Fair, Some(CpuOverload)));
    assert_eq!(sent("qualityLimitationReason", json!("other")), (Good, None));
    let told = |field: &'static str, value: f64| {
        after(move |_, report| set(&mut report.outbound.video.remote_inbound_rtp, field, json!(value)))
    };
    assert_eq!(told("fractionLost", 0.06), (Fair, Some(Loss)));
    assert_eq!(told("roundTripTime", 0.19), (Good, None));
    assert_eq!(told("roundTripTime", 0.3), (Fair, Some(Delay)));
    assert_eq!(told("roundTripTime", 0.8), (Poor, Some(Delay)));
    let jitter = after(|_, report| set(&mut report.inbound.audio.inbound_rtp, "jitter", json!(0.06)));
    assert_eq!(jitter, (Fair, Some(Jitter)));
}

#[test]
fn a_narrow_path_that_also_loses_and_delays_is_narrow() {
    let judged = after(|call, report| {
        call.concealed += 48_000 * 3 / 100;
        *report = call.report();
        set(&mut report.outbound.video.outbound_rtp, "qualityLimitationReason", json!("bandwidth"));
        set(&mut report.outbound.video.remote_inbound_rtp, "roundTripTime", json!(0.4));
    });
    assert_eq!(judged, (Verdict::Fair, Some(QualityCause::Bandwidth)));
}

#[test]
fn a_moment_of_trouble_is_no_verdict_and_a_better_moment_does_not_end_one() {
    let slow = |_: &mut Call, report: &mut Report| {
        set(&mut report.outbound.video.remote_inbound_rtp, "roundTripTime", json!(0.4));
    };
    let mut call = Call::good();
    call.seconds(3, slow);
    call.seconds(2, |_, _| {});
    assert_eq!(call.verdict(), Some((Verdict::Good, None)));
    call.seconds(4, slow);
    assert_eq!(call.verdict(), Some((Verdict::Fair, Some(QualityCause::Delay))));
    call.seconds(10, |_, _| {});
    assert_eq!(call.verdict().unwrap().0, Verdict::Fair);
    call.seconds(2, |_, _| {});
    assert_eq!(call.verdict(), Some((Verdict::Good, None)));
}

#[test]
fn a_path_that_trembles_around_a_bound_does_not_make_the_verdict_tremble() {
    let mut call = Call::good();
    let mut changes = 0;
    for second in 0..120 {
        let before = call.verdict();
        call.seconds(1, move |_, report| {
            let round_trip = if second % 2 == 0 { 0.19 } else { 0.21 };
            set(&mut report.outbound.video.remote_inbound_rtp, "roundTripTime", json!(round_trip));
        });
        changes += u32::from(call.verdict() != before);
    }
    assert_eq!(changes, 0);
}

#[test]
fn nothing_is_expected_of_a_call_on_hold() {
    let mut call = Call::good();
    for _ in 0..30 {
        call.now += Duration::from_secs(1);
        let report = call.report();
        call.quality.measured(call.now, &report, Expected { reception: false, camera: false });
    }
    assert_eq!(call.verdict(), Some((Verdict::Good, None)));
}

#[test]
fn counters_that_begin_anew_are_not_judged_together() {
    let mut call = Call::good();
    (call.packets, call.samples, call.frames, call.camera) = (0, 0, 0, 0);
    call.seconds(10, |_, _| {});
    assert_eq!(call.verdict(), Some((Verdict::Good, None)));
}

#[test]
fn a_verdict_without_reports_is_forgotten() {
    let mut call = Call::good();
    let due = call.quality.next_deadline().unwrap();
    call.quality.pass_time(due.checked_sub(Duration::from_secs(1)).unwrap());
    assert!(call.verdict().is_some());
    call.quality.pass_time(due);
    assert_eq!((call.verdict(), call.quality.next_deadline()), (None, None));
}

#[test]
fn another_call_starts_from_nothing_and_reports_of_others_say_nothing() {
    let mut call = Call::good();
    call.quality.call_changed(Some(CallId(4)));
    call.seconds(20, |_, _| {});
    assert_eq!(call.verdict(), None);
}

#[test]
fn an_empty_report_is_no_bad_call() {
    let mut call = Call::good();
    for _ in 0..30 {
        call.now += Duration::from_secs(1);
        let empty = Report { call: CALL, outbound: Outbound::default(), inbound: Inbound::default() };
        call.quality.measured(call.now, &empty, EXPECTED);
    }
    assert_eq!(call.verdict(), Some((Verdict::Good, None)));
}
