//! A film of raw pictures in the very format that goes out (YUV4MPEG2, a `.y4m` file), read picture by picture.
//!
//! `decodebin` would look into such a file with all it has, and load libav for it.

use std::{fs::File, io::ErrorKind, os::unix::fs::FileExt, path::Path};

use crate::{
    capture::{PictureFormat, pool::PicturePool},
    error::MediaError,
    pipelines::PictureSize,
};

/// First word of the file.
const MAGIC: &str = "YUV4MPEG2";
/// Before each picture, where it has no parameters of its own.
const FRAME: [u8; 6] = *b"FRAME\n";
/// A header is looked for in so many bytes: usual ones have 60.
const LONGEST_HEADER: usize = 512;

/// Pictures of a film, round and round.
pub(super) struct RawFilm {
    file: File,
    header: Header,
    pictures: u64,
    /// Of one picture, in bytes.
    size: u64,
    pool: PicturePool,
    /// Time of the first picture asked for.
    begun: Option<gst::ClockTime>,
}

/// What the file says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Header {
    /// In bytes, with its end of line.
    length: u64,
    /// Pictures in so many seconds.
    rate: (u64, u64),
}

impl RawFilm {
    /// `None` for a file of any other kind or format.
    pub(super) fn open(path: &Path, format: &PictureFormat) -> Result<Option<Self>, MediaError> {
        let Ok(file) = File::open(path) else { return Ok(None) };
        let mut start = [0; LONGEST_HEADER];
        let known = read_start(&file, &mut start).and_then(|start| header(start, format.size));
        let size = u64::try_from(format.info.size()).unwrap_or(u64::MAX);
        let packed = u64::from(format.size.width) * u64::from(format.size.height) * 3 / 2 == size;
        let (Some(header), true, Ok(about)) = (known, packed, file.metadata()) else { return Ok(None) };
        let step = FRAME.len() as u64 + size;
        let pictures = about.len().saturating_sub(header.length);
        if pictures == 0 || !pictures.is_multiple_of(step) {
            return Ok(None);
        }
        let pool = PicturePool::new(format)?;
        Ok(Some(Self { file, header, pictures: pictures / step, size, pool, begun: None }))
    }

    /// The picture of this time, with the times of `pace`.
    pub(super) fn next(&mut self, pace: &gst::BufferRef) -> Result<gst::Buffer, MediaError> {
        let time = pace.pts().unwrap_or(gst::ClockTime::ZERO);
        let since = time.saturating_sub(*self.begun.get_or_insert(time));
        let mut picture = self.pool.take()?;
        let writable = picture.make_mut();
        {
            let mut pixels = writable.map_writable()?;
            self.read(number(since, self.header.rate) % self.pictures, &mut pixels)?;
        }
        pace.copy_into(writable, gst::BufferCopyFlags::TIMESTAMPS, ..)?;
        Ok(picture)
    }

    fn read(&self, number: u64, pixels: &mut [u8]) -> Result<(), MediaError> {
        let at = self.header.length + number * (FRAME.len() as u64 + self.size);
        let mut mark = [0; FRAME.len()];
        let read = self.file.read_exact_at(&mut mark, at);
        let read = read.and_then(|()| self.file.read_exact_at(pixels, at + FRAME.len() as u64));
        read.map_err(|error| MediaError::pipeline("camera", format!("the film: {error}")))?;
        if mark == FRAME { Ok(()) } else { Err(MediaError::pipeline("camera", "the film is damaged")) }
    }
}

fn read_start<'a>(file: &File, start: &'a mut [u8]) -> Option<&'a [u8]> {
    let mut filled = 0;
    while filled < start.len() {
        match file.read_at(&mut start[filled..], filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
    start.get(..filled)
}

/// Number of the picture that is shown this long after the first: the nearest, as times are rounded.
fn number(since: gst::ClockTime, (pictures, seconds): (u64, u64)) -> u64 {
    let per = u128::from(seconds) * 1_000_000_000;
    let number = (u128::from(since.nseconds()) * u128::from(pictures) + per / 2) / per;
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// The header of a film (mjpegtools' yuv4mpeg(5)) whose pictures are of this size, I420, whole, with square pixels.
fn header(start: &[u8], size: PictureSize) -> Option<Header> {
    let end = start.iter().position(|byte| *byte == b'\n')?;
    let mut parameters = std::str::from_utf8(&start[..end]).ok()?.split(' ');
    parameters.next().filter(|first| *first == MAGIC)?;
    let (mut sides, mut rate) = ((None, None), (25, 1));
    for parameter in parameters {
        let mut value = parameter.chars();
        let kind = value.next()?;
        let value = value.as_str();
        let fits = match kind {
            'W' => sides.0.replace(value.parse().ok()?).is_none(),
            'H' => sides.1.replace(value.parse().ok()?).is_none(),
            'F' => {
                let (pictures, seconds) = value.split_once(':')?;
                rate = (pictures.parse().ok()?, seconds.parse().ok()?);
                rate.0 > 0 && rate.1 > 0
            }
            'I' => matches!(value, "p" | "?"),
            'A' => matches!(value, "1:1" | "0:0"),
            'C' => matches!(value, "420" | "420jpeg" | "420mpeg2" | "420paldv"),
            'X' => true,
            _ => false,
        };
        if !fits {
            return None;
        }
    }
    let fits = sides == (Some(size.width), Some(size.height));
    fits.then_some(Header { length: end as u64 + 1, rate })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: PictureSize = PictureSize { width: 64, height: 48, rate: 30 };

    fn of(text: &str) -> Option<(u64, u64)> {
        header(format!("{text}\nFRAME\n").as_bytes(), SIZE).map(|header| header.rate)
    }

    #[test]
    fn a_film_of_the_format_that_goes_out_is_known_by_its_header() {
        assert_eq!(of("YUV4MPEG2 W64 H48 F30000:1001 Ip A1:1 C420mpeg2 XYSCSS=420MPEG2"), Some((30_000, 1_001)));
        assert_eq!(of("YUV4MPEG2 H48 W64"), Some((25, 1)));
    }

    #[test]
    fn anything_else_is_not() {
        for other in [
            "RIFF",
            "YUV4MPEG2",
            "YUV4MPEG2 W64 H36 F30:1",
            "YUV4MPEG2 W64 H48 F30:0",
            "YUV4MPEG2 W64 H48 C444",
            "YUV4MPEG2 W64 H48 It",
            "YUV4MPEG2 W64 H48 A4:3",
            "YUV4MPEG2 W64  H48",
            "YUV4MPEG2 W64 W64 H48",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
        assert_eq!(header(b"YUV4MPEG2 W64 H48", SIZE), None);
    }

    #[test]
    fn each_picture_has_its_turn_whatever_the_rounding_of_times() {
        let at = |frame: u64, rate: u64| gst::ClockTime::from_nseconds(frame * 1_000_000_000 / rate);
        assert!((0..10_000).all(|frame| number(at(frame, 30), (30, 1)) == frame));
        assert!((0..1_000).all(|frame| number(at(frame * 2, 30), (15, 1)) == frame));
    }

    /// A film whose pictures are grey, each of another grey.
    fn film(pictures: u8) -> tempfile::NamedTempFile {
        use std::io::Write;
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"YUV4MPEG2 W64 H48 F30:1\n").unwrap();
        for grey in 0..pictures {
            file.write_all(&FRAME).unwrap();
            file.write_all(&[grey; 64 * 48 * 3 / 2]).unwrap();
        }
        file
    }

    #[test]
    fn it_goes_round() {
        gst::init().unwrap();
        let format = PictureFormat::new((64, 48, 30)).unwrap();
        let written = film(3);
        let mut film = RawFilm::open(written.path(), &format).unwrap().unwrap();
        let mut grey = |frame: u64| {
            let mut pace = gst::Buffer::new();
            let time = gst::ClockTime::from_nseconds(7_000_000_000 + frame * 1_000_000_000 / 30);
            pace.make_mut().set_pts(time);
            let picture = film.next(&pace).unwrap();
            assert_eq!(picture.pts(), Some(time));
            picture.map_readable().unwrap()[100]
        };
        assert_eq!([0, 1, 2, 3, 4, 60].map(&mut grey), [0, 1, 2, 0, 1, 0]);
    }

    #[test]
    fn what_was_cut_off_is_left_to_others() {
        gst::init().unwrap();
        let format = PictureFormat::new((64, 48, 30)).unwrap();
        let written = film(2);
        written.as_file().set_len(5_000).unwrap();
        assert!(RawFilm::open(written.path(), &format).unwrap().is_none());
    }

    #[test]
    fn damage_is_told_and_not_shown() {
        gst::init().unwrap();
        let format = PictureFormat::new((64, 48, 30)).unwrap();
        let written = film(2);
        let mut film = RawFilm::open(written.path(), &format).unwrap().unwrap();
        written.as_file().write_all_at(b"noise!", 24).unwrap();
        assert!(film.next(&gst::Buffer::new()).is_err());
    }
}
