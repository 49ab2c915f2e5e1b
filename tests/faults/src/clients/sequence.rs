//! What a client makes of the numbers: each is the next one, exactly once, unless somebody says otherwise.

use std::ops::AddAssign;

/// What one client, or all of them, have counted. The [program](crate) says what each is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) delivered: u64,
    pub(crate) gaps: u64,
    pub(crate) duplicates: u64,
    pub(crate) resets: u64,
    pub(crate) announced: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.delivered += other.delivered;
        self.gaps += other.gaps;
        self.duplicates += other.duplicates;
        self.resets += other.resets;
        self.announced += other.announced;
    }
}

/// What one client has got so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sequence {
    /// The life and the number of the last event, once there was one.
    last: Option<(u32, u64)>,
    /// The number before the first.
    begun_behind: u64,
    /// Whether it was told that events are lost, and has got none since.
    reset: bool,
    tally: Tally,
}

impl Sequence {
    /// It is told that events are lost. Told once more before the next one, it is still one loss.
    pub(crate) fn reset(&mut self) {
        self.tally.resets += u64::from(!self.reset);
        self.reset = true;
    }

    /// The event with this number.
    pub(crate) fn number(&mut self, life: u32, number: u64) {
        self.tally.delivered += 1;
        let before = number.saturating_sub(1);
        let (_, last) = *self.last.get_or_insert_with(|| {
            self.begun_behind = before;
            (life, before)
        });
        if number <= last {
            self.tally.duplicates += 1;
        }
        self.pass_over(before.saturating_sub(last));
        self.arrive(life, number);
    }

    /// A snapshot that includes all numbers up to this one.
    pub(crate) fn state(&mut self, life: u32, number: u64) {
        let (_, last) = *self.last.get_or_insert_with(|| {
            self.begun_behind = number;
            (life, number)
        });
        if number < last {
            // What follows was there before.
            self.tally.duplicates += last - number;
        }
        self.pass_over(number.saturating_sub(last));
        self.arrive(life, number);
    }

    fn pass_over(&mut self, numbers: u64) {
        if self.reset {
            self.tally.announced += numbers;
        } else {
            self.tally.gaps += numbers;
        }
    }

    fn arrive(&mut self, life: u32, number: u64) {
        let (before, last) = self.last.unwrap_or((life, number));
        if life != before && !self.reset {
            self.tally.gaps += 1;
        }
        self.last = Some((life, number.max(last)));
        self.reset = false;
    }

    /// The life and the number of the last event; zeros if there was none.
    pub(crate) fn last(&self) -> (u32, u64) {
        self.last.unwrap_or_default()
    }

    pub(crate) const fn tally(&self) -> Tally {
        self.tally
    }

    /// Whether each number from its first to its last was counted as one of all there is.
    pub(crate) fn adds_up(&self) -> bool {
        let Tally { delivered, gaps, duplicates, announced, .. } = self.tally;
        delivered + gaps + announced == self.last().1 - self.begun_behind + duplicates
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `n7` is a number, `s7` a state, `r` a reset, `!` the next life.
    fn tally(happens: &str) -> Tally {
        let (mut sequence, mut life) = (Sequence::default(), 1);
        for what in happens.split(' ') {
            match what.split_at(1) {
                ("n", number) => sequence.number(life, number.parse().unwrap()),
                ("s", number) => sequence.state(life, number.parse().unwrap()),
                ("r", _) => sequence.reset(),
                _ => life += 1,
            }
        }
        assert!(sequence.adds_up(), "{happens}: {sequence:?}");
        sequence.tally()
    }

    #[test]
    fn what_is_as_it_must_be_counts_as_delivered() {
        assert_eq!(tally("n5 n6 n7"), Tally { delivered: 3, ..Tally::default() });
        assert_eq!(tally("s4 n5 n6"), Tally { delivered: 2, ..Tally::default() });
    }

    #[test]
    fn what_is_missing_without_a_word_is_a_gap() {
        assert_eq!(tally("n5 n8"), Tally { delivered: 2, gaps: 2, ..Tally::default() });
        assert_eq!(tally("n5 s8 n9"), Tally { delivered: 2, gaps: 3, ..Tally::default() });
        assert_eq!(tally("n5 r n6 n8"), Tally { delivered: 3, gaps: 1, resets: 1, ..Tally::default() });
    }

    #[test]
    fn what_is_missing_with_a_word_is_announced() {
        assert_eq!(tally("n5 r ! n9"), Tally { delivered: 2, resets: 1, announced: 3, ..Tally::default() });
        assert_eq!(tally("n5 r r ! s8 n9"), Tally { delivered: 2, resets: 1, announced: 3, ..Tally::default() });
        assert_eq!(tally("n5 r ! n6"), Tally { delivered: 2, resets: 1, ..Tally::default() });
    }

    #[test]
    fn what_comes_twice_is_a_duplicate() {
        assert_eq!(tally("n5 n6 n6 n5 n7"), Tally { delivered: 5, duplicates: 2, ..Tally::default() });
    }

    #[test]
    fn a_new_life_of_which_nobody_told_is_a_gap() {
        let mut sequence = Sequence::default();
        sequence.number(1, 5);
        sequence.number(2, 6);
        assert_eq!(sequence.tally(), Tally { delivered: 2, gaps: 1, ..Tally::default() });
    }
}
