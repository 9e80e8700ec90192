//! Pages to present: still pictures that carry a frame code.

use std::fmt::Write as _;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use roombox_testcard::code::{FrameCode, LumaMut, draw};

/// Of a page in pixels.
const SIZE: (u32, u32) = (1280, 720);
/// Luma of the page around its code.
const GREY: u8 = 120;

/// Writes a PNG whose code has this number.
pub fn write_png(path: &Path, source: u8) {
    let file = BufWriter::new(File::create(path).expect("the folder is writable"));
    let mut encoder = png::Encoder::new(file, SIZE.0, SIZE.1);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().expect("the disk has room");
    writer.write_image_data(&page(source)).expect("the disk has room");
    writer.finish().expect("the disk has room");
}

/// Writes a PDF with a page for each of these numbers.
pub fn write_pdf(path: &Path, sources: &[u8]) {
    let (width, height) = SIZE;
    let mut objects = vec![b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(), Vec::new()];
    let kids = (0..sources.len()).map(|page| format!("{} 0 R", 3 + page * 3)).collect::<Vec<_>>().join(" ");
    for source in sources {
        let number = objects.len() + 1;
        let resources = format!("/Resources << /XObject << /P {} 0 R >> >>", number + 2);
        let content = format!("/Contents {} 0 R", number + 1);
        objects.push(
            format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] {resources} {content} >>").into(),
        );
        objects.push(stream("", format!("{width} 0 0 {height} 0 0 cm /P Do").as_bytes()));
        let format = "/ColorSpace /DeviceGray /BitsPerComponent 8";
        let image = format!("/Type /XObject /Subtype /Image /Width {width} /Height {height} {format}");
        objects.push(stream(&image, &page(*source)));
    }
    objects[1] = format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", sources.len()).into();
    std::fs::write(path, file_of(&objects)).expect("the folder is writable");
}

/// An object with data (ISO 32000-1 section 7.3.8).
fn stream(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let head = format!("<< {dictionary} /Length {} >>\nstream\n", data.len());
    [head.as_bytes(), data, b"\nendstream"].concat()
}

/// The objects in a row with their cross-reference table (ISO 32000-1 section 7.5.4).
fn file_of(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in (1..).zip(objects) {
        writeln!(table, "{:010} 00000 n ", file.len()).expect("a string takes what it is given");
        file.extend_from_slice(&[format!("{number} 0 obj\n").as_bytes(), object, b"\nendobj\n"].concat());
    }
    let (start, size) = (file.len(), objects.len() + 1);
    let trailer = format!("{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    file.extend_from_slice(trailer.as_bytes());
    file
}

fn page(source: u8) -> Vec<u8> {
    let (width, height) = (SIZE.0 as usize, SIZE.1 as usize);
    let mut plane = vec![GREY; width * height];
    draw(&mut LumaMut { data: &mut plane, stride: width, width, height }, FrameCode { source, frame: 0 });
    plane
}
