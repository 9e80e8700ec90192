//! What each request asks of the engine, and the fact that answers it.

use std::time::Instant;

use roombox_conference::api::{CallId, MediaFact, MediaRequest, Stream, TrackSource};
use roombox_media::{MediaError, api::MediaCall, engine::MediaEngine};

use super::super::facts;

/// Which requests of a call wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Lane {
    /// Negotiation and everything else of the call's own connection.
    Call,
    /// Cameras take seconds to open; an answer to the peer must not wait for that.
    Camera,
    /// Telephone keys take as long as they sound.
    Keys,
    /// The receive connection of a spectator.
    Receive,
}

/// The lane of a request.
pub(super) const fn lane(request: &MediaRequest) -> Lane {
    match request {
        MediaRequest::AcceptReceiveAnswer { .. }
        | MediaRequest::CloseReceive { .. }
        | MediaRequest::CreateReceiveOffer { .. }
        | MediaRequest::RequestKeyFrame { source: TrackSource::Receive, .. }
        | MediaRequest::SampleStatistics { source: TrackSource::Receive, .. } => Lane::Receive,
        MediaRequest::ReplaceCamera { .. } => Lane::Camera,
        MediaRequest::SendKeys { .. } => Lane::Keys,
        MediaRequest::AcceptAnswer { .. }
        | MediaRequest::AddPresentation { .. }
        | MediaRequest::Close { .. }
        | MediaRequest::CreateAnswer { .. }
        | MediaRequest::CreateOffer { .. }
        | MediaRequest::RemovePresentation { .. }
        | MediaRequest::RequestKeyFrame { .. }
        | MediaRequest::SampleStatistics { .. }
        | MediaRequest::SetEncoding { .. } => Lane::Call,
    }
}

/// The fact that tells that a request cannot be done; `None` where nobody waits for one.
pub(super) fn refusal(request: &MediaRequest, reason: &str) -> Option<MediaFact> {
    let (call, reason) = (request.call(), reason.to_owned());
    match request {
        MediaRequest::AcceptAnswer { .. } | MediaRequest::CreateAnswer { .. } | MediaRequest::CreateOffer { .. } => {
            Some(MediaFact::Failed { call, reason })
        }
        MediaRequest::AddPresentation { .. } => Some(MediaFact::PresentationFailed { call, reason }),
        MediaRequest::AcceptReceiveAnswer { .. } | MediaRequest::CreateReceiveOffer { .. } => {
            Some(MediaFact::ReceiveFailed { call, reason })
        }
        MediaRequest::ReplaceCamera { .. } => Some(MediaFact::CameraReplaceFailed { call, reason }),
        MediaRequest::SendKeys { request, .. } => Some(MediaFact::KeysRefused { call, request: *request, reason }),
        // No entries are a gap and no error.
        MediaRequest::SampleStatistics { .. } => Some(MediaFact::Statistics { call, took_ms: 0, entries: Vec::new() }),
        MediaRequest::Close { .. }
        | MediaRequest::CloseReceive { .. }
        | MediaRequest::RemovePresentation { .. }
        | MediaRequest::RequestKeyFrame { .. }
        | MediaRequest::SetEncoding { .. } => None,
    }
}

/// What is told before the request is done: a presentation is sent in one encoding.
pub(super) fn reservation(request: &MediaRequest) -> Option<MediaFact> {
    match request {
        MediaRequest::AddPresentation { call, layers } if layers.len() > 1 => Some(MediaFact::SimulcastRefused {
            call: *call,
            stream: Stream::Presentation,
            reason: "media sends a picture in one encoding".into(),
        }),
        _ => None,
    }
}

/// Does a request on this connection of the engine.
pub(super) async fn run(engine: &MediaEngine, media: MediaCall, request: MediaRequest) -> Option<MediaFact> {
    match done(engine, media, &request).await {
        Ok(fact) => fact,
        Err(error) => {
            tracing::debug!(%error, call = request.call().0, "media refuses");
            refusal(&request, &error.to_string())
        }
    }
}

async fn done(engine: &MediaEngine, media: MediaCall, request: &MediaRequest) -> Result<Option<MediaFact>, MediaError> {
    let call = request.call();
    Ok(match request {
        MediaRequest::AcceptAnswer { sdp, .. } => {
            engine.accept_answer(media, sdp).await?;
            Some(MediaFact::AnswerAccepted { call })
        }
        // What follows is told by the engine itself.
        MediaRequest::AcceptReceiveAnswer { sdp, .. } => {
            engine.accept_answer(media, sdp).await?;
            None
        }
        MediaRequest::AddPresentation { .. } => {
            let renegotiate = engine.add_presentation(media).await?;
            Some(MediaFact::PresentationReady { call, renegotiate })
        }
        MediaRequest::RemovePresentation { .. } => {
            engine.remove_presentation(media).await?;
            None
        }
        MediaRequest::Close { .. } | MediaRequest::CloseReceive { .. } => {
            engine.close_call(media).await;
            None
        }
        MediaRequest::CreateAnswer { offer, .. } => {
            let sdp = engine.create_answer(media, offer).await?;
            Some(MediaFact::AnswerReady { call, sdp })
        }
        MediaRequest::CreateOffer { restart_ice, .. } => {
            let sdp = engine.create_offer(media, *restart_ice).await?;
            Some(MediaFact::OfferReady { call, sdp })
        }
        MediaRequest::CreateReceiveOffer { .. } => {
            let sdp = engine.create_receive_offer(media).await?;
            Some(MediaFact::ReceiveOfferReady { call, sdp })
        }
        MediaRequest::ReplaceCamera { .. } => {
            let track = engine.replace_camera(media).await?;
            Some(MediaFact::CameraReplaced { call, track })
        }
        MediaRequest::RequestKeyFrame { stream, .. } => {
            engine.request_key_frame(media, facts::stream(*stream))?;
            None
        }
        MediaRequest::SendKeys { request, keys, duration_ms, gap_ms, .. } => {
            engine.send_keys(media, keys, *duration_ms, *gap_ms).await?;
            Some(MediaFact::KeysSent { call, request: *request })
        }
        MediaRequest::SampleStatistics { .. } => Some(sample(engine, media, call).await),
        MediaRequest::SetEncoding { stream, encoding, .. } => {
            engine.set_encoding(media, facts::stream(*stream), facts::encoding(*encoding))?;
            None
        }
    })
}

async fn sample(engine: &MediaEngine, media: MediaCall, call: CallId) -> MediaFact {
    let begun = Instant::now();
    let entries = engine.statistics(media).await.map_or_else(Vec::new, |statistics| statistics.entries);
    let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    MediaFact::Statistics { call, took_ms, entries }
}

#[cfg(test)]
mod tests {
    use roombox_conference::api::Encoding;

    use super::*;

    const CALL: CallId = CallId(3);

    #[test]
    fn what_nobody_waits_for_is_not_refused_aloud() {
        for quiet in [MediaRequest::Close { call: CALL }, MediaRequest::CloseReceive { call: CALL }] {
            assert_eq!(refusal(&quiet, "no"), None);
        }
    }

    #[test]
    fn a_presentation_in_several_encodings_is_sent_in_one_and_that_is_told() {
        let with = |layers| {
            reservation(&MediaRequest::AddPresentation { call: CALL, layers: vec![Encoding::default(); layers] })
        };
        assert!(matches!(with(2), Some(MediaFact::SimulcastRefused { call: CALL, .. })));
        assert_eq!((with(0), with(1)), (None, None));
    }

    #[test]
    fn a_camera_that_opens_slowly_holds_up_no_answer_and_the_receive_connection_goes_its_own_way() {
        let lanes = [
            lane(&MediaRequest::ReplaceCamera { call: CALL }),
            lane(&MediaRequest::CreateAnswer { call: CALL, offer: String::new() }),
            lane(&MediaRequest::SampleStatistics { call: CALL, source: TrackSource::Receive }),
            lane(&MediaRequest::CloseReceive { call: CALL }),
        ];
        assert_eq!(lanes, [Lane::Camera, Lane::Call, Lane::Receive, Lane::Receive]);
    }
}
