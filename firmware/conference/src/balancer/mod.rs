//! The video balancer: size and rate of the camera picture as its size, its codec and the server want them (spec section
//! 7). The presentation is never touched.
//!
//! Media tells when the size or the source of the picture changes, and the codec comes with the statistics, so nothing is
//! polled here: the growing intervals of spec section 7.5 are not needed. What the server wants is remembered from the
//! first second of the call, also while balancing waits.

mod bitrate;
mod target;

use std::time::{Duration, Instant};

use crate::api::{BalancerCommand, CallId, Encoding, MediaFact, Stream};
use crate::catalogue::{Report, VideoBalancerEvent};
use crate::context::Context;
use crate::encodings::Wisher;
use crate::resolution::{self, Resolution};
use crate::statistics::fields::MIME_TYPE;
use crate::vendor::VendorMessage;
use target::Wanted;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Cycle {
    /// Nobody balances.
    #[default]
    Stopped,
    /// Begins at that time.
    Scheduled(Instant),
    /// Balances on every change.
    Running,
}

/// The balancer of one call.
#[derive(Debug, Default)]
pub(crate) struct Balancer {
    cycle: Cycle,
    wanted: Wanted,
    /// Of the camera picture, as media last told.
    size: Option<Resolution>,
    /// The MIME type that the camera picture is sent in, as last measured.
    codec: String,
    /// As last told.
    told: Encoding,
}

impl Balancer {
    /// The call stands, or the picture goes out by it again.
    pub(crate) fn schedule(&mut self, context: &mut Context, now: Instant, call: CallId) {
        let delay = context.config.media.balancing_delay;
        self.cycle = Cycle::Scheduled(now + delay);
        context.tell(VideoBalancerEvent::BalancingScheduled { call, delay: millis(delay) });
        self.keep_limit(context, call);
    }

    /// The server says how it wants the picture.
    pub(crate) fn hear(&mut self, context: &mut Context, call: CallId, message: &VendorMessage) {
        if let VendorMessage::MainCamControl { main_cam, resolution, .. } = message {
            self.wanted = Wanted::of(*main_cam, resolution.as_deref());
            self.changed(context, call);
        }
    }

    /// The picture has another size or another source.
    pub(crate) fn media_fact(&mut self, context: &mut Context, call: CallId, fact: &MediaFact) {
        match fact {
            MediaFact::CameraSize { width, height, .. } => {
                self.size = Resolution::new(*width, *height);
                self.keep_limit(context, call);
                self.changed(context, call);
            }
            MediaFact::CameraReplaced { .. } => self.changed(context, call),
            _ => {}
        }
    }

    /// The codec may have changed.
    pub(crate) fn measured(&mut self, context: &mut Context, call: CallId, report: &Report) {
        let codec = report.outbound.video.codec.as_ref().and_then(|codec| MIME_TYPE.text(codec));
        if let Some(codec) = codec.filter(|codec| *codec != self.codec) {
            codec.clone_into(&mut self.codec);
            self.changed(context, call);
        }
    }

    /// Steered by hand.
    pub(crate) fn command(&mut self, context: &mut Context, call: CallId, command: BalancerCommand) {
        match command {
            BalancerCommand::Balance => self.balance(context, call),
            BalancerCommand::Start => self.start(context, call, Duration::ZERO),
            BalancerCommand::Stop => self.stop(context, call),
        }
    }

    /// Ends it, and goes back to what the size of the picture alone asks for.
    pub(crate) fn stop(&mut self, context: &mut Context, call: CallId) {
        if self.ended(context, call) {
            self.wanted = Wanted::Free;
            self.balance(context, call);
        }
    }

    /// The call is over; true when balancing had been planned or running.
    pub(crate) fn ended(&mut self, context: &mut Context, call: CallId) -> bool {
        let was = std::mem::take(&mut self.cycle) != Cycle::Stopped;
        if was {
            context.tell(VideoBalancerEvent::BalancingStopped { call });
        }
        was
    }

    pub(crate) fn handle_timeout(&mut self, context: &mut Context, now: Instant, call: CallId) {
        if self.next_deadline().is_some_and(|at| at <= now) {
            self.start(context, call, context.config.media.balancing_delay);
        }
    }

    pub(crate) const fn next_deadline(&self) -> Option<Instant> {
        match self.cycle {
            Cycle::Scheduled(at) => Some(at),
            Cycle::Stopped | Cycle::Running => None,
        }
    }

    fn start(&mut self, context: &mut Context, call: CallId, delay: Duration) {
        self.cycle = Cycle::Running;
        self.balance(context, call);
        context.tell(VideoBalancerEvent::BalancingStarted { call, delay: millis(delay) });
    }

    fn changed(&mut self, context: &mut Context, call: CallId) {
        if self.cycle == Cycle::Running {
            self.balance(context, call);
        }
    }

    /// Before the first balance and after the last only the limit holds (spec section 7.4).
    fn keep_limit(&mut self, context: &mut Context, call: CallId) {
        if self.cycle != Cycle::Running && context.config.media.max_resolution.is_some() {
            let before = self.told;
            let encoding = resolution::cap(self.size, context.config.media.max_resolution, before);
            self.wish(context, call, encoding);
        }
    }

    fn balance(&mut self, context: &mut Context, call: CallId) {
        let policy = &context.config.media;
        if policy.ignore_for_codec.as_deref().is_some_and(|ignored| contains(&self.codec, ignored)) {
            return;
        }
        let encoding = target::encoding(self.wanted, self.size, policy.max_resolution, &self.codec);
        self.wish(context, call, encoding);
    }

    fn wish(&mut self, context: &mut Context, call: CallId, encoding: Encoding) {
        context.wish_encoding(call, Stream::Camera, Wisher::Balancer, Some(encoding));
        if encoding != self.told {
            self.told = encoding;
            context.tell(VideoBalancerEvent::ParametersUpdated { call, stream: Stream::Camera, encoding });
        }
    }
}

/// Is `part` in `text`, without regard to case?
fn contains(text: &str, part: &str) -> bool {
    text.to_ascii_lowercase().contains(&part.to_ascii_lowercase())
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
