//! One received picture: the newest frame, in the size of its place.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::branch::Picture;
use super::layout::Area;

/// A picture older than this is no longer shown: the participant has stopped sending.
const STALE: Duration = Duration::from_secs(3);

/// One received picture.
#[derive(Debug)]
pub(super) struct Screen {
    newest: Arc<Mutex<Option<(gst::Sample, Instant)>>>,
    picture: Picture,
    area: Area,
}

impl Screen {
    pub(super) fn new(picture: Picture, area: Area) -> Self {
        let newest: Arc<Mutex<Option<(gst::Sample, Instant)>>> = Arc::default();
        let store = Arc::clone(&newest);
        let callbacks = gst_app::AppSinkCallbacks::builder().new_sample(move |sink| {
            let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
            *locked(&store) = Some((sample, Instant::now()));
            Ok(gst::FlowSuccess::Ok)
        });
        picture.sink.set_callbacks(callbacks.build());
        picture.fit(area);
        Self { newest, picture, area }
    }

    /// From now on in this tile's size.
    pub(super) fn fit(&mut self, area: Area) {
        if self.area != area {
            self.area = area;
            self.picture.fit(area);
        }
    }

    /// The newest picture, unless nothing has come for long.
    pub(super) fn fresh(&self) -> Option<gst::Sample> {
        let newest = locked(&self.newest);
        newest.as_ref().filter(|(_, at)| at.elapsed() < STALE).map(|(sample, _)| sample.clone())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
