//! What the board file names against what is there.

use crate::audio::AudioInfo;
use crate::board::{Board, CameraSource};
use crate::cameras::CameraInfo;
use crate::findings::{DeviceFinding, DeviceProblem, Part};
use crate::screens::DisplayInfo;

/// Cameras and sound devices the board names and the machine does not have.
pub(super) fn missing_devices(board: &Board, cameras: &[CameraInfo], audio: &[AudioInfo]) -> Vec<DeviceFinding> {
    let microphone = sound(Part::Microphone, board.audio.microphone.as_deref(), audio, |device| device.microphone);
    let speaker = sound(Part::Speaker, board.audio.speaker.as_deref(), audio, |device| device.speaker);
    [camera(board, cameras), microphone, speaker].into_iter().flatten().collect()
}

/// A display that the board drives by KMS and that is not plugged in.
pub(super) fn missing_display(board: &Board, displays: &[DisplayInfo]) -> Option<DeviceFinding> {
    let wanted = board.screen.output.as_deref().is_none_or(|output| output == "kms") && !board.virtual_board;
    let detail = match displays {
        [] => "no display driver of the kernel has a connector",
        displays if displays.iter().any(|display| display.connected) => return None,
        _ => "no TV is plugged in",
    };
    wanted.then(|| DeviceFinding::new(Part::Screen, "screen", DeviceProblem::Missing, detail))
}

fn camera(board: &Board, cameras: &[CameraInfo]) -> Option<DeviceFinding> {
    let missing = |name: &str, detail: String| DeviceFinding::new(Part::Camera, name, DeviceProblem::Missing, detail);
    match (board.camera.source, board.camera.device.as_deref()) {
        (CameraSource::V4l2, None) if cameras.is_empty() => Some(missing("camera", "no camera is plugged in".into())),
        // A link of udev (`/dev/v4l/by-id/…`) leads to the node.
        (CameraSource::V4l2, Some(device)) => {
            let node = std::fs::canonicalize(device).map_or_else(|_| device.into(), |path| path.display().to_string());
            let there = cameras.iter().any(|camera| camera.device == node);
            (!there).then(|| missing(device, format!("there is no camera {device}")))
        }
        (CameraSource::File, Some(file)) if !std::path::Path::new(file).exists() => {
            Some(missing(file, format!("there is no video file {file}")))
        }
        (CameraSource::File, None) => {
            let detail = "camera.source is `file` and camera.device names none";
            Some(DeviceFinding::new(Part::Camera, "camera", DeviceProblem::Unsupported, detail))
        }
        _ => None,
    }
}

fn sound(
    part: Part,
    wanted: Option<&str>,
    devices: &[AudioInfo],
    fits: impl Fn(&AudioInfo) -> bool,
) -> Option<DeviceFinding> {
    let name = wanted.unwrap_or("alsa:default").strip_prefix("alsa:")?;
    let card = card_of(name);
    let there =
        devices.iter().filter(|device| fits(device)).any(|device| card.is_none() || card_of(&device.name) == card);
    let what = if part == Part::Microphone { "microphone" } else { "speaker" };
    (!there).then(|| {
        let detail = match card {
            Some(card) => format!("there is no {what} on a sound card {card}"),
            None => format!("no {what} is plugged in"),
        };
        DeviceFinding::new(part, name, DeviceProblem::Missing, detail)
    })
}

/// The card in `hw:CARD=Jabra,DEV=0`.
fn card_of(name: &str) -> Option<&str> {
    name.split_once("CARD=").map(|(_, rest)| rest.split(',').next().unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::missing_devices;
    use crate::audio::AudioInfo;
    use crate::board::{Board, CameraSource};
    use crate::findings::{DeviceProblem, Part};

    fn jabra() -> AudioInfo {
        AudioInfo { name: "sysdefault:CARD=Jabra".into(), description: String::new(), microphone: true, speaker: true }
    }

    #[test]
    fn a_bare_machine_misses_camera_microphone_and_speaker() {
        let findings = missing_devices(&Board::default(), &[], &[]);
        let parts: Vec<_> = findings.iter().map(|finding| finding.part).collect();
        assert_eq!(parts, [Part::Camera, Part::Microphone, Part::Speaker]);
        assert!(findings.iter().all(|finding| finding.problem == DeviceProblem::Missing));
    }

    #[test]
    fn any_card_serves_the_default_device() {
        let mut board = Board::default();
        board.camera.source = CameraSource::None;
        assert_eq!(missing_devices(&board, &[], &[jabra()]), []);
    }

    #[test]
    fn a_named_card_must_be_there() {
        let mut board = Board::default();
        board.camera.source = CameraSource::None;
        board.audio.microphone = Some("alsa:hw:CARD=Jabra,DEV=0".into());
        board.audio.speaker = Some("alsa:plughw:CARD=HDMI".into());
        let findings = missing_devices(&board, &[], &[jabra()]);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].detail, "there is no speaker on a sound card HDMI");
    }

    #[test]
    fn test_sources_need_no_device() {
        let mut board = Board::default();
        board.camera.source = CameraSource::TestPicture;
        board.audio.microphone = Some("tone:440".into());
        board.audio.speaker = Some("virtual".into());
        assert_eq!(missing_devices(&board, &[], &[]), []);
    }

    #[test]
    fn a_named_camera_must_be_there() {
        let mut board = Board::default();
        board.camera.device = Some("/dev/video-none".into());
        assert_eq!(missing_devices(&board, &[], &[jabra()])[0].detail, "there is no camera /dev/video-none");
    }
}
