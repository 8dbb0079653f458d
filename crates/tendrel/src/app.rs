//! What every room may use: the database, the clock, the files, the calendars, the settings.

use std::sync::Arc;

use database::{Database, Migration, Options, Reader};

use crate::channels::sms;
use crate::channels::sorters::Sorters;
use crate::clock::Clock;
use crate::desk::catalogue::Catalogue;
use crate::desk::live::Live;
use crate::directory::calendars::Calendars;
use crate::directory::providers::Providers;
use crate::files::Files;
use crate::machine::Machine;
use crate::mailer::Mailer;
use crate::mobile::Mobile;
use crate::outbound::Outbound;
use crate::problem::Problem;
use crate::record::key::Signer;
use crate::settings::Settings;
use crate::vault::Vault;
use crate::viewer::Viewer;

/// Cheap to clone; one for the whole program.
#[derive(Clone)]
pub struct App {
    pub db: Database,
    pub clock: Clock,
    pub files: Files,
    pub calendars: Calendars,
    pub catalogue: Catalogue,
    pub mailer: Mailer,
    /// Which numbers are sent SMS, while there is a gateway for them.
    pub mobile: Mobile,
    /// The streams of live pages.
    pub live: Live,
    pub settings: Arc<Settings>,
    /// Signs the checkpoints over the record.
    pub signer: Signer,
    /// This node among others.
    pub machine: Arc<Machine>,
    /// Asks others by HTTP.
    pub outbound: Outbound,
    pub providers: Providers,
    /// Whom it trusts when it asks others.
    pub tls: Arc<rustls::ClientConfig>,
    /// Seals the secrets that the database keeps.
    pub vault: Vault,
    /// What each unit's history says of the words in a mail.
    pub sorters: Sorters,
}

/// Forward only. A migration that has been released is never changed, only followed by another.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "spine",
        sql: include_str!("../migrations/0001_spine.sql"),
        sqlite: include_str!("../migrations/0001_spine.sqlite.sql"),
        postgres: include_str!("../migrations/0001_spine.postgres.sql"),
        adds_only: false,
    },
    Migration {
        version: 2,
        name: "channels",
        sql: include_str!("../migrations/0002_channels.sql"),
        sqlite: "",
        postgres: "",
        adds_only: true,
    },
    Migration {
        version: 3,
        name: "letters",
        sql: include_str!("../migrations/0003_letters.sql"),
        sqlite: "",
        postgres: "",
        adds_only: true,
    },
    Migration {
        version: 4,
        name: "webhooks",
        sql: include_str!("../migrations/0004_webhooks.sql"),
        sqlite: "",
        postgres: "",
        adds_only: true,
    },
    Migration {
        version: 5,
        name: "news",
        sql: include_str!("../migrations/0005_news.sql"),
        sqlite: "",
        postgres: "",
        adds_only: true,
    },
    Migration {
        version: 6,
        name: "scans",
        sql: include_str!("../migrations/0006_scans.sql"),
        sqlite: "",
        postgres: "",
        adds_only: true,
    },
    Migration {
        version: 7,
        name: "sms",
        sql: include_str!("../migrations/0007_sms.sql"),
        sqlite: "",
        postgres: "",
        adds_only: true,
    },
];

impl App {
    /// Opens and migrates the database, and makes the folders.
    ///
    /// # Errors
    /// Says what to do when the database is newer than this program, cannot be reached, or the folder cannot be written.
    pub fn open(settings: Settings, clock: Clock) -> anyhow::Result<App> {
        let db = Database::open(&settings.database_url(), &Options::default())?;
        App::over(db, settings, clock)
    }

    /// The same over a database that is already open: what tests use.
    pub fn over(db: Database, settings: Settings, clock: Clock) -> anyhow::Result<App> {
        db.migrate(MIGRATIONS)?;
        let tls = crate::tls::client(settings.ca_certificates.as_deref())?;
        let files = Files::of(&settings, &tls)?;
        let signer = Signer::in_folder(&settings.data)?;
        let outbound = Outbound::new(&tls, &settings.webhooks.allow_internal)?;
        let vault = Vault::of(settings.secrets_key.as_deref(), &settings.data)?;
        let (calendars, catalogue) = (Calendars::default(), Catalogue::default());
        let mailer = Mailer::new(settings.mail.clone())?;
        let machine = Arc::new(Machine::new(&settings));
        let (live, settings) = (Live::default(), Arc::new(settings));
        Ok(App {
            db,
            clock,
            files,
            calendars,
            catalogue,
            mailer,
            mobile: Mobile::default(),
            live,
            settings,
            signer,
            outbound,
            providers: Providers::default(),
            tls: Arc::new(tls),
            machine,
            vault,
            sorters: Sorters::default(),
        })
    }

    /// For a page that changes nothing and may be some seconds old: asks the replica, unless this viewer wrote something
    /// just now, or it is away or too far behind; then the primary.
    ///
    /// # Errors
    /// As `Database::read`.
    pub async fn read_for<T, F>(&self, viewer: &Viewer, f: F) -> Result<T, Problem>
    where
        F: FnOnce(&mut Reader) -> Result<T, Problem> + Clone + Send + 'static,
        T: Send + 'static,
    {
        if viewer.reads_primary {
            return self.db.read(f).await;
        }
        self.machine.replica.read(&self.db, f).await
    }

    /// Reads calendars and catalogue again if they changed, here or on another node.
    pub async fn refresh(&self) -> Result<(), database::Error> {
        let app = self.clone();
        self.db.read(move |r| app.refresh_from(r)).await
    }

    pub fn refresh_blocking(&self) -> Result<(), database::Error> {
        let app = self.clone();
        self.db.read_blocking(move |r| app.refresh_from(r))
    }

    fn refresh_from(&self, r: &mut Reader) -> Result<(), database::Error> {
        self.calendars.refresh(r, self.settings.home_unit.as_deref())?;
        let today = self.clock.now().to_zoned(self.calendars.zone()).date().to_string();
        self.catalogue.refresh(r, &today)?;
        self.mobile.set(sms::numbers(r)?);
        Ok(())
    }
}
