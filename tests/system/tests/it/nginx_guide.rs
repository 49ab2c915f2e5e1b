//! The proxies' configurations in the guide of `sse-tower`, as they stand there.

use std::net::SocketAddr;

use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use crate::nginx::{feed, in_turn};
use crate::nginx_process::{App, Events, Http, Nginx, Program, Proxying};

const GUIDE: &str = include_str!("../../../../sse-tower/src/guide.md");

const CADDY: Program = Program {
    name: "caddy",
    path: "/usr/bin/caddy",
    arguments: &["run", "--config", "config", "--adapter", "caddyfile"],
};
const HAPROXY: Program = Program { name: "haproxy", path: "/usr/sbin/haproxy", arguments: &["-db", "-f", "config"] };

/// The block of this language, with the app in its place.
fn snippet(language: &str, app: SocketAddr) -> String {
    let (_, rest) = GUIDE.split_once(&format!("```{language}\n")).expect("a block of that language");
    let (block, _) = rest.split_once("```").unwrap();
    let placeholder = "127.0.0.1:3000";
    assert!(block.contains(placeholder), "{block}");
    block.replace(placeholder, &app.to_string())
}

#[track_caller]
fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{text}");
    text.replace(from, to)
}

#[tokio::test]
#[ignore = "needs nginx; `cargo xtask test` runs it"]
async fn nginx_passes_each_event_on() {
    for http in Http::ALL {
        let (topic, router) = feed(None);
        let app = App::start(router);
        let nginx = Nginx::with(&snippet("nginx", app.address())).await;
        in_turn(&topic, &mut nginx.events(http).await).await;
    }
}

/// Each event arrives at once behind a proxy that is started with what `configure` makes of its address.
async fn behind(program: &Program, app: &App, configure: impl Fn(&SocketAddr) -> String) -> (Proxying, Events) {
    let (running, [address]) = Proxying::start(program, |[address], _| configure(address)).await;
    let client = Client::builder(TokioExecutor::new()).build_http();
    let events = Events::ask(client, format!("http://{address}/events").parse().unwrap()).await;
    assert!(app.address() != address);
    (running, events)
}

#[tokio::test]
#[ignore = "needs Caddy; `cargo xtask test` runs it"]
async fn caddy_passes_each_event_on() {
    let (topic, router) = feed(None);
    let app = App::start(router);
    let snippet = snippet("caddyfile", app.address());
    let (_running, mut events) = behind(&CADDY, &app, |address| {
        // Without TLS, and without a socket for its administration.
        format!("{{\nadmin off\n}}\n{}", replaced(&snippet, "example.com", &format!("http://{address}")))
    })
    .await;
    assert!(!events.head.headers.contains_key("content-encoding"));
    in_turn(&topic, &mut events).await;
}

#[tokio::test]
#[ignore = "needs HAProxy; `cargo xtask test` runs it"]
async fn haproxy_passes_each_event_on() {
    let (topic, router) = feed(None);
    let app = App::start(router);
    let snippet = snippet("haproxy", app.address());
    let configure = |snippet: &str, address: &SocketAddr| replaced(snippet, "bind :80", &format!("bind {address}"));
    let (_running, mut events) = behind(&HAPROXY, &app, |address| configure(&snippet, address)).await;
    let quick = in_turn(&topic, &mut events).await;

    // Without the option that it is all about each event waits.
    let (topic, router) = feed(None);
    let slow_app = App::start(router);
    let slow = replaced(&snippet, "    option http-no-delay\n", "")
        .replace(&app.address().to_string(), &slow_app.address().to_string());
    let (_running, mut events) = behind(&HAPROXY, &slow_app, |address| configure(&slow, address)).await;
    let slow = in_turn(&topic, &mut events).await;
    println!("haproxy: the quickest of 20 events after {quick:?} with http-no-delay, after {slow:?} without");
    assert!(slow > 2 * quick, "{slow:?} without the option, {quick:?} with it");
}
