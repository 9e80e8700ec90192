//! The SSD1306 display on an I2C bus.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use linux_embedded_hal::I2cdev;
use ssd1306::mode::{BufferedGraphicsMode, DisplayConfig};
use ssd1306::prelude::I2CInterface;
use ssd1306::rotation::DisplayRotation;
use ssd1306::size::DisplaySize128x64;
use ssd1306::{I2CDisplayInterface, Ssd1306};

use crate::board::DisplayWiring;
use crate::findings::{DeviceFinding, DeviceProblem, Part};
use crate::status_display::{DisplayError, HEIGHT, Picture, StatusDisplay, WIDTH};

/// Address of most modules (SSD1306 data sheet section 8.1.5, SA0 low).
const USUAL_ADDRESS: u8 = 0x3c;
/// Pause before a display that failed is tried again.
const RETRY: Duration = Duration::from_secs(2);

type Module = Ssd1306<I2CInterface<I2cdev>, DisplaySize128x64, BufferedGraphicsMode<DisplaySize128x64>>;

/// Opens the display and starts its thread: a full picture takes about 25 ms on a 400 kHz bus.
pub(super) fn open(wiring: &DisplayWiring) -> Result<Box<dyn StatusDisplay>, DeviceFinding> {
    let Some(bus) = wiring.i2c.as_deref() else {
        let detail = "the board file names no I2C bus (i2c = \"/dev/i2c-1\")";
        return Err(DeviceFinding::new(Part::StatusDisplay, &wiring.driver, DeviceProblem::Unsupported, detail));
    };
    // The driver crate keeps the kernel's error to itself; opening the file first tells missing from not permitted.
    if let Err(error) = std::fs::OpenOptions::new().read(true).write(true).open(bus) {
        return Err(DeviceFinding::io(Part::StatusDisplay, bus, "cannot open the I2C bus", &error));
    }
    let broken = |detail: String| DeviceFinding::new(Part::StatusDisplay, bus, DeviceProblem::Broken, detail);
    let i2c = I2cdev::new(bus).map_err(|error| broken(format!("cannot open the I2C bus: {error}")))?;
    let address = wiring.address.unwrap_or(USUAL_ADDRESS);
    let interface = I2CDisplayInterface::new_custom_address(i2c, address);
    let mut module = Ssd1306::new(interface, DisplaySize128x64, DisplayRotation::Rotate0).into_buffered_graphics_mode();
    module.init().map_err(|error| {
        let detail = format!("no display answers at address {address:#04x}: {error:?}");
        DeviceFinding::new(Part::StatusDisplay, bus, DeviceProblem::Missing, detail)
    })?;
    let slot = Arc::new(Slot::default());
    let writer = Writer { module, slot: Arc::clone(&slot), shown: None };
    let started = std::thread::Builder::new().name("status-display".into()).spawn(move || writer.run());
    started.map_err(|error| broken(format!("cannot start its thread: {error}")))?;
    Ok(Box::new(Handle(slot)))
}

/// The newest picture, between the box and the thread.
#[derive(Default)]
struct Slot {
    state: Mutex<SlotState>,
    changed: Condvar,
}

#[derive(Default)]
struct SlotState {
    picture: Option<Picture>,
    failure: Option<String>,
    closed: bool,
}

impl Slot {
    /// A panic elsewhere leaves whole values behind, so a poisoned lock is as good as any.
    fn lock(&self) -> MutexGuard<'_, SlotState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Handle(Arc<Slot>);

impl StatusDisplay for Handle {
    fn show(&mut self, picture: &Picture) -> Result<(), DisplayError> {
        let mut state = self.0.lock();
        state.picture = Some(picture.clone());
        self.0.changed.notify_one();
        state.failure.take().map_or(Ok(()), |failure| Err(DisplayError(failure)))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.changed.notify_one();
    }
}

struct Writer {
    module: Module,
    slot: Arc<Slot>,
    shown: Option<Picture>,
}

impl Writer {
    fn run(mut self) {
        while let Some(picture) = self.next() {
            if let Err(failure) = self.write(&picture) {
                self.shown = None;
                let mut state = self.slot.lock();
                state.failure = Some(failure);
                state.picture.get_or_insert(picture);
                let waited = self.slot.changed.wait_timeout_while(state, RETRY, |state| !state.closed);
                drop(waited);
            }
        }
        self.write(&Picture::default()).ok();
    }

    fn next(&self) -> Option<Picture> {
        let mut state = self.slot.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(picture) = state.picture.take() {
                return Some(picture);
            }
            state = self.slot.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Only changed pixels are touched, so that the driver sends no more than the rectangle around them.
    fn write(&mut self, picture: &Picture) -> Result<(), String> {
        let failed = |error| format!("{error:?}");
        if self.shown.is_none() {
            self.module.init().map_err(failed)?;
        }
        for (x, y) in (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y))) {
            let lit = picture.is_lit(x, y);
            if self.shown.as_ref().is_none_or(|shown| shown.is_lit(x, y) != lit) {
                self.module.set_pixel(x, y, lit);
            }
        }
        self.module.flush().map_err(failed)?;
        self.shown = Some(picture.clone());
        Ok(())
    }
}
