use std::convert::Infallible;

use axum::Router;
use axum::extract::Request;
use futures_util::stream;
use sse_core::SseEvent;
use sse_tower::SseLayer;
use tower::{Layer as _, service_fn};

#[derive(Clone, SseEvent)]
enum Count {
    Tick(u64),
}

async fn counts(_: Request) -> Result<stream::Empty<Count>, Infallible> {
    Ok(stream::empty())
}

fn main() {
    // The stream was not wrapped in `Sse`.
    let _: Router = Router::new().route_service("/", SseLayer::new().layer(service_fn(counts)));
}
