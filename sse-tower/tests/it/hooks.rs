//! What the application is told of its connections.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use futures_util::stream;
use http::Method;
use sse_core::Topic;
use sse_core::history::LiveWindow;
use sse_core::topic::LagPolicy;
use sse_tower::hooks::{Disconnect, DisconnectReason};
use sse_tower::{AtShutdown, Connections, ControlEvents, Shutdown, Source, Sse, SseLayer};

use crate::support::{BoxBody, Count, answer, frame, get, layer, publish, ready, topic};

/// What the hooks have been told.
#[derive(Clone, Debug, Default)]
struct Told(Arc<Mutex<(Vec<String>, Vec<Disconnect>)>>);

impl Told {
    fn layer(&self, layer: SseLayer) -> SseLayer {
        let (come, gone) = (self.clone(), self.clone());
        layer
            .on_connect(move |connect| come.0.lock().unwrap().0.push(connect.id.to_string()))
            .on_disconnect(move |disconnect| gone.0.lock().unwrap().1.push(disconnect.clone()))
    }

    fn come(&self) -> usize {
        self.0.lock().unwrap().0.len()
    }

    fn gone(&self) -> Vec<Disconnect> {
        self.0.lock().unwrap().1.clone()
    }
}

/// Opens a connection, does something to it, and says how it went.
async fn end_of<S: Source + Send + 'static>(
    layer: SseLayer,
    sse: Sse<S>,
    then: impl FnOnce(&mut BoxBody),
) -> Disconnect {
    let told = Told::default();
    let response = answer(&told.layer(layer), get(None), sse.key("ada")).await;
    assert_eq!((told.come(), told.gone().len()), (1, 0));
    let mut body = response.into_body();
    ready(&mut body);
    then(&mut body);
    while tokio::time::timeout(Duration::from_secs(30), frame(&mut body)).await.is_ok_and(|frame| frame.is_some()) {}
    drop(body);
    let gone = told.gone();
    let [gone] = &*gone else { panic!("told {} times", gone.len()) };
    assert_eq!(told.0.lock().unwrap().0, [gone.id.to_string()]);
    assert_eq!(gone.key.as_deref(), Some("ada"));
    gone.clone()
}

#[tokio::test(start_paused = true)]
async fn every_end_has_its_reason() {
    let pending = || Sse::new(stream::pending::<Count>());
    let connections = Connections::new();
    let shutdown = Shutdown::new();
    let topic = topic(10);
    let layer = || layer().keep_alive(None);

    let gone = end_of(layer(), pending(), |_| ()).await;
    assert_eq!(gone.reason, DisconnectReason::ClientGone);
    let gone = end_of(layer(), Sse::new(stream::iter([Count::Tick(1)])), |_| ()).await;
    assert_eq!(gone.reason, DisconnectReason::Ended);
    let gone = end_of(layer().max_age(Duration::from_secs(10)), pending(), |_| ()).await;
    assert_eq!((gone.reason, gone.duration.as_secs()), (DisconnectReason::MaxAge, 8));
    let gone = end_of(layer(), pending().expires_at(SystemTime::UNIX_EPOCH), |_| ()).await;
    assert_eq!(gone.reason, DisconnectReason::Expired);
    let close = |_: &mut BoxBody| assert_eq!(connections.close("ada", "logged out"), 1);
    let gone = end_of(layer().connections(&connections), pending(), close).await;
    assert_eq!(gone.reason, DisconnectReason::Closed("logged out".into()));
    let gone = end_of(layer(), Sse::topic(&topic), |_| assert_eq!(topic.kick(), 1)).await;
    assert_eq!(gone.reason, DisconnectReason::Kicked);
    let failing = stream::iter([Ok(Count::Tick(1)), Err("the disk is full")]);
    let told = Told::default();
    let response = answer(&told.layer(layer()), get(None), Sse::new(failing)).await;
    ready(&mut response.into_body());
    assert_eq!(told.gone().pop().unwrap().reason, DisconnectReason::Error);
    let layer = layer().shutdown(&shutdown).at_shutdown(AtShutdown::End);
    let gone = end_of(layer, pending(), |_| shutdown.begin()).await;
    assert_eq!(gone.reason, DisconnectReason::Shutdown);
}

#[tokio::test(start_paused = true)]
async fn who_lags_is_told_from_who_is_kicked() {
    for (policy, control_events) in [
        (LagPolicy::Close, ControlEvents::On),
        (LagPolicy::Close, ControlEvents::Off),
        (LagPolicy::Reset, ControlEvents::Off),
    ] {
        let topic: Topic<Count> = Topic::builder().live(LiveWindow::events(5)).lag_policy(policy).build().unwrap();
        let gone = end_of(layer().control_events(control_events), Sse::topic(&topic), |_| publish(&topic, 1..=6)).await;
        assert_eq!(gone.reason, DisconnectReason::Lagged);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_is_counted() {
    let told = Told::default();
    let topic = topic(10);
    let response = answer(&told.layer(layer()), get(None), Sse::topic(&topic)).await;
    let mut body = response.into_body();
    let mut sent = ready(&mut body);
    publish(&topic, 1..=3);
    sent += &ready(&mut body);
    sent += &frame(&mut body).await.unwrap();
    assert!(sent.ends_with("data: 3\n\n:\n"), "{sent}");
    drop(body);
    let gone = told.gone();
    assert_eq!((gone[0].events, gone[0].bytes, gone[0].duration.as_secs()), (3, sent.len() as u64, 15));
}

#[tokio::test]
async fn the_end_is_told_when_everything_is_free() {
    let connections = Connections::new();
    let topic = topic(10);
    let seen = Arc::new(Mutex::new(None));
    let hook = {
        let (connections, topic, seen) = (connections.clone(), topic.clone(), Arc::clone(&seen));
        move |_: &Disconnect| *seen.lock().unwrap() = Some((connections.len(), topic.subscribers()))
    };
    let layer = layer().connections(&connections).on_disconnect(hook);
    let response = answer(&layer, get(None), Sse::topic(&topic)).await;
    assert_eq!(topic.subscribers(), 1);
    drop(response);
    assert_eq!(*seen.lock().unwrap(), Some((0, 0)));
}

#[tokio::test]
async fn what_is_no_connection_is_not_told() {
    let told = Told::default();
    let layer = told.layer(layer());
    let mut head = get(None);
    *head.method_mut() = Method::HEAD;
    drop(answer(&layer, head, Sse::new(stream::pending::<Count>())).await);
    let mut refused = get(None);
    refused.headers_mut().insert("accept", "text/html".parse().unwrap());
    drop(answer(&layer, refused, Sse::new(stream::pending::<Count>())).await);
    let full = layer.connections(&Connections::builder().max(0).build());
    drop(answer(&full, get(None), Sse::new(stream::pending::<Count>())).await);
    let quiet = full.connections(&Connections::new()).control_events(ControlEvents::Off);
    drop(answer(&quiet, get(Some("nonsense")), Sse::topic(&topic(1))).await);
    assert_eq!((told.come(), told.gone().len()), (0, 0));
}

#[tokio::test]
async fn a_body_that_is_never_polled_has_come_and_gone() {
    let told = Told::default();
    drop(answer(&told.layer(layer()), get(None), Sse::new(stream::pending::<Count>())).await);
    assert_eq!((told.come(), told.gone().len()), (1, 1));
    assert_eq!(told.gone()[0].bytes, 0);
}
