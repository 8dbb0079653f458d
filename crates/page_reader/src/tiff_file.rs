//! Pages of a TIFF: those of fax machines, and those of scanners.

use std::io::Cursor;

use hayro_ccitt::EncodingMode;
use image::GrayImage;
use tiff::ColorType;
use tiff::decoder::ifd::Value;
use tiff::decoder::{Decoder, DecodingResult};
use tiff::tags::Tag;

use crate::fax::{self, Strip};
use crate::{PAGES, PIXELS, Unread, shape};

type File<'a> = Decoder<Cursor<&'a [u8]>>;

pub(crate) fn pages(bytes: &[u8], take: &mut dyn FnMut(GrayImage)) -> Result<(), Unread> {
    let mut file = Decoder::new(Cursor::new(bytes)).map_err(|_| Unread::Broken)?;
    for _ in 0..PAGES {
        take(page(&mut file, bytes)?);
        if !file.more_images() {
            return Ok(());
        }
        file.next_image().map_err(|_| Unread::Broken)?;
    }
    Err(Unread::Pages)
}

fn page(file: &mut File<'_>, bytes: &[u8]) -> Result<GrayImage, Unread> {
    let (width, height) = file.dimensions().map_err(|_| Unread::Broken)?;
    if u64::from(width) * u64::from(height) > PIXELS {
        return Err(Unread::Large);
    }
    let number = |file: &mut File<'_>, tag: Tag| file.find_tag_unsigned::<u32>(tag).ok().flatten();
    let grey = match number(file, Tag::Compression).unwrap_or(1) {
        compression @ 2..=4 => faxed(file, bytes, (width, height), compression)?,
        _ => scanned(file, (width, height))?,
    };
    let picture = GrayImage::from_raw(width, height, grey).ok_or(Unread::Broken)?;
    let dots = |file: &mut File<'_>, tag: Tag| match file.get_tag(tag) {
        Ok(Value::Rational(dots, of)) if of > 0 => Some(f64::from(dots) / f64::from(of)),
        Ok(other) => other.into_f64().ok(),
        Err(_) => None,
    };
    let (across, down) = (dots(file, Tag::XResolution), dots(file, Tag::YResolution));
    let squared = shape::squared(picture, across.unwrap_or(1.0), down.unwrap_or(1.0));
    Ok(match number(file, Tag::Orientation) {
        Some(3) => shape::turned(squared, 2),
        Some(6) => shape::turned(squared, 1),
        Some(8) => shape::turned(squared, 3),
        _ => squared,
    })
}

/// Lines of a fax, which the library under us reads in one of its three ways only.
fn faxed(
    file: &mut File<'_>,
    bytes: &[u8],
    (width, height): (u32, u32),
    compression: u32,
) -> Result<Vec<u8>, Unread> {
    let mut number = |tag: Tag| file.find_tag_unsigned::<u32>(tag).ok().flatten();
    let options = number(Tag::Unknown(292)).unwrap_or(0);
    let is_reversed = number(Tag::FillOrder) == Some(2);
    let black_is_zero = number(Tag::PhotometricInterpretation) == Some(1);
    let rows = number(Tag::RowsPerStrip).filter(|rows| *rows > 0).unwrap_or(height);
    let mode = match compression {
        4 => EncodingMode::Group4,
        3 if options & 1 == 1 => EncodingMode::Group3_2D,
        _ => EncodingMode::Group3_1D,
    };
    let offsets = file.get_tag_u64_vec(Tag::StripOffsets).map_err(|_| Unread::Broken)?;
    let lengths = file.get_tag_u64_vec(Tag::StripByteCounts).map_err(|_| Unread::Broken)?;
    let (mut grey, mut left, mut read) = (Vec::new(), height, 0);
    for (offset, length) in offsets.into_iter().zip(lengths) {
        let rows = rows.min(left);
        if rows == 0 {
            break;
        }
        let part = part(bytes, offset, length).ok_or(Unread::Broken)?;
        let turned: Vec<u8>;
        let part = if is_reversed {
            turned = part.iter().map(|byte| byte.reverse_bits()).collect();
            &turned
        } else {
            part
        };
        let strip = Strip { bytes: part, width, rows, mode, is_aligned: compression == 2 };
        read += fax::lines(&strip, &mut grey);
        left -= rows;
    }
    if read == 0 {
        return Err(Unread::Broken);
    }
    grey.resize(width as usize * height as usize, 255);
    if black_is_zero {
        grey.iter_mut().for_each(|dot| *dot = 255 - *dot);
    }
    Ok(grey)
}

/// As much of a strip as the file has.
fn part(bytes: &[u8], offset: u64, length: u64) -> Option<&[u8]> {
    let from = usize::try_from(offset).ok().filter(|from| *from < bytes.len())?;
    let to = from.saturating_add(usize::try_from(length).ok()?).min(bytes.len());
    Some(&bytes[from..to])
}

fn scanned(file: &mut File<'_>, (width, height): (u32, u32)) -> Result<Vec<u8>, Unread> {
    let colours = file.colortype().map_err(|_| Unread::Broken)?;
    let read = file.read_image().map_err(|error| match error {
        tiff::TiffError::LimitsExceeded => Unread::Large,
        _ => Unread::Broken,
    })?;
    let dots: Vec<u8> = match read {
        DecodingResult::U8(dots) => dots,
        DecodingResult::U16(dots) => dots.into_iter().map(|dot| (dot >> 8) as u8).collect(),
        _ => return Err(Unread::Kind),
    };
    let size = width as usize * height as usize;
    let grey: Vec<u8> = match colours {
        ColorType::Gray(1) if dots.len() < size => unpacked(&dots, width as usize),
        ColorType::Gray(1) => dots.into_iter().map(|dot| if dot == 0 { 0 } else { 255 }).collect(),
        ColorType::Gray(8 | 16) => dots,
        ColorType::GrayA(_) => dots.chunks_exact(2).map(|dot| dot[0]).collect(),
        ColorType::RGB(8 | 16) | ColorType::YCbCr(8) => dots.chunks_exact(3).map(grey_of).collect(),
        ColorType::RGBA(8 | 16) => dots.chunks_exact(4).map(grey_of).collect(),
        ColorType::CMYK(8 | 16) => dots.chunks_exact(4).map(printed).collect(),
        _ => return Err(Unread::Kind),
    };
    if grey.len() < size { Err(Unread::Broken) } else { Ok(grey[..size].to_vec()) }
}

/// Eight dots in a byte, each line from a byte on.
fn unpacked(dots: &[u8], width: usize) -> Vec<u8> {
    let lines = dots.chunks(width.div_ceil(8));
    let line = |bytes: &[u8]| -> Vec<u8> {
        let dot =
            |at: usize| if bytes.get(at / 8).is_some_and(|it| it >> (7 - at % 8) & 1 == 1) { 255 } else { 0 };
        (0..width).map(dot).collect()
    };
    lines.flat_map(line).collect()
}

fn grey_of(dot: &[u8]) -> u8 {
    ((u32::from(dot[0]) * 299 + u32::from(dot[1]) * 587 + u32::from(dot[2]) * 114) / 1000) as u8
}

fn printed(dot: &[u8]) -> u8 {
    let key = 255 - u32::from(dot[3]);
    let ink = (u32::from(dot[0]) * 299 + u32::from(dot[1]) * 587 + u32::from(dot[2]) * 114) / 1000;
    ((255 - ink) * key / 255) as u8
}
