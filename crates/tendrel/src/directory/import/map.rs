//! Which column of a list is what.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::table::{Row, Table};
use crate::search::fold;

/// What a list is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Offices,
    People,
}

/// A field of ours with the words that head its column in the lists of offices.
#[derive(Debug)]
pub struct Target {
    pub name: &'static str,
    words: &'static [&'static str],
    pub required: bool,
}

const fn target(name: &'static str, required: bool, words: &'static [&'static str]) -> Target {
    Target { name, words, required }
}

const OFFICES: &[Target] = &[
    target(
        "name",
        true,
        &["office name", "name", "office", "agency", "school name", "organisation", "organization"],
    ),
    target("name_dz", false, &["dzongkha name", "name in dzongkha", "dzongkha", "name dz"]),
    target("kind", true, &["type", "kind", "category", "office type"]),
    target("parent", true, &["parent office", "parent", "under", "belongs to", "parent agency"]),
    target("place", false, &["gewog", "place", "location", "geog"]),
    target("phone", false, &["phone", "telephone", "phone no", "tel", "contact no", "telephone no"]),
    target("fax", false, &["fax", "fax no"]),
    target("email", false, &["e mail", "email", "mail", "email address", "e mail address"]),
    target("aliases", false, &["also known as", "aliases", "alias", "other names", "short name"]),
];

const PEOPLE: &[Target] = &[
    target("name", true, &["name", "full name", "employee name", "name of employee"]),
    target("name_dz", false, &["dzongkha name", "name in dzongkha", "dzongkha", "name dz"]),
    target("employee_id", false, &["employee id", "eid", "emp id", "employee no", "employee id no"]),
    target("post", false, &["post", "position", "position title", "designation", "title"]),
    target("office", true, &["office", "working agency", "workplace", "agency", "place of posting"]),
    target("parent_agency", false, &["parent agency", "parent", "parent ministry"]),
    target("phone", false, &["phone", "mobile", "telephone", "mobile no", "phone no", "contact no"]),
    target("email", false, &["e mail", "email", "mail", "email address", "e mail address"]),
    target("language", false, &["language", "preferred language"]),
    target("role", false, &["role"]),
    target("username", false, &["username", "user name", "login", "user id"]),
];

impl What {
    pub fn code(self) -> &'static str {
        match self {
            What::Offices => "offices",
            What::People => "people",
        }
    }

    pub fn from_code(code: &str) -> Option<What> {
        [What::Offices, What::People].into_iter().find(|what| what.code() == code)
    }

    pub fn targets(self) -> &'static [Target] {
        match self {
            What::Offices => OFFICES,
            What::People => PEOPLE,
        }
    }
}

/// For each field the place of its column, from 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map(BTreeMap<&'static str, usize>);

/// `MAP.toml`: under `[columns]` the head of the column for each field.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MapFile {
    columns: BTreeMap<String, String>,
}

impl Map {
    /// Guesses by the words of the head; a column is used once.
    pub fn guess(what: What, head: &[String]) -> Map {
        let heads: Vec<String> = head.iter().map(|cell| fold(cell)).collect();
        let mut map = BTreeMap::new();
        for target in what.targets() {
            let free = |place: &usize| !map.values().any(|used| used == place);
            let found =
                target.words.iter().find_map(|word| heads.iter().position(|head| head == word).filter(free));
            if let Some(place) = found {
                map.insert(target.name, place);
            }
        }
        Map(map)
    }

    /// # Errors
    /// Says which field or column is not there.
    pub fn from_toml(what: What, text: &str, head: &[String]) -> anyhow::Result<Map> {
        let file: MapFile = toml::from_str(text)?;
        let mut map = Map::default();
        for (field, column) in file.columns {
            let Some(target) = what.targets().iter().find(|target| target.name == field) else {
                let known: Vec<&str> = what.targets().iter().map(|target| target.name).collect();
                anyhow::bail!("there is no field {field}; the fields are: {}", known.join(", "));
            };
            let place = head.iter().position(|cell| fold(cell) == fold(&column));
            let Some(place) = place else {
                anyhow::bail!("no column is headed {column:?}; the columns are: {}", head.join(", "));
            };
            map.0.insert(target.name, place);
        }
        Ok(map)
    }

    pub fn set(&mut self, what: What, field: &str, place: usize) {
        if let Some(target) = what.targets().iter().find(|target| target.name == field) {
            self.0.insert(target.name, place);
        }
    }

    pub fn column(&self, field: &str) -> Option<usize> {
        self.0.get(field).copied()
    }

    /// Required fields that no column fills.
    pub fn missing(&self, what: What) -> Vec<&'static str> {
        let needed = what.targets().iter().filter(|target| target.required);
        needed.map(|target| target.name).filter(|name| !self.0.contains_key(name)).collect()
    }

    pub(super) fn cell<'a>(&self, row: &'a Row, field: &str) -> &'a str {
        self.column(field).and_then(|place| row.cells.get(place)).map_or("", String::as_str)
    }

    /// A line that was cut: its cells end before the last column that is used.
    pub(super) fn is_cut(&self, table: &Table, row: &Row) -> bool {
        row.cells.len() < table.head.len() && self.0.values().any(|place| *place >= row.cells.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Vec<String> {
        text.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn columns_are_guessed_by_their_heads() {
        let map = Map::guess(
            What::People,
            &head("Sl. No,EID,Employee Name,Position Title,Working Agency,Mobile No.,E-mail"),
        );
        let columns =
            ["employee_id", "name", "post", "office", "phone", "email", "role"].map(|it| map.column(it));
        assert_eq!(columns, [Some(1), Some(2), Some(3), Some(4), Some(5), Some(6), None]);
        assert_eq!(Map::guess(What::Offices, &head("Name,Phone")).missing(What::Offices), ["kind", "parent"]);
    }

    #[test]
    fn a_map_in_a_file_says_what_is_not_there() {
        let columns = head("Office Name,Type");
        let map = Map::from_toml(What::Offices, "[columns]\nname = \"office name\"\n", &columns).unwrap();
        assert_eq!(map.column("name"), Some(0));
        let error = |text: &str| Map::from_toml(What::Offices, text, &columns).unwrap_err().to_string();
        assert!(error("[columns]\nname = \"Title\"").contains("no column is headed \"Title\""));
        assert!(error("[columns]\nhead = \"Type\"").contains("there is no field head"));
    }
}
