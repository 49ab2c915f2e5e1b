//! A client whose network is gone: it says nothing any more, and nothing reaches it.
//!
//! It lives in a network namespace at the other end of a cable. Packets that it would send are dropped from one moment
//! on. This needs `ip` (Debian: `iproute2`), bash, and the right to make namespaces.

use std::time::Duration;

use axum::routing::get;
use faults::elsewhere::Elsewhere;
use sse_core::{SseEvent, Topic};
use sse_tower::serve::{Options, Probes};
use sse_tower::{Sse, SseLayer};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout};
use tokio::time::Instant;

#[derive(SseEvent)]
enum Event {
    Tick,
}

/// What the kernel may take to see that a timeout is over, and a busy machine to let anybody know.
const SLACK: Duration = Duration::from_secs(15);

/// A client there that has asked for the stream, and what it gets.
fn client(elsewhere: &Elsewhere, port: u16) -> (Child, Lines<BufReader<ChildStdout>>) {
    let request = r"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    let script = format!("exec 3<>/dev/tcp/{}/{port}; printf '{request}' >&3; exec cat <&3", elsewhere.here);
    let mut client = elsewhere.command("bash").args(["-c", &script]).spawn().expect("`ip` of the package iproute2");
    let lines = BufReader::new(client.stdout.take().unwrap()).lines();
    (client, lines)
}

/// How long the place in the topic of a client that vanishes is still taken: at least, and at most.
async fn time_until_gone(number: u8, options: Options, layer: SseLayer) -> [Duration; 2] {
    let elsewhere = Elsewhere::new(number).await.unwrap();
    let topic: Topic<Event> = Topic::new();
    let app = {
        let topic = topic.clone();
        axum::Router::new().route("/", get(async move || Sse::topic(&topic))).layer(layer)
    };
    let listener = options.bind((elsewhere.here.as_str(), 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let (client, mut lines) = client(&elsewhere, port);
    system_tests::until("a subscriber", || (topic.stats().subscribers == 1).then_some(())).await;
    topic.publish(&Event::Tick).unwrap();
    while lines.next_line().await.unwrap().expect("an event") != "event: Tick" {}

    let before = Instant::now();
    elsewhere.vanish().await.unwrap();
    let behind = Instant::now();
    system_tests::until("the client to be gone", || (topic.stats().subscribers == 0).then_some(())).await;
    let elapsed = [behind, before].map(|start| start.elapsed());
    server.abort();
    drop(client);
    elapsed
}

#[tokio::test]
#[ignore = "needs the right to make network namespaces; `cargo xtask test` runs it"]
async fn a_client_that_vanished_is_gone_after_the_keep_alive_and_the_user_timeout() {
    // With the defaults of both, 15 s and 30 s, that is within 50 s.
    let (keep_alive, timeout) = (Duration::from_secs(1), Duration::from_secs(3));
    let options = Options::new().user_timeout(timeout).write_deadline(None);
    let [at_least, at_most] = time_until_gone(1, options, SseLayer::new().keep_alive(keep_alive)).await;
    println!("gone after {at_most:.1?}, of {:?} and at most {SLACK:?} for the kernel", keep_alive + timeout);
    assert!(at_most >= timeout, "{at_most:?}: it was gone for another reason");
    assert!(at_least <= keep_alive + timeout + SLACK, "{at_least:?}");
}

#[tokio::test]
#[ignore = "needs the right to make network namespaces; `cargo xtask test` runs it"]
async fn a_client_that_vanished_is_found_by_the_probes_where_nothing_is_sent() {
    let seconds = Duration::from_secs;
    let probes = Probes::new(seconds(2), seconds(1), 3);
    let options = Options::new().user_timeout(seconds(2)).probes(probes);
    let [at_least, at_most] = time_until_gone(2, options, SseLayer::new().keep_alive(None)).await;
    println!("gone after {at_most:.1?}, of 2 s and a second probe after 1 s");
    assert!(at_least <= seconds(2 + 1) + SLACK, "{at_least:?}");
}
