//! All pipelines that a board file gives.

use std::fmt::{self, Display};

use roombox_hal::{
    board::{Board, Camera, CameraSource},
    cameras::CameraMode,
};
use serde::Serialize;

use super::{Chain, PictureSize, capture, capture::Workshop, decoder, encoder, screen};
use crate::{
    codec::{Direction, listed},
    compose::mixer,
    error::MediaError,
    peer::{VIDEO, offered},
};

/// What a V4L2 camera may give, by four-character code: each leads to another pipeline.
const FORMATS: [(&str, &str); 3] = [("YUYV", "raw"), ("MJPG", "JPEG"), ("H264", "H.264")];
/// Stands for the first V4L2 camera where the board file names none.
const FIRST_CAMERA: &str = "/dev/video0";

/// What a pipeline is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// From the camera to the outgoing picture.
    Camera,
    /// From a camera that can take its place.
    OtherCamera,
    /// From the outgoing picture to RTP.
    Encoder,
    /// From RTP to the remote picture.
    Decoder,
    /// From all pictures to that of the screen.
    Compositor,
    /// From the outgoing picture to the compositor.
    SelfView,
    /// From the screen's picture to the display.
    Display,
}

/// One pipeline, or one of those that can take the same place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pipeline {
    /// What it is for.
    pub part: Part,
    /// When it is this one, in words; empty where there is no other.
    pub case: String,
    /// Its elements.
    pub chain: Chain,
}

/// A line a step, the case above.
impl Display for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = match self.part {
            Part::Camera => "camera",
            Part::OtherCamera => "other camera",
            Part::Encoder => "encoder",
            Part::Decoder => "decoder",
            Part::Compositor => "compositor",
            Part::SelfView => "self view",
            Part::Display => "display",
        };
        f.write_str(part)?;
        if !self.case.is_empty() {
            write!(f, ", {}", self.case)?;
        }
        for (index, link) in self.chain.links().iter().enumerate() {
            write!(f, "\n  {}{}", if index > 0 { "! " } else { "  " }, link)?;
        }
        Ok(())
    }
}

/// Every pipeline of a board for this picture, sent with `kbps` kbit/s at most. Of encoders and decoders the first that
/// works on the board is taken.
pub fn of_board(board: &Board, picture: PictureSize, kbps: u32) -> Result<Vec<Pipeline>, MediaError> {
    let decoders = listed(&board.codecs, "H264", Direction::Decoder);
    let h264_decoder = decoders.first().map_or("decodebin", String::as_str);
    let shop = Workshop { picture, conversion: &board.conversion, h264_decoder };
    let mut all = cameras(Part::Camera, &board.camera, shop)?;
    for camera in &board.other_cameras {
        all.extend(cameras(Part::OtherCamera, camera, shop)?);
    }
    for codec in VIDEO {
        let payload_type = payload_type(codec);
        let elements = listed(&board.codecs, codec, Direction::Encoder);
        all.extend(choices(Part::Encoder, codec, &elements, |element| {
            encoder::sending(element, codec, kbps, payload_type)
        }));
    }
    for codec in VIDEO {
        let elements = listed(&board.codecs, codec, Direction::Decoder);
        all.extend(choices(Part::Decoder, codec, &elements, |element| decoder::receiving(element, codec)));
    }
    let only = |part, chain| Pipeline { part, case: String::new(), chain };
    all.push(only(Part::Compositor, mixer::composing()));
    all.push(only(Part::SelfView, mixer::self_view()));
    all.extend(screen::display(&board.screen)?.map(|chain| only(Part::Display, chain)));
    Ok(all)
}

/// In our offers.
fn payload_type(codec: &str) -> u8 {
    offered(&[], &[codec.to_owned()]).first().map_or(0, |known| known.payload_type)
}

/// The elements of a list, as alternatives.
fn choices(part: Part, codec: &str, elements: &[String], chain: impl Fn(&str) -> Chain) -> Vec<Pipeline> {
    let of = elements.len();
    let one = |(element, number): (&String, usize)| Pipeline {
        part,
        case: format!("{codec}, choice {number} of {of}"),
        chain: chain(element),
    };
    elements.iter().zip(1..).map(one).collect()
}

fn cameras(part: Part, camera: &Camera, shop: Workshop<'_>) -> Result<Vec<Pipeline>, MediaError> {
    let device = camera.device.as_deref();
    let one = |case: &str, chain| vec![Pipeline { part, case: case.into(), chain }];
    Ok(match camera.source {
        CameraSource::V4l2 => v4l2(part, device, shop),
        CameraSource::Libcamera => one("", capture::libcamera(device, shop)),
        CameraSource::Argus => one("", capture::argus(device, shop)?),
        CameraSource::File => film(part, device.unwrap_or_default(), shop.picture),
        CameraSource::TestPicture => one("", capture::test_picture(shop.picture)),
        CameraSource::None => Vec::new(),
    })
}

fn film(part: Part, path: &str, picture: PictureSize) -> Vec<Pipeline> {
    let raw = ("of raw pictures in this format", capture::test_picture(picture));
    let any = ("any other", capture::film(path, picture));
    [raw, any].map(|(case, chain)| Pipeline { part, case: case.into(), chain }).into()
}

fn v4l2(part: Part, device: Option<&str>, shop: Workshop<'_>) -> Vec<Pipeline> {
    let PictureSize { width, height, rate } = shop.picture;
    let one = |(code, word): (&str, &str)| {
        let mode = CameraMode { format: code.into(), width, height, max_millifps: rate * 1000 };
        let chain = capture::v4l2(device.unwrap_or(FIRST_CAMERA), Some(&mode), shop);
        Pipeline { part, case: format!("when it gives {word}"), chain }
    };
    FORMATS.into_iter().map(one).collect()
}
