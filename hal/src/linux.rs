//! Any Linux board: GPIO by the character device, keys by evdev, cameras by V4L2, sound by ALSA, displays by I2C.

mod audio;
mod cameras;
mod clock;
mod display_writer;
mod displays;
mod facts;
mod gpio;
mod keys;
mod led_player;
mod present;
mod ssd1306;
mod tasks;

use std::collections::BTreeMap;

use tokio::sync::mpsc;

pub use audio::audio_devices;
pub use cameras::cameras;
pub(crate) use clock::from_monotonic;
pub use displays::displays;
pub use facts::facts;
pub(crate) use led_player::{Output, player};
pub(crate) use tasks::Task;

use crate::board::{Board, GpioBackend};
use crate::buttons::Press;
use crate::findings::{DeviceFinding, DeviceProblem, Part};
use crate::hardware::Hardware;
use crate::leds::Led;
use crate::raspberry_pi;
use crate::status_display::StatusDisplay;

/// Presses that may wait for the reader.
const WAITING_PRESSES: usize = 64;

/// Brings up the real devices of a board.
pub(crate) fn open(board: &Board) -> Hardware {
    let mut opening = Opening::default();
    let (presses, buttons) = mpsc::channel(WAITING_PRESSES);
    opening.buttons(board, &presses);
    let leds = opening.leds(board);
    let status_display = opening.status_display(board);
    opening.findings.extend(present::missing_devices(board, &cameras(), &audio_devices()));
    if let Err(error) = tasks::run(opening.tasks) {
        opening.findings.push(DeviceFinding::io(Part::Button, "buttons and lights", "cannot start", &error));
    }
    for finding in &opening.findings {
        tracing::warn!(part = ?finding.part, problem = ?finding.problem, "{finding}");
    }
    Hardware { buttons, leds, status_display, findings: opening.findings, virtual_board: None }
}

#[derive(Default)]
struct Opening {
    tasks: Vec<Task>,
    findings: Vec<DeviceFinding>,
}

impl Opening {
    fn buttons(&mut self, board: &Board, presses: &mpsc::Sender<Press>) {
        for button in board.buttons.iter().filter(|button| button.gpio.is_some()) {
            let opened = match board.gpio_backend {
                GpioBackend::Cdev => gpio::button(button, presses.clone()),
                GpioBackend::Rppal => raspberry_pi::button(button, presses.clone()),
            };
            match opened {
                Ok(task) => self.tasks.push(task),
                Err(finding) => self.findings.push(finding),
            }
        }
        let (task, findings) = keys::watch(&board.buttons, presses);
        self.tasks.extend(task);
        self.findings.extend(findings);
    }

    fn leds(&mut self, board: &Board) -> BTreeMap<String, Box<dyn Led>> {
        let mut leds: BTreeMap<String, Box<dyn Led>> = BTreeMap::new();
        for wiring in &board.leds {
            let opened = match board.gpio_backend {
                GpioBackend::Cdev => gpio::led(wiring),
                GpioBackend::Rppal => raspberry_pi::led(wiring),
            };
            match opened {
                Ok((led, task)) => {
                    self.tasks.push(task);
                    leds.insert(wiring.name.clone(), led);
                }
                Err(finding) => self.findings.push(finding),
            }
        }
        leds
    }

    fn status_display(&mut self, board: &Board) -> Option<Box<dyn StatusDisplay>> {
        let wiring = board.status_display.as_ref()?;
        let opened = if wiring.driver == "ssd1306" {
            ssd1306::open(wiring)
        } else {
            let detail = format!("there is no driver `{}`; allowed: ssd1306, virtual", wiring.driver);
            Err(DeviceFinding::new(Part::StatusDisplay, &wiring.driver, DeviceProblem::Unsupported, detail))
        };
        opened.map_err(|finding| self.findings.push(finding)).ok()
    }
}
