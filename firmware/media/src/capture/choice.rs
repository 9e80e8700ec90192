//! Which camera comes after which.

use roombox_hal::board::{Camera, CameraSource};

/// The camera that takes the place of `present`: the next of those configured. Where only "any V4L2 camera" is, it is the
/// next of those `connected`. The same again where there is no other.
pub(super) fn next(configured: &[Camera], present: &Camera, connected: impl FnOnce() -> Vec<String>) -> Option<Camera> {
    let all: Vec<Camera> = match configured {
        [Camera { source: CameraSource::V4l2, device: None }] => {
            let one = |device| Camera { source: CameraSource::V4l2, device: Some(device) };
            connected().into_iter().map(one).collect()
        }
        several => several.iter().filter(|camera| camera.source != CameraSource::None).cloned().collect(),
    };
    // A camera that stands in no list is the first V4L2 one.
    let at = all.iter().position(|camera| camera == present).unwrap_or(0);
    let next = all.get((at + 1) % all.len().max(1)).cloned();
    next.or_else(|| (present.source != CameraSource::None).then(|| present.clone()))
}

/// Both are the same device: one must be closed before the other can be opened.
pub(super) fn is_same(a: &Camera, b: &Camera) -> bool {
    let any = |camera: &Camera| camera.source == CameraSource::V4l2 && camera.device.is_none();
    a == b || (a.source == b.source && (any(a) || any(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v4l2(device: Option<&str>) -> Camera {
        Camera { source: CameraSource::V4l2, device: device.map(str::to_owned) }
    }

    fn plugged(devices: &[&str]) -> impl FnOnce() -> Vec<String> {
        let devices: Vec<String> = devices.iter().map(ToString::to_string).collect();
        || devices
    }

    #[test]
    fn configured_cameras_go_round() {
        let all = [v4l2(Some("a")), v4l2(Some("b")), v4l2(Some("c"))];
        assert_eq!(next(&all, &all[0], plugged(&[])), Some(all[1].clone()));
        assert_eq!(next(&all, &all[2], plugged(&[])), Some(all[0].clone()));
    }

    #[test]
    fn a_single_camera_follows_itself() {
        let one = [v4l2(Some("a"))];
        assert_eq!(next(&one, &one[0], plugged(&["b"])), Some(one[0].clone()));
        let none = [Camera { source: CameraSource::None, device: None }];
        assert_eq!(next(&none, &none[0], plugged(&[])), None);
    }

    #[test]
    fn where_any_camera_will_do_the_connected_ones_go_round() {
        let any = [v4l2(None)];
        let second = next(&any, &any[0], plugged(&["/dev/video0", "/dev/video2"]));
        assert_eq!(second, Some(v4l2(Some("/dev/video2"))));
        assert_eq!(
            next(&any, &second.unwrap(), plugged(&["/dev/video0", "/dev/video2"])),
            Some(v4l2(Some("/dev/video0")))
        );
        assert_eq!(next(&any, &any[0], plugged(&[])), Some(v4l2(None)));
    }

    #[test]
    fn the_first_camera_may_be_the_one_that_is_named() {
        assert!(is_same(&v4l2(None), &v4l2(Some("/dev/video0"))) && !is_same(&v4l2(Some("a")), &v4l2(Some("b"))));
    }
}
