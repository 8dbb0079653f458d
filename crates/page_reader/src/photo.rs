//! A page that is one picture: PNG or JPEG.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageDecoder, ImageError, ImageReader, Limits};

use crate::{PIXELS, Unread};

pub(crate) fn page(bytes: &[u8]) -> Result<GrayImage, Unread> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| Unread::Broken)?;
    let mut decoder = reader.into_decoder().map_err(|error| why(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS {
        return Err(Unread::Large);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(4 * PIXELS);
    decoder.set_limits(limits).map_err(|error| why(&error))?;
    // A telephone says which side was up.
    let orientation = decoder.orientation().map_err(|error| why(&error))?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| why(&error))?;
    picture.apply_orientation(orientation);
    if !picture.color().has_alpha() {
        return Ok(picture.into_luma8());
    }
    // What is clear is paper.
    let whole = picture.into_luma_alpha8();
    Ok(GrayImage::from_fn(whole.width(), whole.height(), |x, y| {
        let [grey, opaque] = whole.get_pixel(x, y).0.map(u32::from);
        image::Luma([((grey * opaque + 255 * (255 - opaque)) / 255) as u8])
    }))
}

fn why(error: &ImageError) -> Unread {
    match error {
        ImageError::Limits(_) => Unread::Large,
        _ => Unread::Broken,
    }
}
