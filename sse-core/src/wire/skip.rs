//! The rest of a block in which a limit was exceeded.

use super::lines::Lines;

/// What is being skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Skipping {
    /// Nothing.
    No,
    /// A block, in which a line begins.
    Block,
    /// A block, in which a line has begun: its end is not a blank line.
    Line,
}

impl Skipping {
    /// What is to be skipped behind these bytes of a block.
    pub(super) const fn behind(taken: &[u8]) -> Self {
        match taken {
            [.., b'\r' | b'\n'] => Self::Block,
            _ => Self::Line,
        }
    }

    /// Takes lines off up to the end of the block; all, if it does not end.
    pub(super) fn skip(&mut self, lines: &mut Lines<'_>) {
        while *self != Self::No {
            let Some(line) = lines.next() else {
                if !lines.take_rest().is_empty() {
                    *self = Self::Line;
                }
                return;
            };
            *self = if line.is_empty() && *self == Self::Block { Self::No } else { Self::Block };
        }
    }
}
