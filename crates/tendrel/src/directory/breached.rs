//! The list of passwords that are known to thieves: a file of SHA-1 hashes in hexadecimal digits, sorted, one on a line,
//! such as "Pwned Passwords" is published (`HASH:COUNT`). Lines may hold beginnings of hashes, all of the same length.
//!
//! The file may have tens of gigabytes: it is searched by halves, and nothing of it is kept in memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;

use sha1::{Digest, Sha1};

/// Is the password on the list?
///
/// # Errors
/// When the file cannot be read.
pub(super) fn is_listed(list: &Path, password: &str) -> io::Result<bool> {
    let wanted = crate::files::hex(&Sha1::digest(password.as_bytes()));
    let file = File::open(list)?;
    // The line that is looked for begins at `low` or later and before `high`.
    let (mut low, mut high) = (0, file.metadata()?.len());
    let mut reader = BufReader::with_capacity(256, file);
    while low < high {
        let middle = low + (high - low) / 2;
        let Some((start, end, hash)) = line_from(&mut reader, low, middle)? else {
            high = middle;
            continue;
        };
        if !hash.is_empty() && wanted.starts_with(&hash) {
            return Ok(true);
        }
        if hash < wanted {
            low = end;
        } else {
            high = middle.min(start);
        }
    }
    Ok(false)
}

/// The first line that begins at `at` or later, `low` being the beginning of a line: from where to where, and its hash.
fn line_from(reader: &mut BufReader<File>, low: u64, at: u64) -> io::Result<Option<(u64, u64, String)>> {
    let mut start = low;
    let mut line = String::new();
    if at > low {
        // The byte before may be the end of a line.
        reader.seek(SeekFrom::Start(at - 1))?;
        start = at - 1 + reader.read_line(&mut line)? as u64;
    } else {
        reader.seek(SeekFrom::Start(low))?;
    }
    line.clear();
    let length = reader.read_line(&mut line)? as u64;
    if length == 0 {
        return Ok(None);
    }
    let hash = line.split(':').next().unwrap_or_default().trim().to_lowercase();
    Ok(Some((start, start + length, hash)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(lines: &[String]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), lines.concat()).unwrap();
        file
    }

    fn hashes(passwords: usize) -> Vec<String> {
        let mut hashes: Vec<String> = (0..passwords)
            .map(|number| crate::files::hex(&Sha1::digest(format!("word {number}"))).to_uppercase())
            .collect();
        hashes.sort_unstable();
        hashes
    }

    #[test]
    fn each_password_of_a_list_is_found_and_no_other() {
        for count in [1, 2, 3, 50] {
            let lines: Vec<String> = hashes(count)
                .iter()
                .enumerate()
                .map(|(index, hash)| format!("{hash}:{}\r\n", index * index))
                .collect();
            let file = list(&lines);
            for number in 0..count {
                assert!(is_listed(file.path(), &format!("word {number}")).unwrap(), "{number} of {count}");
            }
            for other in ["three cranes over Phobjikha", "word 999", ""] {
                assert!(!is_listed(file.path(), other).unwrap());
            }
        }
    }

    #[test]
    fn a_list_may_hold_beginnings_of_hashes() {
        let lines: Vec<String> = hashes(20).iter().map(|hash| format!("{}\n", &hash[..20])).collect();
        let file = list(&lines);
        assert!((0..20).all(|number| is_listed(file.path(), &format!("word {number}")).unwrap()));
        assert!(!is_listed(file.path(), "word 21").unwrap());
    }

    #[test]
    fn an_empty_list_has_nothing_and_a_missing_one_is_an_error() {
        assert!(!is_listed(list(&[]).path(), "word 1").unwrap());
        assert!(is_listed(Path::new("/nowhere"), "word 1").is_err());
    }
}
