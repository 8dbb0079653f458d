use super::*;
use crate::clock::Clock;

/// The demonstration as it is made on Thursday 19 November 2026, at half past five in Punakha.
fn made() -> (App, Stage, testkit::Fresh) {
    let fresh = testkit::fresh();
    let settings = settings(fresh.folder().to_owned(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let clock = Clock::stopped("2026-11-19T11:30:00Z".parse().unwrap());
    let app = App::over(fresh.database.clone(), settings, clock).unwrap();
    let stage = make(&app).unwrap();
    (app, stage, fresh)
}

fn number(app: &App, sql: &'static str) -> i64 {
    app.db.read_blocking(move |r| r.one(sql, &[], |row| row.at::<i64>(0))).unwrap()
}

#[test]
fn the_week_is_played_without_a_refusal() {
    let (app, stage, _fresh) = made();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let refused = runtime.block_on(play::catch_up(&app, &stage)).unwrap();
    assert!(refused.is_empty(), "{refused:#?}");
    let since = "SELECT COUNT(*) FROM settings WHERE key LIKE 'demo_story_%'";
    assert!(number(&app, since) > 50);
    assert!(number(&app, "SELECT COUNT(*) FROM requests WHERE state = 'on_hold'") > 3);
    assert!(number(&app, "SELECT COUNT(*) FROM requests WHERE reopened > 0") > 2);
    assert!(number(&app, "SELECT COUNT(*) FROM attachments") > 8);
    assert_eq!(number(&app, "SELECT COUNT(*) FROM sessions"), 0);
    // SMS can be looked at, and none is sent.
    assert!(number(&app, "SELECT COUNT(*) FROM sms_messages WHERE state = 'sent'") > 3);
    assert_eq!(number(&app, "SELECT is_on FROM sms_gateway"), 0);
    // What an old rule removed, and the case that an audit wants, can be looked at.
    assert!(number(&app, "SELECT COUNT(*) FROM requests WHERE forgotten_at IS NOT NULL") > 3);
    assert!(number(&app, "SELECT CAST(SUM(removed) AS BIGINT) FROM retention_removals") > 3);
    assert_eq!(number(&app, "SELECT COUNT(*) FROM requests WHERE kept_since IS NOT NULL"), 1);
    // Played a second time, nothing happens twice.
    let events = number(&app, "SELECT COUNT(*) FROM events");
    runtime.block_on(play::catch_up(&app, &stage)).unwrap();
    assert_eq!(number(&app, "SELECT COUNT(*) FROM events"), events);
}

#[test]
fn a_demonstration_that_was_made_goes_on() {
    let (app, stage, _fresh) = made();
    let requests = number(&app, "SELECT COUNT(*) FROM requests");
    let again = make(&app).unwrap();
    assert_eq!(again.today, stage.today);
    assert_eq!(number(&app, "SELECT COUNT(*) FROM requests"), requests);
}

#[test]
fn a_folder_with_something_else_in_it_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("thesis.odt"), "years of work").unwrap();
    let refused = prepare_folder(folder.path(), true).unwrap_err().to_string();
    assert!(refused.contains("something else"), "{refused}");
    assert!(folder.path().join("thesis.odt").exists());
}
