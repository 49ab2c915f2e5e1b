//! Shows a server whose event streams end when it does: clocks drain, answers finish.
//!
//! ```text
//! cargo run -p example-graceful-shutdown
//! curl -N http://127.0.0.1:3000/clock       # within five seconds of the signal: `retry:` and a clean end
//! curl -N http://127.0.0.1:3000/answer      # goes on to its last word
//! kill -TERM $(pidof example-graceful-shutdown)
//! ```
//!
//! Ctrl-C does the same; a second one does not wait.
#![expect(clippy::print_stdout, reason = "a program talks to its user")]

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use futures_util::{Stream, StreamExt as _, stream};
use serde::Serialize;
use sse_core::{SseEvent, Topic};
use sse_tower::{AtShutdown, Shutdown, Sse, SseLayer};
use tokio::net::TcpListener;

#[derive(Serialize, SseEvent)]
#[sse(rename_all = "kebab-case")]
enum Clock {
    Tick { seconds: u64 },
}

#[derive(Serialize, SseEvent)]
#[sse(rename_all = "kebab-case")]
enum Answer {
    Word(&'static str),
    #[sse(terminal)]
    Done,
}

/// Within this the clocks end, each at a moment of its own.
const DRAIN: Duration = Duration::from_secs(5);
/// As long may an answer take.
const FINISH: Duration = Duration::from_secs(20);
/// A client that does not read is not waited for any longer than that.
const PATIENCE: Duration = Duration::from_secs(25);

#[tokio::main]
async fn main() -> io::Result<()> {
    let clock = Topic::new();
    let shutdown = Shutdown::new();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 3000)).await?;
    println!("graceful-shutdown on http://{}", listener.local_addr()?);
    tokio::spawn(tick(clock.clone()));

    let app = app(&clock, &shutdown, Duration::from_millis(300));
    let server = axum::serve(listener, app).with_graceful_shutdown(shutdown.begun());
    let end = async {
        signal().await?;
        println!("shutting down: {} streams are open", shutdown.streams());
        shutdown.begin();
        tokio::select! {
            again = signal() => again,
            () = tokio::time::sleep(PATIENCE) => Ok(()),
        }
    };
    tokio::select! {
        done = server => done?,
        ended = end => ended?,
    }
    println!("done: {} streams are left", shutdown.streams());
    Ok(())
}

/// Two routes, whose streams end differently by the same handle.
fn app(clock: &Topic<Clock>, shutdown: &Shutdown, pace: Duration) -> Router {
    let clock = clock.clone();
    let clocks = SseLayer::new().shutdown(shutdown).at_shutdown(AtShutdown::Drain(DRAIN));
    let answers = SseLayer::new().shutdown(shutdown).at_shutdown(AtShutdown::Finish(Some(FINISH)));
    Router::new()
        .route("/clock", get(async move || Sse::topic(&clock)).layer(clocks))
        .route("/answer", get(async move || Sse::new(Box::pin(answer(pace)))).layer(answers))
}

/// A word after the other, as a language model has them.
fn answer(pace: Duration) -> impl Stream<Item = Answer> {
    let words = "A stream that is cut off in the middle would have to be paid for twice".split(' ');
    stream::iter(words.map(Answer::Word).chain([Answer::Done])).then(move |event| async move {
        tokio::time::sleep(pace).await;
        event
    })
}

async fn tick(clock: Topic<Clock>) {
    for seconds in 0.. {
        if clock.publish(&Clock::Tick { seconds }).is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// SIGTERM, which a container is stopped by, or Ctrl-C.
#[cfg(unix)]
async fn signal() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminated.recv() => Ok(()),
        pressed = tokio::signal::ctrl_c() => pressed,
    }
}

#[cfg(not(unix))]
async fn signal() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

#[cfg(test)]
mod tests;
