//! How much a log holds.

use core::time::Duration;

/// What a resume may use: the newest events, by count, bytes and age together.
///
/// An event that leaves any of the limits can no longer be resumed past. A client that was away for longer is told so
/// and starts over. The bytes are those of the encoded frames, and 64 for each. Besides them, a topic holds a
/// buffer of 64 KiB for each kind of frame, and what the [`LiveWindow`] holds for connected readers.
///
/// # Examples
///
/// ```
/// use sse_core::history::Retention;
///
/// let keep = Retention::events(10_000).and_bytes(16 << 20);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    pub(crate) events: usize,
    pub(crate) bytes: usize,
    pub(crate) age: Option<Duration>,
}

impl Retention {
    /// The limit in bytes unless another is given: 16 MiB.
    pub const DEFAULT_BYTES: usize = 16 << 20;

    /// Keeps the newest `events`, in at most [`Retention::DEFAULT_BYTES`].
    #[must_use]
    pub const fn events(events: usize) -> Self {
        Self { events, bytes: Self::DEFAULT_BYTES, age: None }
    }

    /// Keeps nothing: a client that missed one event starts over.
    #[must_use]
    pub const fn none() -> Self {
        Self::events(0)
    }

    /// Keeps at most this many bytes of frames.
    #[must_use]
    pub const fn and_bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }

    /// Keeps nothing that is older than `age`. The topic needs a clock for it.
    #[must_use]
    pub const fn and_age(mut self, age: Duration) -> Self {
        self.age = Some(age);
        self
    }
}

/// The newest 1 000 events, in at most 16 MiB.
impl Default for Retention {
    fn default() -> Self {
        Self::events(1_000)
    }
}

/// How far a connected reader may trail behind the newest event before it lags: 4 096 events or 1 MiB unless set
/// otherwise, and always at least what was published last.
///
/// It may be larger or smaller than the [`Retention`]. What a connected reader has still to read is held for it within
/// this window even if it can no longer be resumed past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveWindow {
    pub(crate) events: usize,
    pub(crate) bytes: usize,
}

impl LiveWindow {
    /// Lets a reader trail by `events`, in at most 1 MiB.
    #[must_use]
    pub const fn events(events: usize) -> Self {
        Self { events, bytes: 1 << 20 }
    }

    /// Lets a reader trail by at most this many bytes.
    #[must_use]
    pub const fn and_bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }
}

impl Default for LiveWindow {
    fn default() -> Self {
        Self::events(4_096)
    }
}

/// How much a log holds: for resumes, for connected readers, and for each key.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Windows {
    pub(crate) keep: Retention,
    pub(crate) live: LiveWindow,
    /// Of how many keys the newest event is held; 0 without keys.
    pub(crate) latest_keys: usize,
}
