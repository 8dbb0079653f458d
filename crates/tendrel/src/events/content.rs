//! What of an event may name a person: who did it, and the parts of its detail, each with a hash of its own.
//!
//! The hash of a part is over the part and a salt, so that nobody who knows the hash can guess what was there. When a
//! part is **taken out**, its hash stays in its place; of the parts that stay, their salts. The hash of the whole is the
//! same before and after. In the encoding of `chain.rs`:
//!
//! - the salt of a part: `"tendrel salt 1"`, the event's 16 random bytes, the part's name (empty for the actor);
//! - the actor: `"tendrel actor 1"`, its salt, actor id, actor;
//! - a part of the detail: `"tendrel part 1"`, its salt, its name, its value as JSON as it is stored;
//! - the content: `"tendrel content 1"`, the actor's hash, then name and hash of each part in the order of their names.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::events::chain::{Fields, Hash};
use crate::files::{hex, unhex};

/// What a part is proven by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Proof {
    /// It is there, and hashed with this.
    Salt(Hash),
    /// It was taken out; this was its hash.
    Gone(Hash),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub name: String,
    /// JSON; empty when it was taken out.
    pub value: String,
    pub proof: Proof,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    pub actor_id: Option<Uuid>,
    pub actor: String,
    pub actor_proof: Proof,
    pub parts: Vec<Part>,
}

/// What stands in the column `taken_out` of an event of which something is gone.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TakenOut {
    actor: Told,
    /// In the order of their names.
    parts: Vec<(String, Told)>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Told {
    Salt(String),
    Gone(String),
}

/// An event's content as it lies in the table.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    pub actor_id: Option<Uuid>,
    pub actor: &'a str,
    pub detail: &'a str,
    pub salt: &'a [u8],
    pub taken_out: Option<&'a str>,
}

impl Content {
    /// The content of a new event.
    pub fn new(salt: &[u8], actor_id: Option<Uuid>, actor: &str, detail: &Json) -> Content {
        // In the order of the names, whatever order the map of the library keeps.
        let detail = match detail {
            Json::Object(map) => serde_json::to_string(&map.iter().collect::<BTreeMap<_, _>>()),
            other => serde_json::to_string(other),
        };
        Content::whole(salt, actor_id, actor, &detail.unwrap_or_default())
    }

    fn whole(salt: &[u8], actor_id: Option<Uuid>, actor: &str, detail: &str) -> Content {
        let own =
            |name: &str| Proof::Salt(Fields::of("tendrel salt 1").bytes(salt).bytes(name.as_bytes()).hash());
        let part = |(name, value): (String, String)| Part { proof: own(&name), name, value };
        Content {
            actor_id,
            actor: actor.to_owned(),
            actor_proof: own(""),
            parts: parts(detail).into_iter().map(part).collect(),
        }
    }

    /// Reads what is stored. `None` when it cannot have been written by this program.
    pub fn read(stored: Stored<'_>) -> Option<Content> {
        let Stored { actor_id, actor, detail, salt, taken_out } = stored;
        let Some(taken_out) = taken_out else {
            return Some(Content::whole(salt, actor_id, actor, detail));
        };
        let told: TakenOut = serde_json::from_str(taken_out).ok()?;
        let mut there = parts(detail).into_iter().collect::<BTreeMap<_, _>>();
        let mut read = Vec::with_capacity(told.parts.len());
        for (name, told) in told.parts {
            let proof = told.proof()?;
            let value = match proof {
                Proof::Salt(_) => there.remove(&name)?,
                Proof::Gone(_) => String::new(),
            };
            read.push(Part { name, value, proof });
        }
        let actor_proof = told.actor.proof()?;
        let actor_is_gone = matches!(actor_proof, Proof::Gone(_));
        // What is said to be gone is not there, and nothing is there that nobody speaks of.
        let fits = there.is_empty() && !(actor_is_gone && (actor_id.is_some() || !actor.is_empty()));
        fits.then(|| Content { actor_id, actor: actor.to_owned(), actor_proof, parts: read })
    }

    /// The same before and after something is taken out.
    pub fn hash(&self) -> Hash {
        let mut fields = Fields::of("tendrel content 1").bytes(&self.actor_hash());
        for part in &self.parts {
            fields = fields.bytes(part.name.as_bytes()).bytes(&part.hash());
        }
        fields.hash()
    }

    pub fn actor_hash(&self) -> Hash {
        match self.actor_proof {
            Proof::Gone(hash) => hash,
            Proof::Salt(salt) => Fields::of("tendrel actor 1")
                .bytes(&salt)
                .bytes(self.actor_id.as_ref().map_or(&[], |id| id.as_bytes()))
                .bytes(self.actor.as_bytes())
                .hash(),
        }
    }

    /// The column `detail`: what is left of it.
    pub fn detail(&self) -> String {
        if let [Part { name, value, .. }] = self.parts.as_slice()
            && name.is_empty()
            && !value.is_empty()
        {
            return value.clone();
        }
        let left = self.parts.iter().filter(|part| !part.value.is_empty());
        let left: Vec<String> =
            left.map(|part| format!("{}:{}", Json::from(part.name.as_str()), part.value)).collect();
        format!("{{{}}}", left.join(","))
    }

    /// The column `taken_out`: what proves the rest.
    pub fn taken_out(&self) -> String {
        let told = TakenOut {
            actor: Told::of(self.actor_proof),
            parts: self.parts.iter().map(|part| (part.name.clone(), Told::of(part.proof))).collect(),
        };
        serde_json::to_string(&told).unwrap_or_default()
    }

    /// Leaves the actor if `keeps_actor`, and of the detail the parts that `keeps` names.
    #[must_use]
    pub fn without(mut self, keeps_actor: bool, keeps: impl Fn(&str) -> bool) -> Content {
        if !keeps_actor {
            self.actor_proof = Proof::Gone(self.actor_hash());
            self.actor_id = None;
            self.actor.clear();
        }
        for part in self.parts.iter_mut().filter(|part| !keeps(&part.name)) {
            part.proof = Proof::Gone(part.hash());
            part.value.clear();
        }
        self
    }
}

impl Part {
    pub fn hash(&self) -> Hash {
        match self.proof {
            Proof::Gone(hash) => hash,
            Proof::Salt(salt) => Fields::of("tendrel part 1")
                .bytes(&salt)
                .bytes(self.name.as_bytes())
                .bytes(self.value.as_bytes())
                .hash(),
        }
    }
}

impl Told {
    fn of(proof: Proof) -> Told {
        match proof {
            Proof::Salt(salt) => Told::Salt(hex(&salt)),
            Proof::Gone(hash) => Told::Gone(hex(&hash)),
        }
    }

    fn proof(&self) -> Option<Proof> {
        let read = |text: &str| unhex(text).and_then(|bytes| Hash::try_from(bytes).ok());
        match self {
            Told::Salt(salt) => read(salt).map(Proof::Salt),
            Told::Gone(hash) => read(hash).map(Proof::Gone),
        }
    }
}

/// Name and value of each part of a detail. What is not the JSON object that this program writes is one part without a
/// name: not a blank may be added without being seen.
fn parts(detail: &str) -> Vec<(String, String)> {
    let whole = || vec![(String::new(), detail.to_owned())];
    let Ok(parts) = serde_json::from_str::<BTreeMap<String, &RawValue>>(detail) else { return whole() };
    let again: Vec<String> =
        parts.iter().map(|(name, value)| format!("{}:{value}", Json::from(name.as_str()))).collect();
    if format!("{{{}}}", again.join(",")) != detail {
        return whole();
    }
    parts.into_iter().map(|(name, value)| (name, value.get().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn stored<'a>(content: &'a Content, detail: &'a str, taken_out: &'a str) -> Stored<'a> {
        let Content { actor_id, actor, .. } = content;
        Stored { actor_id: *actor_id, actor, detail, salt: &[], taken_out: Some(taken_out) }
    }

    fn words() -> Content {
        let detail = json!({ "state": "new", "comment": "Ask Pema at 17 11 22 33", "n": 1.50 });
        Content::new(&[1; 16], Some(Uuid::from_bytes([3; 16])), "Pema", &detail)
    }

    #[test]
    fn what_is_taken_out_leaves_the_hash_as_it_was() {
        let whole = words();
        let less = whole.clone().without(false, |name| name == "state");
        assert_eq!(less.hash(), whole.hash());
        let (detail, taken_out) = (less.detail(), less.taken_out());
        assert_eq!(detail, r#"{"state":"new"}"#);
        assert!(!format!("{less:?}{taken_out}").contains("Pema"));
        // It is read back from its columns, the event's own salt being gone.
        let again = Content::read(stored(&less, &detail, &taken_out)).unwrap();
        assert_eq!((again.hash(), &again), (whole.hash(), &less));
        let none = again.without(false, |_| false);
        assert_eq!((none.hash(), none.detail().as_str()), (whole.hash(), "{}"));
    }

    #[test]
    fn what_is_left_cannot_be_altered_nor_anything_put_in() {
        let less = words().without(false, |name| name == "state");
        let taken_out = less.taken_out();
        for detail in
            [r#"{"state":"closed"}"#, "{}", r#"{"comment":"x","state":"new"}"#, r#"{"state":"new"} "#]
        {
            let read = Content::read(stored(&less, detail, &taken_out));
            assert_ne!(read.map(|read| read.hash()), Some(less.hash()), "{detail}");
        }
        let named = Content { actor: "Dorji".to_owned(), ..less.clone() };
        assert_eq!(Content::read(stored(&named, &less.detail(), &taken_out)), None);
    }

    #[test]
    fn a_detail_that_is_no_object_is_one_part() {
        for detail in [json!(null), json!("words"), json!([1, 2])] {
            let content = Content::new(&[1; 16], None, "", &detail);
            assert_eq!(content.detail(), detail.to_string());
            let read = Stored {
                actor_id: None,
                actor: "",
                detail: &content.detail(),
                salt: &[1; 16],
                taken_out: None,
            };
            assert_eq!(Content::read(read).unwrap().hash(), content.hash());
        }
    }
}
