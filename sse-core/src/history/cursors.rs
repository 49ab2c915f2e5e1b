//! Where the cursors of a log stand, to know what none of them is behind.

use alloc::collections::VecDeque;

/// How many cursors stand before each sequence number, in the order of the numbers.
///
/// Most cursors stand at the head, and most that move come from the oldest stand: both ends are looked at first.
#[derive(Debug)]
pub(super) struct Cursors {
    stands: VecDeque<(u64, u32)>,
}

impl Cursors {
    pub(super) const fn new() -> Self {
        Self { stands: VecDeque::new() }
    }

    /// The sequence number before which the last of them stands.
    pub(super) fn first(&self) -> Option<u64> {
        self.stands.front().map(|&(seq, _)| seq)
    }

    pub(super) fn arrive(&mut self, seq: u64) {
        match self.stands.back_mut() {
            Some((newest, count)) if *newest == seq => *count += 1,
            Some((newest, _)) if *newest > seq => match self.place_of(seq) {
                Ok(place) => self.stands[place].1 += 1,
                Err(place) => self.stands.insert(place, (seq, 1)),
            },
            _ => self.stands.push_back((seq, 1)),
        }
    }

    /// Returns whether [`Cursors::first`] has moved.
    pub(super) fn leave(&mut self, seq: u64) -> bool {
        let place = if self.first() == Some(seq) { Ok(0) } else { self.place_of(seq) };
        let Ok(place) = place else { return false };
        self.stands[place].1 -= 1;
        let left_for_good = self.stands[place].1 == 0;
        if left_for_good {
            self.stands.remove(place);
        }
        left_for_good && place == 0
    }

    fn place_of(&self, seq: u64) -> Result<usize, usize> {
        self.stands.binary_search_by_key(&seq, |&(stand, _)| stand)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_the_cursors_is_known() {
        let mut cursors = Cursors::new();
        for seq in [5, 9, 5, 7] {
            cursors.arrive(seq);
        }
        assert_eq!(cursors.first(), Some(5));
        assert!(!cursors.leave(5));
        assert!(!cursors.leave(7));
        assert!(cursors.leave(5));
        assert_eq!(cursors.first(), Some(9));
        assert!(!cursors.leave(8));
        assert!(cursors.leave(9));
        assert_eq!(cursors.first(), None);
    }
}
