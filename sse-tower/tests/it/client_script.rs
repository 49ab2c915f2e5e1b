//! A server that answers as a script says, and what a client makes of it, with the time of each step.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{HeaderValue, Request, Response, StatusCode, Uri};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, StreamBody};
use sse_core::event::{DecodeError, DecodedEvent, EventRef, SseDecode};
use sse_tower::client::{Builder, Cause, Error, EventSource, RequestBody, Update};
use tokio::time::{Instant, sleep};
use tower::service_fn;
use tower::util::BoxService;

/// What a scripted server does with one request.
pub(crate) enum Answer {
    /// There is none, because nobody listens.
    Refused,
    /// There is none yet, nor will be.
    Nothing,
    /// A head and a body.
    Head(u16, &'static [(&'static str, &'static str)], Vec<Chunk>),
}

/// What a body does next. Behind the last it ends.
#[derive(Clone)]
pub(crate) enum Chunk {
    Text(Bytes),
    Wait(u64),
    Break,
    Hang,
}

/// An event stream of one chunk.
pub(crate) fn stream(text: impl Into<Bytes>) -> Answer {
    chunks([Chunk::Text(text.into())])
}

/// An event stream of these chunks.
pub(crate) fn chunks(chunks: impl IntoIterator<Item = Chunk>) -> Answer {
    Answer::Head(200, &[("content-type", "text/event-stream")], chunks.into_iter().collect())
}

/// A response without a body.
pub(crate) fn status(status: u16, headers: &'static [(&'static str, &'static str)]) -> Answer {
    Answer::Head(status, headers, Vec::new())
}

/// Numbers; whatever is called otherwise is unknown.
#[derive(Debug)]
pub(crate) struct Number(u64);

impl SseDecode for Number {
    fn decode(event: EventRef<'_>) -> Result<Option<Self>, DecodeError> {
        if event.name != "number" {
            return Ok(None);
        }
        event.data.parse().map(|number| Some(Self(number))).map_err(|error| DecodeError::payload(event.name, error))
    }
}

/// What happens, with the milliseconds at which it does.
#[derive(Clone)]
pub(crate) struct Log {
    start: Instant,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Log {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), lines: Arc::default() }
    }

    fn note(&self, line: &str) {
        let line = format!("{} {line}", self.start.elapsed().as_millis());
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    /// Notes an item of an untyped source.
    pub(crate) fn untyped(&self, item: &Result<Update, Error>) {
        self.item(item, |event| event.data.clone());
    }

    fn item<E>(&self, item: &Result<Update<E>, Error>, event: impl Fn(&E) -> String) {
        match item {
            Ok(update) => self.note(&told(update, event)),
            Err(error) => self.note(&format!("error: {error}")),
        }
    }

    /// All that has happened.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Compares all that has happened.
    #[track_caller]
    pub(crate) fn check(&self, expected: &[&str]) {
        assert_eq!(self.lines(), expected);
    }
}

/// A request, as the log has it: method, path, id, and the headers that the tests set.
fn line(request: &Request<RequestBody>) -> String {
    let mut line = format!("{} {}", request.method(), request.uri());
    for name in ["last-event-id", "authorization", "content-type", "host", "x-one", "x-two"] {
        if let Some(value) = request.headers().get(name) {
            write!(line, " {name}={}", String::from_utf8_lossy(value.as_bytes())).unwrap();
        }
    }
    let body = request.body().clone().into_bytes();
    if !body.is_empty() {
        write!(line, " {}", String::from_utf8_lossy(&body)).unwrap();
    }
    line
}

type Scripted = BoxService<Request<RequestBody>, Response<UnsyncBoxBody<Bytes, &'static str>>, &'static str>;

async fn answer(answer: Answer) -> Result<Response<UnsyncBoxBody<Bytes, &'static str>>, &'static str> {
    let (status, headers, chunks) = match answer {
        Answer::Refused => return Err("connection refused"),
        Answer::Nothing => std::future::pending().await,
        Answer::Head(status, headers, chunks) => (status, headers, chunks),
    };
    let frames = stream::iter(chunks).filter_map(async |chunk| match chunk {
        Chunk::Text(text) => Some(Ok(Frame::data(text))),
        Chunk::Wait(millis) => {
            sleep(Duration::from_millis(millis)).await;
            None
        }
        Chunk::Break => Some(Err("connection reset")),
        Chunk::Hang => std::future::pending().await,
    });
    let mut response = Response::new(StreamBody::new(frames).boxed_unsync());
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    *response.headers_mut() =
        headers.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect();
    Ok(response)
}

/// A client that draws the shortest delay, always.
pub(crate) fn builder() -> Builder {
    EventSource::builder(Uri::from_static("http://a.test/")).entropy(|| 0)
}

/// What an update is called in the log.
fn told<E>(update: &Update<E>, event: impl Fn(&E) -> String) -> String {
    match update {
        Update::Open(opened) => match opened.resume {
            Some(resume) => format!("open {resume:?}"),
            None => "open".to_owned(),
        },
        Update::Event { event: data, last_event_id, .. } => format!("event {} [{last_event_id}]", event(data)),
        Update::Unknown(DecodedEvent { name, .. }) => format!("unknown {name}"),
        Update::Invalid(error) => format!("invalid: {error}"),
        Update::Reset(reset) => format!("reset {:?} {:?}", reset.reason, reset.topics),
        Update::IdLeftOut(id) => format!("id left out {:?}", id.as_str()),
        Update::Reconnecting(lost) => {
            let cause = match &lost.cause {
                Cause::Refused { status, .. } => status.as_str().to_owned(),
                Cause::Broken(_) | Cause::Unreachable(_) | Cause::Headers(_) => {
                    std::error::Error::source(&lost.cause).unwrap().to_string()
                }
                cause => cause.to_string(),
            };
            format!("{cause}: failure {}, {} ms", lost.failures, lost.delay.as_millis())
        }
        Update::End(end) => format!("end {end:?}"),
        _ => "newer than these tests".to_owned(),
    }
}

/// A service that answers by the script, then 204.
pub(crate) fn server(log: &Log, script: impl IntoIterator<Item = Answer>) -> Scripted {
    let (log, script) = (log.clone(), Mutex::new(script.into_iter().collect::<VecDeque<_>>()));
    BoxService::new(service_fn(move |request: Request<RequestBody>| {
        log.note(&line(&request));
        answer(script.lock().unwrap_or_else(PoisonError::into_inner).pop_front().unwrap_or_else(|| status(204, &[])))
    }))
}

/// Everything that the server and the client see, until the stream ends.
pub(crate) async fn run(builder: Builder, script: impl IntoIterator<Item = Answer>) -> Log {
    let log = Log::new();
    let mut source = builder.build(server(&log, script));
    while let Some(item) = source.next().await {
        log.untyped(&item);
    }
    log
}

/// The same of a typed source.
pub(crate) async fn run_typed(builder: Builder, script: impl IntoIterator<Item = Answer>) -> Log {
    let log = Log::new();
    let mut source = builder.build(server(&log, script)).typed::<Number>();
    while let Some(item) = source.next().await {
        log.item(&item, |Number(number)| number.to_string());
    }
    log
}
