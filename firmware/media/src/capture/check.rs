//! Does the camera picture go out, or the still picture? Told from the pixels themselves.

use gst_video::prelude::*;

use crate::error::MediaError;

const COLUMNS: usize = 32;
const ROWS: usize = 18;

/// Compares frames with the still picture at a grid of pixels. The still picture passes no lossy stage before the
/// check, so it matches exactly; a camera's noise never does.
#[derive(Debug)]
pub(crate) struct StillCheck {
    still: Vec<u8>,
    sending: Option<bool>,
}

impl StillCheck {
    pub(crate) fn of(still: &gst::Buffer, info: &gst_video::VideoInfo) -> Result<Self, MediaError> {
        let still = grid(still, info).ok_or_else(|| MediaError::pipeline("still picture", "cannot be read"))?;
        Ok(Self { still, sending: None })
    }

    /// True: a camera picture from now on. False: the still picture from now on. `None`: as before, or unreadable.
    pub(crate) fn look(&mut self, frame: &gst::Buffer, info: &gst_video::VideoInfo) -> Option<bool> {
        let sending = grid(frame, info)? != self.still;
        (self.sending.replace(sending) != Some(sending)).then_some(sending)
    }
}

fn grid(frame: &gst::Buffer, info: &gst_video::VideoInfo) -> Option<Vec<u8>> {
    let frame = gst_video::VideoFrameRef::from_buffer_ref_readable(frame, info).ok()?;
    let (width, height) = (usize::try_from(frame.width()).ok()?, usize::try_from(frame.height()).ok()?);
    let stride = usize::try_from(*frame.plane_stride().first()?).ok()?;
    let luma = frame.plane_data(0).ok()?;
    let at = |row: usize, column: usize| {
        luma.get((row * 2 + 1) * height / (ROWS * 2) * stride + (column * 2 + 1) * width / (COLUMNS * 2)).copied()
    };
    (0..ROWS)
        .flat_map(|row| (0..COLUMNS).map(move |column| (row, column)))
        .map(|(row, column)| at(row, column))
        .collect()
}
