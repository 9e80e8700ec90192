//! What a client says: written by one end, read by the other.

use roombox_conference::api::Device;
use roombox_conference::vendor::{ClientMessage, MediaState};
use roombox_sip::api::HeaderLine;

use crate::server::lines;

pub(crate) fn every_request() -> Vec<ClientMessage> {
    let mut requests = vec![
        ClientMessage::AskForCamera,
        ClientMessage::AskToPresent,
        ClientMessage::AvailableIncomingBitrate { bits_per_second: 2_500_000 },
        ClientMessage::Channels { input: "A".into(), output: "b".into() },
        ClientMessage::ContentEnded,
        ClientMessage::ContentMustStop,
        ClientMessage::ContentStarts,
        ClientMessage::Dtmf { tone: 'D', duration_ms: 100 },
        ClientMessage::PresentationStopped,
        ClientMessage::Refusal { device: Device::Camera },
        ClientMessage::Refusal { device: Device::Microphone },
        ClientMessage::RoomName { room: "p2pAtoB".into(), participant: "B".into() },
    ];
    for microphone in [false, true] {
        for camera in [false, true] {
            requests.push(ClientMessage::MediaState(MediaState { microphone, camera }));
        }
    }
    requests
}

#[test]
fn every_request_is_read_as_it_was_written_in_both_spellings() {
    for request in every_request() {
        let info = request.info().expect("every message of the table can be written");
        assert_eq!(ClientMessage::parse(&lines(&info), info.body.as_ref()), Some(request.clone()));
        let old = info.in_old_spelling();
        assert_eq!(ClientMessage::parse(&lines(&old), old.body.as_ref()), Some(request));
    }
}

#[test]
fn what_is_not_in_the_table_is_unknown_and_what_is_not_the_vendors_is_nothing() {
    let said = |kind: &str, name: &str, value: &str| {
        ClientMessage::parse(&[HeaderLine::new("content-type", kind), HeaderLine::new(name, value)], None)
    };
    let unknown = |kind: &str, value: &str| Some(ClientMessage::Unknown { kind: kind.into(), value: value.into() });
    let vendor = "application/vinteo.webrtc.";
    assert_eq!(
        said(&format!("{vendor}sharedesktop"), "X-WEBRTC-SHARE-STATE", "dance"),
        unknown("sharedesktop", "DANCE")
    );
    assert_eq!(said(&format!("{vendor}refusal"), "x-vinteo-media-type", "2"), unknown("refusal", "2"));
    assert_eq!(said(&format!("{vendor}stats"), "x-webrtc-available-incoming-bitrate", "NaN"), unknown("stats", "NAN"));
    assert_eq!(said(&format!("{vendor}new"), "x", "y"), unknown("new", ""));
    assert_eq!(said("text/plain", "x", "y"), None);
    assert_eq!(ClientMessage::parse(&[], None), None);
}

#[test]
fn a_bitrate_with_a_fraction_is_rounded() {
    let headers = [
        HeaderLine::new("Content-Type", "application/vinteo.webrtc.stats"),
        HeaderLine::new("X-WEBRTC-AVAILABLE-INCOMING-BITRATE", "1234.5678"),
    ];
    let bits_per_second = 1235;
    assert_eq!(ClientMessage::parse(&headers, None), Some(ClientMessage::AvailableIncomingBitrate { bits_per_second }));
}

#[test]
fn media_state_has_its_headers_in_the_order_of_the_vendors_client() {
    let info = ClientMessage::MediaState(MediaState { microphone: false, camera: true }).info().unwrap();
    let lines: Vec<_> = info.headers.iter().map(|line| format!("{}: {}", line.name, line.value)).collect();
    assert_eq!(lines, ["x-webrtc-media-state: currentstate", "x-vinteo-maincam-state: 1", "x-vinteo-mic-state: 0"]);
}
