//! What was received, held against what was published.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::ops::AddAssign;

use serde_json::Value;
use sse_core::{DecodedEvent, Position};
use system_tests::{Ending, Exchange, Place};

/// An event as a client sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) data: String,
}

impl From<[String; 3]> for Received {
    fn from([name, id, data]: [String; 3]) -> Self {
        Self { name, id, data }
    }
}

impl From<DecodedEvent> for Received {
    fn from(event: DecodedEvent) -> Self {
        Self { name: event.name.as_str().to_owned(), id: event.last_event_id.as_str().to_owned(), data: event.data }
    }
}

impl Received {
    pub(crate) fn is_control(&self) -> bool {
        self.name.starts_with("stream-")
    }

    /// The position that the id names.
    pub(crate) fn position(&self) -> Position {
        self.id.parse().unwrap_or_else(|_| panic!("not a position: {self:?}"))
    }

    /// What the server counts its events by.
    pub(crate) fn seq(&self) -> u64 {
        self.json()["seq"].as_u64().unwrap_or_else(|| panic!("no seq: {self:?}"))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// The counts of one client, or of several.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) cuts: usize,
    pub(crate) gaps: u64,
    pub(crate) duplicates: u64,
    events: usize,
    fin: usize,
    rst: usize,
    pub(crate) places: BTreeMap<Place, usize>,
    /// The first thing that is not as it should be.
    pub(crate) problem: Option<String>,
}

impl Report {
    /// Holds what a client received, from its first `stream-open` on, against what the server published, and counts
    /// where its connections were cut.
    pub(crate) fn new(received: &[Received], published: &[Received], exchanges: &[Exchange]) -> Self {
        let mut report = Self::default();
        for (cut, places) in exchanges.iter().filter_map(|exchange| exchange.cut.as_ref()) {
            report.cuts += 1;
            *if cut.ending == Ending::Fin { &mut report.fin } else { &mut report.rst } += 1;
            for &place in places {
                *report.places.entry(place).or_default() += 1;
            }
        }

        // A client without its first whole `stream-open` has no id: whatever it missed, it was never promised.
        let (opened, rest) = received.split_first().expect("a stream-open");
        assert_eq!(opened.name, "stream-open");
        let mut position = opened.position();
        let start = position.offset();
        let mut expected = published.iter().filter(|event| event.position().offset() > start);

        let mut seen = HashSet::new();
        let mut last_seq = None;
        for event in rest {
            if event.is_control() {
                let resumed = event.name == "stream-open" && event.json()["resume"] == "recovered";
                if !resumed || event.position() != position {
                    report.found(|| format!("a client that has {position} is told {event:?}"));
                }
                continue;
            }
            report.events += 1;
            position = event.position();
            let seq = event.seq();
            if !seen.insert(seq) {
                report.duplicates += 1;
            } else if last_seq.is_some_and(|last| seq > last + 1) {
                report.gaps += 1;
            }
            last_seq = last_seq.max(Some(seq));
            let expected = expected.next();
            if expected != Some(event) {
                report.found(|| format!("expected {expected:?}, got {event:?}"));
            }
        }
        report
    }

    fn found(&mut self, problem: impl FnOnce() -> String) {
        self.problem.get_or_insert_with(problem);
    }
}

impl AddAssign for Report {
    fn add_assign(&mut self, other: Self) {
        self.cuts += other.cuts;
        self.gaps += other.gaps;
        self.duplicates += other.duplicates;
        self.events += other.events;
        self.fin += other.fin;
        self.rst += other.rst;
        for (place, count) in other.places {
            *self.places.entry(place).or_default() += count;
        }
        self.problem = self.problem.take().or(other.problem);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cuts, gaps, duplicates, events, fin, rst, places, problem: _ } = self;
        write!(f, "cuts={cuts} gaps={gaps} duplicates={duplicates} events={events} fin={fin} rst={rst}")?;
        places.iter().try_for_each(|(place, count)| write!(f, " {place:?}={count}"))
    }
}

fn event(offset: u64) -> Received {
    [String::from("cpu"), format!("k3x9f0q2m1-{offset}"), format!("{{\"seq\":{offset}}}")].into()
}

fn open(resume: &str, offset: u64) -> Received {
    [String::from("stream-open"), format!("k3x9f0q2m1-{offset}"), format!("{{\"resume\":\"{resume}\"}}")].into()
}

#[test]
fn a_report_sees_what_is_missing_and_what_is_there_twice() {
    let published: Vec<_> = (1..=9).map(event).collect();
    let check = |received: &[Received], gaps, duplicates, problem| {
        let report = Report::new(received, &published, &[]);
        assert_eq!(
            (report.gaps, report.duplicates, report.problem.is_some()),
            (gaps, duplicates, problem),
            "{report:?}"
        );
    };
    let fresh = open("fresh", 2);
    check(&[fresh.clone(), event(3), open("recovered", 3), event(4), event(5)], 0, 0, false);
    check(&[fresh.clone(), event(3), open("recovered", 3), event(5)], 1, 0, true);
    check(&[fresh.clone(), event(4), event(5)], 0, 0, true);
    check(&[fresh.clone(), event(3), event(4), event(4), event(5)], 0, 1, true);
    check(&[fresh.clone(), event(3), open("recovered", 4), event(4)], 0, 0, true);
    check(&[fresh.clone(), event(3), open("reset", 3), event(4)], 0, 0, true);
    let other = Received { data: r#"{"seq":3,"x":0}"#.to_owned(), ..event(3) };
    check(&[fresh, other], 0, 0, true);
}
