//! What came of a stream.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::event::DecodedEvent;
use crate::wire::LimitKind;

/// All that has come of a stream so far.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// The events, and in their place the limits that were exceeded.
    pub events: Vec<Result<DecodedEvent, LimitKind>>,
    /// The reconnection time in milliseconds, if the stream has set one.
    pub retry: Option<u64>,
    /// The last event ID; empty if there is none.
    pub last_event_id: String,
}

impl Received {
    /// Where this is other than `expected`: the first event, else the reconnection time and the last event ID.
    pub(super) fn difference(&self, expected: &Self) -> Option<String> {
        let longest = self.events.len().max(expected.events.len());
        for at in 0..longest {
            let (found, expected) = (self.events.get(at), expected.events.get(at));
            if found != expected {
                return Some(alloc::format!("event {at} is {}, not {}", Shown(found), Shown(expected)));
            }
        }
        if self.retry != expected.retry {
            return Some(alloc::format!("the reconnection time is {:?}, not {:?}", self.retry, expected.retry));
        }
        let (found, expected) = (&self.last_event_id, &expected.last_event_id);
        (found != expected).then(|| alloc::format!("the last event ID is {found:?}, not {expected:?}"))
    }
}

/// In one line for each event, because there may be many.
impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for event in &self.events {
            writeln!(f, "{}", Shown(Some(event)))?;
        }
        write!(f, "retry {:?}, last event ID {:?}", self.retry, self.last_event_id)
    }
}

/// An event in a few words.
struct Shown<'a>(Option<&'a Result<DecodedEvent, LimitKind>>);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => f.write_str("missing"),
            Some(Err(limit)) => write!(f, "past the limit {limit:?}"),
            Some(Ok(event)) => {
                write!(f, "{:?} with data {:?} and last event ID {:?}", event.name, event.data, event.last_event_id)
            }
        }
    }
}
