//! Screen pictures as PNG (exact, for programs) and JPEG (small, for eyes).

use roombox_media::api::Snapshot;

/// Width of the reduced picture in pixels: enough for the panel's TV on an ordinary monitor.
const REDUCED_WIDTH: u32 = 896;
/// JPEG quality 1..=100; above this the size doubles without a visible gain.
const QUALITY: u8 = 82;

/// Why a picture could not be encoded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PictureError {
    #[error("PNG: {0}")]
    Png(#[from] png::EncodingError),
    #[error("JPEG: {0}")]
    Jpeg(#[from] jpeg_encoder::EncodingError),
    #[error("a picture of {0}x{1} pixels cannot be a JPEG")]
    TooLarge(u32, u32),
}

pub(crate) fn png(picture: &Snapshot) -> Result<Vec<u8>, PictureError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width, picture.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&picture.rgb)?;
    writer.finish()?;
    Ok(bytes)
}

pub(crate) fn jpeg(picture: &Snapshot) -> Result<Vec<u8>, PictureError> {
    let too_large = || PictureError::TooLarge(picture.width, picture.height);
    let width = u16::try_from(picture.width).map_err(|_| too_large())?;
    let height = u16::try_from(picture.height).map_err(|_| too_large())?;
    let mut bytes = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut bytes, QUALITY);
    encoder.encode(&picture.rgb, width, height, jpeg_encoder::ColorType::Rgb)?;
    Ok(bytes)
}

/// The picture at panel size, bilinear; a smaller one stays as it is.
pub(crate) fn reduced(picture: Snapshot) -> Snapshot {
    if picture.width <= REDUCED_WIDTH {
        return picture;
    }
    let height = (picture.height * REDUCED_WIDTH / picture.width).max(1);
    let columns = spots(picture.width, REDUCED_WIDTH);
    let mut rgb = Vec::with_capacity((REDUCED_WIDTH * height * 3) as usize);
    let row_bytes = picture.width as usize * 3;
    for (upper, lower, down) in spots(picture.height, height) {
        let row = |number: usize| &picture.rgb[number * row_bytes..(number + 1) * row_bytes];
        let (above, below) = (row(upper), row(lower));
        for &(left, right, across) in &columns {
            for channel in 0..3 {
                let (left, right) = (left * 3 + channel, right * 3 + channel);
                let top = mix(u32::from(above[left]), u32::from(above[right]), across);
                let bottom = mix(u32::from(below[left]), u32::from(below[right]), across);
                rgb.push(u8::try_from(mix(top, bottom, down)).unwrap_or(u8::MAX));
            }
        }
    }
    Snapshot { width: REDUCED_WIDTH, height, rgb }
}

/// For each of `to` places in a line of `from`: the two neighbours and the share of the second in 1/256.
fn spots(from: u32, to: u32) -> Vec<(usize, usize, u32)> {
    (0..to)
        .map(|at| {
            let exact = (at * 2 + 1) * 128 * from / to;
            let position = exact.saturating_sub(128);
            let first = position / 256;
            (first as usize, (first + 1).min(from - 1) as usize, position % 256)
        })
        .collect()
}

const fn mix(first: u32, second: u32, share: u32) -> u32 {
    (first * (256 - share) + second * share) / 256
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(width: u32, height: u32) -> Snapshot {
        Snapshot { width, height, rgb: vec![90; (width * height * 3) as usize] }
    }

    #[test]
    fn a_reduced_picture_keeps_shape_and_colour() {
        let small = reduced(grey(1280, 720));
        assert_eq!((small.width, small.height), (896, 504));
        assert!(small.rgb.iter().all(|&value| value == 90));
        assert_eq!(small.rgb.len(), 896 * 504 * 3);
    }

    #[test]
    fn a_small_picture_stays() {
        assert_eq!(reduced(grey(320, 180)).width, 320);
    }

    #[test]
    fn png_gives_back_every_pixel() {
        let bytes = png(&grey(8, 4)).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        assert_eq!(pixels, vec![90; 8 * 4 * 3]);
    }

    #[test]
    fn jpeg_begins_like_one() {
        assert_eq!(jpeg(&grey(16, 16)).unwrap()[..2], [0xff, 0xd8]);
    }
}
