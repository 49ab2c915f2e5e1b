//! The position of a connection in many topics.

use alloc::string::ToString as _;
use alloc::vec::Vec;
use core::fmt;

use crate::event::EventId;
use crate::history::Position;

/// Positions in many logs, joined by `.`: `k3x9f0q2m1-184.9v4tq0w7ab-7`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VectorPosition {
    entries: Vec<Position>,
}

impl VectorPosition {
    /// The length in bytes of the longest vector that is read: 1 024.
    pub const MAX_LEN: usize = 1_024;

    /// 32 characters of epoch, 20 digits, and what joins them.
    pub(super) const MAX_ENTRY_LEN: usize = 32 + 1 + 20 + 1;

    pub(super) const fn new(entries: Vec<Position>) -> Self {
        Self { entries }
    }

    /// The positions, in the order of the group's topics.
    #[must_use]
    pub fn entries(&self) -> &[Position] {
        &self.entries
    }

    pub(super) fn set(&mut self, index: usize, position: Position) {
        self.entries[index] = position;
    }

    /// Reads an id as it came. `None` if it is none of ours: each entry must be a position, and no epoch be there twice.
    pub(super) fn parse(id: &[u8]) -> Option<Self> {
        let text = core::str::from_utf8(id).ok().filter(|text| text.len() <= Self::MAX_LEN)?;
        let entries = text.split('.').map(|entry| entry.parse().ok()).collect::<Option<Vec<Position>>>()?;
        let twice =
            |(index, entry): (usize, &Position)| entries[..index].iter().any(|other| other.epoch() == entry.epoch());
        (!entries.iter().enumerate().any(twice)).then_some(Self { entries })
    }
}

impl fmt::Display for VectorPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, entry) in self.entries.iter().enumerate() {
            let joint = if index == 0 { "" } else { "." };
            write!(f, "{joint}{entry}")?;
        }
        Ok(())
    }
}

impl From<VectorPosition> for EventId {
    fn from(position: VectorPosition) -> Self {
        // Alphanumerics, hyphens and dots are legal in an id.
        Self::try_from(position.to_string()).unwrap_or(Self::from_static(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_is_read_as_it_was_written() {
        let text = "k3x9f0q2m1-184.9v4tq0w7ab-7";
        let vector = VectorPosition::parse(text.as_bytes()).unwrap();
        assert_eq!(vector.entries().len(), 2);
        assert_eq!(vector.to_string(), text);
    }

    #[test]
    fn what_is_no_vector_is_refused() {
        let long = ["k3x9f0q2m1-184"; 80].join(".");
        for text in ["", ".", "k3x9f0q2m1-1.", ".k3x9f0q2m1-1", "k3x9f0q2m1-1.k3x9f0q2m1-2", "7", &long] {
            assert_eq!(VectorPosition::parse(text.as_bytes()), None, "{text}");
        }
        assert_eq!(VectorPosition::parse(&[0xff]), None);
    }
}
