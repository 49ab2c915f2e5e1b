//! What an open connection holds.

use std::cell::Cell;
use std::convert::Infallible;
use std::time::{Duration, SystemTime};

use allocation_counter::measure;
use futures_util::FutureExt as _;
use http_body::Body as _;
use sse_tower::{Connections, Shutdown, Sse, SseLayer};
use tower::{Layer as _, ServiceExt as _};

use crate::support::{get, layer, ready, topic};

const COUNT: usize = 1_000;

/// How many bytes of heap each of many connections holds, from its first bytes on.
fn heap(layer: &SseLayer) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _context = runtime.enter();
    let topic = topic(10);
    let keys: Vec<_> = (0..COUNT).map(|user| format!("user-{user}")).collect();
    let mut bodies = Vec::with_capacity(COUNT);
    let key = Cell::new("");
    // One service, as an application has one: its settings are shared.
    let service = layer.layer(tower::service_fn(|_| {
        let sse = Sse::topic(&topic).key(key.get()).expires_at(far_away());
        async { Ok::<_, Infallible>(sse) }
    }));
    let held = measure(|| {
        for user in &keys {
            key.set(user);
            let response = service.clone().oneshot(get(None)).now_or_never().unwrap().unwrap();
            let mut body = response.into_body();
            assert!(ready(&mut body).starts_with("retry: "));
            bodies.push(body);
        }
    });
    assert_eq!(topic.subscribers(), COUNT);
    assert!(bodies.iter().all(|body| !body.is_end_stream()));
    usize::try_from(held.bytes_current).unwrap() / COUNT
}

fn far_away() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_hours(24 * 365 * 200)
}

#[test]
fn a_connection_holds_at_most_a_kibibyte_with_everything_that_a_layer_can_do() {
    let (connections, shutdown) = (Connections::new(), Shutdown::new());
    let everything = layer()
        .max_age(Duration::from_hours(1))
        .connections(&connections)
        .shutdown(&shutdown)
        .on_connect(|_| ())
        .on_disconnect(|_| ())
        .metrics("heap")
        .tracing("heap");
    let bytes = heap(&everything);
    println!("{bytes} bytes");
    assert!(bytes <= 1_024, "{bytes} bytes");
    assert_eq!((connections.len(), shutdown.streams()), (0, 0));
}
