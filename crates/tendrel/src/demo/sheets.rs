//! Sheets of paper as somebody in the district would send them: our form with its code, and a hand that wrote on it.

use page_reader::image::imageops::{self, FilterType};
use page_reader::image::{GrayImage, Luma};
use qrcode::Color;

use crate::desk::sheet_code::SheetCode;

/// A5 lying on its longer side would be half of it: A4 at 150 dots an inch.
const WIDE: u32 = 1240;
const HIGH: u32 = 1754;
/// The code with its margin, 28 mm.
const CODE: u32 = 165;
const INK: Luma<u8> = Luma([30]);

/// Letters of a hand: five dots across and seven down, each row in five bits. What is not here is left out.
const LETTERS: [(char, [u8; 7]); 37] = [
    ('a', [0, 0, 14, 1, 15, 17, 15]),
    ('b', [16, 16, 30, 17, 17, 17, 30]),
    ('c', [0, 0, 14, 16, 16, 17, 14]),
    ('d', [1, 1, 15, 17, 17, 17, 15]),
    ('e', [0, 0, 14, 17, 31, 16, 14]),
    ('f', [6, 9, 8, 28, 8, 8, 8]),
    ('g', [0, 15, 17, 17, 15, 1, 14]),
    ('h', [16, 16, 22, 25, 17, 17, 17]),
    ('i', [4, 0, 12, 4, 4, 4, 14]),
    ('j', [2, 0, 6, 2, 2, 18, 12]),
    ('k', [16, 16, 18, 20, 24, 20, 18]),
    ('l', [12, 4, 4, 4, 4, 4, 14]),
    ('m', [0, 0, 26, 21, 21, 17, 17]),
    ('n', [0, 0, 22, 25, 17, 17, 17]),
    ('o', [0, 0, 14, 17, 17, 17, 14]),
    ('p', [0, 0, 30, 17, 30, 16, 16]),
    ('q', [0, 0, 13, 19, 15, 1, 1]),
    ('r', [0, 0, 22, 25, 16, 16, 16]),
    ('s', [0, 0, 14, 16, 14, 1, 30]),
    ('t', [8, 8, 28, 8, 8, 9, 6]),
    ('u', [0, 0, 17, 17, 17, 19, 13]),
    ('v', [0, 0, 17, 17, 17, 10, 4]),
    ('w', [0, 0, 17, 17, 21, 21, 10]),
    ('x', [0, 0, 17, 10, 4, 10, 17]),
    ('y', [0, 0, 17, 17, 15, 1, 14]),
    ('z', [0, 0, 31, 2, 4, 8, 31]),
    ('0', [14, 17, 19, 21, 25, 17, 14]),
    ('1', [4, 12, 4, 4, 4, 4, 14]),
    ('2', [14, 17, 1, 2, 4, 8, 31]),
    ('3', [31, 2, 4, 2, 1, 17, 14]),
    ('4', [2, 6, 10, 18, 31, 2, 2]),
    ('5', [31, 16, 30, 1, 1, 17, 14]),
    ('6', [6, 8, 16, 30, 17, 17, 14]),
    ('7', [31, 1, 2, 4, 8, 8, 8]),
    ('8', [14, 17, 14, 17, 17, 17, 14]),
    ('9', [14, 17, 17, 15, 1, 2, 12]),
    ('.', [0, 0, 0, 0, 0, 12, 12]),
];

/// A page with this code above on the right, if it is one, and these words written on its lines.
pub(crate) fn sheet(code: &str, words: &str) -> GrayImage {
    let mut page = GrayImage::from_pixel(WIDE, HIGH, Luma([255]));
    if let Some(code) = SheetCode::parse(code).and_then(|code| squares(&code)) {
        imageops::overlay(&mut page, &code, i64::from(WIDE - CODE - 90), 80);
    }
    for x in 90..WIDE - 90 {
        page.put_pixel(x, 270, INK);
    }
    for (row, line) in (0_u32..).zip(words.lines().chain(std::iter::repeat("")).take(12)) {
        let y = 400 + row * 100;
        for x in 90..WIDE - 90 {
            page.put_pixel(x, y, Luma([120]));
        }
        for (place, letter) in (0_u32..).zip(line.chars().take(60)) {
            write(&mut page, letter, 110 + place * 18, y - 34 + (place * 7 + row * 3) % 5);
        }
    }
    page
}

fn squares(code: &SheetCode) -> Option<GrayImage> {
    let squares = code.squares().ok()?;
    let side = u32::try_from(squares.width()).ok()?;
    let colours = squares.to_colors();
    let dots = GrayImage::from_fn(side + 8, side + 8, |x, y| {
        let is_inside = (4..side + 4).contains(&x) && (4..side + 4).contains(&y);
        let is_dark = is_inside && colours[((y - 4) * side + x - 4) as usize] == Color::Dark;
        Luma([if is_dark { 0 } else { 255 }])
    });
    Some(imageops::resize(&dots, CODE, CODE, FilterType::Nearest))
}

/// A letter of fifteen dots by twenty-one.
fn write(page: &mut GrayImage, letter: char, left: u32, top: u32) {
    let wanted = letter.to_ascii_lowercase();
    let Some((_, rows)) = LETTERS.iter().find(|(known, _)| *known == wanted) else { return };
    for (down, row) in (0_u32..).zip(rows) {
        for across in (0_u32..5).filter(|across| row >> (4 - across) & 1 == 1) {
            for dot in 0..9 {
                page.put_pixel(left + across * 3 + dot % 3, top + down * 3 + dot / 3, INK);
            }
        }
    }
}
