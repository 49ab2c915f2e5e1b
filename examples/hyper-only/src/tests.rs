//! Both services over real connections, with both versions of HTTP.

use hyper::client::conn::{http1, http2};
use tokio::net::TcpStream;

use super::*;

async fn start() -> (Topic<Clock>, [u16; 2]) {
    let clock = Topic::new();
    let listeners = [bind("127.0.0.1:0").await.unwrap(), bind("127.0.0.1:0").await.unwrap()];
    let ports = listeners.each_ref().map(|listener| listener.local_addr().unwrap().port());
    let [first, second] = listeners;
    tokio::spawn(serve(first, ticks(clock.clone())));
    tokio::spawn(serve(second, app(clock.clone(), Duration::ZERO)));
    (clock, ports)
}

async fn get(port: u16, path: &str, http2: bool, last_event_id: &str) -> Response<Incoming> {
    let io = TokioIo::new(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap());
    let request = Request::get(format!("http://127.0.0.1:{port}{path}"))
        .header("host", "127.0.0.1")
        .header("last-event-id", last_event_id)
        .body(Full::<Bytes>::default())
        .unwrap();
    if http2 {
        let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await.unwrap()
    } else {
        let (mut sender, connection) = http1::handshake(io).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await.unwrap()
    }
}

/// What the body says up to and with `end`.
async fn read_until(response: Response<Incoming>, end: &str) -> String {
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = response.into_body();
    let mut text = String::new();
    while !text.contains(end) {
        let frame = body.frame().await.expect("the stream ended early").unwrap();
        text.push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
    }
    text
}

#[tokio::test]
async fn events_come_and_resume_over_both_versions() {
    for http2 in [false, true] {
        let (clock, ports) = start().await;
        for (port, path) in ports.into_iter().zip(["/", "/ticks"]) {
            let response = get(port, path, http2, "").await;
            let seen = clock.publish(&Clock::Tick { seconds: 1 }).unwrap().to_string();
            let text = read_until(response, "\"seconds\":1}\n\n").await;
            assert!(text.ends_with(&format!("id: {seen}\nevent: tick\ndata: {{\"seconds\":1}}\n\n")), "{text}");

            let missed = clock.publish(&Clock::Tick { seconds: 2 }).unwrap();
            let response = get(port, path, http2, &seen).await;
            assert_eq!(response.headers()["sse-resume"], "recovered");
            let text = read_until(response, "\"seconds\":2}\n\n").await;
            assert!(text.contains(&format!("id: {missed}\n")) && !text.contains("\"seconds\":1}"), "{text}");
        }
    }
}

#[tokio::test]
async fn a_countdown_is_complete() {
    for http2 in [false, true] {
        let (_, [_, port]) = start().await;
        let text = read_until(get(port, "/countdown", http2, "").await, "stream-end\nid: =end\ndata: {}\n\n").await;
        let names: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
        assert_eq!(names, ["stream-open", "countdown", "countdown", "countdown", "lift-off", "stream-end"]);
        // A browser comes back with that id, and is told to stay away.
        assert_eq!(get(port, "/countdown", http2, "=end").await.status(), StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn other_responses_are_as_they_were() {
    let (_, [_, port]) = start().await;
    let response = get(port, "/", false, "").await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "try /ticks or /countdown\n");
}
