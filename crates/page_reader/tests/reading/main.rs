//! Sheets of ours, spoilt as paper is spoilt, in files as machines write them: which are read.

#![expect(clippy::unwrap_used, reason = "a test may panic anywhere")]

mod draw;
mod files;
mod spoil;

use draw::{Chance, LONG, SHORT, sheet};
use files::{Way, pdf, tiff};
use page_reader::image::codecs::jpeg::JpegEncoder;
use page_reader::image::imageops;
use page_reader::image::{ExtendedColorType, GrayImage, ImageEncoder};
use page_reader::{PAGES, Unread, codes, png, read};
use proptest::prelude::*;
use spoil::{askew, black_and_white, dusty, faxed, soft};

const FINE: (u32, u32) = (204, 196);
const COARSE: (u32, u32) = (204, 98);

type Spoil = fn(&GrayImage, u64) -> GrayImage;

/// How a sheet came, and of four how many must be read: with a short code, and with a long one.
const WAYS: [(&str, Spoil, usize, usize); 12] = [
    ("as printed", |page, _| page.clone(), 4, 4),
    ("black and white", |page, _| black_and_white(page, 128), 4, 4),
    ("askew by 1 to 7 degrees", |page, seed| askew(page, 1.0 + (seed % 7) as f32), 4, 4),
    (
        "askew, black and white",
        |page, seed| black_and_white(&askew(page, 1.0 + (seed % 7) as f32), 128),
        4,
        4,
    ),
    (
        "askew, black and white, dust",
        |page, seed| dusty(&black_and_white(&askew(page, -1.0 - (seed % 7) as f32), 128), 20.0, seed),
        4,
        3,
    ),
    ("dust all over", |page, seed| dusty(page, 50.0, seed), 4, 3),
    ("a soft copy on grey paper", |page, _| soft(page, 1.5), 4, 4),
    ("too dark, black and white", |page, _| black_and_white(&soft(page, 1.0), 170), 4, 3),
    ("upside down", |page, _| imageops::rotate180(page), 4, 4),
    ("fax, fine", |page, seed| faxed(&askew(page, (seed % 4) as f32 - 1.5), 196), 4, 4),
    (
        "fax, fine, dust",
        |page, seed| dusty(&faxed(&askew(page, (seed % 4) as f32 - 1.5), 196), 10.0, seed),
        4,
        3,
    ),
    (
        "fax, upside down",
        |page, seed| imageops::rotate180(&faxed(&askew(page, (seed % 3) as f32 - 1.0), 196)),
        4,
        4,
    ),
];

#[test]
fn what_was_printed_is_found_again() {
    println!("{:<32}{:>6}{:>6}", "of four are read", "short", "long");
    let mut wrong = Vec::new();
    for (name, spoil, least_short, least_long) in WAYS {
        let found = |text: &str| {
            let is_read =
                |seed: &u64| codes(&spoil(&sheet(text, *seed), *seed)).iter().any(|code| code.text == text);
            (0..4).filter(is_read).count()
        };
        let (short, long) = (found(SHORT), found(LONG));
        println!("{name:<32}{short:>6}{long:>6}");
        if short < least_short || long < least_long {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "fewer than before: {wrong:?}");
}

#[test]
fn a_coarse_fax_is_read_in_every_way_machines_write_it() {
    println!("{:<32}{:>6}{:>6}", "204 by 98, of four", "short", "long");
    for way in [Way::G3, Way::G3Twofold, Way::G4] {
        let found = |text: &str| {
            let is_read = |seed: &u64| {
                let page = faxed(&askew(&sheet(text, *seed), (*seed % 4) as f32 - 1.5), 98);
                let pages = read(&tiff(&[page], way, COARSE)).unwrap();
                pages[0].codes.iter().any(|code| code.text == text)
            };
            (0..4).filter(is_read).count()
        };
        let (short, long) = (found(SHORT), found(LONG));
        println!("{:<32}{short:>6}{long:>6}", format!("{way:?}"));
        assert!(short == 4 && long >= 3, "{way:?}: {short} {long}");
    }
}

#[test]
fn every_dot_of_a_fax_comes_back() {
    let page = faxed(&sheet(SHORT, 3), 98);
    for way in [Way::G3, Way::G3Twofold, Way::G4, Way::Plain] {
        let mut seen = Vec::new();
        page_reader::each_page(&tiff(std::slice::from_ref(&page), way, (204, 204)), &mut |it| seen.push(it))
            .unwrap();
        assert!(seen == [page.clone()], "{way:?}");
    }
}

#[test]
fn a_fax_stands_in_its_own_proportions() {
    let page = faxed(&sheet(SHORT, 3), 98);
    let pages = read(&tiff(&[page.clone(), page], Way::G4, COARSE)).unwrap();
    assert_eq!(pages.len(), 2);
    let ratio = f64::from(pages[0].height) / f64::from(pages[0].width);
    assert!((1.35..1.48).contains(&ratio), "{ratio}");
}

#[test]
fn pdf_png_and_jpeg_are_read_page_by_page() {
    let (first, second, third) = (sheet(LONG, 1), sheet("", 2), sheet(SHORT, 3));
    for is_fax in [false, true] {
        let pages = read(&pdf(&[first.clone(), second.clone(), third.clone()], is_fax)).unwrap();
        let said: Vec<&str> =
            pages.iter().map(|page| page.codes.first().map_or("", |code| code.text.as_str())).collect();
        assert_eq!(said, [LONG, "", SHORT]);
        assert!(pages.iter().all(|page| page.width > 1500 && page.height > 2200));
    }
    assert_eq!(read(&png(&first)).unwrap()[0].codes[0].text, LONG);
    let mut photo = Vec::new();
    let (width, height) = third.dimensions();
    JpegEncoder::new_with_quality(&mut photo, 40)
        .write_image(third.as_raw(), width, height, ExtendedColorType::L8)
        .unwrap();
    assert_eq!(read(&photo).unwrap()[0].codes[0].text, SHORT);
}

#[test]
fn a_page_says_how_it_must_be_turned() {
    let page = sheet(SHORT, 5);
    for quarters in 0..4 {
        let lies = page_reader::turned(page.clone(), quarters);
        let found = codes(&lies);
        assert_eq!(found[0].quarters, (4 - quarters) % 4);
        assert!(page_reader::turned(lies, found[0].quarters) == page);
    }
}

#[test]
fn what_cannot_be_read_says_why() {
    assert_eq!(read(b"PK\x03\x04 a zip"), Err(Unread::Kind));
    assert_eq!(read(b""), Err(Unread::Kind));
    assert_eq!(read(b"%PDF-1.4 scan"), Err(Unread::Broken));
    assert_eq!(read(b"II\x2a\0\x08\0\0\0"), Err(Unread::Broken));
    assert_eq!(read(&png(&sheet("", 1))[..3000]), Err(Unread::Broken));
    let small = GrayImage::from_pixel(9, 9, page_reader::image::Luma([255]));
    assert_eq!(read(&tiff(&vec![small.clone(); PAGES + 1], Way::G4, FINE)), Err(Unread::Pages));
    assert_eq!(read(&pdf(&vec![small.clone(); PAGES + 1], false)), Err(Unread::Pages));
    assert_eq!(read(&tiff(&vec![small; PAGES], Way::G4, FINE)).map(|pages| pages.len()), Ok(PAGES));
    let locked = String::from_utf8_lossy(&pdf(&[], false)).replace(
        "/Root 1 0 R",
        "/Root 1 0 R /ID [<00><00>] /Encrypt << /Filter /Standard /V 1 /R 2 /O <00> /U <00> /P -4 >>",
    );
    assert_eq!(read(locked.as_bytes()), Err(Unread::Locked));
}

#[test]
fn a_few_bytes_that_claim_a_field_of_dots_are_refused() {
    let mut claims = tiff(&[faxed(&sheet(SHORT, 3), 98)], Way::G4, FINE);
    // The width and the height of the directory.
    let start = u32::from_le_bytes(claims[4..8].try_into().unwrap()) as usize + 2;
    claims[start + 8..start + 12].copy_from_slice(&60_000_u32.to_le_bytes());
    claims[start + 20..start + 24].copy_from_slice(&60_000_u32.to_le_bytes());
    assert!(matches!(read(&claims), Err(Unread::Large | Unread::Broken)));
    let mut large = png(&GrayImage::new(4, 4));
    large[16..24].copy_from_slice(&[0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF]);
    assert!(matches!(read(&large), Err(Unread::Large | Unread::Broken)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn whatever_comes_is_read_without_fear(seed in 0_u64..1_000, cut in 0_usize..4_000, hits in 0_usize..40) {
        let small = imageops::crop_imm(&sheet(SHORT, 3), 1300, 80, 300, 300).to_image();
        let whole = match seed % 5 {
            0 => pdf(std::slice::from_ref(&small), true),
            1 => tiff(std::slice::from_ref(&small), Way::G3, COARSE),
            2 => tiff(std::slice::from_ref(&small), Way::G3Twofold, COARSE),
            3 => tiff(std::slice::from_ref(&small), Way::G4, FINE),
            _ => png(&small),
        };
        let mut bytes = whole[..whole.len().saturating_sub(cut * 3 % whole.len())].to_vec();
        let mut chance = Chance::new(seed);
        for _ in 0..hits.min(bytes.len()) {
            let at = (chance.next() * bytes.len() as f32) as usize % bytes.len();
            bytes[at] = (chance.next() * 255.0) as u8;
        }
        if let Ok(pages) = read(&bytes) {
            prop_assert!(pages.iter().all(|page| page.width > 0 && page.height > 0));
        }
    }
}
