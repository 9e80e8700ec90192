//! The encoders of one picture: one for each codec and quality in use, as long as it is in use.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::MediaError;
use super::encoder::{Encoder, Seat, Size};
use super::timeline::Timeline;

/// What is encoded how.
type Format = (String, Size);

/// The encoders of one picture.
#[derive(Debug, Default)]
pub(super) struct Encoders(Mutex<BTreeMap<Format, Encoder>>);

impl Encoders {
    /// Sends the picture to a seat, from a key frame on.
    pub(super) fn attach(
        &self,
        timeline: &Timeline,
        seat: Seat,
        (codec, size): (&str, Size),
        taker: gst_app::AppSrc,
    ) -> Result<(), MediaError> {
        self.detach(seat);
        let mut encoders = self.locked();
        let format = (codec.to_owned(), size);
        if !encoders.contains_key(&format) {
            encoders.insert(format.clone(), Encoder::start(codec, size, timeline)?);
        }
        if let Some(encoder) = encoders.get(&format) {
            encoder.attach(seat, taker);
        }
        Ok(())
    }

    /// The seat takes no picture any more; an encoder nobody needs is stopped.
    pub(super) fn detach(&self, seat: Seat) {
        let mut encoders = self.locked();
        encoders.values().for_each(|encoder| encoder.detach(seat));
        let unused: Vec<_> = encoders.iter().filter(|(_, e)| !e.is_used()).map(|(format, _)| format.clone()).collect();
        let stopped: Vec<_> = unused.iter().filter_map(|format| encoders.remove(format)).collect();
        drop(encoders);
        drop(stopped);
    }

    /// A seat needs a key frame.
    pub(super) fn key_frame(&self, seat: Seat) {
        self.locked().values().filter(|encoder| encoder.serves(seat)).for_each(Encoder::key_frame);
    }

    /// Encodes a frame for all.
    pub(super) fn push(&self, frame: &gst::Buffer) {
        self.locked().values().for_each(|encoder| encoder.push(frame));
    }

    /// Somebody takes the picture.
    pub(super) fn is_used(&self) -> bool {
        !self.locked().is_empty()
    }

    /// Stops all.
    pub(super) fn clear(&self) {
        self.locked().clear();
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<Format, Encoder>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
