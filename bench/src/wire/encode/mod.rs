//! From fields to a frame: `&str` fields, or a value that serializes, become one `Bytes`.

mod ours;
mod rivals;
mod value;

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures_core::Stream;
use sse_core::Decoder;

use self::value::Market;
use super::Contender;
use super::contest::{Cost, all_allocations, find, measure};
use crate::Effort;
use crate::report::{Case, rounded};

/// The most allocations of a frame that stands alone: its bytes, and what counts their owners.
const ALLOCATIONS: f64 = 2.0;

/// What a frame is written from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    name: &'static str,
    id: &'static str,
    data: &'static str,
}

/// One that writes frames.
pub(super) struct Encoder {
    name: &'static str,
    run: Box<dyn Fn(u64)>,
    /// One frame, to see that it is right.
    frame: Box<dyn Fn() -> Bytes>,
}

impl Encoder {
    /// One that makes a frame for each call.
    fn call(name: &'static str, frame: impl Fn() -> Bytes + Copy + 'static) -> Self {
        let run = move |count| (0..count).for_each(|_| drop(std::hint::black_box(frame())));
        Self { name, run: Box::new(run), frame: Box::new(frame) }
    }

    /// One that makes frames only in the body of a response, which is polled for each of them.
    fn body<B: Stream<Item = Bytes>>(name: &'static str, body: impl Fn() -> B + Copy + 'static) -> Self {
        let poll = move |count| {
            let mut body = pin!(body());
            let mut context = Context::from_waker(Waker::noop());
            let mut last = Bytes::new();
            for _ in 0..count {
                let Poll::Ready(Some(frame)) = body.as_mut().poll_next(&mut context) else { break };
                last = std::hint::black_box(frame);
            }
            last
        };
        Self { name, run: Box::new(move |count| drop(poll(count))), frame: Box::new(move || poll(1)) }
    }

    /// One that appends frames to a buffer that it empties each time.
    fn reused(name: &'static str, append: impl Fn(&mut Vec<u8>) + Copy + 'static) -> Self {
        let write = move |count| {
            let mut buffer = Vec::new();
            for _ in 0..count {
                buffer.clear();
                append(&mut buffer);
                std::hint::black_box(&mut buffer);
            }
            buffer
        };
        Self { name, run: Box::new(move |count| drop(write(count))), frame: Box::new(move || write(1).into()) }
    }

    fn contender(self) -> Contender {
        Contender { name: self.name, events: 1, run: self.run, sample: 64 }
    }
}

/// A case, those that take part in it, and what the ratio to the best rival is meant to be.
struct Contest {
    case: &'static str,
    target: Option<f64>,
    /// What serde alone may be exceeded by; of typed events.
    over_serde: Option<f64>,
    encoders: Vec<Encoder>,
}

fn text(case: &'static str, target: f64, fields: Fields) -> Contest {
    let encoders = ours::text(fields).into_iter().chain(rivals::text(fields)).collect();
    let contest = Contest { case, target: Some(target), over_serde: None, encoders };
    contest.check(fields);
    contest
}

fn typed(case: &'static str, over_serde: f64, event: Market) -> Contest {
    let event = &*Box::leak(Box::new(event));
    let data = serde_json::to_string(&event.payload()).expect("it serializes").leak();
    let fields = Fields { name: event.name(), id: "k3x9-184467", data };
    let encoders = ours::typed(event, fields.id).into_iter().chain(rivals::typed(event, fields.id)).collect();
    let contest = Contest { case, target: None, over_serde: Some(over_serde), encoders };
    contest.check(fields);
    contest
}

impl Contest {
    /// What each writes must be what a browser gets, or its cost says nothing.
    fn check(&self, fields: Fields) {
        for encoder in &self.encoders {
            let frame = (encoder.frame)();
            if encoder.name == ours::SERDE {
                assert_eq!(frame, fields.data, "serde_json alone writes the payload");
                continue;
            }
            let event = Decoder::new().decode(&mut &*frame).expect("it is within the limits");
            let event = event.expect("a frame is an event");
            let (name, id) = (if fields.name.is_empty() { "message" } else { fields.name }, fields.id);
            let same = event.name == name && event.last_event_id == id && event.data == fields.data;
            assert!(same, "{} writes something else for {}", encoder.name, self.case);
        }
    }

    fn run(self, effort: Effort<'_>) -> Vec<Case> {
        let contenders: Vec<_> = self.encoders.into_iter().map(Encoder::contender).collect();
        let costs = measure(effort, &contenders);
        let ours = find(&costs, ours::FRAME).expect("it is measured");
        let reused = find(&costs, ours::REUSED);
        let rivals = costs.iter().filter(|cost| !ours::NAMES.contains(&cost.name));
        let rivals: Vec<_> = rivals.map(|cost| (cost.name, cost.time)).collect();
        let case = |name: String, rivals: &[(&'static str, f64)]| {
            Case::new("wire", name, "ns CPU per event", ours.time, rivals)
        };
        let mut against_rivals = case(self.case.to_owned(), &rivals)
            .with("ours_reused", reused.map(|reused| rounded(reused.time)))
            .with("allocations", all_allocations(&costs))
            .at_most("allocations_per_frame", ours.allocations, ALLOCATIONS)
            .at_most("allocations_reused", reused.map_or(0.0, |reused| reused.allocations), 0.0);
        if let Some(target) = self.target {
            against_rivals = against_rivals.target(target);
        }
        let against_serde = self.over_serde.and_then(|target| {
            let Cost { name, time, .. } = find(&costs, ours::SERDE)?;
            Some(case(format!("{}-serde", self.case), &[(name, time)]).target(target))
        });
        [Some(against_rivals), against_serde].into_iter().flatten().map(Case::print).collect()
    }
}

/// The contests, each made when it is its turn.
const CONTESTS: [(&str, fn(&'static str) -> Contest); 6] = [
    ("encode-20", |case| text(case, 0.5, Fields { name: "", id: "", data: "twenty bytes of text" })),
    ("encode-200", |case| {
        text(case, 0.45, Fields { name: "price-tick", id: "k3x9-184467", data: letters(200, usize::MAX) })
    }),
    ("encode-25k", |case| text(case, 0.6, Fields { name: "", id: "", data: letters(25_000, usize::MAX) })),
    ("encode-64k-lines", |case| text(case, 0.8, Fields { name: "", id: "", data: letters(65_536, 40) })),
    ("encode-typed-200", |case| typed(case, 1.3, Market::tick())),
    ("encode-typed-4k", |case| typed(case, 1.1, Market::book())),
];

pub(super) fn cases(effort: Effort<'_>) -> Vec<Case> {
    let contests = CONTESTS.into_iter().filter(|(case, _)| effort.includes(case));
    contests.flat_map(|(case, contest)| contest(case).run(effort)).collect()
}

/// Those of one case that write for comparison by instruction counts.
pub(crate) fn contenders(case: &str) -> Vec<Contender> {
    let contest = CONTESTS.into_iter().find(|(name, _)| *name == case);
    contest.into_iter().flat_map(|(case, contest)| contest(case).encoders).map(Encoder::contender).collect()
}

/// So many bytes of text, of which every `line`th is a line end.
fn letters(length: usize, line: usize) -> &'static str {
    let letters = ('a'..='w').cycle().zip(1..=length);
    letters.map(|(letter, at)| if at % line == 0 { '\n' } else { letter }).collect::<String>().leak()
}
