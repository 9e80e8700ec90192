//! What the TV says over the pictures; drawing it is the business of media.

mod words;

use crate::api::ScreenContent;
use crate::appliance::Appliance;
use crate::tree::{Admission, MicrophoneFact, MicrophoneStatus, QualityStatus, ScreenSign, SignKind, Verdict};

/// The TV as it should be.
pub(crate) fn content(appliance: &Appliance, microphone: &MicrophoneStatus) -> ScreenContent {
    let Appliance { desk, config, .. } = appliance;
    let language = config.screen.language;
    // Nobody is seen in the waiting room.
    let seen = desk.in_call() && desk.session.admission() != Admission::WaitingRoom;
    let remote = desk.name(config).filter(|_| seen).unwrap_or_default();
    let content = words::CONTENT.of(language).to_owned();
    let muted = microphone.fact == MicrophoneFact::Muted && desk.in_call();
    let signs = [muted.then(|| muted_sign(microphone.speaking_muted)), desk.quality.status().and_then(quality_sign)];
    let signs = signs.into_iter().flatten().map(|(sign, text)| ScreenSign { sign, text: text.of(language).to_owned() });
    ScreenContent {
        layout: config.screen.layout,
        self_view: config.screen.self_view,
        remote,
        content,
        own: config.identity.name.clone(),
        signs: signs.collect(),
    }
}

const fn muted_sign(speaking: bool) -> (SignKind, words::Text) {
    if speaking { (SignKind::SpeakingMuted, words::SPEAKING_MUTED) } else { (SignKind::Muted, words::MUTED) }
}

/// A good call needs no words.
fn quality_sign(quality: QualityStatus) -> Option<(SignKind, words::Text)> {
    let sign = match quality.verdict {
        Verdict::Good => return None,
        Verdict::Fair => SignKind::Fair,
        Verdict::Poor => SignKind::Poor,
    };
    quality.cause.map(|cause| (sign, words::of_cause(cause)))
}
