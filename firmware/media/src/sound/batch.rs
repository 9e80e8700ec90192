//! Sound through a pipeline that waits for nobody, from `in` to `out`.

use gst::prelude::*;

use super::samples;
use crate::{error::MediaError, pipeline::named};

/// One buffer is given this long; it needs less than a millisecond.
const PATIENCE: gst::ClockTime = gst::ClockTime::from_seconds(10);

/// What comes out at the `appsink` of that name, in the format of the house, when these buffers go in at the `appsrc`;
/// blocks until everything has. `purpose` is for people.
pub(super) fn run(
    purpose: &'static str,
    pipeline: &gst::Pipeline,
    input: impl IntoIterator<Item = gst::Buffer>,
) -> Result<Vec<i16>, MediaError> {
    let failed = |error: String| MediaError::pipeline(purpose, error);
    let through = pass(pipeline, input).map_err(failed);
    pipeline.set_state(gst::State::Null).map_err(|error| failed(error.to_string()))?;
    through
}

fn pass(pipeline: &gst::Pipeline, input: impl IntoIterator<Item = gst::Buffer>) -> Result<Vec<i16>, String> {
    let source: gst_app::AppSrc = named(pipeline, "in").map_err(|error| error.to_string())?;
    let sink: gst_app::AppSink = named(pipeline, "out").map_err(|error| error.to_string())?;
    pipeline.set_state(gst::State::Playing).map_err(|error| error.to_string())?;
    for buffer in input {
        source.push_buffer(buffer).map_err(|error| error.to_string())?;
    }
    source.end_of_stream().map_err(|error| error.to_string())?;
    let mut out = Vec::new();
    while let Some(sample) = sink.try_pull_sample(PATIENCE) {
        if let Some(map) = sample.buffer().and_then(|buffer| buffer.map_readable().ok()) {
            out.extend(samples(&map));
        }
    }
    if out.is_empty() { Err("gives nothing".into()) } else { Ok(out) }
}
