//! What happens to a sheet on its way: it lies askew, it is torn into black and white, dust falls on it.

use page_reader::image::imageops::{self, FilterType};
use page_reader::image::{GrayImage, Luma};

use crate::draw::Chance;

/// Turned by degrees to the right about its middle; what comes from outside is white.
pub(crate) fn askew(page: &GrayImage, degrees: f32) -> GrayImage {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (middle_x, middle_y) = (page.width() as f32 / 2.0, page.height() as f32 / 2.0);
    GrayImage::from_fn(page.width(), page.height(), |x, y| {
        let (across, down) = (x as f32 - middle_x, y as f32 - middle_y);
        let (at_x, at_y) = (across * cos + down * sin + middle_x, down * cos - across * sin + middle_y);
        Luma([imageops::sample_bilinear(page, at_x / page.width() as f32, at_y / page.height() as f32)
            .map_or(255, |dot| dot.0[0])])
    })
}

pub(crate) fn black_and_white(page: &GrayImage, black: u8) -> GrayImage {
    GrayImage::from_fn(page.width(), page.height(), |x, y| {
        Luma([if page.get_pixel(x, y).0[0] < black { 0 } else { 255 }])
    })
}

/// So many of a thousand dots are turned over.
pub(crate) fn dusty(page: &GrayImage, of_a_thousand: f32, seed: u64) -> GrayImage {
    let mut chance = Chance::new(seed + 77);
    let mut dusty = page.clone();
    for dot in dusty.pixels_mut() {
        if chance.next() * 1000.0 < of_a_thousand {
            dot.0[0] = 255 - dot.0[0];
        }
    }
    dusty
}

/// A copy of a copy: soft edges, grey paper.
pub(crate) fn soft(page: &GrayImage, by: f32) -> GrayImage {
    let mut soft = imageops::fast_blur(page, by);
    soft.pixels_mut().for_each(|dot| dot.0[0] = 40 + (u32::from(dot.0[0]) * 170 / 255) as u8);
    soft
}

/// As a fax machine sees it: 204 dots an inch across, and so many down.
pub(crate) fn faxed(page: &GrayImage, down: u32) -> GrayImage {
    let height = page.height() * down / 200;
    let seen = imageops::resize(page, 1728, height, FilterType::Triangle);
    black_and_white(&seen, 128)
}
