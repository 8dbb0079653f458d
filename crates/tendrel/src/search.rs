//! Full text: how words are folded, and the one index both databases keep of requests.
//!
//! The folding is ours so that SQLite and PostgreSQL find the same: lower case, Latin marks taken off, Dzongkha cut at
//! the tsheg, and numbers, MAC addresses and serials findable with or without their separators.

use std::collections::BTreeSet;

use database::{Error, Kind, Reader, Transaction};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::id::{OrganisationId, RequestId, ServiceId};

/// Words of one document that are kept; the rest of a very long text is not searchable.
const WORDS_LIMIT: usize = 2_000;

/// The form in which names are compared: lower case, no Latin marks, one space between words, no tsheg at the end.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in pieces(text) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(&word);
    }
    folded
}

/// The words under which a text is found.
pub fn words(texts: &[&str]) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for text in texts {
        for token in text.split_whitespace() {
            let parts: Vec<String> = pieces(token).collect();
            // "AA:BB:CC" and "PUN-26-00012-3" are found whole too.
            if parts.len() > 1 && token.is_ascii() {
                words.insert(clip(&parts.concat()));
            }
            words.extend(parts.iter().map(|part| clip(part)));
            if words.len() >= WORDS_LIMIT {
                return words;
            }
        }
    }
    words
}

fn pieces(text: &str) -> impl Iterator<Item = String> {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd() {
        // Marks are taken off Latin letters only: in Tibetan script they are the vowels.
        if is_combining_mark(c) && !('\u{0f00}'..='\u{0fff}').contains(&c) {
            continue;
        }
        folded.extend(c.to_lowercase());
    }
    let is_inside = |c: char| c.is_alphanumeric() || is_combining_mark(c);
    folded
        .split(|c: char| !is_inside(c))
        .filter(|piece| !piece.is_empty())
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .into_iter()
}

/// A word as the indexes keep it. SQLite's knows the letters of 2012 only and would cut a word at another: what is
/// neither Latin nor Tibetan stands there by its number.
fn kept(word: &str) -> String {
    let mut kept = String::with_capacity(word.len());
    for c in word.chars() {
        match c {
            'a'..='z' | '0'..='9' | '\u{c0}'..='\u{24f}' | '\u{f00}'..='\u{fff}' => kept.push(c),
            other => kept.push_str(&format!("u{:x}", u32::from(other))),
        }
    }
    kept
}

fn clip(word: &str) -> String {
    word.chars().take(60).collect()
}

/// The word that stands for a unit in the index, so that a search within a unit is one index look-up. It begins with
/// a letter for private use, which nobody can type.
fn unit_word(unit: OrganisationId) -> String {
    format!("\u{e000}{}", unit.uuid().simple())
}

/// Puts a request under its words, instead of those it had.
pub fn index(
    tx: &mut Transaction,
    request: RequestId,
    unit: OrganisationId,
    veiled_by: Option<ServiceId>,
    texts: &[&str],
) -> Result<(), Error> {
    let line = line(unit, texts);
    let document = Document { request, unit, veiled_by, line: &line };
    match tx.kind() {
        Kind::Sqlite => index_sqlite(tx, document),
        Kind::Postgres => index_postgres(tx, document),
    }
}

/// All words of a document in one line, as the index takes them.
pub fn line(unit: OrganisationId, texts: &[&str]) -> String {
    let mut text = unit_word(unit);
    for word in words(texts) {
        text.push(' ');
        text.push_str(&kept(&word));
    }
    text
}

/// A request that is not in the index yet, with its `line`.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    pub request: RequestId,
    pub unit: OrganisationId,
    /// The service of a confidential request: found only by those who are named for it.
    pub veiled_by: Option<ServiceId>,
    pub line: &'a str,
}

/// Puts many new requests into the index at once; those that come later are found first.
pub fn load(tx: &mut Transaction, documents: &[Document<'_>]) -> Result<(), Error> {
    if tx.kind() == Kind::Postgres {
        let rows = documents.iter().map(|document| {
            // The words hold letters and digits only, so quotes are all that the text form needs.
            let words: Vec<String> = document.line.split(' ').map(|word| format!("'{word}'")).collect();
            vec![
                document.request.into(),
                document.unit.into(),
                document.veiled_by.into(),
                words.join(" ").into(),
            ]
        });
        tx.load("search_documents", &["subject_id", "unit_id", "veiled_by", "words"], rows)?;
        return Ok(());
    }
    let last: i64 =
        tx.one("SELECT COALESCE(MAX(id), 0) AS last FROM search_documents", &[], |row| row.get("last"))?;
    let numbered = || (last + 1..).zip(documents);
    let rows = numbered().map(|(id, document)| {
        vec![id.into(), document.request.into(), document.unit.into(), document.veiled_by.into()]
    });
    tx.load("search_documents", &["id", "subject_id", "unit_id", "veiled_by"], rows)?;
    let rows = numbered().map(|(id, document)| vec![id.into(), document.line.into()]);
    tx.load("search_index", &["rowid", "words"], rows)?;
    Ok(())
}

fn index_sqlite(tx: &mut Transaction, document: Document<'_>) -> Result<(), Error> {
    let Document { request, unit, veiled_by, line } = document;
    let id: i64 = tx.one(
        "INSERT INTO search_documents (subject_id, unit_id, veiled_by) VALUES ($1, $2, $3)
         ON CONFLICT (subject_id) DO UPDATE SET unit_id = excluded.unit_id, veiled_by = excluded.veiled_by
         RETURNING id",
        &[request.into(), unit.into(), veiled_by.into()],
        |row| row.get("id"),
    )?;
    tx.execute(
        "INSERT OR REPLACE INTO search_index (rowid, words) VALUES ($1, $2)",
        &[id.into(), line.into()],
    )?;
    Ok(())
}

fn index_postgres(tx: &mut Transaction, document: Document<'_>) -> Result<(), Error> {
    let Document { request, unit, veiled_by, line } = document;
    tx.execute(
        "INSERT INTO search_documents (subject_id, unit_id, veiled_by, words)
         VALUES ($1, $2, $3, array_to_tsvector(string_to_array($4, ' ')))
         ON CONFLICT (subject_id) DO UPDATE SET unit_id = excluded.unit_id, veiled_by = excluded.veiled_by,
            words = excluded.words",
        &[request.into(), unit.into(), veiled_by.into(), line.into()],
    )?;
    Ok(())
}

/// All requests of a service become confidential: from now on only those who are named for it find them.
pub fn veil(tx: &mut Transaction, service: ServiceId) -> Result<(), Error> {
    tx.execute(
        "UPDATE search_documents SET veiled_by = $1
         WHERE subject_id IN (SELECT id FROM requests WHERE service_id = $1)",
        &[service.into()],
    )?;
    Ok(())
}

/// Which documents a search may find.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Within<'a> {
    Everywhere,
    Units(&'a [OrganisationId]),
}

/// The newest requests that hold all the words, confidential ones only of the services in `named`; the last
/// word as a beginning; `before` is the position of the last one already shown. Returns positions with requests,
/// newest first.
pub fn find(
    r: &mut Reader,
    query: &str,
    within: Within<'_>,
    named: &[ServiceId],
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<(i64, RequestId)>, Error> {
    let typed: Vec<String> = pieces(query).map(|word| kept(&clip(&word))).collect();
    let Some((last, whole)) = typed.split_last() else {
        return Ok(Vec::new());
    };
    let units: Vec<String> = match within {
        Within::Everywhere => Vec::new(),
        Within::Units([]) => return Ok(Vec::new()),
        Within::Units(units) => units.iter().map(|unit| unit_word(*unit)).collect(),
    };
    let before = before.unwrap_or(i64::MAX);
    let (sql, order, text) = match r.kind() {
        Kind::Sqlite => (
            "SELECT d.id AS id, d.subject_id AS subject_id FROM search_index i
             JOIN search_documents d ON d.id = i.rowid
             WHERE i.search_index MATCH $1 AND i.rowid < $2 AND ",
            " ORDER BY i.rowid DESC LIMIT $3",
            conditions(&units, whole, &format!("\"{last}\" *"), '"', " OR ", " AND "),
        ),
        Kind::Postgres => (
            "SELECT id, subject_id FROM search_documents
             WHERE words @@ CAST(CAST($1 AS TEXT) AS tsquery) AND id < $2 AND ",
            " ORDER BY id DESC LIMIT $3",
            conditions(&units, whole, &format!("'{last}':*"), '\'', " | ", " & "),
        ),
    };
    let places: Vec<String> = (4..4 + named.len()).map(|place| format!("${place}")).collect();
    let veil = match places.as_slice() {
        [] => "veiled_by IS NULL".to_owned(),
        places => format!("(veiled_by IS NULL OR veiled_by IN ({}))", places.join(", ")),
    };
    let mut values: Vec<database::Value<'_>> = vec![text.into(), before.into(), limit.into()];
    values.extend(named.iter().map(|service| (*service).into()));
    r.rows(&format!("{sql}{veil}{order}"), &values, |row| Ok((row.get("id")?, row.get("subject_id")?)))
}

/// One of the units, all the whole words, and the last one, in the language of an index.
fn conditions(units: &[String], whole: &[String], last: &str, quote: char, or: &str, and: &str) -> String {
    let quoted = |word: &String| format!("{quote}{word}{quote}");
    let mut all: Vec<String> = Vec::new();
    if !units.is_empty() {
        all.push(format!("({})", units.iter().map(quoted).collect::<Vec<_>>().join(or)));
    }
    all.extend(whole.iter().map(quoted));
    all.push(last.to_owned());
    all.join(and)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    use crate::testing::World;

    #[test]
    fn names_are_compared_without_case_marks_and_stray_spaces() {
        assert_eq!(fold("  Trashi  Yangtsé "), "trashi yangtse");
        assert_eq!(fold("Dzongkhag, Punakha"), "dzongkhag punakha");
        assert_eq!(fold("སྤུ་ན་ཁ་"), fold("སྤུ་ན་ཁ"));
    }

    #[test]
    fn a_number_and_a_mac_address_are_found_whole_and_in_parts() {
        let found = words(&["PUN-26-00012-3 at AA:BB:CC:00:11:22"]);
        for word in ["pun2600012", "aabbcc001122", "00012", "pun26000123"] {
            assert_eq!(found.contains(word), word != "pun2600012", "{word}");
        }
    }

    #[tokio::test]
    async fn whatever_can_be_typed_can_be_searched_for() {
        let world = World::new();
        let unit = OrganisationId::new(Timestamp::UNIX_EPOCH);
        let request = RequestId::new(Timestamp::UNIX_EPOCH);
        let texts = ["printer a🆅b", "Принтер", "मुद्रक", "打印机", "𞤀𞤁", "straße", "འབྲེལ"];
        world.app.db.write_blocking(move |tx| index(tx, request, unit, None, &texts)).unwrap();
        let found = |query: String| {
            let found = move |r: &mut Reader| find(r, &query, Within::Units(&[unit]), &[], None, 5);
            world.app.db.read_blocking(found).unwrap().len()
        };
        for query in ["a🆅", "a🆅b print", "принт", "मुद्र", "打印", "𞤀", "STRASSE", "straß", "འབྲེལ"]
        {
            assert_eq!(found(query.to_owned()), usize::from(query != "STRASSE"), "{query}");
        }
        assert_eq!(found("a🆄b".to_owned()), 0);
        for c in ('\u{1}'..='\u{fff}').chain('\u{1e00}'..='\u{2c7f}').chain('\u{1f100}'..='\u{1f1ff}') {
            assert_eq!(found(format!("q{c}q{c}")), 0, "{c:?}");
        }
    }

    #[test]
    fn dzongkha_is_cut_at_the_tsheg() {
        assert!(words(&["ཡོངས་འབྲེལ་མིན་འདུག"]).contains("འབྲེལ"));
    }

    #[tokio::test]
    async fn who_looks_over_some_units_finds_theirs_behind_any_number_of_others() {
        let world = World::new();
        let [ours, also_ours, theirs] = std::array::from_fn(|_| OrganisationId::new(Timestamp::UNIX_EPOCH));
        let new = || RequestId::new(Timestamp::UNIX_EPOCH);
        let (first, last) = (new(), new());
        let indexed = world.app.db.write_blocking(move |tx| {
            index(tx, first, ours, None, &["The printer is out of toner"])?;
            for _ in 0..60 {
                index(tx, new(), theirs, None, &["Another printer"])?;
            }
            index(tx, last, also_ours, None, &["New printers for the court"])
        });
        indexed.unwrap();
        let found = |query: &'static str, units: Vec<OrganisationId>| {
            let found =
                world.app.db.read_blocking(move |r| find(r, query, Within::Units(&units), &[], None, 51));
            found.unwrap().into_iter().map(|(_, request)| request).collect::<Vec<_>>()
        };
        assert_eq!(found("printer", vec![ours, also_ours]), [last, first], "the newest first");
        assert_eq!(found("toner print", vec![ours, also_ours]), [first]);
        assert_eq!(found("printer", vec![also_ours]), [last]);
        assert!(found("printer", vec![]).is_empty());
        let of_the_unit: &'static str = Box::leak(unit_word(ours).into_boxed_str());
        assert!(found(of_the_unit, vec![also_ours]).is_empty(), "the word of a unit cannot be typed");
    }
}
