//! From a frame of the pipeline to plain RGB.

use gst_video::prelude::*;

use crate::{api::Snapshot, error::MediaError};

/// Converts a frame; costs some milliseconds, so only when somebody asks.
pub(crate) fn rgb(frame: &gst::Buffer, info: &gst_video::VideoInfo) -> Result<Snapshot, MediaError> {
    let (width, height) = (info.width(), info.height());
    let target = gst_video::VideoInfo::builder(gst_video::VideoFormat::Rgb, width, height);
    let target = target.fps(info.fps()).build()?;
    let converter = gst_video::VideoConverter::new(info, &target, None)?;
    let mut picture = gst::Buffer::with_size(target.size())?;
    {
        let from = gst_video::VideoFrameRef::from_buffer_ref_readable(frame, info)?;
        let mut to = gst_video::VideoFrameRef::from_buffer_ref_writable(picture.make_mut(), &target)?;
        converter.frame_ref(&from, &mut to);
    }
    let packed = gst_video::VideoFrameRef::from_buffer_ref_readable(&picture, &target)?;
    let stride = usize::try_from(packed.plane_stride()[0]).unwrap_or(0).max(1);
    let row = width as usize * 3;
    let rows = packed.plane_data(0)?.chunks(stride).take(height as usize);
    let rgb = rows.flat_map(|line| line.get(..row).unwrap_or_default()).copied().collect();
    Ok(Snapshot { width, height, rgb })
}
