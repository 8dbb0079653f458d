//! Sheets that came on paper: forms of ours, a letter, and a fax that nobody can read.

use anyhow::Context;

use crate::app::App;
use crate::channels::scans::keep::{self, By, Came};
use crate::channels::scans::read;
use crate::demo::HOME;
use crate::demo::sheets::sheet;

const LETTER: &str = "To the ict unit.\n\nThe projector of class 9 shows stripes\nsince the storm on friday.\n\nThe exam begins on 30 november.\n\nPema Yangzom. Nobgang School. 17 61 20 33";
const FORM: &str = "Talo Lower Secondary School\nUgyen Tshomo\n17 60 88 12\nno internet in the library\n\nThe box has a red light\nsince monday morning.";

/// Lets them come now; again it changes nothing.
pub(super) async fn come(app: &App) -> anyhow::Result<()> {
    let unit = app.calendars.unit_by_code(HOME).context("the unit of the demonstration is missing")?;
    let catalogue = app.catalogue.now();
    let service = catalogue.service_by_code("internet-lan").context("there is no service for the line")?;
    let code = format!("TENDREL:{HOME}:internet-lan:v{}", service.version);
    let form = sheet(&code, FORM);
    // It went into the machine with its head down.
    let faxed = page_reader::turned(form, 2);
    let sheets: [(&str, By, Vec<u8>); 3] = [
        ("letter-nobgang.png", By::Folder, page_reader::png(&sheet("", LETTER))),
        ("fax-0211.png", By::Fax, page_reader::png(&faxed)),
        ("fax-0212.pdf", By::Fax, b"%PDF-1.4\nthe line broke".to_vec()),
    ];
    for (name, by, bytes) in sheets {
        let Ok(file) = keep::store(app, name, &bytes).await? else { continue };
        keep::keep(app, file, Came { unit: unit.id, by, brought_by: None, mail: None }).await?;
    }
    while read::round(app).await? {}
    Ok(())
}
