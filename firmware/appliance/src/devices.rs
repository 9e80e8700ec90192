//! Microphone, camera and speaker: what is wanted, and what is verified to be true.

use crate::api::{MediaSetting, SoundDevice};
use crate::tree::{
    CameraFact, CameraStatus, CameraWanted, DeviceFact, MicrophoneFact, MicrophoneStatus, MicrophoneWanted,
};

/// Intents and facts of the sound and picture devices.
#[derive(Debug)]
pub(crate) struct Devices {
    microphone_on: bool,
    /// Verified: its sound goes out.
    microphone_sends: Option<bool>,
    microphone: DeviceFact,
    speaking_muted: bool,
    camera_on: bool,
    /// Verified: its picture goes out.
    camera_sends: Option<bool>,
    camera: DeviceFact,
    pub(crate) speaker: DeviceFact,
    pub(crate) volume: u8,
}

impl Devices {
    pub(crate) fn new(microphone_on: bool, camera_on: bool, volume: u8) -> Self {
        Self {
            microphone_on,
            microphone_sends: None,
            microphone: DeviceFact::default(),
            speaking_muted: false,
            camera_on,
            camera_sends: None,
            camera: DeviceFact::default(),
            speaker: DeviceFact::default(),
            volume,
        }
    }

    /// Everything that media has to be told at the start.
    pub(crate) const fn settings(&self) -> [MediaSetting; 3] {
        [
            MediaSetting::Microphone(self.microphone_on),
            MediaSetting::Camera(self.camera_on),
            MediaSetting::Volume(self.volume),
        ]
    }

    /// Wants the microphone muted or not, or the other way round.
    pub(crate) fn mute(&mut self, muted: Option<bool>) -> MediaSetting {
        self.microphone_on = muted.map_or(!self.microphone_on, |muted| !muted);
        MediaSetting::Microphone(self.microphone_on)
    }

    /// Wants the camera on or off, or the other way round.
    pub(crate) fn switch_camera(&mut self, on: Option<bool>) -> MediaSetting {
        self.camera_on = on.unwrap_or(!self.camera_on);
        MediaSetting::Camera(self.camera_on)
    }

    pub(crate) fn set_volume(&mut self, level: u8) -> MediaSetting {
        self.volume = level.min(100);
        MediaSetting::Volume(self.volume)
    }

    pub(crate) const fn microphone_verified(&mut self, muted: bool) {
        self.microphone_sends = Some(!muted);
    }

    pub(crate) const fn speaking_muted(&mut self, speaking: bool) {
        self.speaking_muted = speaking;
    }

    pub(crate) const fn camera_verified(&mut self, sending: bool) {
        self.camera_sends = Some(sending);
    }

    pub(crate) fn sound(&mut self, device: SoundDevice, fact: DeviceFact) {
        match device {
            SoundDevice::Microphone => self.microphone = fact,
            SoundDevice::Speaker => self.speaker = fact,
        }
    }

    pub(crate) fn camera_device(&mut self, fact: DeviceFact) {
        self.camera = fact;
    }

    pub(crate) fn microphone(&self) -> MicrophoneStatus {
        MicrophoneStatus {
            wanted: if self.microphone_on { MicrophoneWanted::On } else { MicrophoneWanted::Muted },
            fact: match self.microphone_sends {
                Some(true) => MicrophoneFact::On,
                Some(false) => MicrophoneFact::Muted,
                None => MicrophoneFact::Unknown,
            },
            pending: self.microphone_sends != Some(self.microphone_on),
            speaking_muted: self.speaking_muted,
            device: self.microphone.clone(),
        }
    }

    pub(crate) fn camera(&self) -> CameraStatus {
        CameraStatus {
            wanted: if self.camera_on { CameraWanted::On } else { CameraWanted::Off },
            fact: match self.camera_sends {
                Some(true) => CameraFact::On,
                Some(false) => CameraFact::Off,
                None => CameraFact::Unknown,
            },
            pending: self.camera_sends != Some(self.camera_on),
            device: self.camera.clone(),
        }
    }

    /// What the conference is told: facts, and the intent where nothing is verified yet.
    pub(crate) fn announced(&self) -> (bool, bool) {
        (self.microphone_sends.unwrap_or(self.microphone_on), self.camera_sends.unwrap_or(self.camera_on))
    }
}
