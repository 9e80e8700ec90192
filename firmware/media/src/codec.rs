//! Which codec element works on this board: the first of the board's list that is there and really starts.

mod facts;
mod memory;
mod speed;
mod trial;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, Mutex},
};

use roombox_hal::board::Codecs;
use serde::Serialize;

use self::memory::{Memory, Verdict};
pub use self::{
    facts::{CodecFact, codec_facts},
    speed::Speed,
};
use crate::{
    error::MediaError,
    pipeline::locked,
    pipelines::{decoder::depayloader, encoder::payloader},
};

const H264_ENCODERS: [&str; 2] = ["x264enc", "openh264enc"];
/// `avdec_h264` takes 8 % less processor time, and its libraries 28 MiB more memory.
const H264_DECODERS: [&str; 2] = ["openh264dec", "avdec_h264"];
const VP8_ENCODERS: [&str; 1] = ["vp8enc"];
const VP8_DECODERS: [&str; 1] = ["vp8dec"];
const VP9_ENCODERS: [&str; 1] = ["vp9enc"];
const VP9_DECODERS: [&str; 1] = ["vp9dec"];
const AV1_ENCODERS: [&str; 1] = ["av1enc"];
const AV1_DECODERS: [&str; 2] = ["dav1ddec", "av1dec"];

/// Need no hardware: where they are installed they work, and their libraries are loaded with the first call that needs
/// them. A trial would cost a waiting box tens of megabytes.
const SOFTWARE: [&str; 11] = [
    "x264enc",
    "openh264enc",
    "openh264dec",
    "avdec_h264",
    "vp8enc",
    "vp8dec",
    "vp9enc",
    "vp9dec",
    "av1enc",
    "dav1ddec",
    "av1dec",
];

/// To encode or to decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From pictures.
    Encoder,
    /// To pictures.
    Decoder,
}

/// The codec elements of a board and what is known of them.
#[derive(Debug)]
pub(crate) struct CodecElements {
    codecs: Codecs,
    memory: Option<Memory>,
    known: Mutex<Known>,
}

/// What is known of elements, by name.
#[derive(Debug, Default)]
struct Known {
    /// `None` until the first question: nothing is read while the box starts.
    verdicts: Option<BTreeMap<String, Verdict>>,
    /// Failed at work. Not kept over a restart: hardware that hangs once may be fine after it.
    distrusted: BTreeSet<String>,
}

impl CodecElements {
    /// What trials say is kept in this folder for the board of this name; without one they are made at every start.
    pub(crate) fn new(codecs: Codecs, memory: Option<(&Path, &str)>) -> Arc<Self> {
        let memory = memory.map(|(folder, board)| Memory::new(folder, board));
        Arc::new(Self { codecs, memory, known: Mutex::default() })
    }

    /// The element for a codec (`H264`, `VP8`); the first question for an element tries it and may take some hundred
    /// milliseconds.
    pub(crate) async fn choose(self: &Arc<Self>, codec: &str, direction: Direction) -> Result<String, MediaError> {
        let (elements, codec) = (Arc::clone(self), codec.to_owned());
        let trial = tokio::task::spawn_blocking(move || elements.first(&codec, direction));
        trial.await.map_err(|_| MediaError::Stopped)?
    }

    /// The same for a thread that may block.
    pub(crate) fn first(&self, codec: &str, direction: Direction) -> Result<String, MediaError> {
        let tried = listed(&self.codecs, codec, direction);
        let found = tried.iter().find(|name| self.works(name, codec, direction)).cloned();
        let word = if direction == Direction::Encoder { "encoder" } else { "decoder" };
        found.ok_or(MediaError::NoCodec { codec: codec.into(), direction: word, tried })
    }

    /// This element failed at work: the next in the list is taken from now on.
    pub(crate) fn distrust(&self, name: &str, reason: &str) {
        tracing::warn!(element = name, reason, "codec element failed, not used any more");
        locked(&self.known).distrusted.insert(name.to_owned());
    }

    /// Those of these codecs that are worth offering: without those of which every encoder or every decoder is not
    /// installed or has failed at work, or that cannot be put into packets here. All, where none would be left.
    pub(crate) fn promising(&self, codecs: &[String]) -> Vec<String> {
        let known = locked(&self.known);
        let installed = |element: &str| gst::ElementFactory::find(element).is_some();
        let lost = |codec: &str, direction| {
            let packets = if direction == Direction::Encoder { payloader(codec) } else { depayloader(codec) };
            let usable = |element: &String| installed(element) && !known.distrusted.contains(element);
            !installed(packets) || !listed(&self.codecs, codec, direction).iter().any(usable)
        };
        let both = [Direction::Encoder, Direction::Decoder];
        let left: Vec<String> =
            codecs.iter().filter(|codec| !both.into_iter().any(|direction| lost(codec, direction))).cloned().collect();
        if left.is_empty() { codecs.to_vec() } else { left }
    }

    fn works(&self, name: &str, codec: &str, direction: Direction) -> bool {
        if locked(&self.known).distrusted.contains(name) {
            return false;
        }
        if SOFTWARE.contains(&name) {
            return gst::ElementFactory::find(name).is_some();
        }
        self.verdict(name, codec, direction).is_ok()
    }

    /// What a trial says, now or when it was made.
    fn verdict(&self, name: &str, codec: &str, direction: Direction) -> Result<(), String> {
        if let Some(verdict) = self.recalled().get(name) {
            return verdict.outcome();
        }
        // The lock is not held meanwhile: calls go on. Two trials of the same element at once say the same.
        let outcome = trial::run(name, codec, direction);
        if let Err(reason) = &outcome {
            tracing::info!(element = name, reason, "codec element does not work here");
        }
        self.remember(name, &outcome);
        outcome
    }

    fn recalled(&self) -> BTreeMap<String, Verdict> {
        let recall = || self.memory.as_ref().map(Memory::recall).unwrap_or_default();
        locked(&self.known).verdicts.get_or_insert_with(recall).clone()
    }

    fn remember(&self, name: &str, outcome: &Result<(), String>) {
        let mut known = locked(&self.known);
        let verdicts = known.verdicts.get_or_insert_default();
        verdicts.insert(name.to_owned(), Verdict::of(name, outcome));
        if let Some(memory) = &self.memory {
            memory.keep(verdicts.clone());
        }
    }
}

/// Elements for a codec (`H264`, `VP8`), best first: those of the board, else the usual ones.
pub(crate) fn listed(codecs: &Codecs, codec: &str, direction: Direction) -> Vec<String> {
    let listed: &[String] = match (codec, direction) {
        ("H264", Direction::Encoder) => &codecs.h264_encoders,
        ("H264", Direction::Decoder) => &codecs.h264_decoders,
        ("VP8", Direction::Encoder) => &codecs.vp8_encoders,
        ("VP8", Direction::Decoder) => &codecs.vp8_decoders,
        ("VP9", Direction::Encoder) => &codecs.vp9_encoders,
        ("VP9", Direction::Decoder) => &codecs.vp9_decoders,
        ("AV1", Direction::Encoder) => &codecs.av1_encoders,
        ("AV1", Direction::Decoder) => &codecs.av1_decoders,
        _ => &[],
    };
    if listed.is_empty() { usual(codec, direction).iter().map(ToString::to_string).collect() } else { listed.to_vec() }
}

/// Those of a board that names none.
fn usual(codec: &str, direction: Direction) -> &'static [&'static str] {
    match (codec, direction) {
        ("H264", Direction::Encoder) => &H264_ENCODERS,
        ("H264", Direction::Decoder) => &H264_DECODERS,
        ("VP8", Direction::Encoder) => &VP8_ENCODERS,
        ("VP8", Direction::Decoder) => &VP8_DECODERS,
        ("VP9", Direction::Encoder) => &VP9_ENCODERS,
        ("VP9", Direction::Decoder) => &VP9_DECODERS,
        ("AV1", Direction::Encoder) => &AV1_ENCODERS,
        ("AV1", Direction::Decoder) => &AV1_DECODERS,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An element that is there and gives nothing.
    const DEAF: &str = "x264enc ! identity drop-probability=1";

    fn elements(folder: &Path, encoders: &[&str]) -> Arc<CodecElements> {
        gst::init().unwrap();
        let h264_encoders = encoders.iter().map(ToString::to_string).collect();
        CodecElements::new(Codecs { h264_encoders, ..Codecs::default() }, Some((folder, "board")))
    }

    fn encoder(elements: &CodecElements) -> String {
        elements.first("H264", Direction::Encoder).unwrap()
    }

    #[test]
    fn an_element_that_is_there_and_gives_nothing_is_tried_once_and_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("codec-trials.json");
        assert_eq!(encoder(&elements(folder.path(), &[DEAF, "x264enc"])), "x264enc");
        let written = std::fs::metadata(&file).unwrap().modified().unwrap();
        assert_eq!(encoder(&elements(folder.path(), &[DEAF, "x264enc"])), "x264enc");
        assert_eq!(std::fs::metadata(&file).unwrap().modified().unwrap(), written, "tried again");
    }

    #[test]
    fn what_was_kept_is_believed_without_a_trial() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("codec-trials.json");
        assert_eq!(encoder(&elements(folder.path(), &[DEAF, "x264enc"])), "x264enc");
        let kept = std::fs::read_to_string(&file).unwrap().replace("\"works\": false", "\"works\": true");
        std::fs::write(&file, kept).unwrap();
        assert_eq!(encoder(&elements(folder.path(), &[DEAF, "x264enc"])), DEAF);
        std::fs::write(&file, "{").unwrap();
        assert_eq!(encoder(&elements(folder.path(), &[DEAF, "x264enc"])), "x264enc");
    }

    #[test]
    fn software_is_not_tried_and_nothing_is_written_for_it() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(encoder(&elements(folder.path(), &["x264enc"])), "x264enc");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn an_element_that_failed_at_work_is_not_taken_again() {
        let folder = tempfile::tempdir().unwrap();
        let elements = elements(folder.path(), &["x264enc", "openh264enc"]);
        elements.distrust("x264enc", "broke");
        assert_eq!(encoder(&elements), "openh264enc");
        let offered = || elements.promising(&["H264".into(), "VP8".into()]);
        assert_eq!(offered(), ["H264", "VP8"]);
        elements.distrust("openh264enc", "broke");
        assert_eq!(offered(), ["VP8"]);
        elements.distrust("vp8dec", "broke");
        assert_eq!(offered(), ["H264", "VP8"], "a call needs something");
        assert!(elements.first("H264", Direction::Encoder).is_err());
    }
}
