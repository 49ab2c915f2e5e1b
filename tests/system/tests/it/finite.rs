//! A stream that ends is not asked for again.

use axum::Router;
use axum::routing::get;
use futures_util::stream;
use sse_core::{Event, Retry};
use sse_tower::{Sse, SseLayer};
use system_tests::{Browser, Client, IdModel, Proxy, Server, Which, until};

use crate::native;

const PATH: &str = "/three";

async fn scene() -> (Server, Proxy) {
    let three = async || Sse::new(stream::iter(["1", "2", "3"].map(Event::new)));
    let router = Router::new().route(PATH, get(three)).layer(SseLayer::new().retry(Retry::MIN));
    let server = Server::new(router).await;
    let proxy = Proxy::passing(server.address()).await.unwrap();
    (server, proxy)
}

#[track_caller]
fn assert_asked_twice(proxy: &Proxy) {
    let requests: Vec<_> =
        proxy.log(PATH).into_iter().map(|exchange| (exchange.last_event_id.clone(), exchange.status())).collect();
    assert_eq!(requests, [(None, Some(200)), (Some("=end".to_owned()), Some(204))]);
}

#[tokio::test]
async fn a_client_is_told_that_the_stream_has_ended() {
    for model in [IdModel::Standard, IdModel::Firefox] {
        let (_server, proxy) = scene().await;
        let client = Client::new(proxy.address(), PATH, model);
        let status = until("the end of the stream", || client.look(|seen| seen.refused)).await;
        assert_eq!(status, 204);
        assert_asked_twice(&proxy);
    }
}

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn a_browser_closes_a_stream_that_has_ended() {
    for which in [Which::Chromium, Which::Firefox] {
        let (_server, proxy) = scene().await;
        let mut browser = Browser::launch(which).await;
        native::open(&mut browser, &proxy, Server::BLANK, PATH, &["message", "stream-end"]).await;
        browser.wait("source.readyState === EventSource.CLOSED").await;
        let received: Vec<_> =
            native::received(&mut browser).await.into_iter().map(|event| (event.data, event.id)).collect();
        let expected = [("1", ""), ("2", ""), ("3", ""), ("{}", "=end")];
        assert_eq!(received, expected.map(|(data, id)| (data.to_owned(), id.to_owned())), "{which}");
        // CLOSED is for good: there is nothing more to wait for.
        assert_asked_twice(&proxy);
        println!("{}: two requests, 200 and 204", browser.version);
        browser.close().await;
    }
}
