//! The services and their forms, for programs. Public, like the portal.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::desk::catalogue::{CatalogueData, Grade, Service};
use crate::desk::portal;
use crate::frame::json as answer;
use crate::problem::Problem;

pub(super) async fn all(State(app): State<App>) -> Result<Response, Problem> {
    let catalogue = app.catalogue.now();
    let services: Vec<Json> = portal::offered(&catalogue).map(|service| short(service)).collect();
    Ok(answer(StatusCode::OK, &json!({ "services": services })))
}

pub(super) async fn one(State(app): State<App>, Path(code): Path<String>) -> Result<Response, Problem> {
    let catalogue = app.catalogue.now();
    let service = portal::offered(&catalogue).find(|service| service.definition.code == code);
    Ok(answer(StatusCode::OK, &whole(&catalogue, service.ok_or(Problem::NotFound)?)))
}

fn short(service: &Service) -> Json {
    let definition = &service.definition;
    json!({
        "code": definition.code,
        "version": service.version,
        "name": definition.name,
        "name_dz": definition.name_dz,
        "summary": definition.summary,
        "group": definition.group,
        "kind": definition.kind.code(),
        "audience": definition.audience,
        "href": format!("/api/v1/services/{}", definition.code),
    })
}

fn whole(catalogue: &CatalogueData, service: &Service) -> Json {
    let definition = &service.definition;
    let grades = |grades: &[Grade]| {
        let one =
            |grade: &Grade| json!({ "level": grade.level, "name": grade.name, "question": grade.question });
        grades.iter().map(one).collect::<Vec<Json>>()
    };
    let mut body = short(service);
    let more = json!({
        "purpose": definition.purpose,
        "documents": definition.documents,
        "starts": definition.starts,
        "asks_impact": definition.asks_impact,
        "default_impact": definition.default_impact,
        "default_urgency": definition.default_urgency,
        "impacts": grades(&catalogue.impacts),
        "urgencies": grades(&catalogue.urgencies),
        "fields": definition.fields,
        "promises": service.levels.values().collect::<Vec<_>>(),
    });
    if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
        body.extend(more.clone());
    }
    body
}
