//! Whether what a client missed can be sent again.

use core::fmt;

use super::{Epoch, Position};

/// The verdict on the id that a client came back with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The client named no id: it begins with the next event.
    Fresh,
    /// Every event behind this position is still there: the client gets them, then the next ones.
    Recovered(Position),
    /// The client must start over.
    Reset(ResetReason),
}

/// Why a client must start over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResetReason {
    /// Some of what it missed has left the history: `evicted`.
    Evicted,
    /// Its id is of another incarnation of the log: `unknown-epoch`.
    UnknownEpoch,
    /// Its id is ahead of the log: `future`.
    Future,
    /// Its id is none of ours: `malformed`.
    Malformed,
    /// It read too slowly: `lagged`.
    Lagged,
}

impl ResetReason {
    pub(crate) const ALL: [Self; 5] = [Self::Evicted, Self::UnknownEpoch, Self::Future, Self::Malformed, Self::Lagged];

    /// The reason as it stands on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Evicted => "evicted",
            Self::UnknownEpoch => "unknown-epoch",
            Self::Future => "future",
            Self::Malformed => "malformed",
            Self::Lagged => "lagged",
        }
    }
}

impl fmt::Display for ResetReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Verdict {
    /// Judges an id, as it came, against a log whose events behind `floor` up to `head` are there.
    ///
    /// An absent id and an empty one are the same. An id is bytes, because a header is, and need not be UTF-8.
    pub(super) fn on(last_event_id: Option<&[u8]>, epoch: Epoch, floor: u64, head: u64) -> Self {
        let Some(id) = last_event_id.filter(|id| !id.is_empty()) else {
            return Self::Fresh;
        };
        match core::str::from_utf8(id).ok().and_then(|id| id.parse().ok()) {
            Some(position) => Self::on_position(position, epoch, floor, head),
            None => Self::Reset(ResetReason::Malformed),
        }
    }

    /// Judges a position.
    pub(super) fn on_position(position: Position, epoch: Epoch, floor: u64, head: u64) -> Self {
        if position.epoch() != epoch {
            Self::Reset(ResetReason::UnknownEpoch)
        } else if position.offset() > head {
            Self::Reset(ResetReason::Future)
        } else if position.offset() < floor {
            Self::Reset(ResetReason::Evicted)
        } else {
            Self::Recovered(position)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::ToString as _;

    #[test]
    fn the_verdict_is_all_or_nothing() {
        let epoch = Epoch::from_entropy([1, 2]);
        let other = Epoch::from_entropy([3, 4]);
        let on = |id: &str| Verdict::on(Some(id.as_bytes()), epoch, 5, 9);
        let reset = |reason| Verdict::Reset(reason);

        assert_eq!(Verdict::on(None, epoch, 5, 9), Verdict::Fresh);
        assert_eq!(on(""), Verdict::Fresh);
        for offset in 5..=9 {
            let position = Position::new(epoch, offset);
            assert_eq!(on(&position.to_string()), Verdict::Recovered(position));
        }
        assert_eq!(on(&format!("{epoch}-4")), reset(ResetReason::Evicted));
        assert_eq!(on(&format!("{epoch}-10")), reset(ResetReason::Future));
        assert_eq!(on(&format!("{other}-7")), reset(ResetReason::UnknownEpoch));
        for id in [
            "7",
            "-7",
            "epoch-7",
            &format!("{epoch}-"),
            &format!("{epoch}-+7"),
            &format!("{epoch}-07"),
            &"9".repeat(65),
        ] {
            assert_eq!(on(id), reset(ResetReason::Malformed), "{id}");
        }
        assert_eq!(Verdict::on(Some(&[0xff]), epoch, 5, 9), reset(ResetReason::Malformed));
    }
}
