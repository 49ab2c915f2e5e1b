//! The page and its files, which are part of the program.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Path, media type, content. What is below `sse/` is generated: `cargo xtask typings`.
const FILES: &[(&str, &str, &str)] = &[
    ("/style.css", CSS, include_str!("../web/style.css")),
    ("/app.js", JS, include_str!("../web/app.js")),
    ("/chart.js", JS, include_str!("../web/chart.js")),
    ("/ledger.js", JS, include_str!("../web/ledger.js")),
    ("/icon.svg", SVG, include_str!("../web/icon.svg")),
    ("/sse/server-event.js", JS, include_str!("../web/sse/server-event.js")),
    ("/sse/runtime.js", JS, include_str!("../web/sse/runtime.js")),
];

/// The page, which is to show what comes behind `since`, an event id, and is told the time.
pub(crate) fn index(since: &str, now_ms: u64) -> Response {
    let page = include_str!("../web/index.html").replace("{{since}}", since).replace("{{now}}", &now_ms.to_string());
    // What it was told is of no use later.
    ([(CACHE_CONTROL, "no-store")], file(HTML, page)).into_response()
}

/// The routes of everything that the page loads.
pub(crate) fn files() -> Router {
    FILES.iter().fold(Router::new(), |router, &(path, media_type, content)| {
        router.route(path, get(move || async move { file(media_type, content) }))
    })
}

fn file(media_type: &'static str, content: impl IntoResponse) -> Response {
    let headers = [
        (CONTENT_TYPE, media_type),
        (CACHE_CONTROL, "no-cache"),
        // The page needs nothing from elsewhere.
        (CONTENT_SECURITY_POLICY, "default-src 'self'"),
    ];
    (headers, content).into_response()
}
