//! Many topics on one connection, under one id.
//!
//! The id of each event is a *vector*: the connection's position in every topic, `<epoch>-<offset>` joined by `.`. A
//! client comes back with one id and is judged by each topic on its own.
//!
//! ```
//! use sse_core::{SseEvent, Topic, topic::{GroupDelivery, TopicGroup}};
//!
//! #[derive(SseEvent)]
//! enum Load {
//!     Percent(u8),
//! }
//!
//! let [cpu, disk]: [Topic<Load>; 2] =
//!     [Topic::builder().epoch("cpu0000001".parse()?).build()?, Topic::builder().epoch("disk000001".parse()?).build()?];
//! let group = TopicGroup::new([("cpu", cpu.reader()), ("disk", disk.reader())])?;
//! let mut subscription = group.resume(None, &Default::default())?.subscription;
//!
//! disk.publish(&Load::Percent(7))?;
//! let wire = "id: cpu0000001-0.disk000001-1\nevent: Percent\ndata: 7\n\n";
//! assert_eq!(subscription.try_next(), Some(GroupDelivery::Frames(wire.into())));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod subscription;
mod vector;

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

pub use self::subscription::{GroupDelivery, GroupSubscription};
pub use self::vector::VectorPosition;
use super::{Attached, SubscribeError, SubscribeOptions, TopicReader};
use crate::history::{Position, ResetReason, Verdict};

/// Topics that one connection reads, each under a label of its own.
#[derive(Clone, Debug)]
pub struct TopicGroup {
    members: Arc<[Member]>,
}

#[derive(Clone, Debug)]
struct Member {
    label: Arc<str>,
    topic: TopicReader,
}

/// A subscription to a group, and what its client is to be told first.
#[derive(Debug)]
#[non_exhaustive]
pub struct GroupAttached {
    /// What becomes of what the client missed.
    pub verdict: GroupVerdict,
    /// The position just before the first event that the subscription delivers. `None` if a snapshot comes first.
    pub position: Option<VectorPosition>,
    /// The cursors.
    pub subscription: GroupSubscription,
}

/// The verdicts of all topics of a group on the id that a client came back with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupVerdict {
    /// The worst of them: one that resets, else one that recovers, else fresh.
    pub worst: GroupOutcome,
    /// The topics in which the client must start over, by their labels, and why.
    pub resets: Vec<(Arc<str>, ResetReason)>,
}

/// The worst verdict of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GroupOutcome {
    /// The client brought no id.
    Fresh,
    /// The client gets what it missed.
    Recovered,
    /// The client must start over in at least one topic; this is why in the first of them.
    Reset(ResetReason),
}

impl TopicGroup {
    /// The most topics that one connection can read: as many as fit into an id of 1 024 bytes.
    pub const MAX_TOPICS: usize = VectorPosition::MAX_LEN / VectorPosition::MAX_ENTRY_LEN;

    /// Makes a group of these topics.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidGroup`] if there is no topic, or more than [`TopicGroup::MAX_TOPICS`], or if a label or a topic
    /// is there twice.
    pub fn new<L: Into<Arc<str>>>(topics: impl IntoIterator<Item = (L, TopicReader)>) -> Result<Self, InvalidGroup> {
        let mut members: Vec<Member> = Vec::new();
        for (label, topic) in topics {
            let label = label.into();
            if members.len() == Self::MAX_TOPICS {
                return Err(InvalidGroup::TooMany { limit: Self::MAX_TOPICS });
            }
            let epoch = topic.position().epoch();
            if members.iter().any(|member| member.label == label || member.topic.position().epoch() == epoch) {
                return Err(InvalidGroup::Twice { label });
            }
            members.push(Member { label, topic });
        }
        if members.is_empty() {
            return Err(InvalidGroup::Empty);
        }
        Ok(Self { members: members.into() })
    }

    /// Subscribes a client that comes back with this `Last-Event-ID` to all topics. Each judges its own entry.
    ///
    /// An entry belongs to the topic that has its epoch. A topic without one is new to the client; but if there is an
    /// entry that belongs to none, it may have been this topic's, and the client must start over in it.
    ///
    /// # Errors
    ///
    /// Returns [`SubscribeError`] if one of the topics has 2^32 − 1 subscriptions.
    pub fn resume(
        &self,
        last_event_id: Option<&[u8]>,
        options: &SubscribeOptions,
    ) -> Result<GroupAttached, SubscribeError> {
        let claims = self.claims(last_event_id);
        let attached = self
            .members
            .iter()
            .zip(claims)
            .map(|(member, claim)| {
                member.topic.shared.attach(|log| claim.judge(|position| log.verdict_on(position)), options)
            })
            .collect::<Result<Vec<Attached>, _>>()?;
        let verdict = self.verdict_of(attached.iter().map(|attached| attached.verdict));
        let (subscription, position) = GroupSubscription::new(Arc::clone(&self.members), attached);
        Ok(GroupAttached { verdict, position, subscription })
    }

    /// What a client that comes back with this `Last-Event-ID` would be told, and the positions of all topics.
    #[must_use]
    pub fn verdict(&self, last_event_id: Option<&[u8]>) -> (GroupVerdict, VectorPosition) {
        let judged = self.members.iter().zip(self.claims(last_event_id)).map(|(member, claim)| {
            let log = member.topic.shared.lock_current();
            (claim.judge(|position| log.verdict_on(position)), log.position())
        });
        let (verdicts, positions): (Vec<_>, Vec<_>) = judged.unzip();
        (self.verdict_of(verdicts), VectorPosition::new(positions))
    }

    /// Lets go, in all topics, of events that are older than the retention allows.
    pub fn evict(&self) {
        self.members.iter().for_each(|member| member.topic.evict());
    }

    fn verdict_of(&self, verdicts: impl IntoIterator<Item = Verdict>) -> GroupVerdict {
        let mut all = GroupVerdict { worst: GroupOutcome::Fresh, resets: Vec::new() };
        for (member, verdict) in self.members.iter().zip(verdicts) {
            match verdict {
                Verdict::Fresh => {}
                Verdict::Recovered(_) => all.worst = GroupOutcome::Recovered,
                Verdict::Reset(reason) => all.resets.push((Arc::clone(&member.label), reason)),
            }
        }
        if let Some(&(_, reason)) = all.resets.first() {
            all.worst = GroupOutcome::Reset(reason);
        }
        all
    }

    /// What the id claims of each topic.
    fn claims(&self, last_event_id: Option<&[u8]>) -> Vec<Claim> {
        let of_all = |claim| self.members.iter().map(|_| claim).collect();
        let Some(id) = last_event_id.filter(|id| !id.is_empty()) else {
            return of_all(Claim::Nothing);
        };
        let Some(vector) = VectorPosition::parse(id) else {
            return of_all(Claim::Refused(ResetReason::Malformed));
        };
        let epochs: Vec<_> = self.members.iter().map(|member| member.topic.position().epoch()).collect();
        let foreign = vector.entries().iter().any(|entry| !epochs.contains(&entry.epoch()));
        let claim = |epoch| match vector.entries().iter().find(|entry| entry.epoch() == epoch) {
            Some(entry) => Claim::Position(*entry),
            None if foreign => Claim::Refused(ResetReason::UnknownEpoch),
            None => Claim::Nothing,
        };
        epochs.into_iter().map(claim).collect()
    }
}

/// What an id claims of one topic.
#[derive(Clone, Copy, Debug)]
enum Claim {
    Nothing,
    Position(Position),
    Refused(ResetReason),
}

impl Claim {
    fn judge(self, judge: impl FnOnce(Position) -> Verdict) -> Verdict {
        match self {
            Self::Nothing => Verdict::Fresh,
            Self::Position(position) => judge(position),
            Self::Refused(reason) => Verdict::Reset(reason),
        }
    }
}

/// Topics that cannot be read together.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidGroup {
    /// There is no topic.
    Empty,
    /// A label, or a topic, is there twice.
    Twice {
        /// The label of the second one.
        label: Arc<str>,
    },
    /// There are more topics than fit into one id.
    TooMany {
        /// The limit.
        limit: usize,
    },
}

impl fmt::Display for InvalidGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a group needs at least one topic"),
            Self::Twice { label } => write!(f, "the label {label:?} or its topic is in the group already"),
            Self::TooMany { limit } => write!(f, "one id holds the positions of at most {limit} topics"),
        }
    }
}

impl core::error::Error for InvalidGroup {}
