//! Every parser of bytes from outside, each as a function of bytes: none may panic, and what it understood must hold
//! its own rules. `fuzz/` searches them with a fuzzer, `crates/tendrel/tests/parsers` tries them in `bin/test`.

use std::path::Path;
use std::sync::OnceLock;

use axum::body::Body;
use axum::extract::FromRequest;
use axum::http::{HeaderMap, HeaderValue, Request, header};
use tendrel::analysis::asked::Parameters;
use tendrel::analysis::period::Period;
use tendrel::app::App;
use tendrel::clock::Clock;
use tendrel::desk::number::Number;
use tendrel::desk::queue::filters::Filters;
use tendrel::desk::sheet_code::SheetCode;
use tendrel::desk::store::lists::Position;
use tendrel::directory::import::map::{Map, What};
use tendrel::directory::import::table::Table;
use tendrel::directory::passkeys::{self, Act, Site};
use tendrel::directory::sessions;
use tendrel::frame::form::FormData;
use tendrel::frame::languages::Language;
use tendrel::id::RequestId;
use tendrel::settings::Settings;
use tower::ServiceExt;

pub(crate) type Parser = fn(&[u8]);

/// Each with the name of its target in `fuzz/`.
pub(crate) const ALL: [(&str, Parser); 18] = [
    ("form_urlencoded", form_urlencoded),
    ("form_multipart", form_multipart),
    ("form_json", form_json),
    ("request_number", request_number),
    ("headers", headers),
    ("import_table", import_table),
    ("holidays", holidays),
    ("calendar", calendar),
    ("queue_filters", queue_filters),
    ("analysis_question", analysis_question),
    ("passkeys", passkeys),
    ("file_names", file_names),
    ("search_words", search_words),
    ("checkpoint_file", checkpoint_file),
    ("whole_request", whole_request),
    ("mail", mail),
    ("sheet_code", sheet_code),
    ("pages", pages),
];

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The program over a database of its own, made once.
fn app() -> &'static App {
    static APP: OnceLock<App> = OnceLock::new();
    APP.get_or_init(|| {
        let folder = match option_env!("CARGO_TARGET_TMPDIR") {
            Some(folder) => Path::new(folder).join("parsers"),
            None => std::env::temp_dir().join(format!("tendrel-parsers-{}", std::process::id())),
        };
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut settings = Settings::in_folder(folder);
        settings.home_unit = Some("PUN".to_owned());
        let app = App::open(settings, Clock::Machine).expect("a database");
        tendrel::install::install(&app).expect("reference data");
        app
    })
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
    });
    runtime.block_on(work)
}

fn form(content_type: &str, bytes: &[u8]) {
    let request = Request::post("/").header(header::CONTENT_TYPE, content_type);
    let request = request.body(Body::from(bytes.to_vec())).expect("a request");
    let Ok(form) = wait(FormData::from_request(request, app())) else { return };
    for (name, value) in form.fields() {
        assert!(!value.contains('\0') && !value.contains('\r'), "{name} holds what no database takes");
    }
    for (_, file) in &form.files {
        assert!(!file.name.contains('/') && !file.name.is_empty(), "{:?}", file.name);
    }
}

pub(crate) fn form_urlencoded(bytes: &[u8]) {
    form("application/x-www-form-urlencoded", bytes);
}

pub(crate) fn form_multipart(bytes: &[u8]) {
    form("multipart/form-data; boundary=XX", bytes);
    let whole = [
        b"--XX\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\n\r\n",
        bytes,
        b"\r\n--XX--\r\n",
    ];
    form("multipart/form-data; boundary=XX", &whole.concat());
}

pub(crate) fn form_json(bytes: &[u8]) {
    form("application/json", bytes);
}

pub(crate) fn request_number(bytes: &[u8]) {
    let typed = text(bytes);
    if let Ok(number) = Number::parse(&typed) {
        assert_eq!(Number::parse(&number.to_string()), Ok(number.clone()), "{typed:?}");
    }
}

pub(crate) fn headers(bytes: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(bytes) else { return };
    let mut headers = HeaderMap::new();
    headers.insert(header::COOKIE, value.clone());
    headers.insert(header::ACCEPT_LANGUAGE, value);
    for name in ["session", "__Host-session", sessions::LANGUAGE_COOKIE, ""] {
        assert_ne!(sessions::cookie(&headers, name), Some(String::new()));
    }
    let _ = (sessions::language_of(&headers), Language::accepted(&text(bytes)));
    let back = sessions::own_path(&text(bytes));
    assert!(back.starts_with('/') && !back.starts_with("//") && !back.contains('\\'), "{back:?}");
}

pub(crate) fn import_table(bytes: &[u8]) {
    let Ok(table) = Table::read(bytes) else { return };
    for what in [What::Offices, What::People] {
        let map = Map::guess(what, &table.head);
        let _ = map.missing(what);
        let _ = Map::from_toml(what, &text(bytes), &table.head);
    }
}

pub(crate) fn holidays(bytes: &[u8]) {
    use working_time::holidays::{from_csv, from_icalendar, from_tsv};
    let text = text(bytes);
    let _ = (from_csv(&text), from_tsv(&text), from_icalendar(&text));
    let whole = format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{text}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
    let _ = from_icalendar(&whole);
}

pub(crate) fn calendar(bytes: &[u8]) {
    use working_time::{Calendar, CalendarData, Span};
    if let Ok(span) = text(bytes).parse::<Span>() {
        assert_eq!(span.to_string().parse::<Span>(), Ok(span));
    }
    let Ok(data) = serde_json::from_slice::<CalendarData>(bytes) else { return };
    let Ok(calendar) = Calendar::new(&data) else { return };
    let at: jiff::Timestamp = "2026-11-19T03:00:00Z".parse().expect("an instant");
    if let Some(due) = calendar.add(at, 3_600) {
        assert_eq!(calendar.between(at, due), 3_600);
    }
}

pub(crate) fn queue_filters(bytes: &[u8]) {
    let query = text(bytes);
    let filters = Filters::parse(&query);
    let again = Filters::parse(&filters.query());
    assert_eq!(again.query(), filters.query(), "{query:?}");
    let catalogue = app().catalogue.now();
    let _ = (filters.narrowing(), filters.office(), filters.first(), filters.misunderstood(&catalogue));
    let zone = app().calendars.zone();
    let person = tendrel::id::PersonId::of(uuid::Uuid::nil());
    let _ = filters.wanted(None, person, &[], &catalogue, &zone);
    if let Some(position) = Position::parse(&query) {
        assert_eq!(Position::parse(&position.written()).map(Position::written), Some(position.written()));
    }
}

pub(crate) fn analysis_question(bytes: &[u8]) {
    let query = text(bytes);
    let parameters = Parameters::of(Some(query.clone()));
    let _ = (parameters.given("from"), parameters.given("month"));
    if let Some(period) = Period::month(&query) {
        assert!((28..=31).contains(&period.days()), "{query:?}");
        let zone = app().calendars.zone();
        let _ = (period.bounds(&zone), period.shifted(-1), period.months(12));
    }
}

pub(crate) fn passkeys(bytes: &[u8]) {
    let site = Site::of("https://desk.example").expect("a site");
    let _ = passkeys::from_text(&text(bytes));
    for act in [Act::Create, Act::Get] {
        let _ = passkeys::challenge_of(bytes, act, &site);
    }
    let _ = passkeys::new_key(bytes, &site);
    // Behind the hash of the site, which no fuzzer guesses.
    let hash = passkeys::from_text("XkUwuGZsUU-YkAZdBEvuDTuIVcZHezyUEp5h7xrsX5w").unwrap_or_default();
    let _ = passkeys::new_key(&[hash.as_slice(), bytes].concat(), &site);
    let (key, signature) = bytes.split_at(bytes.len() / 2);
    let _ = passkeys::check_signature(key, 1, &[hash.as_slice(), bytes].concat(), bytes, signature, &site);
}

pub(crate) fn file_names(bytes: &[u8]) {
    let name = tendrel::files::safe_name(&text(bytes));
    assert!(!name.contains(['/', '\0', '\r', '\n']) && !name.is_empty(), "{name:?}");
    if let Some(read) = tendrel::files::unhex(&text(bytes)) {
        assert_eq!(tendrel::files::hex(&read), text(bytes).to_lowercase());
    }
    if let Some(id) = RequestId::parse(&text(bytes)) {
        assert_eq!(RequestId::parse(&id.to_string()), Some(id));
    }
}

pub(crate) fn search_words(bytes: &[u8]) {
    let typed = text(bytes);
    assert_eq!(tendrel::search::fold(&tendrel::search::fold(&typed)), tendrel::search::fold(&typed));
    let units = [tendrel::id::OrganisationId::of(uuid::Uuid::nil())];
    let words = typed.clone();
    let found = app().db.read_blocking(move |r| {
        tendrel::search::find(r, &words, tendrel::search::Within::Units(&units), &[], None, 5)
    });
    assert!(found.is_ok() || typed.contains('\0'), "{typed:?}: {:?}", found.err());
}

pub(crate) fn checkpoint_file(bytes: &[u8]) {
    let _ = tendrel::record::verify::read_kept(bytes, Path::new("checkpoint"));
}

/// An address, a cookie and a token, through everything that a request passes.
pub(crate) fn whole_request(bytes: &[u8]) {
    let mut parts = bytes.splitn(4, |byte| *byte == b'\n');
    let mut next = || parts.next().unwrap_or_default();
    let path = format!("/{}", text(next()));
    let Ok(uri) = path.parse::<axum::http::Uri>() else { return };
    let mut request = Request::get(uri).body(Body::empty()).expect("a request");
    for (name, before) in
        [(header::COOKIE, "session="), (header::AUTHORIZATION, "Bearer "), (header::HOST, "")]
    {
        if let Ok(value) = HeaderValue::from_bytes(&[before.as_bytes(), next()].concat()) {
            request.headers_mut().insert(name, value);
        }
    }
    let answer = wait(tendrel::router::router(app().clone()).oneshot(request)).expect("an answer");
    assert!(!answer.status().is_server_error(), "{path:?}: {}", answer.status());
}

/// What is shown of a message is text, or HTML in which nothing runs and nothing is fetched.
pub(crate) fn mail(bytes: &[u8]) {
    let own = ["ict@desk.example".to_owned()];
    let read = mail_reader::read(bytes, &mail_reader::Desk { addresses: &own, loop_mark: "desk" });
    for attachment in &read.attachments {
        assert!(
            !attachment.name.contains(['/', '\\', '\0']) && !attachment.name.is_empty(),
            "{attachment:?}"
        );
    }
    let _ = (mail_reader::plain_subject(&read.subject), mail_reader::is_thanks(&read.said));
    if let Some(safe) = mail_reader::safe_html(&read.html, &|_| None) {
        let small = safe.to_ascii_lowercase();
        for bad in ["<script", "<style", "<iframe", "<form", "javascript:"] {
            let in_a_tag = small
                .split('<')
                .skip(1)
                .any(|tag| tag.split('>').next().is_some_and(|tag| format!("<{tag}").contains(bad)));
            assert!(!in_a_tag, "{bad} in {safe}");
        }
    }
}

/// What is printed on a sheet is read as it was written.
pub(crate) fn sheet_code(bytes: &[u8]) {
    if let Some(code) = SheetCode::parse(&text(bytes)) {
        assert_eq!(SheetCode::parse(&code.to_string()), Some(code.clone()));
        assert_eq!(SheetCode::parse(&code.to_string().to_uppercase()), Some(code));
    }
}

/// Pages of whatever somebody sent: few, small, and never a panic that is not caught.
pub(crate) fn pages(bytes: &[u8]) {
    let mut count = 0;
    let _ = page_reader::each_page(bytes, &mut |page| {
        count += 1;
        assert!(u64::from(page.width()) * u64::from(page.height()) <= 5 * page_reader::PIXELS);
    });
    assert!(count <= page_reader::PAGES);
}
