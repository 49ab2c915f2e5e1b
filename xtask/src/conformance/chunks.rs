//! The ways in which a decoder vector is cut into chunks.

use std::fmt;
use std::iter;

/// An input up to this length is also cut in two at every place: any input, unless nothing is optimised.
pub(super) const EVERY_CUT: usize = if cfg!(debug_assertions) { 6_000 } else { 150_000 };

/// One way to cut an input.
#[derive(Clone, Copy, Debug)]
pub(super) enum Chunking<'a> {
    Whole,
    /// The splits of the vector, and which of them.
    Splits(usize, &'a [usize]),
    Bytes,
    Random(usize),
    InTwo(usize),
}

impl fmt::Display for Chunking<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("whole"),
            Self::Splits(at, _) => write!(f, "splits {at}"),
            Self::Bytes => f.write_str("byte by byte"),
            Self::Random(at) => write!(f, "random {at}"),
            Self::InTwo(at) => write!(f, "cut at {at}"),
        }
    }
}

impl Chunking<'_> {
    /// Where to cut the input of the vector of this name.
    pub(super) fn cuts(&self, name: &str, len: usize) -> Vec<usize> {
        match *self {
            Self::Whole => Vec::new(),
            Self::Splits(_, cuts) => cuts.to_vec(),
            Self::Bytes => (1..len).collect(),
            Self::Random(at) => random_cuts(&format!("{name}/{at}"), len),
            Self::InTwo(at) => vec![at],
        }
    }
}

/// All the ways in which an input is cut.
pub(super) fn chunkings(len: usize, splits: &[Vec<usize>]) -> impl Iterator<Item = Chunking<'_>> {
    let bytes = (len > 1).then_some(Chunking::Bytes);
    let everywhere = if len <= EVERY_CUT { 1..len } else { 0..0 };
    iter::once(Chunking::Whole)
        .chain(splits.iter().enumerate().map(|(at, cuts)| Chunking::Splits(at, cuts)))
        .chain(bytes)
        .chain((0..4).map(Chunking::Random))
        .chain(everywhere.map(Chunking::InTwo))
}

/// The chunks between the cuts.
pub(super) fn cut<'a>(input: &'a [u8], cuts: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    let mut begin = 0;
    cuts.iter().copied().chain([input.len()]).map(move |end| {
        let chunk = input.get(begin..end).unwrap_or_default();
        begin = end;
        chunk
    })
}

fn random_cuts(seed: &str, len: usize) -> Vec<usize> {
    let mut random = Random::new(seed);
    let parts = [3, 8, 30][random.below(3)];
    let longest = (len / parts).max(2);
    let mut cuts = Vec::new();
    let mut at = 1 + random.below(longest);
    while at < len {
        cuts.push(at);
        at += 1 + random.below(longest);
    }
    cuts
}

/// `SplitMix64`, seeded with the FNV-1a hash of a text: the cuts of a vector are the same in every run.
struct Random(u64);

impl Random {
    fn new(seed: &str) -> Self {
        let hash = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self(seed.bytes().fold(0xcbf2_9ce4_8422_2325, hash))
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((bits ^ (bits >> 31)) >> 33).unwrap_or_default() % end
    }
}
