//! A topic against a model that is too simple to be wrong: a list of all frames ever published, and which of them are
//! still there.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;

use super::super::*;
use super::{EPOCH, Number, number};
use crate::history::{LiveWindow, ResetReason, Retention};

/// What one frame costs a retention besides its bytes, as documented.
const FRAME: usize = 64;

struct Frame {
    durable: bool,
    /// The highest offset up to and including this frame.
    offset: u64,
    bytes: String,
    at: u64,
    present: bool,
}

#[derive(Default)]
struct Model {
    frames: Vec<Frame>,
    keep: (usize, usize, Option<u64>),
    live: (usize, usize),
    kept: usize,
    lived: usize,
    floor: u64,
    head: u64,
}

struct Reader {
    subscription: Subscription,
    cursor: usize,
    attached: usize,
    live: bool,
}

impl Model {
    fn size(&self, from: usize, counts: impl Fn(&Frame) -> bool) -> (usize, usize) {
        let frames = self.frames[from..].iter().filter(|frame| frame.present && counts(frame));
        frames.fold((0, 0), |(count, bytes), frame| (count + 1, bytes + frame.bytes.len()))
    }

    fn append(&mut self, frame: Frame, readers: &[Reader]) {
        let start = self.frames.len();
        let now = frame.at;
        self.head = frame.offset;
        self.frames.push(frame);
        self.lived = self.lived.max(self.frames.iter().position(|frame| frame.present).unwrap_or(start));
        while self.lived < start {
            let (events, bytes) = self.size(self.lived, |_| true);
            if events <= self.live.0 && bytes <= self.live.1 {
                break;
            }
            self.lived += 1;
        }
        self.evict(now, readers);
    }

    fn evict(&mut self, now: u64, readers: &[Reader]) {
        while let Some(next) = self.frames[self.kept..].iter().position(|frame| frame.durable) {
            let (events, bytes) = self.size(self.kept, |frame| frame.durable);
            let oldest = &self.frames[self.kept + next];
            let too_old = self.keep.2.is_some_and(|age| oldest.at < now.saturating_sub(age));
            if events <= self.keep.0 && bytes + events * FRAME <= self.keep.1 && !too_old {
                break;
            }
            self.floor = oldest.offset;
            self.kept += next + 1;
        }
        self.free(readers);
    }

    fn free(&mut self, readers: &[Reader]) {
        let needed = readers.iter().map(|reader| reader.cursor).min().unwrap_or(self.frames.len());
        for (seq, frame) in self.frames.iter_mut().enumerate() {
            let within_keep = frame.durable && seq >= self.kept;
            frame.present &= within_keep || (seq >= needed && seq >= self.lived);
        }
    }

    /// The verdict on an offset, and where its reader begins.
    fn resume(&self, offset: u64, after_reset: Start) -> (Option<ResetReason>, usize) {
        let reason = if offset > self.head {
            Some(ResetReason::Future)
        } else if offset < self.floor {
            Some(ResetReason::Evicted)
        } else {
            None
        };
        let behind = |frame: &Frame| frame.durable && frame.offset > offset;
        let cursor = match (reason, after_reset) {
            (None, _) => self.frames.iter().position(behind).unwrap_or(self.frames.len()),
            (Some(_), Start::Earliest) => self.frames[self.kept..]
                .iter()
                .position(|frame| frame.durable)
                .map_or(self.frames.len(), |at| self.kept + at),
            (Some(_), _) => self.frames.len(),
        };
        (reason, cursor)
    }

    /// What the reader gets now; `None` if it has lagged.
    fn read(&self, reader: &mut Reader) -> Option<String> {
        if reader.live && reader.cursor < self.lived {
            return None;
        }
        let mut read = String::new();
        for (seq, frame) in self.frames.iter().enumerate().skip(reader.cursor) {
            if frame.durable || seq >= reader.attached {
                if !frame.present {
                    return None;
                }
                read.push_str(&frame.bytes);
            }
        }
        reader.cursor = self.frames.len();
        reader.live = true;
        Some(read)
    }
}

/// Numbers that are the same on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    fn size_below(&mut self, limit: usize) -> usize {
        usize::try_from(self.below(limit as u64)).unwrap()
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.size_below(choices.len())]
    }
}

/// Everything that a subscription has now; `None` if it has lagged.
fn drain(subscription: &mut Subscription) -> Option<String> {
    let mut read = String::new();
    loop {
        match subscription.try_next() {
            Some(Delivery::Frames(frames)) => read.push_str(core::str::from_utf8(&frames).unwrap()),
            Some(Delivery::Lost(ResetReason::Lagged)) => return None,
            Some(other @ (Delivery::Position(_) | Delivery::Reset { .. } | Delivery::Kicked | Delivery::Lost(_))) => {
                panic!("{other:?}")
            }
            Some(Delivery::Ended) | None => return Some(read),
        }
    }
}

fn round(random: &mut Random, counts: &mut [u64; 4]) {
    let keep = (
        random.one_of(&[0, 1, 7, 50, usize::MAX]),
        random.one_of(&[0, 100, 1_000, 100_000, usize::MAX]),
        random.one_of(&[None, None, Some(0), Some(10), Some(100)]),
    );
    let live = (random.one_of(&[0, 1, 5, 50, usize::MAX]), random.one_of(&[0, 500, 70_000, usize::MAX]));
    let clock = Arc::new(AtomicU64::new(0));
    let read_clock = Arc::clone(&clock);
    let mut retention = Retention::events(keep.0).and_bytes(keep.1);
    if let Some(age) = keep.2 {
        retention = retention.and_age(Duration::from_millis(age));
    }
    let topic: Topic<Number> = Topic::builder()
        .epoch(EPOCH.parse().unwrap())
        .keep(retention)
        .live(LiveWindow::events(live.0).and_bytes(live.1))
        .clock(move || Duration::from_millis(read_clock.load(Ordering::SeqCst)))
        .build()
        .unwrap();
    let mut model = Model { keep, live, ..Model::default() };
    let mut readers: Vec<Reader> = Vec::new();
    for value in 0..250 {
        match random.below(8) {
            0..=3 => {
                let durable = random.below(3) > 0;
                let large = random.below(40) == 0;
                let mut event = number(value);
                event.padding = if large { 66_000 } else { random.size_below(200) };
                let mut bytes = format!("event: n\ndata: {value}{}\n\n", " ".repeat(event.padding));
                let mut offset = model.head;
                if durable {
                    offset = topic.publish(&event).unwrap().offset();
                    bytes.insert_str(0, &format!("id: {EPOCH}-{offset}\n"));
                } else {
                    topic.publish_ephemeral(&event).unwrap();
                }
                let at = clock.load(Ordering::SeqCst);
                model.append(Frame { durable, offset, bytes, at, present: true }, &readers);
            }
            4 => {
                let passed = random.below(30);
                topic.evict();
                model.evict(clock.fetch_add(passed, Ordering::SeqCst), &readers);
            }
            5 => {
                model.evict(clock.load(Ordering::SeqCst), &readers);
                let offset = (model.head + 2).saturating_sub(random.below(60));
                let after_reset = random.one_of(&[Start::Earliest, Start::Latest]);
                let id = format!("{EPOCH}-{offset}");
                let attached =
                    topic.resume(Some(id.as_bytes()), &SubscribeOptions::new().after_reset(after_reset)).unwrap();
                let (reason, cursor) = model.resume(offset, after_reset);
                let expected = reason.map_or_else(|| Verdict::Recovered(id.parse().unwrap()), Verdict::Reset);
                assert_eq!((attached.verdict, topic.verdict(Some(id.as_bytes()))), (expected, expected));
                let before = model.frames[..cursor].last().map_or(0, |frame| frame.offset);
                assert_eq!(attached.position.unwrap().to_string(), format!("{EPOCH}-{before}"));
                counts[usize::from(reason.is_some())] += 1;
                let live = cursor >= model.lived;
                let attached_at = model.frames.len();
                readers.push(Reader { subscription: attached.subscription, cursor, attached: attached_at, live });
            }
            6 if readers.len() > 3 => {
                let index = random.size_below(readers.len());
                drop(readers.swap_remove(index));
                model.free(&readers);
            }
            _ if !readers.is_empty() => {
                let index = random.size_below(readers.len());
                let expected = model.read(&mut readers[index]);
                let read = drain(&mut readers[index].subscription);
                assert_eq!(read, expected);
                counts[2 + usize::from(read.is_none())] += 1;
                if read.is_none() {
                    drop(readers.swap_remove(index));
                }
                model.free(&readers);
            }
            _ => {}
        }
    }
}

#[test]
fn a_topic_does_what_the_model_does() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut counts = [0; 4];
    for _ in 0..300 {
        round(&mut random, &mut counts);
    }
    assert!(counts.iter().all(|&count| count > 300), "[recovered, reset, read, lagged] = {counts:?}");
}
