//! Shows a server whose event streams end when it does: clocks drain, answers finish, and who does not read is let go.
//!
//! ```text
//! cargo run -p example-graceful-shutdown              # http://127.0.0.1:3000, and 8 s to end
//! cargo run -p example-graceful-shutdown 8080 20      # 0 takes any free port
//!
//! curl -N http://127.0.0.1:3000/clock                 # within half the time: `retry:`, and a clean end
//! curl -N http://127.0.0.1:3000/answer                # goes on to its last word
//! curl -N http://127.0.0.1:3000/firehose | sleep 60   # takes nothing: is cut off when the time is over
//! kill -TERM $(pidof example-graceful-shutdown)
//! ```
//!
//! Ctrl-C does the same; a second one does not wait.
//!
//! What to look at: [`Shutdown`] is told once, and each route's layer says what that is to its streams. It does not reach a
//! client that takes nothing, because the server does not poll that one's body; [`Blocked`](sse_tower::serve::Blocked)
//! does.
#![expect(clippy::print_stdout, reason = "a program talks to its user")]

use std::env;
use std::error::Error;
use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use futures_util::{Stream, StreamExt as _, stream};
use serde::Serialize;
use sse_core::{Retry, SseEvent, Topic};
use sse_tower::{AtShutdown, Shutdown, Sse, SseLayer, serve};

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

#[derive(Clone, Serialize, SseEvent)]
#[sse(rename_all = "kebab-case")]
enum Firehose {
    Drop(&'static str),
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut arguments = env::args().skip(1);
    let port = arguments.next().map_or(Ok(3000), |port| port.parse())?;
    // A container is killed 10 s after it was told to end.
    let window = Duration::from_secs(arguments.next().map_or(Ok(8), |seconds| seconds.parse())?);
    let listener = serve::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("graceful-shutdown on http://{}", listener.local_addr()?);

    let (clock, shutdown, blocked) = (Topic::new(), Shutdown::new(), listener.blocked());
    tokio::spawn(tick(clock.clone()));
    let server = axum::serve(listener, app(&clock, &shutdown, window)).with_graceful_shutdown(shutdown.begun());
    let end = async {
        signal().await?;
        println!("shutting down: {} streams are open", shutdown.streams());
        shutdown.begin();
        blocked.end_within(window);
        tokio::select! {
            again = signal() => again,
            // Who is in the middle of a request is not waited for any longer.
            () = tokio::time::sleep(window + Duration::from_secs(1)) => Ok(()),
        }
    };
    tokio::select! {
        done = server => {
            done?;
            println!("done: every connection has ended");
        }
        ended = end => {
            ended?;
            println!("not waited for: {} streams, and who is in the middle of a request", shutdown.streams());
        }
    }
    Ok(())
}

/// Routes whose streams end differently by the same handle.
fn app(clock: &Topic<Clock>, shutdown: &Shutdown, window: Duration) -> Router {
    let clock = clock.clone();
    let layer = SseLayer::new().retry(Retry::from_static(1_000)).shutdown(shutdown);
    // Each at a moment of its own, and all of them before those whose end has to be waited for.
    let drain = layer.clone().at_shutdown(AtShutdown::Drain(window / 2));
    let finish = layer.at_shutdown(AtShutdown::Finish(Some(window)));
    Router::new()
        .route("/clock", get(async move || Sse::topic(&clock)).layer(drain.clone()))
        .route("/firehose", get(async || Sse::new(stream::repeat(Firehose::Drop("on the bucket")))).layer(drain))
        .route("/answer", get(async move || Sse::new(Box::pin(answer(window / 2)))).layer(finish))
}

/// A word after the other, as a language model has them.
fn answer(time: Duration) -> impl Stream<Item = Answer> {
    let words = "A stream that is cut off in the middle would have to be paid for twice".split(' ');
    // For 16 words and the end.
    let pace = time / 17;
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
