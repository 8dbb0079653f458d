//! What fax machines write: CCITT group 3 and group 4, black and white.

use hayro_ccitt::{DecodeSettings, Decoder, DecoderContext, EncodingMode, decode};

/// A part of a page, as the file tells it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strip<'a> {
    pub bytes: &'a [u8],
    pub width: u32,
    pub rows: u32,
    pub mode: EncodingMode,
    /// Each line begins at a byte.
    pub is_aligned: bool,
}

struct Lines<'a> {
    width: usize,
    left: usize,
    grey: &'a mut Vec<u8>,
}

impl Decoder for Lines<'_> {
    fn push_row(&mut self, changes: &[u32]) {
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        let start = self.grey.len();
        self.grey.resize(start + self.width, 255);
        let line = &mut self.grey[start..];
        for black in changes.chunks(2) {
            let from = (black[0] as usize).min(self.width);
            let to = black.get(1).map_or(self.width, |end| *end as usize).clamp(from, self.width);
            line[from..to].fill(0);
        }
    }
}

/// Adds the lines of a strip to `grey`, as many as it tells; what a bad line cut off is white. Returns how many were
/// there.
pub(crate) fn lines(strip: &Strip<'_>, grey: &mut Vec<u8>) -> usize {
    let (width, rows) = (strip.width as usize, strip.rows as usize);
    let mut context = DecoderContext::new(DecodeSettings {
        columns: strip.width,
        rows: strip.rows,
        end_of_block: true,
        end_of_line: false,
        rows_are_byte_aligned: strip.is_aligned,
        encoding: strip.mode,
        strict: false,
    });
    let mut sink = Lines { width, left: rows, grey };
    // A line went wrong: those before it stand.
    let _ = decode(strip.bytes, &mut sink, &mut context);
    let read = rows - sink.left;
    let missing = sink.left * width;
    grey.resize(grey.len() + missing, 255);
    read
}
