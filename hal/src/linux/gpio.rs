//! Buttons and lights on the kernel's GPIO character device.

use std::path::PathBuf;
use std::time::Duration;

use gpiocdev::line::{Bias, EdgeDetection, EdgeKind, Offset, Value};
use gpiocdev::{Error, Request};
use tokio::io::unix::AsyncFd;
use tokio::sync::mpsc;

use super::{Output, Task, clock, player};
use crate::board::{Board, Button, LedWiring};
use crate::buttons::{Debounce, Press};
use crate::facts::GpioChip;
use crate::findings::{DeviceFinding, DeviceProblem, Part};
use crate::leds::Led;

/// Name other programs see as the user of our lines.
const CONSUMER: &str = "roombox";

/// A button on the line its wiring names, and the task that waits for it.
pub(super) fn button(button: &Button, presses: mpsc::Sender<Press>) -> Result<Task, DeviceFinding> {
    let spec = button.gpio.as_deref().unwrap_or_default();
    let (chip, line) = find_line(Part::Button, &button.name, spec)?;
    let mut builder = Request::builder();
    builder.with_consumer(CONSUMER).on_chip(chip).with_line(line).as_input();
    builder.with_edge_detection(EdgeDetection::BothEdges);
    if button.active_low {
        builder.as_active_low().with_bias(Bias::PullUp);
    } else {
        builder.with_bias(Bias::PullDown);
    }
    let request = builder.request().map_err(|error| finding(Part::Button, &button.name, spec, &error))?;
    Ok(Box::pin(watch(button.clone(), request, presses)))
}

async fn watch(button: Button, request: Request, presses: mpsc::Sender<Press>) {
    let mut debounce = Debounce::new(Duration::from_millis(button.debounce_ms.into()));
    let waiting = async {
        // SAFETY: the request owns its descriptor, and it is neither replaced nor closed while `line` holds it.
        #[allow(unsafe_code, reason = "waiting for a descriptor")]
        let line = unsafe { AsyncFd::register(request) }?;
        loop {
            let mut ready = line.readable().await?;
            while line.get_ref().has_edge_event().map_err(std::io::Error::other)? {
                let event = line.get_ref().read_edge_event().map_err(std::io::Error::other)?;
                let at = Duration::from_nanos(event.timestamp_ns);
                // With an active-low line the kernel swaps the edges: rising always means pressed.
                if debounce.edge(event.kind == EdgeKind::Rising, at) {
                    let press =
                        Press { button: button.name.clone(), action: button.action, at: clock::from_monotonic(at) };
                    // A reader that is 64 presses behind has lost the person; this press would only surprise.
                    presses.try_send(press).ok();
                }
            }
            ready.clear_ready();
        }
    };
    let ended: std::io::Result<()> = tokio::select! {
        ended = waiting => ended,
        () = presses.closed() => Ok(()),
    };
    if let Err(error) = ended {
        tracing::error!("button {}: {error}", button.name);
    }
}

/// A light on the line its wiring names, and the task that plays it.
pub(super) fn led(wiring: &LedWiring) -> Result<(Box<dyn Led>, Task), DeviceFinding> {
    let Some(spec) = wiring.gpio.as_deref() else {
        let detail = format!("the light {} names no GPIO line", wiring.name);
        return Err(DeviceFinding::new(Part::Led, &wiring.name, DeviceProblem::Unsupported, detail));
    };
    let (chip, line) = find_line(Part::Led, &wiring.name, spec)?;
    let mut builder = Request::builder();
    builder.with_consumer(CONSUMER).on_chip(chip).with_line(line);
    if wiring.active_low {
        builder.as_active_low();
    }
    let opened = builder.as_output(Value::Inactive).request();
    let request = opened.map_err(|error| finding(Part::Led, &wiring.name, spec, &error))?;
    Ok(player(&wiring.name, Line(request)))
}

struct Line(Request);

impl Output for Line {
    fn set(&mut self, on: bool) -> Result<(), String> {
        let value = if on { Value::Active } else { Value::Inactive };
        self.0.set_lone_value(value).map_err(|error| error.to_string())
    }
}

/// Finds `gpiochipN:LINE` or a line by name.
fn find_line(part: Part, name: &str, spec: &str) -> Result<(PathBuf, Offset), DeviceFinding> {
    if let Some((chip, line)) = spec.split_once(':') {
        let line = line.parse().map_err(|_| {
            let detail = format!("{spec:?} is no GPIO line; allowed: gpiochipN:LINE or a line name");
            DeviceFinding::new(part, name, DeviceProblem::Unsupported, detail)
        })?;
        return Ok((PathBuf::from("/dev").join(chip), line));
    }
    let mut lines = gpiocdev::lines().map_err(|error| finding(part, name, spec, &error))?;
    lines.find(|line| line.info.name == spec).map(|line| (line.chip, line.info.offset)).ok_or_else(|| {
        let detail = format!("no GPIO chip has a line {spec}");
        DeviceFinding::new(part, name, DeviceProblem::Missing, detail)
    })
}

/// Lines that the board names and no chip has.
pub(super) fn missing_lines(board: &Board) -> Vec<DeviceFinding> {
    let buttons = board.buttons.iter().map(|button| (Part::Button, &button.name, button.gpio.as_deref()));
    let leds = board.leds.iter().map(|led| (Part::Led, &led.name, led.gpio.as_deref()));
    let find = |(part, name, spec): (Part, &String, Option<&str>)| find_line(part, name, spec?).err();
    buttons.chain(leds).filter_map(find).collect()
}

/// Every chip that may be opened.
pub(super) fn chips() -> Vec<GpioChip> {
    let paths = gpiocdev::chip::chips().unwrap_or_default();
    let info = |path: PathBuf| gpiocdev::chip::Chip::from_path(path).ok()?.info().ok();
    let chips = paths.into_iter().filter_map(info);
    chips.map(|chip| GpioChip { name: chip.name, label: chip.label, lines: chip.num_lines }).collect()
}

fn finding(part: Part, name: &str, spec: &str, error: &Error) -> DeviceFinding {
    let errno = match error {
        Error::Os(errno) | Error::Uapi(_, gpiocdev_uapi::Error::Os(errno)) => Some(errno.0),
        _ => None,
    };
    let problem = match (error, errno) {
        (_, Some(errno)) => DeviceProblem::of(&std::io::Error::from_raw_os_error(errno)),
        // The crate passes over chips it may not open.
        (Error::NoGpioChips(), None) if has_chips() => DeviceProblem::NotPermitted,
        (Error::GpioChip(..) | Error::NoGpioChips(), None) => DeviceProblem::Missing,
        (Error::AbiLimitation(..) | Error::UnsupportedAbi(..) | Error::NoAbiSupport(), None) => {
            DeviceProblem::Unsupported
        }
        _ => DeviceProblem::Broken,
    };
    DeviceFinding::new(part, name, problem, format!("GPIO line {spec}: {error}"))
}

fn has_chips() -> bool {
    let mut devices = std::fs::read_dir("/dev").into_iter().flatten().flatten();
    devices.any(|entry| entry.file_name().to_str().is_some_and(|name| name.starts_with("gpiochip")))
}
