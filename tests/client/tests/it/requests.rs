//! What a client asks for, the first time and each time that it comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use client_tests::{Answer, BoxError, Request, Stage, Transport};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use sse_core::EventId;
use sse_tower::client::{Builder, Cause, End, EventSource};

use crate::watch::Watch;

/// A client that comes back soon.
pub(crate) fn builder(url: &str) -> Builder {
    EventSource::builder(url.parse().unwrap()).reconnection_time(Duration::from_millis(5))
}

pub(crate) fn id(text: &str) -> EventId {
    text.try_into().unwrap()
}

/// What ends twice with an id, and then stays.
async fn stage() -> Stage {
    let ended = |text: &'static str| Answer::stream(text).end();
    Stage::new([ended("id: 1\ndata: a\n\n"), ended("data: b\n\n"), Answer::stream("data: c\n\n")]).await
}

/// The three requests of a client on that stage, over both HTTP clients.
async fn requests(configure: impl Fn(Builder) -> Builder) -> Vec<Vec<Request>> {
    let mut all = Vec::new();
    for transport in Transport::ALL {
        let stage = stage().await;
        let mut watch = Watch::new(configure(builder(&stage.url("/?a=b"))).build(transport.service()));
        watch.events(3).await;
        assert_eq!(watch.data(), ["a", "b", "c"]);
        all.push(stage.wait(3).await);
    }
    all
}

#[tokio::test]
async fn each_request_is_the_same_but_for_the_id() {
    for requests in requests(|builder| builder).await {
        let ids: Vec<_> = requests.iter().map(|request| request.header("last-event-id")).collect();
        assert_eq!(ids, [None, Some("1"), Some("1")]);
        for request in requests {
            assert_eq!((request.method.as_str(), request.target.as_str()), ("GET", "/?a=b"));
            assert_eq!(request.header("accept"), Some("text/event-stream"));
            assert_eq!(request.header("cache-control"), Some("no-cache"));
            assert!(request.body.is_empty());
        }
    }
}

#[tokio::test]
async fn custom_headers_are_in_every_request() {
    let configure = |builder: Builder| {
        builder
            .header(HeaderName::from_static("header-name-1"), HeaderValue::from_static("value-1"))
            .header(header::ACCEPT, HeaderValue::from_static("text/event-stream, */*;q=0.1"))
    };
    for request in requests(configure).await.concat() {
        assert_eq!(request.header("header-name-1"), Some("value-1"));
        assert_eq!(request.header("accept"), Some("text/event-stream, */*;q=0.1"));
        assert_eq!(request.count("accept"), 1);
    }
}

#[tokio::test]
async fn headers_can_be_made_for_each_attempt() {
    let configure = |builder: Builder| {
        let count = Arc::new(AtomicUsize::new(0));
        builder.header(header::AUTHORIZATION, HeaderValue::from_static("none")).headers_with(move || {
            let token = HeaderValue::from(count.fetch_add(1, Ordering::Relaxed));
            async { Ok::<_, BoxError>(HeaderMap::from_iter([(header::AUTHORIZATION, token)])) }
        })
    };
    for requests in requests(configure).await {
        let tokens: Vec<_> = requests.iter().map(|request| request.header("authorization").unwrap()).collect();
        assert_eq!(tokens, ["0", "1", "2"]);
    }
}

#[tokio::test]
async fn an_attempt_whose_headers_fail_is_made_again() {
    let stage = stage().await;
    let failed = AtomicUsize::new(0);
    let builder = builder(&stage.url("/")).headers_with(move || {
        let fails = failed.fetch_add(1, Ordering::Relaxed) == 0;
        async move { if fails { Err("no token") } else { Ok(HeaderMap::new()) } }
    });
    let mut watch = Watch::new(builder.build(Transport::Hyper.service()));
    watch.losses(1).await;
    assert!(matches!(&watch.causes[0].0, Cause::Headers(error) if error.to_string() == "no token"));
    assert_eq!(stage.requests().len(), 0);
    watch.events(1).await;
}

#[tokio::test]
async fn a_request_with_a_body_is_sent_again_as_it_was() {
    let json = HeaderValue::from_static("application/json");
    for method in ["POST", "REPORT"] {
        let configure = |builder: Builder| {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            builder.body(json.clone(), "{\"a\":1}").method(method)
        };
        for request in requests(configure).await.concat() {
            assert_eq!(request.method, method);
            assert_eq!(request.header("content-type"), Some("application/json"));
            assert_eq!(request.body, b"{\"a\":1}");
        }
    }
}

#[tokio::test]
async fn a_post_without_an_id_is_repeated_only_if_the_caller_allows_it() {
    let text = HeaderValue::from_static("text/plain");
    for transport in Transport::ALL {
        let stage = Stage::new([Answer::stream("data: a\n\n").end()]).await;
        let mut watch = Watch::new(builder(&stage.url("/")).body(text.clone(), "ask").build(transport.service()));
        watch.end().await;
        assert!(matches!(watch.end, Some(Ok(End::Body))), "{watch:?}");
        assert_eq!((watch.data(), stage.requests().len()), (vec!["a"], 1));

        let stage = Stage::new([Answer::stream("data: a\n\n").cut()]).await;
        let mut watch = Watch::new(builder(&stage.url("/")).body(text.clone(), "ask").build(transport.service()));
        watch.end().await;
        assert!(watch.error().is_not_repeated() && matches!(watch.error().cause(), Some(Cause::Broken(_))));
        assert_eq!((watch.data(), stage.requests().len()), (vec!["a"], 1));

        let stage = Stage::new([Answer::stream("data: a\n\n").cut(), Answer::stream("data: b\n\n")]).await;
        let builder = builder(&stage.url("/")).body(text.clone(), "ask").repeat();
        let mut watch = Watch::new(builder.build(transport.service()));
        watch.events(2).await;
        assert_eq!(stage.requests()[1].body, b"ask");
    }
}

#[tokio::test]
async fn an_initial_id_is_in_the_first_request() {
    for (initial, expected) in [("abc", Some("abc")), ("", None)] {
        for transport in Transport::ALL {
            let stage = Stage::new([Answer::stream("data: a\n\n")]).await;
            let mut watch = Watch::new(builder(&stage.url("/")).last_event_id(id(initial)).build(transport.service()));
            watch.events(1).await;
            assert_eq!(stage.requests()[0].header("last-event-id"), expected);
            assert_eq!(watch.events[0].last_event_id, id(initial));
        }
    }
}

/// Redirects `/` with this status, then answers twice.
async fn redirecting(status: u16, location: impl Into<String>) -> Stage {
    let location = location.into();
    Stage::with(move |n, request| match request.target.as_str() {
        "/" => Answer::status(status).header("location", &location),
        _ if n < 3 => Answer::stream("id: 7\ndata: a\n\n").end(),
        _ => Answer::stream("data: b\n\n"),
    })
    .await
}

#[tokio::test]
async fn only_a_permanent_redirect_is_remembered() {
    for (status, targets) in [
        (301, &["/", "/to", "/to", "/to"][..]),
        (308, &["/", "/to", "/to", "/to"]),
        (302, &["/", "/to", "/", "/to"]),
        (303, &["/", "/to", "/", "/to"]),
        (307, &["/", "/to", "/", "/to"]),
    ] {
        for transport in Transport::ALL {
            let stage = redirecting(status, "to").await;
            let mut watch = Watch::new(builder(&stage.url("/")).build(transport.service()));
            watch.until(|watch| watch.data().contains(&"b")).await;
            let requests = stage.wait(targets.len()).await;
            let seen: Vec<_> = requests.iter().map(|request| request.target.as_str()).collect();
            assert_eq!(seen, targets, "{status} {transport:?}");
            assert_eq!(requests.last().unwrap().header("last-event-id"), Some("7"));
        }
    }
}

#[tokio::test]
async fn a_redirect_without_a_location_is_an_error() {
    for status in [301, 302, 303, 307, 308] {
        for location in [None, Some(""), Some("ftp://127.0.0.1/"), Some("http://")] {
            for transport in Transport::ALL {
                let answer = Answer::status(status);
                let answer = match location {
                    Some(location) => answer.header("location", location),
                    None => answer,
                };
                let stage = Stage::new([answer]).await;
                let mut watch = Watch::new(builder(&stage.url("/")).build(transport.service()));
                watch.end().await;
                assert!(watch.error().is_redirect(), "{status} {location:?}: {watch:?}");
                assert_eq!(watch.error().status().map(|status| status.as_u16()), Some(status));
                assert_eq!(stage.requests().len(), 1, "{status} {location:?}");
            }
        }
    }
}

#[tokio::test]
async fn credentials_do_not_go_to_another_origin() {
    for transport in Transport::ALL {
        let elsewhere = Stage::new([Answer::stream("data: a\n\n")]).await;
        let stage = redirecting(307, elsewhere.url("/")).await;
        let secret = HeaderValue::from_static("secret");
        let builder = builder(&stage.url("/"))
            .header(header::AUTHORIZATION, secret.clone())
            .header(header::COOKIE, secret)
            .header(HeaderName::from_static("x"), HeaderValue::from_static("y"))
            .last_event_id(id("5"));
        let mut watch = Watch::new(builder.build(transport.service()));
        watch.events(1).await;
        assert_eq!(stage.requests()[0].header("authorization"), Some("secret"));
        let there = &elsewhere.requests()[0];
        assert_eq!((there.header("authorization"), there.header("cookie")), (None, None));
        assert_eq!((there.header("x"), there.header("last-event-id")), (Some("y"), Some("5")));
    }
}
