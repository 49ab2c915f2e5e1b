//! The events of many topics.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream as _;
use sse_core::topic::group::{GroupDelivery, GroupSubscription};

use super::private::{self, Chunk, Cursor};
use crate::control::{self, RESET_ID};

/// The events of many topics under one id, encoded but for it when they were published.
#[derive(Debug, Default)]
pub struct SubscribedGroup {
    subscription: Option<Box<GroupSubscription>>,
}

impl SubscribedGroup {
    pub(crate) const fn new() -> Self {
        Self { subscription: None }
    }
}

impl private::FromTopics for SubscribedGroup {}

impl private::Source for SubscribedGroup {
    fn attach(mut self: Pin<&mut Self>, cursor: Cursor) {
        if let Cursor::Group(subscription) = cursor {
            self.subscription = Some(subscription);
        }
    }

    fn poll_chunk(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Chunk> {
        let Some(subscription) = &mut self.subscription else {
            return Poll::Ready(Chunk::Closed);
        };
        Poll::Ready(match ready!(Pin::new(&mut **subscription).poll_next(cx)) {
            Some(GroupDelivery::Frames(frames)) => Chunk::Frames(frames),
            Some(GroupDelivery::Position(position)) => Chunk::Position(control::position(position)),
            Some(GroupDelivery::Reset { label, reason, position }) => {
                let topics = [(label, reason)];
                Chunk::Reset(match position {
                    Some(position) => control::reset(reason, &topics, &position),
                    None => control::reset(reason, &topics, &RESET_ID),
                })
            }
            Some(GroupDelivery::Lost { .. }) => Chunk::Lagged,
            Some(GroupDelivery::Ended) => Chunk::Ended,
            _ => Chunk::Closed,
        })
    }

    fn on_quiet(mut self: Pin<&mut Self>, tells: bool) -> Option<Bytes> {
        let subscription = self.subscription.as_mut()?;
        subscription.group().evict();
        if tells { subscription.untold_position().map(control::position) } else { None }
    }
}
