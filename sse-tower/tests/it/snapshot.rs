//! The state that a client begins with: the application's, and the newest event of each key.

use std::future::ready as at_once;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use http_body::Body as _;
use http_body_util::BodyExt as _;
use sse_core::event::With;
use sse_core::history::{LiveWindow, Retention};
use sse_core::topic::{LagPolicy, TopicBuilder};
use sse_core::{EventId, EventName, Position, SseEvent, Topic};
use sse_tower::source::Subscribed;
use sse_tower::{ControlEvents, Sse};
use tokio::sync::Notify;

use crate::scene::World;
use crate::support::{Count, EPOCH, answer, frame, get, layer, ready};

const OPEN: &str =
    "retry: 3000\nevent: stream-open\ndata: {\"resume\":\"fresh\",\"keepAlive\":\"comment\",\"keepAliveMs\":15000}\n\n";

/// The sum as up to three events, whose values must each be applied once.
fn in_parts((sum, position): (u64, Position)) -> (Vec<Count>, Option<Position>) {
    let parts = [sum / 3, sum / 3, sum - 2 * (sum / 3)];
    (parts.into_iter().filter(|part| *part > 0).map(Count::Add).collect(), Some(position))
}

pub(crate) fn with_sum(world: &World) -> Sse<Subscribed> {
    let state = Arc::clone(&world.state);
    Sse::topic(&world.topics[0]).snapshot(move || at_once(in_parts(*state.lock().unwrap())))
}

pub(crate) fn adding(keep: usize, before: u64, set: fn(TopicBuilder<Count>) -> TopicBuilder<Count>) -> World {
    let world = World::one(|topic| set(topic.keep(Retention::events(keep))));
    world.next(before, Count::Add);
    world
}

/// It is never sent to those who are moved; what they lost they were told.
#[tokio::test]
async fn who_is_moved_gets_no_snapshot() {
    let world = adding(100, 5, |topic| topic.live(LiveWindow::events(3)).lag_policy(LagPolicy::Skip));
    let mut body = answer(&layer(), get(Some("k3x9f0q2m1-5")), with_sum(&world)).await.into_body();
    ready(&mut body);
    world.next(6, Count::Add);
    assert_eq!(ready(&mut body), "event: stream-reset\nid: k3x9f0q2m1-11\ndata: {\"reason\":\"lagged\"}\n\n");
    world.next(1, Count::Add);
    assert_eq!(ready(&mut body), "id: k3x9f0q2m1-12\nevent: add\ndata: 12\n\n");
}

/// A topic that keeps the newest event of each of three keys, besides those that it keeps at all.
pub(crate) fn levels(keep: usize, before: u64, set: fn(TopicBuilder<Count>) -> TopicBuilder<Count>) -> World {
    let world = World::one(|topic| {
        set(topic.keep(Retention::events(keep)).latest_per_key(3, |event: &Count| match event {
            Count::Level(value) => Some(value % 3),
            _ => None,
        }))
    });
    world.next(before, Count::Level);
    world
}

#[tokio::test]
async fn the_newest_of_each_key_need_not_come_first() {
    let world = levels(100, 5, |topic| topic);
    let sse = Sse::topic(&world.topics[0]).latest_per_key(false);
    let mut body = answer(&layer(), get(None), sse).await.into_body();
    assert!(ready(&mut body).contains("id: k3x9f0q2m1-5\ndata: {\"resume\":\"fresh\""));
}

/// The application's comes instead.
#[tokio::test]
async fn there_is_only_one_snapshot() {
    let world = levels(100, 5, |topic| topic);
    let at = world.topics[0].position();
    let sse = Sse::topic(&world.topics[0]).snapshot(move || at_once(([Count::Add(1)], at)));
    let mut body = answer(&layer(), get(None), sse).await.into_body();
    assert_eq!(ready(&mut body), format!("{OPEN}id: {EPOCH}-5\nevent: add\ndata: 1\n\n"));
}

/// A function that waits to be let go, each time that it is called; and the number of calls.
fn held(
    state: &Arc<Mutex<(u64, Position)>>,
    names_position: bool,
) -> (
    impl Fn() -> futures_util::future::BoxFuture<'static, ([Count; 1], Option<Position>)> + use<>,
    Arc<Notify>,
    Arc<AtomicUsize>,
) {
    let (go, calls) = (Arc::new(Notify::new()), Arc::new(AtomicUsize::new(0)));
    let (state, waits, counter) = (Arc::clone(state), Arc::clone(&go), Arc::clone(&calls));
    let f = move || -> futures_util::future::BoxFuture<'static, _> {
        counter.fetch_add(1, Ordering::Relaxed);
        let (sum, position) = *state.lock().unwrap();
        let waits = Arc::clone(&waits);
        Box::pin(async move {
            waits.notified().await;
            ([Count::Add(sum)], names_position.then_some(position))
        })
    };
    (f, go, calls)
}

#[tokio::test]
async fn what_is_published_meanwhile_comes_behind_it() {
    for (keep, names_position) in [(100, true), (0, true), (100, false), (0, false)] {
        let world = adding(keep, 5, |topic| topic);
        let (f, go, calls) = held(&world.state, names_position);
        let sse = Sse::topic(&world.topics[0]).snapshot(f);
        let mut body = answer(&layer(), get(None), sse).await.into_body();
        world.next(1, Count::Add);
        assert_eq!(ready(&mut body), OPEN);
        world.next(1, Count::Add);
        assert_eq!(ready(&mut body), "");
        go.notify_one();
        assert_eq!(
            ready(&mut body),
            format!("id: {EPOCH}-6\nevent: add\ndata: 21\n\nid: {EPOCH}-7\nevent: add\ndata: 7\n\n")
        );
        assert_eq!(calls.load(Ordering::Relaxed), 1);
    }
}

/// The position may be one from before the client came.
#[tokio::test]
async fn a_state_from_before_is_as_good_if_what_followed_is_kept() {
    let world = adding(100, 5, |topic| topic);
    let at: Position = "k3x9f0q2m1-3".parse().unwrap();
    let sse = Sse::topic(&world.topics[0]).snapshot(move || at_once(([Count::Add(6)], at)));
    let mut body = answer(&layer(), get(None), sse).await.into_body();
    assert_eq!(
        ready(&mut body),
        format!(
            "{OPEN}id: {EPOCH}-3\nevent: add\ndata: 6\n\n\
             id: {EPOCH}-4\nevent: add\ndata: 4\n\nid: {EPOCH}-5\nevent: add\ndata: 5\n\n"
        )
    );
}

/// A slow function and a fast topic: what followed is gone each time, and is there the third time, or never.
#[tokio::test]
async fn a_state_that_is_too_old_is_read_anew_and_in_the_end_given_up() {
    for policy in [LagPolicy::Close, LagPolicy::Reset, LagPolicy::Skip] {
        for too_slow in [1, 2, 3] {
            let world =
                World::one(|topic| topic.keep(Retention::none()).live(LiveWindow::events(3)).lag_policy(policy));
            let (f, go, calls) = held(&world.state, true);
            let sse = Sse::topic(&world.topics[0]).snapshot(f);
            let mut body = answer(&layer(), get(None), sse).await.into_body();
            assert_eq!(ready(&mut body), OPEN);
            for call in 1..=too_slow {
                assert_eq!(calls.load(Ordering::Relaxed), call);
                world.next(10, Count::Add);
                go.notify_one();
                if call < too_slow {
                    assert_eq!(ready(&mut body), "");
                }
            }
            let head = 10 * too_slow;
            if too_slow < 3 {
                assert_eq!(ready(&mut body), "");
                world.next(1, Count::Add);
                go.notify_one();
                let sum = head * (head + 1) / 2;
                let next = head + 1;
                assert_eq!(
                    ready(&mut body),
                    format!(
                        "id: {EPOCH}-{head}\nevent: add\ndata: {sum}\n\nid: {EPOCH}-{next}\nevent: add\ndata: {next}\n\n"
                    )
                );
                assert_eq!(calls.load(Ordering::Relaxed), too_slow + 1);
            } else {
                assert_eq!(
                    ready(&mut body),
                    format!("event: stream-reset\nid: {EPOCH}-{head}\ndata: {{\"reason\":\"evicted\"}}\n\n")
                );
                world.next(1, Count::Add);
                assert_eq!(ready(&mut body), format!("id: {EPOCH}-31\nevent: add\ndata: 31\n\n"));
                assert_eq!(calls.load(Ordering::Relaxed), 3);
            }
        }
    }
}

/// The reader has trailed behind the live window while the function ran, but nothing that follows is gone.
#[tokio::test]
async fn a_slow_function_is_caught_up_with_from_what_is_kept() {
    for policy in [LagPolicy::Close, LagPolicy::Reset, LagPolicy::Skip] {
        let world = World::one(|topic| topic.live(LiveWindow::events(3)).lag_policy(policy));
        let (f, go, calls) = held(&world.state, true);
        let sse = Sse::topic(&world.topics[0]).snapshot(f);
        let mut body = answer(&layer(), get(None), sse).await.into_body();
        ready(&mut body);
        world.next(50, Count::Add);
        go.notify_one();
        let text = ready(&mut body);
        assert!(text.starts_with(&format!("id: {EPOCH}-0\nevent: add\ndata: 0\n\nid: {EPOCH}-1\n")), "{text}");
        assert_eq!(text.matches("event: add\n").count(), 51, "{text}");
        assert_eq!(calls.load(Ordering::Relaxed), 1);
    }
}

#[tokio::test]
async fn who_was_told_to_leave_does_not_get_it() {
    let world = adding(100, 5, |topic| topic);
    let (f, go, _) = held(&world.state, true);
    let mut body = answer(&layer(), get(None), Sse::topic(&world.topics[0]).snapshot(f)).await.into_body();
    ready(&mut body);
    world.topics[0].kick();
    go.notify_one();
    assert_eq!(frame(&mut body).await, None);
}

#[tokio::test]
async fn a_topic_that_has_ended_still_has_its_state() {
    let world = adding(100, 5, |topic| topic);
    let (f, go, _) = held(&world.state, true);
    let mut body = answer(&layer(), get(None), Sse::topic(&world.topics[0]).snapshot(f)).await.into_body();
    ready(&mut body);
    world.publish([Count::Done]);
    go.notify_one();
    assert_eq!(
        ready(&mut body),
        format!(
            "id: {EPOCH}-5\nevent: add\ndata: 15\n\nid: {EPOCH}-6\nevent: done\ndata:\n\n\
             event: stream-end\nid: =end\ndata: {{}}\n\n"
        )
    );
    assert!(body.is_end_stream());
}

/// The topic says when the stream is complete; its state may hold what ended it.
#[tokio::test]
async fn a_terminal_event_within_it_ends_nothing() {
    let topic: Topic<Count> = crate::support::topic(10);
    let at = topic.position();
    let sse = Sse::topic(&topic).snapshot(move || at_once(([Count::Done, Count::Add(1)], at)));
    let mut body = answer(&layer(), get(None), sse).await.into_body();
    assert_eq!(ready(&mut body), format!("{OPEN}event: done\ndata:\n\nid: {EPOCH}-0\nevent: add\ndata: 1\n\n"));
    topic.publish(&Count::Add(2)).unwrap();
    assert_eq!(ready(&mut body), format!("id: {EPOCH}-1\nevent: add\ndata: 2\n\n"));
}

#[tokio::test]
async fn what_cannot_be_sent_breaks_the_body_off() {
    async fn check<E: SseEvent + Clone + Send + Sync + 'static>(event: E, message: &str) {
        let topic: Topic<Count> = crate::support::topic(10);
        let sse = Sse::topic(&topic).snapshot(move || at_once((vec![event.clone(), event.clone()], None)));
        let mut body = answer(&layer(), get(None), sse).await.into_body();
        frame(&mut body).await.unwrap();
        assert_eq!(frame(&mut body).await.unwrap(), ": error\n\n");
        let error = body.frame().await.unwrap().unwrap_err();
        assert!(error.is_encode() && error.to_string().contains(message), "{error}");
        assert!(body.frame().await.is_none());
    }
    #[derive(Clone, SseEvent)]
    enum Broken {
        Map(std::collections::BTreeMap<[u8; 2], u8>),
        #[sse(skip)]
        Never,
        Id(#[sse(id)] String),
    }
    check(Broken::Map([([1, 2], 3)].into()), "does not serialize").await;
    check(Broken::Never, "never sent").await;
    check(Broken::Id("7".into()), "an id of its own").await;
    check(With::new(Count::Tick(1)).id(EventId::from(7)), "an id of its own").await;
    check(With::new(Count::Tick(1)).id(EventId::from_static("=end")), "an id of its own").await;
    check(Forged, "control events").await;
}

/// An event with a name of ours.
#[derive(Clone)]
struct Forged;

impl SseEvent for Forged {
    fn fields(&self) -> Result<sse_core::event::EventFields, sse_core::event::EncodeError> {
        Ok(sse_core::event::EventFields::new(EventName::from_static("stream-reset")))
    }

    fn write_data(&self, _: &mut sse_core::event::DataSink<'_>) -> Result<(), sse_core::event::EncodeError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_function_that_fails_breaks_the_body_off() {
    let topic: Topic<Count> = crate::support::topic(10);
    let sse = Sse::topic(&topic).snapshot(|| at_once(Err::<(Vec<Count>, Option<Position>), _>("the database is gone")));
    let mut body = answer(&layer(), get(None), sse).await.into_body();
    frame(&mut body).await.unwrap();
    assert_eq!(frame(&mut body).await.unwrap(), ": error\n\n");
    let error = body.frame().await.unwrap().unwrap_err();
    assert!(error.is_stream());
    assert_eq!(error.to_string(), "the database is gone");
}

#[tokio::test]
async fn a_large_one_is_handed_over_in_pieces() {
    let topic: Topic<Count> = crate::support::topic(10);
    let sse = Sse::topic(&topic).snapshot(|| at_once(((0..20_000).map(Count::Add), None)));
    let mut body = answer(&layer(), get(None), sse).await.into_body();
    frame(&mut body).await.unwrap();
    let mut whole = String::new();
    while whole.matches("event: add\n").count() < 20_000 {
        let piece = frame(&mut body).await.unwrap();
        assert!(piece.len() < 65 * 1024 && piece.ends_with("\n\n"));
        whole.push_str(&piece);
    }
    assert_eq!(whole.matches("id: ").count(), 1);
    assert!(whole.ends_with(&format!("id: {EPOCH}-0\nevent: add\ndata: 19999\n\n")));
}

/// It is read when the body is, and only if it is needed; a HEAD needs none.
#[tokio::test]
async fn it_is_read_only_when_it_is_needed() {
    let world = adding(100, 5, |topic| topic);
    let (f, _, calls) = held(&world.state, true);
    let f = Arc::new(f);
    let sse = || {
        let f = Arc::clone(&f);
        Sse::topic(&world.topics[0]).snapshot(move || f())
    };
    let mut recovered = answer(&layer(), get(Some("k3x9f0q2m1-2")), sse()).await.into_body();
    ready(&mut recovered);
    let mut head = get(None);
    *head.method_mut() = http::Method::HEAD;
    let response = answer(&layer(), head, sse()).await;
    assert_eq!(response.headers()["sse-resume"], "fresh");
    let _unread = answer(&layer(), get(None), sse()).await;
    assert_eq!(calls.load(Ordering::Relaxed), 0);
    assert_eq!(world.topics[0].subscribers(), 2);
    // Without a layer nothing is resumed, and everybody begins with it.
    let mut alone = sse().into_response().into_body();
    assert!(ready(&mut alone).contains("\"resume\":\"unsupported\""));
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn no_position_is_told_before_it_has_come() {
    let world = adding(100, 5, |topic| topic);
    let (f, go, _) = held(&world.state, true);
    let sse = Sse::topic(&world.topics[0]).only([EventName::from_static("tick")]).snapshot(f);
    let mut body = answer(&layer(), get(None), sse).await.into_body();
    frame(&mut body).await.unwrap();
    assert_eq!(frame(&mut body).await.unwrap(), ":\n");
    world.next(1, Count::Add);
    assert_eq!(frame(&mut body).await.unwrap(), ":\n");
    go.notify_one();
    // What is left out of the topic's events is not left out of the snapshot.
    assert_eq!(frame(&mut body).await.unwrap(), format!("id: {EPOCH}-5\nevent: add\ndata: 15\n\n"));
    assert_eq!(frame(&mut body).await.unwrap(), format!("event: stream-position\nid: {EPOCH}-6\ndata: {{}}\n\n"));
    assert_eq!(frame(&mut body).await.unwrap(), ":\n");
}

#[tokio::test]
async fn without_control_events_it_is_events_and_nothing_else() {
    let off = layer().control_events(ControlEvents::Off);
    for (before, events) in
        [(5, "event: add\ndata: 5\n\nevent: add\ndata: 5\n\nid: k3x9f0q2m1-5\nevent: add\ndata: 5\n\n"), (0, "")]
    {
        let world = adding(100, before, |topic| topic);
        let mut body = answer(&off, get(None), with_sum(&world)).await.into_body();
        assert_eq!(ready(&mut body), format!(":\nretry: 3000\n{events}"));
        world.next(1, Count::Add);
        let next = before + 1;
        assert_eq!(ready(&mut body), format!("id: {EPOCH}-{next}\nevent: add\ndata: {next}\n\n"));
    }
}

fn assert_send_sync<T: Send + Sync>(_: &T) {}

#[test]
fn a_body_with_a_snapshot_can_be_sent_and_shared() {
    let world = adding(100, 5, |topic| topic);
    assert_send_sync(&with_sum(&world).into_response().into_body());
}
