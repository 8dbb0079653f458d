//! One address with one method, as the document tells it.

use serde_json::{Map, Value as Json, json};

use super::schema::or_empty;

pub(super) struct Operation {
    method: &'static str,
    path: String,
    told: Map<String, Json>,
    parameters: Vec<Json>,
    responses: Map<String, Json>,
}

impl Operation {
    pub(super) fn get(path: &str, id: &str, summary: &str) -> Operation {
        Operation::new("get", path, id, summary)
    }

    /// What is posted may be too large, not be understood, or be more than a token's scope lets through.
    pub(super) fn post(path: &str, id: &str, summary: &str) -> Operation {
        Operation::new("post", path, id, summary).refuses(&[403, 413, 422])
    }

    /// Path parameters are told here; everybody but the public must be signed in, and the database may be away.
    fn new(method: &'static str, path: &str, id: &str, summary: &str) -> Operation {
        let mut told = Map::new();
        told.insert("operationId".to_owned(), id.into());
        told.insert("summary".to_owned(), summary.into());
        let names = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
        let parameters: Vec<Json> = names.map(path_parameter).collect();
        let operation = Operation { method, path: path.to_owned(), told, parameters, responses: Map::new() };
        let found = if path.contains('{') { operation.refuses(&[404]) } else { operation };
        found.refuses(&[400, 401, 503])
    }

    pub(super) fn says(mut self, description: &str) -> Operation {
        self.told.insert("description".to_owned(), description.into());
        self
    }

    pub(super) fn tag(mut self, tag: &str) -> Operation {
        self.told.insert("tags".to_owned(), json!([tag]));
        self
    }

    /// Nobody needs to sign in; a token that is wrong is still refused.
    pub(super) fn public(mut self) -> Operation {
        self.told.insert("security".to_owned(), json!([{}, { "token": [] }, { "session": [] }]));
        self
    }

    /// An empty one is as one that is left out.
    pub(super) fn query(mut self, name: &str, schema: Json, description: &str) -> Operation {
        self.parameters.push(json!({
            "name": name, "in": "query", "schema": or_empty(schema), "description": description,
            "allowEmptyValue": true,
        }));
        self
    }

    pub(super) fn must_query(mut self, name: &str, schema: Json, description: &str) -> Operation {
        self.parameters.push(
            json!({ "name": name, "in": "query", "required": true, "schema": schema, "description": description }),
        );
        self
    }

    pub(super) fn header(mut self, name: &str, schema: Json, description: &str) -> Operation {
        self.parameters
            .push(json!({ "name": name, "in": "header", "schema": schema, "description": description }));
        self
    }

    pub(super) fn takes(mut self, schema: Json, example: Json) -> Operation {
        let required = schema["required"].as_array().is_some_and(|names| !names.is_empty());
        let content = json!({ "application/json": { "schema": schema, "example": example } });
        self.told.insert("requestBody".to_owned(), json!({ "required": required, "content": content }));
        self
    }

    /// Also as a form with files; without a JSON body where only files make sense.
    pub(super) fn takes_files(mut self, schema: Json) -> Operation {
        let body =
            self.told.entry("requestBody").or_insert_with(|| json!({ "required": true, "content": {} }));
        body["content"]["multipart/form-data"] = json!({ "schema": schema });
        self
    }

    pub(super) fn gives(mut self, status: u16, schema: Json, description: &str) -> Operation {
        let content = json!({ "application/json": { "schema": schema } });
        self.responses.insert(status.to_string(), json!({ "description": description, "content": content }));
        self
    }

    pub(super) fn gives_header(mut self, status: u16, name: &str, description: &str) -> Operation {
        self.responses[&status.to_string()]["headers"][name] =
            json!({ "description": description, "schema": { "type": "string" } });
        self
    }

    pub(super) fn refuses(mut self, statuses: &[u16]) -> Operation {
        for status in statuses {
            self.responses.insert(status.to_string(), refusal(*status));
        }
        self
    }

    /// Method, path, and all that is told of it.
    pub(super) fn told(self) -> (&'static str, String, Json) {
        let Operation { method, path, mut told, parameters, responses } = self;
        told.insert("parameters".to_owned(), parameters.into());
        told.insert("responses".to_owned(), responses.into());
        (method, path, Json::Object(told))
    }
}

fn path_parameter(name: &str) -> Json {
    let (schema, description) = match name {
        "number" => (
            json!({ "type": "string", "minLength": 1, "example": "PUN-26-01482-7" }),
            "The number of the request, as it was given.",
        ),
        "code" | "kind" | "language" => {
            (json!({ "type": "string", "minLength": 1 }), "The code, as in the list.")
        }
        _ => (json!({ "type": "string", "format": "uuid" }), "The id, as in the list."),
    };
    json!({ "name": name, "in": "path", "required": true, "schema": schema, "description": description })
}

fn refusal(status: u16) -> Json {
    let description = match status {
        400 => "The address cannot be read.",
        401 => "Nobody is signed in, or the token holds no more.",
        403 => "Not yours to do.",
        404 => "There is none, or it is not yours to see.",
        409 => "Somebody else saved first (`since` says what happened), or a rule stands against it.",
        413 => "Larger than is taken.",
        422 => "It cannot be done as it was sent: `errors` says what is wrong with each field.",
        _ => "Busy, the disk is full, or the database is away: send the same again later.",
    };
    let problem = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
    let mut told = json!({ "description": description, "content": { "application/problem+json": problem } });
    if status == 503 {
        told["headers"] =
            json!({ "Retry-After": { "description": "Seconds.", "schema": { "type": "integer" } } });
    }
    told
}
