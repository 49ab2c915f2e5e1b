//! Clients with ids that nobody gave them.

use std::sync::Arc;
use std::time::Duration;

use crate::Failure;
use crate::exchange::{exchange, get};
use crate::scene::{Kind, Scene, Server};

pub(super) async fn client(scene: Arc<Scene>) {
    let mut next = 0;
    let once = |server| {
        next += 1;
        forge(server, next)
    };
    scene.repeat(Kind::Forged, Duration::from_millis(20), once).await;
}

/// Where the id stands.
#[derive(Clone, Copy, Debug)]
enum Place {
    Header,
    Query,
}

async fn forge(server: Server, next: usize) -> Result<(), Failure> {
    let epoch = epoch(server).await?;
    let forgeries = forgeries(&epoch);
    let (place, id, reason) = &forgeries[next % forgeries.len()];
    let request = match place {
        Place::Header => get("/oldest?kind=forged", &format!("last-event-id: {id}\r\n")),
        Place::Query => get(&format!("/oldest?kind=forged&lastEventId={id}"), ""),
    };
    let shown: String = id.chars().take(40).collect();
    // It goes on with an event, like everybody else.
    let answer = exchange(server.address, &request, |answer| answer.contains("\nevent: number\n")).await?;
    let body = answer.body();
    let is_right = answer.status() == Some(200)
        && answer.header("sse-resume") == Some(format!("reset; reason={reason}"))
        && body.contains(&format!("event: stream-reset\nid: {epoch}-"))
        && body.contains(&format!("data: {{\"reason\":\"{reason}\"}}\n"))
        && !body.contains("<script>");
    if is_right { Ok(()) } else { Err(format!("{place:?} {shown:?}: not {reason}: {answer}").into()) }
}

/// The epoch of the topic, which everybody is told.
async fn epoch(server: Server) -> Result<String, Failure> {
    let answer = exchange(server.address, &get("/live?kind=forged", ""), |answer| answer.contains("\n\n")).await?;
    let body = answer.body();
    let id = body.lines().find_map(|line| line.strip_prefix("id: "));
    let epoch = id.and_then(|id| id.split_once('-')).map(|(epoch, _)| epoch.to_owned());
    epoch.ok_or_else(|| format!("a new client is not told where it begins: {answer}").into())
}

/// Ids, and why each leads to a reset.
fn forgeries(epoch: &str) -> Vec<(Place, String, &'static str)> {
    let header = |id: String, reason| (Place::Header, id, reason);
    vec![
        header("aaaaaaaaaaaaaaaa-5".to_owned(), "unknown-epoch"),
        header(format!("{}-5", epoch.to_ascii_uppercase().chars().rev().collect::<String>()), "unknown-epoch"),
        header(format!("{epoch}-{}", u64::MAX), "future"),
        header(format!("{epoch}-1000000000"), "future"),
        header(format!("{epoch}-{}0", u64::MAX), "malformed"),
        header(format!("{epoch}-007"), "malformed"),
        header(format!("{epoch}-+7"), "malformed"),
        header(format!("{epoch}-"), "malformed"),
        header(format!("{epoch}-7.{epoch}-7"), "malformed"),
        header("-7".to_owned(), "malformed"),
        header("<script>alert(1)</script>".to_owned(), "malformed"),
        header("…\u{feff}\u{202e}".to_owned(), "malformed"),
        header("x".repeat(100_000), "malformed"),
        header(format!("{}-7", "a".repeat(100_000)), "malformed"),
        (Place::Query, format!("{epoch}-{}", u64::MAX), "future"),
        (Place::Query, "bbbbbbbbbbbbbbbb-5".to_owned(), "unknown-epoch"),
        (Place::Query, "%00%0d%0a%ff".to_owned(), "malformed"),
        (Place::Query, "x".repeat(60_000), "malformed"),
    ]
}
