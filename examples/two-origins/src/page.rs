//! The origin of the page.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, InvalidHeaderValue};
use axum::http::{HeaderName, HeaderValue};
use axum::routing::get;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Path, media type, content. What is below `sse/` is generated: `cargo xtask typings`.
const FILES: &[(&str, &str, &str)] = &[
    ("/style.css", CSS, include_str!("../web/style.css")),
    ("/app.js", JS, include_str!("../web/app.js")),
    ("/icon.svg", SVG, include_str!("../web/icon.svg")),
    ("/sse/guest-book.js", JS, include_str!("../web/sse/guest-book.js")),
    ("/sse/runtime.js", JS, include_str!("../web/sse/runtime.js")),
];

/// The page, which is to read and write at the other origin.
pub fn page(stream_origin: &str) -> Result<Router, InvalidHeaderValue> {
    // A page that may connect to its own origin alone cannot open a stream at another one.
    let policy = HeaderValue::try_from(format!("default-src 'self'; connect-src 'self' {stream_origin}"))?;
    let headers = move |media_type: &'static str| -> [(HeaderName, HeaderValue); 3] {
        [
            (CONTENT_TYPE, HeaderValue::from_static(media_type)),
            (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (CONTENT_SECURITY_POLICY, policy.clone()),
        ]
    };
    let index = include_str!("../web/index.html").replace("{{stream-origin}}", stream_origin);
    let index = (headers(HTML), index);
    let router = Router::new().route("/", get(async move || index));
    Ok(FILES.iter().fold(router, |router, &(path, media_type, content)| {
        let file = (headers(media_type), content);
        router.route(path, get(async move || file))
    }))
}
