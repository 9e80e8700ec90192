//! A strip of black and white cells along the top edge of a picture that carries who drew the frame and its number.
//!
//! 64 cells of equal width, left to right: four sync cells, 8 bits source, 32 bits frame number, 16 bits checksum (most
//! significant bit first, white = 1), four sync cells. A cell is 20 x 40 pixels in a 720p picture and 5 x 10 in a 180p
//! one, so it outlives scaling and low bit rates; whoever draws it keeps the chroma of the strip neutral (128).

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
    /// At least `stride * (height - 1) + width` bytes.
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

impl<'a> Luma<'a> {
    /// The rectangle of this plane with its first pixel at `x`, `y`; `None` where it does not fit.
    pub fn rectangle(&self, x: usize, y: usize, width: usize, height: usize) -> Option<Luma<'a>> {
        let fits = x.checked_add(width)? <= self.width && y.checked_add(height)? <= self.height;
        let data = self.data.get(y.checked_mul(self.stride)?.checked_add(x)?..)?;
        fits.then_some(Luma { data, stride: self.stride, width, height })
    }
}

/// Black of limited-range video (ITU-R BT.709, 8 bits).
pub const BLACK: u8 = 16;
/// White of limited-range video (ITU-R BT.709, 8 bits).
pub const WHITE: u8 = 235;

/// Cells of a strip; a picture narrower than this cannot carry one.
pub const CELLS: usize = 64;

const LEADING_SYNC: u64 = 0b1010;
const TRAILING_SYNC: u64 = 0b0101;
const SYNC_MASK: u64 = 0xF000_0000_0000_000F;
const SYNC: u64 = LEADING_SYNC << 60 | TRAILING_SYNC;

/// Luma steps between the mean black and the mean white sync cell below which a strip counts as unreadable.
const LEAST_CONTRAST: u32 = 48;

/// Height of the strip in pixels for a picture of this height (one 18th, at least 8).
pub const fn strip_height(picture_height: usize) -> usize {
    let h = picture_height / 18;
    if h < 8 { 8 } else { h }
}

/// Draws the strip over the top edge. A plane narrower than [`CELLS`], or with less data than it claims, stays as it is.
pub fn draw(plane: &mut LumaMut<'_>, code: FrameCode) {
    let (width, rows) = (plane.width, strip_height(plane.height).min(plane.height));
    if width < CELLS || plane.stride < width || rows == 0 || plane.data.len() < plane.stride * (rows - 1) + width {
        return;
    }
    let bits = encode(code);
    for cell in 0..CELLS {
        let value = if bit(bits, cell) { WHITE } else { BLACK };
        plane.data[cell * width / CELLS..(cell + 1) * width / CELLS].fill(value);
    }
    for row in 1..rows {
        plane.data.copy_within(0..width, row * plane.stride);
    }
}

/// Reads the strip; `None` when there is none, or it is too damaged to be sure of.
pub fn read(plane: &Luma<'_>) -> Option<FrameCode> {
    let rows = strip_height(plane.height);
    if plane.width < CELLS
        || plane.height < rows
        || plane.stride < plane.width
        || plane.data.len() < plane.stride * (rows - 1) + plane.width
    {
        return None;
    }
    let mut means = [0; CELLS];
    for (cell, mean) in means.iter_mut().enumerate() {
        *mean = cell_mean(plane, rows, cell);
    }
    let (black, white) = sync_levels(&means);
    if white < black + LEAST_CONTRAST {
        return None;
    }
    let threshold = u32::midpoint(black, white);
    let bits = means.iter().fold(0, |bits, mean| bits << 1 | u64::from(*mean > threshold));
    decode(bits)
}

/// Luma of an RGB picture (three bytes a pixel, `width` pixels a row without padding), BT.709 weights, full range.
/// The result has one byte a pixel and a stride of `width`.
pub fn luma_from_rgb(rgb: &[u8]) -> Vec<u8> {
    let weigh = |p: &[u8]| (54 * u16::from(p[0]) + 183 * u16::from(p[1]) + 19 * u16::from(p[2])) >> 8;
    // The weights sum to 256, so the shifted sum fits in eight bits.
    rgb.chunks_exact(3).map(|pixel| weigh(pixel).to_le_bytes()[0]).collect()
}

/// Reads the strip of an RGB picture, for example a screen snapshot.
pub fn read_rgb(rgb: &[u8], width: usize, height: usize) -> Option<FrameCode> {
    read(&Luma { data: &luma_from_rgb(rgb), stride: width, width, height })
}

const fn bit(bits: u64, cell: usize) -> bool {
    bits >> (CELLS - 1 - cell) & 1 == 1
}

fn encode(code: FrameCode) -> u64 {
    let payload = u64::from(code.source) << 32 | u64::from(code.frame);
    SYNC | payload << 20 | u64::from(checksum(payload)) << 4
}

fn decode(bits: u64) -> Option<FrameCode> {
    let [_, _, _, source, a, b, c, d] = (bits >> 20 & 0xFF_FFFF_FFFF).to_be_bytes();
    let code = FrameCode { source, frame: u32::from_be_bytes([a, b, c, d]) };
    (bits & SYNC_MASK == SYNC && encode(code) == bits).then_some(code)
}

/// CRC-16/IBM-3740 (polynomial 0x1021, start 0xFFFF) over the 40 payload bits.
fn checksum(payload: u64) -> u16 {
    payload.to_be_bytes()[3..].iter().fold(0xFFFF, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| crc << 1 ^ if crc & 0x8000 == 0 { 0 } else { 0x1021 })
    })
}

/// Mean luma of the inner half of a cell: its edges belong to scaler and encoder.
fn cell_mean(plane: &Luma<'_>, rows: usize, cell: usize) -> u32 {
    let (left, right) = inner_half(cell * plane.width / CELLS, (cell + 1) * plane.width / CELLS);
    let (top, bottom) = inner_half(0, rows);
    let pixels = (top..bottom).flat_map(|y| &plane.data[y * plane.stride + left..y * plane.stride + right]);
    let (sum, count) = pixels.fold((0, 0), |(sum, count), pixel| (sum + u32::from(*pixel), count + 1));
    sum / count
}

/// A span without the quarter at either end.
const fn inner_half(start: usize, end: usize) -> (usize, usize) {
    let quarter = (end - start) / 4;
    (start + quarter, end - quarter)
}

/// Mean of the black and of the white sync cells.
fn sync_levels(means: &[u32; CELLS]) -> (u32, u32) {
    let mean_of = |white: bool| {
        let cells = (0..CELLS).filter(|cell| bit(SYNC_MASK, *cell) && bit(SYNC, *cell) == white);
        cells.map(|cell| means[cell]).sum::<u32>() / 4
    };
    (mean_of(false), mean_of(true))
}
