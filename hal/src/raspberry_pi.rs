//! Buttons and lights by `rppal`, for kernels whose GPIO character device does not give a Raspberry Pi's lines.

use std::time::Duration;

use rppal::gpio::{Error, Gpio, OutputPin, Pin, Trigger};
use tokio::sync::mpsc;

use crate::board::{Button, LedWiring};
use crate::buttons::{Debounce, Press};
use crate::findings::{DeviceFinding, DeviceProblem, Part};
use crate::leds::Led;
use crate::linux::{Output, Task, from_monotonic, player};

/// A button by BCM number, and the task that keeps it open.
pub(crate) fn button(button: &Button, presses: mpsc::Sender<Press>) -> Result<Task, DeviceFinding> {
    let pin = open(Part::Button, &button.name, button.gpio.as_deref())?;
    let mut pin = if button.active_low { pin.into_input_pullup() } else { pin.into_input_pulldown() };
    let down = if button.active_low { Trigger::FallingEdge } else { Trigger::RisingEdge };
    let mut debounce = Debounce::new(Duration::from_millis(button.debounce_ms.into()));
    let (name, action, sender) = (button.name.clone(), button.action, presses.clone());
    let on_edge = move |event: rppal::gpio::Event| {
        if debounce.edge(event.trigger == down, event.timestamp) {
            let press = Press { button: name.clone(), action, at: from_monotonic(event.timestamp) };
            sender.try_send(press).ok();
        }
    };
    pin.set_async_interrupt(Trigger::Both, None, on_edge)
        .map_err(|error| finding(Part::Button, &button.name, &error))?;
    Ok(Box::pin(async move {
        presses.closed().await;
        drop(pin);
    }))
}

/// A light by BCM number, and the task that plays it.
pub(crate) fn led(wiring: &LedWiring) -> Result<(Box<dyn Led>, Task), DeviceFinding> {
    let pin = open(Part::Led, &wiring.name, wiring.gpio.as_deref())?;
    let pin = if wiring.active_low { pin.into_output_high() } else { pin.into_output_low() };
    Ok(player(&wiring.name, Line { pin, active_low: wiring.active_low }))
}

struct Line {
    pin: OutputPin,
    active_low: bool,
}

impl Output for Line {
    fn set(&mut self, on: bool) -> Result<(), String> {
        self.pin.write(if on == self.active_low { rppal::gpio::Level::Low } else { rppal::gpio::Level::High });
        Ok(())
    }
}

fn open(part: Part, name: &str, spec: Option<&str>) -> Result<Pin, DeviceFinding> {
    let spec = spec.unwrap_or_default();
    let number = bcm_number(spec).ok_or_else(|| {
        let detail = format!("{spec:?} is no BCM line; allowed with gpio_backend = \"rppal\": GPIO0 to GPIO27");
        DeviceFinding::new(part, name, DeviceProblem::Unsupported, detail)
    })?;
    Gpio::new().and_then(|gpio| gpio.get(number)).map_err(|error| finding(part, name, &error))
}

fn bcm_number(spec: &str) -> Option<u8> {
    spec.strip_prefix("GPIO")?.parse().ok().filter(|number| *number <= 27)
}

fn finding(part: Part, name: &str, error: &Error) -> DeviceFinding {
    let problem = match error {
        Error::UnknownModel | Error::PinNotAvailable(_) => DeviceProblem::Missing,
        Error::PinUsed(_) => DeviceProblem::Busy,
        Error::PermissionDenied(_) => DeviceProblem::NotPermitted,
        Error::Io(error) => DeviceProblem::of(error),
        Error::ThreadPanic => DeviceProblem::Broken,
    };
    DeviceFinding::new(part, name, problem, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::{bcm_number, led};
    use crate::board::LedWiring;
    use crate::findings::DeviceProblem;

    #[test]
    fn only_lines_of_the_header_are_taken() {
        assert_eq!(bcm_number("GPIO17"), Some(17));
        assert_eq!(bcm_number("GPIO40"), None);
        assert_eq!(bcm_number("17"), None);
    }

    #[test]
    fn a_wrong_line_name_says_what_is_allowed() {
        let wiring = LedWiring { name: "call".into(), gpio: Some("PQ.05".into()), active_low: false };
        let Err(finding) = led(&wiring) else { panic!("opened a line that does not exist") };
        assert_eq!(finding.problem, DeviceProblem::Unsupported);
        assert!(finding.detail.contains("GPIO0 to GPIO27"), "{}", finding.detail);
    }
}
