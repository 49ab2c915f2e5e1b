//! Ours, as the documentation says.

use std::net::TcpListener;
use std::os::unix::net::UnixStream;

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use sse_core::Topic;
use sse_tower::{Sse, SseLayer};

use super::{Stack, serve_app};
use crate::payload::{EPOCH, Quote};

pub(super) fn serve(control: UnixStream, listener: TcpListener) {
    let topic = Topic::builder().epoch(EPOCH.parse().expect("it is an epoch")).build().expect("it needs no clock");
    let app = Router::new().route("/", get(events)).layer(SseLayer::new()).with_state(topic.clone());
    let quote = Quote::new();
    serve_app(Stack::Ours, app, control, listener, move |events| {
        for _ in 0..events {
            topic.publish(&quote).expect("the event is legal and the topic open");
        }
    });
}

async fn events(State(topic): State<Topic<Quote>>) -> impl IntoResponse {
    Sse::topic(&topic)
}
