//! A sheet as the desk prints it: a code of 28 mm above on the right, lines to write on, and somebody's hand.

use page_reader::image::imageops::{self, FilterType};
use page_reader::image::{GrayImage, Luma};
use qrcode::{Color, EcLevel, QrCode, Version};

pub(crate) const SHORT: &str = "TENDREL:PUN:INTERNET-LAN:V1";
pub(crate) const LONG: &str = "TENDREL:PUN:INTERNET-LAN:V1:PUN-26-01482-7:ABCDEFGHIJKLMNOP";

/// A4 at 200 dots an inch.
const WIDE: u32 = 1654;
const HIGH: u32 = 2339;

/// Chance that is the same each time.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1_u64 << 24) as f32
    }
}

pub(crate) fn code(text: &str) -> GrayImage {
    let level = if text.len() < 30 { EcLevel::Q } else { EcLevel::M };
    let code = QrCode::with_error_correction_level(text, level).unwrap();
    assert!(matches!(code.version(), Version::Normal(1..=4)), "{text}");
    let side = code.width() as u32;
    let colours = code.to_colors();
    let dots = GrayImage::from_fn(side + 8, side + 8, |x, y| {
        let inside = (4..side + 4).contains(&x) && (4..side + 4).contains(&y);
        let dark = inside && colours[((y - 4) * side + x - 4) as usize] == Color::Dark;
        Luma([if dark { 0 } else { 255 }])
    });
    // 28 mm with its margin, at 200 dots an inch.
    imageops::resize(&dots, 220, 220, FilterType::Nearest)
}

pub(crate) fn sheet(text: &str, seed: u64) -> GrayImage {
    let mut page = GrayImage::from_pixel(WIDE, HIGH, Luma([255]));
    if !text.is_empty() {
        imageops::overlay(&mut page, &code(text), i64::from(WIDE) - 330, 110);
    }
    let mut chance = Chance::new(seed + 1);
    for row in 0..14_u32 {
        let y = 520 + row * 120;
        for x in 110..WIDE - 110 {
            page.put_pixel(x, y, Luma([0]));
        }
        let (mut x, mut height) = (180.0_f32, 0.0_f32);
        while x < 900.0 + 500.0 * chance.next() {
            height = (height + (chance.next() - 0.5) * 18.0).clamp(-30.0, 30.0);
            for dot in 0..9_u32 {
                let (at, up) = (x as u32 + dot % 3, (y as f32 - 30.0 + height) as u32 + dot / 3);
                page.put_pixel(at, up, Luma([40]));
            }
            x += 1.5;
        }
    }
    page
}
