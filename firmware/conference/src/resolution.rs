//! Sizes of pictures, and by how much one is scaled down to fit (spec sections 7.3 and 7.4).

use std::fmt;
use std::str::FromStr;

use crate::api::Encoding;

/// Largest width or height that means anything, in pixels.
const LARGEST: u32 = 16_384;
/// Not scaled, in thousandths.
pub(crate) const UNSCALED: u32 = 1000;

/// A size in pixels, `{width}x{height}` in text; each 1..=16384.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolution {
    width: u32,
    height: u32,
}

/// Not a size of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a resolution is {{width}}x{{height}}, each 1 to 16384")]
pub struct NotAResolution;

impl Resolution {
    /// Each 1..=16384, else nothing.
    pub fn new(width: u32, height: u32) -> Option<Self> {
        let good = |side| (1..=LARGEST).contains(&side);
        (good(width) && good(height)).then_some(Self { width, height })
    }

    /// In pixels.
    pub const fn width(self) -> u32 {
        self.width
    }

    /// In pixels.
    pub const fn height(self) -> u32 {
        self.height
    }

    /// By how much (thousandths, never less than 1000) this has to be scaled down to fit into `target`; rounded up, so
    /// that the result is never larger than asked.
    pub fn scale_to(self, target: Self) -> u32 {
        let ratio = |own: u32, wanted: u32| (own * UNSCALED).div_ceil(wanted);
        ratio(self.width, target.width).max(ratio(self.height, target.height)).max(UNSCALED)
    }
}

impl FromStr for Resolution {
    type Err = NotAResolution;

    fn from_str(text: &str) -> Result<Self, NotAResolution> {
        let (width, height) = text.trim().split_once(['x', 'X']).ok_or(NotAResolution)?;
        let side = |text: &str| if text.starts_with('+') { None } else { text.parse().ok() };
        Self::new(side(width).ok_or(NotAResolution)?, side(height).ok_or(NotAResolution)?).ok_or(NotAResolution)
    }
}

impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// Keeps a stream of this size within the limit (spec section 7.4): a picture that is not larger goes out unscaled, even
/// where `wish` would scale it; a larger one is scaled down, by more where `wish` says so. Without a limit nothing changes.
pub(crate) fn cap(size: Option<Resolution>, limit: Option<Resolution>, wish: Encoding) -> Encoding {
    let (Some(size), Some(limit)) = (size, limit) else { return wish };
    let needed = size.scale_to(limit);
    let scale = if needed == UNSCALED { UNSCALED } else { wish.scale_down_millis.unwrap_or(UNSCALED).max(needed) };
    Encoding { scale_down_millis: Some(scale), ..wish }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(text: &str) -> Resolution {
        text.parse().unwrap()
    }

    #[test]
    fn a_resolution_that_makes_no_picture_is_refused() {
        for text in
            ["", "x", "1280x", "x720", "1280", "0x0", "1280x0", "-1x720", "1280x720x3", "NaNxNaN", "99999x720", "+1x1"]
        {
            assert_eq!(text.parse::<Resolution>(), Err(NotAResolution), "{text}");
        }
        assert_eq!(size("1280X720"), size(" 1280x720 "));
        assert_eq!(size("1280x720").to_string(), "1280x720");
    }

    #[test]
    fn the_side_that_is_too_large_decides_and_nothing_is_scaled_up() {
        assert_eq!(size("1920x1080").scale_to(size("1280x720")), 1500);
        assert_eq!(size("1280x1024").scale_to(size("1280x720")), 1423);
        assert_eq!(size("640x480").scale_to(size("1920x1080")), 1000);
        assert_eq!(size("16384x1").scale_to(size("1x1")), 16_384_000);
    }

    #[test]
    fn a_limit_is_kept_by_the_larger_scale_and_overrides_the_scale_of_a_small_picture() {
        let limit = Some(size("1280x720"));
        let wish = |scale| Encoding { scale_down_millis: scale, max_bitrate: Some(5), ..Encoding::default() };
        let scale = |own: &str, asked| cap(Some(size(own)), limit, wish(asked)).scale_down_millis;
        assert_eq!(scale("1920x1080", None), Some(1500));
        assert_eq!(scale("1920x1080", Some(4000)), Some(4000));
        assert_eq!(scale("1280x720", Some(4000)), Some(1000));
        assert_eq!(cap(Some(size("1920x1080")), None, wish(Some(4000))), wish(Some(4000)));
        assert_eq!(cap(None, limit, wish(None)), wish(None));
    }
}
