//! `GET /news.atom`: the public notices as an Atom feed (RFC 4287), for whoever reads many sites in one place.

use std::fmt::Write;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::desk::news::{News, store};
use crate::directory::calendars::UnitFacts;
use crate::files::hex;
use crate::frame::Frame;
use crate::problem::Problem;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/news.atom", get(show))
}

#[derive(Deserialize)]
struct Asked {
    /// Code of a unit; without it the notices of all.
    #[serde(default)]
    unit: String,
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(Asked { unit }): Query<Asked>,
) -> Result<Response, Problem> {
    let unit = match unit.as_str() {
        "" => None,
        code => Some(app.calendars.unit_by_code(code).ok_or(Problem::NotFound)?),
    };
    let of = unit.as_ref().map(|unit| unit.id);
    let all = app.read_for(&viewer, move |r| Ok(store::latest(r, of)?)).await?;
    let frame = Frame::titled(&app, &viewer, "news-title");
    let feed = feed(&app, &frame, unit.as_ref(), &all);
    let tag = format!("\"{}\"", hex(&Sha256::digest(feed.as_bytes())[..16]));
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_known = known.is_some_and(|known| {
        known.split(',').map(|one| one.trim().trim_start_matches("W/")).any(|one| one == tag || one == "*")
    });
    let headers = [
        (header::ETAG, HeaderValue::from_str(&tag).map_err(anyhow::Error::from)?),
        // Kept, and asked for again each time; the language is the reader's.
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::VARY, HeaderValue::from_static("accept-language, cookie")),
    ];
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/atom+xml; charset=utf-8"))];
    Ok((headers, kind, feed).into_response())
}

fn feed(app: &App, frame: &Frame, unit: Option<&UnitFacts>, all: &[News]) -> String {
    let base = &app.settings.base_url;
    let query = unit.map(|unit| format!("?unit={}", unit.code)).unwrap_or_default();
    let own = format!("{base}/news.atom{query}");
    let home = || frame.plain_name(&frame.home.name, &frame.home.name_dz).to_owned();
    let author = unit.map_or_else(home, |unit| frame.plain_name(&unit.name, &unit.name_dz).to_owned());
    let changed = all.iter().map(|news| news.changed_at).max().unwrap_or(Timestamp::UNIX_EPOCH);
    let mut feed = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n",
        frame.language.code()
    );
    let title = if author.is_empty() { frame.title.clone() } else { format!("{}: {author}", frame.title) };
    let own_xml = xml(&own);
    let _ = writeln!(
        feed,
        "<id>{own_xml}</id>\n<title>{}</title>\n<updated>{changed}</updated>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{own_xml}\"/>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\n<author><name>{}</name></author>",
        xml(&title),
        xml(&format!("{base}/news{query}")),
        xml(if author.is_empty() { "Tendrel" } else { &author }),
    );
    for news in all {
        entry(&mut feed, app, frame, news);
    }
    feed + "</feed>\n"
}

fn entry(feed: &mut String, app: &App, frame: &Frame, news: &News) {
    let title = frame.plain_name(&news.title, &news.title_dz);
    let mut text = vec![frame.plain_name(&news.body, &news.body_dz).to_owned()];
    let said = |key: &str, at: Timestamp| format!("{}: {}", frame.t(key), frame.full_time(&at));
    text.push(said("news-begins", news.from));
    text.extend(news.to.map(|to| said("news-to", to)));
    text.extend(news.ended_at.map(|ended| said("news-ended", ended)));
    let _ = writeln!(
        feed,
        "<entry>\n<id>urn:uuid:{}</id>\n<title>{}</title>\n<published>{}</published>\n<updated>{}</updated>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\n<category term=\"{}\" label=\"{}\"/>\n\
         <content type=\"text\">{}</content>",
        news.id,
        xml(title),
        news.published_at,
        news.changed_at,
        xml(&format!("{}/news/{}", app.settings.base_url, news.id)),
        news.kind.code(),
        xml(&frame.t(news.kind.key())),
        xml(&text.join("\n")),
    );
    if let Some(unit) = news.unit.and_then(|unit| app.calendars.unit(unit)) {
        let name = frame.plain_name(&unit.name, &unit.name_dz);
        let _ = writeln!(feed, "<author><name>{}</name></author>", xml(name));
    }
    feed.push_str("</entry>\n");
}

/// Text for an element or an attribute; what XML 1.0 has no place for is left out.
fn xml(text: &str) -> String {
    let allowed = |c: &char| !matches!(c, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    crate::frame::escape(&text.chars().filter(allowed).collect::<String>())
}

#[cfg(test)]
mod tests {
    use roxmltree::{Document, Node};

    use crate::testing::{Browser, Who, World};

    const ATOM: &str = "http://www.w3.org/2005/Atom";

    async fn published(browser: &mut Browser, fields: &[(&str, &str)]) -> String {
        let page = browser.post("/news/new", fields).await;
        page.must_be(200);
        page.path.split('?').next().unwrap().to_owned()
    }

    fn child<'a>(node: Node<'a, 'a>, name: &str) -> &'a str {
        let children: Vec<_> = node.children().filter(|it| it.has_tag_name((ATOM, name))).collect();
        assert_eq!(children.len(), 1, "one {name}");
        children[0].text().unwrap_or_default()
    }

    fn fields<'a>(title: &'a str, body: &'a str) -> [(&'a str, &'a str); 4] {
        [("kind", "interruption"), ("unit", "PUN"), ("title", title), ("body", body)]
    }

    #[tokio::test]
    async fn a_feed_is_what_the_standard_asks_for() {
        let world = World::new();
        let mut public = world.public();
        let empty = public.get("/news.atom").await;
        empty.must_be(200);
        Document::parse(&empty.text()).unwrap();
        let mut karma = world.browser(Who::Karma);
        let body = "Lightning & <b>wind</b> \u{fffe}]]> \"so they say\".\nགློག་འཕྲིན་";
        let first = published(&mut karma, &fields("Kabjisa < Internet", body)).await;
        world.app.clock.set(world.app.clock.now() + jiff::SignedDuration::from_mins(5));
        published(&mut karma, &fields("Second", "More.")).await;
        let page = public.get("/news.atom").await;
        assert_eq!(page.headers["content-type"], "application/atom+xml; charset=utf-8");
        let text = page.text();
        let document = Document::parse(&text).unwrap();
        let feed = document.root_element();
        assert!(feed.has_tag_name((ATOM, "feed")));
        assert_eq!(child(feed, "id"), "http://localhost/news.atom");
        assert!(child(feed, "title").contains("Punakha ICT Services"));
        child(feed, "updated").parse::<jiff::Timestamp>().unwrap();
        let entries: Vec<_> = feed.children().filter(|it| it.has_tag_name((ATOM, "entry"))).collect();
        assert_eq!(entries.len(), 2);
        assert_eq!(child(feed, "updated"), child(entries[0], "updated"), "the newest is first");
        let id = first.rsplit('/').next().unwrap();
        assert_eq!(child(entries[1], "id"), format!("urn:uuid:{id}"));
        assert_eq!(child(entries[1], "title"), "Kabjisa < Internet");
        let content = child(entries[1], "content");
        assert!(content.contains("& <b>wind</b> ]]> \"so they say\".\nགློག་འཕྲིན་"), "{content}");
        let link = entries[1].children().find(|it| it.has_tag_name((ATOM, "link"))).unwrap();
        assert_eq!(link.attribute("href"), Some(format!("http://localhost{first}").as_str()));
        let linked = feed.children().find(|it| it.attribute("rel") == Some("self")).unwrap();
        assert_eq!(linked.attribute("href"), Some("http://localhost/news.atom"));
    }

    #[tokio::test]
    async fn what_did_not_change_is_not_sent_again() {
        let world = World::new();
        let mut karma = world.browser(Who::Karma);
        let news = published(&mut karma, &fields("No Internet", "A line is cut.")).await;
        let page = world.public().get("/news.atom").await;
        let tag = page.headers["etag"].to_str().unwrap().to_owned();
        let mut knowing = world.public().with("if-none-match", format!("W/\"other\", {tag}"));
        let same = knowing.get("/news.atom").await;
        assert_eq!((same.status.as_u16(), same.body.len()), (304, 0));
        let was: Vec<String> = ids(&page.text());
        world.app.clock.set(world.app.clock.now() + jiff::SignedDuration::from_mins(5));
        karma.post(&format!("{news}/end"), &[]).await.must_be(200);
        let changed = knowing.get("/news.atom").await;
        changed.must_be(200);
        assert_eq!(ids(&changed.text()), was, "the same entry, changed");
        assert_ne!(changed.headers["etag"].to_str().unwrap(), tag);
        world.public().get("/news.atom?unit=PUN").await.must_have("A line is cut.");
        let thimphu = world.app.calendars.unit(world.thimphu).unwrap().code;
        world.public().get(&format!("/news.atom?unit={thimphu}")).await.must_not_have("A line is cut.");
        world.public().get("/news.atom?unit=NOWHERE").await.must_be(404);
    }

    fn ids(text: &str) -> Vec<String> {
        text.split("<id>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
    }
}
