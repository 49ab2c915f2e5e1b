//! The proxy does what it says, or none of the other tests means anything.

use axum::Router;
use axum::routing::get;
use system_tests::{Cut, Ending, Exchange, Point, Proxy, Rng, Server, until};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Its responses are the same to the byte, whatever the time is.
async fn server(body: &'static str) -> Server {
    Server::new(Router::new().route("/", get(move || async move { ([("date", "never")], body) }))).await
}

/// Everything that comes for one request, and whether the connection was reset behind it.
async fn fetch(proxy: &Proxy) -> (Vec<u8>, bool) {
    let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
    stream
        .write_all(b"GET /?x HTTP/1.1\r\nhost: test\r\nLast-Event-Id: 7\r\nconnection: keep-alive\r\n\r\n")
        .await
        .unwrap();
    let mut bytes = Vec::new();
    let reset = stream.read_to_end(&mut bytes).await.is_err();
    (bytes, reset)
}

async fn last(proxy: &Proxy) -> Exchange {
    until("an exchange", || proxy.log("/").pop().filter(|exchange| exchange.over)).await
}

#[tokio::test]
async fn exactly_as_many_bytes_are_passed_on_as_planned() {
    let server = server("hello").await;
    let passing = Proxy::passing(server.address()).await.unwrap();
    let (whole, _) = fetch(&passing).await;
    assert!(whole.ends_with(b"\r\n\r\nhello"), "{}", whole.escape_ascii());
    let exchange = last(&passing).await;
    assert_eq!((exchange.status(), exchange.passed, exchange.cut), (Some(200), whole.len() as u64, None));
    assert_eq!(exchange.last_event_id.as_deref(), Some("7"));

    let mut rng = Rng::new(1);
    for count in 0..whole.len() {
        let ending = if rng.below(2) == 0 { Ending::Fin } else { Ending::Rst };
        let cut = Cut { point: Point::Bytes(count as u64), ending };
        let proxy = Proxy::cutting(server.address(), "/", vec![cut]).await.unwrap();
        let (bytes, reset) = fetch(&proxy).await;
        assert_eq!(bytes, whole[..count], "{cut:?}");
        assert_eq!(reset, ending == Ending::Rst, "{cut:?}");
        assert_eq!(last(&proxy).await.cut.map(|(cut, _)| cut), Some(cut));
        // The plan has come to its end.
        assert_eq!(fetch(&proxy).await.0, whole);
    }
}

#[tokio::test]
async fn the_server_behind_the_proxy_can_be_another_one() {
    let (one, two) = (server("one").await, server("two").await);
    let proxy = Proxy::passing(one.address()).await.unwrap();
    assert!(fetch(&proxy).await.0.ends_with(b"one"));
    drop(one);
    proxy.set_upstream(two.address());
    assert!(fetch(&proxy).await.0.ends_with(b"two"));
}
