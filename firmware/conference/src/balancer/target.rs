//! What one balance wants (spec section 7.2).

use super::bitrate;
use crate::api::Encoding;
use crate::catalogue::MainCamCommand;
use crate::resolution::{self, Resolution, UNSCALED};

/// As little as possible, in thousandths.
const PAUSED: u32 = 200_000;

/// What the server last wanted of the camera picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Whatever its own size allows: nothing asked yet, resumed, unknown, or a size that cannot be read.
    #[default]
    Free,
    /// As little as possible.
    Paused,
    /// No larger than this.
    AtMost(Resolution),
}

impl Wanted {
    /// Unlike the vendor's client, a malformed size is no size, and only sizes of pictures count.
    pub(super) fn of(main_cam: Option<MainCamCommand>, size: Option<&str>) -> Self {
        match main_cam {
            Some(MainCamCommand::PauseMainCam) => Self::Paused,
            Some(MainCamCommand::MaxMainCamResolution) => {
                size.and_then(|size| size.parse().ok()).map_or(Self::Free, Self::AtMost)
            }
            Some(MainCamCommand::ResumeMainCam) | None => Self::Free,
        }
    }
}

/// The encoding for a camera picture of this size in this codec. Never says what gives way first: that was decided when
/// the call began.
pub(super) fn encoding(wanted: Wanted, size: Option<Resolution>, limit: Option<Resolution>, codec: &str) -> Encoding {
    let (scale, rate) = match wanted {
        Wanted::Free => {
            let scale = resolution::cap(size, limit, Encoding::default()).scale_down_millis.unwrap_or(UNSCALED);
            let width = size.map(|size| u64::from(size.width()) * 1_000_000 / u64::from(scale));
            (scale, bitrate::of_width(width))
        }
        Wanted::Paused => (PAUSED, bitrate::MINIMUM),
        Wanted::AtMost(most) => {
            let scale = size.map_or(UNSCALED, |size| size.scale_to(most));
            (scale, bitrate::of_width(Some(u64::from(most.width()) * 1000)))
        }
    };
    Encoding {
        max_bitrate: Some(bitrate::with_codec(rate, codec)),
        scale_down_millis: Some(scale),
        max_framerate: None,
        hint: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(text: &str) -> Option<Resolution> {
        text.parse().ok()
    }

    fn balanced(wanted: Wanted, own: Option<Resolution>, limit: Option<Resolution>, codec: &str) -> (u32, u32) {
        let encoding = encoding(wanted, own, limit, codec);
        (encoding.scale_down_millis.unwrap(), encoding.max_bitrate.unwrap())
    }

    fn at_most(text: &str) -> Wanted {
        Wanted::of(Some(MainCamCommand::MaxMainCamResolution), Some(text))
    }

    #[test]
    fn a_free_picture_gets_what_its_width_asks_for() {
        assert_eq!(balanced(Wanted::Free, size("1920x1080"), None, "video/VP8"), (1000, 2_000_000));
        assert_eq!(balanced(Wanted::Free, size("1024x768"), None, "video/H264"), (1000, 1_000_000));
        assert_eq!(balanced(Wanted::Free, size("1024x768"), None, "video/AV1"), (1000, 600_000));
        assert_eq!(balanced(Wanted::Free, None, size("640x360"), "video/AV1"), (1000, 2_400_000));
    }

    #[test]
    fn a_free_picture_larger_than_the_limit_is_scaled_to_it_and_gets_the_bits_of_the_limit() {
        assert_eq!(balanced(Wanted::Free, size("1920x1080"), size("1280x720"), ""), (1500, 1_000_000));
        assert_eq!(balanced(Wanted::Free, size("640x360"), size("1280x720"), ""), (1000, 500_000));
    }

    #[test]
    fn a_paused_camera_sends_as_little_as_possible() {
        let paused = Wanted::of(Some(MainCamCommand::PauseMainCam), None);
        assert_eq!(balanced(paused, size("1920x1080"), None, "video/VP8"), (200_000, 60_000));
        assert_eq!(balanced(paused, None, None, "video/AV1"), (200_000, 36_000));
    }

    #[test]
    fn a_wanted_size_sets_scale_and_bits_by_its_width() {
        assert_eq!(balanced(at_most("640x480"), size("1920x1080"), None, ""), (3000, 500_000));
        assert_eq!(balanced(at_most("1920x1080"), size("640x480"), None, ""), (1000, 2_000_000));
        assert_eq!(balanced(at_most("320x240"), None, None, "video/av1"), (1000, 192_000));
    }

    #[test]
    fn a_wanted_size_that_cannot_be_read_leaves_the_picture_free() {
        for text in ["", "640x", "x480", "640", "0x0", "axb"] {
            assert_eq!(at_most(text), Wanted::Free, "{text}");
        }
        assert_eq!(Wanted::of(Some(MainCamCommand::MaxMainCamResolution), None), Wanted::Free);
        assert_eq!(Wanted::of(Some(MainCamCommand::ResumeMainCam), Some("1x1")), Wanted::Free);
        assert_eq!(Wanted::of(None, Some("640x480")), Wanted::Free);
    }

    #[test]
    fn what_gives_way_first_is_never_touched() {
        for wanted in [Wanted::Free, Wanted::Paused, at_most("640x480")] {
            assert_eq!(encoding(wanted, size("1920x1080"), None, "").hint, None);
        }
    }
}
