//! Bytes of a fax or a scan → its pages as grey pictures, and the codes that are printed on them.
//!
//! PDF, TIFF (as fax machines write it too: CCITT group 3 and 4, with other resolutions across than down), PNG and JPEG.
//! Pure: asks no disk and no network. What comes is from anybody: pages, sizes and depths are bounded here, memory and
//! time by whoever calls, best in a process of its own.

mod codes;
mod fax;
mod pdf;
mod photo;
mod shape;
mod tiff_file;

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::{ExtendedColorType, GrayImage, ImageEncoder};

pub use codes::{Code, codes};
pub use image;
pub use shape::turned;

/// Pages of one file.
pub const PAGES: usize = 50;
/// Pixels of one page as it comes: A3 at 600 dots an inch, and some more.
pub const PIXELS: u64 = 80_000_000;
/// The longer side of a page as it is kept, in pixels: A4 at 200 dots an inch.
pub const LONGEST_SIDE: u32 = 2_400;

/// Why nothing, or not all, could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    #[error("it is no PDF, TIFF, PNG or JPEG")]
    Kind,
    #[error("the file is damaged")]
    Broken,
    #[error("the file is locked with a password")]
    Locked,
    #[error("it has more than {PAGES} pages")]
    Pages,
    #[error("a page has too many pixels")]
    Large,
}

/// One page, as upright as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// PNG, grey; its longer side has at most `LONGEST_SIDE` pixels.
    pub png: Vec<u8>,
    pub width: u32,
    pub height: u32,
    pub codes: Vec<Code>,
}

/// What the bytes are, as far as this crate reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Pdf,
    Tiff,
    Png,
    Jpeg,
}

impl Kind {
    /// By the first bytes.
    pub fn of(bytes: &[u8]) -> Option<Kind> {
        let head = &bytes[..bytes.len().min(1024)];
        match head {
            [0x89, b'P', b'N', b'G', ..] => Some(Kind::Png),
            [0xFF, 0xD8, 0xFF, ..] => Some(Kind::Jpeg),
            [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Some(Kind::Tiff),
            // Some writers put something before it; readers look for it in the first kilobyte.
            _ => head.windows(5).any(|part| part == b"%PDF-").then_some(Kind::Pdf),
        }
    }
}

/// Every page with its codes.
///
/// # Errors
/// What is wrong with the file. Nothing of it is given then.
pub fn read(bytes: &[u8]) -> Result<Vec<Page>, Unread> {
    let mut pages = Vec::new();
    each_page(bytes, &mut |picture| {
        let picture = shape::small_enough(picture);
        let codes = codes::codes(&picture);
        pages.push(Page { png: png(&picture), width: picture.width(), height: picture.height(), codes });
    })?;
    Ok(pages)
}

/// Hands over each page as a grey picture, in its own proportions.
///
/// # Errors
/// What is wrong with the file; the pages before that were handed over.
pub fn each_page(bytes: &[u8], take: &mut dyn FnMut(GrayImage)) -> Result<(), Unread> {
    let kind = Kind::of(bytes).ok_or(Unread::Kind)?;
    // What stands under it was written by others, and reads what anybody sent.
    let reading = catch_unwind(AssertUnwindSafe(|| match kind {
        Kind::Pdf => pdf::pages(bytes, take),
        Kind::Tiff => tiff_file::pages(bytes, take),
        Kind::Png | Kind::Jpeg => photo::page(bytes).map(take),
    }));
    reading.unwrap_or(Err(Unread::Broken))
}

/// A picture as it is kept.
pub fn png(picture: &GrayImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
    let (width, height) = picture.dimensions();
    // Into memory it cannot fail.
    let _ = encoder.write_image(picture.as_raw(), width, height, ExtendedColorType::L8);
    bytes
}

/// A picture that was kept.
///
/// # Errors
/// When it is none.
pub fn of_png(bytes: &[u8]) -> Result<GrayImage, Unread> {
    photo::page(bytes)
}
