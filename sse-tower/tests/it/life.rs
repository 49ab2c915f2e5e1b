//! Connections whose time is over: by their age, or because what they were authorised by expires.

use std::pin::Pin;
use std::time::{Duration, SystemTime};

use futures_util::{FutureExt as _, stream};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use sse_core::EventName;
use sse_tower::timer::{Sleep, Timer, TokioTimer};
use sse_tower::{ControlEvents, Sse, SseLayer};
use tokio::time::Instant;

use crate::support::{BoxBody, Count, EPOCH, answer, ask, frame, get, layer, publish, ready, topic};

/// What a body sends from now on, and after how many seconds it ends.
async fn rest(body: &mut BoxBody) -> (String, u64) {
    let start = Instant::now();
    let mut text = String::new();
    let read = async {
        while let Some(frame) = frame(body).await {
            text.push_str(&frame);
        }
    };
    tokio::time::timeout(Duration::from_hours(24), read).await.expect("the body does not end");
    assert!(body.is_end_stream());
    (text, start.elapsed().as_secs())
}

#[tokio::test(start_paused = true)]
async fn a_connection_ends_at_a_part_of_its_age() {
    let topic = topic(10);
    for (entropy, seconds) in [(0, 80), (1 << 63, 90), (u64::MAX, 100)] {
        let layer = SseLayer::new().entropy(move || entropy).keep_alive(None).max_age(Duration::from_secs(100));
        let mut body = answer(&layer, get(None), Sse::topic(&topic)).await.into_body();
        assert!(frame(&mut body).await.unwrap().contains("stream-open"));
        assert_eq!(rest(&mut body).await, (String::new(), seconds));
        assert_eq!(body.frame().await.map(drop), None);
        drop(body);
        assert_eq!(topic.subscribers(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn keep_alives_come_until_the_end() {
    let topic = topic(10);
    let layer = layer().keep_alive(Duration::from_secs(30)).max_age(Duration::from_secs(100));
    let mut body = answer(&layer, get(None), Sse::topic(&topic)).await.into_body();
    ready(&mut body);
    assert_eq!(rest(&mut body).await, (":\n:\n".to_owned(), 80));
}

#[tokio::test(start_paused = true)]
async fn no_connection_is_younger_than_most_of_a_second() {
    let layer = layer().max_age(Duration::ZERO);
    let mut body = answer(&layer, get(None), Sse::topic(&topic(10))).await.into_body();
    let start = Instant::now();
    rest(&mut body).await;
    assert_eq!(start.elapsed().as_millis(), 800);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_never_quiet_ends_too() {
    for keep_alive in [None, Some(Duration::from_secs(15))] {
        let layer = layer().keep_alive(keep_alive).max_age(Duration::from_secs(100));
        let busy = Sse::new(stream::repeat_with(|| Count::Tick(1)));
        let mut body = answer(&layer, get(None), busy).await.into_body();
        frame(&mut body).await.unwrap();
        let mut seconds = 0;
        while let Some(text) = frame(&mut body).await {
            assert!(text.ends_with("event: tick\ndata: 1\n\n"), "{text}");
            tokio::time::advance(Duration::from_secs(1)).await;
            seconds += 1;
        }
        assert_eq!(seconds, 81); // the piece after 80 s is the last
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_is_told_before_the_end_how_far_it_has_come() {
    for (control_events, last) in [
        (ControlEvents::On, format!("event: stream-position\nid: {EPOCH}-3\ndata: {{}}\n\n")),
        (ControlEvents::Off, String::new()),
    ] {
        let topic = topic(10);
        let layer = layer().keep_alive(None).max_age(Duration::from_secs(100)).control_events(control_events);
        let sse = Sse::topic(&topic).only([EventName::from_static("noise")]);
        let mut body = answer(&layer, get(None), sse).await.into_body();
        ready(&mut body);
        publish(&topic, 1..=3);
        assert_eq!(ready(&mut body), "");
        assert_eq!(rest(&mut body).await, (last, 80));
    }
}

/// Tokio's timer, for which it was a certain time of day when the test began.
#[derive(Debug)]
struct At(TokioTimer, SystemTime);

impl Timer for At {
    fn now(&self) -> Duration {
        self.0.now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.0.sleep(duration)
    }

    fn system_time(&self) -> SystemTime {
        self.1 + self.0.now()
    }
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn a_connection_ends_when_it_expires() {
    let topic = topic(10);
    let layer = SseLayer::with_timer(At(TokioTimer::new(), at(1_000))).keep_alive(None);
    for (expires_at, max_age, seconds) in [(1_060, 100, 60), (1_200, 10, 8)] {
        let layer = layer.clone().max_age(Duration::from_secs(max_age)).entropy(|| 0);
        let mut body = answer(&layer, get(None), Sse::topic(&topic).expires_at(at(expires_at))).await.into_body();
        ready(&mut body);
        assert_eq!(rest(&mut body).await, (String::new(), seconds));
    }
}

#[tokio::test(start_paused = true)]
async fn what_has_expired_is_opened_and_ends_at_once() {
    let topic = topic(10);
    let layer = SseLayer::with_timer(At(TokioTimer::new(), at(1_000)));
    for expires_at in [at(0), at(999), at(1_000)] {
        let response = answer(&layer, get(None), Sse::topic(&topic).expires_at(expires_at)).await;
        assert_eq!(response.status(), 200);
        let mut body = response.into_body();
        let open = frame(&mut body).await.unwrap();
        assert!(open.contains("event: stream-open\n") && !open.contains("stream-end"), "{open}");
        assert_eq!(frame(&mut body).now_or_never(), Some(None));
    }
}

#[tokio::test(start_paused = true)]
async fn without_an_age_a_connection_stays() {
    let mut body = ask(&layer().keep_alive(None).max_age(None), &topic(10), get(None)).await.into_body();
    frame(&mut body).await.unwrap();
    assert!(tokio::time::timeout(Duration::from_hours(24 * 365), frame(&mut body)).await.is_err());
}
