//! Routes without control events, as a whole service (form A) and behind a handler (form B).

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, Method, Request, Response};
use http_body::Body as _;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use sse_core::Topic;
use sse_core::history::{LiveWindow, ResetReason};
use sse_core::topic::Start;
use sse_tower::{ControlEvents, GateBody, Resumed, Source, Sse, SseBody, SseLayer, Unresumable};
use tokio::net::TcpListener;
use tower::{Layer as _, ServiceExt as _};

use crate::client::{Client, Model};
use crate::support::{Count, EPOCH, frame, get, layer, publish, ready, topic};

const PRELUDE: &str = ":\nretry: 3000\n";
const METHODS: [Method; 3] = [Method::GET, Method::HEAD, Method::POST];

/// A layer that refuses those that must start over.
fn off() -> SseLayer {
    layer().control_events(ControlEvents::Off).methods(METHODS)
}

/// A layer that serves them.
fn restarting() -> SseLayer {
    off().unresumable(Unresumable::Restart)
}

fn with(request: Request<Empty<Bytes>>, header: &'static str, value: &str) -> Request<Empty<Bytes>> {
    let mut request = request;
    request.headers_mut().insert(header, value.parse().unwrap());
    request
}

fn by(method: &Method, last_event_id: Option<&str>) -> Request<Empty<Bytes>> {
    let mut request = get(last_event_id);
    *request.method_mut() = method.clone();
    request
}

/// The answers of both forms to the same request.
async fn both<S: Source>(
    layer: &SseLayer,
    request: Request<Empty<Bytes>>,
    sse: impl Fn() -> Sse<S>,
) -> [Response<GateBody<SseBody<S>>>; 2] {
    let whole = tower::service_fn(|_| {
        let sse = sse();
        async { Ok::<_, Infallible>(sse) }
    });
    let whole = layer.layer(whole).oneshot(request.clone()).await.unwrap();
    let route = tower::service_fn(|_| {
        let response = sse().into_response();
        async { Ok::<_, Infallible>(response) }
    });
    let route = layer.layer(route).oneshot(request).await.unwrap();
    [whole, route]
}

#[tokio::test]
async fn a_fresh_connection_begins_with_a_comment() {
    let topic = topic(10);
    publish(&topic, [1]);
    let mut bodies = both(&off(), get(None), || Sse::topic(&topic)).await.map(|response| {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["sse-resume"], "fresh");
        response.into_body()
    });
    for body in &mut bodies {
        assert_eq!(ready(body), PRELUDE);
    }
    publish(&topic, [2]);
    for body in &mut bodies {
        assert_eq!(ready(body), format!("id: {EPOCH}-2\nevent: tick\ndata: 2\n\n"));
    }
}

#[tokio::test]
async fn a_recovered_connection_gets_what_it_missed_and_nothing_else() {
    let topic = topic(10);
    publish(&topic, 1..=3);
    for layer in [off(), restarting()] {
        for response in both(&layer, get(Some(&format!("{EPOCH}-1"))), || Sse::topic(&topic)).await {
            assert_eq!(response.headers()["sse-resume"], "recovered");
            assert_eq!(
                ready(&mut response.into_body()),
                format!(
                    "{PRELUDE}id: {EPOCH}-2\nevent: tick\ndata: 2\n\n\
                     id: {EPOCH}-3\nevent: tick\ndata: 3\n\n"
                )
            );
        }
    }
}

#[tokio::test]
async fn a_completed_stream_just_ends() {
    let events = || Sse::new(stream::iter([Count::Tick(1)]));
    for response in both(&off(), get(None), events).await {
        let mut body = response.into_body();
        assert_eq!(ready(&mut body), format!("{PRELUDE}event: tick\ndata: 1\n\n"));
        assert!(body.is_end_stream());
        assert_eq!(frame(&mut body).await, None);
    }
    let terminal = || Sse::new(stream::iter([Count::Done, Count::Tick(1)]));
    for response in both(&off(), get(None), terminal).await {
        assert_eq!(ready(&mut response.into_body()), format!("{PRELUDE}event: done\ndata:\n\n"));
    }
}

#[tokio::test]
async fn a_closed_topic_just_ends_for_those_who_are_there_and_those_who_come_late() {
    let topic = topic(10);
    let there = both(&off(), get(None), || Sse::topic(&topic)).await;
    topic.publish(&Count::Done).unwrap();
    let late = both(&off(), get(Some(&format!("{EPOCH}-0"))), || Sse::topic(&topic)).await;
    for response in there.into_iter().chain(late) {
        let mut body = response.into_body();
        assert_eq!(ready(&mut body), format!("{PRELUDE}id: {EPOCH}-1\nevent: done\ndata:\n\n"));
        assert!(body.is_end_stream());
    }
}

#[tokio::test]
async fn a_failing_stream_says_so_in_a_comment() {
    let failing = || Sse::new(stream::iter([Ok(Count::Tick(1)), Err("the disk is full")]));
    for response in both(&off(), get(None), failing).await {
        let mut body = response.into_body();
        assert_eq!(frame(&mut body).await.unwrap(), PRELUDE);
        assert_eq!(frame(&mut body).await.unwrap(), "event: tick\ndata: 1\n\n");
        assert_eq!(frame(&mut body).await.unwrap(), ": error\n");
        assert_eq!(body.frame().await.unwrap().unwrap_err().to_string(), "the disk is full");
        assert!(body.frame().await.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn a_quiet_connection_is_kept_alive_by_a_comment() {
    let topic = topic(10);
    for response in both(&off(), get(None), || Sse::topic(&topic)).await {
        let mut body = response.into_body();
        assert_eq!(frame(&mut body).await.unwrap(), PRELUDE);
        let quiet = tokio::time::timeout(Duration::from_hours(1), frame(&mut body)).await;
        assert_eq!(quiet.unwrap().unwrap(), ":\n");
    }
}

#[tokio::test]
async fn a_reader_that_lags_is_closed() {
    let topic: Topic<Count> = Topic::builder().live(LiveWindow::events(5)).build().unwrap();
    let mut bodies = both(&restarting(), get(None), || Sse::topic(&topic)).await.map(Response::into_body);
    for body in &mut bodies {
        assert_eq!(ready(body), PRELUDE);
    }
    publish(&topic, 1..=6);
    for body in &mut bodies {
        assert_eq!(frame(body).await, None);
    }
}

/// The ids that a topic which keeps its events 11 to 20 resets, and why.
fn unresumable() -> [(String, &'static str); 4] {
    [
        (format!("{EPOCH}-9"), "evicted"),
        (format!("{EPOCH}-21"), "future"),
        ("anotherlog-15".to_owned(), "unknown-epoch"),
        ("msg_0123".to_owned(), "malformed"),
    ]
}

fn kept_11_to_20() -> Topic<Count> {
    let topic = topic(10);
    publish(&topic, 1..=20);
    topic
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}

#[tokio::test]
async fn a_resume_that_cannot_be_honoured_is_refused_and_attaches_nothing() {
    let topic = kept_11_to_20();
    for (id, reason) in unresumable() {
        for method in METHODS {
            for response in both(&off(), by(&method, Some(&id)), || Sse::topic(&topic)).await {
                assert_eq!(response.status(), 412, "{method} {reason}");
                let json = format!(
                    "{{\"error\":\"this event stream cannot be resumed behind that id: ask for it without one\",\
                     \"reason\":\"{reason}\"}}"
                );
                let expected = headers(&[
                    ("cache-control", "no-store"),
                    ("content-length", &json.len().to_string()),
                    ("content-type", "application/json"),
                    ("sse-resume", &format!("reset; reason={reason}")),
                ]);
                assert_eq!(*response.headers(), expected, "{method}");
                assert_eq!(topic.subscribers(), 0, "{method} {reason}");
                let body = response.into_body().collect().await.unwrap().to_bytes();
                assert_eq!(body, if method == Method::HEAD { "" } else { &json });
            }
        }
    }
}

/// Over real connections, which are used again: what is written behind the head would be taken for the next answer, or be
/// an error of the protocol.
#[tokio::test]
async fn a_refused_head_gets_the_same_head_and_no_body() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}/", listener.local_addr().unwrap());
    let topic = kept_11_to_20();
    let service = off().layer(tower::service_fn(move |_: Request<Incoming>| {
        let sse = Sse::topic(&topic);
        async { Ok::<_, Infallible>(sse) }
    }));
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let service = TowerToHyperService::new(service.clone());
            let server = auto::Builder::new(TokioExecutor::new());
            tokio::spawn(async move { drop(server.serve_connection(TokioIo::new(socket), service).await) });
        }
    });
    for http2 in [false, true] {
        let client = legacy::Client::builder(TokioExecutor::new()).http2_only(http2).build_http();
        for (id, status) in [(Some("k3x9f0q2m1-9"), 412), (Some("=end"), 204)] {
            let answer = async |method: Method| {
                let mut request = by(&method, id);
                *request.uri_mut() = uri.parse().unwrap();
                let (mut parts, body) = client.request(request).await.unwrap().into_parts();
                parts.headers.remove("date");
                (parts.status, parts.headers, body.collect().await.unwrap().to_bytes())
            };
            let (get_status, get_headers, get_body) = answer(Method::GET).await;
            let (head_status, head_headers, head_body) = answer(Method::HEAD).await;
            assert_eq!((get_status, head_status), (status.try_into().unwrap(), status.try_into().unwrap()));
            assert_eq!(get_headers, head_headers);
            assert_eq!(get_body.is_empty(), status == 204);
            assert!(head_body.is_empty(), "{head_body:?}");
            assert_eq!(answer(Method::GET).await, (get_status, get_headers, get_body));
        }
    }
}

#[tokio::test]
async fn an_id_in_the_query_is_refused_too() {
    let topic = kept_11_to_20();
    let mut request = get(None);
    *request.uri_mut() = format!("/?lastEventId={EPOCH}-9").parse().unwrap();
    for response in both(&off(), request, || Sse::topic(&topic)).await {
        assert_eq!(response.status(), 412);
    }
}

#[tokio::test]
async fn a_handlers_own_verdict_counts_and_its_silence_refuses_nobody() {
    let said = |resumed: Option<Resumed>| {
        move || {
            let sse = Sse::new(stream::iter([Count::Tick(1)]));
            match resumed {
                Some(resumed) => sse.resumed(resumed),
                None => sse,
            }
        }
    };
    let served = format!("{PRELUDE}event: tick\ndata: 1\n\n");
    for (resumed, header) in [(None, "unsupported"), (Some(Resumed::Recovered), "recovered")] {
        for response in both(&off(), get(Some("7")), said(resumed)).await {
            assert_eq!(response.status(), 200);
            assert_eq!(response.headers()["sse-resume"], header);
            assert_eq!(ready(&mut response.into_body()), served);
        }
    }
    // The handler may have read where to go on from elsewhere than the header.
    let reset = Some(Resumed::Reset(ResetReason::Evicted));
    for id in [Some("7"), None] {
        for response in both(&off(), get(id), said(reset)).await {
            assert_eq!(response.status(), 412);
            assert_eq!(response.headers()["sse-resume"], "reset; reason=evicted");
        }
        for response in both(&restarting(), get(id), said(reset)).await {
            assert_eq!(response.status(), 200);
            assert_eq!(response.headers()["sse-resume"], "reset; reason=evicted");
            assert_eq!(ready(&mut response.into_body()), served);
        }
    }
}

#[tokio::test]
async fn a_route_may_restart_instead() {
    let topic = kept_11_to_20();
    let kept = (11..=20).map(|n| format!("id: {EPOCH}-{n}\nevent: tick\ndata: {n}\n\n")).collect::<Vec<_>>().concat();
    for (id, reason) in unresumable() {
        for method in METHODS {
            for (after_reset, rest) in [(Start::Earliest, &*kept), (Start::Latest, "")] {
                let sse = || Sse::topic(&topic).after_reset(after_reset);
                for response in both(&restarting(), by(&method, Some(&id)), sse).await {
                    assert_eq!(response.status(), 200);
                    assert_eq!(response.headers()["sse-resume"], format!("reset; reason={reason}"));
                    let text = ready(&mut response.into_body());
                    assert_eq!(text, if method == Method::HEAD { String::new() } else { format!("{PRELUDE}{rest}") });
                }
            }
        }
    }
    assert_eq!(topic.subscribers(), 0);
}

#[tokio::test]
async fn any_accept_is_served() {
    let topic = topic(10);
    for accept in ["application/json", "text/html, application/xhtml+xml", "text/event-stream;q=0"] {
        for method in METHODS {
            let request = || with(by(&method, None), "accept", accept);
            for response in both(&off(), request(), || Sse::topic(&topic)).await {
                assert_eq!(response.status(), 200, "{method} {accept}");
                assert_eq!(response.headers()["content-type"], "text/event-stream");
            }
            let on = if method == Method::POST { 200 } else { 406 };
            for response in both(&layer().methods(METHODS), request(), || Sse::topic(&topic)).await {
                assert_eq!(response.status(), on, "{method} {accept}");
            }
        }
    }
    for response in both(&off().methods([Method::GET]), by(&Method::PUT, None), || Sse::topic(&topic)).await {
        assert_eq!(response.status(), 405);
    }
}

/// Who has such an id was told by a stream with control events that it is over: before the route was set otherwise, or
/// by a node on which it still is. To serve it again would be to send everything twice.
#[tokio::test]
async fn the_id_of_an_ended_stream_is_204_as_on_every_route() {
    let topic = kept_11_to_20();
    for layer in [off(), restarting()] {
        for accept in ["application/json", "text/event-stream"] {
            for method in METHODS {
                let request = with(by(&method, Some("=end")), "accept", accept);
                for response in both(&layer, request, || Sse::topic(&topic)).await {
                    assert_eq!(response.status(), 204);
                    assert_eq!(*response.headers(), headers(&[("cache-control", "no-store")]));
                    assert_eq!(topic.subscribers(), 0);
                }
            }
        }
    }
}

#[tokio::test]
async fn with_control_events_a_reset_is_announced_and_never_refused() {
    let topic = kept_11_to_20();
    for choice in [Unresumable::Refuse, Unresumable::Restart] {
        for layer in [layer().unresumable(choice), restarting().control_events(ControlEvents::On).unresumable(choice)] {
            for response in both(&layer, get(Some("malformed")), || Sse::topic(&topic)).await {
                assert_eq!(response.status(), 200);
                assert!(ready(&mut response.into_body()).contains("event: stream-reset\n"));
            }
        }
    }
}

#[tokio::test]
async fn of_two_layers_the_inner_one_counts() {
    let topic = kept_11_to_20();
    let ask = async |outer: SseLayer, inner: SseLayer, request: Request<Empty<Bytes>>| {
        let whole = tower::service_fn(|_| {
            let sse = Sse::topic(&topic);
            async { Ok::<_, Infallible>(sse) }
        });
        let route = tower::service_fn(|_| {
            let response = Sse::topic(&topic).into_response();
            async { Ok::<_, Infallible>(response) }
        });
        let whole = outer.layer(inner.layer(whole)).oneshot(request.clone()).await.unwrap();
        let route = outer.layer(inner.layer(route)).oneshot(request).await.unwrap();
        [whole, route]
    };
    let json = || with(get(None), "accept", "application/json");
    let evicted = || get(Some("k3x9f0q2m1-9"));

    for response in ask(layer(), off(), json()).await {
        assert_eq!(response.status(), 200);
        assert_eq!(ready(&mut response.into_body()), PRELUDE);
    }
    for outer in [layer(), restarting()] {
        for response in ask(outer, off(), evicted()).await {
            assert_eq!(response.status(), 412);
            assert_eq!(response.headers()["sse-resume"], "reset; reason=evicted");
            assert!(ready(&mut response.into_body()).ends_with(",\"reason\":\"evicted\"}"));
        }
    }
    for response in ask(off(), restarting(), evicted()).await {
        assert_eq!(response.status(), 200);
        assert!(ready(&mut response.into_body()).starts_with(PRELUDE));
    }
    for response in ask(off(), layer(), json()).await {
        assert_eq!(response.status(), 406);
    }
    for response in ask(off(), layer(), evicted()).await {
        assert_eq!(response.status(), 200);
        assert!(ready(&mut response.into_body()).contains("event: stream-reset\n"));
    }
    assert_eq!(topic.subscribers(), 0);
}

/// No byte of such a connection makes a client miss an event or see one twice, once it has an id.
#[tokio::test]
async fn cut_after_every_byte_it_is_resumed_exactly() {
    let topic = topic(100);
    publish(&topic, 1..=9);
    let connect = async |id: Option<&str>| {
        let [whole, _] = both(&off(), get(id), || Sse::topic(&topic)).await;
        ready(&mut whole.into_body())
    };
    let first = format!("{EPOCH}-3");
    let bytes = connect(Some(&first)).await;
    for model in [Model::Standard, Model::Firefox] {
        for cut in 0..=bytes.len() {
            let mut client = Client::new(model, &first);
            client.read(&bytes[..cut]);
            client.read(&connect(client.id()).await);
            assert_eq!(client.log(EPOCH), (4..=9).collect::<Vec<_>>(), "{model:?}, cut after {cut}");
        }
    }
}
