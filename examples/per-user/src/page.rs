//! The page and its files, which are part of the program.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::routing::get;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// Path, media type, content. What is below `sse/` is generated: `cargo xtask typings`.
const FILES: &[(&str, &str, &str)] = &[
    ("/", HTML, include_str!("../web/index.html")),
    ("/style.css", CSS, include_str!("../web/style.css")),
    ("/app.js", JS, include_str!("../web/app.js")),
    ("/sse/inbox.js", JS, include_str!("../web/sse/inbox.js")),
    ("/sse/runtime.js", JS, include_str!("../web/sse/runtime.js")),
];

/// The routes of the page and of everything that it loads.
pub(crate) fn files() -> Router {
    FILES.iter().fold(Router::new(), |router, &(path, media_type, content)| {
        let headers = [
            (CONTENT_TYPE, media_type),
            (CACHE_CONTROL, "no-cache"),
            // The page needs nothing from elsewhere.
            (CONTENT_SECURITY_POLICY, "default-src 'self'"),
        ];
        router.route(path, get(move || async move { (headers, content) }))
    })
}
