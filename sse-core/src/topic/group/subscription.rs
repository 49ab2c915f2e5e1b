//! The cursors of one connection on many topics.

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::Write as _;

use bytes::Bytes;
use futures_core::Stream;

use super::{Member, TopicGroup, VectorPosition};
use crate::history::{Position, ResetReason, SEGMENT, Verdict};
use crate::topic::subscription::{Attached, Delivery, Subscription};

/// Cursors on the topics of a group: a stream of what is between them and the newest events.
///
/// Each topic's events come in its own order, and no topic waits for another. Dropping it frees its places before
/// `drop` returns.
#[must_use = "a subscription that is dropped reads nothing"]
pub struct GroupSubscription {
    members: Arc<[Member]>,
    cursors: Vec<Cursor>,
    /// Where the connection stands: the id of the next durable event, but for that event's own entry.
    position: VectorPosition,
    /// What the client knows by an id, if events are left out.
    told: Option<VectorPosition>,
    /// The events of snapshots, which come before all others: until the last of them no id may be written.
    snapshot: VecDeque<Bytes>,
    /// What is delivered before anything is read.
    next: VecDeque<GroupDelivery>,
    /// The topic that is read first, another one each time.
    turn: usize,
    done: bool,
}

struct Cursor {
    subscription: Subscription,
    ended: bool,
}

/// What the subscription to a group delivers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GroupDelivery {
    /// The next events, encoded and whole: as many as there are, in less than 128 KiB, or one that is larger.
    Frames(Bytes),
    /// The client is to be told this position, as `stream-position`.
    Position(VectorPosition),
    /// The client is to be told, as `stream-reset`, that it has lost events of a topic, and why.
    Reset {
        /// The label of the topic.
        label: Arc<str>,
        /// Why.
        reason: ResetReason,
        /// The position just before the next event. `None` if a snapshot comes first.
        position: Option<VectorPosition>,
    },
    /// An event of a topic that the reader had still to read is gone. Nothing follows.
    Lost {
        /// The label of the topic.
        label: Arc<str>,
        /// Why.
        reason: ResetReason,
    },
    /// A topic told its subscribers to leave. Nothing follows.
    Kicked,
    /// All topics are closed and everything was read. Nothing follows.
    Ended,
}

impl GroupSubscription {
    pub(super) fn new(members: Arc<[Member]>, attached: Vec<Attached>) -> (Self, Option<VectorPosition>) {
        // The client's own position where it was recovered, not one that is as good.
        let mut positions = Vec::with_capacity(attached.len());
        let filtered = attached.iter().any(|attached| attached.subscription.leaves_out());
        let mut snapshot = VecDeque::new();
        let mut cursors = Vec::with_capacity(attached.len());
        for Attached { verdict, position, mut subscription, .. } in attached {
            let owed = subscription.take_snapshot();
            positions.push(match (verdict, position, &owed) {
                (Verdict::Recovered(position), ..) | (_, Some(position), _) => position,
                (.., Some((_, position))) => *position,
                _ => subscription.position(),
            });
            snapshot.extend(owed.into_iter().flat_map(|(events, _)| events));
            cursors.push(Cursor { subscription, ended: false });
        }
        let position = VectorPosition::new(positions);
        let opening = snapshot.is_empty().then(|| position.clone());
        let told = filtered.then(|| position.clone());
        let next = VecDeque::new();
        (Self { members, cursors, position, told, snapshot, next, turn: 0, done: false }, opening)
    }

    /// What there is to deliver now; `None` if the reader has everything, or if it has been told why nothing follows.
    pub fn try_next(&mut self) -> Option<GroupDelivery> {
        match self.next(None) {
            Poll::Ready(next) => next,
            Poll::Pending => None,
        }
    }

    /// See [`Subscription::untold_position`].
    pub fn untold_position(&mut self) -> Option<VectorPosition> {
        let told = self.told.as_mut().filter(|_| self.snapshot.is_empty() && self.next.is_empty())?;
        let untold = *told != self.position;
        told.clone_from(&self.position);
        untold.then(|| self.position.clone())
    }

    /// The topics that it reads.
    #[must_use]
    pub fn group(&self) -> TopicGroup {
        TopicGroup { members: Arc::clone(&self.members) }
    }

    /// As [`Subscription::next`].
    fn next(&mut self, cx: Option<&mut Context<'_>>) -> Poll<Option<GroupDelivery>> {
        if self.done {
            return Poll::Ready(None);
        }
        if self.next.is_empty() && !self.snapshot.is_empty() {
            if self.cursors.iter().any(|cursor| cursor.subscription.is_kicked()) {
                self.done = true;
                return Poll::Ready(Some(GroupDelivery::Kicked));
            }
            return Poll::Ready(Some(self.next_of_snapshot()));
        }
        if self.next.is_empty() {
            self.read(cx);
        }
        let Some(next) = self.next.pop_front() else { return Poll::Pending };
        self.done = matches!(next, GroupDelivery::Lost { .. } | GroupDelivery::Kicked | GroupDelivery::Ended);
        Poll::Ready(Some(next))
    }

    fn next_of_snapshot(&mut self) -> GroupDelivery {
        let mut gathered = Vec::new();
        while gathered.len() < SEGMENT
            && let Some(event) = self.snapshot.pop_front()
        {
            if self.snapshot.is_empty() {
                write_id_line(&mut gathered, &self.position);
                self.note_told();
            }
            gathered.extend_from_slice(&event);
        }
        GroupDelivery::Frames(Bytes::from(gathered))
    }

    fn note_told(&mut self) {
        if let Some(told) = &mut self.told {
            told.clone_from(&self.position);
        }
    }

    /// Reads all topics in turn, until there is enough for one delivery or one of them has more to say than events.
    fn read(&mut self, mut cx: Option<&mut Context<'_>>) {
        let mut gathered = Vec::new();
        let count = self.cursors.len();
        for turn in self.turn..self.turn + count {
            let index = turn % count;
            while !self.cursors[index].ended && self.next.is_empty() && gathered.len() < SEGMENT {
                if !self.read_one(index, &mut gathered, cx.as_deref_mut()) {
                    break;
                }
            }
        }
        self.turn = (self.turn + 1) % count;
        if !gathered.is_empty() {
            self.next.push_front(GroupDelivery::Frames(Bytes::from(gathered)));
        } else if self.next.is_empty() && self.cursors.iter().all(|cursor| cursor.ended) {
            self.next.push_back(GroupDelivery::Ended);
        }
    }

    /// Reads one topic; false if it has nothing more now.
    fn read_one(&mut self, index: usize, gathered: &mut Vec<u8>, cx: Option<&mut Context<'_>>) -> bool {
        let Self { cursors, position, told, .. } = self;
        let subscription = &mut cursors[index].subscription;
        let delivery = subscription.next(
            cx,
            Some(&mut |frame| {
                let before = gathered.len();
                if let Some(offset) = frame.offset {
                    position.set(index, Position::new(position.entries()[index].epoch(), offset));
                    write_id_line(gathered, position);
                    if let Some(told) = told {
                        told.clone_from(position);
                    }
                }
                gathered.extend_from_slice(frame.rest);
                gathered.len() - before
            }),
        );
        let label = || Arc::clone(&self.members[index].label);
        match delivery {
            Poll::Ready(Some(Delivery::Frames(_))) => return true,
            Poll::Pending | Poll::Ready(None) => {
                if told.is_some()
                    && let Some(at) = subscription.position_if_in_place()
                {
                    // Events that were left out are behind it now.
                    position.set(index, at);
                }
                return false;
            }
            Poll::Ready(Some(Delivery::Position(at))) => {
                position.set(index, at);
                self.note_told();
                self.next.push_back(GroupDelivery::Position(self.position.clone()));
            }
            Poll::Ready(Some(Delivery::Reset { reason, position: at })) => {
                // As it was when the place was lost: the reader may have lost it again.
                let snapshot = subscription.take_snapshot();
                if let Some(at) = at.or_else(|| snapshot.as_ref().map(|&(_, at)| at)) {
                    position.set(index, at);
                }
                self.snapshot.extend(snapshot.into_iter().flat_map(|(events, _)| events));
                let label = label();
                self.note_told();
                let position = self.snapshot.is_empty().then(|| self.position.clone());
                self.next.push_back(GroupDelivery::Reset { label, reason, position });
            }
            Poll::Ready(Some(Delivery::Lost(reason))) => {
                self.next.push_back(GroupDelivery::Lost { label: label(), reason });
            }
            Poll::Ready(Some(Delivery::Kicked)) => self.next.push_back(GroupDelivery::Kicked),
            Poll::Ready(Some(Delivery::Ended)) => {
                let at = subscription.position_if_in_place();
                cursors[index].ended = true;
                if let Some((told, at)) = told.as_mut().zip(at) {
                    // Its last events may have been left out, and nobody will ask it again.
                    position.set(index, at);
                    if told.entries()[index] != position.entries()[index] {
                        told.clone_from(position);
                        self.next.push_back(GroupDelivery::Position(self.position.clone()));
                    }
                }
            }
        }
        false
    }
}

fn write_id_line(out: &mut Vec<u8>, position: &VectorPosition) {
    // Writing to a vector does not fail.
    let _written = writeln!(out, "id: {position}").is_ok();
}

/// The stream ends behind [`GroupDelivery::Lost`], [`GroupDelivery::Kicked`] and [`GroupDelivery::Ended`].
impl Stream for GroupSubscription {
    type Item = GroupDelivery;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<GroupDelivery>> {
        self.next(Some(cx))
    }
}

impl fmt::Debug for GroupSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupSubscription").field("position", &self.position).finish_non_exhaustive()
    }
}
