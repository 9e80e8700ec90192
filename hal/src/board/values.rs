//! Values of a board file that are text or a number to serde and a choice to us.

use super::load::{BoardFinding, Places};
use super::{Board, Camera, CameraSource};

/// Longest debounce in milliseconds; a person notices more.
const LONGEST_DEBOUNCE_MS: u32 = 200;
/// Longest time in milliseconds between speaker and microphone.
const MOST_ECHO_DELAY: u16 = 500;
/// What lights can tell.
const LIGHTS: [&str; 3] = ["call", "mute", "network"];
/// Drivers of the status display.
const DISPLAYS: [&str; 2] = ["ssd1306", "virtual"];
/// Converters, the last in software.
const CONVERTERS: [&str; 3] = ["nvvidconv", "v4l2convert", "videoconvert"];
/// Ways of a raw picture out of `v4l2src`.
const IO_MODES: [&str; 3] = ["auto", "dmabuf", "mmap"];
/// Ways to the TV.
const OUTPUTS: [&str; 3] = ["kms", "window", "none"];

pub(super) fn find(board: &Board, places: &Places) -> Vec<BoardFinding> {
    let mut check = Check { places, findings: Vec::new() };
    for (index, button) in board.buttons.iter().enumerate() {
        check.button(index, button, board.virtual_board);
    }
    for (index, led) in board.leds.iter().enumerate() {
        check.word(&format!("leds[{index}].name"), Some(&led.name), &LIGHTS);
    }
    check.word("status_display.driver", board.status_display.as_ref().map(|display| &display.driver), &DISPLAYS);
    check.word("screen.output", board.screen.output.as_ref(), &OUTPUTS);
    check.word("conversion.element", board.conversion.element.as_ref(), &CONVERTERS);
    check.word("conversion.io_mode", board.conversion.io_mode.as_ref(), &IO_MODES);
    check.sound(
        "audio.microphone",
        board.audio.microphone.as_deref(),
        is_microphone,
        "alsa:NAME, speech, tone:HZ, beeps, silence, room:MS",
    );
    check.sound("audio.speaker", board.audio.speaker.as_deref(), is_speaker, "alsa:NAME, virtual");
    if board.audio.echo_delay_ms.is_some_and(|delay| delay > MOST_ECHO_DELAY) {
        check.wrong("audio.echo_delay_ms", &format!("must be at most {MOST_ECHO_DELAY} ms"));
    }
    check.camera("camera", &board.camera);
    for (index, camera) in board.other_cameras.iter().enumerate() {
        check.camera(&format!("other_cameras[{index}]"), camera);
    }
    check.findings
}

struct Check<'a> {
    places: &'a Places,
    findings: Vec<BoardFinding>,
}

impl Check<'_> {
    fn wrong(&mut self, key: &str, problem: &str) {
        self.findings.push(BoardFinding::about(key, self.places, problem));
    }

    fn camera(&mut self, key: &str, camera: &Camera) {
        if camera.source == CameraSource::File && camera.device.is_none() {
            self.wrong(&format!("{key}.source"), &format!("is `file`, and {key}.device names none"));
        }
        let number = |device: &String| device.parse::<u8>().is_ok();
        if camera.source == CameraSource::TestPicture && !camera.device.as_ref().is_none_or(number) {
            self.wrong(&format!("{key}.device"), "of a test picture is a number from 0 to 255");
        }
    }

    fn word(&mut self, key: &str, value: Option<&String>, allowed: &[&str]) {
        if let Some(value) = value.filter(|value| !allowed.contains(&value.as_str())) {
            self.wrong(key, &format!("is {value:?}, allowed are {}", allowed.join(", ")));
        }
    }

    fn sound(&mut self, key: &str, value: Option<&str>, fits: fn(&str) -> bool, allowed: &str) {
        if let Some(value) = value.filter(|value| !fits(value)) {
            self.wrong(key, &format!("is {value:?}, allowed are {allowed}"));
        }
    }

    fn button(&mut self, index: usize, button: &super::Button, virtual_board: bool) {
        if button.debounce_ms > LONGEST_DEBOUNCE_MS {
            let problem = format!("is {}, allowed are 0 to {LONGEST_DEBOUNCE_MS}", button.debounce_ms);
            self.wrong(&format!("buttons[{index}].debounce_ms"), &problem);
        }
        if button.gpio.is_none() && button.key.is_none() && !virtual_board {
            self.wrong(&format!("buttons[{index}].name"), "the button has neither `gpio` nor `key`");
        }
    }
}

fn is_microphone(value: &str) -> bool {
    matches!(value, "speech" | "beeps" | "silence")
        || is_alsa(value)
        || value.strip_prefix("tone:").is_some_and(is_audible)
        || value.strip_prefix("room:").is_some_and(|ms| ms.parse().is_ok_and(|ms: u16| ms <= MOST_ECHO_DELAY))
}

fn is_speaker(value: &str) -> bool {
    value == "virtual" || is_alsa(value)
}

fn is_alsa(value: &str) -> bool {
    value.strip_prefix("alsa:").is_some_and(|name| !name.is_empty())
}

/// Frequencies a person and a voice codec take.
fn is_audible(hertz: &str) -> bool {
    hertz.parse::<u32>().is_ok_and(|hertz| (20..=20_000).contains(&hertz))
}
