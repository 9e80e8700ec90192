//! From which figures on a call is fair or poor. The table with its sources is printed in `docs/operator/quality.md`.

use super::figures::Span;
use crate::tree::{QualityCause, Verdict};

/// A figure with its bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QualityLevel {
    /// What it means for the room.
    pub cause: QualityCause,
    /// What is measured.
    pub figure: &'static str,
    /// Fair from here on.
    pub fair: f64,
    /// Poor from here on.
    pub poor: f64,
    /// Unit of the bounds.
    pub unit: &'static str,
    /// Where the bounds come from.
    pub source: &'static str,
}

impl QualityLevel {
    fn verdict(&self, value: Option<f64>) -> Verdict {
        match value {
            Some(value) if value >= self.poor => Verdict::Poor,
            Some(value) if value >= self.fair => Verdict::Fair,
            _ => Verdict::Good,
        }
    }
}

macro_rules! levels {
    ($($name:ident $cause:ident $figure:literal $fair:literal $poor:literal $unit:literal $source:literal;)+) => {
        $(const $name: QualityLevel = QualityLevel {
            cause: QualityCause::$cause, figure: $figure, fair: $fair, poor: $poor, unit: $unit, source: $source,
        };)+

        /// Every figure with bounds.
        pub const QUALITY_LEVELS: &[QualityLevel] = &[$($name),+];
    };
}

levels! {
    DROPPED CpuOverload "received frames that never were seen" 0.05 0.25 "share" "our choice: one frame in twenty missing is seen, one in four is no moving picture";
    CONCEALED Loss "sound made up by the decoder" 0.02 0.08 "share" "our choice: 2 % is what the box holds itself to on a path that loses 5 %";
    FROZEN Loss "time the picture stood still" 0.04 0.2 "share" "our choice: a third of a second in eight, and every fifth second";
    REMOTE_LOSS Loss "packets the other side did not get" 0.05 0.15 "share" "our choice: more than retransmission and forward error correction make up for well";
    DELAY Delay "half the round trip and the wait of the sound" 0.15 0.4 "s, one way" "ITU-T G.114: up to 150 ms nobody notices, from 400 ms on not acceptable";
    JITTER Jitter "jitter of arrival (RFC 3550 section 6.4.1)" 0.05 0.15 "s" "ITU-T Y.1541: at most 50 ms in classes 0 and 1; poor is our choice";
}

/// A picture that is limited by the path is fair, below this rate in bit/s poor: our choice, what the encoders of the box
/// need for 360 lines at 30 frames a second without blocks.
pub const POOR_BITRATE: f64 = 200_000.0;

/// What this span is worth: the worst figure, of equal ones the first cause.
pub(super) fn judge(span: &Span, expected: Expected) -> (Verdict, Option<QualityCause>) {
    let nothing = |count: Option<f64>| count.is_some_and(|count| count <= 0.0);
    let poor_if = |poor: bool| if poor { Verdict::Poor } else { Verdict::Good };
    let limited = span.limited_by.as_deref();
    let narrow = match limited == Some("bandwidth") {
        true if span.target_bitrate.is_some_and(|rate| rate < POOR_BITRATE) => Verdict::Poor,
        true => Verdict::Fair,
        false => Verdict::Good,
    };
    let overloaded = if limited == Some("cpu") { Verdict::Fair } else { Verdict::Good };
    let bounded = [
        (DROPPED, span.dropped),
        (CONCEALED, span.concealed),
        (FROZEN, span.frozen),
        (REMOTE_LOSS, span.remote_loss),
        (DELAY, span.delay),
        (JITTER, span.jitter),
    ];
    let found = [
        (poor_if(expected.reception && nothing(span.packets)), QualityCause::NothingReceived),
        (poor_if(expected.camera && nothing(span.camera)), QualityCause::Camera),
        (overloaded, QualityCause::CpuOverload),
        (narrow, QualityCause::Bandwidth),
    ];
    let found = found.into_iter().chain(bounded.map(|(level, value)| (level.verdict(value), level.cause)));
    let worst = found
        .filter(|(verdict, _)| *verdict > Verdict::Good)
        .max_by_key(|(verdict, cause)| (*verdict, std::cmp::Reverse(*cause)));
    worst.map_or((Verdict::Good, None), |(verdict, cause)| (verdict, Some(cause)))
}

/// What should be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    /// The other side may send: nobody is on hold.
    pub(crate) reception: bool,
    /// The own camera should send.
    pub(crate) camera: bool,
}
