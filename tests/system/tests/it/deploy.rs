//! A deploy: nginx answers 502 for ten seconds, and every generated client comes back without a gap.

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use example_server_stats::{Options, ServerEvent, ServerStats};
use serde_json::{Value, json};
use sse_core::Retry;
use system_tests::{Browser, Server, Which};

use crate::nginx_process::{App, Http, Nginx};

/// The clients of a page, each with what it was told.
const CLIENTS: [&str; 2] = ["native", "fetch"];

const WATCH: &str = r#"(() => {
    const client = () => ({ seqs: [], opened: [], resets: [], refused: 0, states: [], failed: "" });
    window.clients = { native: client(), fetch: client(), late: client() };
    window.open = async (name, more) => {
        const { openServerEvent } = await import("/sse/server-event.js");
        const one = clients[name];
        const source = openServerEvent({ ...more });
        source.onOpen(({ resume }) => one.opened.push(resume));
        source.onReset(({ reason }) => { one.resets.push(reason); one.seqs.length = 0; });
        source.on("load", ({ seq }, { lastEventId }) => { one.seqs.push(seq); one.id = lastEventId; });
        source.onConnectionError((error, state) => { one.refused += error.status === 502; one.states.push(state); });
    };
    const iterate = async () => {
        const { streamServerEvent } = await import("/sse/server-event.js");
        const one = clients.fetch;
        const options = {
            retryStatuses: [502, 503, 504],
            onOpen: ({ resume }) => one.opened.push(resume),
            onReset: ({ reason }) => { one.resets.push(reason); one.seqs.length = 0; },
            onState: ({ state, cause }) => { one.refused += state === "waiting" && cause?.status === 502; },
        };
        for await (const { data } of streamServerEvent(options)) one.seqs.push(data.seq);
    };
    iterate().catch((error) => { clients.fetch.failed = String(error); });
    open("native").catch((error) => { clients.native.failed = String(error); });
})()"#;

fn publish(stats: &ServerStats, count: u64) {
    for _ in 0..count {
        let load = |seq| ServerEvent::Load { seq, at_ms: 7, one: 0.5, five: 0.25, fifteen: 0.125 };
        stats.publish(load).unwrap();
    }
}

fn stats() -> (ServerStats, Router) {
    let stats = ServerStats::new(Options { retry: Retry::MIN, ..Options::default() });
    let blank = get(async || Html("<!doctype html><title>blank</title>"));
    let router = stats.router().route(Server::BLANK, blank);
    (stats, router)
}

/// Waits until the client has seen this event.
async fn sees(browser: &mut Browser, client: &str, seq: u64) {
    browser.wait(&format!("clients.{client}.failed || clients.{client}.seqs.at(-1) >= {seq}")).await;
}

async fn has(browser: &mut Browser, client: &str) -> Value {
    browser.evaluate(&format!("clients.{client}")).await
}

/// Takes the app away for ten seconds, and brings it back with `after`.
async fn deploy(browser: &mut Browser, app: &mut App, during: &ServerStats, after: Router) {
    app.kill().await;
    browser.evaluate("window.down = performance.now()").await;
    publish(during, 20);
    for client in CLIENTS {
        browser.wait(&format!("clients.{client}.failed || clients.{client}.refused >= 2")).await;
    }
    // A page that is opened now is refused at once.
    browser.evaluate("open('late', { lastEventId: clients.native.id })").await;
    browser.wait("clients.late.refused >= 1 && performance.now() - down > 10_000").await;
    app.restart(after);
}

#[tokio::test]
#[ignore = "needs nginx and the browsers; `cargo xtask test` runs it"]
async fn a_deploy_leaves_no_gap_and_no_duplicate() {
    for which in [Which::Chromium, Which::Firefox] {
        // The log outlives the app, as one in Redis or NATS does.
        let (stats, router) = stats();
        let mut app = App::start(router.clone());
        let nginx = Nginx::start(app.address(), "").await;
        let mut browser = Browser::launch(which).await;
        browser.open(&nginx.url(Http::Plain, Server::BLANK).to_string()).await;
        browser.evaluate(WATCH).await;
        for client in CLIENTS {
            browser.wait(&format!("clients.{client}.failed || clients.{client}.opened.length === 1")).await;
        }
        publish(&stats, 5);
        for client in CLIENTS {
            sees(&mut browser, client, 5).await;
        }

        deploy(&mut browser, &mut app, &stats, router).await;
        publish(&stats, 5);
        for client in [CLIENTS[0], CLIENTS[1], "late"] {
            sees(&mut browser, client, 30).await;
            let seen = has(&mut browser, client).await;
            let first = if client == "late" { 6 } else { 1 };
            let dense: Vec<u64> = (first..=30).collect();
            assert_eq!(seen["seqs"], json!(dense), "{which}: {client}: {seen}");
            assert_eq!(seen["resets"], json!([]), "{which}: {client}");
            assert_eq!(seen["opened"].as_array().unwrap().last(), Some(&json!("recovered")), "{which}: {client}");
            println!("{}: {client}: refused {} times, nothing missed or doubled", browser.version, seen["refused"]);
        }
        browser.close().await;
    }
}

#[tokio::test]
#[ignore = "needs nginx and the browsers; `cargo xtask test` runs it"]
async fn a_deploy_that_forgets_everything_says_so() {
    for which in [Which::Chromium, Which::Firefox] {
        let (old, router) = stats();
        let mut app = App::start(router);
        let nginx = Nginx::start(app.address(), "").await;
        let mut browser = Browser::launch(which).await;
        browser.open(&nginx.url(Http::Plain, Server::BLANK).to_string()).await;
        browser.evaluate(WATCH).await;
        for client in CLIENTS {
            browser.wait(&format!("clients.{client}.failed || clients.{client}.opened.length === 1")).await;
        }
        publish(&old, 5);
        for client in CLIENTS {
            sees(&mut browser, client, 5).await;
        }

        let (new, router) = stats();
        deploy(&mut browser, &mut app, &old, router).await;
        for client in [CLIENTS[0], CLIENTS[1], "late"] {
            browser.wait(&format!("clients.{client}.failed || clients.{client}.resets.length === 1")).await;
        }
        publish(&new, 5);
        for client in [CLIENTS[0], CLIENTS[1], "late"] {
            sees(&mut browser, client, 5).await;
            let seen = has(&mut browser, client).await;
            assert_eq!(seen["resets"], json!(["unknown-epoch"]), "{which}: {client}");
            assert_eq!(seen["seqs"], json!([1, 2, 3, 4, 5]), "{which}: {client}");
        }
        browser.close().await;
    }
}
