//! From bytes to events, for streams and chunks of many kinds.

mod ours;
mod rivals;
mod stream;

pub(super) use self::rivals::{SSE_STREAM, rival};
pub(super) use self::stream::Input;
use self::stream::{CHUNKS, KINDS, Kind, MORE};
use super::Contender;
use super::contest::{Cost, all_allocations, find, measure};
use crate::Effort;
use crate::measure::ratio;
use crate::report::{Case, rounded};

const UNIT: &str = "ns CPU per event";

/// What was decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) events: u64,
    /// How long their data was, together.
    bytes: u64,
}

impl Seen {
    fn event(&mut self, data: &str) {
        self.events += 1;
        self.bytes += data.len() as u64;
    }
}

/// One that decodes.
#[derive(Clone, Copy, Debug)]
struct Contestant {
    name: &'static str,
    /// Decodes the stream so many times over, as one connection.
    decode: fn(&Input, u64) -> Seen,
    /// How many bytes of the stream it gets at most, by the size of the chunks. Those that read again and again what they
    /// hold would take minutes; with less to hold they look better than they are.
    most: fn(usize) -> usize,
}

impl Contestant {
    const fn new(name: &'static str, decode: fn(&Input, u64) -> Seen) -> Self {
        Self { name, decode, most: |_| usize::MAX }
    }

    /// Takes part, once it has shown that it does the work.
    fn contender(self, kind: Kind, chunk: usize) -> Contender {
        let Self { name, decode, most } = self;
        let input = Input::new(kind, chunk, most(chunk));
        let expected = Seen { events: 2 * input.events, bytes: 2 * input.data };
        assert_eq!(decode(&input, 2), expected, "{name} does not decode `{}` in chunks of {chunk}", kind.name);
        let run = Box::new(move |times| {
            std::hint::black_box(decode(&input, times));
        });
        Contender { name, events: input.events, run, sample: 1 }
    }
}

/// A kind of stream in chunks of one size.
#[derive(Clone, Copy, Debug)]
struct Cell {
    kind: Kind,
    /// The name of the size, and the size.
    chunk: (&'static str, usize),
    /// Whether it is one of those by which a decoder is judged.
    judged: bool,
}

impl Cell {
    fn all() -> impl Iterator<Item = Self> {
        let judged = KINDS.into_iter().flat_map(|kind| CHUNKS.map(|chunk| Self { kind, chunk, judged: true }));
        judged.chain(MORE.map(|kind| Self { kind, chunk: CHUNKS[2], judged: false }))
    }

    fn name(&self) -> String {
        format!("decode-{}-{}", self.kind.name, self.chunk.0)
    }

    fn contenders(&self) -> Vec<Contender> {
        let all = ours::ALL.iter().chain(&rivals::EXACT).chain(&rivals::OTHERS);
        all.map(|contestant| contestant.contender(self.kind, self.chunk.1)).collect()
    }

    /// What the ratios to the best exact decoder and to sse-stream are meant to be.
    fn targets(&self) -> (Option<f64>, Option<f64>) {
        let tokens = self.kind.name == "llm" && self.chunk.1 > 100;
        if self.judged { (Some(1.0), Some(if tokens { 0.75 } else { 1.25 })) } else { (None, None) }
    }

    /// Three lines: against the exact ones, against the one that is fast because it is not, and against the rest.
    fn cases(&self, costs: &[Cost], ours: Cost) -> Vec<Case> {
        let borrowed = find(costs, ours::BORROWED);
        let case = |against: &str, rivals: &dyn Fn(&str) -> bool| {
            let rivals = costs.iter().filter(|cost| rivals(cost.name)).map(|cost| (cost.name, cost.time));
            Case::new("wire", format!("{}-{against}", self.name()), UNIT, ours.time, &rivals.collect::<Vec<_>>())
                .with("ours_borrowed", borrowed.map(|borrowed| rounded(borrowed.time)))
        };
        let is_exact = |name: &str| rivals::EXACT.iter().any(|exact| exact.name == name);
        let is_ours = |name: &str| ours::ALL.iter().any(|ours| ours.name == name);
        let (exact, sse_stream) = self.targets();
        let exact = case("exact", &is_exact).target_if(exact).with("allocations", all_allocations(costs)).at_most(
            "allocations_per_event",
            ours.allocations,
            1.0,
        );
        // In smaller chunks an event lies in several.
        let exact = match borrowed {
            Some(borrowed) if self.chunk.1 == usize::MAX => {
                exact.at_most("allocations_borrowed", borrowed.allocations, 0.0)
            }
            _ => exact,
        };
        let sse_stream = case("sse-stream", &|name| name == SSE_STREAM).target_if(sse_stream);
        let others = case("others", &|name| !is_exact(name) && !is_ours(name) && name != SSE_STREAM);
        [exact, sse_stream, others].map(Case::print).into()
    }
}

/// Those that decode the stream of this name.
pub(crate) fn contenders(case: &str) -> Vec<Contender> {
    Cell::all().find(|cell| cell.name() == case).map(|cell| cell.contenders()).unwrap_or_default()
}

pub(super) fn cases(effort: Effort<'_>) -> Vec<Case> {
    let mut cases = Vec::new();
    let (mut ours_of_all, mut theirs_of_all) = (Vec::new(), Vec::new());
    for cell in Cell::all().filter(|cell| effort.includes(&cell.name())) {
        let costs = measure(effort, &cell.contenders());
        let (Some(ours), Some(theirs)) = (find(&costs, ours::OWNED), find(&costs, SSE_STREAM)) else { continue };
        cases.extend(cell.cases(&costs, ours));
        if cell.judged {
            ours_of_all.push(ours.time);
            theirs_of_all.push(theirs.time);
        }
    }
    // Without all of them it would be the mean of something else.
    if ours_of_all.len() == KINDS.len() * CHUNKS.len() {
        let (name, unit) = ("decode-mean-sse-stream".to_owned(), "ns CPU per event, geometric mean of the cells");
        let theirs = (SSE_STREAM, geometric_mean(&theirs_of_all));
        cases.push(Case::new("wire", name, unit, geometric_mean(&ours_of_all), &[theirs]).target(0.85).print());
    }
    cases
}

fn geometric_mean(figures: &[f64]) -> f64 {
    let sum: f64 = figures.iter().map(|figure| figure.ln()).sum();
    (sum / ratio(figures.len() as u64, 1)).exp()
}
