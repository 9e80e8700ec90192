//! The same call by the box and by its rivals: 1280 x 720 at 30 frames a second, H.264 and Opus both ways, two equal
//! terminals that call each other through one server and send the same clip of much motion.

mod baresip;
mod boxes;
mod browsers;
mod stage;

pub use baresip::baresip;
pub use boxes::boxes;
pub use browsers::browsers;
pub use stage::Stage;

use std::time::Duration;

use crate::measure::{Cost, costs};

/// How long processor time is counted in a call.
const IN_CALL: Duration = Duration::from_secs(15);
/// How long it is counted while registered.
const IDLE: Duration = Duration::from_secs(6);
/// From the full picture to the count: what only a beginning costs is over.
const SETTLE: Duration = Duration::from_secs(3);

/// What was measured of one kind of terminal, in ms, MiB, or CPU seconds a minute; `None` = it does not tell.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// Start of the process → registered.
    pub registered: Option<f64>,
    /// Press → INVITE on the wire.
    pub invite: Option<f64>,
    /// 200 to the INVITE → ICE and DTLS stand.
    pub connected: Option<f64>,
    /// Call → first remote frame.
    pub frame: Option<f64>,
    /// Call → remote picture in all its 720 lines.
    pub lines: Option<f64>,
    /// Camera of the other side → due on this screen, by the time stamps of frames.
    pub delay: Option<f64>,
    /// Remote frames a second.
    pub rate: Option<f64>,
    /// In the call.
    pub call: Option<Cost>,
    /// Registered, without a call.
    pub idle: Option<Cost>,
}

/// One row of the table: key in JSON, words, value.
pub type Row = (&'static str, &'static str, fn(&Figures) -> Option<f64>);

/// All rows.
pub const ROWS: [Row; 13] = [
    ("call_cpu_seconds_per_minute", "in the call: CPU seconds per minute", |of| Some(of.call?.cpu_seconds_per_minute)),
    ("call_memory_mib", "in the call: memory (PSS), MiB", |of| Some(of.call?.memory_mib)),
    ("call_threads", "in the call: threads", |of| Some(of.call?.threads)),
    ("frames_per_second", "in the call: remote frames per second", |of| of.rate),
    ("registered_ms", "start of the process → registered, ms", |of| of.registered),
    ("invite_ms", "press → INVITE sent, ms", |of| of.invite),
    ("connected_ms", "200 to the INVITE → ICE and DTLS stand, ms", |of| of.connected),
    ("first_frame_ms", "call → first remote frame, ms", |of| of.frame),
    ("full_lines_ms", "call → remote picture in 720 lines, ms", |of| of.lines),
    ("picture_delay_ms", "camera → due on the other screen, ms", |of| of.delay),
    ("idle_cpu_seconds_per_minute", "registered, idle: CPU seconds per minute", |of| {
        Some(of.idle?.cpu_seconds_per_minute)
    }),
    ("idle_memory_mib", "registered, idle: memory (PSS), MiB", |of| Some(of.idle?.memory_mib)),
    ("idle_threads", "registered, idle: threads", |of| Some(of.idle?.threads)),
];

/// Cost of two equal terminals in a call whose picture is complete: their mean.
fn in_call(programs: [u32; 2]) -> Cost {
    std::thread::sleep(SETTLE);
    Cost::mean(&costs(&programs, IN_CALL))
}

/// Cost of two equal terminals that wait for a call: their mean.
fn idle(programs: [u32; 2]) -> Cost {
    std::thread::sleep(SETTLE);
    Cost::mean(&costs(&programs, IDLE))
}
