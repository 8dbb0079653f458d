//! The public notices of `demo/news.toml`.

use anyhow::Context;
use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;

use crate::app::App;
use crate::demo::HOME;
use crate::desk::news::{Kind, News, store};
use crate::events::Actor;
use crate::id::NewsId;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    news: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    kind: String,
    title: String,
    text: String,
    by: String,
    services: Vec<String>,
    from: Moment,
    to: Option<Moment>,
    published: Moment,
    ended: Option<Moment>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Moment {
    day: i64,
    at: String,
}

impl Moment {
    fn instant(&self, app: &App, today: Date) -> anyhow::Result<Timestamp> {
        let day = today.checked_add(self.day.days())?;
        let at = Time::strptime("%H:%M", &self.at)?;
        Ok(day.to_datetime(at).to_zoned(app.calendars.zone())?.timestamp())
    }
}

/// Publishes them, each at its time, and ends what is over.
pub(super) fn publish(app: &App, today: Date) -> anyhow::Result<()> {
    let file: File =
        toml::from_str(include_str!("../../../../demo/news.toml")).context("demo/news.toml is not right")?;
    let unit = app.calendars.unit_by_code(HOME).context("the unit of the demonstration is missing")?.id;
    for Row { kind, title, text, by, services, from, to, published, ended } in file.news {
        let published = published.instant(app, today)?;
        let news = News {
            id: NewsId::new(published),
            unit: Some(unit),
            kind: Kind::from_code(&kind).with_context(|| format!("demo/news.toml: what is {kind}?"))?,
            title,
            title_dz: String::new(),
            body: text,
            body_dz: String::new(),
            services,
            from: from.instant(app, today)?,
            to: to.map(|to| to.instant(app, today)).transpose()?,
            ended_at: None,
            published_at: published,
            changed_at: published,
            version: 1,
        };
        let ended = ended.map(|ended| ended.instant(app, today)).transpose()?;
        let actor = Actor { person: None, name: by };
        app.db.write_blocking::<_, database::Error, _>(move |tx| {
            store::publish(tx, &news, actor.clone())?;
            ended.map_or(Ok(()), |at| store::end(tx, &news, actor.clone(), at))
        })?;
    }
    Ok(())
}
