//! V4L2 cameras. The four queries are made here, as the `v4l` crate panics on names that are not UTF-8 and on types it
//! does not know.
#![allow(unsafe_code, reason = "a V4L2 query is an ioctl on a C structure with unions")]

use std::ffi::c_ulong;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

use v4l::v4l_sys::{
    V4L2_CAP_DEVICE_CAPS, V4L2_CAP_VIDEO_CAPTURE, v4l2_buf_type_V4L2_BUF_TYPE_VIDEO_CAPTURE as CAPTURE,
    v4l2_capability, v4l2_fmtdesc, v4l2_frmivalenum, v4l2_frmivaltypes_V4L2_FRMIVAL_TYPE_DISCRETE as INTERVAL_DISCRETE,
    v4l2_frmsizeenum, v4l2_frmsizetypes_V4L2_FRMSIZE_TYPE_DISCRETE as SIZE_DISCRETE,
};
use v4l::v4l2::vidioc;

use crate::cameras::{CameraInfo, CameraMode};

/// Drivers whose capture nodes give raw sensor data or belong to a codec or image processor of the board: no cameras to
/// be opened directly.
const NOT_CAMERAS: [&str; 6] = ["bcm2835-isp", "pispbe", "rp1-cfe", "tegra-video", "unicam", "bcm2835-codec"];

/// Ends an enumeration of a driver that never says it is over.
const MOST_ENTRIES: u32 = 128;

/// Every camera of the machine, lowest node first.
pub fn cameras() -> Vec<CameraInfo> {
    let mut nodes: Vec<(u32, PathBuf)> = std::fs::read_dir("/dev")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.strip_prefix("video")?.parse().ok()?, entry.path())))
        .collect();
    nodes.sort();
    nodes.iter().filter_map(|(_, path)| camera(path)).collect()
}

fn camera(path: &Path) -> Option<CameraInfo> {
    let file = File::options().read(true).write(true).open(path).ok()?;
    let capability: v4l2_capability = ask(&file, vidioc::VIDIOC_QUERYCAP, |_| {})?;
    let has_device_caps = capability.capabilities & V4L2_CAP_DEVICE_CAPS != 0;
    let abilities = if has_device_caps { capability.device_caps } else { capability.capabilities };
    let driver = text(&capability.driver);
    if abilities & V4L2_CAP_VIDEO_CAPTURE == 0 || NOT_CAMERAS.contains(&driver.as_str()) {
        return None;
    }
    let (name, bus) = (text(&capability.card), text(&capability.bus_info));
    Some(CameraInfo { device: path.display().to_string(), name, driver, bus, modes: modes(&file) })
}

fn modes(file: &File) -> Vec<CameraMode> {
    let formats = (0..MOST_ENTRIES).map_while(|index| {
        ask(file, vidioc::VIDIOC_ENUM_FMT, |format: &mut v4l2_fmtdesc| {
            format.index = index;
            format.type_ = CAPTURE;
        })
    });
    formats.flat_map(|format| sizes(file, format.pixelformat)).collect()
}

fn sizes(file: &File, format: u32) -> Vec<CameraMode> {
    let sizes = (0..MOST_ENTRIES).map_while(|index| {
        ask(file, vidioc::VIDIOC_ENUM_FRAMESIZES, |size: &mut v4l2_frmsizeenum| {
            size.index = index;
            size.pixel_format = format;
        })
    });
    let mode = |size: v4l2_frmsizeenum| {
        let (width, height) = largest(&size);
        let format_name = text(&format.to_le_bytes());
        CameraMode { format: format_name, width, height, max_millifps: rate(file, format, width, height) }
    };
    sizes.map(mode).collect()
}

/// The size itself, or the largest of a range.
fn largest(size: &v4l2_frmsizeenum) -> (u32, u32) {
    // SAFETY: both members of the union are plain integers, and `type_` tells which one the kernel filled.
    unsafe {
        if size.type_ == SIZE_DISCRETE {
            (size.__bindgen_anon_1.discrete.width, size.__bindgen_anon_1.discrete.height)
        } else {
            (size.__bindgen_anon_1.stepwise.max_width, size.__bindgen_anon_1.stepwise.max_height)
        }
    }
}

fn rate(file: &File, format: u32, width: u32, height: u32) -> u32 {
    let intervals = (0..MOST_ENTRIES).map_while(|index| {
        ask(file, vidioc::VIDIOC_ENUM_FRAMEINTERVALS, |interval: &mut v4l2_frmivalenum| {
            interval.index = index;
            interval.pixel_format = format;
            interval.width = width;
            interval.height = height;
        })
    });
    intervals.map(|interval| shortest(&interval)).max().unwrap_or(0)
}

/// Frames per 1000 seconds of an interval, or of the shortest of a range.
fn shortest(interval: &v4l2_frmivalenum) -> u32 {
    // SAFETY: both members of the union are plain integers, and `type_` tells which one the kernel filled.
    let fraction = unsafe {
        if interval.type_ == INTERVAL_DISCRETE {
            interval.__bindgen_anon_1.discrete
        } else {
            interval.__bindgen_anon_1.stepwise.min
        }
    };
    let millifps = u64::from(fraction.denominator) * 1000 / u64::from(fraction.numerator.max(1));
    u32::try_from(millifps).unwrap_or(u32::MAX)
}

/// One query; none when the driver refuses, which is also how an enumeration ends.
fn ask<T>(file: &File, request: c_ulong, prepare: impl FnOnce(&mut T)) -> Option<T> {
    // SAFETY: every T used here is a plain C structure of integers, arrays and unions of them, for which zero is valid.
    let mut argument: T = unsafe { std::mem::zeroed() };
    prepare(&mut argument);
    let pointer = std::ptr::from_mut(&mut argument).cast();
    // SAFETY: the descriptor is open, and `argument` is the structure this request reads and writes.
    unsafe { v4l::v4l2::ioctl(file.as_raw_fd(), request, pointer) }.ok().map(|()| argument)
}

/// Text of a C array up to its first zero; bytes that are not UTF-8 are replaced.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{shortest, text};

    #[test]
    fn a_name_cut_inside_a_character_is_still_a_name() {
        assert_eq!(text(b"Kamera \xc3\0garbage"), "Kamera \u{fffd}");
    }

    #[test]
    fn a_zero_interval_is_no_division_by_zero() {
        // SAFETY: a plain C structure, for which zero is valid.
        let interval = unsafe { std::mem::zeroed() };
        assert_eq!(shortest(&interval), 0);
    }

    #[test]
    fn looking_for_cameras_never_fails() {
        for camera in super::cameras() {
            assert!(camera.device.starts_with("/dev/video"));
        }
    }
}
