//! What an application's tests see of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response as AxumResponse};
use axum::routing::{get, post};
use futures_util::{StreamExt as _, stream};
use http::{Request, Response, StatusCode};
use http_body_util::StreamBody;
use sse_core::history::ResetReason;
use sse_core::topic::{LagPolicy, Start};
use sse_core::{Retention, SseDecode, SseEvent, Topic};
use sse_tower::client::Resume;
use sse_tower::test::{self, Clock, End, Error, Events};
use sse_tower::timer::Timer as _;
use sse_tower::{ControlEvents, LastEventId, Sse, SseLayer};

#[derive(Clone, Debug, PartialEq, Eq, SseEvent, SseDecode)]
#[sse(rename_all = "kebab-case")]
enum Order {
    Placed {
        item: String,
    },
    Paid(u64),
    #[sse(terminal)]
    Shipped,
}

/// A whole application: an order is placed, paid and shipped, and its page sees that.
#[derive(Clone)]
struct App {
    orders: Topic<Order>,
    requests: Arc<AtomicUsize>,
}

impl App {
    fn router(&self, clock: &Clock) -> Router {
        Router::new()
            .route("/orders", get(events).post(pay))
            .route("/orders/{item}", post(place))
            .route("/slow", get(async || std::future::pending::<StatusCode>().await))
            .route("/failing", get(async || Sse::new(stream::iter([Ok(Order::Paid(1)), Err("the disk is full")]))))
            .layer(SseLayer::with_timer(clock.clone()))
            .with_state(self.clone())
    }
}

async fn events(State(app): State<App>, id: LastEventId) -> AxumResponse {
    app.requests.fetch_add(1, Ordering::Relaxed);
    if id.as_bytes() == Some(b"forbidden") {
        return StatusCode::FORBIDDEN.into_response();
    }
    IntoResponse::into_response(Sse::topic(&app.orders))
}

async fn place(State(app): State<App>, Path(item): Path<String>) -> StatusCode {
    app.orders.publish(&Order::Placed { item }).map_or(StatusCode::GONE, |_| StatusCode::ACCEPTED)
}

async fn pay(State(app): State<App>, cents: String) -> impl IntoResponse {
    let paid = Order::Paid(cents.parse().unwrap());
    app.orders.publish(&paid).unwrap();
    app.orders.publish(&Order::Shipped).unwrap();
    // A POST may be answered with a stream too.
    Sse::new(stream::iter([paid]))
}

fn app() -> (App, Clock, Router) {
    let orders = Topic::builder().keep(Retention::events(2)).build().unwrap();
    let app = App { orders, requests: Arc::default() };
    let clock = Clock::new();
    let router = app.router(&clock);
    (app, clock, router)
}

fn page(id: &str) -> Request<String> {
    Request::get("/orders").header("last-event-id", id).body(String::new()).unwrap()
}

async fn post_to(router: &Router, uri: &str, body: &str) -> Events<Order> {
    test::ask(router.clone(), Request::post(uri).body(body.to_owned()).unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_whole_application_is_seen_as_its_page_sees_it() -> Result<(), Box<dyn std::error::Error>> {
    let (app, clock, router) = app();
    let mut page_a = test::ask::<Order>(router.clone(), page("")).await?;
    page_a.none_now()?;
    assert_eq!(page_a.retry().map(|retry| (3_000..=3_750).contains(&retry)), Some(true));
    assert_eq!(page_a.opened().await?.resume, Resume::Fresh);
    assert_eq!(page_a.opened().await?.keep_alive, Some(Duration::from_secs(15)));

    assert_eq!(post_to(&router, "/orders/tea", "").await.head().status, StatusCode::ACCEPTED);
    assert_eq!(page_a.next().await?, Order::Placed { item: "tea".into() });
    page_a.none_now()?;

    // The page goes away with an id, and the clock's sleeper and the place in the topic are free.
    let id = page_a.last_event_id().clone();
    assert_eq!((clock.sleepers(), app.orders.subscribers()), (1, 1));
    drop(page_a);
    assert_eq!((clock.sleepers(), app.orders.subscribers()), (0, 0));

    let mut paying = post_to(&router, "/orders", "725").await;
    assert_eq!(paying.next().await?, Order::Paid(725));
    assert_eq!(paying.ended().await?, End::Complete);

    let mut page_b = test::ask::<Order>(router.clone(), page(id.as_str())).await?;
    assert_eq!(page_b.next().await?, Order::Paid(725));
    assert_eq!(page_b.opened().await?.resume, Resume::Recovered, "it is known also when it was passed");
    assert_eq!(page_b.next().await?, Order::Shipped);
    assert_eq!(page_b.ended().await?, End::Complete);
    assert_eq!(page_b.ended().await?, End::Complete, "it stays ended");
    assert_eq!(page_b.last_event_id(), "=end");

    let over = test::ask::<Order>(router, page("=end")).await?;
    assert_eq!(over.head().status, StatusCode::NO_CONTENT);
    assert_eq!(app.requests.load(Ordering::Relaxed), 3);
    Ok(())
}

#[tokio::test]
async fn a_reset_is_an_error_until_it_is_asked_for() -> Result<(), Box<dyn std::error::Error>> {
    let (app, _, router) = app();
    let first = app.orders.position();
    for cents in 1..=4 {
        app.orders.publish(&Order::Paid(cents))?;
    }
    let mut events = test::ask::<Order>(router, page(&first.to_string())).await?;
    assert_eq!(events.opened().await?.resume, Resume::Reset(Some(ResetReason::Evicted)));
    let error = events.next().await.unwrap_err();
    assert_eq!(error.to_string(), "expected an event, but the client must start over: evicted");
    assert_eq!(format!("{error:?}"), error.to_string());
    assert!(!error.is_nothing());
    assert!(events.none_now().is_err());
    assert_eq!(events.reset().await?.reason, Some(ResetReason::Evicted));
    assert_eq!(events.next().await?, Order::Paid(3));
    Ok(())
}

#[tokio::test]
async fn a_reader_that_lags_is_reset_within_the_stream() -> Result<(), Box<dyn std::error::Error>> {
    let topic: Topic<Order> = Topic::builder().keep(Retention::events(2)).lag_policy(LagPolicy::Reset).build()?;
    let mut events = test::events::<Order>(Sse::topic(&topic).after_reset(Start::Latest).into_response());
    events.none_now()?;
    for cents in 0..10_000 {
        topic.publish(&Order::Paid(cents))?;
    }
    let reset = events.reset().await?;
    assert_eq!(reset.reason, Some(ResetReason::Lagged));
    Ok(())
}

#[tokio::test]
async fn a_connection_is_kept_alive_exactly_when_it_is_due() -> Result<(), Box<dyn std::error::Error>> {
    let (app, clock, router) = app();
    let mut events = test::ask::<Order>(router, page("")).await?;
    assert_eq!(events.comments(), 0);
    for count in 1..=3 {
        clock.advance(Duration::from_millis(14_999));
        assert_eq!(events.comments(), count - 1);
        clock.advance(Duration::from_millis(1));
        assert_eq!(events.comments(), count);
    }
    // An event puts it off.
    clock.advance(Duration::from_secs(10));
    app.orders.publish(&Order::Paid(1))?;
    assert_eq!(events.next().await?, Order::Paid(1));
    clock.advance(Duration::from_secs(5));
    assert_eq!(events.comments(), 3);
    assert_eq!(clock.advance_to_next(), Some(Duration::from_secs(10)));
    assert_eq!(events.comments(), 4);
    Ok(())
}

#[tokio::test]
async fn what_is_authorised_for_a_minute_ends_when_the_clock_has_passed_it() -> Result<(), Box<dyn std::error::Error>> {
    let clock = Clock::new();
    let until = clock.system_time() + Duration::from_mins(1);
    let handler = async move || Sse::new(stream::pending::<Order>()).expires_at(until);
    let router = Router::new().route("/orders", get(handler)).layer(SseLayer::with_timer(clock.clone()));
    let mut events = test::ask::<Order>(router, page("")).await?;
    for _ in 0..4 {
        events.none_now()?;
        clock.advance(Duration::from_secs(15));
    }
    assert_eq!(events.ended().await?, End::Closed);
    Ok(())
}

#[tokio::test]
async fn a_sleeper_is_woken_in_another_task() -> Result<(), Box<dyn std::error::Error>> {
    let (_, clock, router) = app();
    let mut events = test::ask::<Order>(router, page("")).await?;
    events.none_now()?;
    let reader = tokio::spawn(async move {
        let error = events.patience(Duration::from_millis(200)).next().await.unwrap_err();
        error.is_nothing()
    });
    while clock.sleepers() == 0 {
        tokio::task::yield_now().await;
    }
    clock.advance(Duration::from_secs(15));
    assert!(reader.await?);
    Ok(())
}

#[tokio::test]
async fn nothing_waits_forever() {
    let (_, _, router) = app();
    let mut events = test::ask::<Order>(router, page("")).await.unwrap().patience(Duration::ZERO);
    for error in [
        events.next().await.map(drop).unwrap_err(),
        events.next_raw().await.map(drop).unwrap_err(),
        events.reset().await.map(drop).unwrap_err(),
        events.ended().await.map(drop).unwrap_err(),
    ] {
        assert!(error.is_nothing());
        assert!(error.to_string().ends_with(", but nothing has come"), "{error}");
    }
    let mut events = events.patience(Duration::from_millis(20));
    let error = events.next().await.unwrap_err();
    assert_eq!(error.to_string(), "expected an event, but nothing came within 20ms");
}

/// The time that a test waits is not tokio's, which may stand still or jump.
#[tokio::test(start_paused = true)]
async fn the_patience_is_real_under_a_paused_clock_too() {
    let router =
        Router::new().route("/orders", get(async || Sse::new(stream::pending::<Order>()))).layer(SseLayer::new());
    let events = test::ask::<Order>(router, page("")).await.unwrap();
    assert!(events.patience(Duration::from_millis(50)).next().await.unwrap_err().is_nothing());
}

#[tokio::test]
async fn events_of_other_tasks_are_waited_for() {
    let (sender, receiver) = tokio::sync::mpsc::channel::<Order>(1);
    let orders = stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver)));
    let mut events = test::events::<Order>(Sse::new(Box::pin(orders)).into_response());
    let sending = tokio::task::spawn_blocking(move || (0..100).all(|n| sender.blocking_send(Order::Paid(n)).is_ok()));
    for cents in 0..100 {
        assert_eq!(events.next().await.unwrap(), Order::Paid(cents));
    }
    assert!(sending.await.unwrap());
    assert_eq!(events.ended().await.unwrap(), End::Complete);
}

/// A response of any server.
fn response(chunks: &[Result<&'static str, &'static str>]) -> Events<Order> {
    let frames = stream::iter(chunks.to_vec()).map(|chunk| chunk.map(|text| http_body::Frame::data(text.as_bytes())));
    let response = Response::builder().header("content-type", "text/event-stream");
    test::events(response.body(StreamBody::new(frames)).unwrap())
}

#[track_caller]
fn says<T: std::fmt::Debug>(result: Result<T, Error>, expected: &str) {
    assert_eq!(result.unwrap_err().to_string(), expected);
}

#[tokio::test]
async fn what_came_instead_is_said_and_stays() {
    let mut events = response(&[
        Ok("event: cancelled\ndata: x\n\nevent: paid\ndata: much\n\n: a\n:b\n\nevent: pa"),
        Ok("id\nid: 7\ndata: 1\n\n:c\n"),
        Err("cable cut"),
    ]);
    let order = std::any::type_name::<Order>();
    let unknown = format!("there is an event `cancelled` with the data \"x\", which is none of `{order}`");
    says(events.next().await, &unknown);
    says(events.next().await, &unknown);
    says(events.none_now(), "expected nothing, but there is an event `cancelled` with the data \"x\"");
    says(events.opened().await, "expected `stream-open`, but there is an event `cancelled` with the data \"x\"");
    assert_eq!(events.next_raw().await.unwrap().name, "cancelled");

    let payload = events.next().await.unwrap_err().to_string();
    assert!(payload.starts_with("there is an event `paid` with the data \"much\": "), "{payload}");
    assert_eq!(events.comments(), 0, "those behind an event are not read yet");
    assert_eq!(events.next_raw().await.unwrap().data, "much");

    assert_eq!(events.comments(), 2);
    assert_eq!(events.last_event_id(), "", "its event was not asked for yet");
    assert_eq!(events.next().await.unwrap(), Order::Paid(1));
    assert_eq!(events.last_event_id(), "7");
    says(events.next().await, "expected an event, but the body has failed: cable cut");
    assert_eq!(events.ended().await.unwrap(), End::Broken);
    assert_eq!(events.comments(), 3);
}

#[tokio::test]
async fn a_long_datum_is_shown_by_its_beginning_and_a_too_long_one_is_lost() {
    let mut events = response(&[
        Ok("data: "),
        Ok(Box::leak("é".repeat(300).into_boxed_str())),
        Ok("\n\ndata: "),
        Ok(Box::leak("x".repeat(20 << 20).into_boxed_str())),
        Ok("\n\nevent: paid\ndata: 1\n\n"),
    ]);
    let beginning = "é".repeat(200);
    says(
        events.none_now(),
        &format!("expected nothing, but there is an event `message` with the data \"{beginning}\"… (600 bytes)"),
    );
    events.next_raw().await.unwrap();
    let lost = events.next_raw().await.unwrap_err().to_string();
    assert!(lost.contains("limit"), "{lost}");
    assert_eq!(events.next().await.unwrap(), Order::Paid(1));
    assert_eq!(events.ended().await.unwrap(), End::Closed);
}

#[tokio::test]
async fn a_refusal_says_what_it_is() {
    let (_, _, router) = app();
    let mut refused = test::ask::<Order>(router.clone(), page("forbidden")).await.unwrap();
    says(refused.next().await, "expected an event, but the status is 403 Forbidden");
    says(refused.ended().await, "expected the end, but the status is 403 Forbidden");
    for (response, expected) in [
        (Response::builder(), "expected an event, but the content type is not `text/event-stream`"),
        (
            Response::builder().header("content-type", "text/event-stream").header("content-encoding", "gzip"),
            "expected an event, but the body is compressed, and must be decompressed first",
        ),
    ] {
        says(test::events::<Order>(response.body(String::from("data: x\n\n")).unwrap()).next().await, expected);
    }
}

#[tokio::test]
async fn a_failing_service_and_a_failing_stream_are_told_apart() {
    let failing = tower::service_fn(async |_: Request<String>| Err::<Response<String>, _>("no database"));
    says(test::ask::<Order>(failing, page("")).await, "expected a response, but the service failed: no database");
    let (_, clock, router) = app();
    let mut events = test::ask::<Order>(router, Request::get("/failing").body(String::new()).unwrap()).await.unwrap();
    assert_eq!(events.next().await.unwrap(), Order::Paid(1));
    events.none_now().unwrap();
    assert_eq!(events.comments(), 1, "`: error`");
    clock.advance(Duration::from_millis(50));
    says(events.next().await, "expected an event, but the body has failed: the disk is full");
}

#[tokio::test]
async fn without_control_events_there_is_none_to_be_asked_for() {
    let layer = SseLayer::with_timer(Clock::new()).control_events(ControlEvents::Off);
    let router = Router::new().route("/orders", get(async || Sse::new(stream::iter([Order::Paid(1)])))).layer(layer);
    let mut events = test::ask::<Order>(router, page("")).await.unwrap();
    says(events.opened().await, "expected `stream-open`, but there is an event `paid` with the data \"1\"");
    assert_eq!(events.next().await.unwrap(), Order::Paid(1));
    assert_eq!(events.ended().await.unwrap(), End::Closed);
    assert!(events.retry().is_some());
}

#[test]
fn a_tests_events_may_be_sent_to_a_task() {
    const fn is_send<T: Send>() {}
    is_send::<Events<Order>>();
    is_send::<Clock>();
}

/// A body of another kind than bytes, and boxed as frameworks do.
#[tokio::test]
async fn any_body_is_read() {
    let response = Sse::new(stream::iter([Order::Shipped])).into_response().map(http_body_util::BodyExt::boxed_unsync);
    assert_eq!(test::events::<Order>(response).next().await.unwrap(), Order::Shipped);
}
