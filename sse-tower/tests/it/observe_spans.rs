//! What a subscriber of `tracing` is told of connections.

use std::fmt::Write as _;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _, stream};
use http::Method;
use sse_core::Topic;
use sse_core::history::LiveWindow;
use sse_core::topic::LagPolicy;
use sse_tower::{Connections, Sse, SseLayer};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

use crate::support::{Count, answer, ask, frame, get, publish, ready, topic};

/// What the subscriber of this thread was told, a line each.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn new(level: LevelFilter) -> (Self, DefaultGuard) {
        let log = Self::default();
        let subscriber = tracing_subscriber::registry().with(level).with(log.clone());
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn write(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    /// What it was told since it was last asked, with `#` for the number of a connection.
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// The fields in their order, except of the number of a connection, which depends on the other tests.
#[derive(Default)]
struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        match field.name() {
            "message" => write!(self.0, " {value:?}").unwrap(),
            "id" => {
                let _number: u64 = format!("{value:?}").parse().unwrap();
            }
            name => write!(self.0, " {name}={value:?}").unwrap(),
        }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> tracing_subscriber::Layer<S> for Log {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let span = context.span(id).unwrap();
        let parent = span.parent().map_or("", |parent| parent.name());
        self.write(format!("{} {parent}>{}{}", span.metadata().level(), span.name(), fields.0));
    }

    fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        self.write(format!("record{}", fields.0));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let span = context.event_span(event).map_or("", |span| span.name());
        self.write(format!("{} {span}:{}", event.metadata().level(), fields.0));
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        self.write(format!("close {}", context.span(&id).unwrap().name()));
    }
}

fn layer() -> SseLayer {
    crate::support::layer().keep_alive(None).tracing("prices")
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_a_span_from_its_head_to_its_end() {
    let (log, _guard) = Log::new(LevelFilter::DEBUG);
    let topic = topic(10);
    let request = tracing::info_span!("request");
    let mut body = {
        let _entered = request.enter();
        answer(&layer(), get(None), Sse::topic(&topic).key("ada")).now_or_never().unwrap().into_body()
    };
    assert_eq!(
        log.take(),
        [
            "INFO >request",
            "INFO request>sse.connection stream=\"prices\" resume=\"fresh\"",
            "DEBUG sse.connection: opened key=\"ada\"",
        ]
    );
    let mut sent = ready(&mut body);
    publish(&topic, 1..=3);
    sent += &ready(&mut body);
    tokio::time::advance(Duration::from_millis(1_500)).await;
    assert_eq!(log.take(), [""; 0]);
    drop(body);
    assert_eq!(
        log.take(),
        [
            "record reason=\"client-gone\"",
            "record duration_ms=1500",
            "record events=3",
            &format!("record bytes={}", sent.len()),
            "DEBUG sse.connection: closed",
            "close sse.connection",
        ]
    );
}

#[tokio::test]
async fn what_a_stream_logs_is_within_the_span_of_its_connection() {
    let (log, _guard) = Log::new(LevelFilter::INFO);
    let talks = stream::iter([1, 2]).map(|value| {
        tracing::info!(value, "made");
        Count::Tick(value)
    });
    let mut body = answer(&layer(), get(None), Sse::new(talks)).await.into_body();
    tracing::info!("before");
    ready(&mut body);
    tracing::info!("after");
    let expected = [
        "INFO >sse.connection stream=\"prices\" resume=\"fresh\"",
        "INFO : before",
        "INFO sse.connection: made value=1",
        "INFO sse.connection: made value=2",
    ];
    let told = log.take();
    assert_eq!(told[..4], expected);
    assert_eq!(told[told.len() - 2..], ["close sse.connection", "INFO : after"]);
}

#[tokio::test(start_paused = true)]
async fn why_a_stream_failed_is_a_warning() {
    for level in [LevelFilter::WARN, LevelFilter::INFO] {
        let (log, _guard) = Log::new(level);
        let failing = Sse::new(stream::iter([Ok(Count::Tick(1)), Err("the disk is full")]));
        let mut body = answer(&layer(), get(None), failing).await.into_body();
        ready(&mut body);
        let span = if level == LevelFilter::INFO { "sse.connection" } else { "" };
        let failed = format!("WARN {span}: failed stream=\"prices\" error=the disk is full");
        let told = log.take();
        assert!(told.contains(&failed), "{told:?}");
        assert_eq!(told.contains(&"record reason=\"error\"".to_owned()), level == LevelFilter::INFO);
    }
}

#[tokio::test]
async fn a_panic_is_a_warning_and_ends_the_span() {
    let (log, _guard) = Log::new(LevelFilter::INFO);
    let panics = Sse::new(stream::poll_fn(|_| -> std::task::Poll<Option<Count>> { panic!("on purpose") }));
    let mut body = answer(&layer(), get(None), panics).await.into_body();
    frame(&mut body).await.unwrap();
    assert!(AssertUnwindSafe(async move { frame(&mut body).await }).catch_unwind().await.is_err());
    tracing::info!("after");
    let told = log.take();
    assert_eq!(told[1], "WARN sse.connection: dropped by a panic stream=\"prices\"");
    assert_eq!(told[2], "record reason=\"error\"");
    assert_eq!(told[told.len() - 2..], ["close sse.connection", "INFO : after"]);
}

#[tokio::test]
async fn who_must_start_over_and_who_is_closed_has_a_reason() {
    let (log, _guard) = Log::new(LevelFilter::DEBUG);
    let topic: Topic<Count> =
        Topic::builder().live(LiveWindow::events(5)).lag_policy(LagPolicy::Reset).build().unwrap();
    let connections = Connections::new();
    let layer = layer().connections(&connections);
    let mut body = answer(&layer, get(Some("7-secret")), Sse::topic(&topic).key("ada")).await.into_body();
    ready(&mut body);
    publish(&topic, 1..=6);
    ready(&mut body);
    connections.close("ada", "logged out");
    ready(&mut body);
    let told = log.take();
    assert_eq!(
        told[..3],
        [
            "INFO >sse.connection stream=\"prices\" resume=\"reset\"",
            "DEBUG sse.connection: opened key=\"ada\" reset=\"malformed\"",
            "DEBUG sse.connection: starts over reset=\"lagged\"",
        ]
    );
    assert_eq!(told[3], "record reason=\"closed\"");
    assert_eq!(told[7], "DEBUG sse.connection: closed because=\"logged out\"");
    assert!(!told.concat().contains("secret"), "{told:?}");
}

#[tokio::test]
async fn a_refusal_has_a_level_by_whom_it_is_about() {
    let (log, _guard) = Log::new(LevelFilter::DEBUG);
    let topic = topic(1);
    let full = Connections::builder().max(0).build();
    drop(ask(&layer().connections(&full), &topic, get(None)).await);
    let mut request = get(None);
    request.headers_mut().insert("accept", "text/html".parse().unwrap());
    drop(ask(&layer(), &topic, request).await);
    let mut head = get(None);
    *head.method_mut() = Method::HEAD;
    drop(ask(&layer().connections(&full), &topic, head).await);
    assert_eq!(
        log.take(),
        [
            "WARN : refused stream=\"prices\" status=503 reason=\"too-many-connections\"",
            "DEBUG : refused stream=\"prices\" status=406 reason=\"not-acceptable\"",
        ]
    );
}

#[tokio::test]
async fn a_body_without_a_layer_is_a_warning_and_a_layer_that_was_not_asked_says_nothing() {
    let (log, _guard) = Log::new(LevelFilter::DEBUG);
    let mut body = Sse::new(stream::iter([Count::Tick(1)])).into_response().into_body();
    ready(&mut body);
    let told = log.take();
    assert_eq!(told, ["WARN : an event stream has no `SseLayer`: it cannot be resumed, and has no keep-alive"]);
    let mut body = answer(&crate::support::layer(), get(None), Sse::topic(&topic(1))).await.into_body();
    ready(&mut body);
    drop(body);
    assert_eq!(log.take(), [""; 0]);
}
