//! Clients of handlers whose streams go wrong in the middle.

use std::sync::Arc;
use std::time::Duration;

use crate::Failure;
use crate::exchange::{End, exchange, get};
use crate::scene::{Kind, Scene, Server};
use crate::server::planned::BEFORE;

const EVERY: Duration = Duration::from_millis(100);
/// As often may what comes before the end be lost with it: a server that stalls has not written it by then.
const STALLS: usize = 20;

/// The handler's stream panics: some events come, and nothing more.
pub(super) async fn panics(scene: Arc<Scene>) {
    scene.repeat(Kind::Panics, EVERY, |server| ask(server, "/panics", "\n")).await;
}

/// The handler's stream fails: some events come, and that there was an error.
pub(super) async fn fails(scene: Arc<Scene>) {
    scene.repeat(Kind::Fails, EVERY, |server| ask(server, "/fails", "\n: error\n")).await;
}

/// The connection is always over without the end of the body.
async fn ask(server: Server, path: &'static str, last: &'static str) -> Result<(), Failure> {
    for _ in 0..STALLS {
        let answer = exchange(server.address, &get(path, ""), |_| false).await?;
        let body = answer.body();
        let events = body.matches("event: number\n").count() as u64;
        let is_over = body.contains("stream-end") || body.ends_with("\r\n0\r\n\r\n") || answer.end == End::Enough;
        if answer.status() != Some(200) || is_over || events > BEFORE {
            return Err(format!("not a connection that breaks off behind {BEFORE} events: {answer}").into());
        }
        if events == BEFORE && body.contains(last) {
            return Ok(());
        }
    }
    Err(format!("never the {BEFORE} events before the end, {STALLS} times").into())
}
