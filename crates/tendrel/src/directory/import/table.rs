//! The bytes of a list as lines and cells, however a spreadsheet saved them.

/// How the bytes were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    /// What spreadsheets of Windows save where they are not told otherwise.
    Windows1252,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub head: Vec<String>,
    pub rows: Vec<Row>,
    pub encoding: Encoding,
    /// `,` `;` or a tab.
    pub separator: char,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Line of the file on which it begins, from 1.
    pub line: usize,
    pub cells: Vec<String>,
}

/// Why the file is no list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoTable {
    Empty,
    /// A workbook of a spreadsheet program, or another kind of file.
    NotText,
    /// Only a head, no lines.
    NoRows,
    /// A quotation mark that is opened and never closed, and such.
    Broken,
}

impl NoTable {
    /// The key of the sentence that says what to do.
    pub fn sentence(self) -> &'static str {
        match self {
            NoTable::Empty => "import-empty",
            NoTable::NotText => "import-not-text",
            NoTable::NoRows => "import-no-rows",
            NoTable::Broken => "import-broken",
        }
    }
}

/// UTF-8 with or without a mark at its beginning, else Windows-1252.
pub fn decode(bytes: &[u8]) -> (String, Encoding) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), Encoding::Utf8),
        Err(_) => (bytes.iter().map(|byte| windows_1252(*byte)).collect(), Encoding::Windows1252),
    }
}

fn windows_1252(byte: u8) -> char {
    const UPPER: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => UPPER[usize::from(byte - 0x80)],
        other => char::from(other),
    }
}

impl Table {
    /// # Errors
    /// Why the bytes are no list.
    pub fn read(bytes: &[u8]) -> Result<Table, NoTable> {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(NoTable::Empty);
        }
        if bytes.contains(&0) || bytes.starts_with(b"PK\x03\x04") {
            return Err(NoTable::NotText);
        }
        let (text, encoding) = decode(bytes);
        let separator = separator(text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default());
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(u8::try_from(separator).unwrap_or(b','))
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut head = None;
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|_| NoTable::Broken)?;
            let cells: Vec<String> = record.iter().map(clean).collect();
            if cells.iter().all(String::is_empty) {
                continue;
            }
            let at = record.position().map_or((0, 0), |at| (at.byte(), at.line()));
            let line = first_line(&text, at);
            match head {
                None => head = Some(cells),
                Some(_) => rows.push(Row { line, cells }),
            }
        }
        let head = head.ok_or(NoTable::Empty)?;
        if rows.is_empty() { Err(NoTable::NoRows) } else { Ok(Table { head, rows, encoding, separator }) }
    }
}

/// The reader passes over empty lines without counting them as passed.
fn first_line(text: &str, (byte, line): (u64, u64)) -> usize {
    let rest = usize::try_from(byte).ok().and_then(|byte| text.get(byte..)).unwrap_or_default();
    let empty = rest.chars().take_while(|c| matches!(c, '\n' | '\r')).filter(|c| *c == '\n').count();
    usize::try_from(line).unwrap_or(0).max(1) + empty
}

/// What no keyboard sends cannot be stored, and a cell is one line.
fn clean(cell: &str) -> String {
    let text: String = cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.trim().to_owned()
}

/// The mark that stands most often in the head.
fn separator(head: &str) -> char {
    [',', ';', '\t'].into_iter().max_by_key(|mark| (head.matches(*mark).count(), *mark == ',')).unwrap_or(',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_however_they_were_saved() {
        for (bytes, separator) in [
            ("Name,Type\nKabjisa,School\n".as_bytes(), ','),
            ("\u{feff}Name;Type\r\nKabjisa;School\r\n".as_bytes(), ';'),
            ("Name\tType\nKabjisa\tSchool".as_bytes(), '\t'),
        ] {
            let table = Table::read(bytes).unwrap();
            assert_eq!((table.head.join("|").as_str(), table.separator), ("Name|Type", separator));
            assert_eq!(table.rows, [Row { line: 2, cells: vec!["Kabjisa".to_owned(), "School".to_owned()] }]);
        }
        let table = Table::read(b"Name,Type\nCaf\xe9 \x96 Punakha,School").unwrap();
        assert_eq!(
            (table.rows[0].cells[0].as_str(), table.encoding),
            ("Café – Punakha", Encoding::Windows1252)
        );
    }

    #[test]
    fn a_line_keeps_its_number_past_empty_lines_and_lines_in_cells() {
        let table = Table::read(b"Name,Type\n\n\"A\nB\",x\n,\nC,y\n").unwrap();
        let lines: Vec<(usize, &str)> =
            table.rows.iter().map(|row| (row.line, row.cells[0].as_str())).collect();
        assert_eq!(lines, [(3, "A B"), (6, "C")]);
    }

    #[test]
    fn what_is_no_list_is_told() {
        assert_eq!(Table::read(b" \n"), Err(NoTable::Empty));
        assert_eq!(Table::read(b"Name,Type\n"), Err(NoTable::NoRows));
        assert_eq!(Table::read(b"PK\x03\x04..."), Err(NoTable::NotText));
        assert_eq!(Table::read(b"a,b\nc\0,d"), Err(NoTable::NotText));
    }
}
