//! The pages for what went wrong. They need no database.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::app::App;
use crate::frame::languages::{Language, text};
use crate::frame::{Frame, see_other};
use crate::problem::{Problem, Reported};
use crate::viewer::Viewer;

#[derive(Template)]
#[template(path = "frame/problem.html")]
struct Page {
    frame: Frame,
    sentence: String,
    reference: String,
}

/// Turns a `Problem` that a handler returned into the page, or the JSON, that says it.
pub async fn write(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let route = crate::machine::pattern(&request);
    let here = request.uri().path_and_query().map_or_else(|| path.clone(), |it| it.as_str().to_owned());
    let language = language_of(&request);
    let mut viewer = None;
    let is_api = path.starts_with("/api/");
    let mut response = next.run(request).await;
    let Some(reported) = response.extensions_mut().remove::<Reported>() else {
        if is_api && !told(&response) {
            return in_api(response);
        }
        if response.status() == StatusCode::NOT_FOUND
            && !response.headers().contains_key(header::CONTENT_TYPE)
        {
            return page(
                &app,
                language,
                &here,
                viewer.take(),
                StatusCode::NOT_FOUND,
                "problem-not-found",
                "",
            );
        }
        return response;
    };
    let status = response.status();
    let reference = reference_of_log(&reported, status, &route);
    if is_api {
        return later(api_problem(status, reported.sentence, &reference, reported.way.as_deref()));
    }
    if let Some(way) = &reported.way {
        return see_other(way);
    }
    if status == StatusCode::UNAUTHORIZED {
        let back: String = form_urlencoded::byte_serialize(here.as_bytes()).collect();
        return see_other(&format!("/sign-in?back={back}"));
    }
    let viewer = response.extensions_mut().remove::<Viewer>();
    later(page(&app, language, &here, viewer, status, reported.sentence, &reference))
}

/// Says after how many seconds it is worth while to try again, where it is.
pub fn later(mut response: Response) -> Response {
    if matches!(response.status(), StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
    }
    response
}

/// What the server itself refused: an address that cannot be read, or is not asked in this way.
fn in_api(response: Response) -> Response {
    let sentence = match response.status() {
        StatusCode::NOT_FOUND => "problem-not-found",
        StatusCode::METHOD_NOT_ALLOWED => "problem-method",
        _ => "problem-address",
    };
    let allowed = response.headers().get(header::ALLOW).cloned();
    let mut problem = api_problem(response.status(), sentence, "", None);
    if let Some(allowed) = allowed {
        problem.headers_mut().insert(header::ALLOW, allowed);
    }
    problem
}

/// No problem, or one that is told already.
fn told(response: &Response) -> bool {
    let media_type = response.headers().get(header::CONTENT_TYPE);
    !response.status().is_client_error() || media_type.is_some_and(|it| it == "application/problem+json")
}

/// Logs what only the operator may know, under a reference that the page shows.
fn reference_of_log(reported: &Reported, status: StatusCode, route: &str) -> String {
    let Some(log) = &reported.log else {
        return String::new();
    };
    let reference = uuid::Uuid::now_v7().simple().to_string()[20..].to_owned();
    tracing::error!(reference, status = status.as_u16(), route, "{log}");
    reference
}

/// RFC 9457.
fn api_problem(status: StatusCode, sentence: &str, reference: &str, way: Option<&str>) -> Response {
    let mut body = json!({
        "type": format!("urn:tendrel:{sentence}"),
        "title": text(Language::English, false, sentence, &[]),
        "status": status.as_u16(),
        "reference": reference,
    });
    if let Some(way) = way {
        body["post_first"] = format!("/api/v1{way}").into();
    }
    let media_type = HeaderValue::from_static("application/problem+json");
    (status, [(header::CONTENT_TYPE, media_type)], body.to_string()).into_response()
}

fn page(
    app: &App,
    language: Language,
    here: &str,
    viewer: Option<Viewer>,
    status: StatusCode,
    sentence: &str,
    reference: &str,
) -> Response {
    let viewer = viewer.unwrap_or_else(|| Viewer {
        signed_in: None,
        language,
        address: String::new(),
        now: app.clock.now(),
        here: here.to_owned(),
        reads_primary: true,
    });
    let title = match sentence {
        "problem-full" => "problem-title-full".to_owned(),
        _ => format!("problem-title-{}", status.as_u16()),
    };
    let frame = Frame::titled(app, &viewer, &title);
    let page = Page { sentence: frame.t(sentence), reference: reference.to_owned(), frame };
    crate::frame::page(status, &page).unwrap_or_else(|_: Problem| status.into_response())
}

fn language_of(request: &Request) -> Language {
    crate::directory::sessions::language_of(request.headers()).unwrap_or(Language::English)
}
