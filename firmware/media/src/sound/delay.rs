//! How long sound takes from the speaker of a board to its microphone, measured without the rest of the engine.

use std::sync::Arc;

use roombox_hal::board::AudioDevices;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::{
    Microphone, MicrophoneSetup, Reference, Speaker, synthetic,
    trial::{Trial, echo_in},
};
use crate::{
    api::{EchoFound, MediaEvent, VoiceProcessing},
    error::MediaError,
    pipeline::Timeline,
    plug::Plug,
    tasks::Tasks,
};

/// Speaker volume while it is measured: that of a box whose owner says nothing.
const VOLUME: u8 = 70;

/// Both devices are there to be measured: a microphone that hears nothing of the room is none.
pub fn can_be_measured(devices: &AudioDevices) -> bool {
    devices.microphone.as_deref().is_none_or(|name| name.starts_with("alsa:") || synthetic::hears_the_room(name))
}

/// Opens both devices, plays two seconds of noise and looks for it in what the microphone hears; `None` where it is not
/// heard. The delay of the board file counts for [`EchoFound::cancelled_db`] only. Must be called within a tokio runtime.
pub async fn echo_delay(devices: &AudioDevices) -> Result<Option<EchoFound>, MediaError> {
    gst::init()?;
    let (events, mut told) = unbounded_channel();
    let (tasks, timeline, reference) = (Tasks::default(), Arc::new(Timeline::start()), Arc::<Reference>::default());
    let setup = MicrophoneSetup {
        name: devices.microphone.clone(),
        muted: true,
        voice: VoiceProcessing::NONE,
        echo_delay_ms: 0,
        plug: Plug::Real,
    };
    let microphone = Microphone::start(setup, &reference, &timeline, &events, &tasks);
    let speaker = (devices.speaker.as_deref(), Plug::Real);
    let speaker = Speaker::start(speaker, [VOLUME, 0], &reference, &timeline, &events, &tasks);
    let echo_delay_ms = devices.echo_delay_ms.unwrap_or_default();
    let marked = match opened(&mut told).await {
        Ok(()) => Trial { microphone: &microphone, speaker: &speaker, echo_delay_ms, codec: None }.marked().await,
        Err(error) => Err(error),
    };
    drop((microphone, speaker));
    tasks.finish().await;
    let marked = marked?;
    let found = tokio::task::spawn_blocking(move || echo_in(&marked, echo_delay_ms)).await;
    found.map_err(|error| MediaError::pipeline("sound test", error.to_string()))
}

/// Until both devices have told that they work, or one that it does not.
async fn opened(told: &mut UnboundedReceiver<MediaEvent>) -> Result<(), MediaError> {
    for _ in 0..2 {
        loop {
            match told.recv().await {
                Some(MediaEvent::Sound { working: true, .. }) => break,
                Some(MediaEvent::Sound { name, reason, .. }) => {
                    return Err(MediaError::pipeline(name, reason.unwrap_or_default()));
                }
                Some(_) => {}
                None => return Err(MediaError::Stopped),
            }
        }
    }
    Ok(())
}
