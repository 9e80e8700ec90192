//! One time line for all pipelines of a room, and what every pipeline here needs.

use gst::prelude::*;

use super::MediaError;

/// The common time line.
#[derive(Clone, Debug)]
pub(super) struct Timeline {
    clock: gst::Clock,
    base: gst::ClockTime,
}

impl Timeline {
    /// Starts now.
    pub(super) fn start() -> Self {
        let clock = gst::SystemClock::obtain();
        let base = clock.time();
        Self { clock, base }
    }

    /// Time since the start.
    pub(super) fn now(&self) -> gst::ClockTime {
        self.clock.time().saturating_sub(self.base)
    }

    /// Sets a pipeline going on this line; `failed` hears of errors, in the thread in which they happen.
    pub(super) fn play(
        &self,
        pipeline: gst::Pipeline,
        failed: impl Fn(String) + Send + Sync + 'static,
    ) -> Result<Playing, MediaError> {
        pipeline.use_clock(Some(&self.clock));
        pipeline.set_start_time(gst::ClockTime::NONE);
        pipeline.set_base_time(self.base);
        if let Some(bus) = pipeline.bus() {
            bus.set_sync_handler(move |_, message| {
                if let gst::MessageView::Error(error) = message.view() {
                    let source = error.src().map(|source| source.path_string().to_string());
                    tracing::warn!(?source, error = %error.error(), debug = ?error.debug(), "lab pipeline");
                    failed(error.error().to_string());
                }
                gst::BusSyncReply::Drop
            });
        }
        // Made before the start, so that a pipeline that cannot start is stopped all the same.
        let playing = Playing { pipeline };
        playing.pipeline.set_state(gst::State::Playing)?;
        Ok(playing)
    }
}

/// A pipeline that plays until it is dropped.
#[derive(Debug)]
pub(super) struct Playing {
    pub(super) pipeline: gst::Pipeline,
}

impl Drop for Playing {
    fn drop(&mut self) {
        if let Some(bus) = self.pipeline.bus() {
            bus.unset_sync_handler();
        }
        if let Err(error) = self.pipeline.set_state(gst::State::Null) {
            tracing::warn!(%error, "a pipeline of the lab does not stop");
        }
    }
}

/// The element of this name and kind in a bin that was made from a description naming it.
pub(super) fn named<T: IsA<gst::Element>>(bin: &impl IsA<gst::Bin>, name: &str) -> Result<T, MediaError> {
    let element = bin.by_name(name).and_then(|element| element.downcast::<T>().ok());
    element.ok_or_else(|| MediaError::Pipeline(format!("no element {name}")))
}

/// A description's live entry for buffers with times of the common time line; the oldest goes when more than `depth`
/// wait.
pub(super) fn entry(name: &str, depth: u32) -> String {
    format!("appsrc name={name} is-live=true format=time max-buffers={depth} max-bytes=0 leaky-type=downstream")
}

/// A description's exit; `newest` = only the newest buffer counts. It does not wait at the end of the stream: waiting there
/// while another thread stops the pipeline hangs both for ever.
pub(super) fn exit(name: &str, newest: bool) -> String {
    let drop = if newest { " max-buffers=1 drop=true" } else { "" };
    format!("appsink name={name} sync=false async=false wait-on-eos=false enable-last-sample=false{drop}")
}
