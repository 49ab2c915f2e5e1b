//! Every connection case, over each HTTP client.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use client_tests::player::Seen;
use client_tests::{Case, Expect, HttpService, Player, Report, Transport};
use sse_tower::client::{EventSource, ReadyState};
use system_tests::LONG;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::expected::{Expected, expected};
use crate::watch::Watch;

/// Instead of 3 s, where a case does not say otherwise.
const RECONNECTION_TIME: Duration = Duration::from_millis(50);
/// However many attempts have failed.
const LONGEST_DELAY: Duration = Duration::from_millis(400);

#[tokio::test]
#[ignore = "needs Node; `cargo xtask ci connection` runs it"]
async fn every_case_with_hyper() {
    play(Transport::Hyper).await;
}

#[tokio::test]
#[ignore = "needs Node; `cargo xtask ci connection` runs it"]
async fn every_case_with_reqwest() {
    play(Transport::Reqwest).await;
}

async fn play(transport: Transport) {
    let player = Arc::new(Player::new().await);
    let mut running = JoinSet::new();
    let (mut passed, mut not_applicable, mut failed) = (0, 0, 0);
    for case in player.cases().await {
        let expect = match expected(&case) {
            Expected::Judged(expect, why) => {
                if let Some(why) = why {
                    println!("ours: {}: {why}", case.id);
                }
                expect
            }
            Expected::NotApplicable(why) => {
                println!("not applicable: {}: {why}", case.id);
                not_applicable += 1;
                continue;
            }
        };
        let player = Arc::clone(&player);
        running.spawn(async move { (case.id.clone(), run(&player, &case, &expect, transport).await) });
    }
    while let Some(ended) = running.join_next().await {
        let (id, problems) = ended.unwrap();
        if problems.is_empty() {
            passed += 1;
        } else {
            failed += 1;
            println!("FAILED {id}: {}", problems.join("; "));
        }
    }
    println!("{transport:?}: {passed} passed, {not_applicable} not applicable");
    assert!(failed == 0 && passed > 0, "{transport:?}: {failed} failed");
}

fn source(case: &Case, service: HttpService) -> EventSource {
    let builder = EventSource::builder(case.url.parse().unwrap());
    // The longest that may be drawn, so that it can be foreseen.
    let builder = builder.entropy(|| u64::MAX).longest_delay(LONGEST_DELAY);
    let builder = if case.id == "retry/default" { builder } else { builder.reconnection_time(RECONNECTION_TIME) };
    builder.build(service)
}

/// Plays one case, and says what is not as expected.
async fn run(player: &Player, case: &Case, expect: &Expect, transport: Transport) -> Vec<String> {
    let service = if case.id == "body/gzip" { transport.decompressing() } else { transport.service() };
    let clients = case.many.unwrap_or(if case.twice { 2 } else { 1 });
    let mut watches = Vec::new();
    for _ in 0..clients {
        let mut watch = Watch::new(source(case, service.clone()));
        watch.until(|watch| is_reached(case, expect, watch)).await;
        if case.close || case.twice {
            watch.source.close();
        }
        watches.push(watch);
    }
    if case.close {
        let gone = async { while player.report(case).await.open > 0 {} };
        timeout(LONG, gone).await.expect("the server sees the close");
    }
    let report = player.report(case).await;
    watches.iter().flat_map(|watch| problems(expect, watch, &report)).collect()
}

const fn state(watch: &Watch) -> u8 {
    match watch.source.ready_state() {
        ReadyState::Connecting => 0,
        ReadyState::Open => 1,
        ReadyState::Closed => 2,
    }
}

/// Whether a client has shown all that is expected. One that is to end by itself has to.
fn is_reached(case: &Case, expect: &Expect, watch: &Watch) -> bool {
    let state_is = match expect.state {
        _ if case.close || case.twice => true,
        Some(2) | None => return false,
        Some(other) => state(watch) == other,
    };
    state_is
        && watch.opens.len() >= expect.opens.unwrap_or(1)
        && watch.errors() >= expect.errors.unwrap_or(0)
        && watch.events.len() >= expect.data.as_ref().map_or(0, Vec::len)
}

fn problems(expect: &Expect, watch: &Watch, report: &Report) -> Vec<String> {
    let mut problems = Vec::new();
    let requests = &report.requests;
    compare(&mut problems, "state", expect.state.as_ref(), &state(watch));
    compare(&mut problems, "requests", expect.requests.as_ref(), &requests.len());
    compare(&mut problems, "opens", expect.opens.as_ref(), &watch.opens.len());
    compare(&mut problems, "errors", expect.errors.as_ref(), &watch.errors());
    let data = watch.data().into_iter().map(str::to_owned).collect();
    compare(&mut problems, "data", expect.data.as_ref(), &data);
    let ids = watch.events.iter().map(|event| event.last_event_id.as_str().to_owned()).collect();
    compare(&mut problems, "ids", expect.ids.as_ref(), &ids);
    let sent = requests.iter().map(Seen::last_event_id).collect();
    compare(&mut problems, "Last-Event-ID", expect.last_event_ids.as_ref(), &sent);
    let targets = requests.iter().map(|seen| seen.path.contains("to=1")).collect();
    compare(&mut problems, "redirected", expect.targets.as_ref(), &targets);
    let methods = requests.iter().map(|seen| seen.method.clone()).collect();
    compare(&mut problems, "methods", expect.methods.as_ref(), &methods);
    for (name, value) in expect.headers.iter().flatten() {
        let found = requests.first().and_then(|seen| seen.headers.get(name)).cloned();
        compare(&mut problems, name, Some(&Some(value.clone())), &found);
    }
    for (n, &wanted) in expect.delays.iter().flatten().enumerate() {
        let said = watch.causes.get(n).map(|(_, delay)| delay.as_millis());
        let seen = requests.get(n + 1).and_then(|next| next.t.checked_sub(requests[n].ended?));
        // A millisecond for each that is rounded. How late a request comes is the machine's affair.
        if said.is_none_or(|said| said.abs_diff(wanted.into()) > 1) || seen.is_none_or(|seen| seen + 2 < wanted) {
            problems.push(format!("the delay {n} is {said:?}, of which {seen:?} passed, not {wanted}"));
        }
    }
    problems
}

fn compare<T: PartialEq + Debug>(problems: &mut Vec<String>, what: &str, expected: Option<&T>, actual: &T) {
    if let Some(expected) = expected.filter(|&expected| expected != actual) {
        let mut both = format!("{what} {actual:?}, not {expected:?}");
        both.truncate(300);
        problems.push(both);
    }
}
