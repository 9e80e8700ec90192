//! Does a capture device have a signal? Without one it gives nothing, or a picture that is black or blue all over.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use gst_video::prelude::*;
use tokio::sync::mpsc::UnboundedSender;

use crate::{api::MediaEvent, pipeline::locked};

/// A change counts when it lasts: devices flicker while a computer changes its mode.
const LASTING: Duration = Duration::from_secs(1);
/// Between two looks.
const PERIOD: Duration = Duration::from_millis(200);
const COLUMNS: usize = 32;
const ROWS: usize = 18;
/// Samples of one colour lie within this of each other; capture devices add a little noise.
const FLAT: u8 = 8;
/// Limited-range luma up to which a picture is black.
const BLACK: u8 = 40;
/// Chroma of the blue that devices show; 128 is grey.
const BLUE: u8 = 160;

/// Watches one device.
#[derive(Debug)]
pub(super) struct SignalWatch {
    info: gst_video::VideoInfo,
    events: UnboundedSender<MediaEvent>,
    judge: Mutex<Judge>,
}

impl SignalWatch {
    /// For frames of this format.
    pub(super) fn new(info: gst_video::VideoInfo, events: UnboundedSender<MediaEvent>) -> Self {
        Self { info, events, judge: Mutex::default() }
    }

    /// The device gave this frame.
    pub(super) fn frame(&self, frame: &gst::Buffer) {
        let now = Instant::now();
        let mut judge = locked(&self.judge);
        if judge.is_due(now) {
            let news = judge.look(has_picture(frame, &self.info), now);
            self.tell(news);
        }
    }

    /// The device gives nothing.
    pub(super) fn lost(&self) {
        let news = locked(&self.judge).lost();
        self.tell(news);
    }

    fn tell(&self, news: Option<bool>) {
        if let Some(present) = news {
            // The owner may be gone while the engine stops.
            let _ = self.events.send(MediaEvent::PresentationSignal { present });
        }
    }
}

/// Decides from look to look.
#[derive(Debug, Default)]
struct Judge {
    told: Option<bool>,
    /// What was seen other than told, and since when.
    other: Option<Instant>,
    last: Option<Instant>,
}

impl Judge {
    fn is_due(&self, now: Instant) -> bool {
        self.last.is_none_or(|last| now.duration_since(last) >= PERIOD)
    }

    /// What is to be told.
    fn look(&mut self, picture: bool, now: Instant) -> Option<bool> {
        self.last = Some(now);
        if self.told == Some(picture) {
            self.other = None;
            return None;
        }
        let since = *self.other.get_or_insert(now);
        if now.duration_since(since) < LASTING {
            return None;
        }
        (self.told, self.other) = (Some(picture), None);
        self.told
    }

    fn lost(&mut self) -> Option<bool> {
        self.other = None;
        (self.told.replace(false) != Some(false)).then_some(false)
    }
}

/// False for a frame that is black or blue all over.
fn has_picture(frame: &gst::Buffer, info: &gst_video::VideoInfo) -> bool {
    let Ok(frame) = gst_video::VideoFrameRef::from_buffer_ref_readable(frame, info) else { return false };
    let (luma, blue) = (samples(&frame, 0), samples(&frame, 1));
    let (Some(luma), Some(blue)) = (range(&luma), range(&blue)) else { return false };
    let flat = luma.1 - luma.0 <= FLAT && blue.1 - blue.0 <= FLAT;
    !(flat && (luma.1 <= BLACK || blue.0 >= BLUE))
}

/// A grid of samples of a plane of 8 bits.
fn samples(frame: &gst_video::VideoFrameRef<&gst::BufferRef>, plane: u32) -> Vec<u8> {
    let halved = usize::from(plane > 0);
    let (width, height) = (frame.width() as usize >> halved, frame.height() as usize >> halved);
    let stride =
        frame.plane_stride().get(plane as usize).map_or(width, |stride| usize::try_from(*stride).unwrap_or(width));
    let Ok(data) = frame.plane_data(plane) else { return Vec::new() };
    let at = |column: usize, row: usize| {
        let (x, y) = ((2 * column + 1) * width / (2 * COLUMNS), (2 * row + 1) * height / (2 * ROWS));
        data.get(y * stride + x).copied()
    };
    (0..ROWS).flat_map(|row| (0..COLUMNS).filter_map(move |column| at(column, row))).collect()
}

fn range(samples: &[u8]) -> Option<(u8, u8)> {
    Some((*samples.iter().min()?, *samples.iter().max()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paint::{self, Colour, Rectangle};

    fn info() -> gst_video::VideoInfo {
        gst::init().unwrap();
        gst_video::VideoInfo::builder(gst_video::VideoFormat::I420, 640, 360).build().unwrap()
    }

    fn shows(colour: Colour, more: Option<Rectangle>) -> bool {
        let info = info();
        let frame = paint::picture(&info, |canvas| {
            canvas.fill(Rectangle { x: 0, y: 0, width: 640, height: 360 }, colour);
            if let Some(more) = more {
                canvas.fill(more, Colour(200, 128, 128));
            }
        });
        has_picture(&frame.unwrap(), &info)
    }

    #[test]
    fn black_and_blue_all_over_are_no_picture_and_a_word_on_them_is() {
        let word = Some(Rectangle { x: 250, y: 160, width: 140, height: 40 });
        let (black, blue, white) = (Colour(16, 128, 128), Colour(41, 240, 110), Colour(235, 128, 128));
        assert!(!shows(black, None) && !shows(blue, None));
        assert!(shows(black, word) && shows(blue, word));
        assert!(shows(white, None), "an empty page is a page");
    }

    #[test]
    fn a_change_is_told_when_it_lasts_and_once() {
        let (mut judge, start) = (Judge::default(), Instant::now());
        let mut look = |picture, ms| judge.look(picture, start + Duration::from_millis(ms));
        assert_eq!(
            [look(true, 0), look(true, 900), look(true, 1000), look(true, 5000)],
            [None, None, Some(true), None]
        );
        // A flicker is none.
        assert_eq!([look(false, 5200), look(false, 6000), look(true, 6100)], [None; 3]);
        assert_eq!([look(false, 6200), look(false, 7100), look(false, 7200)], [None, None, Some(false)]);
    }

    #[test]
    fn a_device_that_is_gone_has_no_signal_at_once() {
        let mut judge = Judge::default();
        assert_eq!((judge.lost(), judge.lost()), (Some(false), None));
    }
}
