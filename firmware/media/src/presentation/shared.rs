//! The screen that a browser shares: its pictures come over a connection of their own, as often as something changes there,
//! and are presented at the pace of the box.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::sync::watch;

use super::book::fit;
use crate::{capture::PictureFormat, error::MediaError, pipeline::locked};

/// Between the first check of a browser's connection and its first picture; a person may still be choosing the window.
const PATIENCE: Duration = Duration::from_secs(20);

/// The picture that came last, of the share that counts.
#[derive(Debug, Default)]
pub(crate) struct SharedScreen {
    state: Mutex<State>,
    seen: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct State {
    /// Number of the share whose pictures are taken.
    share: Option<u64>,
    last: Option<Arc<Frame>>,
}

#[derive(Debug)]
struct Frame {
    picture: gst::Buffer,
    info: gst_video::VideoInfo,
}

impl SharedScreen {
    /// This share's pictures are taken from now on; that of the former stands until the first comes.
    pub(crate) fn begin(&self, share: u64) {
        locked(&self.state).share = Some(share);
    }

    /// Nothing is shared any more, unless another share has taken the place of this one.
    pub(crate) fn end(&self, share: u64) {
        let mut state = locked(&self.state);
        if state.share == Some(share) {
            *state = State::default();
            self.seen.send_replace(false);
        }
    }

    /// A picture of this share.
    pub(crate) fn put(&self, share: u64, picture: gst::Buffer, caps: &gst::Caps) {
        let Ok(info) = gst_video::VideoInfo::from_caps(caps) else { return };
        let mut state = locked(&self.state);
        if state.share == Some(share) {
            state.last = Some(Arc::new(Frame { picture, info }));
            self.seen.send_if_modified(|seen| !std::mem::replace(seen, true));
        }
    }

    /// Returns when there is a picture.
    pub(super) async fn first(&self) -> Result<(), MediaError> {
        let mut seen = self.seen.subscribe();
        let seen = tokio::time::timeout(PATIENCE, seen.wait_for(|seen| *seen)).await;
        let late = || format!("the browser sends no picture within {} s", PATIENCE.as_secs());
        seen.map(|_| ()).map_err(|_| MediaError::pipeline("screen share", late()))
    }

    /// There is a picture.
    pub(crate) fn is_seen(&self) -> bool {
        *self.seen.borrow()
    }

    fn last(&self) -> Option<Arc<Frame>> {
        locked(&self.state).last.clone()
    }
}

/// Draws the shared screen into pictures of the presentation.
pub(super) struct Easel {
    shared: Arc<SharedScreen>,
    to: gst_video::VideoInfo,
    converter: Option<(gst_video::VideoInfo, gst_video::VideoConverter)>,
    /// What was drawn last, and of which picture.
    drawn: Option<(Arc<Frame>, gst::Buffer)>,
}

impl Easel {
    pub(super) fn new(shared: Arc<SharedScreen>, format: &PictureFormat) -> Result<Self, MediaError> {
        let (width, height) = (format.info.width(), format.info.height());
        // The converter changes no frame rate; it sees one picture at a time.
        let to = gst_video::VideoInfo::builder(format.info.format(), width, height).build()?;
        Ok(Self { shared, to, converter: None, drawn: None })
    }

    /// The present picture, with the times of `pace`. What was shared last stands until the presentation ends.
    pub(super) fn frame(&mut self, pace: &gst::BufferRef) -> Result<gst::Buffer, MediaError> {
        if let Some(last) = self.shared.last()
            && self.drawn.as_ref().is_none_or(|(of, _)| !Arc::ptr_eq(of, &last))
        {
            let picture = self.draw(&last)?;
            self.drawn = Some((last, picture));
        }
        let drawn = self.drawn.as_ref().ok_or_else(|| MediaError::pipeline("screen share", "there is no picture"))?;
        let mut frame = drawn.1.clone();
        pace.copy_into(frame.make_mut(), gst::BufferCopyFlags::TIMESTAMPS, ..)?;
        Ok(frame)
    }

    /// In the middle, as large as it fits.
    fn draw(&mut self, frame: &Frame) -> Result<gst::Buffer, MediaError> {
        let from = gst_video::VideoInfo::builder(frame.info.format(), frame.info.width(), frame.info.height());
        let from = from.colorimetry(&frame.info.colorimetry()).build()?;
        if self.converter.as_ref().is_none_or(|(of, _)| *of != from) {
            let converter = self.converter_from(&from)?;
            self.converter = Some((from, converter));
        }
        let mut picture = gst::Buffer::with_size(self.to.size())?;
        if let Some((_, converter)) = &self.converter {
            converter.frame_ref(
                &gst_video::VideoFrameRef::from_buffer_ref_readable(&frame.picture, &frame.info)?,
                &mut gst_video::VideoFrameRef::from_buffer_ref_writable(picture.make_mut(), &self.to)?,
            );
        }
        Ok(picture)
    }

    fn converter_from(&self, from: &gst_video::VideoInfo) -> Result<gst_video::VideoConverter, MediaError> {
        let (width, height) = (self.to.width(), self.to.height());
        let (wide, high) = fit((from.width(), from.height()), (width, height));
        let mut config = gst_video::VideoConverterConfig::new();
        config.set_dest_x((((width - wide) / 2) & !1).cast_signed());
        config.set_dest_y((((height - high) / 2) & !1).cast_signed());
        config.set_dest_width(Some(wide.cast_signed()));
        config.set_dest_height(Some(high.cast_signed()));
        // Text is read: cubic is twice the work and hardly sharper at these sizes.
        config.set_resampler_method(gst_video::VideoResamplerMethod::Linear);
        Ok(gst_video::VideoConverter::new(from, &self.to, Some(config))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paint::{self, Colour, Rectangle};

    const PACE: gst::ClockTime = gst::ClockTime::from_mseconds(40);

    fn easel(shared: &Arc<SharedScreen>) -> Easel {
        gst::init().unwrap();
        Easel::new(Arc::clone(shared), &PictureFormat::new((640, 360, 15)).unwrap()).unwrap()
    }

    /// A picture of one luma and its caps.
    fn grey(width: u32, height: u32, luma: u8) -> (gst::Buffer, gst::Caps) {
        let info = gst_video::VideoInfo::builder(gst_video::VideoFormat::I420, width, height).build().unwrap();
        let all = Rectangle { x: 0, y: 0, width, height };
        (paint::picture(&info, |canvas| canvas.fill(all, Colour(luma, 128, 128))).unwrap(), info.to_caps().unwrap())
    }

    /// Luma in the middle and at the left edge, if there is a picture.
    fn drawn(easel: &mut Easel) -> Option<(u8, u8)> {
        let mut pace = gst::Buffer::new();
        pace.make_mut().set_pts(PACE);
        let frame = easel.frame(&pace).ok()?;
        assert_eq!(frame.pts(), Some(PACE));
        let map = frame.map_readable().unwrap();
        Some((map[180 * 640 + 320], map[180 * 640]))
    }

    #[test]
    fn a_shared_window_keeps_its_shape_and_stands_when_it_is_gone() {
        let shared = Arc::<SharedScreen>::default();
        let mut easel = easel(&shared);
        assert_eq!(drawn(&mut easel), None);
        let (picture, caps) = grey(360, 360, 200);
        shared.begin(1);
        shared.put(1, picture, &caps);
        assert_eq!(drawn(&mut easel), Some((200, 16)), "black beside it");
        shared.end(1);
        assert_eq!(drawn(&mut easel), Some((200, 16)));
    }

    #[test]
    fn who_takes_over_is_seen_from_the_first_picture_on_and_the_former_no_more() {
        let shared = Arc::<SharedScreen>::default();
        let mut easel = easel(&shared);
        let put = |share, luma| {
            let (picture, caps) = grey(1280, 720, luma);
            shared.put(share, picture, &caps);
        };
        shared.begin(1);
        put(1, 60);
        shared.begin(2);
        put(1, 90);
        assert_eq!(drawn(&mut easel), Some((60, 60)));
        put(2, 120);
        assert_eq!(drawn(&mut easel), Some((120, 120)));
        shared.end(1);
        put(2, 150);
        assert_eq!(drawn(&mut easel), Some((150, 150)), "the end of a former one is not that of the present");
    }
}
