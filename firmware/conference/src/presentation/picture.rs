//! The picture of the presentation: on its sender and off, how large, in how many encodings (spec sections 4.1, 4.6, 7.4).
//!
//! Several encodings at once (simulcast, RFC 8853) are wished by the policy, and sent only where both media and the other
//! side take them: media says so by [`MediaFact::SimulcastRefused`], the other side by its answer. Who refuses is told
//! once, and from then on one encoding is asked for; the presentation itself goes on.

use std::time::{Duration, Instant};

use roombox_sip::api::{Body, Event as SipEvent};
use roombox_sip::sdp::{Description, Section};

use super::Presentation;
use crate::api::{CallId, Encoding, MediaFact, MediaRequest, Stream};
use crate::call::Call;
use crate::catalogue::MediaEvent;
use crate::context::Context;
use crate::encodings::Wisher;
use crate::resolution::{self, Resolution};

/// Bit rate of a presentation where nobody wishes another, in bit/s (spec section 4.6).
const MAX_BITRATE: u32 = 1_000_000;

/// What is known of the picture.
#[derive(Debug, Default)]
pub(super) struct Picture {
    /// Answers that media owes us; only the last one is about what is wanted now.
    owed: u32,
    /// Then media owes nothing any more: what it has not answered it never will.
    owed_until: Option<Instant>,
    /// As media last told, also of a presentation before: it tells changes only.
    size: Option<Resolution>,
    /// Media or the other side takes one encoding only.
    single: bool,
    /// It was asked for in several encodings, and the answer of the other side says whether it takes them.
    answer_takes_layers: Option<bool>,
}

impl Picture {
    /// Media is asked; gives the time it has for its answer.
    fn ask(&mut self, now: Instant, time: Duration) -> Instant {
        if self.owed_until.replace(now + time).is_some_and(|until| until <= now) {
            self.owed = 0;
        }
        self.owed += 1;
        now + time
    }

    /// Media has answered: is it the answer to what was asked last?
    pub(super) const fn is_last_answer(&mut self) -> bool {
        self.owed = self.owed.saturating_sub(1);
        self.owed == 0
    }
}

impl Presentation {
    /// Media takes the picture from its source, the first or another; gives the time it has for that.
    pub(super) fn attach(&mut self, context: &mut Context, now: Instant, call: &Call) -> Instant {
        let layers = if self.picture.single { Vec::new() } else { context.config.media.presentation_layers.clone() };
        context.media(MediaRequest::AddPresentation { call: call.id(), layers });
        self.picture.ask(now, context.config.call.media_answer)
    }

    /// Media takes the picture off its sender; the m-line stays.
    pub(super) fn detach(context: &mut Context, call: &Call) {
        context.media(MediaRequest::RemovePresentation { call: call.id() });
        context.wish_encoding(call.id(), Stream::Presentation, Wisher::Presentation, None);
    }

    pub(super) fn encode(&self, context: &mut Context, call: CallId) {
        let Some(wish) = self.wish else { return };
        let encoding = Encoding {
            max_bitrate: Some(wish.max_bitrate.unwrap_or(MAX_BITRATE)),
            hint: Some(wish.hint),
            ..Encoding::default()
        };
        let encoding = resolution::cap(self.picture.size, context.config.media.max_resolution, encoding);
        context.wish_encoding(call, Stream::Presentation, Wisher::Presentation, Some(encoding));
    }

    /// What media says about the picture beside whether it is there.
    pub(super) fn picture_fact(&mut self, context: &mut Context, fact: &MediaFact) {
        match fact {
            MediaFact::PresentationSize { call, width, height } => {
                self.picture.size = Resolution::new(*width, *height);
                if self.is_attached() {
                    self.encode(context, *call);
                }
            }
            MediaFact::SimulcastRefused { call, stream: Stream::Presentation, reason } => {
                self.send_single(context, *call, reason);
            }
            _ => {}
        }
    }

    /// The other side answers an offer of ours.
    pub(crate) fn session_event(&mut self, event: &SipEvent) {
        if let SipEvent::OfferAnswered { body, .. } = event {
            self.picture.answer_takes_layers = body.as_ref().and_then(Body::text).map(takes_layers);
        }
    }

    /// Our offer with the picture has been agreed on: did the other side take its encodings?
    pub(super) fn look_at_answer(&mut self, context: &mut Context, call: CallId) {
        if context.config.media.presentation_layers.len() > 1 && self.picture.answer_takes_layers == Some(false) {
            self.send_single(context, call, "the other side takes one encoding");
        }
    }

    fn send_single(&mut self, context: &mut Context, call: CallId, reason: &str) {
        if !std::mem::replace(&mut self.picture.single, true) {
            let (stream, reason) = (Stream::Presentation, reason.to_owned());
            context.tell(MediaEvent::SimulcastRefused { call, stream, reason });
        }
    }
}

/// Does this answer take several encodings of a picture (RFC 8853 section 5.3.2)?
fn takes_layers(answer: &str) -> bool {
    let takes = |media: &Section| !media.is_rejected() && media.attributes("simulcast").any(receives);
    Description::read(answer).media.iter().any(takes)
}

/// `recv 1;2` among the directions of the attribute (RFC 8853 section 5.1).
fn receives(value: &str) -> bool {
    value.split_whitespace().any(|word| word == "recv")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_takes_several_encodings_where_a_line_in_use_receives_them() {
        let answer = |port: u16, line: &str| {
            format!("v=0\r\nm=video 9 RTP/AVP 96\r\nm=video {port} RTP/AVP 96\r\na=mid:2\r\n{line}")
        };
        for (port, line, expected) in [
            (9, "a=simulcast:recv 1;2\r\n", true),
            (9, "a=simulcast:send 3 recv 1;2\r\n", true),
            (9, "a=simulcast:send 1;2\r\n", false),
            (9, "a=rid:1 recv\r\n", false),
            (0, "a=simulcast:recv 1;2\r\n", false),
            (9, "", false),
        ] {
            assert_eq!(takes_layers(&answer(port, line)), expected, "{line}");
        }
    }
}
