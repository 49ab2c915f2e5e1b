//! Where a response's events come from, until a cursor is attached.

use std::fmt;
use std::sync::Arc;

use sse_core::history::ResetReason;
use sse_core::topic::{Start, SubscribeError, SubscribeOptions, TopicGroup, TopicReader};

use crate::LastEventId;
use crate::opening::{Opening, Resume, Resumed};
use crate::snapshot::{Owed, Take};
use crate::source::private::Cursor;
use crate::timer::Timer;

/// Where the events come from.
pub(crate) enum Origin {
    /// A topic, which judges the client's id itself; and the application's snapshot of it, if there is one.
    Topic { reader: TopicReader, options: SubscribeOptions, snapshot: Option<Arc<dyn Take>> },
    /// Many topics, each of which judges its part of the client's id.
    Group { group: TopicGroup, options: SubscribeOptions },
    /// A stream of the handler's, and what the handler says of the client's id.
    Stream { resumed: Option<Resumed> },
}

impl Origin {
    /// Changes what subscriptions are set to.
    pub(crate) fn set(mut self, set: impl FnOnce(SubscribeOptions) -> SubscribeOptions) -> Self {
        if let Self::Topic { options, .. } | Self::Group { options, .. } = &mut self {
            *options = set(std::mem::take(options));
        }
        self
    }

    /// What becomes of the client's id, without a cursor.
    pub(crate) fn judge(&self, last_event_id: &LastEventId) -> Opening {
        let id = last_event_id.as_bytes();
        let opening = match self {
            Self::Stream { resumed } => return Opening::of_stream(*resumed, id.is_some()),
            Self::Topic { reader, .. } => {
                let (verdict, position) = reader.verdict_and_position(id);
                Opening::of_topic(verdict, Some(position))
            }
            Self::Group { group, .. } => {
                let (verdict, position) = group.verdict(id);
                Opening::of_group(verdict, Some(position))
            }
        };
        after(last_event_id, opening)
    }

    /// What becomes of the client's id, and a cursor that begins accordingly.
    pub(crate) fn attach(
        &self,
        last_event_id: &LastEventId,
        timer: Option<&Arc<dyn Timer>>,
    ) -> Result<(Opening, Cursor), SubscribeError> {
        let id = last_event_id.as_bytes();
        let (opening, cursor) = match self {
            Self::Stream { resumed } => return Ok((Opening::of_stream(*resumed, id.is_some()), Cursor::None)),
            Self::Topic { reader, options, snapshot: None } => {
                let attached = reader.resume(id, options)?;
                let opening = Opening::of_topic(attached.verdict, attached.position);
                (opening, Cursor::Topic(attached.subscription, None))
            }
            Self::Topic { reader, options, snapshot: Some(snapshot) } => {
                // What is published from here on is held for it.
                let options = options.clone().fresh(Start::Latest).after_reset(Start::Latest).snapshot(false);
                let attached = reader.resume(id, &options)?;
                let mut owed = Box::new(Owed::new(Arc::clone(snapshot), timer.cloned()));
                let opening = Opening::of_topic(attached.verdict, None);
                if opening.resume != Resume::Recovered {
                    owed.owe();
                }
                (opening, Cursor::Topic(attached.subscription, Some(owed)))
            }
            Self::Group { group, options } => {
                let attached = group.resume(id, options)?;
                let opening = Opening::of_group(attached.verdict, attached.position);
                (opening, Cursor::Group(Box::new(attached.subscription)))
            }
        };
        Ok((after(last_event_id, opening), cursor))
    }
}

/// What a client is told that went away before it had started over: the reason for which it had to.
fn after(last_event_id: &LastEventId, opening: Opening) -> Opening {
    if last_event_id.is_reset() { opening.because(ResetReason::Lagged) } else { opening }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Topic { reader, options, snapshot } => f
                .debug_struct("Topic")
                .field("reader", reader)
                .field("options", options)
                .field("has_snapshot", &snapshot.is_some())
                .finish(),
            Self::Group { group, options } => {
                f.debug_struct("Group").field("group", group).field("options", options).finish()
            }
            Self::Stream { resumed } => f.debug_struct("Stream").field("resumed", resumed).finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use sse_core::Topic;
    use sse_core::event::SseEvent;

    use super::*;

    #[test]
    fn who_is_only_judged_has_no_cursor() {
        let topic: Topic<dyn SseEvent> = Topic::new();
        let origin = Origin::Topic { reader: topic.reader(), options: SubscribeOptions::new(), snapshot: None };
        let nobody = LastEventId::default();
        let judged = origin.judge(&nobody);
        assert_eq!(topic.subscribers(), 0);
        let (opening, cursor) = origin.attach(&nobody, None).unwrap();
        assert_eq!(judged, opening);
        assert_eq!(topic.subscribers(), 1);
        drop(cursor);
        assert_eq!(topic.subscribers(), 0);
    }
}
