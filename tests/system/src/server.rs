//! A router on a port of its own, and what a topic has published.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use axum::serve::ListenerExt as _;
use futures_util::StreamExt as _;
use sse_core::topic::Delivery;
use sse_core::{DecodedEvent, Decoder, Subscription};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A server until it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Server {
    /// The path of a page with nothing on it, where a test is alone with its `EventSource`.
    pub const BLANK: &'static str = "/blank";

    pub async fn new(router: Router) -> Self {
        let router = router.route(Self::BLANK, get(async || Html("<!doctype html><title>blank</title>")));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let listener = listener.tap_io(|connection| connection.set_nodelay(true).unwrap());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, serving }
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Everything that is published behind a subscription, whose reader nobody cuts off.
#[derive(Debug)]
pub struct Published {
    events: Arc<Mutex<Vec<DecodedEvent>>>,
    reading: JoinHandle<()>,
}

impl Published {
    pub fn new(mut subscription: Subscription) -> Self {
        let events = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&events);
        let reading = tokio::spawn(async move {
            let mut decoder = Decoder::new();
            loop {
                match subscription.next().await {
                    Some(Delivery::Frames(frames)) => {
                        let mut input = &frames[..];
                        while let Some(event) = decoder.decode(&mut input).unwrap() {
                            log.lock().unwrap_or_else(PoisonError::into_inner).push(event);
                        }
                    }
                    Some(Delivery::Ended) => return,
                    other => panic!("the test itself has lost events: {other:?}"),
                }
            }
        });
        Self { events, reading }
    }

    pub fn events(&self) -> Vec<DecodedEvent> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Published {
    fn drop(&mut self) {
        self.reading.abort();
    }
}
