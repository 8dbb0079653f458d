//! The yearly list of holidays, as tables and as iCalendar.

use std::path::{Path, PathBuf};

use crate::support::day;
use working_time::holidays::{ImportedHoliday, LineError, from_csv, from_icalendar, from_tsv};
use working_time::{Calendar, Holiday};

fn shared(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path)
}

fn national(date: &str, name: &str) -> ImportedHoliday {
    ImportedHoliday { date: day(date), name: name.to_owned(), name_local: None, scope: "national".to_owned() }
}

fn lines(errors: &[LineError]) -> Vec<usize> {
    errors.iter().map(|error| error.line).collect()
}

#[test]
fn the_list_of_bhutan_is_read_in_full() {
    let file = shared("bhutan/public_holidays_BT.tsv");
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!("SKIPPED: no list at {}", file.display());
        return;
    };
    let list = from_tsv(&text).unwrap();
    assert_eq!(list.len(), text.lines().count() - 1);
    let tshechu = list.iter().find(|holiday| holiday.date == day("2026-09-21")).unwrap();
    assert_eq!(tshechu.name, "Thimphu Tshechu");
    assert_eq!(tshechu.name_local.as_deref(), Some("ཐིམ་ཕུ་ཚེས་བཅུའི་ངལ་གསོ།"));
    assert_eq!(tshechu.scope, "BT-15 (Thimphu) only");
    assert_eq!(list.iter().filter(|holiday| holiday.scope == "national").count(), 357);

    let mut data = crate::support::bhutan();
    data.holidays = list.into_iter().map(|listed| Holiday { date: listed.date, name: listed.name }).collect();
    let calendar = Calendar::new(&data).unwrap();
    assert_eq!(calendar.day_seconds(day("2026-12-17")), 0, "National Day");
}

#[test]
fn tables_may_have_few_columns_or_none_named() {
    let expected = vec![national("2026-11-01", "Coronation"), national("2026-12-17", "National Day")];
    for text in [
        "date,name\n2026-11-01,Coronation\n2026-12-17,National Day\n",
        "\u{feff}Date,Name\r\n2026-11-01,Coronation\r\n\r\n2026-12-17,\"National Day\"\r\n",
        "2026-11-01,Coronation\n2026-12-17,National Day",
        "name;date\nCoronation;2026-11-01\nNational Day;2026-12-17\n",
        "status,date,name\nlisted,2026-11-01,Coronation\ncancelled,2026-11-02,None\n,2026-12-17,National Day\n",
    ] {
        assert_eq!(from_csv(text).as_ref(), Ok(&expected), "{text}");
    }
    assert_eq!(from_tsv("date\tname_en\n2026-11-01\tCoronation\n2026-12-17\t National Day \n"), Ok(expected));
}

#[test]
fn quotation_marks_mean_nothing_between_tabs() {
    let list = from_tsv("date\tname\n2026-12-17\t\"National\" Day\n").unwrap();
    assert_eq!(list[0].name, "\"National\" Day");
}

#[test]
fn every_wrong_line_is_reported_with_its_number() {
    let text = "date,name\n2026-02-30,No such day\n2026-11-01,Coronation\n17/12/2026,National Day\n2026-12-17,\n,\nx";
    let errors = from_csv(text).unwrap_err();
    assert_eq!(lines(&errors), [2, 4, 5, 7]);
    let written = errors[1].to_string();
    assert_eq!(written, "line 4: there is no such date: write it as 2026-12-17: 17/12/2026,National Day");
    assert_eq!(errors[2].reason, "the holiday has no name");
    assert_eq!(lines(&from_csv("").unwrap_err()), [1]);
    assert_eq!(lines(&from_csv("\n\nday,event\n2026-01-01,New Year\n").unwrap_err()), [3]);
}

#[test]
fn whole_day_events_become_holidays() {
    let text = "\u{feff}BEGIN:VCALENDAR\r\nVERSION:2.0\r\n\
        BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261217\r\nSUMMARY;LANGUAGE=en:National Day\\, of Bhu\r\n tan\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nSUMMARY:Losar\r\nDTSTART;VALUE=DATE:20260218\r\nDTEND;VALUE=DATE:20260220\r\n\
        BEGIN:VALARM\r\nSUMMARY:Wake up\r\nDURATION:PT5M\r\nEND:VALARM\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nSUMMARY:Tshechu\r\nDTSTART:20260921T000000\r\nDURATION:P3D\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nSUMMARY:Called off\r\nDTSTART;VALUE=DATE:20260401\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\n\
        BEGIN:VTODO\r\nSUMMARY:No event\r\nEND:VTODO\r\nEND:VCALENDAR\r\n";
    assert_eq!(
        from_icalendar(text).unwrap(),
        [
            national("2026-12-17", "National Day, of Bhutan"),
            national("2026-02-18", "Losar"),
            national("2026-02-19", "Losar"),
            national("2026-09-21", "Tshechu"),
            national("2026-09-22", "Tshechu"),
            national("2026-09-23", "Tshechu"),
        ]
    );
}

#[test]
fn events_that_are_no_holidays_are_reported_with_their_line() {
    let event = |properties: &str| format!("BEGIN:VEVENT\n{properties}\nEND:VEVENT\n");
    let text = [
        "BEGIN:VCALENDAR\n".to_owned(),
        event("DTSTART:20260101T100000Z\nSUMMARY:Meeting"),
        event("DTSTART;VALUE=DATE:20260102\nRRULE:FREQ=YEARLY\nSUMMARY:Every year"),
        event("DTSTART;VALUE=DATE:20260230\nSUMMARY:No such day"),
        event("DTSTART;VALUE=DATE:20260103"),
        event("SUMMARY:When?"),
        event("DTSTART;VALUE=DATE:20260105\nDTEND;VALUE=DATE:20260104\nSUMMARY:Backwards"),
        event("DTSTART;VALUE=DATE:20260105\nDTEND;VALUE=DATE:99990104\nSUMMARY:Too long"),
        event("DTSTART;VALUE=DATE:20260106\nthis is broken\nSUMMARY:Good"),
        "BEGIN:VEVENT\nSUMMARY:Endless\n".to_owned(),
    ]
    .concat();
    let errors = from_icalendar(&text).unwrap_err();
    assert_eq!(lines(&errors), [2, 6, 11, 15, 18, 21, 26, 33, 36]);
    assert_eq!(errors[0].text, "20260101T100000Z Meeting");
    assert_eq!(lines(&from_icalendar("<html>").unwrap_err()), [1]);
    assert_eq!(from_icalendar("BEGIN:VCALENDAR\nEND:VCALENDAR\n"), Ok(Vec::new()));
}

#[test]
fn calendars_once_reported_as_bugs_do_no_harm() {
    let folder = shared("calendars");
    if !folder.is_dir() {
        eprintln!("SKIPPED: no calendars at {}", folder.display());
        return;
    }
    let (mut folders, mut read, mut holidays) = (vec![folder], 0, 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            read += 1;
            match from_icalendar(&text) {
                Ok(list) => holidays += list.len(),
                Err(errors) => assert!(!errors.is_empty(), "{}", path.display()),
            }
            let (_, _) = (from_csv(&text), from_tsv(&text));
        }
    }
    eprintln!("{read} files read, {holidays} whole days in those that are lists");
    assert!(read > 80);
}
