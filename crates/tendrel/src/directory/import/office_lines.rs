//! What each line of a list of offices would do.

use std::collections::HashMap;

use database::{Error, Reader, Transaction};
use serde_json::json;

use super::known_offices::{Directory, Known};
use super::{Import, Judged, Reason, Verdict};
use crate::directory::offices::{self, NewOffice};
use crate::events;
use crate::id::OrganisationId;
use crate::search::fold;

/// What a line does when it is taken over.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    Add(NewOffice, Parent),
    Change(OrganisationId, NewOffice),
    Nothing,
}

/// An office that is there, or a line of the same list.
#[derive(Clone, Debug)]
pub(super) enum Parent {
    Known(OrganisationId),
    Line(usize),
}

struct Lists {
    /// Code by folded code or name.
    kinds: HashMap<String, String>,
    /// Code and parent by folded name or alias.
    places: HashMap<String, Vec<(String, Option<String>)>>,
}

fn lists(r: &mut Reader) -> Result<Lists, Error> {
    let mut lists = Lists { kinds: HashMap::new(), places: HashMap::new() };
    for kind in offices::kinds(r)? {
        lists.kinds.insert(fold(&kind.name), kind.code.clone());
        lists.kinds.insert(fold(&kind.code), kind.code);
    }
    let places: Vec<(String, Option<String>, String, String)> =
        r.rows("SELECT code, parent_code, name, aliases FROM places", &[], |row| {
            Ok((row.get("code")?, row.get("parent_code")?, row.get("name")?, row.get("aliases")?))
        })?;
    for (code, parent, name, aliases) in places {
        for word in std::iter::once(name.as_str()).chain(aliases.split('|')).filter(|word| !word.is_empty()) {
            lists.places.entry(fold(word)).or_default().push((code.clone(), parent.clone()));
        }
    }
    Ok(lists)
}

/// All lines with what they would do, in a number of questions that does not grow with the list.
pub(super) fn plan(r: &mut Reader, import: &Import<'_>) -> Result<Vec<(Judged, Deed)>, Error> {
    let directory = Directory::read(r)?;
    let lists = lists(r)?;
    let cell = |row: &super::table::Row, field: &str| import.map.cell(row, field).to_owned();
    // Lines by name, so that an office may stand below another of the same list.
    let mut by_name: HashMap<String, usize> = HashMap::new();
    for (place, row) in import.table.rows.iter().enumerate() {
        by_name.entry(fold(&cell(row, "name"))).or_insert(place);
    }
    let mut seen: HashMap<(String, String), usize> = HashMap::new();
    let mut plan = Vec::with_capacity(import.table.rows.len());
    for (place, row) in import.table.rows.iter().enumerate() {
        let name = cell(row, "name");
        let twin = seen.insert((fold(&name), fold(&cell(row, "parent"))), row.line);
        let judged = if import.map.is_cut(import.table, row) {
            Err(Reason::of("import-wrong-cut")
                .with("cells", row.cells.len().to_string())
                .with("columns", import.table.head.len().to_string()))
        } else if let Some(line) = twin.filter(|_| !name.is_empty()) {
            Err(Reason::of("import-wrong-twice").with("line", line.to_string()))
        } else {
            judge(import, &directory, &lists, &by_name, (place, row))
        };
        let (verdict, deed) = judged.unwrap_or_else(|reason| (Verdict::Wrong(reason), Deed::Nothing));
        plan.push((Judged { line: row.line, label: name, verdict }, deed));
    }
    refuse_orphans(&mut plan);
    Ok(plan)
}

/// A line below a wrong line, or below itself in a circle, cannot be taken either.
fn refuse_orphans(plan: &mut [(Judged, Deed)]) {
    let mut settled: Vec<bool> =
        plan.iter().map(|(_, deed)| !matches!(deed, Deed::Add(_, Parent::Line(_)))).collect();
    loop {
        let next: Vec<usize> = (0..plan.len())
            .filter(|place| !settled[*place])
            .filter(|place| match plan[*place].1 {
                Deed::Add(_, Parent::Line(parent)) => {
                    settled[parent] && !matches!(plan[parent].0.verdict, Verdict::Wrong(_))
                }
                _ => false,
            })
            .collect();
        if next.is_empty() {
            break;
        }
        next.into_iter().for_each(|place| settled[place] = true);
    }
    for (place, settled) in settled.into_iter().enumerate() {
        if !settled && let Deed::Add(_, Parent::Line(parent)) = plan[place].1 {
            let line = plan[parent].0.line;
            let reason = Reason::of("import-wrong-parent-line").with("line", line.to_string());
            plan[place].0.verdict = Verdict::Wrong(reason);
            plan[place].1 = Deed::Nothing;
        }
    }
}

fn kind_of(lists: &Lists, typed: &str) -> Result<Option<String>, Reason> {
    if typed.is_empty() {
        return Ok(None);
    }
    let known = lists.kinds.get(&fold(typed)).cloned();
    known.map(Some).ok_or_else(|| Reason::of("import-wrong-kind").with("typed", typed))
}

fn judge(
    import: &Import<'_>,
    directory: &Directory,
    lists: &Lists,
    by_name: &HashMap<String, usize>,
    (place, row): (usize, &super::table::Row),
) -> Result<(Verdict, Deed), Reason> {
    let cell = |field: &str| import.map.cell(row, field);
    let (name, parent_name) = (cell("name"), cell("parent"));
    if name.is_empty() {
        return Err(Reason::of("import-wrong-no-name"));
    }
    let email = cell("email").to_lowercase();
    if !email.is_empty() && !email.contains('@') {
        return Err(Reason::of("import-wrong-email").with("typed", email));
    }
    let parents: Vec<OrganisationId> = directory.named(parent_name).iter().map(|known| known.id).collect();
    let mut twins = directory.named(name);
    if !parent_name.is_empty() {
        twins.retain(|known| known.parent.is_some_and(|parent| parents.contains(&parent)));
    }
    let kind = kind_of(lists, cell("kind"))?;
    let mut office = NewOffice {
        name: name.to_owned(),
        name_dz: cell("name_dz").to_owned(),
        kind: kind.clone().unwrap_or_default(),
        phone: cell("phone").to_owned(),
        fax: cell("fax").to_owned(),
        email,
        aliases: cell("aliases")
            .split([';', '|'])
            .map(str::trim)
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
            .collect(),
        ..NewOffice::default()
    };
    match twins.as_slice() {
        [known] => {
            office.place = place_of(lists, cell("place"), known.place.as_deref())?;
            if !import.reach.covers(known.unit) {
                return Err(Reason::of("import-wrong-reach"));
            }
            let fields = changes(known, &office);
            if fields.is_empty() {
                Ok((Verdict::Same, Deed::Nothing))
            } else {
                Ok((Verdict::Changed(fields), Deed::Change(known.id, office)))
            }
        }
        [] => {
            if kind.is_none() {
                return Err(Reason::of("import-wrong-no-kind"));
            }
            if parent_name.is_empty() {
                return Err(Reason::of("import-wrong-no-parent"));
            }
            let line = by_name.get(&fold(parent_name)).copied().filter(|parent| *parent != place);
            let parent = match (directory.one(parent_name), line) {
                (Ok(known), _) => {
                    if !import.reach.covers(known.unit) {
                        return Err(Reason::of("import-wrong-reach"));
                    }
                    if let Some(twin) = directory.twin(&office, known) {
                        let names = directory.full_name(twin);
                        return Err(Reason::of("import-wrong-elsewhere")
                            .with("typed", name)
                            .with("names", names));
                    }
                    office.place = place_of(lists, cell("place"), known.place.as_deref())?;
                    Parent::Known(known.id)
                }
                (Err(_), Some(line)) => {
                    office.place = place_of(lists, cell("place"), None)?;
                    Parent::Line(line)
                }
                (Err(reason), None) => return Err(reason),
            };
            Ok((Verdict::New, Deed::Add(office, parent)))
        }
        _ => Err(directory.one(name).err().unwrap_or_else(|| Reason::of("import-wrong-no-parent"))),
    }
}

/// The place of this name; of several the one that lies in the place of the parent.
fn place_of(lists: &Lists, typed: &str, near: Option<&str>) -> Result<Option<String>, Reason> {
    if typed.is_empty() {
        return Ok(None);
    }
    let found = lists.places.get(&fold(typed)).map_or(&[][..], Vec::as_slice);
    let within: Vec<&(String, Option<String>)> = found
        .iter()
        .filter(|(code, parent)| near.is_some() && (parent.as_deref() == near || Some(code.as_str()) == near))
        .collect();
    match (within.as_slice(), found) {
        ([(code, _)], _) | ([], [(code, _)]) => Ok(Some(code.clone())),
        (_, []) => Err(Reason::of("import-wrong-place").with("typed", typed)),
        _ => Err(Reason::of("import-wrong-places").with("typed", typed)),
    }
}

/// What the line says otherwise; an empty cell says nothing.
fn changes(known: &Known, line: &NewOffice) -> Vec<&'static str> {
    let differs = |now: &str, new: &str| !new.is_empty() && now != new;
    let mut fields = Vec::new();
    for (field, changed) in [
        ("name_dz", differs(&known.name_dz, &line.name_dz)),
        ("kind", differs(&known.kind, &line.kind)),
        ("place", line.place.is_some() && line.place != known.place),
        ("phone", differs(&known.phone, &line.phone)),
        ("fax", differs(&known.fax, &line.fax)),
        ("email", differs(&known.email, &line.email)),
        ("aliases", line.aliases.iter().any(|alias| !known.aliases.contains(alias))),
    ] {
        if changed {
            fields.push(field);
        }
    }
    fields
}

/// Takes over what the plan says; parents before those below them.
pub(super) fn write(
    tx: &mut Transaction,
    import: &Import<'_>,
    mut plan: Vec<(Judged, Deed)>,
) -> Result<Vec<Judged>, Error> {
    let mut made: HashMap<usize, OrganisationId> = HashMap::new();
    let mut waiting: Vec<usize> = (0..plan.len()).collect();
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut later = Vec::new();
        for place in waiting {
            let deed = plan[place].1.clone();
            let id = match deed {
                Deed::Nothing => continue,
                Deed::Add(_, Parent::Line(parent)) if !made.contains_key(&parent) => {
                    later.push(place);
                    continue;
                }
                Deed::Add(mut office, parent) => {
                    office.parent = match parent {
                        Parent::Known(id) => Some(id),
                        Parent::Line(line) => made.get(&line).copied(),
                    };
                    offices::insert(tx, &office, import.now)?
                }
                Deed::Change(id, office) => {
                    change(tx, id, &office)?;
                    id
                }
            };
            made.insert(place, id);
            let detail = json!({ "line": plan[place].0.line });
            events::note(
                tx,
                "organisation",
                id.uuid(),
                import.actor.clone(),
                "imported",
                detail,
                import.now,
            )?;
        }
        // The plan has no circles; were there one, its lines would be left rather than turned over for ever.
        waiting = if later.len() == before { Vec::new() } else { later };
    }
    Ok(plan.drain(..).map(|(judged, _)| judged).collect())
}

fn change(tx: &mut Transaction, id: OrganisationId, line: &NewOffice) -> Result<(), Error> {
    tx.execute(
        "UPDATE organisations SET version = version + 1,
            name_dz = CASE WHEN $2 = '' THEN name_dz ELSE $2 END, kind = CASE WHEN $3 = '' THEN kind ELSE $3 END,
            place_code = COALESCE($4, place_code), phone = CASE WHEN $5 = '' THEN phone ELSE $5 END,
            fax = CASE WHEN $6 = '' THEN fax ELSE $6 END, email = CASE WHEN $7 = '' THEN email ELSE $7 END
         WHERE id = $1",
        &[
            id.into(),
            (&line.name_dz).into(),
            (&line.kind).into(),
            (&line.place).into(),
            (&line.phone).into(),
            (&line.fax).into(),
            (&line.email).into(),
        ],
    )?;
    tx.execute(
        "UPDATE organisation_names SET name_dz = CASE WHEN $2 = '' THEN name_dz ELSE $2 END
         WHERE organisation_id = $1 AND valid_to IS NULL",
        &[id.into(), (&line.name_dz).into()],
    )?;
    let mut aliases = offices::aliases(tx, id)?;
    aliases.extend(line.aliases.iter().filter(|alias| !aliases.contains(alias)).cloned().collect::<Vec<_>>());
    offices::set_aliases(tx, id, &aliases)
}
