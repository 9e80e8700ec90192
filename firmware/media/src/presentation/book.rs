//! Pages of a picture file, a folder of pictures or a PDF file.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::poppler;
use crate::{
    api::Pages,
    capture::PictureFormat,
    error::MediaError,
    pipeline::{Note, Pace, Running, Timeline, described, named},
    pipelines::capture,
};

/// A file that gives no picture by then is none.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks whether reading has failed.
const LOOK: gst::ClockTime = gst::ClockTime::from_mseconds(50);
/// Pictures of a folder that are shown; a person turns no more.
const MOST: usize = 2000;
/// Ends of names of pictures, in lower case.
const PICTURES: [&str; 3] = ["png", "jpg", "jpeg"];

/// A page as it is shown.
#[derive(Debug)]
pub(super) struct Leaf {
    /// From 0 on.
    pub(super) number: usize,
    /// Of how many.
    pub(super) pages: usize,
    /// For people: the file.
    pub(super) name: String,
    pub(super) picture: gst::Buffer,
}

/// The page of this number, or the last where there are fewer. Blocks.
pub(super) fn leaf(of: &Pages, number: usize, format: &PictureFormat, timeline: &Timeline) -> Result<Leaf, MediaError> {
    let (pages, path) = match of {
        Pages::Picture(path) => (1, path.clone()),
        Pages::Folder(folder) => {
            let mut pictures = pictures(folder)?;
            let at = number.min(pictures.len() - 1);
            (pictures.len(), pictures.swap_remove(at))
        }
        Pages::Pdf(path) => (poppler::pages(path)?, path.clone()),
    };
    let number = number.min(pages - 1);
    let picture = match of {
        Pages::Pdf(path) => {
            let longest = format.info.width().max(format.info.height());
            fitted(&poppler::page(path, number, longest)?, format)?
        }
        Pages::Picture(_) | Pages::Folder(_) => read(&path, format, timeline)?,
    };
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Ok(Leaf { number, pages, name, picture })
}

/// The pictures of a folder by name, at least one.
fn pictures(folder: &Path) -> Result<Vec<PathBuf>, MediaError> {
    let failed = |reason: String| MediaError::pipeline(folder.display().to_string(), reason);
    let entries = std::fs::read_dir(folder).map_err(|error| failed(error.to_string()))?;
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| is_picture(path)).collect();
    found.sort_by_cached_key(|path| in_order(path));
    found.truncate(MOST);
    if found.is_empty() { Err(failed("there is no PNG or JPEG picture in the folder".into())) } else { Ok(found) }
}

fn is_picture(path: &Path) -> bool {
    let end = path.extension().and_then(|end| end.to_str()).map(str::to_ascii_lowercase);
    let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    !hidden && end.is_some_and(|end| PICTURES.contains(&end.as_str())) && path.is_file()
}

/// Numbers in names count as numbers: `2.png` stands before `10.png`.
fn in_order(path: &Path) -> Vec<(u64, String)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let mut parts = vec![(0_u64, String::new())];
    let mut in_digits = false;
    for c in name.chars() {
        let Some(last) = parts.last_mut() else { break };
        match c.to_digit(10) {
            Some(digit) if in_digits => last.0 = last.0.saturating_mul(10).saturating_add(digit.into()),
            Some(digit) => parts.push((digit.into(), String::new())),
            None => last.1.push(c),
        }
        in_digits = c.is_ascii_digit();
    }
    parts
}

/// A picture file in the format of the outgoing picture.
fn read(path: &Path, format: &PictureFormat, timeline: &Timeline) -> Result<gst::Buffer, MediaError> {
    let failed = |reason: String| MediaError::pipeline(path.display().to_string(), reason);
    let pipeline = described(&capture::picture_file(path, format.size).to_string())?;
    let sink: gst_app::AppSink = named(&pipeline, "out")?;
    let mut running = Running::start("page", pipeline, Pace::Own(timeline))?;
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        if let Some(sample) = sink.try_pull_sample(LOOK) {
            return sample.buffer_owned().ok_or_else(|| failed("gave no picture".into()));
        }
        match running.notes.try_recv() {
            Ok(Note::Failed { reason, .. }) => return Err(failed(reason)),
            Ok(Note::Ended) => return Err(failed("holds no picture".into())),
            Err(_) => {}
        }
    }
    Err(failed(format!("gives no picture within {} s", PATIENCE.as_secs())))
}

/// The page in the middle of a picture of this format, as large as it fits.
fn fitted(page: &poppler::Page, format: &PictureFormat) -> Result<gst::Buffer, MediaError> {
    let from = gst_video::VideoInfo::builder(gst_video::VideoFormat::Rgb, page.width, page.height).build()?;
    let (width, height) = (format.info.width(), format.info.height());
    let to = gst_video::VideoInfo::builder(format.info.format(), width, height).build()?;
    let mut converted = gst::Buffer::with_size(to.size())?;
    let mut config = gst_video::VideoConverterConfig::new();
    let (wide, high) = fit((page.width, page.height), (width, height));
    config.set_dest_x((((width - wide) / 2) & !1).cast_signed());
    config.set_dest_y((((height - high) / 2) & !1).cast_signed());
    config.set_dest_width(Some(wide.cast_signed()));
    config.set_dest_height(Some(high.cast_signed()));
    let rows = padded(page, &from);
    gst_video::VideoConverter::new(&from, &to, Some(config))?.frame_ref(
        &gst_video::VideoFrameRef::from_buffer_ref_readable(&gst::Buffer::from_slice(rows), &from)?,
        &mut gst_video::VideoFrameRef::from_buffer_ref_writable(converted.make_mut(), &to)?,
    );
    Ok(converted)
}

/// Rows as `GStreamer` has them, each a multiple of four bytes.
fn padded(page: &poppler::Page, info: &gst_video::VideoInfo) -> Vec<u8> {
    let row = page.width as usize * 3;
    let stride = info.stride().first().map_or(row, |stride| usize::try_from(*stride).unwrap_or(row));
    let mut rows = vec![0; stride * page.height as usize];
    for (to, from) in rows.chunks_exact_mut(stride).zip(page.rgb.chunks_exact(row)) {
        to[..row].copy_from_slice(from);
    }
    rows
}

/// The largest size of the same shape within a limit, in even numbers, at least 2x2.
pub(super) fn fit((width, height): (u32, u32), (most_wide, most_high): (u32, u32)) -> (u32, u32) {
    let scaled = |most: u32, side: u32, other: u32| {
        u32::try_from(u64::from(most) * u64::from(side) / u64::from(other.max(1))).unwrap_or(most)
    };
    let by_width = (most_wide, scaled(most_wide, height, width));
    let (wide, high) = if by_width.1 <= most_high { by_width } else { (scaled(most_high, width, height), most_high) };
    ((wide & !1).max(2), (high & !1).max(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_keep_their_shape() {
        assert_eq!(fit((905, 1280), (1280, 720)), (508, 720));
        assert_eq!(fit((1280, 720), (640, 360)), (640, 360));
        assert_eq!(fit((1280, 400), (640, 360)), (640, 200));
        assert_eq!(fit((5000, 1), (640, 360)), (640, 2));
    }

    #[test]
    fn a_folder_is_shown_in_the_order_people_expect_and_nothing_else_of_it() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["10.png", "2.PNG", "1 b.jpg", "1 a.jpeg", ".3.png", "notes.txt", "x"] {
            std::fs::write(folder.path().join(name), b"").unwrap();
        }
        std::fs::create_dir(folder.path().join("4.png")).unwrap();
        let names: Vec<_> = pictures(folder.path())
            .unwrap()
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["1 a.jpeg", "1 b.jpg", "2.PNG", "10.png"]);
    }

    #[test]
    fn a_folder_without_pictures_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let refused = pictures(folder.path()).unwrap_err().to_string();
        assert!(refused.contains("no PNG or JPEG"), "{refused}");
        let refused = pictures(&folder.path().join("none")).unwrap_err().to_string();
        assert!(refused.contains("No such file"), "{refused}");
    }
}
