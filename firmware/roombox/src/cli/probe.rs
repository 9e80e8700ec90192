//! `roombox probe`: what a board file gives, or what the machine really has.

mod board_file;
mod echo;
mod machine;

use std::path::Path;

use roombox_media::pipelines::{PictureSize, Pipeline, of_board};
use roombox_settings::model::Video;
use serde_json::json;

use super::{arguments::ProbeArguments, ask::say};
use crate::{
    exit::{Outcome, Refusal},
    run::configuration,
};

/// Where a box has its board file.
const BOARD_FILE: &str = "/etc/roombox/board.toml";

/// Does what was asked; trials of codec elements are kept in `state_dir`.
pub(crate) fn probe(arguments: &ProbeArguments, state_dir: &Path) -> Outcome {
    if arguments.dry_run { dry_run(arguments) } else { machine::probe(arguments, state_dir) }
}

/// Every pipeline of the board, for the picture that is sent where the owner says nothing.
fn dry_run(arguments: &ProbeArguments) -> Outcome {
    let file = arguments.board.as_deref().unwrap_or(BOARD_FILE.as_ref());
    let board = configuration::load_board(file)?;
    let video = Video::default();
    let picture = PictureSize { width: video.width, height: video.height, rate: video.fps };
    let pipelines =
        of_board(&board, picture, video.max_bitrate_kbps).map_err(|error| Refusal::usage(error.to_string()))?;
    say(&if arguments.output.json { told_json(&board.name, &pipelines) } else { told(&board.name, &pipelines) })
}

fn told_json(board: &str, pipelines: &[Pipeline]) -> String {
    json!({ "board": board, "pipelines": pipelines }).to_string()
}

fn told(board: &str, pipelines: &[Pipeline]) -> String {
    let each = pipelines.iter().map(ToString::to_string);
    std::iter::once(format!("Board: {board}")).chain(each).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pipelines_are_told_in_words_and_as_data() {
        let board = configuration::load_board("raspberrypi4".as_ref()).unwrap();
        let picture = PictureSize { width: 1280, height: 720, rate: 30 };
        let pipelines = of_board(&board, picture, 2500).unwrap();
        assert!(told(&board.name, &pipelines).contains("encoder, H264, choice 1 of 3\n"));
        let data: serde_json::Value = serde_json::from_str(&told_json(&board.name, &pipelines)).unwrap();
        let encoder = data["pipelines"].as_array().unwrap().iter().find(|pipeline| pipeline["part"] == "encoder");
        let elements = encoder.unwrap()["chain"].as_array().unwrap();
        assert!(elements.iter().any(|link| link["element"] == "v4l2h264enc"));
    }
}
