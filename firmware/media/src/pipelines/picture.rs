//! Size and rate of the outgoing picture, and its caps.

/// The outgoing picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureSize {
    /// Pixels, even, at least 64.
    pub width: u32,
    /// Pixels, even, at least 36.
    pub height: u32,
    /// Frames a second, 1..=60.
    pub rate: u32,
}

impl PictureSize {
    /// Width and height as caps have them.
    pub(crate) fn size(self) -> String {
        format!("width={},height={}", self.width, self.height)
    }

    /// Caps of an I420 picture with square pixels.
    pub(crate) fn caps(self) -> String {
        let (size, rate, colours) = (self.size(), self.rate, self.colours());
        format!("video/x-raw,format=I420,{size},framerate={rate}/1,pixel-aspect-ratio=1/1,{colours}")
    }

    /// The colours that decoders take for granted where a stream does not tell: those of TV sets of this size.
    const fn colours(self) -> &'static str {
        if self.height > 576 {
            "interlace-mode=progressive,colorimetry=bt709,chroma-site=mpeg2"
        } else {
            "interlace-mode=progressive,colorimetry=bt601"
        }
    }
}
