//! Both origins without a socket: what a browser is told, and what it is refused. That it does as it is told is a test
//! with browsers.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::Router;
use axum::body::Body;
use axum::http::header::{self, HeaderMap};
use axum::http::{HeaderValue, Method, Request, Response, StatusCode};
use example_two_origins::{Book, GuestBook, page};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

const PAGE: &str = "http://127.0.0.1:3000";
const STREAM: &str = "http://127.0.0.1:3001";

fn stream(book: &Book) -> Router {
    book.router(HeaderValue::from_static(PAGE))
}

/// A request as a browser sends it for a page of this origin.
async fn send(
    app: Router,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Response<Body> {
    let mut request = Request::builder().method(method).uri(path).header(header::ORIGIN, PAGE);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.oneshot(request.body(body.into()).unwrap()).await.unwrap()
}

async fn sign_in(book: &Book, body: &'static str) -> Response<Body> {
    send(stream(book), Method::POST, "/session", &[("content-type", "application/json")], body).await
}

/// What a browser wants to see before it lets a page read an answer that was asked for with credentials.
#[track_caller]
fn assert_readable_by_the_page(headers: &HeaderMap) {
    assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], PAGE);
    assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_CREDENTIALS], "true");
    let varies = headers.get_all(header::VARY).iter().any(|vary| vary.to_str().unwrap().contains("origin"));
    assert!(varies, "a cache must not give it to another origin: {headers:?}");
}

#[tokio::test]
async fn the_page_may_connect_to_the_stream() {
    let page = page(STREAM).unwrap();
    let index = send(page.clone(), Method::GET, "/", &[], "").await;
    assert_eq!(
        index.headers()[header::CONTENT_SECURITY_POLICY],
        format!("default-src 'self'; connect-src 'self' {STREAM}")
    );
    let index = String::from_utf8(index.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap();
    assert!(index.contains(&format!("name=\"stream-origin\" content=\"{STREAM}\"")) && !index.contains("{{"));
    for path in ["/app.js", "/style.css", "/icon.svg", "/sse/guest-book.js", "/sse/runtime.js"] {
        assert_eq!(send(page.clone(), Method::GET, path, &[], "").await.status(), StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn the_stream_wants_the_cookie_and_says_so_to_the_page() {
    let book = Book::new();
    let refused = send(stream(&book), Method::GET, "/events", &[], "").await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    // Without these the page would be told of a broken network.
    assert_readable_by_the_page(refused.headers());

    let signed_in = sign_in(&book, r#"{"name":"Zoë"}"#).await;
    assert_eq!(signed_in.status(), StatusCode::NO_CONTENT);
    assert_readable_by_the_page(signed_in.headers());
    let cookie = signed_in.headers()[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap().to_owned();

    let text = r#"{"text":"I was here"}"#;
    let json = ("content-type", "application/json");
    let written = send(stream(&book), Method::POST, "/entries", &[json, ("cookie", &cookie)], text).await;
    assert_eq!(written.status(), StatusCode::NO_CONTENT);
    let events = send(stream(&book), Method::GET, "/events", &[("cookie", &cookie)], "").await;
    assert_eq!(events.status(), StatusCode::OK);
    assert_readable_by_the_page(events.headers());
    assert_eq!(events.headers()[header::ACCESS_CONTROL_EXPOSE_HEADERS], "sse-resume");
    let vary: Vec<_> = events.headers().get_all(header::VARY).iter().collect();
    assert_eq!(vary, ["accept", "origin"]);
    book.entries().close();
    let events = String::from_utf8(events.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap();
    assert!(events.contains("event: entry\ndata: {\"name\":\"Zoë\",\"text\":\"I was here\"}\n\n"), "{events}");
}

#[tokio::test]
async fn a_preflight_of_the_page_is_answered() {
    let asked = [
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "last-event-id"),
        ("accept", "*/*"),
    ];
    let answer = send(stream(&Book::new()), Method::OPTIONS, "/events", &asked, "").await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_readable_by_the_page(answer.headers());
    let allowed = answer.headers()[header::ACCESS_CONTROL_ALLOW_HEADERS].to_str().unwrap();
    assert!(allowed.split(',').any(|name| name.trim() == "last-event-id"), "{allowed}");
    assert_eq!(answer.headers()[header::ACCESS_CONTROL_MAX_AGE], "3600");
}

#[tokio::test]
async fn another_origin_is_told_nothing() {
    let request = Request::get("/events").header(header::ORIGIN, "http://127.0.0.1:1").header("cookie", "guest=Ada");
    let answer = stream(&Book::new()).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert!(!answer.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "{:?}", answer.headers());
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    let book = Book::new();
    for (body, status) in [
        (r#"{"name":" "}"#, StatusCode::UNPROCESSABLE_ENTITY),
        (r#"{"name":"01234567890123456789012345678901234567890"}"#, StatusCode::UNPROCESSABLE_ENTITY),
        ("{", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(sign_in(&book, body).await.status(), status, "{body}");
    }
    let json = ("content-type", "application/json");
    for (length, status) in [
        (0, StatusCode::UNPROCESSABLE_ENTITY),
        (501, StatusCode::UNPROCESSABLE_ENTITY),
        (5_000, StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let body = format!("{{\"text\":\"{}\"}}", "x".repeat(length));
        let answer = send(stream(&book), Method::POST, "/entries", &[json, ("cookie", "guest=Ada")], body).await;
        assert_eq!(answer.status(), status);
    }
    assert_eq!(book.entries().position().offset(), 0);
    // Whoever has the topic may write too.
    book.entries().publish(&GuestBook::Entry { name: "Ada".to_owned(), text: "hello".to_owned() }).unwrap();
    assert_eq!(book.entries().position().offset(), 1);
}
