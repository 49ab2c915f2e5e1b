//! What a compressed delivery costs: a topic's compressor is shared, beside one for each connection, and beside none.
//!
//! Without sockets, and in this process: what the kernel takes is the same for all but for how much there is to send. The
//! bodies are polled as a server polls them, one behind the other.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use axum::routing::get;
use futures_util::FutureExt as _;
use http_body::Body as _;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use sse_core::event::{DataSink, EncodeError, EventFields, EventName, SseEvent};
use sse_core::{Retention, Topic};
use sse_tower::compress::{Compression, Encoding};
use sse_tower::{Sse, SseLayer};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;

use super::wanted;
use crate::measure::{cpu, in_turn, median, ratio};
use crate::report::{Case, rounded};
use crate::{Effort, allocations};

const SUBSCRIBERS: usize = 1_000;
/// A thousand compressors of their own would take gigabytes, and cost no less each.
const ALONE: usize = 100;
const EVENTS: usize = 300;
/// Of an event's text, in bytes.
const TEXT: usize = 960;

/// Who compresses.
#[derive(Clone, Copy, Debug)]
enum Way {
    Plain,
    /// Ours, as a topic's subscribers have it.
    Ours(Encoding),
    /// Ours, and each subscriber has one of the size that a topic has.
    Each(Encoding),
    /// tower-http's layer, which has one for each.
    Outer(Encoding),
}

/// What one way has done.
#[derive(Clone, Copy, Debug)]
struct Cost {
    /// Nanoseconds of CPU time for a delivery.
    cpu: f64,
    /// Bytes of a delivery.
    bytes: f64,
    /// How often a compressor was called, for an event.
    calls: f64,
    /// Bytes of the heap for a subscriber, if they were counted.
    heap: f64,
}

/// An event as an application has it: words that come again and numbers that do not.
struct Report(String);

impl Report {
    fn new(random: &mut Random) -> Self {
        const SYMBOLS: [&str; 6] = ["ACME", "GLOB", "INIT", "UMBR", "HOOL", "STRK"];
        const REGIONS: [&str; 4] = ["eu-west", "eu-north", "us-east", "ap-south"];
        let mut text = String::from("[");
        while text.len() < TEXT {
            let (symbol, region) = (SYMBOLS[random.below(6)], REGIONS[random.below(4)]);
            let (price, volume) = (random.below(100_000), random.below(5_000));
            let object = format!(
                r#"{{"symbol":"{symbol}","region":"{region}","price":{}.{:02},"volume":{volume}}},"#,
                price / 100,
                price % 100
            );
            text.push_str(&object);
        }
        text.push_str("{}]");
        Self(text)
    }
}

impl SseEvent for Report {
    fn fields(&self) -> Result<EventFields, EncodeError> {
        const NAME: EventName = EventName::from_static("report");
        Ok(EventFields::new(NAME))
    }

    fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
        sink.push_str(&self.0);
        Ok(())
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 1).unwrap_or(0) % end
    }
}

/// All cases that are asked for.
pub(super) fn cases(effort: Effort<'_>, rounds: usize) -> Vec<Case> {
    let codings = Encoding::ALL.iter().filter(|coding| wanted(effort, &format!("compressed-{coding}")));
    let cases = codings.flat_map(|&coding| of(coding, effort, rounds));
    cases.filter(|case| effort.includes(&case.name)).map(Case::print).collect()
}

fn of(coding: Encoding, effort: Effort<'_>, rounds: usize) -> [Case; 2] {
    let events = if effort.quick { EVENTS / 4 } else { EVENTS };
    let is_shared = coding.as_str() != "br";
    let most = if is_shared { SUBSCRIBERS } else { ALONE };
    let ways =
        [(Way::Plain, SUBSCRIBERS), (Way::Ours(coding), most), (Way::Each(coding), ALONE), (Way::Outer(coding), ALONE)];
    let found = in_turn(rounds, &ways.map(|(way, subscribers)| move || run(way, subscribers, events, false)));
    let figure = |of: usize, read: fn(&Cost) -> f64| median(found[of].iter().map(read).collect());
    let [plain, ours, each, outer] =
        [0, 1, 2, 3].map(|of| (figure(of, |cost| cost.cpu), figure(of, |cost| cost.bytes)));
    let rivals = |each: f64, outer: f64| [("each its own", each), ("tower-http", outer)];

    let name = format!("compressed-{coding}");
    let mut time = Case::new("serve", name.clone(), "ns CPU per delivery", ours.0, &rivals(each.0, outer.0))
        .with("plain", rounded(plain.0));
    let mut size = Case::new("serve", format!("{name}-bytes"), "bytes per delivery", ours.1, &rivals(each.1, outer.1))
        .with("plain", rounded(plain.1));
    if is_shared {
        let heap = |way| run(way, SUBSCRIBERS, events, true).heap;
        let more = heap(Way::Ours(coding)) - heap(Way::Plain);
        // Those who come wait for a key point, and there are more of them for each event in a short run.
        let calls = figure(1, |cost| cost.calls);
        time = time.at_most("heap_bytes_per_subscriber", more, 4_096.0);
        (time, size) = if effort.quick {
            (time.with("calls_per_event", rounded(calls)), size)
        } else {
            (time.at_most("calls_per_event", calls, 1.1), size.target(1.15))
        };
    }
    [time, size].map(|case| case.with("subscribers", most).with("subscribers_of_rivals", ALONE))
}

/// So many subscribers that come at random times in the first half, and all that is published.
fn run(way: Way, subscribers: usize, events: usize, count: bool) -> Cost {
    let mut random = Random(17);
    let reports: Vec<_> = (0..events).map(|_| Report::new(&mut random)).collect();
    let topic = Topic::builder().keep(Retention::events(1_000)).build().expect("it needs no clock");
    let joins: Vec<_> = (0..subscribers).map(|_| random.below(events / 2)).collect();
    let (compression, shared) = app(way, &topic);
    if count {
        allocations::start();
    }
    let mut bodies = Vec::with_capacity(subscribers);
    let (mut time, mut bytes, mut deliveries) = (0, 0, 0);
    for (now, report) in reports.iter().enumerate() {
        for _ in joins.iter().filter(|&&join| join == now) {
            let app = if matches!(way, Way::Each(_)) { app(way, &topic).1 } else { shared.clone() };
            let mut body = subscribe(app, way);
            drain(&mut body);
            bodies.push(body);
        }
        let begin = cpu();
        topic.publish(report).expect("the event is legal and the topic open");
        bytes += bodies.iter_mut().map(drain).sum::<u64>();
        time += cpu() - begin;
        deliveries += bodies.len() as u64;
    }
    let heap =
        if count { ratio(allocations::stop().held.max(0).cast_unsigned(), subscribers as u64) } else { f64::NAN };
    assert_eq!(bodies.len(), subscribers, "all have come");
    Cost {
        cpu: ratio(time, deliveries),
        bytes: ratio(bytes, deliveries),
        calls: ratio(compression.stats().calls, events as u64),
        heap,
    }
}

/// The topic's route.
fn app(way: Way, topic: &Topic<Report>) -> (Compression, Router) {
    let topic = topic.clone();
    let layer = SseLayer::new().keep_alive(None);
    let route = Router::new().route("/", get(async move || Sse::topic(&topic)));
    // All that is asked for is to be compressed.
    let compression = Compression::new().max_memory(usize::MAX);
    let route = match way {
        Way::Plain => route.layer(layer),
        Way::Ours(_) | Way::Each(_) => route.layer(layer.compression(compression.clone())),
        Way::Outer(_) => route.layer(layer).layer(CompressionLayer::new().compress_when(SizeAbove::new(0))),
    };
    (compression, route)
}

fn subscribe(app: Router, way: Way) -> Body {
    let coding = match way {
        Way::Plain => "identity",
        Way::Ours(coding) | Way::Each(coding) | Way::Outer(coding) => coding.as_str(),
    };
    let request = Request::get("/").header(header::ACCEPT_ENCODING, coding).body(Body::empty()).expect("it is legal");
    let answer = TowerToHyperService::new(app).call(request).now_or_never();
    let response = answer.and_then(Result::ok).expect("the handler waits for nothing");
    let coded =
        response.headers().get(header::CONTENT_ENCODING).map_or("identity", |value| value.to_str().unwrap_or(""));
    assert_eq!(coded, coding, "the coding is the one that was asked for");
    response.into_body()
}

/// Takes all that there is, and says how many bytes it was.
fn drain(body: &mut Body) -> u64 {
    let mut context = Context::from_waker(Waker::noop());
    let mut bytes = 0;
    while let Poll::Ready(frame) = Pin::new(&mut *body).poll_frame(&mut context) {
        let frame = frame.expect("the topic goes on").expect("nothing fails");
        bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
    }
    bytes
}
