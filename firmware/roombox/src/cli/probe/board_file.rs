//! A board file made of what was found: it extends the nearest board and says only what differs.

use std::{fmt::Write, fs, io::ErrorKind, path::Path};

use roombox_hal::{
    Part,
    board::{self, Board},
};
use roombox_media::codec::{CodecFact, Direction};

use super::{echo::EchoProbe, machine::Probe};
use crate::exit::{Outcome, Refusal};

/// Writes the file. What would not be taken as a board file, and a file that is there already, is left alone.
pub(super) fn write(file: &Path, probe: &Probe, compared: &Board) -> Outcome {
    let text = text(probe, compared);
    let path = file.display().to_string();
    let read = |asked: &str| if asked == path { Ok(text.clone()) } else { Err(ErrorKind::NotFound.into()) };
    board::load(&path, &read).map_err(|findings| {
        let findings = findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        Refusal::refused(format!("What was found makes no valid board file:\n{findings}"))
    })?;
    let mut made = fs::File::create_new(file).map_err(|error| unwritten(&path, &error))?;
    std::io::Write::write_all(&mut made, text.as_bytes()).map_err(|error| unwritten(&path, &error))
}

fn unwritten(path: &str, error: &std::io::Error) -> Refusal {
    Refusal::refused(format!("Cannot write {path}: {error}."))
}

fn text(probe: &Probe, compared: &Board) -> String {
    let machine = &probe.machine;
    let name = if machine.model.is_empty() { "Probed board" } else { &machine.model };
    let mut text = format!(
        "# What `roombox probe` found on this machine; only what differs from the file it extends.\n\
         extends = {}\nname = {}\n",
        quoted(&format!("{}.toml", machine.nearest_board)),
        quoted(name)
    );
    let missing = |part| machine.missing.iter().any(|finding| finding.part == part);
    if missing(Part::Camera) {
        let found = machine.cameras.first().map(|camera| ("v4l2", Some(camera.device.as_str())));
        let (source, device) = found.unwrap_or(("none", None));
        section(&mut text, "camera", &[("source", Some(source)), ("device", device)]);
    }
    let microphone = missing(Part::Microphone).then(|| sound(probe, |device| device.microphone, "silence"));
    let speaker = missing(Part::Speaker).then(|| sound(probe, |device| device.speaker, "virtual"));
    let delay = probe.echo.as_ref().and_then(EchoProbe::delay_ms);
    let delay = delay.filter(|delay| *delay != compared.audio.echo_delay_ms.unwrap_or_default());
    let values = [("microphone", microphone.as_deref()), ("speaker", speaker.as_deref())];
    let values = values.map(|(key, value)| (key, value.map(quoted)));
    keys(&mut text, "audio", values.into_iter().chain([("echo_delay_ms", delay.map(|delay| delay.to_string()))]));
    if missing(Part::Screen) && machine.displays.is_empty() {
        section(&mut text, "screen", &[("output", Some("none"))]);
    }
    codecs(&mut text, &probe.codecs, compared);
    text
}

/// The first device that can do it.
fn sound(probe: &Probe, fits: impl Fn(&roombox_hal::audio::AudioInfo) -> bool, otherwise: &str) -> String {
    let found = probe.machine.sound.iter().find(|device| fits(device));
    found.map_or_else(|| otherwise.to_owned(), |device| format!("alsa:{}", device.name))
}

/// Keys that have a value, below their section.
fn section(text: &mut String, name: &str, values: &[(&str, Option<&str>)]) {
    keys(text, name, values.iter().map(|(key, value)| (*key, value.map(quoted))));
}

/// The same with values as TOML writes them.
fn keys<'a>(text: &mut String, name: &str, keys: impl Iterator<Item = (&'a str, Option<String>)>) {
    let lines: Vec<String> = keys.filter_map(|(key, value)| Some(format!("{key} = {}\n", value?))).collect();
    if !lines.is_empty() {
        // Writing to a String does not fail.
        let _ = write!(text, "\n[{name}]\n{}", lines.concat());
    }
}

/// Lists that differ from those of the board: what works, what stands in no list first, as that is hardware.
fn codecs(text: &mut String, facts: &[CodecFact], compared: &Board) {
    let lists = [
        ("h264_encoders", "H264", Direction::Encoder, &compared.codecs.h264_encoders),
        ("h264_decoders", "H264", Direction::Decoder, &compared.codecs.h264_decoders),
        ("vp8_encoders", "VP8", Direction::Encoder, &compared.codecs.vp8_encoders),
        ("vp8_decoders", "VP8", Direction::Decoder, &compared.codecs.vp8_decoders),
        ("vp9_encoders", "VP9", Direction::Encoder, &compared.codecs.vp9_encoders),
        ("vp9_decoders", "VP9", Direction::Decoder, &compared.codecs.vp9_decoders),
        ("av1_encoders", "AV1", Direction::Encoder, &compared.codecs.av1_encoders),
        ("av1_decoders", "AV1", Direction::Decoder, &compared.codecs.av1_decoders),
    ];
    let mut lines = String::new();
    for (key, codec, direction, before) in lists {
        let of_list = |fact: &&CodecFact| fact.codec == codec && fact.direction == direction && fact.works;
        let (listed, new): (Vec<_>, Vec<_>) = facts.iter().filter(of_list).partition(|fact| fact.listed);
        let names: Vec<&String> = new.into_iter().chain(listed).map(|fact| &fact.element).collect();
        // A list of nothing would stand for the usual elements.
        if !names.is_empty() && !names.iter().copied().eq(before) {
            let names: Vec<String> = names.into_iter().map(|name| quoted(name)).collect();
            let _ = writeln!(lines, "{key} = [{}]", names.join(", "));
        }
    }
    if !lines.is_empty() {
        let _ = write!(text, "\n[codecs]\n{lines}");
    }
}

/// As TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use roombox_hal::board::AudioDevices;

    use super::*;

    use crate::{
        cli::probe::{echo::tests::after, machine::tests::bare},
        run::configuration,
    };

    #[test]
    fn the_file_extends_the_nearest_board_and_says_what_differs() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("board.toml");
        let compared = configuration::load_board("generic-x86".as_ref()).unwrap();
        write(&file, &bare(), &compared).unwrap();
        let made = configuration::load_board(&file).unwrap();
        assert_eq!(made.extends.as_deref(), Some("generic-x86.toml"));
        assert_eq!(made.camera.source, board::CameraSource::None);
        assert_eq!(made.codecs.h264_encoders, ["v4l2h264enc", "openh264enc"]);
        assert_eq!((made.buttons, made.codecs.vp8_encoders), (compared.buttons.clone(), vec!["vp8enc".to_owned()]));
        let again = write(&file, &bare(), &compared).unwrap_err();
        assert!(again.message.contains("exists"), "{}", again.message);
    }

    #[test]
    fn a_delay_that_was_measured_is_written_down_and_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("board.toml");
        let compared = configuration::load_board("generic-x86".as_ref()).unwrap();
        let probe = Probe { echo: Some(after(87.4)), ..bare() };
        write(&file, &probe, &compared).unwrap();
        let made = configuration::load_board(&file).unwrap();
        assert_eq!(made.audio, AudioDevices { echo_delay_ms: Some(82), ..compared.audio.clone() });
    }

    #[test]
    fn names_of_any_kind_are_quoted() {
        let mut probe = bare();
        probe.machine.model = "A \"board\"\\n\nwith ] signs = \u{7f}".into();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("board.toml");
        let compared = configuration::load_board("generic-x86".as_ref()).unwrap();
        write(&file, &probe, &compared).unwrap();
        assert_eq!(configuration::load_board(&file).unwrap().name, probe.machine.model);
    }
}
