//! The events of one topic.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream as _;
use sse_core::topic::{Delivery, LagPolicy, Subscription};

use super::private::{self, Chunk, Cursor};
use crate::control::{self, RESET_ID};
use crate::snapshot::Owed;

/// The events of a topic, encoded when they were published.
#[derive(Debug, Default)]
pub struct Subscribed {
    subscription: Option<Subscription>,
    /// The application's snapshot, if it has one.
    snapshot: Option<Box<Owed>>,
}

impl Subscribed {
    pub(crate) const fn new() -> Self {
        Self { subscription: None, snapshot: None }
    }
}

impl private::FromTopics for Subscribed {}

impl private::Source for Subscribed {
    fn attach(mut self: Pin<&mut Self>, cursor: Cursor) {
        if let Cursor::Topic(subscription, snapshot) = cursor {
            *self = Self { subscription: Some(subscription), snapshot };
        }
    }

    fn poll_chunk(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Chunk> {
        let Self { subscription: Some(subscription), snapshot } = &mut *self else {
            return Poll::Ready(Chunk::Closed);
        };
        let held = match snapshot {
            Some(snapshot) => match ready!(snapshot.poll(subscription, cx)) {
                Ok(held) => held,
                Err(chunk) => return Poll::Ready(chunk),
            },
            None => None,
        };
        let delivery = match held {
            Some(held) => Some(held),
            None => ready!(Pin::new(&mut *subscription).poll_next(cx)),
        };
        Poll::Ready(match delivery {
            Some(Delivery::Frames(frames)) => Chunk::Frames(frames),
            Some(Delivery::Position(position)) => Chunk::Position(control::position(position)),
            Some(Delivery::Reset { reason, position }) => {
                let mut id = position;
                if let Some(snapshot) = snapshot
                    && subscription.topic().lag_policy() == LagPolicy::Reset
                {
                    snapshot.owe();
                    id = None;
                }
                Chunk::Reset(match id {
                    Some(id) => control::reset(reason, control::ONE_TOPIC, &id),
                    None => control::reset(reason, control::ONE_TOPIC, &RESET_ID),
                })
            }
            Some(Delivery::Ended) => Chunk::Ended,
            Some(Delivery::Lost(_)) => Chunk::Lagged,
            // The client comes back with its last id, and gets what it missed or is told that it cannot.
            _ => Chunk::Closed,
        })
    }

    fn on_quiet(mut self: Pin<&mut Self>, tells: bool) -> Option<Bytes> {
        let Self { subscription, snapshot } = &mut *self;
        let subscription = subscription.as_mut()?;
        subscription.topic().evict();
        // A client that has not read its snapshot must not come back as if it had.
        let owes = snapshot.as_ref().is_some_and(|snapshot| snapshot.owes());
        if tells && !owes { subscription.untold_position().map(control::position) } else { None }
    }
}
