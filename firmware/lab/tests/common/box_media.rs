//! A participant with picture and sound: a test picture with frame code 2 and a tone out, codes and tones in.

use std::sync::{Arc, Mutex};

use gst::prelude::*;
use gst_video::prelude::*;
use roombox_media::peer::webrtc_engine::WebrtcPeer;
use roombox_media::peer::{Codec, Kind, PeerConfig, PeerConnection, PeerEvent, Role};
use roombox_testcard::code::{self, FrameCode, Luma, LumaMut};
use roombox_testcard::tone;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Number in the participant's picture.
pub(crate) const SOURCE: u8 = 2;

/// What has come in.
#[derive(Default)]
pub(crate) struct Received {
    /// The newest picture: width, height, luma without padding.
    pub(crate) picture: Option<(usize, usize, Vec<u8>)>,
    pub(crate) frames: u64,
    /// The newest picture of what is presented: as above.
    pub(crate) content: Option<(usize, usize, Vec<u8>)>,
    /// The last second of sound at 48 kHz.
    pub(crate) sound: Vec<f32>,
}

impl Received {
    pub(crate) fn code(&self) -> Option<FrameCode> {
        let (width, height, data) = self.picture.as_ref()?;
        code::read(&Luma { data, stride: *width, width: *width, height: *height })
    }

    /// The code in a tile of the picture.
    pub(crate) fn code_in(&self, (x, y): (usize, usize), (w, h): (usize, usize)) -> Option<FrameCode> {
        let (width, height, data) = self.picture.as_ref()?;
        code::read(&Luma { data, stride: *width, width: *width, height: *height }.rectangle(x, y, w, h)?)
    }

    /// The code in what is presented.
    pub(crate) fn content_code(&self) -> Option<FrameCode> {
        let (width, height, data) = self.content.as_ref()?;
        code::read(&Luma { data, stride: *width, width: *width, height: *height })
    }

    pub(crate) fn share(&self, hz: f64) -> f64 {
        if self.sound.len() < 24_000 { 0.0 } else { tone::strength(&self.sound, 48_000, hz) }
    }
}

/// A participant's media; ends when dropped.
pub(crate) struct BoxMedia {
    pub(crate) peer: Arc<WebrtcPeer>,
    pub(crate) received: Arc<Mutex<Received>>,
    pipeline: gst::Pipeline,
}

impl BoxMedia {
    /// With these video codecs and this tone.
    pub(crate) fn new(codecs: &[&str], hz: u32) -> Self {
        gst::init().expect("GStreamer is installed");
        let (sender, events) = unbounded_channel();
        let bind = vec!["127.0.0.1".parse().expect("an address")];
        let video_codecs = codecs.iter().map(|codec| (*codec).to_owned()).collect();
        let config = PeerConfig { video_codecs, bind, ..PeerConfig::default() };
        let peer = Arc::new(WebrtcPeer::new(config, sender).expect("a peer connection"));
        let pipeline = gst::Pipeline::new();
        pipeline.add(&peer.bin()).expect("a fresh bin");
        pipeline.set_state(gst::State::Playing).expect("plays");
        let received = Arc::new(Mutex::new(Received::default()));
        tokio::spawn(follow(events, pipeline.clone(), peer.bin(), Arc::clone(&received), hz));
        Self { peer, received, pipeline }
    }

    /// Waits until what has come in is as wanted.
    pub(crate) async fn until<T>(&self, what: &str, mut pick: impl FnMut(&Received) -> Option<T>) -> T {
        let mut ticks = tokio::time::interval(std::time::Duration::from_millis(20));
        let wait = async {
            loop {
                ticks.tick().await;
                if let Some(found) = pick(&self.received.lock().expect("no panic")) {
                    return found;
                }
            }
        };
        tokio::time::timeout(super::PATIENCE, wait).await.unwrap_or_else(|_| panic!("never came in: {what}"))
    }
}

impl Drop for BoxMedia {
    fn drop(&mut self) {
        self.pipeline.set_state(gst::State::Null).expect("stops");
    }
}

async fn follow(
    mut events: UnboundedReceiver<PeerEvent>,
    pipeline: gst::Pipeline,
    peer: gst::Bin,
    received: Arc<Mutex<Received>>,
    hz: u32,
) {
    while let Some(event) = events.recv().await {
        match event {
            PeerEvent::SendCodec { mid, kind, codec, .. } => {
                let branch = sending(kind, &codec, hz);
                pipeline.add(&branch).expect("a fresh bin");
                let sink = peer.static_pad(&format!("sink_{mid}")).expect("told by the peer");
                branch.static_pad("src").expect("a ghost pad").link(&sink).expect("fits");
                branch.sync_state_with_parent().expect("plays");
            }
            PeerEvent::RemoteTrack { kind, role, codec, pad, .. } => {
                let branch = receiving((kind, role), &codec, &received);
                pipeline.add(&branch).expect("a fresh bin");
                branch.sync_state_with_parent().expect("plays");
                let source = peer.static_pad(&pad).expect("told by the peer");
                source.link(&branch.static_pad("sink").expect("a ghost pad")).expect("fits");
            }
            _ => {}
        }
    }
}

fn sending(kind: Kind, codec: &Codec, hz: u32) -> gst::Bin {
    let pt = codec.payload_type;
    let description = match (kind, codec.name.as_str()) {
        (Kind::Audio, _) => format!(
            "audiotestsrc is-live=true freq={hz} volume=0.25 ! audio/x-raw,rate=48000,channels=1 ! opusenc \
             ! rtpopuspay pt={pt}"
        ),
        (_, name) => format!(
            "videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=640,height=360,framerate=30/1 \
             ! identity name=paint ! {} pt={pt}",
            if name == "VP8" {
                "vp8enc deadline=1 cpu-used=8 keyframe-max-dist=30 ! rtpvp8pay"
            } else {
                "x264enc speed-preset=ultrafast tune=zerolatency key-int-max=30 \
                 ! video/x-h264,profile=constrained-baseline ! rtph264pay config-interval=-1"
            }
        ),
    };
    let bin = gst::parse::bin_from_description(&description, true).expect("a good description");
    if let Some(paint) = bin.by_name("paint") {
        let mut frame = 0;
        let pad = paint.static_pad("sink").expect("every identity has one");
        let count = Mutex::new(move || {
            frame += 1;
            frame
        });
        pad.add_probe(gst::PadProbeType::BUFFER, move |pad, info| {
            let caps = pad.current_caps().expect("before the first buffer");
            let info_ = gst_video::VideoInfo::from_caps(&caps).expect("raw video");
            let buffer = info.buffer_mut().expect("a buffer probe").make_mut();
            let mut picture = gst_video::VideoFrameRef::from_buffer_ref_writable(buffer, &info_).expect("writable");
            let (width, height) = (picture.width() as usize, picture.height() as usize);
            let stride = usize::try_from(picture.plane_stride()[0]).expect("positive");
            let frame = (count.lock().expect("no panic"))();
            let code = FrameCode { source: SOURCE, frame };
            let data = picture.plane_data_mut(0).expect("a luma plane");
            code::draw(&mut LumaMut { data, stride, width, height }, code);
            gst::PadProbeReturn::Ok
        });
    }
    bin
}

fn receiving((kind, role): (Kind, Role), codec: &Codec, received: &Arc<Mutex<Received>>) -> gst::Bin {
    let exit = "appsink name=out sync=false async=false";
    let description = match (kind, codec.name.as_str()) {
        (Kind::Audio, _) => {
            format!("rtpopusdepay ! opusdec ! audioconvert ! audio/x-raw,format=S16LE,rate=48000,channels=1 ! {exit}")
        }
        (_, "VP8") => format!("rtpvp8depay ! vp8dec ! videoconvert ! video/x-raw,format=I420 ! {exit}"),
        _ => format!(
            "rtph264depay request-keyframe=true ! h264parse ! avdec_h264 ! videoconvert \
             ! video/x-raw,format=I420 ! {exit}"
        ),
    };
    let bin = gst::parse::bin_from_description(&description, true).expect("a good description");
    let sink = bin.by_name("out").and_then(|e| e.downcast::<gst_app::AppSink>().ok()).expect("described");
    let received = Arc::clone(received);
    let callbacks = gst_app::AppSinkCallbacks::builder().new_sample(move |sink| {
        let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
        let mut received = received.lock().expect("no panic");
        if kind == Kind::Audio {
            hear(&mut received, &sample);
        } else {
            see(&mut received, role, &sample);
        }
        Ok(gst::FlowSuccess::Ok)
    });
    sink.set_callbacks(callbacks.build());
    bin
}

fn hear(received: &mut Received, sample: &gst::Sample) {
    let map = sample.buffer().expect("a buffer").map_readable().expect("readable");
    let samples: Vec<i16> = map.as_chunks().0.iter().map(|bytes| i16::from_le_bytes(*bytes)).collect();
    received.sound.extend(tone::from_i16(&samples));
    let old = received.sound.len().saturating_sub(48_000);
    received.sound.drain(..old);
}

fn see(received: &mut Received, role: Role, sample: &gst::Sample) {
    let info = gst_video::VideoInfo::from_caps(sample.caps().expect("caps")).expect("raw video");
    let buffer = sample.buffer().expect("a buffer");
    let frame = gst_video::VideoFrameRef::from_buffer_ref_readable(buffer, &info).expect("readable");
    let (width, height) = (frame.width() as usize, frame.height() as usize);
    let stride = usize::try_from(frame.plane_stride()[0]).expect("positive");
    let rows = frame.plane_data(0).expect("luma").chunks(stride).take(height);
    let picture = (width, height, rows.flat_map(|row| &row[..width]).copied().collect());
    match role {
        Role::Main => {
            received.picture = Some(picture);
            received.frames += 1;
        }
        Role::Content => received.content = Some(picture),
    }
}
