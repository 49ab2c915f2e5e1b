//! How much a decoder buffers.

use core::fmt;

/// How long a line and the data of an event may be, both on by default.
///
/// A decoder holds one unfinished line and the data of one unfinished event: at most the two limits and the six bytes of
/// `data: ` together, or 64 KiB more while a buffer is kept to be used again. Besides, it holds the last name and ids, each
/// not longer than a line. What it hands out is at most three times as long, because an invalid byte becomes U+FFFD.
///
/// # Examples
///
/// ```
/// use sse_core::{Decoder, Limits};
///
/// let mut decoder = Decoder::with_limits(Limits::new().line(8));
/// let mut input: &[u8] = b"data: 123\n\ndata: 4\n\n";
/// let error = decoder.decode(&mut input).unwrap_err();
/// assert_eq!(error.to_string(), "line of more than 8 bytes exceeds the limit");
///
/// let next = decoder.decode(&mut input)?;
/// assert_eq!(next.map(|event| event.data).as_deref(), Some("4"));
/// # Ok::<(), sse_core::wire::LimitExceeded>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub(super) line: usize,
    pub(super) event: usize,
}

impl Limits {
    /// The default limit of a line: 8 MiB.
    pub const LINE: usize = 8 << 20;

    /// The default limit of an event's data: 16 MiB.
    pub const EVENT: usize = 16 << 20;

    /// The defaults, [`LINE`](Self::LINE) and [`EVENT`](Self::EVENT).
    #[must_use]
    pub const fn new() -> Self {
        Self { line: Self::LINE, event: Self::EVENT }
    }

    /// No limit. Whoever writes the stream then decides how much memory it takes.
    #[must_use]
    pub const fn none() -> Self {
        Self { line: usize::MAX, event: usize::MAX }
    }

    /// Sets how many bytes a line may have, its field name included and its line end not; comments count too.
    #[must_use]
    pub const fn line(mut self, bytes: usize) -> Self {
        self.line = bytes;
        self
    }

    /// Sets how many bytes the data of one event may have: all its `data` lines, joined with LF.
    #[must_use]
    pub const fn event(mut self, bytes: usize) -> Self {
        self.event = bytes;
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

/// Which of the [`Limits`] was exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// As wide as a word, so that an event beside it in a `Result` is copied by words.
#[repr(usize)]
#[non_exhaustive]
pub enum LimitKind {
    /// The length of a line.
    Line,
    /// The length of an event's data.
    Event,
}

/// A line or an event that is longer than the decoder's [`Limits`] allow.
///
/// What was buffered of the event is gone. The decoder can go on: the next call of
/// [`Decoder::decode`](super::Decoder::decode) skips what is left of the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitExceeded {
    kind: LimitKind,
    limit: usize,
}

impl LimitExceeded {
    pub(super) const fn line(limit: usize) -> Self {
        Self { kind: LimitKind::Line, limit }
    }

    pub(super) const fn event(limit: usize) -> Self {
        Self { kind: LimitKind::Event, limit }
    }

    /// Which limit it was.
    #[must_use]
    pub const fn kind(&self) -> LimitKind {
        self.kind
    }

    /// The limit in bytes.
    #[must_use]
    pub const fn limit(&self) -> usize {
        self.limit
    }
}

impl fmt::Display for LimitExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            LimitKind::Line => "line of more than",
            LimitKind::Event => "event with data of more than",
        };
        write!(f, "{what} {} bytes exceeds the limit", self.limit)
    }
}

impl core::error::Error for LimitExceeded {}
