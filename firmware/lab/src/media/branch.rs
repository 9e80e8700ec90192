//! The branches of a participant's pipeline: payloaders towards the peer connection, decoders behind it.

use std::sync::Arc;

use gst::prelude::*;
use roombox_media::peer::{Codec, Kind};

use super::MediaError;
use super::layout::Area;
use super::mixer::SAMPLE_RATE;
use super::timeline::{entry, exit, named};
use super::watch::Watch;

/// RTP packets of this size pass every path that is met (1280 octets of IPv6 less the headers of IP, UDP, SRTP, TURN).
const MTU: u32 = 1200;
/// Encoded frames or blocks waiting at most: two seconds of either.
const WAITING: u32 = 100;

/// Something between the pads of a peer connection and the room.
#[derive(Debug)]
pub(super) struct Branch {
    bin: gst::Bin,
}

impl Branch {
    fn new(description: &str) -> Result<Self, MediaError> {
        Ok(Self { bin: gst::parse::bin_from_description(description, true)? })
    }

    /// Payloads what is pushed into the returned source: encoded video, or raw blocks of sound.
    pub(super) fn sending(kind: Kind, codec: &Codec) -> Result<(Self, gst_app::AppSrc), MediaError> {
        let pay = payloader(&codec.name)?;
        let description = format!("{} ! {pay} pt={} mtu={MTU}", entry("in", WAITING), codec.payload_type);
        let branch = Self::new(&description)?;
        let source: gst_app::AppSrc = named(&branch.bin, "in")?;
        if kind == Kind::Audio {
            source.set_caps(Some(&sound_caps()));
        }
        Ok((branch, source))
    }

    /// Decodes video, asking for a key frame after every loss. Not `wait-for-keyframe` for H.264: `GStreamer` 1.22 then
    /// drops the first slices of the very key frame it waits for. `watch` sees every frame in full size, the returned sink gets it in the size of the filter.
    pub(super) fn video(codec: &str, watch: Arc<Watch>) -> Result<(Self, Picture), MediaError> {
        let decode = match codec {
            "H264" => format!("rtph264depay request-keyframe=true ! h264parse ! {} name=decoder", h264_decoder()),
            "VP8" => "rtpvp8depay request-keyframe=true wait-for-keyframe=true ! vp8dec name=decoder threads=1".into(),
            other => return Err(MediaError::Pipeline(format!("no decoder for {other}"))),
        };
        let scale = "videoconvert ! videoscale ! capsfilter name=size";
        let branch = Self::new(&format!("{decode} ! {scale} ! {}", exit("out", true)))?;
        let decoder: gst::Element = named(&branch.bin, "decoder")?;
        let pad = decoder.static_pad("src").ok_or_else(|| MediaError::Pipeline("a decoder without a pad".into()))?;
        pad.add_probe(gst::PadProbeType::BUFFER, move |pad, info| {
            look(pad, info, &watch);
            gst::PadProbeReturn::Ok
        });
        let picture = Picture { filter: named(&branch.bin, "size")?, sink: named(&branch.bin, "out")? };
        Ok((branch, picture))
    }

    /// Decodes sound to mono blocks that `heard` gets.
    pub(super) fn sound(codec: &str, heard: impl Fn(&[i16]) + Send + 'static) -> Result<Self, MediaError> {
        if codec != "OPUS" {
            return Err(MediaError::Pipeline(format!("no decoder for {codec}")));
        }
        let convert = format!("audioconvert ! audio/x-raw,format=S16LE,rate={SAMPLE_RATE},channels=1");
        let branch = Self::new(&format!("rtpopusdepay ! opusdec plc=true ! {convert} ! {}", exit("out", false)))?;
        let sink: gst_app::AppSink = named(&branch.bin, "out")?;
        let callbacks = gst_app::AppSinkCallbacks::builder().new_sample(move |sink| {
            let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
            if let Some(map) = sample.buffer().and_then(|buffer| buffer.map_readable().ok()) {
                let samples: Vec<i16> = map.as_chunks().0.iter().map(|bytes| i16::from_le_bytes(*bytes)).collect();
                heard(&samples);
            }
            Ok(gst::FlowSuccess::Ok)
        });
        sink.set_callbacks(callbacks.build());
        Ok(branch)
    }

    /// Puts a sending branch before the peer's pad.
    pub(super) fn before(&self, pipeline: &gst::Pipeline, peer: &gst::Bin, pad: &str) -> Result<(), MediaError> {
        pipeline.add(&self.bin)?;
        let (source, sink) = (self.pad("src")?, peer_pad(peer, pad)?);
        source.link(&sink).map_err(|error| MediaError::Pipeline(format!("{pad}: {error}")))?;
        Ok(self.bin.sync_state_with_parent()?)
    }

    /// Puts a receiving branch behind the peer's pad, in the place of `former` if there is one. The pad may be in use.
    pub(super) fn behind(
        &self,
        pipeline: &gst::Pipeline,
        peer: &gst::Bin,
        pad: &str,
        former: Option<Self>,
    ) -> Result<(), MediaError> {
        pipeline.add(&self.bin)?;
        self.bin.sync_state_with_parent()?;
        let (source, sink) = (peer_pad(peer, pad)?, self.pad("sink")?);
        let former = former.map(|branch| branch.bin);
        source.add_probe(gst::PadProbeType::IDLE, move |source, _| {
            if let Some(linked) = source.peer() {
                // Linked a moment ago, so it can be unlinked.
                let _ = source.unlink(&linked);
            }
            if let Err(error) = source.link(&sink) {
                tracing::warn!(%error, "a received stream could not be linked");
            }
            if let Some(former) = &former {
                former.call_async(remove);
            }
            gst::PadProbeReturn::Remove
        });
        Ok(())
    }

    /// Takes a sending branch out: it is the source, so nothing flows once it has stopped.
    pub(super) fn take_out(&self) {
        remove(&self.bin);
    }

    fn pad(&self, name: &str) -> Result<gst::Pad, MediaError> {
        self.bin.static_pad(name).ok_or_else(|| MediaError::Pipeline(format!("a branch without {name}")))
    }
}

/// Where a decoded picture comes out, and what sets its size.
#[derive(Clone, Debug)]
pub(super) struct Picture {
    filter: gst::Element,
    pub(super) sink: gst_app::AppSink,
}

impl Picture {
    /// From now on the picture comes in the size of this tile, with bars where its shape differs.
    pub(super) fn fit(&self, area: Area) {
        let side = |pixels: usize| i32::try_from(pixels).unwrap_or(i32::MAX);
        let caps = gst::Caps::builder("video/x-raw")
            .field("format", "I420")
            .field("width", side(area.width))
            .field("height", side(area.height))
            .field("pixel-aspect-ratio", gst::Fraction::new(1, 1))
            .build();
        self.filter.set_property("caps", caps);
    }
}

fn payloader(codec: &str) -> Result<&'static str, MediaError> {
    match codec {
        "H264" => Ok("rtph264pay aggregate-mode=zero-latency"),
        "VP8" => Ok("rtpvp8pay picture-id-mode=15-bit"),
        "OPUS" => Ok("opusenc bitrate=48000 frame-size=20 ! rtpopuspay"),
        other => Err(MediaError::Pipeline(format!("no payloader for {other}"))),
    }
}

/// libav costs the least; openh264 is there where libav may not be.
fn h264_decoder() -> &'static str {
    if gst::ElementFactory::find("avdec_h264").is_some() {
        "avdec_h264 max-threads=1 output-corrupt=false discard-corrupted-frames=true"
    } else {
        "openh264dec"
    }
}

/// Mono blocks as the mixer makes them.
fn sound_caps() -> gst::Caps {
    // The rate is a constant far below the limit.
    let rate = i32::try_from(SAMPLE_RATE).unwrap_or(i32::MAX);
    gst::Caps::builder("audio/x-raw")
        .field("format", "S16LE")
        .field("rate", rate)
        .field("channels", 1)
        .field("layout", "interleaved")
        .build()
}

fn peer_pad(peer: &gst::Bin, name: &str) -> Result<gst::Pad, MediaError> {
    peer.static_pad(name).ok_or_else(|| MediaError::Pipeline(format!("the peer connection has no pad {name}")))
}

fn look(pad: &gst::Pad, info: &gst::PadProbeInfo<'_>, watch: &Watch) {
    let (Some(buffer), Some(caps)) = (info.buffer(), pad.current_caps()) else { return };
    let Ok(info) = gst_video::VideoInfo::from_caps(&caps) else { return };
    if let Ok(frame) = gst_video::VideoFrameRef::from_buffer_ref_readable(buffer, &info) {
        watch.see(&frame);
    }
}

fn remove(bin: &gst::Bin) {
    let removed = bin.set_state(gst::State::Null).is_ok();
    let parent = bin.parent().and_then(|parent| parent.downcast::<gst::Bin>().ok());
    if !removed || parent.is_some_and(|parent| parent.remove(bin).is_err()) {
        tracing::warn!(branch = %bin.name(), "a branch does not go");
    }
}
