//! Sheets of paper, from the machine or the hand to the case.

mod acts;
mod came;
mod machines;
pub(crate) mod sheets;

use crate::channels::scans::keep::{self, By, Came, Kept};
use crate::channels::scans::read;
use crate::id::{OrganisationId, ScanId};
use crate::testing::World;

pub(crate) const FORM: &str = "TENDREL:PUN:internet-lan:v1";

/// A file comes and is read; its first sheet.
pub(crate) async fn comes(world: &World, unit: OrganisationId, by: By, name: &str, bytes: &[u8]) -> ScanId {
    let file = keep::store(&world.app, name, bytes).await.unwrap().unwrap();
    let came = Came { unit, by, brought_by: None, mail: None };
    let (Kept::New(id) | Kept::Again(id)) = keep::keep(&world.app, file, came).await.unwrap();
    all_read(world).await;
    id
}

pub(crate) async fn all_read(world: &World) {
    while read::round(&world.app).await.unwrap() {}
}

/// One word out of the row of a sheet.
pub(crate) fn of(world: &World, id: ScanId, column: &str) -> String {
    let sql = format!("SELECT {column} AS word FROM scans WHERE id = $1");
    world.app.db.read_blocking(move |r| r.one(&sql, &[id.into()], |row| row.get::<String>("word"))).unwrap()
}
