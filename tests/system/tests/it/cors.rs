//! A page on one origin and its stream on another, in the browsers.

use std::convert::Infallible;

use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::IntoResponse;
use axum::routing::get;
use example_two_origins::{Book, GuestBook, page};
use futures_util::{StreamExt as _, stream};
use serde_json::json;
use sse_core::{Event, Retry};
use sse_tower::{Sse, SseLayer};
use system_tests::{Browser, Exchange, Proxy, Server, Which, until};
use tower_http::cors::{Any, CorsLayer};

const EVENTS: &str = "/events";

/// The example, each origin of it behind a proxy that says what was asked for.
struct Scene {
    book: Book,
    page: Proxy,
    stream: Proxy,
    _servers: [Server; 2],
}

impl Scene {
    async fn new() -> Self {
        let book = Book::new();
        // Each origin has to know the other one before it can be served.
        let nobody = Server::new(Router::new()).await;
        let page_proxy = Proxy::passing(nobody.address()).await.unwrap();
        let origin = HeaderValue::try_from(page_proxy.url("")).unwrap();
        let stream_server = Server::new(book.router(origin)).await;
        let stream = Proxy::passing(stream_server.address()).await.unwrap();
        let page_server = Server::new(page(&stream.url("")).unwrap()).await;
        page_proxy.set_upstream(page_server.address());
        Self { book, page: page_proxy, stream, _servers: [page_server, stream_server] }
    }

    fn write(&self, text: &str) {
        self.book.entries().publish(&GuestBook::Entry { name: "Bob".to_owned(), text: text.to_owned() }).unwrap();
    }

    /// Ends every stream, and waits until the one of the page is open again.
    async fn cut(&self) {
        assert_eq!(self.book.entries().kick(), 1);
        until("the reconnect", || (self.book.entries().subscribers() == 1).then_some(())).await;
    }

    fn requests(&self) -> Vec<(String, Option<String>, Option<u16>)> {
        let describe = |exchange: Exchange| {
            let method = exchange.request_line.split(' ').next().unwrap_or_default().to_owned();
            (method, exchange.last_event_id.clone(), exchange.status())
        };
        self.stream.log(EVENTS).into_iter().map(describe).collect()
    }
}

/// Types into the field, and sends its form.
async fn submit(browser: &mut Browser, form: &str, field: &str, text: &str) {
    let script = format!(
        "document.getElementById({field:?}).value = {text:?}; document.getElementById({form:?}).requestSubmit()"
    );
    browser.evaluate(&script).await;
}

/// The texts of the entries that the page shows.
const SHOWN: &str = "[...document.querySelectorAll('#entries li')].map((entry) => entry.lastChild.data)";

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn the_cookie_goes_along_and_a_reconnect_resumes() {
    for which in [Which::Chromium, Which::Firefox] {
        let scene = Scene::new().await;
        let mut browser = Browser::launch(which).await;
        browser.open(&scene.page.url("/")).await;
        browser.wait("document.getElementById('page-origin').textContent").await;
        submit(&mut browser, "sign-in", "name", "Ada").await;
        browser.wait("document.getElementById('state').dataset.state === 'live'").await;
        submit(&mut browser, "write", "text", "hello").await;
        browser.wait(&format!("{SHOWN}.length === 1")).await;

        scene.cut().await;
        scene.write("while you were away");
        browser.wait(&format!("{SHOWN}.length === 2")).await;
        assert_eq!(browser.evaluate(SHOWN).await, json!(["while you were away", "hello"]), "{which}");

        // 200 is the proof: without the cookie it is 401. And nobody asks before, not with an id either.
        let requests = scene.requests();
        let [(first, None, Some(200)), (second, Some(id), Some(200))] = &requests[..] else {
            panic!("{which}: {requests:?}")
        };
        assert_eq!((first.as_str(), second.as_str()), ("GET", "GET"), "{which}");
        assert!(id.ends_with("-1"), "{which}: {id}");
        println!("{}: two requests, with the cookie, the second behind {id}", browser.version);
        browser.close().await;
    }
}

/// The same stream over `fetch`, which asks before it comes back with an id.
const ITERATE: &str = r#"(() => {
    window.texts = [];
    window.resumed = [];
    window.failed = "";
    const base = document.querySelector("meta[name=stream-origin]").content;
    const iterate = async () => {
        const headers = { "content-type": "application/json" };
        const body = JSON.stringify({ name: "Ada" });
        await fetch(base + "/session", { method: "POST", credentials: "include", headers, body });
        const { streamGuestBook } = await import("/sse/guest-book.js");
        const options = { base, credentials: "include", onOpen: ({ resume }) => resumed.push(resume) };
        for await (const { data } of streamGuestBook(options)) texts.push(data.text);
    };
    iterate().catch((error) => { failed = String(error); });
})()"#;

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn a_client_over_fetch_asks_before_it_comes_back() {
    for which in [Which::Chromium, Which::Firefox] {
        let scene = Scene::new().await;
        let mut browser = Browser::launch(which).await;
        browser.open(&scene.page.url("/")).await;
        browser.evaluate(ITERATE).await;
        browser.wait("failed || resumed.length === 1").await;
        scene.write("one");
        browser.wait("failed || texts.length === 1").await;
        scene.cut().await;
        scene.write("two");
        browser.wait("failed || texts.length === 2").await;
        assert_eq!(browser.evaluate("failed").await, "", "{which}");
        assert_eq!(browser.evaluate("texts").await, json!(["one", "two"]), "{which}");
        assert_eq!(browser.evaluate("resumed").await, json!(["fresh", "recovered"]), "{which}");

        let requests = scene.requests();
        let methods: Vec<_> = requests.iter().map(|(method, ..)| method.as_str()).collect();
        assert_eq!(methods, ["GET", "OPTIONS", "GET"], "{which}");
        assert!(requests.iter().all(|(_, _, status)| *status == Some(200)), "{which}: {requests:?}");
        browser.close().await;
    }
}

/// What the browser has sent, as an event, and a stream that stays open behind it.
async fn cookies(headers: HeaderMap) -> impl IntoResponse {
    let cookies = headers.get(header::COOKIE).map_or("none", |value| value.to_str().unwrap()).to_owned();
    Sse::new(stream::iter([Event::new(cookies)]).chain(stream::pending()))
}

/// The same stream with one way after the other to allow other origins, each at a path of its own.
fn policies(page: &HeaderValue) -> Router {
    let star = HeaderValue::from_static("*");
    let with = |cors: CorsLayer| get(cookies).layer::<_, Infallible>(SseLayer::new().retry(Retry::MIN)).layer(cors);
    // tower-http does not let it be said, so it is said by hand.
    let by_hand = {
        let headers = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, star), (header::ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE)];
        get(async move |request: HeaderMap| (headers, cookies(request).await))
    };
    let other = HeaderValue::from_static("http://127.0.0.1:1");
    Router::new()
        .route("/exact", with(CorsLayer::new().allow_origin(page.clone()).allow_credentials(true)))
        .route("/star", with(CorsLayer::new().allow_origin(Any)))
        .route("/star-and-credentials", by_hand)
        .route("/no-credentials", with(CorsLayer::new().allow_origin(page.clone())))
        .route("/other", with(CorsLayer::new().allow_origin(other).allow_credentials(true)))
        .route("/none", with(CorsLayer::new()))
}

const TRUE: HeaderValue = HeaderValue::from_static("true");

/// What becomes of an EventSource: the cookies with which it was opened, or `closed`.
fn opened(url: &str, with_credentials: bool) -> String {
    format!(
        "new Promise((resolve) => {{
            const source = new EventSource({url:?}, {{ withCredentials: {with_credentials} }});
            source.addEventListener('message', ({{ data }}) => (source.close(), resolve(data)));
            source.addEventListener('error', () => source.readyState === EventSource.CLOSED && resolve('closed'));
        }})"
    )
}

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn a_star_is_refused_where_credentials_go_along() {
    let page = Server::new(Router::new()).await;
    let origin = HeaderValue::try_from(format!("http://{}", page.address())).unwrap();
    let stream = Server::new(policies(&origin)).await;
    for which in [Which::Chromium, Which::Firefox] {
        let mut browser = Browser::launch(which).await;
        browser.open(&format!("http://{}{}", page.address(), Server::BLANK)).await;
        // Cookies know hosts and not ports: this one is the other origin's too.
        browser.evaluate("document.cookie = 'k=v'").await;
        for (path, with_credentials, outcome) in [
            ("/exact", true, "k=v"),
            ("/exact", false, "none"),
            ("/star", false, "none"),
            ("/star", true, "closed"),
            ("/star-and-credentials", true, "closed"),
            ("/no-credentials", true, "closed"),
            ("/no-credentials", false, "none"),
            ("/other", true, "closed"),
            ("/none", false, "closed"),
        ] {
            let url = format!("http://{}{path}", stream.address());
            let seen = browser.evaluate(&opened(&url, with_credentials)).await;
            assert_eq!(seen, outcome, "{which}: {path}, withCredentials: {with_credentials}");
        }
        println!("{}: a cookie needs exactly its origin", browser.version);
        browser.close().await;
    }
}

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn to_fetch_an_id_that_no_preflight_allows_is_a_broken_network() {
    let page = Server::new(Router::new()).await;
    let stream = Server::new(policies(&HeaderValue::try_from(format!("http://{}", page.address())).unwrap())).await;
    let url = format!("http://{}/exact", stream.address());
    let id = HeaderName::from_static("last-event-id");
    for which in [Which::Chromium, Which::Firefox] {
        let mut browser = Browser::launch(which).await;
        browser.open(&format!("http://{}{}", page.address(), Server::BLANK)).await;
        let ask = format!(
            "fetch({url:?}, {{ headers: {{ \"{id}\": '7' }} }}).then(({{ status }}) => status, ({{ name }}) => name)"
        );
        assert_eq!(browser.evaluate(&ask).await, "TypeError", "{which}");
        browser.close().await;
    }
}
