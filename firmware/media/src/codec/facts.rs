//! What every codec element of a machine can do, whatever its board file says.

use roombox_hal::board::{BUILTIN_NAMES, Board, load};
use serde::Serialize;

use super::{CodecElements, Direction, Speed, listed, speed, usual};
use crate::{api::CodecTrials, error::MediaError, peer::VIDEO};

/// One element in one direction.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CodecFact {
    /// Encoding name, for example `H264`.
    pub codec: String,
    /// It encodes or decodes.
    pub direction: Direction,
    /// Name of its factory.
    pub element: String,
    /// The board file names it.
    pub listed: bool,
    /// `GStreamer` knows it here.
    pub installed: bool,
    /// A trial went well.
    pub works: bool,
    /// Why it does not, in its own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Measured; `None` where it does not work or could not be measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed: Option<Speed>,
}

/// Tries and measures every element that this board or any board inside the program names: those of the board in its
/// order, then what else is installed. Takes some seconds for each that works; what trials said is kept and used.
pub fn codec_facts(board: &Board, trials: &CodecTrials) -> Result<Vec<CodecFact>, MediaError> {
    gst::init()?;
    let elements = CodecElements::new(board.codecs.clone(), Some((&trials.folder, &trials.board)));
    let mut facts = Vec::new();
    for codec in VIDEO {
        for direction in [Direction::Encoder, Direction::Decoder] {
            let listed = listed(&board.codecs, codec, direction);
            let others = elsewhere(codec, direction).into_iter().filter(|name| !listed.contains(name));
            let others: Vec<String> = others.filter(|name| gst::ElementFactory::find(name).is_some()).collect();
            facts.extend(listed.into_iter().map(|name| fact(&elements, (codec, direction), name, true)));
            facts.extend(others.into_iter().map(|name| fact(&elements, (codec, direction), name, false)));
        }
    }
    Ok(facts)
}

/// Elements of every board inside the program, and the usual ones.
fn elsewhere(codec: &str, direction: Direction) -> Vec<String> {
    let read = |_: &str| Err(std::io::ErrorKind::NotFound.into());
    let boards = BUILTIN_NAMES.iter().filter_map(|name| load(name, &read).ok());
    let mut names: Vec<String> = boards.flat_map(|board| listed(&board.codecs, codec, direction)).collect();
    names.extend(usual(codec, direction).iter().map(ToString::to_string));
    names.sort();
    names.dedup();
    names
}

fn fact(elements: &CodecElements, (codec, direction): (&str, Direction), element: String, listed: bool) -> CodecFact {
    let installed = gst::ElementFactory::find(&element).is_some();
    let outcome =
        if installed { elements.verdict(&element, codec, direction) } else { Err("is not installed".to_owned()) };
    let measured = outcome.as_ref().ok().map(|()| speed::measure(&element, codec, direction));
    let unmeasured = measured.clone().and_then(Result::err);
    CodecFact {
        codec: codec.to_owned(),
        direction,
        element,
        listed,
        installed,
        works: outcome.is_ok(),
        reason: outcome.err().or(unmeasured),
        speed: measured.and_then(Result::ok),
    }
}
