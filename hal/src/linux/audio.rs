//! ALSA devices by their hints.

use std::collections::BTreeMap;

use alsa::Direction;
use alsa::device_name::{Hint, HintIter};

use crate::audio::AudioInfo;

/// Every sound device that belongs to a card, and `default`. Other names (rate converters, file writers) are parts of a
/// pipeline, no devices.
pub fn audio_devices() -> Vec<AudioInfo> {
    let hints = HintIter::new(None, c"pcm");
    collect(hints.into_iter().flatten())
}

fn collect(hints: impl Iterator<Item = Hint>) -> Vec<AudioInfo> {
    let mut devices: BTreeMap<String, AudioInfo> = BTreeMap::new();
    for hint in hints {
        let Some(name) = hint.name.filter(|name| name == "default" || name.contains("CARD=")) else { continue };
        let description = hint.desc.unwrap_or_default().lines().collect::<Vec<_>>().join(", ");
        let device = devices.entry(name.clone()).or_insert_with(|| AudioInfo {
            name,
            description,
            microphone: false,
            speaker: false,
        });
        device.microphone |= hint.direction != Some(Direction::Playback);
        device.speaker |= hint.direction != Some(Direction::Capture);
    }
    devices.into_values().collect()
}

#[cfg(test)]
mod tests {
    use alsa::Direction;
    use alsa::device_name::Hint;

    use super::collect;

    fn hint(name: &str, description: &str, direction: Option<Direction>) -> Hint {
        Hint { name: Some(name.into()), desc: Some(description.into()), direction }
    }

    #[test]
    fn a_device_without_direction_records_and_plays() {
        let devices = collect([hint("sysdefault:CARD=Jabra", "Jabra\nDefault Audio Device", None)].into_iter());
        assert_eq!(devices[0].description, "Jabra, Default Audio Device");
        assert!(devices[0].microphone && devices[0].speaker);
    }

    #[test]
    fn a_name_listed_for_each_direction_is_one_device() {
        let both = [Some(Direction::Capture), Some(Direction::Playback)];
        let devices = collect(both.into_iter().map(|direction| hint("hw:CARD=Codec", "Codec", direction)));
        assert_eq!(devices.len(), 1);
        assert!(devices[0].microphone && devices[0].speaker);
    }

    #[test]
    fn parts_of_a_pipeline_are_left_out() {
        assert!(collect([hint("null", "Discard", None), hint("lavrate", "Rate", None)].into_iter()).is_empty());
    }
}
