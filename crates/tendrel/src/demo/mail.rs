//! The mail of `demo/mail`: a mailbox of the unit, and what came to it.

use anyhow::Context;

use crate::app::App;
use crate::channels::keep_mail::{Came, keep};
use crate::channels::mailbox::Mailbox;
use crate::channels::{file_mail, store};
use crate::demo::HOME;

const ADDRESS: &str = "ict@punakha.example";
const MAILS: [&str; 4] = [
    include_str!("../../../../demo/mail/1-projector.eml"),
    include_str!("../../../../demo/mail/2-projector-again.eml"),
    include_str!("../../../../demo/mail/3-absent.eml"),
    include_str!("../../../../demo/mail/4-scanner.eml"),
];

/// Opens the mailbox and lets the mail come now; again it changes nothing.
pub(super) async fn come(app: &App) -> anyhow::Result<()> {
    let open = app.db.read(store::all_mailboxes).await?;
    if open.iter().any(|mailbox| mailbox.address == ADDRESS) {
        return Ok(());
    }
    let unit = app.calendars.unit_by_code(HOME).context("the unit of the demonstration is missing")?;
    let catalogue = app.catalogue.now();
    let service = catalogue.service_by_code("something-else").context("there is no service for the rest")?;
    let mailbox = Mailbox::new(ADDRESS, &unit.name, unit.id, service.id, app.clock.now());
    let id = mailbox.id;
    app.db.write(move |tx| store::insert_mailbox(tx, &mailbox)).await?;
    for mail in MAILS {
        let came = Came { bytes: mail.as_bytes(), by: "deliver", recipient: ADDRESS };
        keep(app, id, came).await?;
    }
    while file_mail::round(app).await? > 0 {}
    Ok(())
}
