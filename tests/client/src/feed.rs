//! A server of ours that counts, and a client of ours that counts along.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use futures_util::StreamExt as _;
use sse_core::history::Retention;
use sse_core::{EventId, Retry, SseDecode, SseEvent, Topic};
use sse_tower::client::{Builder, End, EventSource, Update};
use sse_tower::{Sse, SseLayer};
use system_tests::{LONG, Server};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::Hurried;
use crate::transport::Transport;

/// What is told. The events are numbered from 1.
#[derive(Clone, Debug, PartialEq, Eq, SseEvent, SseDecode)]
#[sse(rename_all = "kebab-case")]
pub enum Count {
    Odd {
        n: u64,
    },
    /// Three lines of data.
    #[sse(text)]
    Even(String),
}

impl Count {
    pub fn new(n: u64) -> Self {
        if n.is_multiple_of(2) { Self::Even(format!("{n}\n\n")) } else { Self::Odd { n } }
    }

    pub fn number(&self) -> u64 {
        match self {
            Self::Odd { n } => *n,
            Self::Even(text) => text.trim_end().parse().unwrap(),
        }
    }
}

/// A topic that is served, and that counts for as long as it is told to.
#[derive(Debug)]
pub struct Feed {
    pub topic: Topic<Count>,
    pub server: Server,
    counting: Option<JoinHandle<()>>,
}

impl Feed {
    pub const PATH: &'static str = "/events";

    /// A topic that keeps so many events.
    pub async fn new(keep: usize) -> Self {
        let topic = Topic::builder().keep(Retention::events(keep)).build().unwrap();
        let served = topic.clone();
        let handler = get(async move || Sse::topic(&served));
        let router = Router::new().route(Self::PATH, handler).layer(SseLayer::new().retry(Retry::MIN));
        Self { topic, server: Server::new(router).await, counting: None }
    }

    /// Publishes the numbers up to this one.
    pub fn publish(&self, up_to: u64) {
        for n in 1..=up_to {
            self.topic.publish(&Count::new(n)).unwrap();
        }
    }

    /// Counts from 1, a number each millisecond.
    pub fn count(&mut self) {
        let topic = self.topic.clone();
        self.counting = Some(tokio::spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_millis(1));
            for n in 1.. {
                ticks.tick().await;
                topic.publish(&Count::new(n)).unwrap();
            }
        }));
    }

    /// The id of a client that has heard everything until now.
    pub fn position(&self) -> EventId {
        self.topic.position().into()
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.counting.iter().for_each(JoinHandle::abort);
    }
}

/// A client that counts along.
#[derive(Debug)]
pub struct Counter {
    source: EventSource<Count>,
    /// The numbers that have come.
    pub numbers: Vec<u64>,
    /// Before which of them the server has said that some were lost, by their indices.
    pub resets: Vec<usize>,
    pub opens: usize,
    pub losses: usize,
    pub end: Option<End>,
}

impl Counter {
    pub fn new(url: &str, transport: Transport, id: EventId) -> Self {
        // Of the time that passes 50 times as fast, so much as the test itself may wait.
        let builder = Builder::with_timer(url.parse().unwrap(), Hurried::default()).idle_timeout(50 * LONG);
        let source = builder.last_event_id(id).build(transport.service()).typed();
        Self { source, numbers: Vec::new(), resets: Vec::new(), opens: 0, losses: 0, end: None }
    }

    /// Reads until this is so.
    pub async fn until(&mut self, done: impl Fn(&Self) -> bool) {
        while !done(self) {
            match timeout(LONG, self.source.next()).await {
                Ok(Some(Ok(Update::Event { event, .. }))) => self.numbers.push(event.number()),
                Ok(Some(Ok(Update::Open(_)))) => self.opens += 1,
                Ok(Some(Ok(Update::Reconnecting(_)))) => self.losses += 1,
                Ok(Some(Ok(Update::Reset(_)))) => self.resets.push(self.numbers.len()),
                Ok(Some(Ok(Update::End(end)))) => self.end = Some(end),
                other => panic!("{other:?} behind {self:?}"),
            }
        }
    }

    /// How often numbers are missing; each time the server must have said so.
    #[track_caller]
    pub fn gaps(&self) -> usize {
        let mut gaps = 0;
        for (n, pair) in self.numbers.windows(2).enumerate() {
            let [before, behind] = pair else { continue };
            assert!(before < behind, "{before} and then {behind}: {self:?}");
            if before + 1 != *behind {
                assert!(self.resets.contains(&(n + 1)), "{behind} behind {before} unannounced: {self:?}");
                gaps += 1;
            }
        }
        gaps
    }
}
