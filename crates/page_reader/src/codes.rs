//! Codes (QR) on a page that was printed, written on, scanned, faxed and turned on its head.
//!
//! One way of looking finds most of them at once. What a fax has torn is looked for in other ways, the cheap ones first:
//! smoothed, smaller, larger, in black and white by other measures.

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::GrayImage;
use image::imageops::{self, FilterType};
use rqrr::PreparedImage;

/// What a code says, and how the page lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    pub text: String,
    /// Quarters to the right by which the page must be turned so that the code stands upright.
    pub quarters: u8,
}

/// The ways of looking, in order: the size of the picture, how much it is smoothed, and the grey that is black; `None`
/// measures each part of the page by itself.
const WAYS: [(f32, f32, Option<u8>); 9] = [
    (1.0, 0.0, None),
    (1.0, 1.2, Some(128)),
    (0.5, 0.0, None),
    (1.0, 0.0, Some(128)),
    (1.0, 2.0, Some(150)),
    (1.5, 1.5, Some(128)),
    (0.75, 0.8, Some(110)),
    (1.0, 1.0, Some(180)),
    (2.0, 2.5, Some(140)),
];

/// All that one way of looking finds, from the first that finds any.
pub fn codes(picture: &GrayImage) -> Vec<Code> {
    for (size, smooth, black) in WAYS {
        let (width, height) = picture.dimensions();
        let side = |side: u32| ((side as f32 * size) as u32).max(1);
        let mut seen = match size {
            1.0 => picture.clone(),
            _ => imageops::resize(picture, side(width), side(height), FilterType::Triangle),
        };
        if smooth > 0.0 {
            seen = imageops::fast_blur(&seen, smooth);
        }
        // The library under us was written for pictures that somebody meant to be read.
        let found = catch_unwind(AssertUnwindSafe(|| look(&seen, black))).unwrap_or_default();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

fn look(picture: &GrayImage, black: Option<u8>) -> Vec<Code> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let grey = picture.as_raw();
    let mut prepared = match black {
        None => PreparedImage::prepare_from_greyscale(width, height, |x, y| grey[y * width + x]),
        Some(black) => PreparedImage::prepare_from_bitmap(width, height, |x, y| grey[y * width + x] < black),
    };
    let grids = prepared.detect_grids();
    let read = grids.iter().filter_map(|grid| {
        let (_, text) = grid.decode().ok()?;
        let [from, to, ..] = grid.bounds;
        Some(Code { text, quarters: quarters(to.x - from.x, to.y - from.y) })
    });
    read.collect()
}

/// The upper edge of the code should run to the right.
fn quarters(across: i32, down: i32) -> u8 {
    match (across.abs() >= down.abs(), across >= 0, down >= 0) {
        (true, true, _) => 0,
        (true, false, _) => 2,
        // It runs down: the page lies on its right side.
        (false, _, true) => 3,
        (false, _, false) => 1,
    }
}
