//! A server monitor: the figures of this machine, live in the browser, and not one missed when the connection breaks.
//!
//! ```text
//! cargo run -p example-server-stats          # http://127.0.0.1:3000
//! curl -N http://127.0.0.1:3000/events
//! ```
//!
//! What to look at: [`ServerEvent`] is all that is said about the events; `cargo xtask typings` makes the page's typed
//! client of it. [`ServerStats::router`] is all that there is to serving them.
#![expect(
    missing_docs,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    reason = "an example has no next version, and its fields say what they are"
)]

mod cut;
mod event;
mod page;
mod routes;
mod sampler;

use std::convert::Infallible;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use sse_core::topic::PublishError;
use sse_core::{Position, Retention, Retry, Topic};
use tokio::time::{Instant, MissedTickBehavior};

use self::cut::Cuts;
pub use self::event::ServerEvent;
use self::sampler::Sampler;

/// What can be set.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The time from one sample to the next: 1 s.
    pub interval: Duration,
    /// How long a client may be away and still miss nothing: 10 min.
    pub keep: Duration,
    /// How long a browser waits before it reconnects: 3 s.
    pub retry: Retry,
}

impl Default for Options {
    fn default() -> Self {
        Self { interval: Duration::from_secs(1), keep: Duration::from_mins(10), retry: Retry::from_static(3_000) }
    }
}

/// The monitor. Cloning it gives the same one.
#[derive(Clone, Debug)]
pub struct ServerStats {
    options: Options,
    topic: Topic<ServerEvent>,
    /// Of the newest event. It is locked while an event is published, so that the events are in the order of it.
    last_seq: Arc<Mutex<u64>>,
    cuts: Cuts,
}

impl ServerStats {
    #[must_use]
    pub fn new(options: Options) -> Self {
        let keep = Retention::events(events_in(options.keep, options.interval));
        #[expect(clippy::expect_used, reason = "only a retention by age can be refused")]
        let topic = Topic::builder().keep(keep).build().expect("no age needs no clock");
        Self { options, topic, last_seq: Arc::default(), cuts: Cuts::default() }
    }

    /// What is published, for whoever else wants to read it, or to publish.
    #[must_use]
    pub const fn topic(&self) -> &Topic<ServerEvent> {
        &self.topic
    }

    /// The page at `/`, the events at `/events`, and `POST /cut` to break a connection off.
    pub fn router(&self) -> Router {
        routes::router(self)
    }

    /// Samples and publishes for ever. The caller spawns it.
    pub fn sample(&self) -> impl Future<Output = Result<Infallible, Box<dyn Error + Send + Sync>>> + Send + use<> {
        let stats = self.clone();
        async move {
            let mut sampler = Sampler::new()?;
            let interval = stats.options.interval.max(Duration::from_millis(1));
            let mut ticks = tokio::time::interval_at(Instant::now() + interval, interval);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                for event in sampler.sample(stats.topic.subscribers()) {
                    stats.publish(event)?;
                }
            }
        }
    }

    /// Publishes the event that is made of the next `seq`.
    pub fn publish(&self, event: impl FnOnce(u64) -> ServerEvent) -> Result<Position, PublishError> {
        let mut last_seq = self.last_seq.lock().unwrap_or_else(PoisonError::into_inner);
        let position = self.topic.publish(&event(*last_seq + 1))?;
        *last_seq += 1;
        Ok(position)
    }
}

/// How many events there are in this time.
fn events_in(time: Duration, interval: Duration) -> usize {
    let samples = time.as_millis() / interval.as_millis().max(1);
    usize::try_from(samples).unwrap_or(usize::MAX).saturating_mul(ServerEvent::PER_SAMPLE as usize)
}
