//! A strip of black and white cells along the top edge of a picture that carries who drew the frame and its number.

/// What a strip says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FrameCode {
    /// Who drew the picture (chosen by the owner: 1 = a lab, 2.. = boxes).
    pub source: u8,
    /// Counts frames from 0.
    pub frame: u32,
}

/// A writable luma plane (8 bits a pixel), rows `stride` bytes apart.
pub struct LumaMut<'a> {
    /// At least `stride * height` bytes.
    pub data: &'a mut [u8],
    /// Bytes from one row to the next.
    pub stride: usize,
    /// Pixels a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

/// A readable luma plane or a rectangle of one (start the slice at its first pixel).
#[derive(Clone, Copy)]
pub struct Luma<'a> {
    /// At least `stride * (height - 1) + width` bytes.
    pub data: &'a [u8],
    /// Bytes from one row to the next.
    pub stride: usize,
    /// Pixels a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

/// Height of the strip in pixels for a picture of this height (one 18th, at least 8).
pub const fn strip_height(picture_height: usize) -> usize {
    let h = picture_height / 18;
    if h < 8 { 8 } else { h }
}
