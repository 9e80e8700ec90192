//! The SSD1306 display on an I2C bus.

use std::time::Duration;

use linux_embedded_hal::I2cdev;
use ssd1306::mode::{BufferedGraphicsMode, DisplayConfig};
use ssd1306::prelude::I2CInterface;
use ssd1306::rotation::DisplayRotation;
use ssd1306::size::DisplaySize128x64;
use ssd1306::{I2CDisplayInterface, Ssd1306};

use super::display_writer::{self, Screen};
use crate::board::DisplayWiring;
use crate::findings::{DeviceFinding, DeviceProblem, Part};
use crate::status_display::StatusDisplay;

/// Address of most modules (SSD1306 data sheet section 8.1.5, SA0 low).
const USUAL_ADDRESS: u8 = 0x3c;
/// Pause before a display that failed is tried again.
const RETRY: Duration = Duration::from_secs(2);

type Module = Ssd1306<I2CInterface<I2cdev>, DisplaySize128x64, BufferedGraphicsMode<DisplaySize128x64>>;

/// Opens the display; a full picture takes about 25 ms on a 400 kHz bus, so a thread sends it.
pub(super) fn open(wiring: &DisplayWiring) -> Result<Box<dyn StatusDisplay>, DeviceFinding> {
    let Some(bus) = wiring.i2c.as_deref() else {
        let detail = "the board file names no I2C bus (i2c = \"/dev/i2c-1\")";
        return Err(DeviceFinding::new(Part::StatusDisplay, &wiring.driver, DeviceProblem::Unsupported, detail));
    };
    // The driver crate keeps the kernel's error to itself; opening the file first tells missing from not permitted.
    if let Err(error) = std::fs::OpenOptions::new().read(true).write(true).open(bus) {
        return Err(DeviceFinding::io(Part::StatusDisplay, bus, "cannot open the I2C bus", &error));
    }
    let i2c = I2cdev::new(bus).map_err(|error| {
        let detail = format!("cannot open the I2C bus: {error}");
        DeviceFinding::new(Part::StatusDisplay, bus, DeviceProblem::Broken, detail)
    })?;
    let address = wiring.address.unwrap_or(USUAL_ADDRESS);
    let interface = I2CDisplayInterface::new_custom_address(i2c, address);
    let mut module: Module =
        Ssd1306::new(interface, DisplaySize128x64, DisplayRotation::Rotate0).into_buffered_graphics_mode();
    Screen::init(&mut module).map_err(|error| {
        let detail = format!("no display answers at address {address:#04x}: {error}");
        DeviceFinding::new(Part::StatusDisplay, bus, DeviceProblem::Missing, detail)
    })?;
    display_writer::start(module, RETRY)
        .map_err(|error| DeviceFinding::io(Part::StatusDisplay, bus, "cannot start the thread of the display", &error))
}

impl Screen for Module {
    fn init(&mut self) -> Result<(), String> {
        DisplayConfig::init(self).map_err(|error| format!("{error:?}"))
    }

    fn set_pixel(&mut self, x: u32, y: u32, lit: bool) {
        Self::set_pixel(self, x, y, lit);
    }

    fn flush(&mut self) -> Result<(), String> {
        Self::flush(self).map_err(|error| format!("{error:?}"))
    }
}
