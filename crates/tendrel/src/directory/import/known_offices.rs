//! The offices that are known, as a list is compared with them: read once, found by name, parent and alias.

use std::collections::{BTreeSet, HashMap};

use database::{Error, Reader};

use super::{Reason, distance};
use crate::directory::offices::NewOffice;
use crate::id::OrganisationId;
use crate::search::fold;

/// An office that is known, as far as a list may change it.
#[derive(Clone, Debug)]
pub(in crate::directory) struct Known {
    pub(in crate::directory) id: OrganisationId,
    pub(super) name: String,
    pub(super) parent: Option<OrganisationId>,
    pub(super) unit: Option<OrganisationId>,
    pub(super) name_dz: String,
    pub(super) kind: String,
    pub(super) place: Option<String>,
    pub(super) phone: String,
    pub(super) fax: String,
    pub(super) email: String,
    pub(super) aliases: BTreeSet<String>,
    pub(super) is_over: bool,
}

/// All offices by name and alias, read once for a whole list.
#[derive(Default)]
pub(in crate::directory) struct Directory {
    pub(super) all: HashMap<OrganisationId, Known>,
    pub(super) named: HashMap<String, Vec<OrganisationId>>,
    pub(super) successors: HashMap<OrganisationId, Vec<OrganisationId>>,
}

impl Directory {
    pub(in crate::directory) fn read(r: &mut Reader) -> Result<Directory, Error> {
        let mut directory = Directory::default();
        let rows = r.rows(
            "SELECT id, name, name_dz, folded, kind, parent_id, unit_id, place_code, phone, fax, email,
                    CASE WHEN valid_to IS NULL THEN 0 ELSE 1 END AS is_over FROM organisations",
            &[],
            |row| {
                let known = Known {
                    id: row.get("id")?,
                    name: row.get("name")?,
                    parent: row.get("parent_id")?,
                    unit: row.get("unit_id")?,
                    name_dz: row.get("name_dz")?,
                    kind: row.get("kind")?,
                    place: row.get("place_code")?,
                    phone: row.get("phone")?,
                    fax: row.get("fax")?,
                    email: row.get("email")?,
                    aliases: BTreeSet::new(),
                    is_over: row.get("is_over")?,
                };
                Ok((row.get::<String>("folded")?, known))
            },
        )?;
        for (folded, known) in rows {
            directory.named.entry(folded).or_default().push(known.id);
            directory.all.insert(known.id, known);
        }
        let aliases: Vec<(OrganisationId, String, String)> =
            r.rows("SELECT organisation_id, alias, folded FROM organisation_aliases", &[], |row| {
                Ok((row.get("organisation_id")?, row.get("alias")?, row.get("folded")?))
            })?;
        for (id, alias, folded) in aliases {
            let ids = directory.named.entry(folded).or_default();
            if !ids.contains(&id) {
                ids.push(id);
            }
            if let Some(known) = directory.all.get_mut(&id) {
                known.aliases.insert(alias);
            }
        }
        let successions: Vec<(OrganisationId, OrganisationId)> = r.rows(
            "SELECT predecessor_id, successor_id FROM organisation_successions ORDER BY successor_id",
            &[],
            |row| Ok((row.get("predecessor_id")?, row.get("successor_id")?)),
        )?;
        for (predecessor, successor) in successions {
            directory.successors.entry(predecessor).or_default().push(successor);
        }
        Ok(directory)
    }

    /// Offices of today with this name or alias, as "Name" or "Name, Parent".
    pub(super) fn named(&self, typed: &str) -> Vec<&Known> {
        let of = |folded: &str| -> Vec<&Known> {
            let ids = self.named.get(folded).map_or(&[][..], Vec::as_slice);
            ids.iter().filter_map(|id| self.all.get(id)).filter(|known| !known.is_over).collect()
        };
        let found = of(&fold(typed));
        let Some((own, parent)) = typed.rsplit_once(',').filter(|_| found.is_empty()) else {
            return found;
        };
        let parents: Vec<OrganisationId> = of(&fold(parent)).iter().map(|known| known.id).collect();
        of(&fold(own)).into_iter().filter(|it| it.parent.is_some_and(|id| parents.contains(&id))).collect()
    }

    /// The one office of this name, or why there is not one.
    pub(in crate::directory) fn one(&self, typed: &str) -> Result<&Known, Reason> {
        let found = self.named(typed);
        match found.as_slice() {
            [one] => Ok(one),
            [] => Err(self.unknown(typed)),
            several => {
                let names: Vec<String> = several.iter().map(|known| self.full_name(known)).collect();
                Err(Reason::of("import-wrong-several").with("typed", typed).with("names", names.join("; ")))
            }
        }
    }

    /// One of the same name and kind in the same cluster, under another parent: most likely the same office, which
    /// must not come to stand there twice.
    pub(super) fn twin(&self, new: &NewOffice, parent: &Known) -> Option<&Known> {
        self.named(&new.name).into_iter().find(|known| {
            known.kind == new.kind && known.unit == parent.unit && fold(&known.name) == fold(&new.name)
        })
    }

    pub(super) fn full_name(&self, known: &Known) -> String {
        let parent = known.parent.and_then(|id| self.all.get(&id));
        parent.map_or_else(|| known.name.clone(), |parent| format!("{}, {}", known.name, parent.name))
    }

    /// Was it an office once, is one spelled nearly so, or is there none at all?
    pub(super) fn unknown(&self, typed: &str) -> Reason {
        let folded = fold(typed);
        let over = self.named.get(&folded).and_then(|ids| ids.first());
        if let Some(over) = over {
            let heirs = self.successors.get(over).into_iter().flatten().filter_map(|id| self.all.get(id));
            let names: Vec<&str> = heirs.map(|known| known.name.as_str()).collect();
            return Reason::of("import-wrong-over").with("typed", typed).with("names", names.join("; "));
        }
        let length = folded.chars().count();
        let near = self
            .named
            .iter()
            .filter(|(name, _)| name.chars().count().abs_diff(length) <= length / 4)
            .map(|(name, ids)| (distance(name, &folded), ids))
            .filter(|(distance, _)| *distance * 4 <= length)
            .filter_map(|(distance, ids)| {
                let known = ids.iter().filter_map(|id| self.all.get(id)).find(|known| !known.is_over)?;
                Some((distance, known))
            })
            .min_by_key(|(distance, known)| (*distance, known.name.clone()));
        match near {
            Some((_, known)) => {
                Reason::of("import-wrong-near").with("typed", typed).with("names", &known.name)
            }
            None => Reason::of("import-wrong-office").with("typed", typed),
        }
    }
}
