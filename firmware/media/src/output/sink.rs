//! The display: KMS, a window, or none.

use gst::prelude::*;
use roombox_hal::board::ScreenWiring;

use crate::error::MediaError;

/// Where the picture is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// Straight to the display, without a desktop.
    Kms { element: String, driver: Option<String> },
    /// In a window of the desktop.
    Window,
    /// Nowhere; it is composed for snapshots.
    None,
}

impl Output {
    /// From the board file; without a word there, KMS.
    pub(crate) fn of(wiring: &ScreenWiring) -> Result<Self, MediaError> {
        match wiring.output.as_deref() {
            None | Some("kms") => {
                let element = wiring.kms_element.clone().unwrap_or_else(|| "kmssink".into());
                Ok(Self::Kms { element, driver: wiring.kms_driver.clone() })
            }
            Some("window") => Ok(Self::Window),
            Some("none") => Ok(Self::None),
            Some(other) => {
                Err(MediaError::BadSetting(format!("screen output {other:?} is unknown: kms, window or none")))
            }
        }
    }

    /// For people.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Kms { .. } => "display",
            Self::Window => "window",
            Self::None => "none",
        }
    }

    /// The sink element.
    pub(crate) fn sink(&self) -> Result<gst::Element, MediaError> {
        let sink = match self {
            Self::Kms { element, driver } => {
                let sink = gst::ElementFactory::make(element).build()?;
                if let Some(driver) = driver
                    && sink.find_property("driver-name").is_some()
                {
                    sink.set_property("driver-name", driver);
                }
                sink
            }
            Self::Window => gst::ElementFactory::make("autovideosink").build()?,
            Self::None => gst::ElementFactory::make("fakesink").build()?,
        };
        if sink.find_property("enable-last-sample").is_some() {
            sink.set_property("enable-last-sample", false);
        }
        Ok(sink)
    }
}
