//! From the entries that media measured to the report of the catalogue (spec section 8.2).
//!
//! Media measures a whole connection at once, so streams are told apart by what entries say about each other: an m-line's
//! entries have its `mid`, and `codecId`, `remoteId`, `mediaSourceId`, `selectedCandidatePairId` … name the entries that
//! belong together (W3C webrtc-stats section 8). Where nothing is named, the last entry of a type wins, as in the vendor's
//! client. Of several encodings of one stream (simulcast) the last wins, too. Entries may be any JSON at all.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::fields::{self as field, StatisticsField};
use crate::api::CallId;
use crate::catalogue::{
    Additional, Inbound, InboundAudio, InboundVideo, Outbound, OutboundMedia, Report, SynchronizationSources,
};

/// Sorts the entries into a report.
pub(super) fn report(call: CallId, entries: &[Value]) -> Report {
    let entries = Entries(entries);
    let (sent, received) = (entries.streams("outbound-rtp", "video"), entries.streams("inbound-rtp", "video"));
    let first = |of: &str, kind: &str| entries.streams(of, kind).first().copied();
    let additional = entries.additional();
    Report {
        call,
        outbound: Outbound {
            video: entries.outbound(sent.first().copied(), "video"),
            second_video: entries.outbound(sent.get(1).copied(), "video"),
            audio: entries.outbound(first("outbound-rtp", "audio"), "audio"),
            additional: additional.clone(),
        },
        inbound: Inbound {
            video: entries.inbound_video(received.first().copied()),
            second_video: entries.inbound_video(received.get(1).copied()),
            audio: entries.inbound_audio(first("inbound-rtp", "audio")),
            additional,
        },
    }
}

struct Entries<'a>(&'a [Value]);

impl<'a> Entries<'a> {
    fn of_type(&self, kind: &str) -> impl DoubleEndedIterator<Item = &'a Value> {
        self.0.iter().filter(move |entry| field::TYPE.text(entry) == Some(kind))
    }

    fn last(&self, kind: &str) -> Option<&'a Value> {
        self.of_type(kind).next_back()
    }

    /// The entry of this type that `owner` names.
    fn named(&self, kind: &str, owner: &Value, by: StatisticsField) -> Option<&'a Value> {
        let id = by.text(owner)?;
        self.of_type(kind).find(|entry| field::ID.text(entry) == Some(id))
    }

    /// One entry for each stream of this type and kind, in the order of their m-lines.
    fn streams(&self, of: &str, kind: &str) -> Vec<&'a Value> {
        let is_kind = |entry: &&Value| field::KIND.text(entry).or_else(|| field::MEDIA_TYPE.text(entry)) == Some(kind);
        let mut streams: Vec<&Value> = Vec::new();
        for entry in self.of_type(of).filter(is_kind) {
            match streams.iter_mut().find(|other| is_same_stream(other, entry)) {
                Some(other) => *other = entry,
                None => streams.push(entry),
            }
        }
        streams.sort_by(|a, b| by_line(a, b));
        streams
    }

    fn outbound(&self, rtp: Option<&Value>, kind: &str) -> OutboundMedia {
        let Some(rtp) = rtp else { return OutboundMedia::default() };
        OutboundMedia {
            outbound_rtp: Some(rtp.clone()),
            codec: self.codec(rtp, kind),
            media_source: self.media_source(rtp, kind),
            remote_inbound_rtp: self.remote("remote-inbound-rtp", rtp),
        }
    }

    fn inbound_video(&self, rtp: Option<&Value>) -> InboundVideo {
        let Some(rtp) = rtp else { return InboundVideo::default() };
        InboundVideo {
            inbound_rtp: Some(rtp.clone()),
            codec: self.codec(rtp, "video"),
            synchronization_sources: Some(sources(rtp)),
        }
    }

    fn inbound_audio(&self, rtp: Option<&Value>) -> InboundAudio {
        let Some(rtp) = rtp else { return InboundAudio::default() };
        InboundAudio {
            inbound_rtp: Some(rtp.clone()),
            codec: self.codec(rtp, "audio"),
            remote_outbound_rtp: self.remote("remote-outbound-rtp", rtp),
            synchronization_sources: Some(sources(rtp)),
        }
    }

    fn codec(&self, rtp: &Value, kind: &str) -> Option<Value> {
        let of_kind = |entry: &&Value| {
            let mime = field::MIME_TYPE.text(entry).and_then(|mime| mime.split_once('/'));
            mime.is_some_and(|(family, _)| family.eq_ignore_ascii_case(kind))
        };
        let unnamed = || if has(rtp, field::CODEC_ID) { None } else { self.of_type("codec").rfind(of_kind) };
        self.named("codec", rtp, field::CODEC_ID).or_else(unnamed).cloned()
    }

    fn media_source(&self, rtp: &Value, kind: &str) -> Option<Value> {
        let of_kind = |entry: &&Value| field::KIND.text(entry) == Some(kind);
        let unnamed =
            || if has(rtp, field::MEDIA_SOURCE_ID) { None } else { self.of_type("media-source").rfind(of_kind) };
        self.named("media-source", rtp, field::MEDIA_SOURCE_ID).or_else(unnamed).cloned()
    }

    /// What the other side says about this stream.
    fn remote(&self, kind: &str, rtp: &Value) -> Option<Value> {
        let names_it = |entry: &&Value| has(rtp, field::ID) && field::LOCAL_ID.value(entry) == field::ID.value(rtp);
        let same_source = |entry: &&Value| same(entry, rtp, field::SSRC);
        self.named(kind, rtp, field::REMOTE_ID)
            .or_else(|| self.of_type(kind).rfind(names_it))
            .or_else(|| self.of_type(kind).rfind(same_source))
            .cloned()
    }

    fn additional(&self) -> Additional {
        let transport = self.last("transport");
        let pair = transport
            .and_then(|transport| self.named("candidate-pair", transport, field::SELECTED_CANDIDATE_PAIR_ID))
            .or_else(|| self.of_type("candidate-pair").rfind(|pair| is_in_use(pair)))
            .or_else(|| self.last("candidate-pair"));
        let of_pair = |kind: &str, by: StatisticsField| {
            pair.and_then(|pair| self.named(kind, pair, by)).or_else(|| self.last(kind))
        };
        let certificate = transport
            .and_then(|transport| self.named("certificate", transport, field::LOCAL_CERTIFICATE_ID))
            .or_else(|| self.last("certificate"));
        Additional {
            candidate_pair: pair.cloned(),
            certificate: certificate.cloned(),
            local_candidate: of_pair("local-candidate", field::LOCAL_CANDIDATE_ID).cloned(),
            remote_candidate: of_pair("remote-candidate", field::REMOTE_CANDIDATE_ID).cloned(),
            transport: transport.cloned(),
        }
    }
}

fn has(entry: &Value, field: StatisticsField) -> bool {
    field.value(entry).is_some()
}

/// Both have it, and it is the same.
fn same(a: &Value, b: &Value, field: StatisticsField) -> bool {
    field.value(a).is_some_and(|value| field.value(b) == Some(value))
}

/// Two encodings of one stream share the m-line and, where it is known, the track.
fn is_same_stream(a: &Value, b: &Value) -> bool {
    let unlined = [field::MEDIA_SOURCE_ID, field::TRACK_IDENTIFIER, field::SSRC];
    same(a, b, field::MID) || (!has(a, field::MID) && unlined.into_iter().any(|field| same(a, b, field)))
}

/// By number of the m-line; those without come last, in the order they came.
fn by_line(a: &Value, b: &Value) -> Ordering {
    let line = |entry: &Value| field::MID.text(entry).and_then(|mid| mid.parse::<u32>().ok()).unwrap_or(u32::MAX);
    line(a).cmp(&line(b))
}

fn is_in_use(pair: &Value) -> bool {
    field::NOMINATED.is_set(pair) && field::STATE.text(pair) == Some("succeeded")
}

fn sources(rtp: &Value) -> SynchronizationSources {
    let timestamp = field::LAST_PACKET_RECEIVED_TIMESTAMP.value(rtp);
    SynchronizationSources {
        track_identifier: field::TRACK_IDENTIFIER.text(rtp).map(str::to_owned),
        item: field::SSRC.value(rtp).map(|ssrc| json!({ "source": ssrc, "timestamp": timestamp })),
    }
}

#[cfg(test)]
mod tests;
