//! What comes of a response.

use std::fmt;
use std::time::Duration;

use sse_core::event::DecodedEvent;

use crate::client::{Reset, Resume};
use crate::decode::ReceiveError;

/// What a connection begins with: `stream-open`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Opened {
    /// What became of the client's `Last-Event-ID`.
    pub resume: Resume,
    /// After how long without an event something is sent all the same; `None` for never.
    pub keep_alive: Option<Duration>,
}

/// How a stream has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// By `stream-end`: it is complete, and a browser does not ask for it again.
    Complete,
    /// By the end of the body: a client comes back.
    Closed,
    /// By a body that failed: a client comes back.
    Broken,
}

/// What has come, and was not asked for yet.
#[derive(Debug)]
pub(super) enum Item {
    /// The response is no event stream. Nothing follows.
    Refused(String),
    Reset(Reset),
    Event(DecodedEvent),
    /// An event that is longer than a client takes.
    TooLong(ReceiveError),
    /// Nothing follows. What a body that failed says is its second part.
    End(End, Option<ReceiveError>),
}

/// As the second half of a sentence.
impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => f.write_str(why),
            Self::Reset(reset) => {
                let reason = reset.reason.map_or("for a reason that is not known", |reason| reason.as_str());
                write!(f, "the client must start over: {reason}")?;
                let mut labels = reset.topics.iter().map(|(label, _)| label);
                labels.try_for_each(|label| write!(f, ", in `{label}`"))
            }
            Self::Event(event) => {
                write!(f, "there is an event `{}` with the data {}", event.name, Excerpt(&event.data))
            }
            Self::TooLong(error) => error.fmt(f),
            Self::End(End::Complete, _) => f.write_str("the stream is complete"),
            Self::End(End::Closed, _) => f.write_str("the body has ended"),
            Self::End(End::Broken, error) => {
                f.write_str("the body has failed")?;
                let cause = error.as_ref().and_then(std::error::Error::source);
                cause.map_or(Ok(()), |cause| write!(f, ": {cause}"))
            }
        }
    }
}

/// The beginning of a text, which may be of any length.
struct Excerpt<'a>(&'a str);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 200;
        match self.0.char_indices().nth(MOST).and_then(|(end, _)| self.0.get(..end)) {
            Some(beginning) => write!(f, "{beginning:?}… ({} bytes)", self.0.len()),
            None => write!(f, "{:?}", self.0),
        }
    }
}
