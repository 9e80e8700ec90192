//! How each stream is encoded when several parts of the client have a wish about it.
//!
//! Every part keeps its own wish and may take it back at any time; what is in force is worked out anew from what is left.
//! So nothing has to be saved and restored, and the order in which parts come and go does not matter. Media is told only
//! when what is in force changes.

use std::collections::BTreeMap;

use crate::api::{CallId, Encoding, MediaRequest, Stream};
use crate::context::Context;

/// Who has a wish, weakest first: where two wish the same value, the later in this list has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wisher {
    /// What the running presentation was started with (spec section 4.6).
    Presentation,
    /// The video balancer (spec section 7).
    Balancer,
    /// The throttle of a spectator (spec section 2.8). Its bit rate only ever lowers the others'.
    Role,
}

/// The wishes about one stream.
#[derive(Debug, Default)]
struct Wishes {
    by: BTreeMap<Wisher, Encoding>,
    /// As media was last told.
    told: Encoding,
}

/// The wishes about all streams.
#[derive(Debug, Default)]
pub(crate) struct Encodings(BTreeMap<(CallId, Stream), Wishes>);

impl Wishes {
    fn effective(&self) -> Encoding {
        self.by.iter().fold(Encoding::default(), |below, (wisher, wish)| Encoding {
            max_bitrate: match (wisher, below.max_bitrate, wish.max_bitrate) {
                (Wisher::Role, Some(below), Some(cap)) => Some(below.min(cap)),
                (_, below, own) => own.or(below),
            },
            scale_down_millis: wish.scale_down_millis.or(below.scale_down_millis),
            max_framerate: wish.max_framerate.or(below.max_framerate),
            hint: wish.hint.or(below.hint),
        })
    }
}

impl Context {
    /// `wisher` wants the stream encoded so, or (`None`) takes back what it wanted.
    pub(crate) fn wish_encoding(&mut self, call: CallId, stream: Stream, wisher: Wisher, wish: Option<Encoding>) {
        let of_stream = self.encodings.0.entry((call, stream)).or_default();
        match wish {
            Some(wish) => of_stream.by.insert(wisher, wish),
            None => of_stream.by.remove(&wisher),
        };
        let encoding = of_stream.effective();
        if encoding != of_stream.told {
            of_stream.told = encoding;
            self.media(MediaRequest::SetEncoding { call, stream, encoding });
        }
    }

    /// The call is over: so are all wishes about its streams.
    pub(crate) fn forget_encodings(&mut self, call: CallId) {
        self.encodings.0.retain(|(of, _), _| *of != call);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Output;
    use crate::config::ConferenceConfig;

    const CALL: CallId = CallId(1);

    fn context() -> Context {
        Context::new(ConferenceConfig::new("room1", "meet.example", true), 1)
    }

    const fn bitrate(value: u32) -> Encoding {
        Encoding { max_bitrate: Some(value), scale_down_millis: None, max_framerate: None, hint: None }
    }

    fn wish(context: &mut Context, stream: Stream, wisher: Wisher, max_bitrate: u32) {
        context.wish_encoding(CALL, stream, wisher, Some(bitrate(max_bitrate)));
    }

    fn told(context: &mut Context) -> Vec<Option<u32>> {
        std::iter::from_fn(|| context.pop())
            .filter_map(|output| match output {
                Output::Media(MediaRequest::SetEncoding { encoding, .. }) => Some(encoding.max_bitrate),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn a_throttle_holds_whoever_comes_first_and_leaves_exactly_what_was_wished_meanwhile() {
        let mut context = context();
        wish(&mut context, Stream::Camera, Wisher::Balancer, 2_000_000);
        wish(&mut context, Stream::Camera, Wisher::Role, 60_000);
        wish(&mut context, Stream::Camera, Wisher::Balancer, 900_000);
        assert_eq!(told(&mut context), [Some(2_000_000), Some(60_000)]);
        context.wish_encoding(CALL, Stream::Camera, Wisher::Role, None);
        assert_eq!(told(&mut context), [Some(900_000)]);
    }

    #[test]
    fn a_throttle_never_raises_a_lower_wish_and_keeps_the_scale() {
        let mut context = context();
        let pause = Encoding { max_bitrate: Some(30_000), scale_down_millis: Some(200_000), ..Encoding::default() };
        context.wish_encoding(CALL, Stream::Camera, Wisher::Balancer, Some(pause));
        wish(&mut context, Stream::Camera, Wisher::Role, 60_000);
        assert_eq!(context.encodings.0[&(CALL, Stream::Camera)].told, pause);
    }

    #[test]
    fn what_nobody_wished_is_unlimited_again_after_a_throttle() {
        let mut context = context();
        wish(&mut context, Stream::Audio, Wisher::Role, 6_000);
        context.wish_encoding(CALL, Stream::Audio, Wisher::Role, None);
        assert_eq!(told(&mut context), [Some(6_000), None]);
    }

    #[test]
    fn a_call_that_is_over_leaves_nothing() {
        let mut context = context();
        wish(&mut context, Stream::Audio, Wisher::Role, 6_000);
        context.forget_encodings(CALL);
        assert!(context.encodings.0.is_empty());
    }
}
