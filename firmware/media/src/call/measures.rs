//! What is measured in a call.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{api::Statistics, encode::Sent, pipeline::locked, sound::Meter};

/// Frame rates are told over this time.
const SECOND: Duration = Duration::from_secs(1);

/// Counters of one call.
#[derive(Debug, Default)]
pub(crate) struct Measures {
    decoded: AtomicU64,
    arrivals: Mutex<VecDeque<Instant>>,
    size: Mutex<(u32, u32)>,
    /// Of the camera picture before it is encoded.
    camera_size: Mutex<Option<(u32, u32)>>,
    /// What the camera's encoder made.
    pub(crate) camera: Arc<Sent>,
    /// Level of the remote sound.
    pub(crate) remote_sound: Meter,
    /// Codec and element, for people.
    pub(crate) encoder: Mutex<Option<String>>,
    /// Codec and element, for people.
    pub(crate) decoder: Mutex<Option<String>>,
}

impl Measures {
    /// A remote frame was decoded; returns how many there were before.
    pub(crate) fn frame(&self, size: Option<(u32, u32)>) -> u64 {
        if let Some(size) = size {
            *locked(&self.size) = size;
        }
        let now = Instant::now();
        let mut arrivals = locked(&self.arrivals);
        forget(&mut arrivals, now);
        arrivals.push_back(now);
        self.decoded.fetch_add(1, Ordering::Relaxed)
    }

    /// The camera picture has this size; true when that is new.
    pub(crate) fn comes(&self, width: u32, height: u32) -> bool {
        locked(&self.camera_size).replace((width, height)) != Some((width, height))
    }

    /// Remote frames decoded so far.
    pub(crate) fn decoded(&self) -> u64 {
        self.decoded.load(Ordering::Relaxed)
    }

    /// Everything but the levels of other rooms and the peer connection's entries.
    pub(crate) fn statistics(&self) -> Statistics {
        let mut arrivals = locked(&self.arrivals);
        forget(&mut arrivals, Instant::now());
        let (frame_width, frame_height) = *locked(&self.size);
        Statistics {
            frames_decoded: self.decoded(),
            // At most some hundred frames a second: exact.
            frames_per_second: u32::try_from(arrivals.len()).map_or(0.0, f64::from),
            frame_width,
            frame_height,
            frames_encoded: self.camera.frames(),
            remote_audio_db: self.remote_sound.level(),
            encoder: locked(&self.encoder).clone(),
            decoder: locked(&self.decoder).clone(),
            ..Statistics::default()
        }
    }
}

fn forget(arrivals: &mut VecDeque<Instant>, now: Instant) {
    while arrivals.front().is_some_and(|at| now.duration_since(*at) > SECOND) {
        arrivals.pop_front();
    }
}
