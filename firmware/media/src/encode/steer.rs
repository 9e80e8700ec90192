//! Steers a running video encoder: size by caps, frame rate at the entry, bitrate at the encoder.

use std::sync::{Arc, Mutex};

use gst::prelude::*;

use crate::{
    api::{ContentHint, Encoding},
    encode::{
        PICTURES, elements,
        gate::Gate,
        limitation::Reason,
        plan::{Limits, Picture, Plan, plan},
        sent::Sent,
    },
    error::MediaError,
    pipeline::{locked, named},
};

/// Told the size of the picture that comes in, in pixels, when it changes.
pub(crate) type SizeNews = Box<dyn Fn(u32, u32) + Send + Sync>;

/// The way from the entry to a video encoder: `entry ! videoscale name=first ! capsfilter name=size ! … encoder`.
#[derive(Clone)]
pub(crate) struct Steer(Arc<Shared>);

struct Shared {
    element: String,
    encoder: gst::Element,
    size: gst::Element,
    limits: Limits,
    /// What gives way where nobody said.
    usual_hint: ContentHint,
    sent: Arc<Sent>,
    news: SizeNews,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    wish: Encoding,
    /// What the path carries of it, in bit/s.
    carried: Option<u32>,
    /// Caps that came in last.
    caps: Option<gst::Caps>,
    plan: Option<Plan>,
    gate: Gate,
    /// The frame rate behind the entry is told anew before the next frame.
    outdated: bool,
}

impl Steer {
    /// Watches what leaves `entry`.
    pub(crate) fn new(
        bin: &gst::Bin,
        entry: &gst_app::AppSrc,
        element: &str,
        (bitrate, usual_hint): (u32, ContentHint),
        sent: Arc<Sent>,
        news: SizeNews,
    ) -> Result<Self, MediaError> {
        let limits = Limits { bitrate, size: elements::largest(element) };
        let (encoder, size) = (named(bin, "encoder")?, named(bin, "size")?);
        let element = element.into();
        let shared = Shared { element, encoder, size, limits, usual_hint, sent, news, state: Mutex::default() };
        let steer = Self(Arc::new(shared));
        let pad = entry.static_pad("src").ok_or_else(|| MediaError::pipeline("entry", "has no pad"))?;
        let (at_entry, waiting) = (Arc::clone(&steer.0), entry.downgrade());
        let kinds = gst::PadProbeType::EVENT_DOWNSTREAM | gst::PadProbeType::BUFFER;
        pad.add_probe(kinds, move |pad, probe| match &mut probe.data {
            Some(gst::PadProbeData::Event(event)) => {
                if let gst::EventView::Caps(caps) = event.view() {
                    *event = gst::event::Caps::new(&at_entry.comes(&caps.caps_owned()));
                }
                gst::PadProbeReturn::Ok
            }
            Some(gst::PadProbeData::Buffer(buffer)) => {
                let crowded = waiting.upgrade().is_some_and(|entry| entry.current_level_buffers() >= PICTURES);
                at_entry.frame(pad, buffer, crowded)
            }
            _ => gst::PadProbeReturn::Ok,
        });
        Ok(steer)
    }

    /// From the next frame on.
    pub(crate) fn set(&self, wish: Encoding) {
        let mut state = locked(&self.0.state);
        state.wish = wish;
        self.0.apply(&mut state);
    }

    /// The path carries so much of it, in bit/s, from the next frame on.
    pub(crate) fn carry(&self, rate: u32) {
        let mut state = locked(&self.0.state);
        state.carried = Some(rate);
        self.0.apply(&mut state);
    }

    /// What it is sent with at most where the path carries it, in bit/s.
    pub(crate) fn most(&self) -> u32 {
        let wished = locked(&self.0.state).wish.max_bitrate;
        wished.map_or(self.0.limits.bitrate, |most| most.min(self.0.limits.bitrate))
    }
}

impl Shared {
    /// New caps come in; what they are behind the entry is returned.
    fn comes(&self, caps: &gst::Caps) -> gst::Caps {
        let mut state = locked(&self.state);
        state.caps = Some(caps.clone());
        self.apply(&mut state);
        state.outdated = false;
        let behind = behind(caps, state.plan);
        drop(state);
        if let Some(now) = picture(caps)
            && self.sent.comes((now.width, now.height))
        {
            (self.news)(now.width, now.height);
        }
        behind
    }

    fn frame(&self, pad: &gst::Pad, frame: &gst::Buffer, crowded: bool) -> gst::PadProbeReturn {
        self.sent.frame(crowded);
        let mut state = locked(&self.state);
        let rate = state.plan.and_then(|plan| plan.rate);
        if frame.pts().is_some_and(|pts| !state.gate.passes(pts, rate)) {
            return gst::PadProbeReturn::Drop;
        }
        let outdated = std::mem::take(&mut state.outdated);
        let caps = state.caps.as_ref().filter(|_| outdated).map(|caps| behind(caps, state.plan));
        drop(state);
        if let (Some(caps), Some(next)) = (caps, pad.peer()) {
            next.send_event(gst::event::Caps::new(&caps));
        }
        gst::PadProbeReturn::Ok
    }

    /// The wish within what the path carries; where that is less, the picture gives way even without a hint.
    fn bounded(&self, state: &State) -> Encoding {
        let most = state.wish.max_bitrate.unwrap_or(self.limits.bitrate).min(self.limits.bitrate);
        match state.carried.filter(|carried| *carried < most) {
            Some(carried) => {
                Encoding { max_bitrate: Some(carried), hint: state.wish.hint.or(Some(self.usual_hint)), ..state.wish }
            }
            None => state.wish,
        }
    }

    /// Why the picture is less than configured or wished.
    fn reason(&self, state: &State, picture: Picture) -> Reason {
        let most = state.wish.max_bitrate.unwrap_or(self.limits.bitrate).min(self.limits.bitrate);
        let too_large = |(width, height)| picture.width > width || picture.height > height;
        match state.carried {
            Some(carried) if carried < most => Reason::Bandwidth,
            _ if self.limits.size.is_some_and(too_large) => Reason::Other,
            _ => Reason::None,
        }
    }

    fn apply(&self, state: &mut State) {
        let Some(picture) = state.caps.as_ref().and_then(picture) else { return };
        let next = plan(picture, self.limits, self.bounded(state), state.plan);
        let before = state.plan.replace(next);
        self.sent.planned(next, self.reason(state, picture));
        if before == Some(next) {
            return;
        }
        tracing::debug!(element = self.element, ?next, "encodes");
        if before.is_none_or(|before| before.bitrate != next.bitrate) {
            elements::set_bitrate(&self.encoder, &self.element, next.bitrate);
        }
        if before.is_none_or(|before| (before.width, before.height) != (next.width, next.height)) {
            self.size.set_property("caps", size(next));
        }
        state.outdated |= before.is_some_and(|before| before.rate != next.rate);
    }
}

fn size(plan: Plan) -> gst::Caps {
    gst::Caps::builder("video/x-raw")
        .field("width", plan.width.cast_signed())
        .field("height", plan.height.cast_signed())
        .field("pixel-aspect-ratio", gst::Fraction::new(1, 1))
        .build()
}

/// The caps that came in, with the frame rate that is left.
fn behind(caps: &gst::Caps, plan: Option<Plan>) -> gst::Caps {
    let mut caps = caps.clone();
    if let Some(rate) = plan.and_then(|plan| plan.rate) {
        caps.make_mut().set("framerate", gst::Fraction::new(rate.cast_signed(), 1));
    }
    caps
}

fn picture(caps: &gst::Caps) -> Option<Picture> {
    let info = gst_video::VideoInfo::from_caps(caps).ok()?;
    let (frames, seconds) = (info.fps().numer().max(0).cast_unsigned(), info.fps().denom().max(1).cast_unsigned());
    Some(Picture { width: info.width(), height: info.height(), rate: frames.div_ceil(seconds) })
}
