//! Who gets how much of what may be sent: sound first, then what is presented, then the camera.

/// What sound is to have at this much for all, in bit/s: fullband speech, else less (RFC 7587 section 3.1.1).
const SOUND: [(u32, u32); 3] = [(150_000, 40_000), (80_000, 24_000), (0, 12_000)];
/// RTP headers of 50 packets of sound a second, in bit/s.
const SOUND_HEADERS: u32 = 8_000;
/// Part of the rate of pictures that is theirs in thousandths; the rest is headers and retransmissions.
const PAYLOAD: u32 = 950;
/// Part of the pictures' rate that a presentation may have at most while the camera wants the rest, in thousandths.
const PRESENTED: u32 = 650;
/// With less a picture is not worth sending, in bit/s: sound has the path for itself.
const LEAST_PICTURE: u32 = 30_000;
/// With so much it is sent again: a rate that goes up and down a little does not make it come and go.
const AGAIN: u32 = 45_000;

/// What pictures would like at most, in bit/s; 0 = not sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) camera: u32,
    pub(crate) presentation: u32,
}

impl Wanted {
    /// What a path must carry for it, in bit/s; without pictures as good as nothing.
    pub(crate) fn in_all(self) -> u32 {
        let pictures = u64::from(self.camera.saturating_add(self.presentation)) * 1000 / u64::from(PAYLOAD);
        u32::try_from(pictures).unwrap_or(u32::MAX).saturating_add(SOUND[0].1 + SOUND_HEADERS)
    }
}

/// What each gets, in bit/s; 0 = nothing is to be sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shares {
    pub(crate) sound: u32,
    pub(crate) camera: u32,
    pub(crate) presentation: u32,
}

/// Pictures that are wanted and not sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Resting {
    pub(crate) camera: bool,
    pub(crate) presentation: bool,
}

impl Shares {
    /// Which of the wanted pictures get nothing.
    pub(crate) const fn resting(self, wanted: Wanted) -> Resting {
        Resting {
            camera: wanted.camera > 0 && self.camera == 0,
            presentation: wanted.presentation > 0 && self.presentation == 0,
        }
    }
}

/// Divides `rate` bit/s; `resting`: as it is until now.
pub(crate) fn share(rate: u32, wanted: Wanted, resting: Resting) -> Shares {
    let sound = SOUND.iter().find(|(all, _)| rate >= *all).map_or(0, |(_, sound)| *sound);
    let pictures = thousandths(rate.saturating_sub(sound + SOUND_HEADERS), PAYLOAD);
    let first = if wanted.camera == 0 { pictures } else { thousandths(pictures, PRESENTED) };
    let camera = (pictures - wanted.presentation.min(first)).min(wanted.camera);
    let presentation = (pictures - camera).min(wanted.presentation);
    let worth = |rate: u32, rested: bool| if rate < if rested { AGAIN } else { LEAST_PICTURE } { 0 } else { rate };
    // A camera that is not worth sending leaves its part to what is presented.
    match (worth(camera, resting.camera), worth(presentation, resting.presentation)) {
        (0, presentation) if presentation > 0 => {
            Shares { sound, camera: 0, presentation: pictures.min(wanted.presentation) }
        }
        (camera, presentation) => Shares { sound, camera, presentation },
    }
}

fn thousandths(rate: u32, part: u32) -> u32 {
    u32::try_from(u64::from(rate) * u64::from(part) / 1000).unwrap_or(rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(rate: u32, wanted: Wanted) -> Shares {
        super::share(rate, wanted, Resting::default())
    }

    const CAMERA: Wanted = Wanted { camera: 2_500_000, presentation: 0 };
    const BOTH: Wanted = Wanted { camera: 2_500_000, presentation: 1_000_000 };

    #[test]
    fn with_enough_all_get_what_they_want() {
        let all = share(BOTH.in_all(), BOTH);
        assert!(all.camera + all.presentation >= 3_499_990 && all.sound == 40_000, "{all:?}");
        assert_eq!(share(10_000_000, BOTH), Shares { sound: 40_000, camera: 2_500_000, presentation: 1_000_000 });
    }

    #[test]
    fn sound_comes_first_and_is_alone_at_last() {
        assert_eq!(share(1_000_000, CAMERA), Shares { sound: 40_000, camera: 904_400, presentation: 0 });
        assert_eq!(share(100_000, CAMERA), Shares { sound: 24_000, camera: 64_600, presentation: 0 });
        assert_eq!(share(45_000, CAMERA), Shares { sound: 12_000, camera: 0, presentation: 0 });
    }

    #[test]
    fn what_is_presented_goes_before_the_camera_which_gives_way_at_last() {
        let shares = share(1_000_000, BOTH);
        assert_eq!((shares.presentation, shares.camera), (587_860, 316_540));
        let shares = share(110_000, BOTH);
        assert_eq!((shares.presentation, shares.camera), (74_100, 0));
    }

    #[test]
    fn a_picture_that_rests_needs_more_than_one_that_is_sent() {
        assert!(share(60_000, CAMERA).camera > 0);
        let resting = share(50_000, CAMERA).resting(CAMERA);
        assert_eq!(resting, Resting { camera: true, presentation: false });
        assert_eq!(super::share(60_000, CAMERA, resting).camera, 0);
        assert!(super::share(85_000, CAMERA, resting).camera > 0);
    }

    #[test]
    fn nobody_gets_more_than_there_is() {
        for rate in (0..4_000_000).step_by(7_001) {
            for wanted in [CAMERA, BOTH, Wanted { presentation: 300_000, ..CAMERA }] {
                let Shares { camera, presentation, .. } = share(rate, wanted);
                assert!(camera + presentation <= rate, "{rate} {wanted:?}");
                assert!(camera <= wanted.camera && presentation <= wanted.presentation);
            }
        }
    }
}
