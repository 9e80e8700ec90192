//! From a hub to RTP: encoder and payloader of one m-line.

pub(crate) mod elements;
mod gate;
mod keys;
pub(crate) mod limitation;
mod plan;
mod sent;
mod silence;
mod steer;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use gst::prelude::*;

pub(crate) use keys::KeySender;
pub(crate) use sent::{Sent, SentFigures};
pub(crate) use steer::{SizeNews, Steer};

use crate::{
    api::{ContentHint, Encoding, Stream},
    error::MediaError,
    peer::Codec,
    pipeline::{branch, locked, named},
    pipelines,
    relay::{self, Hub, Taking},
    sound::{FORMAT, codecs},
};

/// Pictures that may wait for the encoder.
const PICTURES: u64 = 2;
/// Sound buffers that may wait for the encoder.
const SOUNDS: u64 = 10;

/// How a stream is to be sent.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wish {
    pub(crate) encoding: Encoding,
    /// Nothing goes out.
    pub(crate) held: bool,
}

/// The numbering of an RTP stream. The next encoder of the same line keeps to it: to the other side it is one stream, and
/// a time line that begins anew would be a leap in it (RFC 3550 section 5.1).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbering {
    ssrc: u32,
    /// Hz.
    clock_rate: u32,
    timestamp_offset: u32,
    /// Of the last packet.
    sequence: u32,
}

/// An encoder in a call's pipeline. It works while it takes from its hub.
pub(crate) struct Sender {
    pub(crate) bin: gst::Bin,
    pub(crate) codec: Codec,
    pub(crate) stream: Stream,
    /// Element that encodes, for statistics.
    pub(crate) element: String,
    source: gst_app::AppSrc,
    payloader: gst::Element,
    /// Of an audio encoder.
    pub(crate) keys: Option<Arc<KeySender>>,
    /// Of a video encoder.
    pub(crate) steer: Option<Steer>,
    /// Nothing goes into it: by wish, or because the path carries too little.
    held: Arc<AtomicBool>,
    narrow: AtomicBool,
    wish: Mutex<Wish>,
    taking: Option<Taking>,
    /// Time of the last picture that it was given ahead.
    given: Option<gst::ClockTime>,
}

impl Sender {
    /// A video encoder made of `element` for `bitrate` bit/s at most, counting what it encodes.
    pub(crate) fn video(
        mid: &str,
        codec: &Codec,
        stream: Stream,
        element: String,
        bitrate: u32,
        sent: Arc<Sent>,
        size: SizeNews,
    ) -> Result<Self, MediaError> {
        let text = pipelines::encoder::sending(&element, &codec.name, bitrate / 1000, codec.payload_type).to_string();
        let mut sender = Self::build(mid, codec, stream, element, &text, relay::entry("in", None, PICTURES))?;
        sender.steer = Some(Steer::new(
            &sender.bin,
            &sender.source,
            &sender.element,
            (bitrate, usual_hint(stream)),
            Arc::clone(&sent),
            size,
        )?);
        sent.encoder(&sender.element);
        let encoder = named::<gst::Element>(&sender.bin, "encoder")?;
        sent.passage().watch(&encoder);
        let pad = encoder.static_pad("src");
        let pad = pad.ok_or_else(|| MediaError::pipeline("encoder", "has no pad"))?;
        pad.add_probe(gst::PadProbeType::BUFFER, move |_, probe| {
            if let Some(frame) = probe.buffer() {
                sent.count(frame);
            }
            gst::PadProbeReturn::Ok
        });
        Ok(sender)
    }

    /// An audio encoder.
    pub(crate) fn audio(mid: &str, codec: &Codec) -> Result<Self, MediaError> {
        let chain = codecs::sending(&codec.name, &elements::opus(&codec.fmtp), codec.payload_type)?;
        let source = relay::entry("in", Some(&FORMAT.parse()?), SOUNDS);
        let mut sender = Self::build(mid, codec, Stream::Audio, chain.element.into(), &chain.text, source)?;
        if codec.name.eq_ignore_ascii_case(codecs::OPUS) {
            silence::watch(&sender.bin, elements::wishes_dtx(&codec.fmtp))?;
        }
        let keys = KeySender::new(codec);
        let pad = sender.payloader.static_pad("src").ok_or_else(|| MediaError::pipeline("payloader", "has no pad"))?;
        keys.watch(&pad);
        sender.keys = Some(keys);
        Ok(sender)
    }

    fn build(
        mid: &str,
        codec: &Codec,
        stream: Stream,
        element: String,
        text: &str,
        source: gst_app::AppSrc,
    ) -> Result<Self, MediaError> {
        let bin = gst::parse::bin_from_description_with_name(text, false, &branch("send", mid))?;
        // Else it would take the age of its first picture for a delay, which everything in the call would then wait for.
        source.set_latency(Some(gst::ClockTime::ZERO), None);
        bin.add(&source)?;
        let held = Arc::<AtomicBool>::default();
        let shut = Arc::clone(&held);
        let entry = source.static_pad("src").ok_or_else(|| MediaError::pipeline("entry", "has no pad"))?;
        entry.add_probe(gst::PadProbeType::BUFFER, move |_, _| {
            if shut.load(Ordering::Acquire) { gst::PadProbeReturn::Drop } else { gst::PadProbeReturn::Ok }
        });
        source.link(&named::<gst::Element>(&bin, "first")?)?;
        let payloader: gst::Element = named(&bin, "pay")?;
        let pad = payloader.static_pad("src").ok_or_else(|| MediaError::pipeline("payloader", "has no pad"))?;
        let ghost = gst::GhostPad::builder_with_target(&pad)?.name("src").build();
        // An encoder that breaks ends its stream; that of the line goes on with the next.
        ghost.add_probe(gst::PadProbeType::EVENT_DOWNSTREAM, |_, probe| match probe.event() {
            Some(event) if event.type_() == gst::EventType::Eos => gst::PadProbeReturn::Drop,
            _ => gst::PadProbeReturn::Ok,
        });
        bin.add_pad(&ghost)?;
        Ok(Self {
            bin,
            codec: codec.clone(),
            stream,
            element,
            source,
            payloader,
            keys: None,
            steer: None,
            held,
            narrow: AtomicBool::new(false),
            wish: Mutex::default(),
            taking: None,
            given: None,
        })
    }

    /// How its RTP stream is numbered; `None` before its first packet.
    pub(crate) fn numbering(&self) -> Option<Numbering> {
        let stats = self.payloader.property::<Option<gst::Structure>>("stats")?;
        let number = |name| stats.get::<u32>(name).ok();
        Some(Numbering {
            ssrc: number("ssrc")?,
            clock_rate: self.codec.clock_rate,
            timestamp_offset: number("timestamp-offset")?,
            sequence: number("seqnum")?,
        })
    }

    /// It goes on where the former on its line stopped. To be called before it plays.
    pub(crate) fn follow(&self, former: &Numbering) {
        self.payloader.set_property("ssrc", former.ssrc);
        let next = former.sequence.wrapping_add(1) & 0xffff;
        self.payloader.set_property("seqnum-offset", next.cast_signed());
        // Both count the time of the call's pipeline, so that the same offset is the same time line.
        if former.clock_rate == self.codec.clock_rate {
            self.payloader.set_property("timestamp-offset", former.timestamp_offset);
        }
    }

    /// Gives it a picture ahead of those of its hub, unless it had this one already.
    pub(crate) fn give(&mut self, picture: &gst::Buffer, caps: &gst::Caps) {
        if self.taking.is_none() && self.given.is_none_or(|given| picture.pts() > Some(given)) {
            self.given = picture.pts();
            // Refused only while the call ends.
            let _ = self.source.push_sample(&gst::Sample::builder().buffer(picture).caps(caps).build());
        }
    }

    /// From now on it encodes.
    pub(crate) fn take_from(&mut self, hub: &Arc<Hub>) {
        self.taking = Some(hub.attach(&self.source));
    }

    /// From now on it is sent as wished; after a hold the picture begins anew.
    pub(crate) fn steer(&self, wish: Wish) {
        *locked(&self.wish) = wish;
        match (&self.steer, self.opus()) {
            (Some(steer), _) => steer.set(wish.encoding),
            (None, Some(encoder)) => elements::set_opus_bitrate(&encoder, wish.encoding.max_bitrate),
            (None, None) => {}
        }
        self.hold();
    }

    /// The path carries so much of it, in bit/s (0: nothing is sent), and loses this share of packets in percent.
    pub(crate) fn carry(&self, rate: u32, loss_percent: u8) {
        match (&self.steer, self.opus()) {
            (Some(steer), _) if rate > 0 => steer.carry(rate),
            (Some(_), _) | (None, None) => {}
            (None, Some(encoder)) => {
                let wished = locked(&self.wish).encoding.max_bitrate;
                elements::set_opus_bitrate(&encoder, Some(wished.map_or(rate, |most| most.min(rate))));
                elements::set_opus_loss(&encoder, loss_percent);
            }
        }
        self.narrow.store(rate == 0, Ordering::Release);
        self.hold();
    }

    /// The Opus encoder, the one audio encoder with a rate that can be set.
    fn opus(&self) -> Option<gst::Element> {
        if self.element == elements::OPUS { self.bin.by_name("encoder") } else { None }
    }

    fn hold(&self) {
        let held = locked(&self.wish).held || self.narrow.load(Ordering::Acquire);
        if self.held.swap(held, Ordering::AcqRel) && !held {
            self.force_key_frame();
        }
    }

    /// The next picture becomes a key frame. Not with all headers: the encoders send them with every key frame, and the
    /// payloader would add them as a picture of their own, which takes the time of the key frame away from it.
    pub(crate) fn force_key_frame(&self) {
        let event = gst_video::UpstreamForceKeyUnitEvent::builder().all_headers(false).build();
        if let Some(pad) = self.payloader.static_pad("src") {
            pad.send_event(event);
        }
    }
}

/// What gives way on a narrow path: a camera's picture becomes smaller, what is presented comes less often.
const fn usual_hint(stream: Stream) -> ContentHint {
    match stream {
        Stream::Presentation => ContentHint::Text,
        Stream::Audio | Stream::Camera => ContentHint::Motion,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NAL units of an RTP packet by their types (RFC 6184 section 5.2): one, those of a STAP-A, or part of one.
    fn units(packet: &[u8]) -> Vec<u32> {
        let payload = &packet[12..];
        match payload[0] & 31 {
            24 => {
                let (mut kinds, mut rest) = (Vec::new(), &payload[1..]);
                while let [high, low, unit, ..] = rest {
                    kinds.push(u32::from(unit & 31));
                    rest = &rest[2 + usize::from(u16::from_be_bytes([*high, *low]))..];
                }
                kinds
            }
            28 if payload[1] & 0x80 == 0 => Vec::new(),
            28 => vec![u32::from(payload[1] & 31)],
            kind => vec![u32::from(kind)],
        }
    }

    #[test]
    fn an_old_picture_that_is_given_ahead_delays_nothing() {
        gst::init().unwrap();
        let codec = Codec { name: "H264".into(), payload_type: 102, clock_rate: 90_000, fmtp: String::new() };
        let sent = Arc::<Sent>::default();
        let news: SizeNews = Box::new(|_, _| ());
        let mut sender = Sender::video("1", &codec, Stream::Camera, "x264enc".into(), 500_000, sent, news).unwrap();
        let (pipeline, end) = (gst::Pipeline::new(), gst_app::AppSink::builder().sync(false).build());
        pipeline.add(&sender.bin).unwrap();
        pipeline.add(&end).unwrap();
        sender.bin.link(&end).unwrap();
        // The pipeline runs for an hour, as that of a call does on the common time line.
        let clock = gst::SystemClock::obtain();
        pipeline.use_clock(Some(&clock));
        pipeline.set_start_time(gst::ClockTime::NONE);
        pipeline.set_base_time(clock.time().saturating_sub(gst::ClockTime::from_seconds(3_600)));
        pipeline.set_state(gst::State::Playing).unwrap();
        let info = gst_video::VideoInfo::builder(gst_video::VideoFormat::I420, 320, 180).fps(30).build().unwrap();
        let mut picture = gst::Buffer::with_size(info.size()).unwrap();
        picture.get_mut().unwrap().set_pts(gst::ClockTime::from_seconds(3_599));
        sender.give(&picture, &info.to_caps().unwrap());
        end.pull_sample().unwrap();
        let mut asked = gst::query::Latency::new();
        assert!(pipeline.query(&mut asked));
        assert_eq!(asked.result().1, gst::ClockTime::ZERO);
        pipeline.set_state(gst::State::Null).unwrap();
    }

    #[test]
    fn a_key_frame_that_was_asked_for_is_one_picture_with_its_headers() {
        gst::init().unwrap();
        let codec = Codec { name: "H264".into(), payload_type: 102, clock_rate: 90_000, fmtp: String::new() };
        let news: SizeNews = Box::new(|_, _| ());
        let sent = Arc::<Sent>::default();
        let sender = Sender::video("1", &codec, Stream::Camera, "x264enc".into(), 500_000, sent, news).unwrap();
        let (pipeline, end) = (gst::Pipeline::new(), gst_app::AppSink::builder().sync(false).build());
        pipeline.add(&sender.bin).unwrap();
        pipeline.add(&end).unwrap();
        sender.bin.link(&end).unwrap();
        let info = gst_video::VideoInfo::builder(gst_video::VideoFormat::I420, 320, 180).fps(30).build().unwrap();
        sender.source.set_caps(Some(&info.to_caps().unwrap()));
        pipeline.set_state(gst::State::Playing).unwrap();
        let mut key_frames = 0;
        for frame in 0..6 {
            if frame == 3 {
                sender.force_key_frame();
            }
            let mut picture = gst::Buffer::with_size(info.size()).unwrap();
            picture.get_mut().unwrap().set_pts(gst::ClockTime::from_mseconds(frame * 33));
            sender.source.push_buffer(picture).unwrap();
            let mut kinds = Vec::new();
            // The marker ends a picture (RFC 6184 section 5.1).
            loop {
                let packet = end.pull_sample().unwrap();
                let packet = packet.buffer().unwrap().map_readable().unwrap();
                kinds.extend(units(&packet));
                if packet[1] & 0x80 != 0 {
                    break;
                }
            }
            assert_eq!(kinds.iter().filter(|kind| **kind == 9).count(), 1, "pictures in {kinds:?}");
            if kinds.contains(&5) {
                key_frames += 1;
                assert_eq!(&kinds[..3], &[9, 7, 8], "{kinds:?}");
            }
        }
        assert_eq!(key_frames, 2);
        pipeline.set_state(gst::State::Null).unwrap();
    }
}
