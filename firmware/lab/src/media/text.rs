//! Text as a mask, drawn by Pango through `GStreamer`.

use gst::prelude::*;

use super::MediaError;
use super::canvas::WIDTH;
use super::timeline::{exit, named};

/// Luma of black and white in limited range.
const BLACK: u8 = 16;
const WHITE: u8 = 235;

/// How much of each pixel is covered by text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Mask {
    /// One byte a pixel, 255 = covered.
    pub(super) alpha: Vec<u8>,
    pub(super) width: usize,
    pub(super) height: usize,
}

/// Draws one line of text in the font `DejaVu Sans`; `size` in pixels, roughly the height of a capital with its descenders.
pub(super) fn mask(text: &str, size: usize, bold: bool) -> Result<Mask, MediaError> {
    let height = (size * 3 / 2 + 1) & !1;
    let description = format!(
        "videotestsrc num-buffers=1 pattern=black ! video/x-raw,format=I420,width={WIDTH},height={height} \
         ! textoverlay name=text auto-resize=false draw-shadow=false draw-outline=false wrap-mode=none halignment=left \
         valignment=top xpad=0 ypad=0 ! {}",
        exit("out", false)
    );
    let pipeline = gst::parse::launch(&description)?;
    let bin = pipeline.downcast::<gst::Pipeline>().map_err(|_| MediaError::Pipeline("not a pipeline".into()))?;
    let overlay: gst::Element = named(&bin, "text")?;
    overlay.set_property("text", gst::glib::markup_escape_text(text).as_str());
    let weight = if bold { "Bold " } else { "" };
    overlay.set_property("font-desc", format!("DejaVu Sans {weight}{size}px"));
    let out: gst_app::AppSink = named(&bin, "out")?;
    bin.set_state(gst::State::Playing)?;
    let sample = out.pull_sample();
    bin.set_state(gst::State::Null)?;
    let sample = sample?;
    let buffer = sample.buffer().ok_or_else(|| MediaError::Pipeline("no text drawn".into()))?;
    let map = buffer.map_readable().map_err(|error| MediaError::Pipeline(error.to_string()))?;
    Ok(trimmed(&map, WIDTH, height))
}

/// The mask of a luma plane, cut to the right of the text.
fn trimmed(luma: &[u8], stride: usize, height: usize) -> Mask {
    let rows = || luma.chunks_exact(stride).take(height);
    let last = rows().filter_map(|row| row.iter().rposition(|y| *y > BLACK)).max();
    let width = last.map_or(0, |last| (last + 2) & !1).min(stride);
    let alpha = rows().flat_map(|row| row[..width].iter().map(|y| coverage(*y))).collect();
    Mask { alpha, width, height }
}

fn coverage(luma: u8) -> u8 {
    let above = u16::from(luma.clamp(BLACK, WHITE) - BLACK);
    // At most 255, because the luma was clamped.
    (above * 255 / u16::from(WHITE - BLACK)).to_le_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_drawn_and_longer_text_is_wider() {
        gst::init().unwrap();
        let short = mask("A", 30, false).unwrap();
        let long = mask("A & <B>", 30, true).unwrap();
        assert!(short.width > 10 && long.width > 2 * short.width, "{} {}", short.width, long.width);
        assert!(short.alpha.iter().any(|alpha| *alpha > 200));
        assert_eq!(mask("", 30, false).unwrap().width, 0);
    }
    /// The sink once waited at the end of the stream for somebody who had already begun to stop it.
    #[test]
    fn drawing_often_never_hangs() {
        gst::init().unwrap();
        let draw = || (0..150).for_each(|number| assert!(mask(&number.to_string(), 20, false).unwrap().width > 0));
        std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(draw))));
    }
}
