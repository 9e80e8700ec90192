//! The composed picture and the display that shows it.

use roombox_hal::board::ScreenWiring;

use super::{Chain, Element, PictureSize};
use crate::error::MediaError;

/// A compositor that waits `latency` nanoseconds for a late picture; its own leave at `out`.
pub(crate) fn composing(latency: u64, picture: PictureSize) -> Chain {
    let mix = Element::new("compositor").named("mix").set("background", "black").set("latency", latency);
    let out =
        Element::new("appsink").named("out").set_all(&[("wait-on-eos", "false"), ("enable-last-sample", "false")]);
    Chain::new().to(mix).caps(picture.caps()).to(out.set("max-buffers", 2).set("drop", true).set("sync", false))
}

/// The way of the self view into the compositor, `rate` frames a second at most.
pub(crate) fn self_view(rate: i32) -> Chain {
    Chain::new()
        .to(Element::new("videorate").named("own_rate").set("drop-only", true).set("max-rate", rate))
        .to(Element::new("videoscale"))
        .to(Element::new("capsfilter").named("own_size"))
}

/// From composed pictures to the display; `None` where there is none. Without a word in the board file it is KMS.
pub(crate) fn display(wiring: &ScreenWiring) -> Result<Option<Chain>, MediaError> {
    let chain = Chain::new().to(Element::new("videoconvert").named("first"));
    match wiring.output.as_deref() {
        None | Some("kms") => Ok(Some(kms(chain, wiring))),
        Some("window") => Ok(Some(chain.to(Element::new("autovideosink")))),
        Some("none") => Ok(None),
        Some(other) => Err(MediaError::BadSetting(format!("screen output {other:?} is unknown: kms, window or none"))),
    }
}

/// A screen that takes nothing.
pub(crate) fn nowhere() -> Chain {
    Chain::new().to(Element::new("identity")).to(Element::new("fakesink").set("async", false))
}

fn kms(chain: Chain, wiring: &ScreenWiring) -> Chain {
    let element = wiring.kms_element.as_deref().unwrap_or("kmssink");
    let sink = Element::new(element).set("enable-last-sample", false);
    match element {
        "kmssink" => {
            let sink = wiring.kms_driver.iter().fold(sink, |sink, driver| sink.set("driver-name", driver));
            let sink = wiring.kms_connector.iter().fold(sink, |sink, connector| sink.set("connector-id", connector));
            chain.to(wiring.kms_plane.iter().fold(sink, |sink, plane| sink.set("plane-id", plane)))
        }
        // It takes pictures in the video processor's own memory only.
        "nvdrmvideosink" => chain.to(Element::new("nvvidconv")).caps("video/x-raw(memory:NVMM),format=NV12").to(sink),
        _ => chain.to(sink),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connector_and_plane_are_those_of_the_board_file() {
        let wiring = ScreenWiring {
            kms_driver: Some("vc4".into()),
            kms_connector: Some(33),
            kms_plane: Some(101),
            ..ScreenWiring::default()
        };
        let text = display(&wiring).unwrap().unwrap().to_string();
        let expected = "kmssink enable-last-sample=false driver-name=vc4 connector-id=33 plane-id=101";
        assert_eq!(text, format!("videoconvert name=first ! {expected}"));
    }
}
