//! Which of a camera's modes fits the outgoing picture best.

use std::cmp::Reverse;

use roombox_hal::cameras::CameraMode;

use crate::pipelines::{PictureSize, capture::raw_name};

/// Frame rates are told in frames per 1000 s; 29.97 counts as 30.
const RATE_TOLERANCE: u32 = 990;

/// The mode to open the camera in for this picture; `None` when it tells of none that can be decoded here.
///
/// In this order: fast enough, large enough, no larger than needed, cheapest to decode (raw, then JPEG, then H.264).
pub(crate) fn choose(modes: &[CameraMode], PictureSize { width, height, rate }: PictureSize) -> Option<CameraMode> {
    let usable = modes.iter().filter(|mode| effort(&mode.format).is_some());
    let order = |mode: &&CameraMode| {
        let slow = mode.max_millifps != 0 && mode.max_millifps < rate * RATE_TOLERANCE;
        let small = mode.width < width || mode.height < height;
        let area = i64::from(mode.width) * i64::from(mode.height);
        let size = if small { -area } else { area };
        (slow, small, size, effort(&mode.format), Reverse(mode.max_millifps))
    };
    usable.min_by_key(order).cloned()
}

/// Work per frame to get a raw picture, in steps; `None` for formats that cannot be used.
fn effort(format: &str) -> Option<u8> {
    match format {
        "MJPG" | "JPEG" => Some(1),
        "H264" => Some(2),
        raw => raw_name(raw).map(|_| 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HD: PictureSize = PictureSize { width: 1280, height: 720, rate: 30 };

    fn mode(format: &str, width: u32, height: u32, fps: u32) -> CameraMode {
        CameraMode { format: format.into(), width, height, max_millifps: fps * 1000 }
    }

    #[test]
    fn a_usb_camera_whose_raw_mode_is_slow_is_opened_as_jpeg() {
        let modes = [
            mode("YUYV", 640, 480, 30),
            mode("YUYV", 1280, 720, 10),
            mode("MJPG", 1280, 720, 30),
            mode("MJPG", 1920, 1080, 30),
        ];
        assert_eq!(choose(&modes, HD), Some(mode("MJPG", 1280, 720, 30)));
    }

    #[test]
    fn raw_is_taken_where_it_is_fast_enough() {
        let modes = [mode("MJPG", 1280, 720, 30), mode("NV12", 1280, 720, 30)];
        assert_eq!(choose(&modes, HD), Some(mode("NV12", 1280, 720, 30)));
    }

    #[test]
    fn a_camera_that_is_too_small_gives_its_largest_picture() {
        let modes = [mode("YUYV", 320, 240, 30), mode("YUYV", 640, 480, 30)];
        assert_eq!(choose(&modes, HD), Some(mode("YUYV", 640, 480, 30)));
    }

    #[test]
    fn formats_that_cannot_be_decoded_are_left_out() {
        assert_eq!(choose(&[mode("GREY", 1280, 720, 30)], HD), None);
    }

    #[test]
    fn a_rate_of_29_97_counts_as_30() {
        let ntsc = CameraMode { max_millifps: 29_970, ..mode("NV12", 1280, 720, 0) };
        assert_eq!(choose(&[mode("MJPG", 1280, 720, 60), ntsc.clone()], HD), Some(ntsc));
    }
}
