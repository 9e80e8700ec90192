//! What the media engine tells, in the words of the conference client and of the room.

use roombox_appliance::{
    api::{self as room, Input, MediaFact, SoundDevice},
    tree::{Cause, CauseCode, PageStatus},
};
use roombox_conference::api as conference;
use roombox_hal::{DeviceFinding, DeviceProblem, Part, status_display::DisplayError};
use roombox_media::api::{self as media, MediaCall, MediaEvent};

/// A tone of the room, in the engine's words.
pub(super) const fn chime(chime: room::Chime) -> media::Chime {
    match chime {
        room::Chime::Busy => media::Chime::Busy,
        room::Chime::Failed => media::Chime::Failed,
        room::Chime::Joined => media::Chime::Joined,
        room::Chime::Left => media::Chime::Left,
    }
}

/// What rings in the room, in the engine's words.
pub(super) const fn ring(ring: room::Ring) -> media::Ring {
    match ring {
        room::Ring::Incoming => media::Ring::Incoming,
        room::Ring::Ringback => media::Ring::Ringback,
        room::Ring::Waiting => media::Ring::Waiting,
    }
}

/// The call that an event is about; `None` for devices.
pub(super) const fn call_of(event: &MediaEvent) -> Option<MediaCall> {
    match event {
        MediaEvent::Connected { call }
        | MediaEvent::Disconnected { call }
        | MediaEvent::Failed { call, .. }
        | MediaEvent::FirstAudio { call }
        | MediaEvent::FirstFrame { call }
        | MediaEvent::KeyPressed { call, .. }
        | MediaEvent::KeysAgreed { call, .. }
        | MediaEvent::PresentationFailed { call, .. }
        | MediaEvent::PictureRests { call, .. }
        | MediaEvent::PictureSize { call, .. }
        | MediaEvent::ReceiveRunning { call }
        | MediaEvent::RemoteTrackAdded { call, .. }
        | MediaEvent::RemoteTrackRemoved { call, .. }
        | MediaEvent::RemoteVideo { call, .. } => Some(*call),
        MediaEvent::Camera { .. }
        | MediaEvent::CameraSending { .. }
        | MediaEvent::EngineMissing { .. }
        | MediaEvent::IceServers { .. }
        | MediaEvent::Microphone { .. }
        | MediaEvent::PresentationPage { .. }
        | MediaEvent::PresentationSignal { .. }
        | MediaEvent::PresentationSource { .. }
        | MediaEvent::Screen { .. }
        | MediaEvent::ShareLost { .. }
        | MediaEvent::Sound { .. }
        | MediaEvent::SpeakingMuted { .. }
        | MediaEvent::Voice { .. } => None,
    }
}

/// The path of a call and whether anything comes concern the conference client.
pub(super) fn for_conference(event: &MediaEvent) -> Option<conference::MediaFact> {
    let call = conference::CallId(call_of(event)?.0);
    match *event {
        MediaEvent::PictureSize { stream: media::Stream::Camera, width, height, .. } => {
            Some(conference::MediaFact::CameraSize { call, width, height })
        }
        MediaEvent::PictureSize { stream: media::Stream::Presentation, width, height, .. } => {
            Some(conference::MediaFact::PresentationSize { call, width, height })
        }
        MediaEvent::PresentationFailed { ref reason, .. } => {
            Some(conference::MediaFact::PresentationFailed { call, reason: reason.clone() })
        }
        MediaEvent::RemoteTrackAdded { ref track, .. } => {
            let track = remote_track(track.clone(), conference::TrackSource::Call);
            Some(conference::MediaFact::RemoteTrackAdded { call, track })
        }
        MediaEvent::RemoteTrackRemoved { ref track, .. } => {
            Some(conference::MediaFact::RemoteTrackRemoved { call, track: track.clone() })
        }
        MediaEvent::KeysAgreed { agreed, .. } => Some(conference::MediaFact::KeysAgreed { call, agreed }),
        MediaEvent::KeyPressed { key, duration_ms, .. } => {
            Some(conference::MediaFact::KeyPressed { call, key, duration_ms })
        }
        MediaEvent::Connected { .. } => Some(conference::MediaFact::Connected { call }),
        MediaEvent::Disconnected { .. } => Some(conference::MediaFact::Disconnected { call }),
        MediaEvent::Failed { ref reason, .. } => Some(conference::MediaFact::Failed { call, reason: reason.clone() }),
        MediaEvent::FirstAudio { .. } | MediaEvent::FirstFrame { .. } => {
            Some(conference::MediaFact::MediaSeen { call, flowing: true })
        }
        MediaEvent::RemoteVideo { flowing, .. } => Some(conference::MediaFact::MediaSeen { call, flowing }),
        _ => None,
    }
}

/// A stream in media's words.
pub(super) const fn stream(stream: conference::Stream) -> media::Stream {
    match stream {
        conference::Stream::Audio => media::Stream::Audio,
        conference::Stream::Camera => media::Stream::Camera,
        conference::Stream::Presentation => media::Stream::Presentation,
    }
}

/// How a stream is encoded, in media's words.
pub(super) fn encoding(encoding: conference::Encoding) -> media::Encoding {
    let conference::Encoding { max_bitrate, scale_down_millis, max_framerate, hint } = encoding;
    let hint = hint.map(|hint| match hint {
        conference::ContentHint::Detail => media::ContentHint::Detail,
        conference::ContentHint::Motion => media::ContentHint::Motion,
        conference::ContentHint::Text => media::ContentHint::Text,
    });
    media::Encoding { max_bitrate, scale_down_millis, max_framerate, hint }
}

/// What concerns the room.
pub(super) fn for_room(event: &MediaEvent) -> Option<Input> {
    let fact = match event.clone() {
        MediaEvent::PictureSize { .. }
        | MediaEvent::KeyPressed { .. }
        | MediaEvent::KeysAgreed { .. }
        | MediaEvent::ReceiveRunning { .. }
        | MediaEvent::PresentationFailed { .. }
        | MediaEvent::RemoteTrackAdded { .. }
        | MediaEvent::RemoteTrackRemoved { .. }
        | MediaEvent::PictureRests { .. } => return None,
        MediaEvent::Camera { working, name, reason } => MediaFact::Camera { working, name, reason },
        MediaEvent::CameraSending { sending } => MediaFact::CameraSending { sending },
        MediaEvent::Connected { .. } => MediaFact::Connected,
        MediaEvent::Disconnected { .. } => MediaFact::Disconnected,
        MediaEvent::Failed { reason, .. } => MediaFact::Failed { reason },
        MediaEvent::FirstAudio { .. } => MediaFact::FirstAudio,
        MediaEvent::FirstFrame { .. } => MediaFact::FirstFrame,
        MediaEvent::Microphone { muted } => MediaFact::Microphone { muted },
        MediaEvent::PresentationPage { page, pages, name } => {
            MediaFact::PresentationPage(PageStatus { page, pages, name })
        }
        MediaEvent::PresentationSignal { present } => MediaFact::PresentationSignal { present },
        MediaEvent::PresentationSource { working, reason } => MediaFact::PresentationSource { working, reason },
        MediaEvent::RemoteVideo { flowing, .. } => MediaFact::RemoteVideo { flowing },
        MediaEvent::ShareLost { share, reason } => MediaFact::ShareLost { share, reason },
        MediaEvent::SpeakingMuted { speaking } => MediaFact::SpeakingMuted { speaking },
        MediaEvent::Screen { working: true, .. } => return Some(Input::CauseCleared(CauseCode::NoScreen)),
        MediaEvent::Screen { name, reason, .. } => {
            let detail = reason.map_or_else(|| name.clone(), |reason| format!("{name}: {reason}"));
            return Some(Input::CauseRaised(Cause::with_detail(CauseCode::NoScreen, detail)));
        }
        MediaEvent::IceServers { failed } if failed.is_empty() => {
            return Some(Input::CauseCleared(CauseCode::IceServerFailed));
        }
        MediaEvent::IceServers { failed } => {
            return Some(Input::CauseRaised(Cause::with_detail(CauseCode::IceServerFailed, failed.join("; "))));
        }
        MediaEvent::Voice { working: true, .. } => return Some(Input::CauseCleared(CauseCode::NoVoiceProcessing)),
        MediaEvent::Voice { reason, .. } => {
            let cause = Cause::with_detail(CauseCode::NoVoiceProcessing, reason.unwrap_or_default());
            return Some(Input::CauseRaised(cause));
        }
        MediaEvent::EngineMissing { reason } => {
            return Some(Input::CauseRaised(Cause::with_detail(CauseCode::NoCallEngine, reason)));
        }
        MediaEvent::Sound { device, working, name, reason } => {
            MediaFact::Sound { device: sound_device(device), working, name, reason }
        }
    };
    Some(Input::Media(fact))
}

/// A remote track in the client's words.
pub(super) fn remote_track(track: media::RemoteTrack, source: conference::TrackSource) -> conference::RemoteTrack {
    let media::RemoteTrack { id, kind, label, msid, stream } = track;
    let kind = match kind {
        media::TrackKind::Audio => conference::TrackKind::Audio,
        media::TrackKind::Video => conference::TrackKind::Video,
    };
    conference::RemoteTrack { id, kind, label, msid, source, stream }
}

const fn sound_device(device: media::SoundDevice) -> SoundDevice {
    match device {
        media::SoundDevice::Microphone => SoundDevice::Microphone,
        media::SoundDevice::Speaker => SoundDevice::Speaker,
    }
}

/// The board's findings with what the status display has just told about itself.
pub(super) fn with_display(mut findings: Vec<DeviceFinding>, outcome: Result<(), DisplayError>) -> Vec<DeviceFinding> {
    findings.retain(|finding| finding.part != Part::StatusDisplay);
    if let Err(error) = outcome {
        let (name, detail) = ("status display".into(), error.to_string());
        findings.push(DeviceFinding { part: Part::StatusDisplay, name, problem: DeviceProblem::Broken, detail });
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_path_is_told_to_both() {
        let event = MediaEvent::Disconnected { call: MediaCall(4) };
        let call = conference::CallId(4);
        assert_eq!(for_conference(&event), Some(conference::MediaFact::Disconnected { call }));
        assert!(matches!(for_room(&event), Some(Input::Media(MediaFact::Disconnected))));
    }

    #[test]
    fn whether_anything_comes_is_told_to_both() {
        let event = MediaEvent::RemoteVideo { call: MediaCall(4), flowing: false };
        let seen = conference::MediaFact::MediaSeen { call: conference::CallId(4), flowing: false };
        assert_eq!(for_conference(&event), Some(seen));
        assert!(matches!(for_room(&event), Some(Input::Media(MediaFact::RemoteVideo { flowing: false }))));
    }

    #[test]
    fn a_device_is_the_rooms_business_only() {
        let event = MediaEvent::CameraSending { sending: true };
        assert_eq!((for_conference(&event), call_of(&event)), (None, None));
    }

    #[test]
    fn a_missing_screen_is_a_cause() {
        let event = MediaEvent::Screen { working: false, name: "HDMI-A-1".into(), reason: Some("unplugged".into()) };
        let Some(Input::CauseRaised(cause)) = for_room(&event) else { panic!("no cause") };
        assert_eq!(cause.detail.as_deref(), Some("HDMI-A-1: unplugged"));
    }
}
