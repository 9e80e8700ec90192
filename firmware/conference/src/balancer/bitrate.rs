//! How many bits a picture gets (spec section 7.3).

/// Least, in bit/s: for a picture of at most 64 pixels.
pub(super) const MINIMUM: u32 = 60_000;
/// Most, in bit/s: for a picture wider than 1920 pixels, or of unknown width.
const MAXIMUM: u32 = 4_000_000;
/// Up to this width (pixels) that much (bit/s).
const TABLE: [(u32, u32); 9] = [
    (64, MINIMUM),
    (128, 120_000),
    (256, 250_000),
    (384, 320_000),
    (426, 380_000),
    (640, 500_000),
    (848, 700_000),
    (1280, 1_000_000),
    (1920, 2_000_000),
];

/// Bit/s for a picture this many thousandths of a pixel wide; of unknown width, the most.
pub(super) fn of_width(width_millis: Option<u64>) -> u32 {
    let fits = |width: u64| TABLE.iter().find(|(up_to, _)| width <= u64::from(*up_to) * 1000);
    width_millis.and_then(fits).map_or(MAXIMUM, |(_, rate)| *rate)
}

/// AV1 needs six tenths of what the others need.
pub(super) fn with_codec(rate: u32, mime_type: &str) -> u32 {
    if mime_type.to_ascii_lowercase().contains("av1") { rate / 10 * 6 } else { rate }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels(width: u64) -> u32 {
        of_width(Some(width * 1000))
    }

    #[test]
    fn every_range_of_the_table_ends_where_it_says() {
        let rows = [
            (64, 60_000),
            (128, 120_000),
            (256, 250_000),
            (384, 320_000),
            (426, 380_000),
            (640, 500_000),
            (848, 700_000),
            (1280, 1_000_000),
            (1920, 2_000_000),
        ];
        for (index, (width, rate)) in rows.into_iter().enumerate() {
            assert_eq!(pixels(width), rate, "{width}");
            let next = rows.get(index + 1).map_or(4_000_000, |(_, rate)| *rate);
            assert_eq!(of_width(Some(width * 1000 + 1)), next, "just over {width}");
        }
        assert_eq!((pixels(0), pixels(1), pixels(7680)), (60_000, 60_000, 4_000_000));
        assert_eq!(of_width(None), 4_000_000);
    }

    #[test]
    fn a_wider_picture_never_gets_less() {
        assert!((0..5000).is_sorted_by_key(pixels));
    }

    #[test]
    fn av1_gets_six_tenths_in_any_spelling_and_every_other_codec_all() {
        for (rate, av1) in [(60_000, 36_000), (380_000, 228_000), (1_000_000, 600_000), (4_000_000, 2_400_000), (0, 0)]
        {
            assert_eq!(with_codec(rate, "video/AV1"), av1);
            assert_eq!(with_codec(rate, "video/av1x"), av1);
            for other in ["video/H264", "video/VP8", "video/VP9", "", "av"] {
                assert_eq!(with_codec(rate, other), rate);
            }
        }
    }
}
