use axum::Router;
use axum::routing::get;
use futures_util::stream;
use sse_core::SseEvent;

#[derive(SseEvent)]
enum Count {
    Tick(u64),
}

async fn counts() -> stream::Empty<Count> {
    stream::empty()
}

fn main() {
    // The stream was not wrapped in `Sse`.
    let _: Router = Router::new().route("/", get(counts));
}
