//! What a reconnecting client has missed: positions, the verdict on one, and the log that keeps the events.
//!
//! A position is `<epoch>-<offset>`. The *epoch* names one incarnation of a log; *offsets* grow strictly within it and
//! begin at 1, so that 0 is the position before everything. They need not be dense, and nothing here computes with them
//! but comparisons.
//!
//! The [`Verdict`] on the id that a client comes back with is all or nothing: either exactly the events that it missed
//! are still there, or it is told that it must start over, and why. There is no partial replay.
//!
//! Nothing here reads a clock: the time of an event comes from the caller.

mod counts;
mod cursors;
mod latest;
mod log;
mod position;
mod readers;
mod reading;
mod retention;
mod segments;
mod track;
mod verdict;

pub(crate) use self::latest::Key;
pub(crate) use self::log::{Appended, Log, NewFrame, Offset};
pub use self::position::{Epoch, InvalidEpoch, InvalidPosition, Position};
pub(crate) use self::position::{IdLine, random_u64};
pub(crate) use self::readers::ReaderKey;
pub(crate) use self::reading::{Begin, EachFrame, Read};
pub(crate) use self::retention::Windows;
pub use self::retention::{LiveWindow, Retention};
pub(crate) use self::segments::SEGMENT;
pub use self::verdict::{ResetReason, Verdict};
