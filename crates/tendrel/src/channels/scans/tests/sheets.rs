//! Sheets as somebody would send them, drawn by what draws those of the demonstration.

pub(crate) use crate::demo::sheets::sheet;

/// As a PNG.
pub(crate) fn png(code: &str, words: &str) -> Vec<u8> {
    page_reader::png(&sheet(code, words))
}

/// Several in one TIFF, each dot a byte.
pub(crate) fn tiff(sheets: &[page_reader::image::GrayImage]) -> Vec<u8> {
    let mut file = b"II\x2a\0\0\0\0\0".to_vec();
    let mut link = 4;
    for sheet in sheets {
        let at = file.len() as u32;
        file.extend(sheet.as_raw());
        file.resize(file.len().next_multiple_of(2), 0);
        let directory = file.len() as u32;
        file[link..link + 4].copy_from_slice(&directory.to_le_bytes());
        let size = sheet.as_raw().len() as u32;
        let tags: [(u16, u32); 9] = [
            (256, sheet.width()),
            (257, sheet.height()),
            (258, 8),
            (259, 1),
            (262, 1),
            (273, at),
            (277, 1),
            (278, sheet.height()),
            (279, size),
        ];
        file.extend((tags.len() as u16).to_le_bytes());
        for (tag, value) in tags {
            file.extend(tag.to_le_bytes());
            file.extend(4_u16.to_le_bytes());
            file.extend(1_u32.to_le_bytes());
            file.extend(value.to_le_bytes());
        }
        link = file.len();
        file.extend([0; 4]);
    }
    file
}
