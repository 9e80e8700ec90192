//! What the room was last told; only changes are told again.

use roombox_conference::api as conference;
use roombox_hal::leds::Pattern;

use crate::api::{MediaSetting, Output, Ring, ScreenContent};
use crate::appliance::Appliance;
use crate::display::{self, DisplayContent, Scene};
use crate::leds;
use crate::tree::{
    CameraFact, CameraStatus, DeviceFact, Event, Incoming, Leds, MicrophoneFact, MicrophoneStatus, QualityStatus,
    ShareStatus,
};
use crate::tv;

/// Everything that goes out by itself when it changes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) leds: Leds,
    pub(crate) display: DisplayContent,
    pub(crate) screen: ScreenContent,
    microphone: Option<MicrophoneStatus>,
    camera: Option<CameraStatus>,
    speaker: DeviceFact,
    volume: Option<u8>,
    ring: Option<Ring>,
    incoming: Option<Incoming>,
    quality: Option<QualityStatus>,
    share: Option<ShareStatus>,
    /// Microphone and camera as the conference knows them.
    announced: Option<(bool, bool)>,
}

impl Default for Told {
    fn default() -> Self {
        Self {
            leds: Leds { call: Pattern::Off, mute: Pattern::Off, network: Pattern::Off },
            display: DisplayContent::default(),
            screen: ScreenContent::default(),
            microphone: None,
            camera: None,
            speaker: DeviceFact::default(),
            volume: None,
            ring: None,
            incoming: None,
            quality: None,
            share: None,
            announced: None,
        }
    }
}

impl Told {
    /// What is to be told now.
    pub(crate) fn of(appliance: &Appliance) -> Self {
        let Appliance { desk, devices, .. } = appliance;
        let microphone = devices.microphone();
        let camera = devices.camera();
        Self {
            leds: leds::patterns(&desk.connection, &desk.state, &microphone),
            display: display_content(appliance, &microphone, &camera),
            screen: tv::content(appliance, &microphone),
            microphone: Some(microphone),
            camera: Some(camera),
            speaker: devices.speaker.clone(),
            volume: Some(devices.volume),
            ring: appliance.tones.ring(&desk.state),
            incoming: desk.incoming(),
            quality: desk.quality.status(),
            share: appliance.share_status(),
            announced: Some(devices.announced()),
        }
    }

    /// The outputs that make `present` known.
    pub(crate) fn changes_to(&self, present: &Self) -> Vec<Output> {
        let mut changes = Vec::new();
        let mut tell = |changed: bool, output: Option<Output>| changes.extend(output.filter(|_| changed));
        let event = |event: Event| Some(Output::Event(event));
        tell(self.microphone != present.microphone, present.microphone.clone().map(Event::Microphone).and_then(event));
        tell(self.camera != present.camera, present.camera.clone().map(Event::Camera).and_then(event));
        tell(self.speaker != present.speaker, event(Event::Speaker(present.speaker.clone())));
        tell(self.volume != present.volume, present.volume.map(|level| Event::Volume { level }).and_then(event));
        tell(self.incoming != present.incoming, event(Event::Incoming(present.incoming.clone())));
        tell(self.quality != present.quality, event(Event::Quality(present.quality)));
        tell(self.ring != present.ring, Some(Output::Media(MediaSetting::Ring(present.ring))));
        tell(self.share != present.share, event(Event::Share(present.share.clone())));
        let media_state =
            |(microphone, camera)| Output::Conference(conference::Command::MediaState { microphone, camera });
        tell(self.announced != present.announced, present.announced.map(media_state));
        tell(self.leds != present.leds, Some(Output::Leds(present.leds)));
        tell(self.screen != present.screen, Some(Output::Screen(present.screen.clone())));
        tell(self.display != present.display, Some(Output::Display(present.display.clone())));
        changes
    }
}

fn display_content(appliance: &Appliance, microphone: &MicrophoneStatus, camera: &CameraStatus) -> DisplayContent {
    let Appliance { desk, config, .. } = appliance;
    let conference = desk.name(config);
    let target = config.address(None).ok().map(|address| config.name_of(&address));
    display::content(&Scene {
        life: appliance.life,
        name: &config.identity.name,
        connection: &desk.connection,
        call: &desk.state,
        session: &desk.session,
        quality: desk.quality.status(),
        conference: &conference.unwrap_or_default(),
        target: target.as_deref(),
        minutes: desk.minutes().unwrap_or_default(),
        muted: microphone.fact == MicrophoneFact::Muted,
        speaking_muted: microphone.speaking_muted,
        camera_off: camera.fact == CameraFact::Off,
        causes: &appliance.causes.list(),
        notice: appliance.notice.as_ref().map(|(cause, _)| cause),
    })
}
