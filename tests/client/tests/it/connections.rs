//! What becomes of a connection: how it is lost, given up, made anew, or ended.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use client_tests::{Answer, Part, Stage, Transport};
use http::StatusCode;
use sse_core::{EventId, Limits};
use sse_tower::client::{Cause, End, ReadyState};
use tokio::net::TcpSocket;

use crate::requests::builder;
use crate::watch::Watch;

/// Far less than a test may take, far more than anything takes here.
const SHORT: Duration = Duration::from_millis(300);

#[tokio::test]
async fn a_silent_server_is_given_up_and_any_byte_ends_the_silence() {
    for transport in Transport::ALL {
        let mut slow = Answer::stream("id: 1\ndata: a\n\n");
        // In all it takes longer than the client waits.
        for _ in 0..8 {
            slow = slow.part(Part::Pause(SHORT / 4)).part(Part::Bytes(":\n".into()));
        }
        let slow = slow.part(Part::Bytes("\nid: 2\ndata: late\n\n".into()));
        // On a machine that is busy an attempt may be given up early; the next one has the same answer.
        let stage = Stage::with(move |_, request| match request.header("last-event-id") {
            Some("2") => Answer::stream("data: b\n\n"),
            _ => slow.clone(),
        });
        let stage = stage.await;
        let mut watch = Watch::new(builder(&stage.url("/")).idle_timeout(SHORT).build(transport.service()));
        watch.until(|watch| watch.data().ends_with(&["late", "b"]) || watch.causes.len() > 20).await;
        assert!(watch.data().ends_with(&["late", "b"]), "{watch:?}");
        assert!(watch.causes.iter().all(|(cause, _)| matches!(cause, Cause::Silent(SHORT))), "{watch:?}");
        assert!(!watch.causes.is_empty());
        stage.closed(0).await;
    }
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up_too() {
    for transport in Transport::ALL {
        // Its connections are taken by the system, and nobody reads them.
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let builder = builder(&url).idle_timeout(Duration::from_millis(20)).max_attempts(2);
        let mut watch = Watch::new(builder.build(transport.service()));
        watch.end().await;
        assert!(matches!(watch.causes[..], [(Cause::Silent(_), _)]), "{watch:?}");
        assert!(watch.error().is_exhausted() && matches!(watch.error().cause(), Some(Cause::Silent(_))));
    }
}

#[tokio::test]
async fn a_restart_drops_the_connection_and_asks_again_at_once() {
    for transport in Transport::ALL {
        let stage = Stage::new([Answer::stream("id: 1\ndata: a\n\n"), Answer::stream("data: b\n\n")]).await;
        let builder = builder(&stage.url("/")).reconnection_time(Duration::from_hours(1));
        let mut watch = Watch::new(builder.build(transport.service()));
        watch.events(1).await;
        watch.source.restart();
        assert_eq!(watch.source.ready_state(), ReadyState::Connecting);
        stage.closed(0).await;
        watch.events(2).await;
        assert!(watch.causes.is_empty());
        let requests = stage.requests();
        assert_eq!((requests.len(), requests[1].header("last-event-id")), (2, Some("1")));
    }
}

#[tokio::test]
async fn a_restart_cuts_the_wait_short() {
    let stage = Stage::new([Answer::stream("retry: 3600000\nid: 1\ndata: a\n\n").end(), Answer::stream("data: b\n\n")]);
    let stage = stage.await;
    let mut watch = Watch::new(builder(&stage.url("/")).build(Transport::Hyper.service()));
    watch.losses(1).await;
    assert_eq!(watch.causes[0].1, Duration::from_hours(1));
    watch.source.restart();
    watch.events(2).await;
}

#[tokio::test]
async fn a_closed_client_closes_its_connection_and_makes_no_request() {
    for transport in Transport::ALL {
        let stage = Stage::new([Answer::stream("data: a\n\n")]).await;
        let mut closed = Watch::new(builder(&stage.url("/")).build(transport.service()));
        closed.events(1).await;
        closed.source.close();
        stage.closed(0).await;
        closed.source.restart();
        closed.end().await;
        assert!(closed.end.is_none(), "{closed:?}");

        let mut dropped = Watch::new(builder(&stage.url("/")).build(transport.service()));
        dropped.events(1).await;
        drop(dropped);
        stage.closed(1).await;
        assert_eq!(stage.requests().len(), 2);
    }
}

#[tokio::test]
async fn a_client_that_is_dropped_before_the_answer_makes_no_further_request() {
    for transport in Transport::ALL {
        let stage = Stage::with(|_, _| Answer::stream("").part(Part::Pause(Duration::from_hours(1)))).await;
        let mut watch = Watch::new(builder(&stage.url("/")).build(transport.service()));
        watch.until(|watch| !watch.opens.is_empty()).await;
        drop(watch);
        stage.closed(0).await;
        assert_eq!(stage.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_part_of_an_event_leaves_no_trace() {
    for transport in Transport::ALL {
        let first = Answer::stream("id: abc\ndata: Hello\n\nid: def\ndata: Goodbye").cut();
        let stage = Stage::new([first, Answer::stream("data: again\n\n")]).await;
        let mut watch = Watch::new(builder(&stage.url("/")).build(transport.service()));
        watch.events(2).await;
        assert_eq!(watch.data(), ["Hello", "again"]);
        assert_eq!(watch.events[1].last_event_id.as_str(), "abc");
        assert_eq!(stage.requests()[1].header("last-event-id"), Some("abc"));
        assert!(matches!(watch.causes[..], [(Cause::Broken(_), _)]), "{watch:?}");
    }
}

#[tokio::test]
async fn behind_an_empty_id_there_is_no_header() {
    for transport in Transport::ALL {
        let stage =
            Stage::new([Answer::stream("id: 1\ndata: a\n\nid:\ndata: b\n\n").cut(), Answer::stream("data: c\n\n")]);
        let stage = stage.await;
        let mut watch = Watch::new(builder(&stage.url("/")).build(transport.service()));
        watch.events(3).await;
        assert_eq!(stage.requests()[1].count("last-event-id"), 0);
    }
}

#[tokio::test]
async fn an_id_that_no_header_can_hold_does_not_stop_the_client() {
    for transport in Transport::ALL {
        for poison in ["a\u{1}b", "\u{7f}"] {
            let text = format!("id: {poison}\ndata: a\n\n");
            let stage = Stage::new([Answer::stream(text).end(), Answer::stream("id: 2\ndata: b\n\n").end()]).await;
            let mut watch = Watch::new(builder(&stage.url("/")).build(transport.service()));
            watch.until(|watch| watch.events.len() == 3).await;
            assert_eq!(watch.left_out.iter().map(EventId::as_str).collect::<Vec<_>>(), [poison]);
            let requests = stage.wait(3).await;
            let ids: Vec<_> = requests.iter().take(3).map(|request| request.header("last-event-id")).collect();
            assert_eq!(ids, [None, None, Some("2")]);
        }
    }
}

#[tokio::test]
async fn five_mebibytes_in_one_line_are_one_event() {
    for transport in Transport::ALL {
        let long = "x".repeat(5 << 20);
        let once = Answer::stream(format!("data: {long}\n\n"));
        let twice = ["data: ", &long, &long, "\n\n"]
            .into_iter()
            .fold(Answer::stream(""), |answer, part| answer.part(Part::Bytes(part.to_owned().into())));
        for (answer, length, limits) in
            [(once, long.len(), Limits::new()), (twice, 2 * long.len(), Limits::new().line(16 << 20))]
        {
            let stage = Stage::new([answer]).await;
            let mut watch = Watch::new(builder(&stage.url("/")).limits(limits).build(transport.service()));
            watch.events(1).await;
            assert_eq!(watch.events[0].data.len(), length);
        }
    }
}

#[tokio::test]
async fn an_event_beyond_the_limit_is_reported_and_the_next_one_comes() {
    for transport in Transport::ALL {
        let text = format!("id: 1\ndata: a\n\nid: 2\ndata: {}\n\nid: 3\ndata: c\n\n", "b".repeat(1000));
        let stage = Stage::new([Answer::stream(text)]).await;
        let limits = Limits::new().line(100);
        let mut watch = Watch::new(builder(&stage.url("/")).limits(limits).build(transport.service()));
        watch.events(2).await;
        assert_eq!(watch.data(), ["a", "c"]);
        assert!(watch.invalid.len() == 1 && watch.invalid[0].is_limit(), "{watch:?}");
        assert_eq!(stage.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_hundred_events_in_one_chunk_come_in_order() {
    for transport in Transport::ALL {
        let events: Vec<_> = (0..100).map(|n| format!("data: {n}\n\n")).collect();
        let stage = Stage::new([Answer::stream(events.concat())]).await;
        let mut watch = Watch::new(builder(&stage.url("/")).build(transport.service()));
        watch.events(100).await;
        assert_eq!(watch.data(), (0..100).map(|n| n.to_string()).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn where_nobody_listens_the_client_keeps_trying() {
    for transport in Transport::ALL {
        // A port that is taken, and where nobody listens.
        let taken = TcpSocket::new_v4().unwrap();
        taken.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let address = taken.local_addr().unwrap();
        let builder = builder(&format!("http://{address}/")).longest_delay(Duration::from_millis(20));
        let mut watch = Watch::new(builder.max_attempts(6).build(transport.service()));
        watch.end().await;
        assert_eq!(watch.causes.len(), 5);
        assert!(watch.causes.iter().all(|(cause, _)| matches!(cause, Cause::Unreachable(_))), "{watch:?}");
        assert!(watch.error().is_exhausted());
        assert!(watch.opens.is_empty());
    }
}

#[tokio::test]
async fn a_status_is_retried_only_if_the_caller_says_so() {
    let refusal = || Answer::status(503).header("retry-after", "1").header("x", "y");
    for transport in Transport::ALL {
        let stage = Stage::new([refusal()]).await;
        let mut watch = Watch::new(builder(&stage.url("/")).build(transport.service()));
        watch.end().await;
        let error = watch.error();
        assert!(error.is_status() && error.status() == Some(StatusCode::SERVICE_UNAVAILABLE), "{error:?}");
        assert_eq!(error.headers().and_then(|headers| headers.get("x")).unwrap(), "y");

        let stage = Stage::new([refusal(), Answer::stream("data: a\n\n"), Answer::status(204)]).await;
        let retried = builder(&stage.url("/")).retry_statuses([StatusCode::SERVICE_UNAVAILABLE]);
        let mut watch = Watch::new(retried.build(transport.service()));
        watch.events(1).await;
        let [(Cause::Refused { status: StatusCode::SERVICE_UNAVAILABLE, .. }, delay)] = &watch.causes[..] else {
            panic!("{watch:?}");
        };
        assert_eq!(*delay, Duration::from_secs(1));
    }
}

#[tokio::test]
async fn no_content_ends_the_stream_and_is_no_error() {
    for transport in Transport::ALL {
        let stage = Stage::new([Answer::stream("data: a\n\n").end(), Answer::status(204)]).await;
        let mut watch = Watch::new(builder(&stage.url("/")).build(transport.service()));
        watch.end().await;
        assert!(matches!(watch.end, Some(Ok(End::NoContent))), "{watch:?}");
        assert_eq!(stage.requests().len(), 2);
    }
}

#[tokio::test]
async fn which_kind_of_end_it_was_is_told() {
    for transport in Transport::ALL {
        let stage = Stage::new([
            Answer::stream("data: a\n\n").end(),
            Answer::stream("data: b\n\n").cut(),
            Answer::stream("data: c\n\n"),
        ]);
        let stage = stage.await;
        let mut watch = Watch::new(builder(&stage.url("/")).build(transport.service()));
        watch.events(3).await;
        assert!(matches!(watch.causes[..], [(Cause::Ended, _), (Cause::Broken(_), _)]), "{watch:?}");
    }
}
