//! The generated client over `fetch`, in the browsers: through cuts, and with every digit and byte.

use axum::Router;
use axum::routing::get;
use futures_util::stream;
use serde_json::{Value, json};
use sse_core::SseEvent;
use sse_core::codegen::{Emit, Int64, Options, Registry};
use sse_tower::{Sse, SseLayer};
use system_tests::{Browser, Server, Which, plan};

use crate::cuts::{goal, options};
use crate::scene::Scene;

const CUTS: usize = 20;

/// Iterates over the typed events and records their numbers. It does not wait long for a connection that was cut before
/// anything came, or the test would.
const ITERATE: &str = r#"(() => {
    window.seqs = [];
    window.opened = [];
    window.failed = "";
    const iterate = async () => {
        const { streamServerEvent } = await import("/sse/server-event.js");
        const options = { maxBackoffMs: 600, onOpen: ({ resume }) => opened.push(resume) };
        for await (const { data } of streamServerEvent(options)) seqs.push(data.seq);
    };
    iterate().catch((error) => { failed = String(error); });
})()"#;

async fn check(which: Which, seed: u64) {
    let mut browser = Browser::launch(which).await;
    let scene = Scene::new(options(25), plan::cuts(seed, CUTS, true)).await;
    browser.open(&scene.proxy.url(Server::BLANK)).await;
    browser.evaluate(ITERATE).await;
    let goal = goal(&scene, CUTS).await;
    browser.wait(&format!("failed || seqs.at(-1) >= {goal}")).await;
    assert_eq!(browser.evaluate("failed").await, "", "{which}");

    let Value::Array(seqs) = browser.evaluate("seqs").await else { panic!("no list") };
    let seqs: Vec<_> = seqs.iter().map(|seq| seq.as_u64().unwrap()).collect();
    let dense: Vec<_> = (seqs[0]..seqs[0] + seqs.len() as u64).collect();
    assert_eq!(seqs, dense, "{which}");
    let opened = browser.evaluate("opened").await;
    let opened: Vec<_> = opened.as_array().unwrap().iter().map(|resume| resume.as_str().unwrap()).collect();
    // It begins afresh until it has been told where it stands, and is recovered from then on.
    let fresh = opened.iter().take_while(|resume| **resume == "fresh").count();
    assert!(fresh > 0 && opened[fresh..].iter().all(|resume| *resume == "recovered"), "{which}: {opened:?}");
    println!("{}: {CUTS} cuts, {} events, no gap, no duplicate", browser.version, seqs.len());
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn the_generated_iterator_misses_nothing() {
    for (which, seed) in [(Which::Chromium, 7), (Which::Firefox, 8)] {
        check(which, seed).await;
    }
}

const EXACT: &str = "/exact";

/// What JavaScript's numbers and texts cannot hold.
#[derive(Clone, SseEvent)]
enum Exact {
    Amount {
        paid: u64,
        parts: Vec<i64>,
        note: String,
    },
    #[sse(bytes = "base64")]
    Frame(Vec<u8>),
    #[sse(terminal)]
    Done,
}

/// A server of the stream and of its client.
async fn exact() -> Server {
    let events = [
        Exact::Amount {
            paid: u64::MAX,
            parts: vec![i64::MIN, 9_007_199_254_740_993, 0],
            note: "18446744073709551615".into(),
        },
        Exact::Frame((0..=255).collect()),
        Exact::Done,
    ];
    let options = Options::new().emit(Emit::Js).int64(Int64::BigInt);
    let files = Registry::new().stream::<Exact>(EXACT).render(&options).unwrap();
    let router =
        Router::new().route(EXACT, get(async move || Sse::new(stream::iter(events.clone())))).layer(SseLayer::new());
    let scripts = files.into_iter().filter(|(name, _)| name.extension().is_some_and(|ending| ending == "js"));
    let router = scripts.fold(router, |router, (name, text)| {
        let script = async move || ([("content-type", "text/javascript")], text);
        router.route(&format!("/sse/{}", name.display()), get(script))
    });
    Server::new(router).await
}

/// What both clients are told, as text; or why they were not opened.
const READ: &str = r#"(async () => {
    const { openExact, streamExact } = await import("/sse/exact.js");
    const shown = ({ event, data }) => [event, JSON.stringify(data, (_, value) =>
        typeof value === "bigint" ? `${value}n` : value instanceof Uint8Array ? `${value.length} bytes to ${value.at(-1)}` : value) ?? null];
    try {
        const iterated = [];
        for await (const event of streamExact()) iterated.push(shown(event));
        const told = await new Promise((resolve) => {
            const events = [];
            const source = openExact({ onEnd: () => resolve(events) });
            for (const name of ["Amount", "Frame", "Done"]) source.on(name, (data) => events.push(shown({ event: name, data })));
        });
        return { iterated, told };
    } catch (error) {
        return { refused: error.message };
    }
})()"#;

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn no_digit_and_no_byte_is_lost() {
    for which in [Which::Chromium, Which::Firefox] {
        let server = exact().await;
        let mut browser = Browser::launch(which).await;
        browser.open(&format!("http://{}{}", server.address(), Server::BLANK)).await;
        let seen = browser.evaluate(READ).await;
        let amount = r#"{"note":"18446744073709551615","paid":"18446744073709551615n","parts":["-9223372036854775808n","9007199254740993n","0n"]}"#;
        let sorted = |text: &Value| serde_json::from_str::<Value>(text.as_str().unwrap()).unwrap();
        let has = browser.evaluate("JSON.parse('1', (_key, _value, context) => context?.source) === '1'").await == true;
        assert!(has || which == Which::Firefox, "{}", browser.version);
        if has {
            for how in ["iterated", "told"] {
                let events = &seen[how];
                assert_eq!(sorted(&events[0][1]), sorted(&json!(amount)), "{which}: {seen}");
                assert_eq!(events[1], json!(["Frame", "\"256 bytes to 255\""]), "{which}: {seen}");
                assert_eq!(events[2], json!(["Done", null]), "{which}: {seen}");
            }
            println!("{}: 20 digits and 256 bytes", browser.version);
        } else {
            // Nothing is rounded in silence.
            assert!(seen["refused"].as_str().unwrap().contains("no source text"), "{which}: {seen}");
            println!("{}: refused, as it could not tell the digits", browser.version);
        }
        browser.close().await;
    }
}
