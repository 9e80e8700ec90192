//! Which of a camera's modes fits the outgoing picture best.

use std::cmp::Reverse;

use roombox_hal::cameras::CameraMode;

/// Frame rates are told in frames per 1000 s; 29.97 counts as 30.
const RATE_TOLERANCE: u32 = 990;

/// The mode to open the camera in for a picture of `width`, `height`, `rate`; `None` when it tells of none that can be
/// decoded here.
///
/// In this order: fast enough, large enough, no larger than needed, cheapest to decode (raw, then JPEG, then H.264).
pub(crate) fn choose(modes: &[CameraMode], (width, height, rate): (u32, u32, u32)) -> Option<CameraMode> {
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

/// Caps of a mode and the decoding elements behind them, as pipeline text.
pub(crate) fn caps(mode: &CameraMode) -> (String, &'static str) {
    let size = format!("width={},height={}", mode.width, mode.height);
    match mode.format.as_str() {
        "MJPG" | "JPEG" => (format!("image/jpeg,{size}"), "jpegdec"),
        "H264" => (format!("video/x-h264,{size}"), "h264parse ! decodebin"),
        raw => (format!("video/x-raw,format={},{size}", raw_name(raw).unwrap_or("I420")), "identity"),
    }
}

/// Can every frame of this mode be decoded without those before it?
pub(crate) fn stands_alone(mode: &CameraMode) -> bool {
    mode.format != "H264"
}

/// Work per frame to get a raw picture, in steps; `None` for formats that cannot be used.
fn effort(format: &str) -> Option<u8> {
    match format {
        "MJPG" | "JPEG" => Some(1),
        "H264" => Some(2),
        raw => raw_name(raw).map(|_| 0),
    }
}

/// `GStreamer`'s name of a V4L2 raw format.
fn raw_name(format: &str) -> Option<&'static str> {
    match format {
        "YU12" => Some("I420"),
        "YV12" => Some("YV12"),
        "NV12" => Some("NV12"),
        "YUYV" => Some("YUY2"),
        "UYVY" => Some("UYVY"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(choose(&modes, (1280, 720, 30)), Some(mode("MJPG", 1280, 720, 30)));
    }

    #[test]
    fn raw_is_taken_where_it_is_fast_enough() {
        let modes = [mode("MJPG", 1280, 720, 30), mode("NV12", 1280, 720, 30)];
        assert_eq!(choose(&modes, (1280, 720, 30)), Some(mode("NV12", 1280, 720, 30)));
    }

    #[test]
    fn a_camera_that_is_too_small_gives_its_largest_picture() {
        let modes = [mode("YUYV", 320, 240, 30), mode("YUYV", 640, 480, 30)];
        assert_eq!(choose(&modes, (1280, 720, 30)), Some(mode("YUYV", 640, 480, 30)));
    }

    #[test]
    fn formats_that_cannot_be_decoded_are_left_out() {
        assert_eq!(choose(&[mode("GREY", 1280, 720, 30)], (1280, 720, 30)), None);
    }

    #[test]
    fn a_rate_of_29_97_counts_as_30() {
        let ntsc = CameraMode { max_millifps: 29_970, ..mode("NV12", 1280, 720, 0) };
        assert_eq!(choose(&[mode("MJPG", 1280, 720, 60), ntsc.clone()], (1280, 720, 30)), Some(ntsc));
    }
}
