//! Files as machines write them, around pictures of ours.

use std::io::Write;

use fax::maps::{black, mode, white};
use fax::{BitWriter, Bits, Color, VecWriter, encoder::Encoder};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use page_reader::image::GrayImage;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Way {
    Plain,
    G3,
    G3Twofold,
    G4,
}

fn dots(page: &GrayImage, row: u32) -> impl Iterator<Item = Color> + '_ {
    (0..page.width())
        .map(move |x| if page.get_pixel(x, row).0[0] < 128 { Color::Black } else { Color::White })
}

fn run(writer: &mut VecWriter, colour: Color, mut length: u16) {
    let bits = |of: u16| match colour {
        Color::White => white::encode(of).unwrap(),
        Color::Black => black::encode(of).unwrap(),
    };
    while length >= 2560 {
        writer.write(bits(2560)).unwrap();
        length -= 2560;
    }
    if length >= 64 {
        writer.write(bits(length & !63)).unwrap();
    }
    writer.write(bits(length & 63)).unwrap();
}

/// Where the colour changes.
fn changes(page: &GrayImage, row: u32) -> Vec<u16> {
    let mut colour = Color::White;
    let mut found = Vec::new();
    for (x, dot) in dots(page, row).enumerate() {
        if dot != colour {
            (colour, _) = (dot, found.push(x as u16));
        }
    }
    found
}

/// One line by itself (T.4, 4.1).
fn line(writer: &mut VecWriter, page: &GrayImage, row: u32) {
    let (mut colour, mut from) = (Color::White, 0);
    for to in changes(page, row).into_iter().chain([page.width() as u16]) {
        run(writer, colour, to - from);
        (colour, from) = (!colour, to);
    }
}

/// One line by what differs from the one above (T.4, 4.2).
fn line_by_difference(writer: &mut VecWriter, page: &GrayImage, row: u32) {
    let (above, here, width) = (changes(page, row - 1), changes(page, row), page.width() as u16);
    let (mut at, mut colour, mut begun) = (0_u16, Color::White, false);
    while at < width || !begun && at == 0 {
        let next = here.iter().copied().find(|x| *x > at || !begun && *x == at && colour == Color::White);
        let a1 = next.unwrap_or(width);
        let is_opposite = |index: usize| index.is_multiple_of(2) == (colour == Color::White);
        let b1_at = above.iter().enumerate().position(|(i, x)| (*x > at || !begun) && is_opposite(i));
        let b1 = b1_at.map_or(width, |i| above[i]);
        let b2 = b1_at.and_then(|i| above.get(i + 1)).copied().unwrap_or(width);
        begun = true;
        if b2 < a1 {
            writer.write(mode::encode(fax::maps::Mode::Pass).unwrap()).unwrap();
            at = b2;
            continue;
        }
        let difference = i32::from(a1) - i32::from(b1);
        if difference.abs() <= 3 {
            writer.write(mode::encode(fax::maps::Mode::Vertical(difference as i8)).unwrap()).unwrap();
            (at, colour) = (a1, !colour);
        } else {
            writer.write(mode::encode(fax::maps::Mode::Horizontal).unwrap()).unwrap();
            let a2 = here.iter().copied().find(|x| *x > a1).unwrap_or(width);
            run(writer, colour, a1 - at);
            run(writer, !colour, a2 - a1);
            at = a2;
        }
        if at >= width {
            break;
        }
    }
}

fn end_of_line(writer: &mut VecWriter) {
    writer.write(Bits { data: 1, len: 12 }).unwrap();
}

pub(crate) fn packed(page: &GrayImage, way: Way) -> Vec<u8> {
    let mut writer = VecWriter::new();
    match way {
        Way::Plain => return page.as_raw().clone(),
        Way::G4 => {
            let mut encoder = Encoder::new(writer);
            for row in 0..page.height() {
                encoder.encode_line(dots(page, row), page.width() as u16).unwrap();
            }
            return encoder.finish().unwrap().finish();
        }
        Way::G3 => {
            for row in 0..page.height() {
                end_of_line(&mut writer);
                line(&mut writer, page, row);
            }
            (0..6).for_each(|_| end_of_line(&mut writer));
        }
        Way::G3Twofold => {
            for row in 0..page.height() {
                end_of_line(&mut writer);
                let by_itself = row.is_multiple_of(4);
                writer.write(Bits { data: u16::from(by_itself), len: 1 }).unwrap();
                match by_itself {
                    true => line(&mut writer, page, row),
                    false => line_by_difference(&mut writer, page, row),
                }
            }
            for _ in 0..6 {
                end_of_line(&mut writer);
                writer.write(Bits { data: 1, len: 1 }).unwrap();
            }
        }
    }
    writer.finish()
}

/// Pages one after another, in small-endian order, with the dots an inch across and down.
pub(crate) fn tiff(pages: &[GrayImage], way: Way, (across, down): (u32, u32)) -> Vec<u8> {
    let mut file = b"II\x2a\0\0\0\0\0".to_vec();
    let mut link = 4;
    for page in pages {
        let data = packed(page, way);
        let at = file.len() as u32;
        file.extend(&data);
        file.resize(file.len().next_multiple_of(2), 0);
        let dots = file.len() as u32;
        for number in [across, 1, down, 1] {
            file.extend(number.to_le_bytes());
        }
        let directory = file.len() as u32;
        file[link..link + 4].copy_from_slice(&directory.to_le_bytes());
        let (bits, compression, photometric, options) = match way {
            Way::Plain => (8, 1, 1, 0),
            Way::G3 => (1, 3, 0, 0),
            Way::G3Twofold => (1, 3, 0, 1),
            Way::G4 => (1, 4, 0, 0),
        };
        let tags: [(u16, u16, u32); 12] = [
            (256, 4, page.width()),
            (257, 4, page.height()),
            (258, 3, bits),
            (259, 3, compression),
            (262, 3, photometric),
            (273, 4, at),
            (277, 3, 1),
            (278, 4, page.height()),
            (279, 4, data.len() as u32),
            (282, 5, dots),
            (283, 5, dots + 8),
            (292, 4, options),
        ];
        file.extend((tags.len() as u16).to_le_bytes());
        for (tag, kind, value) in tags {
            file.extend(tag.to_le_bytes());
            file.extend(kind.to_le_bytes());
            file.extend(1_u32.to_le_bytes());
            file.extend(value.to_le_bytes());
        }
        link = file.len();
        file.extend([0; 4]);
    }
    file
}

/// A4, each page one picture, as scanners write it.
pub(crate) fn pdf(pages: &[GrayImage], faxed: bool) -> Vec<u8> {
    let mut file = b"%PDF-1.5\n".to_vec();
    let mut places = Vec::new();
    let kids: Vec<String> = (0..pages.len()).map(|page| format!("{} 0 R", 3 + page * 3)).collect();
    let mut object = |file: &mut Vec<u8>, head: String, stream: Option<Vec<u8>>| {
        places.push(file.len());
        let number = places.len();
        write!(file, "{number} 0 obj\n{head}\n").unwrap();
        if let Some(bytes) = stream {
            file.extend(b"stream\n");
            file.extend(bytes);
            file.extend(b"\nendstream\n");
        }
        file.extend(b"endobj\n");
    };
    object(&mut file, "<< /Type /Catalog /Pages 2 0 R >>".to_owned(), None);
    object(&mut file, format!("<< /Type /Pages /Count {} /Kids [{}] >>", pages.len(), kids.join(" ")), None);
    for (index, page) in pages.iter().enumerate() {
        let (contents, picture) = (4 + index * 3, 5 + index * 3);
        let head = format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {contents} 0 R /Resources << /XObject << /Im {picture} 0 R >> >> >>"
        );
        object(&mut file, head, None);
        let drawing = b"q 595 0 0 842 0 0 cm /Im Do Q".to_vec();
        object(&mut file, format!("<< /Length {} >>", drawing.len()), Some(drawing));
        let (width, height) = page.dimensions();
        let (data, how) = match faxed {
            true => {
                let how = format!(
                    "/BitsPerComponent 1 /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns {width} /Rows {height} >>"
                );
                (packed(page, Way::G4), how)
            }
            false => {
                let mut zip = ZlibEncoder::new(Vec::new(), Compression::fast());
                zip.write_all(page.as_raw()).unwrap();
                (zip.finish().unwrap(), "/BitsPerComponent 8 /Filter /FlateDecode".to_owned())
            }
        };
        let head = format!(
            "<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray {how} /Length {} >>",
            data.len()
        );
        object(&mut file, head, Some(data));
    }
    let table = file.len();
    write!(file, "xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).unwrap();
    for place in &places {
        writeln!(file, "{place:010} 00000 n ").unwrap();
    }
    write!(file, "trailer << /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", places.len() + 1)
        .unwrap();
    file
}
