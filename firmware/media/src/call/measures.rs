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
    call::{
        picture::Picture,
        waits::{Waited, Waits},
    },
    encode::Sent,
    pipeline::locked,
    sound::{Meter, RATE, level},
};

/// Remote sound as it was decoded.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Heard {
    pub(crate) played: Duration,
    /// Part of it that the decoder made up because packets were missing.
    pub(crate) concealed: Duration,
    /// How often it did so.
    pub(crate) events: u64,
    /// Level over the last 100 ms, 0.0..=1.0, and what was heard over all.
    pub(crate) level: f64,
    pub(crate) over_all: level::Heard,
    pub(crate) waited: Waited,
}

/// Counters of one call.
#[derive(Debug, Default)]
pub(crate) struct Measures {
    /// What the other side sends: its camera or the conference, and its presentation.
    main: Arc<Picture>,
    content: Arc<Picture>,
    /// Decodes the remote sound.
    pub(crate) sound_decoder: Mutex<Option<gst::glib::WeakRef<gst::Element>>>,
    /// Sound of the other side that was played, in ns.
    played: AtomicU64,
    waits: Waits,
    camera: Arc<Sent>,
    presentation: Arc<Sent>,
    /// Level of the remote sound.
    pub(crate) remote_sound: Meter,
    /// Codec and element, for people.
    pub(crate) encoder: Mutex<Option<String>>,
}

impl Measures {
    /// Sound was decoded and is due, `since` it arrived.
    pub(crate) fn sound(&self, buffer: &gst::BufferRef, since: Option<gst::ClockTime>) {
        let duration = buffer.duration().unwrap_or_default();
        self.played.fetch_add(duration.nseconds(), Ordering::Relaxed);
        let samples = duration.nseconds() * u64::from(RATE) / 1_000_000_000;
        self.waits.leaves(buffer, since.map(Duration::from), samples);
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
            level: level::linear(self.remote_sound.level()),
            over_all: self.remote_sound.heard(),
            waited: self.waits.waited(),
        }
    }

    /// The figures of a received picture.
    pub(crate) fn picture(&self, stream: Stream) -> &Arc<Picture> {
        if stream == Stream::Presentation { &self.content } else { &self.main }
    }

    /// The figures of a sent picture.
    pub(crate) fn sent(&self, stream: Stream) -> &Arc<Sent> {
        if stream == Stream::Presentation { &self.presentation } else { &self.camera }
    }

    /// Frames of the main picture decoded so far.
    pub(crate) fn decoded(&self) -> u64 {
        self.main.decoded()
    }

    /// Everything but the levels of other rooms and the peer connection's entries.
    pub(crate) fn statistics(&self) -> Statistics {
        let main = self.main.figures();
        let (frame_width, frame_height) = main.size;
        Statistics {
            frames_decoded: main.decoded,
            frames_per_second: main.per_second.into(),
            frame_width,
            frame_height,
            frames_encoded: self.camera.figures().encoded.0,
            presentation_frames_encoded: self.presentation.figures().encoded.0,
            content_frames_decoded: self.content.decoded(),
            remote_audio_db: self.remote_sound.level(),
            encoder: locked(&self.encoder).clone(),
            decoder: main.decoder,
            ..Statistics::default()
        }
    }
}

/// Time since the first call of this process asked for it.
pub(super) fn since_start() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}
