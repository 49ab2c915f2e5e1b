//! Where connections are cut.

use crate::scan::Place;

/// One cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    pub point: Point,
    pub ending: Ending,
}

/// After which byte of what the server sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// After this many, those of the head included.
    Bytes(u64),
    /// After this many behind the head.
    BodyBytes(u64),
    /// After this many that leave the stream in the place. It falls there whatever the server sends.
    In(Place, u64),
}

/// How the client learns of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The connection is closed, and what was sent arrives.
    Fin,
    /// The connection is reset.
    Rst,
}

/// `SplitMix64`: the same numbers on every run.
#[derive(Clone, Copy, Debug)]
pub struct Rng(u64);

impl Rng {
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `end`.
    pub const fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// `count` cuts of connections to an event stream: every other one at a byte that only the seed knows, the others in each
/// place in turn.
///
/// A browser takes half a head that is closed for a whole one, and an answer without content type closes a native
/// `EventSource` for good, so that for a browser a cut in the head is a reset.
#[must_use]
pub fn cuts(seed: u64, count: usize, browser: bool) -> Vec<Cut> {
    let mut rng = Rng::new(seed);
    let mut places = Place::ALL.into_iter().cycle();
    (0..count)
        .map(|n| {
            let place = if n % 2 == 0 { places.next() } else { None };
            let point = match place {
                Some(place) => Point::In(place, rng.below(bytes_in(place))),
                // A browser waits before it comes back, and then gets more at once.
                None if browser => Point::BodyBytes(rng.below(12_000)),
                None => Point::Bytes(rng.below(4_000)),
            };
            let reset = rng.below(2) == 0 || browser && place == Some(Place::Head);
            Cut { point, ending: if reset { Ending::Rst } else { Ending::Fin } }
        })
        .collect()
}

/// How many bytes in this place every connection to an event stream has soon: those of its head, of its prelude, and of a
/// few events.
const fn bytes_in(place: Place) -> u64 {
    match place {
        Place::Head => 150,
        Place::BeforeFirstEvent | Place::IdLine => 100,
        Place::Control => 90,
        Place::NameLine => 40,
        Place::DataLine => 300,
        // One for each chunk and each event, or little more.
        Place::Framing | Place::BeforeBlank | Place::Boundary => 8,
    }
}
