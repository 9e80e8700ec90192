//! The tables of bit rates and scales, row by row as they stand in the protocol description (spec sections 7.2 to 7.4).

use roombox_conference::api::{BalancerCommand, CallId, Command};
use roombox_conference::catalogue::MainCamCommand;
use roombox_conference::vendor::VendorMessage;
use roombox_sip::api as sip;
use serde_json::json;

use super::in_call_with;
use crate::bench::Bench;

/// `Width <= | bit/s | AV1 (x 0.6)`; the last row is `more`.
const BITRATES: [(Option<u32>, u32, u32); 10] = [
    (Some(64), 60_000, 36_000),
    (Some(128), 120_000, 72_000),
    (Some(256), 250_000, 150_000),
    (Some(384), 320_000, 192_000),
    (Some(426), 380_000, 228_000),
    (Some(640), 500_000, 300_000),
    (Some(848), 700_000, 420_000),
    (Some(1280), 1_000_000, 600_000),
    (Some(1920), 2_000_000, 1_200_000),
    (None, 4_000_000, 2_400_000),
];

const OTHERS: [&str; 5] = ["video/VP8", "video/VP9", "video/H264", "video/H265", ""];
const AV1: [&str; 3] = ["video/AV1", "video/av1", "video/AV1X"];

/// Balancing, in a call whose camera is sent in this codec.
fn sending(codec: &str, limit: Option<&str>) -> (Bench, CallId, sip::SessionId) {
    let limit = limit.map(|limit| limit.parse().unwrap());
    let (mut bench, call, session) = in_call_with(|config| config.media.max_resolution = limit);
    let codec = json!({ "type": "codec", "id": "c", "mimeType": codec });
    bench.second_with(call, &[codec, json!({ "type": "outbound-rtp", "kind": "video", "mid": "1", "codecId": "c" })]);
    bench.command(Command::Balance { call, command: BalancerCommand::Start });
    (bench, call, session)
}

fn rate(bench: &mut Bench, call: CallId, width: u32) -> u32 {
    bench.camera_is(call, width, 2);
    bench.encoded().last().unwrap().1
}

#[test]
fn every_row_of_the_bit_rate_table_holds_from_its_first_to_its_last_width_for_every_codec() {
    let codecs = OTHERS.iter().map(|codec| (codec, false)).chain(AV1.iter().map(|codec| (codec, true)));
    for (codec, is_av1) in codecs {
        let (mut bench, call, _) = sending(codec, None);
        let mut first = 1;
        for (last, others, av1) in BITRATES {
            let expected = if is_av1 { av1 } else { others };
            let last = last.unwrap_or(16_384);
            for width in [first, last.midpoint(first), last] {
                assert_eq!(rate(&mut bench, call, width), expected, "{width} pixels in {codec:?}");
            }
            first = last + 1;
        }
    }
}

#[test]
fn av1_is_six_tenths_of_every_row() {
    for (_, others, av1) in BITRATES {
        assert_eq!(others * 6 / 10, av1);
    }
}

/// What the server wants, of which camera, within which limit: `scaleResolutionDownBy` in thousandths and bit/s.
struct Row {
    wants: Option<MainCamCommand>,
    size: Option<&'static str>,
    camera: Option<(u32, u32)>,
    limit: Option<&'static str>,
    scale: u32,
    rate: u32,
    av1: u32,
}

const HD: Option<(u32, u32)> = Some((1920, 1080));
const RESUME: Option<MainCamCommand> = Some(MainCamCommand::ResumeMainCam);
const PAUSE: Option<MainCamCommand> = Some(MainCamCommand::PauseMainCam);
const MAX: Option<MainCamCommand> = Some(MainCamCommand::MaxMainCamResolution);

#[rustfmt::skip]
const COMMANDS: [Row; 18] = [
    // First row: resumed, unknown, or a largest size without a size.
    Row { wants: RESUME, size: None, camera: HD, limit: None, scale: 1000, rate: 2_000_000, av1: 1_200_000 },
    Row { wants: None, size: None, camera: HD, limit: None, scale: 1000, rate: 2_000_000, av1: 1_200_000 },
    Row { wants: MAX, size: None, camera: HD, limit: None, scale: 1000, rate: 2_000_000, av1: 1_200_000 },
    Row { wants: RESUME, size: None, camera: None, limit: None, scale: 1000, rate: 4_000_000, av1: 2_400_000 },
    Row { wants: RESUME, size: None, camera: Some((1024, 768)), limit: None, scale: 1000, rate: 1_000_000, av1: 600_000 },
    Row { wants: RESUME, size: None, camera: HD, limit: Some("1280x720"), scale: 1500, rate: 1_000_000, av1: 600_000 },
    Row { wants: RESUME, size: None, camera: HD, limit: Some("640x720"), scale: 3000, rate: 500_000, av1: 300_000 },
    Row { wants: RESUME, size: None, camera: Some((3840, 2160)), limit: Some("1920x1080"), scale: 2000, rate: 2_000_000, av1: 1_200_000 },
    Row { wants: RESUME, size: None, camera: Some((640, 360)), limit: Some("1280x720"), scale: 1000, rate: 500_000, av1: 300_000 },
    // Paused: 200, the minimum.
    Row { wants: PAUSE, size: None, camera: HD, limit: None, scale: 200_000, rate: 60_000, av1: 36_000 },
    Row { wants: PAUSE, size: None, camera: None, limit: Some("1280x720"), scale: 200_000, rate: 60_000, av1: 36_000 },
    // A largest size: max(w/W, h/H, 1), bits by W.
    Row { wants: MAX, size: Some("1280x720"), camera: HD, limit: None, scale: 1500, rate: 1_000_000, av1: 600_000 },
    Row { wants: MAX, size: Some("640x480"), camera: HD, limit: None, scale: 3000, rate: 500_000, av1: 300_000 },
    Row { wants: MAX, size: Some("960x270"), camera: HD, limit: None, scale: 4000, rate: 1_000_000, av1: 600_000 },
    Row { wants: MAX, size: Some("1920x1080"), camera: Some((640, 360)), limit: None, scale: 1000, rate: 2_000_000, av1: 1_200_000 },
    Row { wants: MAX, size: Some("640x360"), camera: None, limit: None, scale: 1000, rate: 500_000, av1: 300_000 },
    // What cannot be read is no size.
    Row { wants: MAX, size: Some("1280x"), camera: HD, limit: None, scale: 1000, rate: 2_000_000, av1: 1_200_000 },
    Row { wants: MAX, size: Some("x720"), camera: HD, limit: None, scale: 1000, rate: 2_000_000, av1: 1_200_000 },
];

#[test]
fn every_row_of_the_table_of_commands_holds_for_av1_and_the_others() {
    for (index, row) in COMMANDS.iter().enumerate() {
        for (codec, rate) in [("video/VP8", row.rate), ("video/AV1", row.av1)] {
            let (mut bench, call, session) = sending(codec, row.limit);
            if let Some((width, height)) = row.camera {
                bench.camera_is(call, width, height);
            }
            let resolution = row.size.map(str::to_owned);
            bench.server_says(session, &VendorMessage::MainCamControl { main_cam: row.wants, resolution, sync: None });
            assert_eq!(bench.encoded().last(), Some(&(row.scale, rate)), "row {index} in {codec}");
        }
    }
}
