//! All questions to the tables of scans.

pub mod files;

use database::{Error, Reader, Row, Transaction, Value};
use jiff::Timestamp;

use crate::id::{OrganisationId, RequestId, ScanFileId, ScanId, ServiceId};

/// Where a sheet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// On the disk, and nobody has looked at its pages yet.
    Kept,
    /// Somebody must look at it.
    Waiting,
    /// Nothing to act on.
    Aside,
    /// Part of a case.
    Filed,
    /// It became no case, and retention removed it.
    Forgotten,
}

impl State {
    pub const ALL: [State; 5] = [State::Kept, State::Waiting, State::Aside, State::Filed, State::Forgotten];

    pub fn code(self) -> &'static str {
        match self {
            State::Kept => "kept",
            State::Waiting => "waiting",
            State::Aside => "aside",
            State::Filed => "filed",
            State::Forgotten => "forgotten",
        }
    }

    pub fn from_code(code: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.code() == code)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Scan {
    pub id: ScanId,
    pub file: ScanFileId,
    /// In whose tray.
    pub unit: OrganisationId,
    pub service: Option<ServiceId>,
    pub state: State,
    pub came_at: Timestamp,
    /// A code: why it is where it is.
    pub reason: String,
    pub is_whole: bool,
    /// By which its pages are turned to the right.
    pub quarters: i64,
    /// As it stands on the sheet.
    pub code: String,
    /// What a machine took the writing for.
    pub guess: String,
    pub request: Option<RequestId>,
    /// Of the event that it became on the request.
    pub number: Option<i64>,
    /// Of the file: its name, the way it came, how often, and its bytes while they are kept.
    pub name: String,
    pub came_by: String,
    pub times: i64,
    pub hash: Option<Vec<u8>>,
    pub media_type: String,
    pub size: i64,
}

/// A picture of one page.
#[derive(Clone, Debug, PartialEq)]
pub struct PageRow {
    pub page: i64,
    pub hash: Vec<u8>,
    pub size: i64,
    pub width: i64,
    pub height: i64,
}

const SCAN: &str =
    "SELECT s.id, s.file_id, s.unit_id, s.service_id, s.state, s.came_at, s.reason, s.is_whole, s.quarters,
        s.code, s.guess, s.request_id, s.number, f.name, f.came_by, f.times, f.file_hash,
        COALESCE(x.media_type, '') AS media_type, COALESCE(x.size, 0) AS size
    FROM scans s JOIN scan_files f ON f.id = s.file_id LEFT JOIN files x ON x.hash = f.file_hash";

fn read(row: &Row<'_>) -> Result<Scan, Error> {
    let state: String = row.get("state")?;
    Ok(Scan {
        id: row.get("id")?,
        file: row.get("file_id")?,
        unit: row.get("unit_id")?,
        service: row.get("service_id")?,
        state: State::from_code(&state).unwrap_or(State::Waiting),
        came_at: row.get("came_at")?,
        reason: row.get("reason")?,
        is_whole: row.get("is_whole")?,
        quarters: row.get("quarters")?,
        code: row.get("code")?,
        guess: row.get("guess")?,
        request: row.get("request_id")?,
        number: row.get("number")?,
        name: row.get("name")?,
        came_by: row.get("came_by")?,
        times: row.get("times")?,
        hash: row.get("file_hash")?,
        media_type: row.get("media_type")?,
        size: row.get("size")?,
    })
}

pub fn get(r: &mut Reader, id: ScanId) -> Result<Option<Scan>, Error> {
    r.row(&format!("{SCAN} WHERE s.id = $1"), &[id.into()], read)
}

/// The sheets of a file, first to last.
pub fn of_file(r: &mut Reader, file: ScanFileId) -> Result<Vec<Scan>, Error> {
    r.rows(&format!("{SCAN} WHERE s.file_id = $1 ORDER BY s.id"), &[file.into()], read)
}

/// Those of some units that wait, or that are aside; newest first, before the one of an id, without those of the
/// services `hidden`.
pub fn waiting(
    r: &mut Reader,
    units: &[OrganisationId],
    hidden: &[ServiceId],
    aside: bool,
    before: Option<ScanId>,
    limit: i64,
) -> Result<Vec<Scan>, Error> {
    if units.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value<'_>> = vec![before.into(), limit.into()];
    let mut places = |ids: Vec<Value<'static>>| {
        let from = values.len() + 1;
        values.extend(ids);
        let places: Vec<String> = (from..=values.len()).map(|place| format!("${place}")).collect();
        places.join(", ")
    };
    let units = places(units.iter().map(|id| Value::from(*id)).collect());
    let unveiled = match hidden {
        [] => String::new(),
        hidden => {
            let hidden = places(hidden.iter().map(|id| Value::from(*id)).collect());
            format!("AND (s.service_id IS NULL OR s.service_id NOT IN ({hidden}))")
        }
    };
    let states = if aside { "s.state = 'aside'" } else { "s.state IN ('kept', 'waiting')" };
    let sql = format!(
        "{SCAN} WHERE {states} AND s.unit_id IN ({units}) {unveiled}
           AND (CAST($1 AS BYTEA) IS NULL OR s.id < $1) ORDER BY s.id DESC LIMIT $2"
    );
    r.rows(&sql, &values, read)
}

/// A sheet as it is first written.
#[derive(Clone, Debug)]
pub struct NewScan {
    pub id: ScanId,
    pub file: ScanFileId,
    pub unit: OrganisationId,
    pub came_at: Timestamp,
    pub is_whole: bool,
}

pub fn insert(tx: &mut Transaction, scan: &NewScan) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO scans (id, file_id, unit_id, state, came_at, is_whole) VALUES ($1, $2, $3, 'kept', $4, $5)",
        &[scan.id.into(), scan.file.into(), scan.unit.into(), scan.came_at.into(), scan.is_whole.into()],
    )?;
    Ok(())
}

/// What was found on a sheet, and where it goes.
#[derive(Clone, Debug)]
pub struct Placed {
    pub unit: OrganisationId,
    pub service: Option<ServiceId>,
    pub state: State,
    pub reason: &'static str,
    pub is_whole: bool,
    pub code: String,
    pub guess: String,
    pub request: Option<RequestId>,
    pub number: Option<i64>,
}

/// Writes it, once: false when the sheet was read already.
pub fn place(tx: &mut Transaction, id: ScanId, placed: &Placed, now: Timestamp) -> Result<bool, Error> {
    let filed_at = placed.request.map(|_| now);
    let written = tx.execute(
        "UPDATE scans SET unit_id = $2, service_id = $3, state = $4, reason = $5, is_whole = $6, code = $7, guess = $8,
                request_id = $9, number = $10, filed_at = $11 WHERE id = $1 AND state = 'kept'",
        &[
            id.into(),
            placed.unit.into(),
            placed.service.into(),
            placed.state.code().into(),
            placed.reason.into(),
            placed.is_whole.into(),
            (&placed.code).into(),
            (&placed.guess).into(),
            placed.request.into(),
            placed.number.into(),
            filed_at.into(),
        ],
    )?;
    Ok(written == 1)
}

/// Somebody put it into a case; false when another was first.
pub fn file(
    tx: &mut Transaction,
    id: ScanId,
    (request, number): (RequestId, i64),
    now: Timestamp,
) -> Result<bool, Error> {
    let written = tx.execute(
        "UPDATE scans SET state = 'filed', reason = 'by-hand', request_id = $2, number = $3, filed_at = $4
         WHERE id = $1 AND state IN ('waiting', 'aside')",
        &[id.into(), request.into(), number.into(), now.into()],
    )?;
    Ok(written == 1)
}

/// From one state to another by hand; false when it is not in the first any more.
pub fn change(tx: &mut Transaction, id: ScanId, from: State, to: State, reason: &str) -> Result<bool, Error> {
    let sql = "UPDATE scans SET state = $3, reason = $4 WHERE id = $1 AND state = $2";
    Ok(tx.execute(sql, &[id.into(), from.code().into(), to.code().into(), reason.into()])? == 1)
}

/// A quarter to the right.
pub fn turn(tx: &mut Transaction, id: ScanId) -> Result<bool, Error> {
    let sql =
        "UPDATE scans SET quarters = (quarters + 1) % 4 WHERE id = $1 AND state IN ('waiting', 'aside')";
    Ok(tx.execute(sql, &[id.into()])? == 1)
}

pub fn pages(r: &mut Reader, id: ScanId) -> Result<Vec<PageRow>, Error> {
    r.rows(
        "SELECT p.page, p.file_hash, p.width, p.height, x.size FROM scan_pages p JOIN files x ON x.hash = p.file_hash
         WHERE p.scan_id = $1 ORDER BY p.page",
        &[id.into()],
        |row| {
            Ok(PageRow {
                page: row.get("page")?,
                hash: row.get("file_hash")?,
                size: row.get("size")?,
                width: row.get("width")?,
                height: row.get("height")?,
            })
        },
    )
}

pub fn insert_page(tx: &mut Transaction, id: ScanId, page: &PageRow) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO scan_pages (scan_id, page, file_hash, width, height) VALUES ($1, $2, $3, $4, $5)",
        &[id.into(), page.page.into(), page.hash.as_slice().into(), page.width.into(), page.height.into()],
    )?;
    Ok(())
}

/// Has a file read again of which all lies in this sheet; false when it waits no more. Its pictures are made anew.
pub fn again(tx: &mut Transaction, scan: &Scan) -> Result<bool, Error> {
    let sql = "UPDATE scans SET state = 'kept', reason = '', quarters = 0
               WHERE id = $1 AND is_whole = 1 AND state IN ('waiting', 'aside')";
    if tx.execute(sql, &[scan.id.into()])? != 1 {
        return Ok(false);
    }
    let hashes: Vec<Vec<u8>> = pages(tx, scan.id)?.into_iter().map(|page| page.hash).collect();
    tx.execute("DELETE FROM scan_pages WHERE scan_id = $1", &[scan.id.into()])?;
    crate::files::let_go(tx, &hashes)?;
    files::again(tx, scan.file)?;
    Ok(true)
}
