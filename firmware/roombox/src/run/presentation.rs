//! What can be presented, from settings and board.

use std::{collections::HashMap, time::Duration};

use roombox_hal::board::{Board, Camera, CameraSource};
use roombox_media::api::{NetworkStream, Pages, PresentationSource};
use roombox_settings::model::{PICTURE, SHARE, Settings, Source, SourceKind, TEST_CARD};

/// Every source by its name.
pub(super) fn sources(settings: &Settings, board: &Board) -> HashMap<String, PresentationSource> {
    let presentation = &settings.presentation;
    let picture = presentation.picture.as_ref().map(|path| (PICTURE.to_owned(), still(path)));
    let configured = presentation.sources.iter().map(|it| (it.name.trim().to_owned(), source(it, board)));
    let card = (TEST_CARD.to_owned(), PresentationSource::TestCard);
    let share = (SHARE.to_owned(), PresentationSource::Share);
    [card, share].into_iter().chain(picture).chain(configured).collect()
}

fn still(path: &str) -> PresentationSource {
    PresentationSource::Pages { of: Pages::Picture(path.into()), interval: None }
}

fn source(source: &Source, board: &Board) -> PresentationSource {
    let place = source.place.as_deref().unwrap_or_default();
    let interval = source.interval.map(|seconds| Duration::from_secs(seconds.into()));
    match source.kind {
        SourceKind::Capture => PresentationSource::Camera(capture(source.place.as_deref(), board)),
        SourceKind::Folder => PresentationSource::Pages { of: Pages::Folder(place.into()), interval },
        SourceKind::Pdf => PresentationSource::Pages { of: Pages::Pdf(place.into()), interval },
        SourceKind::Picture => still(place),
        SourceKind::Stream => {
            let password = source.password.as_ref().map(|password| password.reveal().to_owned());
            let login = source.user.clone().map(|user| (user, password.unwrap_or_default()));
            PresentationSource::Stream(NetworkStream { url: place.trim().to_owned(), login })
        }
    }
}

/// The named device, or the second camera of the board; a device that the board describes is opened as it says.
fn capture(device: Option<&str>, board: &Board) -> Camera {
    let described = board.other_cameras.iter().find(|camera| device.is_none() || camera.device.as_deref() == device);
    described.cloned().unwrap_or_else(|| Camera { source: CameraSource::V4l2, device: device.map(str::to_owned) })
}

#[cfg(test)]
mod tests {
    use roombox_settings::model::Secret;

    use super::*;

    fn named(kind: SourceKind, place: Option<&str>) -> Source {
        let place = place.map(str::to_owned);
        Source { name: " it ".into(), kind, place, interval: Some(5), user: None, password: None }
    }

    #[test]
    fn the_owners_picture_is_a_source_beside_the_test_card() {
        let mut settings = Settings::default();
        assert_eq!(sources(&settings, &Board::default())[TEST_CARD], PresentationSource::TestCard);
        settings.presentation.picture = Some("/slide.png".into());
        let picture = Pages::Picture("/slide.png".into());
        let expected = PresentationSource::Pages { of: picture, interval: None };
        assert_eq!(sources(&settings, &Board::default())[PICTURE], expected);
    }

    #[test]
    fn pages_turn_by_themselves_where_that_is_wished() {
        let mut settings = Settings::default();
        settings.presentation.sources = vec![named(SourceKind::Pdf, Some("/talk.pdf"))];
        let expected =
            PresentationSource::Pages { of: Pages::Pdf("/talk.pdf".into()), interval: Some(Duration::from_secs(5)) };
        assert_eq!(sources(&settings, &Board::default())["it"], expected);
    }

    #[test]
    fn a_capture_device_without_a_place_is_the_second_camera_of_the_board() {
        let second = Camera { source: CameraSource::TestPicture, device: Some("9".into()) };
        let board = Board { other_cameras: vec![second.clone()], ..Board::default() };
        assert_eq!(capture(None, &board), second);
        assert_eq!(capture(Some("9"), &board), second);
        let other = Camera { source: CameraSource::V4l2, device: Some("/dev/video4".into()) };
        assert_eq!(capture(Some("/dev/video4"), &board), other);
    }

    #[test]
    fn the_password_of_a_stream_is_not_in_its_name() {
        let mut stream = named(SourceKind::Stream, Some("rtsp://10.0.0.7/screen"));
        (stream.user, stream.password) = (Some("room".into()), Some(Secret::new("geheim")));
        let stream = source(&stream, &Board::default());
        assert!(!format!("{stream:?}").contains("geheim"), "{stream:?}");
        let login = Some(("room".to_owned(), "geheim".to_owned()));
        assert_eq!(stream, PresentationSource::Stream(NetworkStream { url: "rtsp://10.0.0.7/screen".into(), login }));
    }
}
