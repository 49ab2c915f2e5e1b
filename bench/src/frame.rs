//! What an event takes on its way through the body of a response, with a layer that nobody watches.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll, Waker};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use futures_core::Stream;
use futures_util::FutureExt as _;
use http_body::Body as _;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use sse_core::Topic;
use sse_tower::{Sse, SseLayer};
use tokio::runtime::Builder;

use crate::payload::Quote;
use crate::wire::Contender;

/// How many events show what one takes.
const SAMPLE: u64 = 200;

/// Ours in the case `frame-stream`, whose events are the handler's own, or `frame-topic`, which publishes them too.
pub(crate) fn contenders(case: &str) -> Vec<Contender> {
    let run: fn(u64) = if case == "frame-stream" { stream } else { topic };
    vec![Contender { name: "ours", events: 1, run: Box::new(run), sample: SAMPLE }]
}

fn stream(events: u64) {
    let due = Arc::new(AtomicBool::new(false));
    let read = Arc::clone(&due);
    let app = Router::new().route("/", get(async move || Sse::new(OneByOne { due: read })));
    deliver(app, events, || due.store(true, Relaxed));
}

fn topic(events: u64) {
    let (topic, quote) = (Topic::new(), Quote::new());
    let read = topic.clone();
    let app = Router::new().route("/", get(async move || Sse::topic(&read)));
    deliver(app, events, || {
        topic.publish(&quote).expect("the event is legal and the topic open");
    });
}

/// An event whenever one is due.
struct OneByOne {
    due: Arc<AtomicBool>,
}

impl Stream for OneByOne {
    type Item = Quote;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Quote>> {
        if self.due.swap(false, Relaxed) { Poll::Ready(Some(Quote::new())) } else { Poll::Pending }
    }
}

/// Polls a body for so many events, each of which comes alone, as a server does.
fn deliver(app: Router, events: u64, mut publish: impl FnMut()) {
    let runtime = Builder::new_current_thread().enable_time().build().expect("a thread needs no help");
    let _context = runtime.enter();
    let request = Request::get("/").body(Body::empty()).expect("it is legal");
    let answer = TowerToHyperService::new(app.layer(SseLayer::new())).call(request).now_or_never();
    let mut body = answer.and_then(Result::ok).expect("the handler waits for nothing").into_body();
    let mut context = Context::from_waker(Waker::noop());
    let mut poll = || Pin::new(&mut body).poll_frame(&mut context);
    assert!(poll().is_ready(), "the first bytes are there at once");
    for _ in 0..events {
        publish();
        assert!(poll().is_ready(), "there is an event");
        assert!(poll().is_pending(), "there is one event");
    }
}
