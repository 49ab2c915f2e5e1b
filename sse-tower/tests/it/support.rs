//! What several of the tests need: an enum, requests, and the frames of a body.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty};
use sse_core::wire::SseItem;
use sse_core::{SseEvent, Topic};
use sse_tower::source::Events;
use sse_tower::{GateBody, Source, Sse, SseBody, SseLayer};
use tower::{Layer as _, ServiceExt as _};

pub(crate) const EPOCH: &str = "k3x9f0q2m1";

#[derive(Clone, SseEvent)]
#[sse(rename_all = "kebab-case")]
pub(crate) enum Count {
    Tick(u64),
    /// What a route may leave out.
    Noise(u64),
    /// Something that must be applied exactly once.
    Add(u64),
    /// The newest value of its key, which is the value modulo 3.
    Level(u64),
    Cpu(u64),
    Disk(u64),
    #[sse(terminal)]
    Done,
}

pub(crate) fn topic(keep: usize) -> Topic<Count> {
    Topic::builder().epoch(EPOCH.parse().unwrap()).keep(sse_core::Retention::events(keep)).build().unwrap()
}

pub(crate) fn publish(topic: &Topic<Count>, values: impl IntoIterator<Item = u64>) {
    for value in values {
        topic.publish(&Count::Tick(value)).unwrap();
    }
}

/// A layer whose bytes are the same on every run.
pub(crate) fn layer() -> SseLayer {
    SseLayer::new().entropy(|| 0)
}

pub(crate) fn get(last_event_id: Option<&str>) -> Request<Empty<Bytes>> {
    let mut request = Request::get("/");
    if let Some(id) = last_event_id {
        request = request.header("last-event-id", id);
    }
    request.body(Empty::new()).unwrap()
}

/// The response of a service that is the topic's stream, under the layer.
pub(crate) async fn ask(
    layer: &SseLayer,
    topic: &Topic<Count>,
    request: Request<Empty<Bytes>>,
) -> Response<impl Body<Data = Bytes, Error = sse_tower::Error> + Unpin + use<>> {
    let topic = topic.clone();
    let service = tower::service_fn(move |_| {
        let sse = Sse::topic(&topic);
        async { Ok::<_, Infallible>(sse) }
    });
    layer.layer(service).oneshot(request).await.unwrap()
}

/// The next frame of a body as text; `None` at its end.
pub(crate) async fn frame<B: Body<Data = Bytes, Error: std::fmt::Debug> + Unpin>(body: &mut B) -> Option<String> {
    let data = body.frame().await?.unwrap().into_data().unwrap();
    Some(String::from_utf8(data.to_vec()).unwrap())
}

/// Everything that a body has ready now.
pub(crate) fn ready<B: Body<Data = Bytes, Error: std::fmt::Debug> + Unpin>(body: &mut B) -> String {
    let mut text = String::new();
    while let Some(Some(frame)) = futures_util::FutureExt::now_or_never(frame(body)) {
        text.push_str(&frame);
    }
    text
}

/// The response to a stream of the handler's own.
pub(crate) async fn stream_of<St>(
    stream: St,
    request: Request<Empty<Bytes>>,
    build: impl FnOnce(Sse<Events<St>>) -> Sse<Events<St>>,
) -> Response<GateBody<SseBody<Events<St>>>>
where
    St: futures_util::Stream,
    St::Item: SseItem,
{
    let sse = std::cell::Cell::new(Some(build(Sse::new(stream))));
    let service = tower::service_fn(|_| {
        let sse = sse.take().unwrap();
        async { Ok::<_, Infallible>(sse) }
    });
    layer().layer(service).oneshot(request).await.unwrap()
}

pub(crate) type BoxBody = UnsyncBoxBody<Bytes, sse_tower::Error>;

/// The answer of a handler that returns this, behind the layer.
pub(crate) async fn answer<S: Source + Send + 'static>(
    layer: &SseLayer,
    request: Request<Empty<Bytes>>,
    sse: Sse<S>,
) -> Response<BoxBody> {
    let response = std::cell::Cell::new(Some(sse.into_response()));
    let service = tower::service_fn(|_| {
        let response = response.take().unwrap();
        async { Ok::<_, Infallible>(response) }
    });
    layer.layer(service).oneshot(request).await.unwrap().map(BodyExt::boxed_unsync)
}
