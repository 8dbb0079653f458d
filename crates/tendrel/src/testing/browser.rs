//! A browser without a window: keeps cookies, follows redirects, and holds every page against `testkit::page`.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use futures_util::StreamExt;
use tower::ServiceExt;

use crate::app::App;
use crate::directory::sessions::session_cookie;
use crate::openapi;
use crate::router::router;

pub(crate) struct Browser {
    app: App,
    router: Router,
    cookies: Vec<(String, String)>,
    headers: Vec<(&'static str, String)>,
}

/// What came back, after redirects.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    /// The address the redirects ended at.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Browser {
    pub(crate) fn new(app: &App, session: Option<String>) -> Browser {
        let cookies = session.map(|secret| (session_cookie(app).to_owned(), secret)).into_iter().collect();
        Browser { app: app.clone(), router: router(app.clone()), cookies, headers: Vec::new() }
    }

    /// Sends a header with every request from now on.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Browser {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        self.follow("GET", path, None, Vec::new()).await
    }

    /// Sends a form and follows where it leads.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.follow("POST", path, Some("application/x-www-form-urlencoded"), body.into_bytes()).await
    }

    /// Sends a form with files: field, name of the file, content.
    pub(crate) async fn post_files(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Page {
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        for (name, file, content) in files {
            let part = format!(
                "--XX\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
            );
            body.extend_from_slice(part.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--XX--\r\n");
        self.follow("POST", path, Some("multipart/form-data; boundary=XX"), body).await
    }

    pub(crate) async fn post_json(&mut self, path: &str, json: &serde_json::Value) -> Page {
        self.follow("POST", path, Some("application/json"), json.to_string().into_bytes()).await
    }

    /// Sends anything, for what no browser would send.
    pub(crate) async fn send(&mut self, method: &str, path: &str, content_type: &str, body: Vec<u8>) -> Page {
        self.follow(method, path, Some(content_type), body).await
    }

    async fn follow(&mut self, method: &str, path: &str, content_type: Option<&str>, body: Vec<u8>) -> Page {
        let mut page = self.once(method, path, content_type, body).await;
        let mut hops = 0;
        while page.status == StatusCode::SEE_OTHER && hops < 5 {
            let location = page.headers[header::LOCATION].to_str().unwrap().to_owned();
            page = self.once("GET", &location, None, Vec::new()).await;
            hops += 1;
        }
        page
    }

    /// One request without following; the page is checked when it is one.
    pub(crate) async fn once(
        &mut self,
        method: &str,
        path: &str,
        content_type: Option<&str>,
        body: Vec<u8>,
    ) -> Page {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        self.keep_cookies(&parts.headers);
        let goes_on = parts.headers.get(header::CONTENT_TYPE).is_some_and(|it| it == "text/event-stream");
        let body = match goes_on {
            // A stream has no end: what is there at once is enough.
            true => body.into_data_stream().next().await.unwrap().unwrap().to_vec(),
            false => axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec(),
        };
        let page = Page { status: parts.status, path: path.to_owned(), headers: parts.headers, body };
        page.must_be_whole();
        openapi::tests::must_be_documented(&self.app, method, &page);
        page
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (pair, _) = line.split_once(';').unwrap_or((line, ""));
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(kept, _)| kept != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}

impl Page {
    fn is_html(&self) -> bool {
        let content_type = self.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        content_type.is_some_and(|it| it.starts_with("text/html"))
    }

    fn must_be_whole(&self) {
        if self.is_html() && !self.path.contains("fragment") {
            let faults = testkit::page::faults(&self.text());
            assert!(faults.is_empty(), "{} {}: {faults:#?}", self.status, self.path);
        }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn has(&self, words: &str) -> bool {
        self.text().contains(words)
    }

    /// Fails, showing the page, unless these words are on it.
    pub(crate) fn must_have(&self, words: &str) {
        assert!(self.has(words), "{} {} has no {words:?}:\n{}", self.status, self.path, self.text());
    }

    pub(crate) fn must_not_have(&self, words: &str) {
        assert!(!self.has(words), "{} {} has {words:?}", self.status, self.path);
    }

    pub(crate) fn must_be(&self, status: u16) {
        assert_eq!(self.status.as_u16(), status, "{}:\n{}", self.path, self.text());
    }
}
