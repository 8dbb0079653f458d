//! What the tests of all rooms share: a whole program over a fresh database, known people, a stopped clock, and a
//! browser that holds every page against what makes a page whole.

mod attacks;
mod browser;
mod issuer;
mod links;
mod s3;
mod schema;
pub(crate) mod slapd;

use std::path::Path;

use database::{Database, Reader, Transaction};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use testkit::Fresh;

pub(crate) use browser::{Browser, Page};
pub(crate) use issuer::Issuer;
pub(crate) use s3::S3;
pub(crate) use schema::Schema;
pub(crate) use slapd::Slapd;

use crate::app::App;
use crate::clock::Clock;
use crate::directory::offices::{self, NewOffice};
use crate::directory::people::{self, NewPerson};
use crate::directory::sessions;
use crate::id::{AccountId, OrganisationId, PersonId};
use crate::install::install;
use crate::settings::Settings;
use crate::settings::entry::MailSettings;
use crate::viewer::Role;

/// The program on Thursday 19 November 2026, nine o'clock in Punakha, with its reference data and these people.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) punakha: OrganisationId,
    pub(crate) thimphu: OrganisationId,
    pub(crate) school: OrganisationId,
    fresh: Fresh,
}

/// Who everybody is. Stranger is an officer of another unit, who has no business here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Who {
    /// Officers of Punakha ICT Services.
    Karma,
    Sonam,
    /// Head of Punakha ICT Services.
    Head,
    /// A teacher of the school.
    Tshering,
    /// Another teacher of the school.
    Dechen,
    /// The head of the school.
    Principal,
    /// An officer of Thimphu ICT Services.
    Stranger,
    Centre,
    Auditor,
    Operator,
}

impl Who {
    const ALL: [Who; 10] = [
        Who::Karma,
        Who::Sonam,
        Who::Head,
        Who::Tshering,
        Who::Dechen,
        Who::Principal,
        Who::Stranger,
        Who::Centre,
        Who::Auditor,
        Who::Operator,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Who::Karma => "Karma Wangmo",
            Who::Sonam => "Sonam Dorji",
            Who::Head => "Kinley Gyeltshen",
            Who::Tshering => "Tshering Dema",
            Who::Dechen => "Dechen Pem",
            Who::Principal => "Namgay Tenzin",
            Who::Stranger => "Ugyen Lhendup",
            Who::Centre => "Choki Zangmo",
            Who::Auditor => "Jigme Norbu",
            Who::Operator => "Tandin Wangdi",
        }
    }

    fn username(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

impl World {
    pub(crate) fn new() -> World {
        let fresh = testkit::fresh_prepared(|database| {
            let folder = tempfile::tempdir().unwrap();
            let app = program(database, folder.path());
            install(&app).unwrap();
            let now = app.clock.now();
            app.db.write_blocking(move |tx| populate(tx, now)).unwrap();
        });
        let app = program(&fresh.database, fresh.folder());
        app.refresh_blocking().unwrap();
        let organisation = |key: &'static str| app.db.read_blocking(move |r| organisation(r, key)).unwrap();
        World {
            punakha: organisation("unit-punakha"),
            thimphu: organisation("unit-thimphu"),
            school: organisation("kabjisa-central-school"),
            app,
            fresh,
        }
    }

    /// Sets the clock to a local time of Punakha: "2026-11-19 14:20".
    pub(crate) fn set(&self, local: &str) -> Timestamp {
        let zone = TimeZone::get("Asia/Thimphu").unwrap();
        let civil = jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M", local).unwrap();
        let at = civil.to_zoned(zone).unwrap().timestamp();
        self.app.clock.set(at);
        at
    }

    /// A browser of somebody who signed in.
    pub(crate) fn browser(&self, who: Who) -> Browser {
        let now = self.app.clock.now();
        let secret = self
            .app
            .db
            .write_blocking(move |tx| {
                let (account, _) = account_of(tx, who)?;
                sessions::open(tx, account, &sessions::Origin::test(), now)
            })
            .unwrap();
        Browser::new(&self.app, Some(secret))
    }

    /// What opens the same database a second time, for a command.
    pub(crate) fn url(&self) -> String {
        self.fresh.url.clone()
    }

    /// A browser of somebody of the public.
    pub(crate) fn public(&self) -> Browser {
        Browser::new(&self.app, None)
    }

    pub(crate) fn person(&self, who: Who) -> PersonId {
        self.app.db.read_blocking(move |r| account_of(r, who)).unwrap().1
    }

    pub(crate) fn account(&self, who: Who) -> AccountId {
        self.app.db.read_blocking(move |r| account_of(r, who)).unwrap().0
    }

    /// The program as it is set up by hand: on PostgreSQL, its settings name the database.
    pub(crate) fn installed(&self) -> App {
        let mut app = self.app.clone();
        let mut settings = Settings::clone(&app.settings);
        settings.database = (app.db.kind() == database::Kind::Postgres).then(|| self.fresh.url.clone());
        app.settings = std::sync::Arc::new(settings);
        app
    }

    pub(crate) fn set_settings(&mut self, change: impl FnOnce(&mut Settings)) {
        let mut settings = (*self.app.settings).clone();
        change(&mut settings);
        self.app.settings = std::sync::Arc::new(settings);
    }

    /// One number out of the database, for what no page shows.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        let sql = sql.to_owned();
        self.app.db.read_blocking(move |r| r.one(&sql, &[], |row| row.at::<i64>(0))).unwrap()
    }
}

fn program(database: &Database, folder: &Path) -> App {
    let clock = Clock::stopped("2026-11-19T03:00:00Z".parse().unwrap());
    let mut settings = Settings::in_folder(folder.to_owned());
    settings.home_unit = Some("PUN".to_owned());
    settings.show_unreviewed = true;
    settings.mail = MailSettings::Memory;
    App::over(database.clone(), settings, clock).unwrap()
}

fn account_of(r: &mut Reader, who: Who) -> Result<(AccountId, PersonId), database::Error> {
    let username = who.username();
    r.one("SELECT id, person_id FROM accounts WHERE username = $1", &[username.into()], |row| {
        Ok((row.get("id")?, row.get("person_id")?))
    })
}

fn organisation(r: &mut Reader, key: &str) -> Result<OrganisationId, database::Error> {
    r.one("SELECT id FROM organisations WHERE key = $1", &[key.into()], |row| row.get("id"))
}

fn populate(tx: &mut Transaction, now: Timestamp) -> Result<(), database::Error> {
    let punakha = organisation(tx, "unit-punakha")?;
    let thimphu = organisation(tx, "unit-thimphu")?;
    let district = organisation(tx, "dzongkhag-punakha")?;
    let government = organisation(tx, "government")?;
    let school = offices::insert(
        tx,
        &NewOffice {
            key: "kabjisa-central-school".to_owned(),
            kind: "school".to_owned(),
            name: "Kabjisa Central School".to_owned(),
            parent: Some(district),
            place: Some("BT-23".to_owned()),
            ..NewOffice::default()
        },
        now,
    )?;
    for who in Who::ALL {
        let (office, role) = match who {
            Who::Karma | Who::Sonam => (punakha, Role::Officer),
            Who::Head => (punakha, Role::HeadOfUnit),
            Who::Tshering | Who::Dechen => (school, Role::Requester),
            Who::Principal => (school, Role::HeadOfOffice),
            Who::Stranger => (thimphu, Role::Officer),
            Who::Centre => (government, Role::Centre),
            Who::Auditor => (government, Role::Auditor),
            Who::Operator => (government, Role::Operator),
        };
        let person = NewPerson {
            name: who.name().to_owned(),
            employee_id: Some(format!("2011{:04}", who as usize)),
            working_agency: Some(office),
            phone: format!("1760000{}", who as usize),
            email: format!("{}@tendrel.example", who.username()),
            post: "Officer".to_owned(),
            ..NewPerson::default()
        };
        let person = people::insert(tx, &person, now)?;
        let account = people::insert_account(tx, person, &who.username(), now)?;
        people::grant(tx, account, role, office, now)?;
    }
    Ok(())
}

#[test]
fn the_reference_data_is_whole() {
    let world = World::new();
    assert_eq!(world.number("SELECT COUNT(*) FROM places WHERE kind = 'dzongkhag'"), 20);
    assert_eq!(world.number("SELECT COUNT(*) FROM places WHERE kind = 'gewog'"), 205);
    assert_eq!(world.number("SELECT COUNT(*) FROM organisations WHERE unit_id IS NULL"), 0);
    let covered: std::collections::BTreeSet<u8> = world
        .app
        .catalogue
        .now()
        .services
        .iter()
        .flat_map(|service| service.definition.functions.clone())
        .collect();
    assert_eq!(covered, (1..=20).collect());
    assert_eq!(world.app.calendars.home().name, "Punakha ICT Services");
    // Nothing is installed twice.
    install(&world.app).unwrap();
    assert_eq!(world.number("SELECT COUNT(*) FROM places WHERE kind = 'dzongkhag'"), 20);
}
