//! What is read of the entries that media measures: all that the client ever looks at, by the names of W3C webrtc-stats.
//!
//! Code reads entries only through the constants of this file, so the table of them is complete; it is printed in
//! `docs/developer/conference-statistics.md`. Whatever else an entry has goes to `stats:collected` as it is.

use serde_json::Value;

/// One field that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatisticsField {
    /// Its name in the entry.
    pub name: &'static str,
    /// The types of the entries that it is read of; `*` = of all.
    pub entries: &'static [&'static str],
    /// What it has to be.
    pub kind: &'static str,
    /// What it is read for.
    pub purpose: &'static str,
}

impl StatisticsField {
    /// What the entry has there; `None` also for null.
    pub(crate) fn value<'a>(&self, entry: &'a Value) -> Option<&'a Value> {
        entry.get(self.name).filter(|value| !value.is_null())
    }

    pub(crate) fn text<'a>(&self, entry: &'a Value) -> Option<&'a str> {
        self.value(entry)?.as_str()
    }

    pub(crate) fn count(&self, entry: &Value) -> Option<u64> {
        self.value(entry)?.as_u64()
    }

    pub(crate) fn number(&self, entry: &Value) -> Option<f64> {
        self.value(entry)?.as_f64()
    }

    pub(crate) fn is_set(&self, entry: &Value) -> bool {
        self.value(entry).and_then(Value::as_bool) == Some(true)
    }
}

macro_rules! fields {
    ($($constant:ident $name:literal [$($entry:literal)+] $kind:literal $purpose:literal)+) => {
        $(pub(crate) const $constant: StatisticsField =
            StatisticsField { name: $name, entries: &[$($entry),+], kind: $kind, purpose: $purpose };)+

        /// Every field that is read, by entry and name.
        pub const STATISTICS_FIELDS: &[StatisticsField] = &[$($constant),+];
    };
}

fields! {
    TYPE "type" ["*"] "text" "which entry it is; entries of other types are left alone"
    ID "id" ["*"] "text" "to be named by other entries"

    KIND "kind" ["inbound-rtp" "outbound-rtp" "media-source"] "`audio` or `video`" "to sort streams; one without is not seen"
    MEDIA_TYPE "mediaType" ["inbound-rtp" "outbound-rtp"] "as `kind`" "the old name of `kind`, where that is missing"
    MID "mid" ["inbound-rtp" "outbound-rtp"] "number of the m-line as text" "of two pictures the lower is camera or conference, the other the presentation; without it the first that came"
    SSRC "ssrc" ["inbound-rtp" "outbound-rtp" "remote-inbound-rtp" "remote-outbound-rtp"] "number" "to tell streams without `mid` apart, and to find what the other side reports of one without `remoteId`"
    CODEC_ID "codecId" ["inbound-rtp" "outbound-rtp"] "text" "the codec of the stream; without it the last of its kind"
    MEDIA_SOURCE_ID "mediaSourceId" ["outbound-rtp"] "text" "the source of the stream; without it the last of its kind"
    REMOTE_ID "remoteId" ["inbound-rtp" "outbound-rtp"] "text" "what the other side reports of the stream"
    LOCAL_ID "localId" ["remote-inbound-rtp" "remote-outbound-rtp"] "text" "the same from its other end, where `remoteId` is missing"
    TRACK_IDENTIFIER "trackIdentifier" ["inbound-rtp" "media-source" "outbound-rtp"] "text" "proof that a replaced camera is sent: the name that media gave its track; `outbound-rtp` counts only without a source entry"

    PACKETS_RECEIVED "packetsReceived" ["inbound-rtp"] "whole number" "health of the conference picture: stalled, no traffic, frames missing after 500 packets"
    BYTES_RECEIVED "bytesReceived" ["inbound-rtp"] "whole number" "health of the conference picture: stalled, no traffic"
    FRAMES_RECEIVED "framesReceived" ["inbound-rtp"] "whole number" "health of the conference picture: missing where nobody counts frames, never 0 instead"
    FRAMES_DECODED "framesDecoded" ["inbound-rtp"] "whole number" "health of the conference picture: missing where nobody counts frames, never 0 instead"
    LAST_PACKET_RECEIVED_TIMESTAMP "lastPacketReceivedTimestamp" ["inbound-rtp"] "ms" "handed on as the time of the synchronization source"

    PACKETS_SENT "packetsSent" ["outbound-rtp"] "whole number" "proof that a replaced camera is sent"
    BYTES_SENT "bytesSent" ["outbound-rtp"] "whole number" "proof that a replaced camera is sent"
    FRAMES_ENCODED "framesEncoded" ["outbound-rtp"] "whole number" "proof that a replaced camera is sent"
    FRAMES "frames" ["media-source"] "whole number" "proof that a replaced camera is sent, where it is more than `framesEncoded`"

    MIME_TYPE "mimeType" ["codec"] "text, `video/VP8`" "bits for AV1, a codec that is not balanced; kind of a codec that nobody names"

    SELECTED_CANDIDATE_PAIR_ID "selectedCandidatePairId" ["transport"] "text" "the path in use"
    LOCAL_CERTIFICATE_ID "localCertificateId" ["transport"] "text" "handed on"
    NOMINATED "nominated" ["candidate-pair"] "true or false" "the path in use, where no transport names it"
    STATE "state" ["candidate-pair"] "text" "the same; `succeeded` counts"
    LOCAL_CANDIDATE_ID "localCandidateId" ["candidate-pair"] "text" "handed on"
    REMOTE_CANDIDATE_ID "remoteCandidateId" ["candidate-pair"] "text" "handed on"
    AVAILABLE_INCOMING_BITRATE "availableIncomingBitrate" ["candidate-pair"] "bit/s" "told to the server when it changed by a quarter; missing where it is not known, never 0 instead"
}
