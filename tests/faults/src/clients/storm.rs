//! Clients that reconnect a thousand times a second.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::Failure;
use crate::exchange::{exchange, get};
use crate::scene::{Kind, Scene, Server};

/// Each comes back every tenth of a second, so that all together are a thousand a second and no more, however fast the
/// machine is.
pub(super) const LANES: u32 = 100;
const EVERY: Duration = Duration::from_millis(100);

pub(super) async fn client(scene: Arc<Scene>, lane: u32) {
    // Not all in the same instant.
    tokio::time::sleep(EVERY * lane / LANES).await;
    let id = Arc::new(Mutex::new(None));
    scene.repeat(Kind::Storm, EVERY, |server| come_and_go(server, Arc::clone(&id))).await;
}

/// The life in which an id was given out, and the id.
type Id = Arc<Mutex<Option<(u32, String)>>>;

/// Comes without an id, and goes with that of `stream-open`; or comes with that, and goes without one. It does not stay
/// until it has what it missed, and with one id for ever it would miss too much some day.
async fn come_and_go(server: Server, id: Id) -> Result<(), Failure> {
    let had = id.lock().unwrap_or_else(PoisonError::into_inner).take();
    let header = had.as_ref().map(|(_, id)| format!("last-event-id: {id}\r\n")).unwrap_or_default();
    let request = get("/live?kind=storm", &header);
    let answer = exchange(server.address, &request, |answer| answer.contains("\n\n")).await?;

    let right = match had {
        None => "fresh",
        Some((life, _)) if life == server.life => "recovered",
        Some(_) => "reset; reason=unknown-epoch",
    };
    if answer.status() != Some(200) || answer.header("sse-resume").as_deref() != Some(right) {
        return Err(format!("{right} was to be said to {had:?}: {answer}").into());
    }
    if had.is_none() {
        let body = answer.body();
        let new = body.lines().find_map(|line| line.strip_prefix("id: ")).ok_or("`stream-open` has no id")?;
        *id.lock().unwrap_or_else(PoisonError::into_inner) = Some((server.life, new.to_owned()));
    }
    Ok(())
}
