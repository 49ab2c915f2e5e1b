//! The ways in which a decoder vector is cut into chunks.

/// An input up to this length is also fed byte by byte.
const BYTEWISE: usize = 70_000;

/// An input up to this length is also cut in two at every place.
const EVERY_CUT: usize = 90;

/// Where to cut, with what that is called.
pub(super) fn chunkings(name: &str, len: usize, splits: &[Vec<usize>]) -> Vec<(String, Vec<usize>)> {
    let mut all = vec![("whole".to_owned(), Vec::new())];
    all.extend(splits.iter().enumerate().map(|(at, cuts)| (format!("splits {at}"), cuts.clone())));
    if (2..=BYTEWISE).contains(&len) {
        all.push(("byte by byte".to_owned(), (1..len).collect()));
    }
    all.extend((0..4).map(|at| (format!("random {at}"), random_cuts(&format!("{name}/{at}"), len))));
    if len <= EVERY_CUT {
        all.extend((1..len).map(|at| (format!("cut at {at}"), vec![at])));
    }
    all
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
