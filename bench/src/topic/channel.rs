//! What the contenders have in common, and the world that they run in.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;

use crate::payload::Quote;

/// The most events that are published before all have received them.
pub(crate) const MAX_BURST: usize = 16;

/// A way from one publisher to many subscribers.
pub(crate) trait Channel: Send + Sync + Sized + 'static {
    const NAME: &'static str;
    type Receiver: Receiver;

    fn new() -> Self;

    fn subscribe(&mut self) -> Self::Receiver;

    /// Encodes the event once, and publishes it to all.
    fn publish(&mut self, event: &Quote);

    /// Publishes it so many times.
    fn publish_burst(&mut self, event: &Quote, count: usize) {
        for _ in 0..count {
            self.publish(event);
        }
    }
}

/// A subscriber's end of it.
pub(crate) trait Receiver: Send + 'static {
    /// Waits for what comes next, and says how many events that is. None: the channel has ended.
    fn receive(&mut self) -> impl Future<Output = usize> + Send;
}

/// How many subscribers there are, and what they get at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) subscribers: usize,
    pub(crate) burst: usize,
    /// One is a current-thread runtime, more is that many workers.
    pub(crate) cores: usize,
}

/// Tells the publisher when all have received a burst.
#[derive(Debug)]
struct Progress {
    arrived: AtomicUsize,
    all: usize,
    shared: bool,
    complete: Notify,
}

impl Progress {
    /// One more subscriber has all of the burst.
    fn arrive(&self) {
        let arrived = if self.shared {
            self.arrived.fetch_add(1, Ordering::AcqRel)
        } else {
            // On one thread that is two moves, and puts nothing into the figures.
            let arrived = self.arrived.load(Ordering::Relaxed);
            self.arrived.store(arrived + 1, Ordering::Relaxed);
            arrived
        };
        if arrived + 1 == self.all {
            self.arrived.store(0, Ordering::Release);
            self.complete.notify_one();
        }
    }
}

/// A channel whose subscribers are running tasks.
#[derive(Debug)]
pub(crate) struct World<C> {
    channel: C,
    event: Quote,
    burst: usize,
    progress: Arc<Progress>,
}

impl<C: Channel> World<C> {
    /// Starts the subscribers, and runs the publisher as a task among them.
    pub(crate) fn run<T, P>(shape: Shape, publisher: impl FnOnce(Self) -> P) -> T
    where
        T: Send + 'static,
        P: Future<Output = T> + Send + 'static,
    {
        let runtime = runtime(shape.cores);
        let mut channel = C::new();
        let progress = Arc::new(Progress {
            arrived: AtomicUsize::new(0),
            all: shape.subscribers,
            shared: shape.cores > 1,
            complete: Notify::new(),
        });
        for _ in 0..shape.subscribers {
            runtime.spawn(subscriber(channel.subscribe(), shape.burst, Arc::clone(&progress)));
        }
        let world = Self { channel, event: Quote::new(), burst: shape.burst, progress };
        let publisher = runtime.spawn(publisher(world));
        runtime.block_on(publisher).expect("the publisher does not panic")
    }

    /// Publishes a burst.
    pub(crate) fn publish(&mut self) {
        self.channel.publish_burst(&self.event, self.burst);
    }

    /// Waits until all have received it.
    pub(crate) async fn received(&self) {
        self.progress.complete.notified().await;
    }
}

async fn subscriber(mut receiver: impl Receiver, burst: usize, progress: Arc<Progress>) {
    let mut count = 0;
    loop {
        match receiver.receive().await {
            0 => break,
            events => count += events,
        }
        if count == burst {
            count = 0;
            progress.arrive();
        }
    }
}

fn runtime(cores: usize) -> Runtime {
    let runtime = match cores {
        1 => Builder::new_current_thread().build(),
        _ => Builder::new_multi_thread().worker_threads(cores).build(),
    };
    runtime.expect("threads can be started")
}
