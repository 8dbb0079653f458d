//! XES (IEEE 1849-2016): a trace for each request.

use std::fs::File;
use std::io::{BufWriter, Write};

use database::Reader;

use crate::analysis::export_events::store::{Case, Happening, Names, Window, each_event};
use crate::analysis::export_events::{Counts, Failed, Made};
use crate::frame::escape;

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<global scope="trace"><string key="concept:name" value=""/></global>
<global scope="event"><string key="concept:name" value=""/><date key="time:timestamp" value="1970-01-01T00:00:00Z"/><string key="lifecycle:transition" value="complete"/></global>
<classifier name="Activity" keys="concept:name"/>
"#;

pub(super) fn write(
    r: &mut Reader,
    window: &Window,
    names: &Names,
    made: &Made,
    mut out: BufWriter<File>,
) -> Result<(BufWriter<File>, Counts), Failed> {
    let mut counts = Counts::default();
    out.write_all(HEAD.as_bytes()).map_err(|error| Failed(error.into()))?;
    write_made(&mut out, made).map_err(|error| Failed(error.into()))?;
    let mut is_open = false;
    each_event(r, window, |case, begins, event| {
        if begins {
            if is_open {
                out.write_all(b"</trace>\n")?;
            }
            is_open = true;
            counts.begin_case();
            begin_trace(&mut out, names, case)?;
        }
        counts.event(&event.activity);
        write_event(&mut out, event)?;
        Ok(())
    })?;
    let end: &[u8] = if is_open { b"</trace>\n</log>\n" } else { b"</log>\n" };
    out.write_all(end).map_err(|error| Failed(error.into()))?;
    Ok((out, counts))
}

fn write_made(out: &mut impl Write, made: &Made) -> std::io::Result<()> {
    string(out, "made_by", &made.by)?;
    writeln!(out, "<date key=\"made_at\" value=\"{}\"/>", made.at)
}

fn begin_trace(out: &mut impl Write, names: &Names, case: &Case) -> std::io::Result<()> {
    let office =
        case.office.and_then(|id| names.organisations.get(&id)).map_or(&case.office_text, |(_, name)| name);
    out.write_all(b"<trace>\n")?;
    string(out, "concept:name", &case.number)?;
    string(out, "unit", names.unit(case.unit))?;
    string(out, "service", names.service(case.service))?;
    string(out, "kind", &case.kind)?;
    string(out, "channel", &case.channel)?;
    string(out, "office", office)?;
    string(out, "state", &case.state)?;
    string(out, "source", &case.source)?;
    for (key, value) in
        [("priority", case.priority), ("handed_over", case.reassigned), ("reopened", case.reopened)]
    {
        writeln!(out, "<int key=\"{key}\" value=\"{value}\"/>")?;
    }
    if let Some(late) = case.late {
        writeln!(out, "<boolean key=\"late\" value=\"{late}\"/>")?;
    }
    writeln!(out, "<date key=\"received\" value=\"{}\"/>", case.received_at)?;
    if let Some(at) = case.resolved_at {
        writeln!(out, "<date key=\"resolved\" value=\"{at}\"/>")?;
    }
    Ok(())
}

fn write_event(out: &mut impl Write, event: &Happening) -> std::io::Result<()> {
    out.write_all(b"<event>")?;
    string(out, "concept:name", &event.activity)?;
    write!(out, "<date key=\"time:timestamp\" value=\"{}\"/>", event.at)?;
    string(out, "lifecycle:transition", "complete")?;
    string(out, "org:resource", &event.actor_name)?;
    string(out, "state", &event.state)?;
    out.write_all(b"</event>\n")
}

/// An attribute of text; one that says nothing is left out.
fn string(out: &mut impl Write, key: &str, value: &str) -> std::io::Result<()> {
    if value.is_empty() {
        return Ok(());
    }
    // XML 1.0 has no place for control characters, not even escaped.
    let allowed: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    write!(out, "<string key=\"{key}\" value=\"{}\"/>", escape(&allowed))
}
