//! The form of a picture: its size, its proportions, which side is up.

use image::GrayImage;
use image::imageops::{self, FilterType};

use crate::LONGEST_SIDE;

/// So that its longer side has no more than `LONGEST_SIDE` pixels.
pub(crate) fn small_enough(picture: GrayImage) -> GrayImage {
    let longest = picture.width().max(picture.height());
    if longest <= LONGEST_SIDE {
        return picture;
    }
    let part = |side: u32| (u64::from(side) * u64::from(LONGEST_SIDE) / u64::from(longest)).max(1) as u32;
    imageops::resize(&picture, part(picture.width()), part(picture.height()), FilterType::Triangle)
}

/// A fax has fewer lines down than dots across: the side with fewer is drawn out.
pub(crate) fn squared(picture: GrayImage, across: f64, down: f64) -> GrayImage {
    let ratio = across / down;
    let is_told = ratio.is_finite() && (0.2..5.0).contains(&ratio);
    if !is_told || (0.9..1.1).contains(&ratio) {
        return picture;
    }
    let (width, height) = picture.dimensions();
    let drawn = |side: u32, by: f64| ((f64::from(side) * by).round() as u32).max(1);
    match ratio > 1.0 {
        true => imageops::resize(&picture, width, drawn(height, ratio), FilterType::Triangle),
        false => imageops::resize(&picture, drawn(width, 1.0 / ratio), height, FilterType::Triangle),
    }
}

/// Turned by quarters to the right.
pub fn turned(picture: GrayImage, quarters: u8) -> GrayImage {
    match quarters % 4 {
        1 => imageops::rotate90(&picture),
        2 => imageops::rotate180(&picture),
        3 => imageops::rotate270(&picture),
        _ => picture,
    }
}
