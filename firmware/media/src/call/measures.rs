//! What is measured in a call.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use gst::prelude::*;

use crate::{
    api::{Statistics, Stream},
    call::freezes::{Freezes, Frozen},
    encode::Sent,
    pace::Pace,
    pipeline::locked,
    sound::Meter,
};

/// Remote sound as it was decoded.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Heard {
    pub(crate) played: Duration,
    /// Part of it that the decoder made up because packets were missing.
    pub(crate) concealed: Duration,
    /// How often it did so.
    pub(crate) events: u64,
}

/// Counters of one call.
#[derive(Debug, Default)]
pub(crate) struct Measures {
    /// Remote frames that went into the decoder.
    pub(crate) received: AtomicU64,
    decoded: AtomicU64,
    pace: Pace,
    freezes: Mutex<Freezes>,
    /// Decodes the remote sound.
    pub(crate) sound_decoder: Mutex<Option<gst::glib::WeakRef<gst::Element>>>,
    /// Sound of the other side that was played, in ns.
    pub(crate) played: AtomicU64,
    size: Mutex<(u32, u32)>,
    camera: Arc<Sent>,
    presentation: Arc<Sent>,
    /// Frames of the other side's presentation decoded.
    pub(crate) content_decoded: AtomicU64,
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
        self.pace.pass();
        locked(&self.freezes).frame(since_start());
        self.decoded.fetch_add(1, Ordering::Relaxed)
    }

    /// Freezes of the remote picture so far.
    pub(crate) fn frozen(&self) -> Frozen {
        locked(&self.freezes).frozen()
    }

    /// What the decoder of the remote sound counts.
    pub(crate) fn heard(&self) -> Heard {
        let decoder = locked(&self.sound_decoder).as_ref().and_then(gst::glib::WeakRef::upgrade);
        let counting = decoder.filter(|decoder| decoder.has_property_with_type("stats", gst::Structure::static_type()));
        let figures = counting.map(|decoder| decoder.property::<gst::Structure>("stats"));
        let figure = |name| figures.as_ref().and_then(|figures| figures.get::<u64>(name).ok()).unwrap_or(0);
        Heard {
            played: Duration::from_nanos(self.played.load(Ordering::Relaxed)),
            concealed: Duration::from_nanos(figure("plc-duration")),
            events: figure("num-gap"),
        }
    }

    /// The figures of a sent picture.
    pub(crate) fn sent(&self, stream: Stream) -> &Arc<Sent> {
        if stream == Stream::Presentation { &self.presentation } else { &self.camera }
    }

    /// Remote frames decoded so far.
    pub(crate) fn decoded(&self) -> u64 {
        self.decoded.load(Ordering::Relaxed)
    }

    /// Everything but the levels of other rooms and the peer connection's entries.
    pub(crate) fn statistics(&self) -> Statistics {
        let (frame_width, frame_height) = *locked(&self.size);
        Statistics {
            frames_decoded: self.decoded(),
            frames_per_second: self.pace.per_second().into(),
            frame_width,
            frame_height,
            frames_encoded: self.camera.figures().encoded.0,
            presentation_frames_encoded: self.presentation.figures().encoded.0,
            content_frames_decoded: self.content_decoded.load(Ordering::Relaxed),
            remote_audio_db: self.remote_sound.level(),
            encoder: locked(&self.encoder).clone(),
            decoder: locked(&self.decoder).clone(),
            ..Statistics::default()
        }
    }
}

/// Time since the first call of this process asked for it.
fn since_start() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}
