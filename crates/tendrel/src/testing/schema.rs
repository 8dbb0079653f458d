//! JSON Schema, for what the program hands on to others.

use boon::{Compiler, Draft, SchemaIndex, Schemas};
use serde_json::Value as Json;

pub(crate) struct Schema {
    all: Schemas,
    this: SchemaIndex,
}

impl Schema {
    pub(crate) fn of(schema: &Json) -> Schema {
        const PLACE: &str = "https://tendrel.example/schema.json";
        let (mut all, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.set_default_draft(Draft::V2020_12);
        compiler.enable_format_assertions();
        compiler.add_resource(PLACE, schema.clone()).unwrap();
        let this = compiler.compile(PLACE, &mut all).unwrap_or_else(|error| panic!("{error:#}"));
        Schema { all, this }
    }

    /// What is wrong with it, if anything.
    pub(crate) fn fault(&self, value: &Json) -> Option<String> {
        self.all.validate(value, self.this).err().map(|error| format!("{error:#}"))
    }
}
