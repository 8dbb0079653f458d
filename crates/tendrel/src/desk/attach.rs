//! Files on a request: added, and given out so that a browser never runs them.

use anyhow::Context;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::desk::access::{self, At, Doing};
use crate::desk::act::{Act, Case, Done, Refused};
use crate::desk::request::State as RequestState;
use crate::desk::store::timeline;
use crate::desk::{accept, index, look};
use crate::files::{hex, may_be_shown};
use crate::frame::form::FormData;
use crate::id::AttachmentId;
use crate::problem::Problem;
use crate::viewer::Viewer;

pub const ATTACH: Act = Act { name: "attach", doing: Doing::Attach, run };

fn run(case: &mut Case<'_>, form: &FormData) -> Result<Done, Refused> {
    let closed = matches!(case.request.state, RequestState::Closed | RequestState::Cancelled);
    if closed && !case.standing.is_unit() {
        return Err(Refused::Rule("case-closed-no-reply"));
    }
    let inside = case.standing.is_unit() && form.given("inside").is_some();
    let files = keep_files(case, form, inside)?;
    if files.is_empty() {
        return Err(Refused::Fields(vec![("file", "case-choose-file")]));
    }
    let happened = case.happened("attached").with("files", files).with("inside", inside);
    let after = case.request.clone();
    case.save(after, happened)?;
    index::again(case.tx, &case.request)?;
    Ok(case.done("attached"))
}

/// Writes the files of a form onto the request and returns their ids for the event.
///
/// # Errors
/// Refused with the first file that could not be taken: nothing is saved without all of them.
pub fn keep_files(case: &mut Case<'_>, form: &FormData, inside: bool) -> Result<Vec<String>, Refused> {
    form.must_be_kept()?;
    if let Some((_, why)) = form.refused.first() {
        let key = match *why {
            "file-too-large" => "case-file-too-large",
            "file-empty" => "case-file-empty",
            "file-disk-full" => "case-file-disk-full",
            "file-virus" => "case-file-virus",
            "file-unchecked" => "case-file-unchecked",
            _ => "case-file-too-many",
        };
        return Err(Refused::Fields(vec![("file", key)]));
    }
    // A program that forgets the name sends words where a file should be: they would be lost.
    if form.given("file").is_some() {
        return Err(Refused::Fields(vec![("file", "case-file-unnamed")]));
    }
    let mut ids = Vec::new();
    for (_, file) in &form.files {
        let (request, now) = (case.request.id, case.desk.now);
        let id = accept::attach(case.tx, request, file, inside, &case.actor, now)?;
        ids.push(id.to_string());
    }
    Ok(ids)
}

/// `GET /requests/{number}/files/{id}`
pub async fn download(
    State(app): State<App>,
    viewer: Viewer,
    Path((number, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    give(&app, viewer, At::Number(number), &id).await
}

/// `GET /r/{secret}/files/{id}`
pub async fn download_by_link(
    State(app): State<App>,
    viewer: Viewer,
    Path((secret, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    give(&app, viewer, At::Secret(secret), &id).await
}

async fn give(app: &App, viewer: Viewer, at: At, id: &str) -> Result<Response, Problem> {
    let id = AttachmentId::parse(id).ok_or(Problem::NotFound)?;
    let asker = viewer.clone();
    let (file, request, standing) = app
        .db
        .read(move |r| {
            let (request, standing) = access::find_at(r, &asker, &at)?;
            let all = timeline::attachments(r, request.id)?;
            let wanted = all.into_iter().find(|file| file.id == id);
            let file = wanted.filter(|file| !file.inside || standing.is_inside()).ok_or(Problem::NotFound)?;
            Ok::<_, Problem>((file, request.id, standing))
        })
        .await?;
    look::write_down(app, &viewer, request, &standing).await?;
    let found = app.files.open(&file.hash).await?;
    let content = found.with_context(|| format!("{} is not where files are kept", hex(&file.hash)))?;
    let shown = may_be_shown(&file.media_type);
    let place = if shown { "inline" } else { "attachment" };
    let text = file.media_type.starts_with("text/");
    let media_type = if text {
        "text/plain; charset=utf-8"
    } else if shown {
        &file.media_type
    } else {
        "application/octet-stream"
    };
    let headers = [
        (header::CONTENT_LENGTH, HeaderValue::from(content.size)),
        (header::CONTENT_TYPE, header_of(media_type)),
        (header::CONTENT_DISPOSITION, header_of(&disposition(place, &file.name))),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("sandbox; default-src 'none'; style-src 'unsafe-inline'"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    ];
    Ok((headers, Body::from_stream(content.bytes)).into_response())
}

fn header_of(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"))
}

/// With the name in ASCII for old browsers, and whole (RFC 8187) for the others.
fn disposition(place: &str, name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() && !"\"\\%;".contains(c) { c } else { '_' }).collect();
    let mut whole = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            whole.push(char::from(byte));
        } else {
            whole.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("{place}; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

#[cfg(test)]
mod tests {
    use super::disposition;
    use crate::desk::testing::{given, reported};
    use crate::testing::{Page, Who, World};

    fn file_address(page: &Page) -> String {
        let text = page.text();
        let start = text.find("href=\"").unwrap();
        let all = text[start..].split("href=\"").find(|link| link.contains("/files/")).unwrap();
        all.split('"').next().unwrap().to_owned()
    }

    #[test]
    fn a_name_cannot_break_out_of_its_header() {
        assert_eq!(
            disposition("inline", "a\"b; ཀ.txt"),
            "inline; filename=\"a_b__..txt\"; filename*=UTF-8''a%22b%3B%20%E0%BD%80.txt"
                .replace("__..", "___.")
        );
    }

    #[tokio::test]
    async fn a_page_that_lies_about_its_type_is_given_out_as_text_in_a_sandbox() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let page = b"<html><script>alert(1)</script>";
        let files: &[(&str, &str, &[u8])] = &[("file", "../photo.png", page)];
        let mut karma = world.browser(Who::Karma);
        let case = karma.post_files(&format!("/requests/{number}/attach"), &[("version", "1")], files).await;
        case.must_be(200);
        case.must_have("photo.png");
        let file = karma.get(&file_address(&case)).await;
        file.must_be(200);
        assert_eq!(file.body, page);
        assert_eq!(file.headers["content-type"], "text/plain; charset=utf-8");
        assert_eq!(file.headers["x-content-type-options"], "nosniff");
        assert!(
            file.headers["content-security-policy"]
                .to_str()
                .unwrap()
                .starts_with("sandbox; default-src 'none'")
        );
        world.browser(Who::Stranger).get(&file_address(&case)).await.must_be(404);
        world.browser(Who::Tshering).get(&file_address(&case)).await.must_be(200);
        assert_eq!(world.public().get(&file_address(&case)).await.path.split('?').next(), Some("/sign-in"));
    }

    #[tokio::test]
    async fn a_program_is_only_ever_saved() {
        let world = World::new();
        let accepted = given(&world, reported(&world)).await;
        let files: &[(&str, &str, &[u8])] = &[("file", "tool.exe", b"MZ\x90\0\x03\0\0\0")];
        let mut bearer = world.public();
        let page = bearer.post_files(&format!("/r/{}/attach", accepted.secret), &[], files).await;
        page.must_be(200);
        let file = bearer.get(&file_address(&page)).await;
        assert!(file.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
        assert_eq!(file.headers["content-type"], "application/octet-stream");
    }

    #[tokio::test]
    async fn empty_too_large_and_missing_files_are_refused_and_what_was_typed_stays() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let mut karma = world.browser(Who::Karma);
        let attach = format!("/requests/{number}/attach");
        karma.post(&attach, &[("version", "1")]).await.must_be(422);
        let reply = format!("/requests/{number}/reply");
        let unnamed = [("text", "The log is attached."), ("file", "12:04 link down")];
        karma.post(&reply, &unnamed).await.must_have("A file came without its name");
        let empty: &[(&str, &str, &[u8])] = &[("file", "nothing.txt", b"")];
        karma.post_files(&attach, &[], empty).await.must_have("is empty");
        let large = vec![b'x'; 10 * 1024 * 1024 + 1];
        let files: &[(&str, &str, &[u8])] = &[("file", "large.bin", &large)];
        let page = karma.post_files(&reply, &[("text", "The log is attached.")], files).await;
        page.must_be(422);
        page.must_have("larger than 10 MB");
        page.must_have("The log is attached.</textarea>");
        assert_eq!(world.number("SELECT COUNT(*) FROM messages"), 0);
        for who in [Who::Auditor, Who::Principal] {
            world.browser(who).post(&attach, &[]).await.must_be(403);
        }
    }
}
