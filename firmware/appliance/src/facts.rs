//! What the conference and media tell, and what it means for the room.

use std::time::Instant;

use roombox_conference::api as conference;
use roombox_conference::api::{CallCause, CallState, ConnectionState, Originator};
use roombox_conference::catalogue::{self, CallEvent, Side};

use crate::api::{MediaFact, MediaSetting, SoundDevice};
use crate::appliance::Appliance;
use crate::call::call_id;
use crate::causes::{self, CONNECTION};
use crate::quality::Expected;
use crate::tree::{CameraFact, Cause, CauseCode, DeviceFact, Event, RoomRole};

impl Appliance {
    pub(crate) fn conference_told(&mut self, now: Instant, event: conference::Event) {
        match event {
            conference::Event::Connection(state) => self.connection_changed(state),
            conference::Event::ConnectionFailed(failure) => {
                let events = self.causes.replace(CONNECTION, Some(causes::of_connection(&failure)));
                self.events(events);
            }
            conference::Event::Registered { expires } => {
                self.desk.registered = true;
                self.event(Event::Registered { expires });
            }
            conference::Event::Answered { call, asked, fault } => {
                if let (conference::Asked::Transfer, Some(fault)) = (asked, &fault) {
                    self.show_notice(now, causes::of_transfer(fault.status, &fault.message));
                }
                self.event(Event::Answered { call, asked, fault });
            }
            conference::Event::CallHold { call, hold } => {
                self.desk.session.hold_changed(call, hold);
                self.event(Event::CallHold { call, hold });
            }
            conference::Event::Catalogue(event) => self.catalogue_told(now, event),
            // Only an undertaking has this; a box never makes one.
            conference::Event::ConnectAndCall(_) => {}
            conference::Event::Operation { number, operation, outcome } => {
                self.event(Event::Operation { number, operation, outcome });
            }
            conference::Event::Transfer { call, status, reason, last } => {
                if last && status >= 300 {
                    self.show_notice(now, causes::of_transfer(Some(status), &reason));
                }
                self.event(Event::Transfer { call, status, reason, last });
            }
            conference::Event::Call(state) => self.call_changed(now, state),
            conference::Event::CallEnded { call, failure, will_redial } => {
                self.call_ended(now, call, &failure, will_redial);
                self.event(Event::CallEnded { call, failure, will_redial });
            }
            conference::Event::Vendor { name, data } => self.server_says(name, data),
        }
    }

    /// Whoever wanted to present is told on the display, too, when it failed.
    fn catalogue_told(&mut self, now: Instant, event: catalogue::Event) {
        if let Some(cause) = self.desk.session.told(&event) {
            self.show_notice(now, cause);
        }
        if let catalogue::Event::CallEvent(CallEvent::Progress { call, originator: Side::Remote, status }) = &event {
            self.tones.progress(*call, *status);
        }
        if let catalogue::Event::PresentationEvent(event) = &event {
            self.source_changed(event);
            self.share_told(event);
        }
        self.forget_presentation();
        if let catalogue::Event::StatsEvent(catalogue::StatsEvent::Collected(report)) = &event {
            let expected = self.expected();
            self.desk.quality.measured(now, report, expected);
        }
        self.event(Event::Catalogue(event));
    }

    /// What the call should bring, and the box give.
    fn expected(&self) -> Expected {
        let session = &self.desk.session;
        let sends = self.config.has_camera && session.role() == RoomRole::Participant;
        let camera = sends && self.devices.camera().fact == CameraFact::On;
        Expected { reception: !session.on_hold(), camera: camera && !session.on_hold() }
    }

    fn connection_changed(&mut self, state: ConnectionState) {
        if matches!(state, ConnectionState::Established | ConnectionState::Idle) {
            let events = self.causes.replace(CONNECTION, None);
            self.events(events);
        }
        self.desk.connection_changed(state.clone());
        self.event(Event::Connection(state));
    }

    fn call_changed(&mut self, now: Instant, state: CallState) {
        if let CallState::InCall { media_connected: true, .. } = state {
            self.forget_failed_call();
        }
        if call_id(&self.desk.state) != call_id(&state) {
            self.clear(CauseCode::NoPictureFromConference);
        }
        self.desk.call_changed(now, state.clone());
        if let Some(chime) = self.tones.call_changed(&state) {
            self.set(MediaSetting::Chime(chime));
        }
        self.end_share_without_call();
        self.forget_presentation();
        self.event(Event::Call(state));
    }

    fn call_ended(
        &mut self,
        now: Instant,
        call: conference::CallId,
        failure: &conference::CallFailure,
        will_redial: bool,
    ) {
        let rang = self.desk.incoming().is_some_and(|incoming| incoming.call == call);
        let asked = failure.originator == Originator::Local && failure.cause == CallCause::Canceled;
        if let Some(chime) = self.tones.call_ended(call, failure, rang) {
            self.set(MediaSetting::Chime(chime));
        }
        if !rang && !asked {
            self.call_failed(now, causes::of_call(failure), will_redial);
        }
    }

    /// The administrator of the conference may silence a room; opening it again is the room's own decision.
    fn server_says(&mut self, name: String, data: serde_json::Value) {
        match name.as_str() {
            "admin:stop-mic" => {
                let setting = self.devices.mute(Some(true));
                self.set(setting);
            }
            "admin:stop-main-cam" => {
                let setting = self.devices.switch_camera(Some(false));
                self.set(setting);
            }
            _ => {}
        }
        self.event(Event::Vendor { name, data });
    }

    pub(crate) fn media_told(&mut self, now: Instant, fact: MediaFact) {
        match &fact {
            MediaFact::ShareLost { share, .. } => self.stop_share(*share),
            MediaFact::PresentationSignal { present } => self.auto_present.signal_changed(now, *present),
            MediaFact::Camera { working, name, reason } => {
                let (name, reason) = (name.clone(), reason.clone());
                if self.config.has_camera {
                    self.device_cause(CauseCode::NoCamera, *working, reason.as_deref());
                }
                self.devices.camera_device(DeviceFact { working: Some(*working), name, reason });
            }
            MediaFact::CameraSending { sending } => self.devices.camera_verified(*sending),
            MediaFact::Microphone { muted } => self.devices.microphone_verified(*muted),
            MediaFact::SpeakingMuted { speaking } => self.devices.speaking_muted(*speaking),
            MediaFact::Sound { device, working, name, reason } => {
                let code = match device {
                    SoundDevice::Microphone => CauseCode::NoMicrophone,
                    SoundDevice::Speaker => CauseCode::NoSpeaker,
                };
                self.device_cause(code, *working, reason.as_deref());
                let (name, reason) = (name.clone(), reason.clone());
                self.devices.sound(*device, DeviceFact { working: Some(*working), name, reason });
            }
            presented @ (MediaFact::PresentationPage(_) | MediaFact::PresentationSource { .. }) => {
                self.presentation_told(presented);
            }
            in_call => self.call_media_told(in_call),
        }
        self.event(Event::Media(fact));
    }

    /// Facts about the media of the present call; without a call they are the echo of one that is over.
    fn call_media_told(&mut self, fact: &MediaFact) {
        if call_id(&self.desk.state).is_none() {
            return;
        }
        match fact {
            MediaFact::Connected => {
                self.desk.media.connected = true;
                self.clear(CauseCode::MediaPathLost);
            }
            MediaFact::Disconnected => {
                self.desk.media.connected = false;
                self.raise(Cause::new(CauseCode::MediaPathLost));
            }
            MediaFact::Failed { reason } => {
                self.desk.media.connected = false;
                self.raise(Cause::with_detail(CauseCode::MediaPathLost, reason));
            }
            MediaFact::FirstAudio => self.desk.media.first_audio = true,
            MediaFact::FirstFrame => {
                self.desk.media.first_frame = true;
                self.remote_video(true);
            }
            MediaFact::RemoteVideo { flowing } => self.remote_video(*flowing),
            _ => {}
        }
    }

    fn remote_video(&mut self, flowing: bool) {
        self.desk.media.remote_video_flowing = Some(flowing);
        if flowing {
            self.clear(CauseCode::NoPictureFromConference);
        } else if !self.desk.session.on_hold() {
            self.raise(Cause::new(CauseCode::NoPictureFromConference));
        }
    }

    fn device_cause(&mut self, code: CauseCode, working: bool, reason: Option<&str>) {
        if working {
            self.clear(code);
        } else {
            self.raise(Cause::with_detail(code, reason.unwrap_or_default()));
        }
    }
}
