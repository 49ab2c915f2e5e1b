//! The generated client over `fetch`, in the browsers, through cuts.

use serde_json::Value;
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
