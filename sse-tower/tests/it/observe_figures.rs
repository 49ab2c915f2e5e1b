//! What becomes of the figures, whatever becomes of a connection.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, SystemTime};

use futures_util::{FutureExt as _, stream};
use http::Method;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use sse_core::Topic;
use sse_core::history::{LiveWindow, ResetReason};
use sse_core::topic::LagPolicy;
use sse_tower::{AtShutdown, Connections, ControlEvents, Resumed, Shutdown, Source, Sse, SseLayer};

use crate::support::{BoxBody, Count, EPOCH, answer, ask, frame, get, publish, ready, topic};

/// A recorder of this thread, which counts what the test does and nothing else.
pub(crate) struct Figures {
    handle: PrometheusHandle,
    _recorder: metrics::LocalRecorderGuard<'static>,
}

impl Figures {
    pub(crate) fn new() -> Self {
        Self::of(PrometheusBuilder::new())
    }

    pub(crate) fn of(builder: PrometheusBuilder) -> Self {
        // It lives as long as the test.
        let recorder = Box::leak(Box::new(builder.build_recorder()));
        Self { handle: recorder.handle(), _recorder: metrics::set_default_local_recorder(recorder) }
    }

    pub(crate) fn page(&self) -> String {
        self.handle.render()
    }

    /// Every figure of the stream `t` that is not zero, without that label.
    fn read(&self) -> BTreeMap<String, u64> {
        let page = self.page();
        let lines =
            page.lines().filter(|line| !line.is_empty() && !line.starts_with('#') && !line.contains("quantile"));
        let figures = lines.map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(name.contains("stream=\"t\""), "{line}");
            let name = name.replace("stream=\"t\",", "").replace("{stream=\"t\"}", "").replace('"', "");
            // Of seconds the whole ones.
            (name, value.split('.').next().unwrap().parse().unwrap())
        });
        figures.filter(|(_, value)| *value != 0).collect()
    }

    #[track_caller]
    fn expect(&self, expected: &[(&str, u64)]) {
        let expected: BTreeMap<_, _> = expected.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        assert_eq!(self.read(), expected);
    }

    fn get(&self, name: &str) -> u64 {
        self.read().get(name).copied().unwrap_or_default()
    }
}

/// A layer whose figures have the name `t`, and which is quiet.
fn layer() -> SseLayer {
    crate::support::layer().keep_alive(None).metrics("t")
}

fn pending() -> Sse<impl Source + Send + 'static> {
    Sse::new(stream::pending::<Count>())
}

/// Opens a connection and does something to it until it ends: the figures name this reason, and no connection is left.
async fn ends<S: Source + Send + 'static>(reason: &str, layer: SseLayer, sse: Sse<S>, then: impl FnOnce(&mut BoxBody)) {
    let figures = Figures::new();
    let mut body = answer(&layer, get(None), sse.key("ada")).await.into_body();
    assert_eq!(figures.get("sse_connections"), 1);
    ready(&mut body);
    then(&mut body);
    let rest = async { while frame(&mut body).await.is_some() {} };
    drop(tokio::time::timeout(Duration::from_secs(30), rest).await);
    drop(body);
    let closed = format!("sse_connections_closed_total{{reason={reason}}}");
    let read = figures.read();
    let left = read.keys().filter(|name| name.starts_with("sse_connection")).map(String::as_str).collect::<Vec<_>>();
    let duration = ["sse_connection_duration_seconds_count", "sse_connection_duration_seconds_sum"];
    let expected = [duration[0], duration[1], &closed, "sse_connections_opened_total{resume=fresh}"];
    let is_instant = !read.contains_key(duration[1]);
    assert_eq!(left, expected.into_iter().filter(|name| !is_instant || *name != duration[1]).collect::<Vec<_>>());
    assert_eq!(read[&closed], 1);
}

#[tokio::test(start_paused = true)]
async fn every_end_is_counted_and_leaves_nothing() {
    let (connections, shutdown, topic) = (Connections::new(), Shutdown::new(), topic(10));
    ends("client-gone", layer(), pending(), |_| ()).await;
    ends("ended", layer(), Sse::new(stream::iter([Count::Tick(1)])), |_| ()).await;
    ends("max-age", layer().max_age(Duration::from_secs(10)), pending(), |_| ()).await;
    ends("expired", layer(), pending().expires_at(SystemTime::UNIX_EPOCH), |_| ()).await;
    let close = |_: &mut BoxBody| assert_eq!(connections.close("ada", "logged out"), 1);
    ends("closed", layer().connections(&connections), pending(), close).await;
    ends("kicked", layer(), Sse::topic(&topic), |_| assert_eq!(topic.kick(), 1)).await;
    ends("shutdown", layer().shutdown(&shutdown).at_shutdown(AtShutdown::End), pending(), |_| shutdown.begin()).await;
    let topic: Topic<Count> = Topic::builder().live(LiveWindow::events(5)).build().unwrap();
    ends("lagged", layer(), Sse::topic(&topic), |_| publish(&topic, 1..=6)).await;
    let burst = layer().polyfills(true);
    let figures = Figures::new();
    let mut request = get(None);
    *request.uri_mut() = "/?burst".parse().unwrap();
    let mut body = answer(&burst, request, pending()).await.into_body();
    while frame(&mut body).await.is_some() {}
    assert_eq!(figures.get("sse_connections_closed_total{reason=burst}"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_fails_is_an_error() {
    let figures = Figures::new();
    let failing = Sse::new(stream::iter([Ok(Count::Tick(1)), Err("the disk is full")]));
    let mut body = answer(&layer(), get(None), failing).await.into_body();
    ready(&mut body);
    assert_eq!(figures.get("sse_connections_closed_total{reason=error}"), 1);
    assert_eq!(figures.get("sse_connections"), 0);
}

#[tokio::test]
async fn a_stream_that_panics_is_an_error_and_leaves_nothing() {
    let figures = Figures::new();
    let panics = Sse::new(stream::poll_fn(|_| -> std::task::Poll<Option<Count>> { panic!("on purpose") }));
    let mut body = answer(&layer(), get(None), panics).await.into_body();
    frame(&mut body).await.unwrap();
    // As the task of a connection that panics.
    let polled = AssertUnwindSafe(async move { frame(&mut body).await }).catch_unwind().await;
    assert!(polled.is_err());
    assert_eq!(figures.get("sse_connections_closed_total{reason=error}"), 1);
    assert_eq!(figures.get("sse_connections"), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_is_counted_and_so_is_its_time() {
    let figures = Figures::new();
    let topic = topic(10);
    let layer = layer().keep_alive(Duration::from_secs(15));
    let mut body = answer(&layer, get(None), Sse::topic(&topic)).await.into_body();
    let mut sent = ready(&mut body);
    publish(&topic, 1..=3);
    sent += &ready(&mut body);
    sent += &frame(&mut body).await.unwrap();
    assert!(sent.ends_with("data: 3\n\n:\n"), "{sent}");
    let bytes = sent.len() as u64;
    let opened = ("sse_connections_opened_total{resume=fresh}", 1);
    let open = [("sse_connections", 1), opened, ("sse_sent_bytes_total", bytes), ("sse_sent_events_total", 3)];
    figures.expect(&open);
    drop(body);
    figures.expect(&[
        ("sse_connection_duration_seconds_count", 1),
        ("sse_connection_duration_seconds_sum", 15),
        ("sse_connections_closed_total{reason=client-gone}", 1),
        opened,
        ("sse_sent_bytes_total", bytes),
        ("sse_sent_events_total", 3),
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_never_polled_has_come_and_gone() {
    let figures = Figures::new();
    drop(answer(&layer(), get(None), pending()).await);
    figures.expect(&[
        ("sse_connection_duration_seconds_count", 1),
        ("sse_connections_closed_total{reason=client-gone}", 1),
        ("sse_connections_opened_total{resume=fresh}", 1),
    ]);
}

#[tokio::test]
async fn what_becomes_of_an_id_is_counted() {
    let topic = topic(2);
    publish(&topic, 1..=5);
    let id = |offset: u64| format!("{EPOCH}-{offset}");
    for (brought, resume, reason) in [
        (None, "fresh", None),
        (Some(id(4)), "recovered", None),
        (Some(id(1)), "reset", Some("evicted")),
        (Some("another0000-1".to_owned()), "reset", Some("unknown-epoch")),
        (Some(id(9)), "reset", Some("future")),
        (Some("<script>".to_owned()), "reset", Some("malformed")),
        (Some("=reset".to_owned()), "reset", Some("lagged")),
    ] {
        let figures = Figures::new();
        let response = ask(&layer(), &topic, get(brought.as_deref())).await;
        let opened = format!("sse_connections_opened_total{{resume={resume}}}");
        let reset = reason.map(|reason| format!("sse_resets_total{{reason={reason}}}"));
        let reset = reset.as_deref().map(|reset| (reset, 1));
        let expected: Vec<_> = [("sse_connections", 1), (&*opened, 1)].into_iter().chain(reset).collect();
        figures.expect(&expected);
        drop(response);
    }
    let figures = Figures::new();
    drop(answer(&layer(), get(Some("7")), pending()).await);
    let resumed = Sse::new(stream::pending::<Count>()).resumed(Resumed::Reset(ResetReason::Evicted));
    drop(answer(&layer(), get(Some("7")), resumed).await);
    assert_eq!(figures.get("sse_connections_opened_total{resume=unsupported}"), 1);
    assert_eq!(figures.get("sse_resets_total{reason=evicted}"), 1);
}

#[tokio::test]
async fn who_loses_events_within_a_stream_is_counted() {
    for (control_events, resets, closed) in [(ControlEvents::On, 1, 0), (ControlEvents::Off, 0, 1)] {
        let figures = Figures::new();
        let topic: Topic<Count> =
            Topic::builder().live(LiveWindow::events(5)).lag_policy(LagPolicy::Reset).build().unwrap();
        let layer = layer().control_events(control_events);
        let mut body = answer(&layer, get(None), Sse::topic(&topic)).await.into_body();
        ready(&mut body);
        publish(&topic, 1..=6);
        ready(&mut body);
        assert_eq!(figures.get("sse_resets_total{reason=lagged}"), resets);
        assert_eq!(figures.get("sse_connections_closed_total{reason=lagged}"), closed);
        assert_eq!(figures.get("sse_connections"), 1 - closed);
    }
}

#[tokio::test]
async fn every_refusal_is_counted_except_of_head() {
    let full = Connections::builder().max(0).build();
    let one = Connections::builder().max_per_key(0).build();
    let down = Shutdown::new();
    down.begin();
    let off = layer().control_events(ControlEvents::Off);
    let plain = topic(1);
    for (reason, layer, topic, method, header) in [
        ("ended", layer(), &plain, Method::GET, Some(("last-event-id", "=end"))),
        ("method-not-allowed", layer(), &plain, Method::DELETE, None),
        ("not-acceptable", layer(), &plain, Method::GET, Some(("accept", "text/html"))),
        ("unresumable", off, &plain, Method::GET, Some(("last-event-id", "nonsense"))),
        ("too-many-connections", layer().connections(&full), &plain, Method::GET, None),
        // As a browser asks, which is answered by 200.
        (
            "too-many-connections",
            layer().connections(&full),
            &plain,
            Method::GET,
            Some(("accept", "text/event-stream")),
        ),
        ("shutting-down", layer().shutdown(&down), &plain, Method::GET, None),
    ] {
        for (method, count) in [(method.clone(), 1), (Method::HEAD, 0)] {
            let figures = Figures::new();
            let mut request = get(None);
            *request.method_mut() = method;
            header.map(|(name, value)| {
                request.headers_mut().insert// Of seconds the whole ones.
            (name, value.split('.').next().unwrap().parse().unwrap())
            });
            drop(ask(&layer, topic, request).await);
            let refused = format!("sse_requests_refused_total{{reason={reason}}}");
            let expected = [(&*refused, count)];
            figures.expect(if count > 0 { &expected } else { &[] });
        }
    }
    for (reason, key) in [("too-many-of-key", "ada".to_owned()), ("key-too-long", "a".repeat(257))] {
        let figures = Figures::new();
        drop(answer(&layer().connections(&one), get(None), pending().key(key)).await);
        figures.expect(&[(&format!("sse_requests_refused_total{{reason={reason}}}"), 1)]);
    }
}

#[tokio::test]
async fn clones_of_a_layer_count_together_and_layers_by_name() {
    let figures = Figures::new();
    let layer = layer();
    let other = SseLayer::new().metrics("other");
    let open = [answer(&layer, get(None), pending()).await, answer(&layer.clone(), get(None), pending()).await];
    let third = answer(&other, get(None), pending()).await;
    let page = figures.page();
    assert!(page.contains("sse_connections{stream=\"t\"} 2\n"), "{page}");
    assert!(page.contains("sse_connections{stream=\"other\"} 1\n"), "{page}");
    drop((open, third));
    let page = figures.page();
    assert!(page.contains("sse_connections{stream=\"t\"} 0\n"), "{page}");
    assert!(page.contains("sse_connections{stream=\"other\"} 0\n"), "{page}");
}

#[tokio::test]
async fn a_layer_without_a_name_counts_nothing() {
    let figures = Figures::new();
    drop(answer(&crate::support::layer(), get(None), pending()).await);
    assert_eq!(figures.page(), "");
}
