//! One snapshot for many connections.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use futures_util::FutureExt as _;
use http_body::Body as _;
use http_body_util::BodyExt as _;
use sse_core::history::Retention;
use sse_core::{Position, Topic};
use sse_tower::{SharedSnapshot, Sse, SseLayer};
use tokio::sync::Notify;

use crate::support::{BoxBody, Count, EPOCH, answer, frame, get, layer, ready, topic};

/// A shared snapshot whose function waits to be let go, and counts its calls.
struct Held {
    snapshot: SharedSnapshot,
    go: Arc<Notify>,
    calls: Arc<AtomicUsize>,
    position: Arc<Mutex<Option<Position>>>,
}

impl Held {
    fn new(max_age: Duration) -> Self {
        let (go, calls, position) = (Arc::new(Notify::new()), Arc::default(), Arc::default());
        let (waits, counter, named) = (Arc::clone(&go), Arc::clone(&calls), Arc::clone(&position));
        let snapshot = SharedSnapshot::new(max_age, move || {
            let call: usize = AtomicUsize::fetch_add(&counter, 1, Ordering::Relaxed) + 1;
            let (waits, position): (_, Option<Position>) = (Arc::clone(&waits), *Mutex::lock(&named).unwrap());
            async move {
                waits.notified().await;
                ([Count::Add(call as u64)], position)
            }
        });
        Self { snapshot, go, calls, position }
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    /// A connection that has been told that it is open, and waits.
    async fn connect(&self, topic: &Topic<Count>, layer: &SseLayer) -> BoxBody {
        let mut body = answer(layer, get(None), Sse::topic(topic).snapshot(&self.snapshot)).await.into_body();
        assert!(frame(&mut body).await.unwrap().contains("\"fresh\""));
        body
    }
}

fn add(offset: u64, value: u64) -> String {
    format!("id: {EPOCH}-{offset}\nevent: add\ndata: {value}\n\n")
}

#[tokio::test]
async fn a_thousand_who_come_together_cost_one_call() {
    let topic = topic(100);
    let held = Held::new(Duration::ZERO);
    let mut tasks = Vec::new();
    for _ in 0..1_000 {
        let mut body = held.connect(&topic, &layer()).await;
        assert_eq!(ready(&mut body), "");
        tasks.push(tokio::spawn(async move { body.frame().await.unwrap().unwrap().into_data().unwrap() }));
    }
    tokio::task::yield_now().await;
    assert_eq!(held.calls(), 1);
    held.go.notify_one();
    let mut first = None;
    for task in tasks {
        let bytes = task.await.unwrap();
        assert_eq!(bytes, add(0, 1));
        // They share the bytes too.
        assert_eq!(*first.get_or_insert(bytes.as_ptr()), bytes.as_ptr());
    }
    assert_eq!(held.calls(), 1);
}

/// The waker of one task, which counts.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn poll(body: &mut BoxBody, woken: &Arc<Woken>) -> Option<String> {
    match pin!(body).poll_frame(&mut Context::from_waker(&Waker::from(Arc::clone(woken)))) {
        Poll::Ready(frame) => Some(String::from_utf8(frame.unwrap().unwrap().into_data().unwrap().to_vec()).unwrap()),
        Poll::Pending => None,
    }
}

#[tokio::test]
async fn who_leads_may_go_away_or_never_be_polled_again() {
    for goes_away in [true, false] {
        let topic = topic(100);
        let held = Held::new(Duration::ZERO);
        let wakers: [Arc<Woken>; 3] = Default::default();
        let mut leader = held.connect(&topic, &layer()).await;
        let [mut second, mut third] = [held.connect(&topic, &layer()).await, held.connect(&topic, &layer()).await];
        assert_eq!(poll(&mut leader, &wakers[0]), None);
        assert_eq!(poll(&mut second, &wakers[1]), None);
        assert_eq!(poll(&mut third, &wakers[2]), None);
        let leader = (!goes_away).then_some(leader);
        held.go.notify_one();
        let woken = wakers.each_ref().map(|woken| woken.0.load(Ordering::Relaxed));
        assert_eq!(woken, [usize::from(!goes_away), 1, 1]);
        assert_eq!(poll(&mut third, &wakers[2]), Some(add(0, 1)));
        assert_eq!(poll(&mut second, &wakers[1]), Some(add(0, 1)));
        assert_eq!(held.calls(), 1);
        drop(leader);
    }
}

#[tokio::test]
async fn when_all_have_gone_the_next_one_calls_anew() {
    let topic = topic(100);
    let held = Held::new(Duration::from_secs(1));
    let mut bodies = [held.connect(&topic, &layer()).await, held.connect(&topic, &layer()).await];
    for body in &mut bodies {
        assert_eq!(ready(body), "");
    }
    drop(bodies);
    let mut next = held.connect(&topic, &layer()).await;
    assert_eq!(ready(&mut next), "");
    assert_eq!(held.calls(), 2);
    held.go.notify_one();
    assert_eq!(ready(&mut next), add(0, 2));
}

#[tokio::test(start_paused = true)]
async fn a_result_is_shared_up_to_its_age() {
    let topic = topic(100);
    let held = Held::new(Duration::from_secs(10));
    // Two layers count time from two instants.
    let early = layer();
    tokio::time::advance(Duration::from_secs(1_000)).await;
    let late = layer();
    let mut body = held.connect(&topic, &early).await;
    assert_eq!(ready(&mut body), "");
    // The age counts from the call.
    tokio::time::advance(Duration::from_secs(4)).await;
    held.go.notify_one();
    assert_eq!(ready(&mut body), add(0, 1));
    topic.publish(&Count::Add(7)).unwrap();
    for layer in [&early, &late] {
        tokio::time::advance(Duration::from_millis(2_999)).await;
        assert_eq!(ready(&mut held.connect(&topic, layer).await), format!("{}{}", add(0, 1), add(1, 7)));
    }
    tokio::time::advance(Duration::from_millis(2)).await;
    held.go.notify_one();
    assert_eq!(ready(&mut held.connect(&topic, &late).await), add(1, 2));
    assert_eq!(held.calls(), 2);
}

#[tokio::test]
async fn with_no_age_or_no_timer_only_those_share_who_wait_together() {
    let topic = topic(100);
    let held = Held::new(Duration::ZERO);
    for call in 1..=3 {
        held.go.notify_one();
        assert_eq!(ready(&mut held.connect(&topic, &layer()).await), add(0, call));
    }
    let held = Held::new(Duration::from_hours(1));
    for call in 1..=3 {
        held.go.notify_one();
        // No layer, no timer.
        let mut alone = Sse::topic(&topic).snapshot(&held.snapshot).into_response().into_body();
        assert!(ready(&mut alone).ends_with(&add(0, call)));
    }
}

/// What a caller's own position was counts for nothing: others may have come later, and the state is as of the call.
#[tokio::test]
async fn a_state_without_a_position_is_one_of_before_its_call() {
    let topic = topic(100);
    let held = Held::new(Duration::ZERO);
    topic.publish(&Count::Add(10)).unwrap();
    let mut early = held.connect(&topic, &layer()).await;
    assert_eq!(ready(&mut early), "");
    topic.publish(&Count::Add(20)).unwrap();
    let mut late = held.connect(&topic, &layer()).await;
    assert_eq!(ready(&mut late), "");
    held.go.notify_one();
    let expected = format!("{}{}", add(1, 1), add(2, 20));
    assert_eq!((ready(&mut early), ready(&mut late)), (expected.clone(), expected));
}

/// Nothing is kept, so that only what is held for a reader can follow. Who came too late for the first call takes part in
/// one that begins after it came, and in the same one as all others.
#[tokio::test]
async fn who_cannot_use_it_waits_for_the_next_call() {
    let topic = Topic::builder().epoch(EPOCH.parse().unwrap()).keep(Retention::none()).build().unwrap();
    let held = Held::new(Duration::from_hours(1));
    *held.position.lock().unwrap() = Some(topic.position());
    let mut early = held.connect(&topic, &layer()).await;
    assert_eq!(ready(&mut early), "");
    topic.publish(&Count::Add(10)).unwrap();
    let mut late = Vec::new();
    for _ in 0..100 {
        let mut body = held.connect(&topic, &layer()).await;
        assert_eq!(ready(&mut body), "");
        late.push(body);
    }
    *held.position.lock().unwrap() = Some(topic.position());
    held.go.notify_one();
    assert_eq!(ready(&mut early), format!("{}{}", add(0, 1), add(1, 10)));
    for body in &mut late {
        assert_eq!(ready(body), "");
    }
    assert_eq!(held.calls(), 2);
    topic.publish(&Count::Add(20)).unwrap();
    held.go.notify_one();
    let expected = format!("{}{}", add(1, 2), add(2, 20));
    for body in &mut late {
        assert_eq!(ready(body), expected);
    }
    assert_eq!(held.calls(), 2);
}

#[tokio::test]
async fn a_failure_is_for_all_who_wait_and_for_nobody_else() {
    let topic = topic(100);
    let calls = Arc::new(AtomicUsize::new(0));
    let (go, counter) = (Arc::new(Notify::new()), Arc::clone(&calls));
    let waits = Arc::clone(&go);
    let snapshot = SharedSnapshot::new(Duration::from_hours(1), move || {
        let call = counter.fetch_add(1, Ordering::Relaxed);
        let waits = Arc::clone(&waits);
        async move {
            waits.notified().await;
            if call == 0 { Err("the database is gone") } else { Ok(([Count::Add(7)], None)) }
        }
    });
    let connect = async || answer(&layer(), get(None), Sse::topic(&topic).snapshot(&snapshot)).await.into_body();
    let mut bodies = [connect().await, connect().await];
    for body in &mut bodies {
        drop(ready(body));
    }
    go.notify_one();
    for body in &mut bodies {
        assert_eq!(frame(body).await.unwrap(), ": error\n\n");
        assert_eq!(body.frame().await.unwrap().unwrap_err().to_string(), "the database is gone");
    }
    go.notify_one();
    assert!(ready(&mut connect().await).ends_with(&add(0, 7)));
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}

/// A snapshot that is there when this says so, or panics, and wakes nobody.
fn unannounced(panics: bool) -> (SharedSnapshot, Arc<AtomicBool>) {
    let is_there = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&is_there);
    let snapshot = SharedSnapshot::new(Duration::ZERO, move || {
        let flag = Arc::clone(&flag);
        poll_fn(move |_| {
            if !flag.load(Ordering::Relaxed) {
                return Poll::Pending;
            }
            assert!(!panics, "as it is meant to");
            Poll::Ready(([Count::Add(7)], None::<Position>))
        })
    });
    (snapshot, is_there)
}

#[tokio::test]
async fn whoever_finds_it_done_wakes_the_others_even_by_a_panic() {
    for panics in [false, true] {
        let topic = topic(100);
        let (snapshot, is_there) = unannounced(panics);
        let connect = async || {
            let mut body = answer(&layer(), get(None), Sse::topic(&topic).snapshot(&snapshot)).await.into_body();
            frame(&mut body).await.unwrap();
            body
        };
        let [mut first, mut second] = [connect().await, connect().await];
        let woken = Arc::<Woken>::default();
        assert_eq!(poll(&mut first, &woken), None);
        is_there.store(true, Ordering::Relaxed);
        let found = catch_unwind(AssertUnwindSafe(|| ready(&mut second)));
        assert_eq!(found.ok(), (!panics).then(|| add(0, 7)));
        assert_eq!(woken.0.load(Ordering::Relaxed), 1);
        let told = poll(&mut first, &woken);
        assert_eq!(told, Some(if panics { ": error\n\n".to_owned() } else { add(0, 7) }));
    }
}

/// A step of the call is announced while another is at it, who then goes away.
#[tokio::test]
async fn who_finds_the_call_busy_is_woken_when_it_is_not() {
    let topic = topic(100);
    let second = Arc::new(Mutex::new(None));
    let woken = Arc::<Woken>::default();
    let (place, counter) = (Arc::clone(&second), Arc::clone(&woken));
    let snapshot = SharedSnapshot::new(Duration::ZERO, move || {
        let (place, counter) = (Arc::clone(&place), Arc::clone(&counter));
        let mut is_first = true;
        poll_fn(move |cx| {
            if !std::mem::take(&mut is_first) {
                return Poll::Ready(([Count::Add(7)], None::<Position>));
            }
            cx.waker().wake_by_ref();
            assert_eq!(poll(place.lock().unwrap().as_mut().unwrap(), &counter), None);
            Poll::Pending
        })
    });
    let connect = async || {
        let mut body = answer(&layer(), get(None), Sse::topic(&topic).snapshot(&snapshot)).await.into_body();
        frame(&mut body).await.unwrap();
        body
    };
    let mut first = connect().await;
    *second.lock().unwrap() = Some(connect().await);
    assert_eq!(ready(&mut first), "");
    drop(first);
    assert_eq!(woken.0.load(Ordering::Relaxed), 1);
    let mut body = second.lock().unwrap().take().unwrap();
    assert_eq!(poll(&mut body, &woken), Some(add(0, 7)));
}

/// Nothing but the call wakes those who wait: there is no keep-alive.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_many_threads_nobody_waits_for_ever() {
    let topic = topic(100);
    let layer = layer().keep_alive(None);
    for round in 0..100 {
        let snapshot = SharedSnapshot::new(Duration::ZERO, move || async move {
            for _ in 0..round % 5 {
                tokio::task::yield_now().await;
            }
            ([Count::Add(round)], None::<Position>)
        });
        let mut tasks = tokio::task::JoinSet::new();
        for caller in 0..20 {
            let mut body = answer(&layer, get(None), Sse::topic(&topic).snapshot(&snapshot)).await.into_body();
            frame(&mut body).await.unwrap();
            tasks.spawn(async move {
                if caller % 3 == 0 {
                    // Some go away when they have begun.
                    drop(body.frame().now_or_never());
                } else {
                    assert_eq!(frame(&mut body).await.unwrap(), add(0, round));
                }
            });
        }
        let all = async { while tasks.join_next().await.transpose().unwrap().is_some() {} };
        tokio::time::timeout(Duration::from_secs(20), all).await.expect("somebody was not woken");
    }
}
