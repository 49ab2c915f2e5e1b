//! What a server may answer, and what the browsers make of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use futures_util::{StreamExt as _, stream};
use serde_json::json;
use sse_core::{Event, Retry};
use sse_tower::{Connections, Sse, SseLayer};
use system_tests::{Browser, Cut, Ending, Exchange, Place, Point, Proxy, Server, Which, until};

/// A stream that stays open and has nothing to say.
async fn quiet() -> impl IntoResponse {
    Sse::new(stream::pending::<Event<'_>>())
}

/// An event stream of another library: one event, and then nothing more.
fn foreign(content_type: &'static str) -> axum::routing::MethodRouter {
    get(async move || {
        let event = stream::iter([Ok::<_, std::io::Error>("data: grün\n\n")]).chain(stream::pending());
        ([(header::CONTENT_TYPE, content_type)], axum::body::Body::from_stream(event))
    })
}

fn layer() -> SseLayer {
    SseLayer::new().retry(Retry::MIN)
}

/// What an EventSource has come to: its state, and the first event, if there is one.
fn opened(path: &str) -> String {
    format!(
        "new Promise((resolve) => {{
            const source = new EventSource({path:?});
            const settle = (data) => {{
                resolve([['connecting', 'open', 'closed'][source.readyState], data]);
                source.close();
            }};
            source.addEventListener('message', ({{ data }}) => settle(data));
            source.addEventListener('stream-open', () => settle('stream-open'));
            source.addEventListener('error', () => source.readyState === EventSource.CLOSED && settle(''));
        }})"
    )
}

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn a_stream_opens_before_its_first_event_and_a_refusal_is_final() {
    let router = Router::new()
        .route("/quiet", get(quiet))
        .route("/plain", foreign("text/event-stream"))
        .route("/utf-8", foreign("text/event-stream; charset=utf-8"))
        .route("/windows-1252", foreign("text/event-stream; charset=windows-1252"))
        .route("/json", foreign("application/json"))
        .route("/204", get(async || StatusCode::NO_CONTENT))
        .route("/500", get(async || StatusCode::INTERNAL_SERVER_ERROR))
        .layer(layer());
    let server = Server::new(router).await;
    let proxy = Proxy::passing(server.address()).await.unwrap();
    for which in [Which::Chromium, Which::Firefox] {
        let mut browser = Browser::launch(which).await;
        browser.open(&proxy.url(Server::BLANK)).await;
        // Why a stream of the layer's has no charset.
        let other_charset = if which == Which::Chromium { json!(["closed", ""]) } else { json!(["open", "grün"]) };
        for (path, outcome) in [
            // Firefox is not open until a byte of the body has come.
            ("/quiet", json!(["open", "stream-open"])),
            ("/plain", json!(["open", "grün"])),
            ("/utf-8", json!(["open", "grün"])),
            ("/windows-1252", other_charset),
            ("/json", json!(["closed", ""])),
            ("/204", json!(["closed", ""])),
            ("/500", json!(["closed", ""])),
        ] {
            let before = proxy.log(path).len();
            assert_eq!(browser.evaluate(&opened(path)).await, outcome, "{which}: {path}");
            assert_eq!(proxy.log(path).len(), before + 1, "{which}: {path}");
        }
        browser.close().await;
    }
}

/// Opens an EventSource, which counts what becomes of it.
fn watch(name: &str, path: &str) -> String {
    format!(
        "(() => {{
            const seen = (window.{name} = {{ opens: 0, errors: 0, ready: false }});
            const source = (seen.source = new EventSource({path:?}));
            source.addEventListener('open', () => seen.opens++);
            source.addEventListener('error', () => seen.errors++);
            source.addEventListener('stream-open', () => (seen.ready = true));
        }})()"
    )
}

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn a_stream_past_a_cap_is_asked_for_until_there_is_room() {
    for which in [Which::Chromium, Which::Firefox] {
        let connections = Connections::builder().max(1).build();
        let router = Router::new().route("/events", get(quiet)).layer(layer().connections(&connections));
        let server = Server::new(router).await;
        let proxy = Proxy::passing(server.address()).await.unwrap();
        let mut browser = Browser::launch(which).await;
        browser.open(&proxy.url(Server::BLANK)).await;
        browser.evaluate(&watch("first", "/events")).await;
        browser.wait("first.ready").await;
        browser.evaluate(&watch("second", "/events")).await;
        browser.wait("second.errors >= 2").await;
        assert_eq!(browser.evaluate("second.source.readyState === EventSource.CLOSED").await, false, "{which}");

        browser.evaluate("first.source.close()").await;
        browser.wait("second.ready").await;
        let statuses: Vec<_> = proxy.log("/events").iter().map(Exchange::status).collect();
        assert!(statuses.len() >= 4 && statuses.iter().all(|status| *status == Some(200)), "{which}: {statuses:?}");
        browser.close().await;
    }
}

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn half_a_head_closes_an_event_source_for_good() {
    for which in [Which::Chromium, Which::Firefox] {
        let server = Server::new(Router::new().route("/events", get(quiet)).layer(layer())).await;
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        // Behind the status line, when the browser comes back.
        let half = Cut { point: Point::In(Place::Head, 17), ending: Ending::Fin };
        let body = Cut { point: Point::BodyBytes(40), ending: Ending::Fin };
        let proxy = Proxy::new(server.address(), move |exchange| {
            let asked = (exchange.path() == "/events").then(|| count.fetch_add(1, Ordering::Relaxed));
            asked.map(|asked| if asked == 0 { body } else { half })
        })
        .await
        .unwrap();
        let mut browser = Browser::launch(which).await;
        browser.open(&proxy.url(Server::BLANK)).await;
        browser.evaluate(&watch("seen", "/events")).await;
        browser.wait("seen.source.readyState === EventSource.CLOSED").await;
        // The end within the body was a reason to come back, the end within the head was not.
        assert_eq!(browser.evaluate("seen.opens").await, 1, "{which}");
        assert_eq!(asked.load(Ordering::Relaxed), 2, "{which}");
        until("the end of both", || proxy.log("/events").iter().all(|exchange| exchange.over).then_some(())).await;
        browser.close().await;
    }
}
