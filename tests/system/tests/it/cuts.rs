//! Connections are cut at any byte, and the client misses nothing and gets nothing twice.

use std::time::Duration;

use example_server_stats::Options;
use sse_core::Retry;
use system_tests::{Browser, Client, IdModel, Place, Server, Which, plan, until};

use crate::native;
use crate::report::{Received, Report};
use crate::scene::{EVENTS, Scene};

const NAMES: [&str; 8] =
    ["cpu", "memory", "load", "connections", "stream-open", "stream-reset", "stream-end", "stream-position"];

const RUST_CUTS: usize = 80;
const BROWSER_CUTS: usize = 20;

/// Half a second is the least that Firefox waits.
pub(crate) fn options(interval_ms: u64) -> Options {
    Options { interval: Duration::from_millis(interval_ms), retry: Retry::MIN, ..Options::default() }
}

/// The offset of an event that is published after the last cut.
pub(crate) async fn goal(scene: &Scene, cuts: usize) -> u64 {
    scene.proxy.cut_count(cuts).await;
    let cut_at = scene.newest();
    until("an event behind the last cut", || Some(scene.newest()).filter(|&newest| newest > cut_at)).await
}

async fn report(scene: &Scene, received: &[Received]) -> Report {
    Report::new(received, &scene.published().await, &scene.proxy.log(EVENTS))
}

async fn in_rust(model: IdModel, seed: u64) -> Report {
    let scene = Scene::new(options(2), plan::cuts(seed, RUST_CUTS, false)).await;
    let client = Client::new(scene.proxy.address(), EVENTS, model);
    let goal = goal(&scene, RUST_CUTS).await;
    until(&format!("event {goal} in the client"), || {
        client.look(|seen| {
            assert_eq!(seen.refused, None, "the server has sent the client away");
            let newest = seen.events.last().cloned().map(Received::from)?;
            (newest.position().offset() >= goal).then_some(())
        })
    })
    .await;

    let all = client.seen();
    assert!(all.retry.is_some_and(|retry| (500..=625).contains(&retry)), "{:?}", all.retry);
    let received: Vec<_> = all.events.into_iter().map(Received::from).collect();
    report(&scene, &received).await
}

async fn in_browser(which: Which, seed: u64) -> Report {
    let mut browser = Browser::launch(which).await;
    let scene = Scene::new(options(25), plan::cuts(seed, BROWSER_CUTS, true)).await;
    native::open(&mut browser, &scene.proxy, Server::BLANK, EVENTS, &NAMES).await;
    let goal = goal(&scene, BROWSER_CUTS).await;
    browser.wait(&format!("Number(received.at(-1)?.[1].split('-')[1]) >= {goal}")).await;
    let received = native::received(&mut browser).await;
    let report = report(&scene, &received).await;
    browser.close().await;
    report
}

#[track_caller]
fn assert_complete(report: &Report, cuts: usize) {
    assert_eq!(report.problem, None, "{report}");
    assert_eq!((report.cuts, report.gaps, report.duplicates), (cuts, 0, 0), "{report}");
    for place in Place::ALL {
        assert!(report.places.contains_key(&place), "no cut in {place:?}: {report}");
    }
}

#[tokio::test]
async fn no_event_is_lost_or_doubled_by_a_cut() {
    let mut report = in_rust(IdModel::Standard, 1).await;
    report += in_rust(IdModel::Firefox, 2).await;
    println!("{report}");
    assert_complete(&report, 2 * RUST_CUTS);
}

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn two_hundred_cuts_in_rust_and_in_the_browsers() {
    let mut all = Report::default();
    for (model, seed) in [(IdModel::Standard, 3), (IdModel::Firefox, 4)] {
        let report = in_rust(model, seed).await;
        println!("  rust, {model:?}: {report}");
        assert_complete(&report, RUST_CUTS);
        all += report;
    }
    for (which, seed) in [(Which::Chromium, 5), (Which::Firefox, 6)] {
        let report = in_browser(which, seed).await;
        println!("  {which}: {report}");
        assert_complete(&report, BROWSER_CUTS);
        all += report;
    }
    println!("{all}");
    assert_complete(&all, 200);
}
