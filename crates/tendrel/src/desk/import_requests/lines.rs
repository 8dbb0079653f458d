//! Reads another desk's file line by line: plain or packed, in its encoding, never the whole of it at once.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, bail, ensure};
use csv::{ByteRecord, StringRecord};
use flate2::read::MultiGzDecoder;

use crate::desk::import_requests::map::Map;

/// Characters of one cell that are taken; longer ones are a sign of a quote that never closes.
const CELL_LIMIT: usize = 100_000;

/// The lines of a file, one after the other.
pub(super) struct Lines<'a> {
    reader: csv::Reader<Box<dyn Read>>,
    record: ByteRecord,
    header: StringRecord,
    map: &'a Map,
}

/// One line, as text.
#[derive(Debug)]
pub(super) struct Line {
    /// Counted from 1, the header being the first.
    pub(super) number: u64,
    pub(super) cells: StringRecord,
}

/// A line that cannot be taken, and why.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BadLine {
    pub(super) number: u64,
    pub(super) case: String,
    pub(super) reason: String,
    pub(super) text: String,
}

impl<'a> Lines<'a> {
    /// Opens the file and reads its header.
    ///
    /// # Errors
    /// Says what is wrong with the file as a whole: it is not there, is empty, is not what its name says.
    pub(super) fn open(path: &Path, map: &'a Map) -> anyhow::Result<Lines<'a>> {
        let source = plain(path)?;
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(map.delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(source);
        let mut record = ByteRecord::new();
        let found = reader.read_byte_record(&mut record).map_err(broken)?;
        ensure!(found, "the file is empty");
        let mut header = StringRecord::new();
        for (place, cell) in record.iter().enumerate() {
            let cell = if place == 0 { cell.strip_prefix(b"\xef\xbb\xbf").unwrap_or(cell) } else { cell };
            header.push_field(decode(map, cell).context("line 1")?.trim());
        }
        let wide = header.iter().any(|cell| cell.contains('\0'));
        ensure!(!wide, "the file is written in UTF-16; save it as UTF-8");
        Ok(Lines { reader, record, header, map })
    }

    pub(super) fn header(&self) -> &StringRecord {
        &self.header
    }

    /// The next line; `Err` inside for one that cannot be taken.
    ///
    /// # Errors
    /// The file breaks off, or is not in the encoding that the map says.
    pub(super) fn next(&mut self) -> anyhow::Result<Option<Result<Line, BadLine>>> {
        if !self.reader.read_byte_record(&mut self.record).map_err(broken)? {
            return Ok(None);
        }
        let number = self.record.position().map_or(0, csv::Position::line);
        let mut cells = StringRecord::with_capacity(self.record.as_slice().len(), self.record.len());
        for cell in &self.record {
            cells.push_field(&decode(self.map, cell).with_context(|| format!("line {number}"))?);
        }
        let reason = if cells.len() != self.header.len() {
            Some(format!("it has {} cells, the header has {}", cells.len(), self.header.len()))
        } else if cells.iter().any(|cell| cell.contains('\0')) {
            Some("it contains the character NUL".to_owned())
        } else if cells.iter().any(|cell| cell.len() > CELL_LIMIT) {
            Some(format!("a cell has more than {CELL_LIMIT} characters"))
        } else {
            None
        };
        let line = Line { number, cells };
        Ok(Some(match reason {
            Some(reason) => Err(line.bad(String::new(), reason)),
            None => Ok(line),
        }))
    }
}

impl Line {
    /// The same line as one that cannot be taken.
    pub(super) fn bad(&self, case: String, reason: String) -> BadLine {
        let text: String = self.cells.iter().collect::<Vec<_>>().join(",").chars().take(500).collect();
        BadLine { number: self.number, case, reason, text: text.replace('\0', " ") }
    }
}

/// The bytes of the file, unpacked if they are packed.
fn plain(path: &Path) -> anyhow::Result<Box<dyn Read>> {
    let file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let mut file = BufReader::with_capacity(1 << 16, file);
    let start = file.fill_buf().with_context(|| format!("{} cannot be read", path.display()))?;
    ensure!(!start.is_empty(), "the file is empty");
    let packed = start.starts_with(&[0x1f, 0x8b]);
    let called_packed = path.extension().is_some_and(|ending| ending == "gz");
    if packed {
        return Ok(Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(file))));
    }
    if called_packed {
        bail!("its name ends in .gz, but it is not packed with gzip; give it its right ending");
    }
    Ok(Box::new(file))
}

fn decode<'c>(map: &Map, cell: &'c [u8]) -> anyhow::Result<std::borrow::Cow<'c, str>> {
    map.encoding.decode_without_bom_handling_and_without_replacement(cell).with_context(|| {
        format!(
            "{:?} is not written in {}; set another encoding in the map, such as \"windows-1252\"",
            String::from_utf8_lossy(cell),
            map.encoding.name()
        )
    })
}

fn broken(error: csv::Error) -> anyhow::Error {
    let breaks_off =
        matches!(error.kind(), csv::ErrorKind::Io(io) if io.kind() == std::io::ErrorKind::UnexpectedEof);
    if breaks_off {
        return anyhow::anyhow!("the packed file breaks off before its end; fetch it again");
    }
    anyhow::Error::new(error).context("the file cannot be read")
}
