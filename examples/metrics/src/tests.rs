//! The server over TCP, whose page is read while clients come and go.

use futures_util::StreamExt as _;

use super::*;

/// The value of a figure on the page.
async fn figure(origin: &str, name: &str) -> String {
    let response = reqwest::get(format!("{origin}/metrics")).await.unwrap();
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/plain; version=0.0.4"));
    let page = response.text().await.unwrap();
    let value = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.unwrap_or_else(|| panic!("no {name} in {page}")).to_owned()
}

/// Reads the page until a figure is this.
async fn becomes(origin: &str, name: &str, expected: &str) {
    let read = async {
        while figure(origin, name).await != expected {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), read).await.unwrap_or_else(|_| panic!("{name} is never {expected}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_follows_the_clients() {
    let figures = figures().unwrap().install_recorder().unwrap();
    let clock = Topic::new();
    let listener = serve::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(axum::serve(listener, app(&clock, &figures)).into_future());

    let mut clients = Vec::new();
    for _ in 0..3 {
        let mut body = reqwest::get(format!("{origin}/ticks")).await.unwrap().bytes_stream();
        body.next().await.unwrap().unwrap();
        clients.push(body);
    }
    assert_eq!(figure(&origin, "sse_connections{stream=\"ticks\"}").await, "3");
    assert_eq!(figure(&origin, "sse_connections_opened_total{stream=\"ticks\",resume=\"fresh\"}").await, "3");
    clock.publish(&Clock::Tick { seconds: 7 }).unwrap();
    for client in &mut clients {
        assert!(client.next().await.unwrap().unwrap().ends_with(b"event: tick\ndata: {\"seconds\":7}\n\n"));
    }
    assert_eq!(figure(&origin, "sse_sent_events_total{stream=\"ticks\"}").await, "3");
    let refused = reqwest::Client::new().get(format!("{origin}/ticks")).header("accept", "text/html").send().await;
    assert_eq!(refused.unwrap().status(), 406);
    let refusals = "sse_requests_refused_total{stream=\"ticks\",reason=\"not-acceptable\"}";
    assert_eq!(figure(&origin, refusals).await, "1");

    drop(clients.pop());
    becomes(&origin, "sse_connections{stream=\"ticks\"}", "2").await;
    clients.clear();
    becomes(&origin, "sse_connections{stream=\"ticks\"}", "0").await;
    becomes(&origin, "sse_connections_closed_total{stream=\"ticks\",reason=\"client-gone\"}", "3").await;
    becomes(&origin, "sse_connection_duration_seconds_count{stream=\"ticks\"}", "3").await;
    server.abort();
}
