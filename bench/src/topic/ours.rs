//! Ours, and all that the benchmark calls of it.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream as _;
use sse_core::Topic;
use sse_core::topic::{Delivery, SubscribeOptions, Subscription};

use super::channel::{Channel, Receiver};
use crate::payload::{EPOCH, FRAME, Quote};

impl Channel for Topic<Quote> {
    const NAME: &'static str = "ours";
    type Receiver = Subscription;

    fn new() -> Self {
        Self::builder().epoch(EPOCH.parse().expect("it is an epoch")).build().expect("it needs no clock")
    }

    fn subscribe(&mut self) -> Subscription {
        Self::subscribe(self).expect("there is room")
    }

    fn publish(&mut self, event: &Quote) {
        Self::publish(self, event).expect("the event is legal and the topic open");
    }
}

/// Ours with every burst published as one batch: what a publisher does that has several events at once.
#[derive(Debug)]
pub(super) struct Batched(Topic<Quote>);

impl Channel for Batched {
    const NAME: &'static str = "ours, in batches";
    type Receiver = Subscription;

    fn new() -> Self {
        Self(<Topic<Quote> as Channel>::new())
    }

    fn subscribe(&mut self) -> Subscription {
        Channel::subscribe(&mut self.0)
    }

    fn publish(&mut self, event: &Quote) {
        Channel::publish(&mut self.0, event);
    }

    fn publish_burst(&mut self, event: &Quote, count: usize) {
        self.0.publish_batch(std::iter::repeat_n(event, count)).expect("the event is legal and the topic open");
    }
}

impl Receiver for Subscription {
    async fn receive(&mut self) -> usize {
        match poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await {
            // Their numbers make the frames of a burst longer by much less than a frame.
            Some(Delivery::Frames(frames)) => frames.len() / FRAME,
            _ => 0,
        }
    }
}

/// The frame of the event with this number.
pub(super) fn frame(event: &Quote, number: u64) -> Bytes {
    let mut topic = <Topic<Quote> as Channel>::new();
    (1..number).for_each(|_| Channel::publish(&mut topic, event));
    let mut subscription = Channel::subscribe(&mut topic);
    Channel::publish(&mut topic, event);
    next(&mut subscription).expect("it was published")
}

/// A client that comes back, having read nothing yet.
pub(super) fn resume(topic: &Topic<Quote>) -> Subscription {
    let last_event_id = format!("{EPOCH}-0");
    topic.resume(Some(last_event_id.as_bytes()), &SubscribeOptions::default()).expect("there is room").subscription
}

/// What a client reads without waiting. `None`: it waits for the next event.
pub(super) fn next(subscription: &mut Subscription) -> Option<Bytes> {
    match Pin::new(subscription).poll_next(&mut Context::from_waker(std::task::Waker::noop())) {
        Poll::Ready(Some(Delivery::Frames(frames))) => Some(frames),
        _ => None,
    }
}
