//! What this machine really has, and where its board file says otherwise.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use roombox_hal::{Part, board::Board, cameras::CameraInfo, facts::MachineFacts, linux};
use roombox_media::{
    api::CodecTrials,
    codec::{CodecFact, Direction, codec_facts},
};
use serde::Serialize;

use super::{
    BOARD_FILE, board_file,
    echo::{self, EchoProbe},
};
use crate::{
    cli::{arguments::ProbeArguments, ask::say},
    exit::{Outcome, Refusal},
    run::configuration,
};

/// Everything that was found.
#[derive(Debug, Serialize)]
pub(super) struct Probe {
    /// Name of the board file it is compared with.
    pub(super) board: String,
    #[serde(flatten)]
    pub(super) machine: MachineFacts,
    pub(super) codecs: Vec<CodecFact>,
    /// From the speaker to the microphone; `None` = not asked for, or the board has no two devices for it.
    pub(super) echo: Option<EchoProbe>,
    /// Where the board file says otherwise, in sentences.
    pub(super) disagreements: Vec<String>,
}

pub(super) fn probe(arguments: &ProbeArguments, state_dir: &Path) -> Outcome {
    let board = board(arguments.board.as_deref())?;
    let kept = |error| Refusal::refused(format!("Cannot keep trials in {}: {error}.", state_dir.display()));
    fs::create_dir_all(state_dir).map_err(kept)?;
    let trials = CodecTrials { folder: state_dir.to_owned(), board: board.name.clone() };
    let codecs = codec_facts(&board, &trials).map_err(|error| Refusal::refused(error.to_string()))?;
    let machine = linux::facts(&board);
    let has_sound = !machine.missing.iter().any(|finding| matches!(finding.part, Part::Microphone | Part::Speaker));
    let echo = (has_sound && !arguments.silent).then(|| echo::probe(&board)).flatten();
    let mut disagreements = disagreements(&machine, &codecs);
    disagreements.extend(echo.as_ref().and_then(|echo| echo.disagreement(&board)));
    let probe = Probe { board: board.name.clone(), machine, codecs, echo, disagreements };
    if let Some(file) = &arguments.write {
        board_file::write(file, &probe, &board)?;
    }
    let data = || serde_json::to_string(&probe).map_err(|error| Refusal::refused(error.to_string()));
    say(&if arguments.output.json { data()? } else { told(&probe, arguments.write.as_deref()) })
}

/// The one asked for, else that of the box, else the nearest inside the program.
fn board(asked: Option<&Path>) -> Result<Board, Refusal> {
    let of_box = || Some(PathBuf::from(BOARD_FILE)).filter(|file| file.exists());
    let nearest = || PathBuf::from(linux::facts(&Board::default()).nearest_board);
    configuration::load_board(&asked.map(Path::to_owned).or_else(of_box).unwrap_or_else(nearest))
}

fn disagreements(machine: &MachineFacts, codecs: &[CodecFact]) -> Vec<String> {
    let devices = machine.missing.iter().map(|finding| match word(finding.part) {
        part if part == finding.name => finding.to_string(),
        part => format!("{part} {finding}"),
    });
    let elements = codecs.iter().filter_map(|fact| match (fact.listed, fact.works) {
        (true, false) => {
            Some(format!("{} is listed and does not work: {}", fact.element, fact.reason.as_deref().unwrap_or("?")))
        }
        (false, true) => Some(format!("{} works and is not listed", fact.element)),
        _ => None,
    });
    devices.chain(elements).collect()
}

/// A part as the serialised tree names it.
fn word(part: roombox_hal::Part) -> String {
    serde_json::to_value(part).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn told(probe: &Probe, written: Option<&Path>) -> String {
    let machine = &probe.machine;
    let mut text = format!(
        "Board file: {}\nMachine: {}\nKernel: {}\nNearest board: {}\n",
        probe.board,
        or(&machine.model, "does not say what it is"),
        machine.kernel,
        machine.nearest_board
    );
    list(&mut text, "Cameras", machine.cameras.iter().map(camera));
    list(
        &mut text,
        "Sound",
        machine.sound.iter().map(|device| {
            let ways = [(device.microphone, "microphone"), (device.speaker, "speaker")];
            let ways: Vec<&str> = ways.into_iter().filter(|(has, _)| *has).map(|(_, way)| way).collect();
            format!("{}: {} ({})", device.name, device.description, ways.join(", "))
        }),
    );
    list(&mut text, "From speaker to microphone", probe.echo.iter().map(EchoProbe::told));
    list(
        &mut text,
        "Displays",
        machine.displays.iter().map(|display| {
            let state = if display.connected { "plugged in" } else { "nothing plugged in" };
            let best = display.modes.first().map(|mode| format!(", {mode}")).unwrap_or_default();
            format!("{}: {state}{best}", display.connector)
        }),
    );
    list(
        &mut text,
        "GPIO",
        machine.gpio.iter().map(|chip| format!("{}: {}, {} lines", chip.name, chip.label, chip.lines)),
    );
    list(&mut text, "Codecs (frames of 1280x720)", probe.codecs.iter().map(codec));
    list(&mut text, "The board file says otherwise", probe.disagreements.iter().cloned());
    if let Some(file) = written {
        // Writing to a String does not fail.
        let _ = write!(text, "\nWritten: {}", file.display());
    }
    text.trim_end().to_owned()
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}

/// A heading and its lines; `none` where there are none.
fn list(text: &mut String, heading: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.map(|line| format!("\n  {line}")).collect();
    let lines = if lines.is_empty() { "\n  none".to_owned() } else { lines.concat() };
    // Writing to a String does not fail.
    let _ = writeln!(text, "\n{heading}{lines}");
}

fn camera(camera: &CameraInfo) -> String {
    let mode = |mode: &roombox_hal::cameras::CameraMode| {
        let rate = if mode.max_millifps == 0 { String::new() } else { format!("@{}", mode.max_millifps / 1000) };
        format!("{} {}x{}{rate}", mode.format, mode.width, mode.height)
    };
    let modes: Vec<String> = camera.modes.iter().map(mode).collect();
    format!("{}: {} ({}, {}): {}", camera.device, camera.name, camera.driver, camera.bus, modes.join(", "))
}

fn codec(fact: &CodecFact) -> String {
    let way = if fact.direction == Direction::Encoder { "encoder" } else { "decoder" };
    let state = match (&fact.speed, &fact.reason) {
        (Some(speed), _) => {
            format!("{} a second, {} a processor second", speed.frames_per_second, speed.frames_per_cpu_second)
        }
        (None, Some(reason)) if fact.works => format!("works, not measured: {reason}"),
        (None, reason) => format!("does not work: {}", reason.as_deref().unwrap_or("?")),
    };
    format!("{} {way} {}: {state}", fact.codec, fact.element)
}

#[cfg(test)]
pub(super) mod tests {
    use roombox_hal::{DeviceFinding, DeviceProblem};

    use super::*;

    pub(in crate::cli::probe) fn bare() -> Probe {
        let finding = |part, name: &str, detail: &str| DeviceFinding {
            part,
            name: name.into(),
            problem: DeviceProblem::Missing,
            detail: detail.into(),
        };
        let machine = MachineFacts {
            model: String::new(),
            kernel: "6.1.0".into(),
            nearest_board: "generic-x86".into(),
            cameras: Vec::new(),
            sound: Vec::new(),
            displays: Vec::new(),
            gpio: Vec::new(),
            missing: vec![finding(Part::Camera, "camera", "no camera is plugged in")],
        };
        let fact = |element: &str, listed, works| CodecFact {
            codec: "H264".into(),
            direction: Direction::Encoder,
            element: element.into(),
            listed,
            installed: works,
            works,
            reason: (!works).then(|| "is not installed".into()),
            speed: None,
        };
        let codecs =
            vec![fact("x264enc", true, false), fact("openh264enc", true, true), fact("v4l2h264enc", false, true)];
        let disagreements = disagreements(&machine, &codecs);
        Probe { board: "Generic x86".into(), machine, codecs, echo: None, disagreements }
    }

    #[test]
    fn what_is_not_there_is_said_plainly() {
        let text = told(&bare(), None);
        assert!(text.contains("\nCameras\n  none\n\nSound\n  none\n\nFrom speaker to microphone\n  none\n\nDisplays\n  none\n\nGPIO\n  none\n"), "{text}");
        assert!(text.contains("  camera: no camera is plugged in\n"), "{text}");
        assert!(text.contains("  x264enc is listed and does not work: is not installed\n"), "{text}");
        assert!(text.ends_with("  v4l2h264enc works and is not listed"), "{text}");
    }

    #[test]
    fn the_same_is_told_as_data() {
        let data = serde_json::to_value(bare()).unwrap();
        assert_eq!(data["cameras"], serde_json::json!([]));
        assert_eq!(data["codecs"][0]["direction"], "encoder");
        assert_eq!(data["disagreements"].as_array().unwrap().len(), 3);
    }
}
