//! The `webrtcdsp` element (gst-plugins-bad; the audio processing of `WebRTC`), driven in the caller's thread: gain and
//! noise, and of the echo what a linear filter leaves.
//!
//! It looks for its `webrtcechoprobe` by name among all of the program and takes the time of what is played from buffer
//! times: here each 10 ms of the microphone come with the 10 ms that were heard at the same time, without a latency
//! between them. `GStreamer` 1.22 on the `WebRTC` processing 0.3 models some 50 ms of echo, whatever `extended-filter` and
//! `delay-agnostic` say; longer rooms are left to the linear filter before it.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use gst::prelude::*;

use crate::{
    api::{NoiseSuppression, VoiceProcessing},
    error::MediaError,
    pipeline::locked,
    sound::{self, FORMAT},
};

const BLOCK_TIME: gst::ClockTime = gst::ClockTime::from_mseconds(10);
/// Peak that automatic gain aims at, in dB below full scale.
const GAIN_TARGET: i32 = 6;
/// The most that automatic gain amplifies, in dB: a voice some metres away is raised, an empty room is not.
const GAIN_MOST: i32 = 12;

static SERIAL: AtomicU64 = AtomicU64::new(0);

/// The element and its probe.
pub(super) struct Dsp {
    processing: Driven,
    probe: Option<Driven>,
    blocks: u64,
}

impl Dsp {
    /// `None` where nothing is wished.
    pub(super) fn new(wish: VoiceProcessing) -> Result<Option<Self>, MediaError> {
        let suppresses = wish.noise_suppression == NoiseSuppression::Webrtc;
        if !(wish.echo_cancellation || wish.automatic_gain || suppresses) {
            return Ok(None);
        }
        let name = format!("played-{}", SERIAL.fetch_add(1, Ordering::Relaxed));
        let probe = wish.echo_cancellation.then(|| Driven::new(element("webrtcechoprobe", &name)?)).transpose()?;
        if let Some(probe) = &probe {
            probe.output.push_event(gst::event::Latency::new(gst::ClockTime::ZERO));
        }
        let dsp = element("webrtcdsp", &format!("voice-{name}"))?;
        settle(&dsp, wish);
        dsp.set_property("probe", &name);
        Ok(Some(Self { processing: Driven::new(dsp)?, probe, blocks: 0 }))
    }

    pub(super) fn process(&mut self, near: &mut [i16], played: &[i16]) -> Result<(), MediaError> {
        let at = BLOCK_TIME * self.blocks;
        self.blocks += 1;
        if let Some(probe) = &self.probe {
            probe.push(played, at)?;
            locked(&probe.out).clear();
        }
        self.processing.push(near, at)?;
        let mut out = locked(&self.processing.out);
        near.iter_mut().zip(out.drain(..)).for_each(|(sample, processed)| *sample = processed);
        Ok(())
    }
}

fn settle(dsp: &gst::Element, wish: VoiceProcessing) {
    dsp.set_property("echo-cancel", wish.echo_cancellation);
    dsp.set_property("gain-control", wish.automatic_gain);
    dsp.set_property("noise-suppression", wish.noise_suppression == NoiseSuppression::Webrtc);
    dsp.set_property("target-level-dbfs", GAIN_TARGET);
    dsp.set_property("compression-gain-db", GAIN_MOST);
    dsp.set_property_from_str("echo-suppression-level", "low");
    dsp.set_property_from_str("noise-suppression-level", "moderate");
}

/// An element with something linked at both sides and no pipeline around it.
struct Driven {
    element: gst::Element,
    input: gst::Pad,
    output: gst::Pad,
    out: Arc<Mutex<Vec<i16>>>,
}

impl Driven {
    fn new(element: gst::Element) -> Result<Self, MediaError> {
        let out = Arc::<Mutex<Vec<i16>>>::default();
        let taken = Arc::clone(&out);
        let input = gst::Pad::builder(gst::PadDirection::Src).build();
        let output = gst::Pad::builder(gst::PadDirection::Sink)
            .chain_function(move |_, _, buffer| {
                let map = buffer.map_readable().map_err(|_| gst::FlowError::Error)?;
                locked(&taken).extend(sound::samples(&map));
                Ok(gst::FlowSuccess::Ok)
            })
            .build();
        let pads = element.static_pad("sink").zip(element.static_pad("src"));
        let (sink, src) = pads.ok_or_else(|| failed("an element has no pads"))?;
        input.link(&sink).map_err(failed)?;
        src.link(&output).map_err(failed)?;
        for pad in [&input, &output] {
            pad.set_active(true)?;
        }
        let driven = Self { element, input, output, out };
        driven.element.set_state(gst::State::Playing).map_err(failed)?;
        driven.input.push_event(gst::event::StreamStart::new("sound"));
        driven.input.push_event(gst::event::Caps::new(&FORMAT.parse()?));
        driven.input.push_event(gst::event::Segment::new(&gst::FormattedSegment::<gst::ClockTime>::new()));
        Ok(driven)
    }

    fn push(&self, samples: &[i16], at: gst::ClockTime) -> Result<(), MediaError> {
        let mut buffer = sound::buffer(samples);
        let meta = buffer.make_mut();
        meta.set_pts(at);
        meta.set_duration(BLOCK_TIME);
        self.input.push(buffer).map(drop).map_err(failed)
    }
}

impl Drop for Driven {
    fn drop(&mut self) {
        if let Err(error) = self.element.set_state(gst::State::Null) {
            tracing::warn!(%error, "voice processing does not stop");
        }
    }
}

fn element(factory: &str, name: &str) -> Result<gst::Element, MediaError> {
    Ok(gst::ElementFactory::make(factory).name(name).build()?)
}

fn failed(error: impl std::fmt::Display) -> MediaError {
    MediaError::pipeline("voice processing", error.to_string())
}
