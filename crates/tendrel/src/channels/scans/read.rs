//! What was kept is read: pages become pictures, codes on them say where they belong. A file is taken up again after a
//! crash and placed once, in one transaction; one that ends the program three times is not read a fourth time, and waits
//! for somebody with its reason.

use std::time::Duration;

use page_reader::Page;

use crate::app::App;
use crate::channels::marks::Marks;
use crate::channels::scans::place::{Place, Work};
use crate::channels::scans::store::files::{self, ScanFile};
use crate::channels::scans::store::{self, NewScan, PageRow, Placed, State};
use crate::channels::scans::{guess, reader};
use crate::desk::save::Desk;
use crate::desk::sheet_code::SheetCode;
use crate::files::{self as stored, StoredFile};
use crate::id::{ScanFileId, ScanId};
use crate::problem::Problem;

/// A file that was begun so often, and ended the program, is not begun again.
const TRIES: i64 = 3;
const EVERY: Duration = Duration::from_secs(1);

/// Reads what was kept, one file at a time, for as long as the program runs.
pub async fn run(app: App) {
    loop {
        match round(&app).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(problem) => tracing::error!("a scan could not be read and is tried again: {problem:?}"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// One file. False when none waits; tests call it until then.
///
/// # Errors
/// When the database, the store of files or the reading program cannot be used; that does not count against the file.
pub async fn round(app: &App) -> Result<bool, Problem> {
    let now = app.clock.now();
    if !app.db.read(move |r| files::any_kept(r, now)).await? {
        return Ok(false);
    }
    let Some(file) = app.db.write(move |tx| files::take_up(tx, now)).await? else { return Ok(false) };
    one_or_back(app, file).await.map(|()| true)
}

/// This file, before those that wait as well; nothing where another node has it already.
///
/// # Errors
/// As of `round`.
pub(super) async fn this(app: &App, id: ScanFileId) -> Result<(), Problem> {
    let now = app.clock.now();
    match app.db.write(move |tx| files::take(tx, id, now)).await? {
        Some(file) => one_or_back(app, file).await,
        None => Ok(()),
    }
}

async fn one_or_back(app: &App, file: ScanFile) -> Result<(), Problem> {
    let id = file.id;
    let done = one(app, file).await;
    if done.is_err() {
        app.db.write(move |tx| files::put_back(tx, id)).await?;
    }
    done
}

/// Pages that belong together, as they were found.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    /// Of ours; empty where there is none.
    pub code: String,
    pub guess: String,
    pub pages: Vec<(StoredFile, i64, i64)>,
    /// Why it has no pages.
    pub hindrance: Option<&'static str>,
}

async fn one(app: &App, file: ScanFile) -> Result<(), Problem> {
    let sheets = match sheets(app, &file).await? {
        Ok(sheets) => sheets,
        Err(reason) => vec![Sheet { hindrance: Some(reason), ..Sheet::default() }],
    };
    let now = app.clock.now();
    let work = Work { desk: Desk::new(app), marks: Marks::new(&app.vault), file, now };
    app.db.write(move |tx| write(tx, &work, &sheets)).await
}

/// The sheets of a file with their pictures on the disk, or why there are none.
async fn sheets(app: &App, file: &ScanFile) -> Result<Result<Vec<Sheet>, &'static str>, Problem> {
    if file.tries > TRIES {
        return Ok(Err("ends-program"));
    }
    let bytes = match &file.hash {
        Some(hash) => app.files.read(hash).await?,
        None => None,
    };
    let Some(bytes) = bytes else { return Ok(Err("file-gone")) };
    let pages = match reader::pages(app, bytes).await? {
        Ok(pages) => pages,
        Err(reason) => return Ok(Err(reason)),
    };
    let mut sheets = Vec::new();
    for (code, pages) in together(pages) {
        let guess = guess::guess(app, &pages).await?;
        let mut sheet = Sheet { code, guess, ..Sheet::default() };
        for (number, page) in pages.iter().enumerate() {
            let name = format!("{}-{}.png", stem(&file.name), number + 1);
            let picture = app.files.store(&name, &page.png).await?;
            sheet.pages.push((picture, i64::from(page.width), i64::from(page.height)));
        }
        sheets.push(sheet);
    }
    Ok(Ok(sheets))
}

/// Each page with a code of ours begins a sheet; a page without belongs to the one before. A sheet that lay on its head
/// is turned.
fn together(pages: Vec<Page>) -> Vec<(String, Vec<Page>)> {
    let mut sheets: Vec<(String, u8, Vec<Page>)> = Vec::new();
    for page in pages {
        let ours = page.codes.iter().find(|code| SheetCode::is_one(&code.text));
        match (ours.map(|code| (code.text.clone(), code.quarters)), sheets.last_mut()) {
            (None, Some((_, _, pages))) => pages.push(page),
            (found, _) => {
                let (code, quarters) = found.unwrap_or_default();
                sheets.push((code, quarters, vec![page]));
            }
        }
    }
    let upright = |(code, quarters, pages): (String, u8, Vec<Page>)| {
        (code, pages.into_iter().map(|page| turned(page, quarters)).collect())
    };
    sheets.into_iter().map(upright).collect()
}

fn turned(page: Page, quarters: u8) -> Page {
    match page_reader::of_png(&page.png) {
        Ok(picture) if !quarters.is_multiple_of(4) => {
            let picture = page_reader::turned(picture, quarters);
            let (width, height) = picture.dimensions();
            Page { png: page_reader::png(&picture), width, height, ..page }
        }
        _ => page,
    }
}

/// The name of a file without its ending.
pub(super) fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Places every sheet of a file; nothing of it when somebody else did so.
fn write(tx: &mut database::Transaction, work: &Work, sheets: &[Sheet]) -> Result<(), Problem> {
    let Work { file, now, .. } = work;
    let first = store::of_file(tx, file.id)?.into_iter().find(|scan| scan.state == State::Kept);
    if !files::is_read(tx, file.id)? {
        return Ok(());
    }
    let is_whole = sheets.len() == 1;
    let mut id = first.map(|scan| scan.id).ok_or(Problem::Changed)?;
    for (index, sheet) in sheets.iter().enumerate() {
        if index > 0 {
            id = ScanId::new(*now);
            let new = NewScan { id, file: file.id, unit: file.unit, came_at: file.came_at, is_whole };
            store::insert(tx, &new)?;
        }
        for (page, (picture, width, height)) in (1..).zip(&sheet.pages) {
            stored::keep(tx, picture, *now)?;
            let (hash, size) = (picture.hash.clone(), picture.size);
            store::insert_page(tx, id, &PageRow { page, hash, size, width: *width, height: *height })?;
        }
        let placed = placed(tx, work, id, sheet, is_whole)?;
        if !store::place(tx, id, &placed, *now)? {
            return Err(Problem::Changed);
        }
    }
    Ok(())
}

fn placed(
    tx: &mut database::Transaction,
    work: &Work,
    id: ScanId,
    sheet: &Sheet,
    is_whole: bool,
) -> Result<Placed, Problem> {
    let place = match sheet.hindrance {
        Some(reason) => Place::Tray { unit: work.file.unit, service: None, reason },
        None => work.place(tx, &sheet.code)?,
    };
    let (code, guess) = (sheet.code.chars().take(200).collect(), sheet.guess.clone());
    let waits = Placed {
        unit: work.file.unit,
        service: None,
        state: State::Waiting,
        reason: "",
        is_whole,
        code,
        guess,
        request: None,
        number: None,
    };
    match place {
        Place::Tray { unit, service, reason } => Ok(Placed { unit, service, reason, ..waits }),
        Place::Case(request) => {
            let unit = request.unit;
            let service = Some(request.service);
            Ok(match work.add(tx, id, *request, sheet, is_whole)? {
                Some((request, number)) => Placed {
                    unit,
                    service,
                    state: State::Filed,
                    reason: "case",
                    request: Some(request),
                    number: Some(number),
                    ..waits
                },
                None => Placed { unit, service, reason: "case-closed", ..waits },
            })
        }
    }
}
