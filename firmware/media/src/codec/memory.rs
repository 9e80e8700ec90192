//! What trials said, kept over restarts: `codec-trials.json` in the state folder. Documented in `docs/operator/boards.md`.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use gst::prelude::*;
use serde::{Deserialize, Serialize};

/// Name of the file in the state folder.
const FILE: &str = "codec-trials.json";
/// Counts up when the meaning of the file changes; any other is not read.
const FORMAT: u32 = 1;
/// More bytes than any honest file has.
const MOST_BYTES: u64 = 64 * 1024;
/// Version of the running kernel (proc(5)).
const KERNEL: &str = "/proc/sys/kernel/osrelease";

/// What one trial said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Verdict {
    works: bool,
    /// Why not, in the element's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    /// Of the plugin that the element comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    plugin: Option<String>,
}

/// The file: verdicts hold for the very machine and programs they were made on.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    format: u32,
    gstreamer: String,
    kernel: String,
    board: String,
    elements: BTreeMap<String, Verdict>,
}

/// Keeps verdicts in a folder for a board.
#[derive(Debug)]
pub(super) struct Memory {
    path: PathBuf,
    board: String,
}

impl Verdict {
    pub(super) fn of(element: &str, outcome: &Result<(), String>) -> Self {
        Self { works: outcome.is_ok(), reason: outcome.clone().err(), plugin: plugin(element) }
    }

    pub(super) fn outcome(&self) -> Result<(), String> {
        if self.works { Ok(()) } else { Err(self.reason.clone().unwrap_or_default()) }
    }
}

impl Memory {
    pub(super) fn new(folder: &Path, board: &str) -> Self {
        Self { path: folder.join(FILE), board: board.to_owned() }
    }

    /// Verdicts that still hold; none where the file is not there, was made elsewhere or cannot be read.
    pub(super) fn recall(&self) -> BTreeMap<String, Verdict> {
        let record = match self.read() {
            Ok(record) => record,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return BTreeMap::new(),
            Err(error) => {
                tracing::warn!(path = %self.path.display(), %error, "codec elements are tried again");
                return BTreeMap::new();
            }
        };
        let here = self.record(BTreeMap::new());
        let holds = (record.format, &record.gstreamer, &record.kernel, &record.board)
            == (here.format, &here.gstreamer, &here.kernel, &here.board);
        let mut elements = if holds { record.elements } else { BTreeMap::new() };
        elements.retain(|element, verdict| verdict.plugin == plugin(element));
        elements
    }

    /// Writes them in one piece: a box that loses power keeps the former file.
    pub(super) fn keep(&self, elements: BTreeMap<String, Verdict>) {
        if let Err(error) = self.write(&self.record(elements)) {
            tracing::warn!(path = %self.path.display(), %error, "what codec elements can do is not kept");
        }
    }

    fn record(&self, elements: BTreeMap<String, Verdict>) -> Record {
        let kernel = fs::read_to_string(KERNEL).unwrap_or_default().trim().to_owned();
        let (gstreamer, board) = (gst::version_string().into(), self.board.clone());
        Record { format: FORMAT, gstreamer, kernel, board, elements }
    }

    fn read(&self) -> io::Result<Record> {
        let mut text = String::new();
        fs::File::open(&self.path)?.take(MOST_BYTES).read_to_string(&mut text)?;
        Ok(serde_json::from_str(&text)?)
    }

    fn write(&self, record: &Record) -> io::Result<()> {
        let mut draft = self.path.clone().into_os_string();
        draft.push(".new");
        let mut file = fs::File::create(&draft)?;
        file.write_all(&serde_json::to_vec_pretty(record)?)?;
        file.sync_all()?;
        fs::rename(&draft, &self.path)
    }
}

fn plugin(element: &str) -> Option<String> {
    let plugin = gst::ElementFactory::find(element)?.plugin()?;
    Some(format!("{} {}", plugin.plugin_name(), plugin.version()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts() -> BTreeMap<String, Verdict> {
        gst::init().unwrap();
        let refused = Err("no such device".to_owned());
        [("x264enc", Verdict::of("x264enc", &Ok(()))), ("v4l2h264enc", Verdict::of("v4l2h264enc", &refused))]
            .map(|(element, verdict)| (element.to_owned(), verdict))
            .into()
    }

    #[test]
    fn what_was_kept_is_recalled_for_the_same_board_only() {
        let folder = tempfile::tempdir().unwrap();
        Memory::new(folder.path(), "one").keep(verdicts());
        assert_eq!(Memory::new(folder.path(), "one").recall(), verdicts());
        assert_eq!(Memory::new(folder.path(), "two").recall(), BTreeMap::new());
    }

    #[test]
    fn another_gstreamer_kernel_or_plugin_makes_it_void() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::new(folder.path(), "one");
        let change = |what: &str, by: &str| {
            memory.keep(verdicts());
            let text = fs::read_to_string(&memory.path).unwrap();
            assert!(text.contains(what), "{text}");
            fs::write(&memory.path, text.replace(what, by)).unwrap();
            memory.recall().len()
        };
        let kernel = fs::read_to_string(KERNEL).unwrap();
        assert_eq!(change(&gst::version_string(), "GStreamer 9.9.9"), 0);
        assert_eq!(change(kernel.trim(), "0.0.1"), 0);
        assert_eq!(change("\"format\": 1", "\"format\": 2"), 0);
        assert_eq!(change("\"plugin\": \"x264", "\"plugin\": \"x265"), 1);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_as_none_and_is_mended() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::new(folder.path(), "one");
        for garbage in [&b"{\"format\":1"[..], b"", b"\xff\xfe\0", b"[1, 2]"] {
            fs::write(&memory.path, garbage).unwrap();
            assert_eq!(memory.recall(), BTreeMap::new());
            memory.keep(verdicts());
            assert_eq!(memory.recall(), verdicts());
        }
        let nowhere = Memory::new(&folder.path().join("not there"), "one");
        nowhere.keep(verdicts());
        assert_eq!(nowhere.recall(), BTreeMap::new());
    }
}
