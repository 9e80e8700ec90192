//! The compositor and its inputs.

use std::sync::{Arc, Mutex};

use gst::prelude::*;

use crate::{
    api::View,
    compose::layout::{self, HEIGHT, Places, Scene, WIDTH},
    error::MediaError,
    paint::{self, Canvas, Colour, Rectangle},
    pipeline::{Pace, Running, Timeline, described, locked, named},
    pipelines::{Chain, PictureSize, screen},
    relay::{self, Hub, Taking},
};

/// The compositor waits this long for a frame that belongs to the picture it makes, in nanoseconds.
const PATIENCE: u64 = 15_000_000;
/// Composed pictures a second.
pub(crate) const RATE: u32 = 30;
/// From the time of a composed picture until it leaves: its own length, and the wait for what belongs to it.
pub(crate) const LATENCY: gst::ClockTime = gst::ClockTime::from_nseconds(1_000_000_000 / RATE as u64 + PATIENCE);
/// From the time of a remote frame until it is seen, in the middle: a picture shows what begins within its length.
pub(crate) const DELAY: gst::ClockTime =
    gst::ClockTime::from_nseconds(LATENCY.nseconds() - 1_000_000_000 / RATE as u64 / 2);
/// The self view needs no more frames a second than this.
const SELF_VIEW_RATE: i32 = 15;
/// What lies on what. The idle picture is never seen together with content.
const LOWEST: u32 = 0;
const REMOTE: u32 = 1;
const CONTENT: u32 = 2;
const OWN: u32 = 3;
pub(super) const BORDER: Colour = Colour(170, 128, 128);
pub(super) const BORDER_WIDTH: u32 = 2;
pub(super) const IDLE_TOP: Colour = Colour(46, 140, 120);
pub(super) const IDLE_BOTTOM: Colour = Colour(22, 134, 124);

/// A compositor with the inputs idle picture, remote picture, self view, and content while there is any: an input that
/// nothing comes to would hold up every picture.
#[derive(Debug)]
pub(crate) struct Mixer {
    pipeline: gst::Pipeline,
    mix: gst::Element,
    from: Arc<Hub>,
    content: Mutex<Option<Content>>,
    /// Takes the remote frames.
    pub(crate) remote: gst_app::AppSrc,
    /// Takes the frames that go out.
    pub(crate) own: gst_app::AppSrc,
    idle: gst_app::AppSrc,
    idle_pad: gst::Pad,
    remote_pad: gst::Pad,
    own_pad: gst::Pad,
    own_size: gst::Element,
    picture: (u32, u32),
}

/// The input for content.
#[derive(Debug)]
struct Content {
    source: gst_app::AppSrc,
    pad: gst::Pad,
    _taking: Taking,
}

/// From the compositor to the composed picture.
pub(crate) fn composing() -> Chain {
    screen::composing(PATIENCE, PictureSize { width: WIDTH, height: HEIGHT, rate: RATE })
}

/// The way of the self view into the compositor.
pub(crate) fn self_view() -> Chain {
    screen::self_view(SELF_VIEW_RATE)
}

/// Format of the composed picture.
pub(crate) fn format() -> Result<gst_video::VideoInfo, gst::glib::BoolError> {
    let format = gst_video::VideoFormat::I420;
    gst_video::VideoInfo::builder(format, WIDTH, HEIGHT).fps(gst::Fraction::new(RATE.cast_signed(), 1)).build()
}

impl Mixer {
    /// For a self view of this size and content from this hub; the composed picture leaves the pipeline at the sink `out`.
    pub(crate) fn build(picture: (u32, u32), content: &Arc<Hub>) -> Result<(Self, gst::Pipeline), MediaError> {
        let caps = format()?.to_caps()?;
        let pipeline = described(&format!("{} {}", composing(), self_view()))?;
        let mix: gst::Element = named(&pipeline, "mix")?;
        let own_size: gst::Element = named(&pipeline, "own_size")?;
        let idle = relay::entry("idle", Some(&caps), 1);
        let (remote, own) = (relay::entry("remote", None, 3), relay::entry("own", None, 3));
        pipeline.add_many([&idle, &remote, &own])?;
        own.link(&named::<gst::Element>(&pipeline, "own_rate")?)?;
        let idle_pad = join(&mix, idle.upcast_ref(), LOWEST)?;
        let remote_pad = join(&mix, remote.upcast_ref(), REMOTE)?;
        let own_pad = join(&mix, &own_size, OWN)?;
        remote_pad.set_property_from_str("sizing-policy", "keep-aspect-ratio");
        draw_border(&own_size)?;
        let (from, content) = (Arc::clone(content), Mutex::default());
        let whole = pipeline.clone();
        let mixer =
            Self { pipeline, mix, from, content, remote, own, idle, idle_pad, remote_pad, own_pad, own_size, picture };
        Ok((mixer, whole))
    }

    /// Sets the pipeline going.
    pub(crate) fn start(&self, pipeline: gst::Pipeline, timeline: &Timeline) -> Result<Running, MediaError> {
        let running = Running::start("screen", pipeline, Pace::Common(timeline))?;
        let mut background = paint::picture(&format()?, |canvas| canvas.gradient(IDLE_TOP, IDLE_BOTTOM))?;
        background.make_mut().set_pts(timeline.now());
        let refused = |flow: gst::FlowError| MediaError::pipeline("screen", flow.to_string());
        self.idle.push_buffer(background).map_err(refused)?;
        Ok(running)
    }

    /// What is to be seen from the next picture on.
    pub(crate) fn show(&self, scene: Scene, view: View) {
        let places = layout::places(scene, view, self.picture);
        self.show_own(places.own);
        self.idle_pad.set_property("alpha", if scene == Scene::Idle { 1.0 } else { 0.0 });
        if let Some(at) = places.remote {
            place(&self.remote_pad, at);
        }
        self.remote_pad.set_property("alpha", if places.remote.is_some() { 1.0 } else { 0.0 });
        self.show_content(places);
    }

    fn show_own(&self, at: Option<Rectangle>) {
        self.own_pad.set_property("alpha", if at.is_some() { 1.0 } else { 0.0 });
        let Some(at) = at else { return };
        let size = gst::Caps::builder("video/x-raw")
            .field("width", at.width.cast_signed())
            .field("height", at.height.cast_signed())
            .field("pixel-aspect-ratio", gst::Fraction::new(1, 1))
            .build();
        self.own_size.set_property("caps", &size);
        self.own_pad.set_property("xpos", at.x.cast_signed());
        self.own_pad.set_property("ypos", at.y.cast_signed());
    }

    fn show_content(&self, places: Places) {
        let mut content = locked(&self.content);
        match (content.take(), places.content) {
            (None, Some(_)) => match self.add_content() {
                Ok(added) => *content = Some(added),
                Err(error) => tracing::warn!(%error, "content cannot be composed"),
            },
            (Some(present), None) => self.remove_content(&present),
            (unchanged, _) => *content = unchanged,
        }
        if let (Some(content), Some(at)) = (content.as_ref(), places.content) {
            place(&content.pad, at);
            content.pad.set_property("zorder", if places.content_is_below() { LOWEST } else { CONTENT });
        }
    }

    fn add_content(&self) -> Result<Content, MediaError> {
        let source = relay::entry("content", None, 3);
        self.pipeline.add(&source)?;
        let pad = join(&self.mix, source.upcast_ref(), CONTENT)?;
        pad.set_property_from_str("sizing-policy", "keep-aspect-ratio");
        source.sync_state_with_parent()?;
        let taking = self.from.attach(&source);
        Ok(Content { source, pad, _taking: taking })
    }

    fn remove_content(&self, content: &Content) {
        // Stopped first: it then holds nothing of the compositor.
        let stopped = content.source.set_state(gst::State::Null).map_err(|error| error.to_string());
        self.mix.release_request_pad(&content.pad);
        let removed = self.pipeline.remove(&content.source).map_err(|error| error.to_string());
        if let Err(error) = stopped.map(|_| ()).and(removed) {
            tracing::warn!(error, "the input of content stays");
        }
    }
}

fn place(pad: &gst::Pad, at: Rectangle) {
    for (name, value) in [("xpos", at.x), ("ypos", at.y), ("width", at.width), ("height", at.height)] {
        pad.set_property(name, value.cast_signed());
    }
}

fn join(mix: &gst::Element, from: &gst::Element, height: u32) -> Result<gst::Pad, MediaError> {
    let missing = || MediaError::pipeline("screen", "the compositor gives no pad");
    let pad = mix.request_pad_simple("sink_%u").ok_or_else(missing)?;
    pad.set_property("zorder", height);
    let source = from.static_pad("src").ok_or_else(missing)?;
    source.link(&pad).map_err(|error| MediaError::pipeline("screen", error.to_string()))?;
    Ok(pad)
}

/// A thin line around the self view, drawn onto its small frames.
fn draw_border(own_size: &gst::Element) -> Result<(), MediaError> {
    let pad = own_size.static_pad("src").ok_or_else(|| MediaError::pipeline("screen", "the self view has no pad"))?;
    pad.add_probe(gst::PadProbeType::BUFFER, |pad, probe| {
        let info = pad.current_caps().and_then(|caps| gst_video::VideoInfo::from_caps(&caps).ok());
        if let (Some(gst::PadProbeData::Buffer(buffer)), Some(info)) = (&mut probe.data, info)
            && let Some(mut canvas) = Canvas::on(buffer.make_mut(), &info)
        {
            canvas.border(BORDER_WIDTH, BORDER);
        }
        gst::PadProbeReturn::Ok
    });
    Ok(())
}
