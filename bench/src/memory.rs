//! `bench memory`: bytes of a topic, of a subscription, and of what is no longer there.
//!
//! Every case runs in a process of its own, because an allocator keeps what was freed in the one before.

use std::env;
use std::pin::pin;
use std::process::Command;
use std::task::{Context, Waker};

use futures_core::Stream as _;
use serde::Serialize;
use sse_core::Topic;
use sse_core::topic::Subscription;

use crate::payload::Tick;
use crate::{Effort, allocations, measure, report};

#[derive(Clone, Debug, Serialize)]
struct Line {
    bench: &'static str,
    case: String,
    bytes: f64,
    target: Option<f64>,
    unit: &'static str,
}

const CASES: [(&str, fn(u64)); 4] =
    [("topic", topic), ("subscription", subscription), ("waiting", waiting), ("dropped", dropped)];

/// Runs every case in a process of its own.
pub(crate) fn main(effort: Effort<'_>) {
    let this = env::current_exe().expect("the program knows where it is");
    eprintln!("{:24}  {:>12}  {:>8}", "case", "bytes", "target");
    for (case, _) in CASES.into_iter().filter(|&(case, _)| effort.includes(case)) {
        let mut child = Command::new(&this);
        child.args(["memory-of", case]).args(effort.quick.then_some("--quick"));
        assert!(child.status().is_ok_and(|status| status.success()), "{case} failed");
    }
}

/// Runs the one case that is asked for.
pub(crate) fn one(effort: Effort<'_>) {
    // A power of two, as a table that doubles has.
    let count = if effort.quick { 1 << 16 } else { 1 << 20 };
    let case = CASES.into_iter().find(|&(case, _)| case == effort.only);
    case.expect("it is one of the cases").1(count);
}

fn topic(count: u64) {
    let mut topics = places::<Topic<Tick>>(count);
    let (held, resident) = grown(|| topics.fill_with(|| Some(one_event())));
    print("topic-heap", held / measure::ratio(count, 1), Some(400.0), "bytes per topic");
    print("topic-rss", resident / measure::ratio(count, 1), Some(400.0), "bytes per topic");
}

fn subscription(count: u64) {
    let topic: Topic<Tick> = Topic::new();
    let mut subscriptions = places::<Subscription>(count);
    let (held, resident) = grown(|| subscriptions.fill_with(|| Some(topic.subscribe().expect("there is room"))));
    let size = measure::ratio(size_of::<Subscription>() as u64, 1);
    print("subscription", size, Some(32.0), "bytes per subscription");
    print("slot-heap", held / measure::ratio(count, 1), Some(24.0), "bytes per subscription");
    print("slot-rss", resident / measure::ratio(count, 1), None, "bytes per subscription, in whole pages");
}

fn waiting(count: u64) {
    let topic: Topic<Tick> = Topic::new();
    let mut subscriptions = places::<Subscription>(count);
    subscriptions.fill_with(|| Some(topic.subscribe().expect("there is room")));
    let mut context = Context::from_waker(Waker::noop());
    let (held, resident) = grown(|| {
        for subscription in subscriptions.iter_mut().flatten() {
            assert!(pin!(subscription).poll_next(&mut context).is_pending(), "nothing was published");
        }
    });
    print("waiting-heap", held / measure::ratio(count, 1), None, "bytes per subscription that waits, besides its slot");
    print(
        "waiting-rss",
        resident / measure::ratio(count, 1),
        None,
        "bytes per subscription that waits, besides its slot",
    );
}

fn dropped(count: u64) {
    let mut topics = places::<Topic<Tick>>(count);
    // What all topics of a process share is there from the first one on.
    drop(one_event());
    let (held, resident) = grown(|| {
        topics.fill_with(|| Some(one_event()));
        topics.fill_with(|| None);
    });
    print("dropped-heap", held, Some(0.0), "bytes of all topics together");
    print("dropped-rss", resident, None, "bytes of all topics together; the allocator may keep them");
}

fn one_event() -> Topic<Tick> {
    let topic = Topic::new();
    topic.publish(&Tick).expect("the event is legal and the topic open");
    topic
}

/// Places that are in memory already.
fn places<T>(count: u64) -> Vec<Option<T>> {
    (0..count).map(|_| None).collect()
}

/// By how many bytes of allocations, and of memory, the process has grown.
fn grown(run: impl FnOnce()) -> (f64, f64) {
    let before = measure::resident();
    let allocated = allocations::count(run);
    #[expect(clippy::cast_precision_loss, reason = "a machine's memory is far below 2^53")]
    let held = allocated.held as f64;
    (held, measure::resident() - before)
}

fn print(case: &str, bytes: f64, target: Option<f64>, unit: &'static str) {
    let bytes = report::rounded(bytes);
    report::print_line(&Line { bench: "memory", case: case.to_owned(), bytes, target, unit });
    let missed = if target.is_some_and(|target| bytes > target) { " MISSED" } else { "" };
    let target = target.map_or_else(String::new, |target| target.to_string());
    eprintln!("{case:24}  {bytes:>12.1}  {target:>8}  {unit}{missed}");
}
