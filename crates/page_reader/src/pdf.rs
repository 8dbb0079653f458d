//! Pages of a PDF. A scan holds pictures; what it says in letters of the machine is shown where it brings its own.

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use image::{GrayImage, Luma};

use crate::{LONGEST_SIDE, PAGES, Unread};

/// Dots an inch, of which a PDF has 72.
const DOTS: f32 = 200.0 / 72.0;

pub(crate) fn pages(bytes: &[u8], take: &mut dyn FnMut(GrayImage)) -> Result<(), Unread> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|error| match error {
        LoadPdfError::Decryption(_) => Unread::Locked,
        LoadPdfError::Invalid => Unread::Broken,
    })?;
    let pages = pdf.pages();
    match pages.len() {
        0 => return Err(Unread::Broken),
        count if count > PAGES => return Err(Unread::Pages),
        _ => {}
    }
    let (cache, letters, drawing) =
        (RenderCache::new(), InterpreterSettings::default(), RenderSettings::default());
    for page in pages.iter() {
        let (width, height) = page.render_dimensions();
        let longest = width.max(height);
        if !(width >= 1.0 && height >= 1.0 && longest.is_finite()) {
            return Err(Unread::Broken);
        }
        let scale = DOTS.min(LONGEST_SIDE as f32 / longest);
        if width.min(height) * scale < 1.0 {
            return Err(Unread::Broken);
        }
        let size = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
        let drawn = render(page, &cache, &letters, &drawing, &size);
        let (width, height) = (u32::from(drawn.width()), u32::from(drawn.height()));
        let dots = drawn.data_as_u8_slice();
        let grey = GrayImage::from_fn(width, height, |x, y| {
            let at = (y as usize * width as usize + x as usize) * 4;
            let [red, green, blue] = [0, 1, 2].map(|colour| u32::from(dots[at + colour]));
            Luma([((red * 299 + green * 587 + blue * 114) / 1000) as u8])
        });
        take(grey);
    }
    Ok(())
}
