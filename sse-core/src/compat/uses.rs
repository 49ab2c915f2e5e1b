//! Which types are used where: the places of what is found in them.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::finding::Finding;

/// How deep payloads may be nested before it is called endless.
pub(super) const DEPTH: usize = 128;
/// How many steps from type to type are taken at most to find the places of all findings.
const STEPS: usize = 1_000_000;

/// Types, that is pairs of schemas that are compared once, and which of them uses which.
#[derive(Debug)]
pub(super) struct Uses {
    /// The first is the stream.
    types: Vec<Type>,
    /// What is being compared: the number of the type, and how long the way to it is.
    inside: Vec<(usize, usize)>,
    /// Who uses what, and where within.
    known: BTreeSet<(usize, usize, String)>,
}

#[derive(Debug, Default)]
struct Type {
    /// Where it is used first.
    at: String,
    /// What it uses: the way to it, and the number of that type.
    uses: Vec<(String, usize)>,
    /// What was found in it.
    findings: Vec<usize>,
}

/// Where a type is used.
#[derive(Debug, Default)]
struct Places {
    named: Vec<String>,
    count: usize,
    /// Whether there may be more than were counted.
    has_more: bool,
}

impl Uses {
    pub(super) fn new() -> Self {
        Self { types: Vec::from([Type::default()]), inside: Vec::new(), known: BTreeSet::new() }
    }

    /// What follows is within a type that was not compared before, until [`leave`](Self::leave).
    pub(super) fn enter(&mut self, path: &[String]) -> usize {
        let entered = self.types.len();
        self.types.push(Type { at: path.join("/"), ..Type::default() });
        self.used(entered, path);
        self.inside.push((entered, path.len()));
        entered
    }

    pub(super) fn leave(&mut self) {
        self.inside.pop();
    }

    /// This type is here too.
    pub(super) fn used(&mut self, what: usize, path: &[String]) {
        let (user, from) = self.current();
        let step = path.get(from..).unwrap_or_default().join("/");
        if self.known.insert((user, what, step.clone()))
            && let Some(user) = self.types.get_mut(user)
        {
            user.uses.push((step, what));
        }
    }

    /// What is found is of the type that is being compared.
    pub(super) fn found(&mut self, finding: usize) {
        let (of, _) = self.current();
        if let Some(of) = self.types.get_mut(of) {
            of.findings.push(finding);
        }
    }

    fn current(&self) -> (usize, usize) {
        self.inside.last().copied().unwrap_or_default()
    }

    /// Says of each finding where else it is.
    pub(super) fn add_places(&self, findings: &mut [Finding]) {
        let mut users: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (user, used, _) in &self.known {
            users.entry(*used).or_default().insert(*user);
        }
        let changed: Vec<_> = self.types.iter().enumerate().skip(1).filter(|(_, of)| !of.findings.is_empty()).collect();
        let mut left = STEPS;
        for (done, (number, of)) in changed.iter().enumerate() {
            // What one type does not need is there for the others.
            let share = left / (changed.len() - done);
            let mut steps = share;
            let places = self.places(*number, &users, &mut steps);
            left -= share - steps;
            let others: Vec<_> = places.named.iter().filter(|place| **place != of.at).take(Finding::PLACES).collect();
            let more = if places.has_more { Finding::COUNTED } else { places.count.saturating_sub(1 + others.len()) };
            for number in &of.findings {
                if let Some(finding) = findings.get_mut(*number)
                    && let Some(rest) = finding.at.strip_prefix(&of.at)
                {
                    finding.also = others.iter().map(|place| format!("{place}{rest}")).collect();
                    finding.more = more;
                }
            }
        }
    }

    /// The ways from the stream to this type that come by no type twice.
    fn places(&self, target: usize, users: &BTreeMap<usize, BTreeSet<usize>>, steps: &mut usize) -> Places {
        let mut found = Places::default();
        let (mut leading, mut open) = (BTreeSet::new(), Vec::from([target]));
        while let Some(next) = open.pop() {
            if leading.insert(next) {
                open.extend(users.get(&next).into_iter().flatten());
                *steps = steps.saturating_sub(1);
                found.has_more |= *steps == 0;
            }
            if found.has_more {
                return found;
            }
        }
        // The types that are on the way, how many of their uses were followed, and where they are.
        let mut way = Vec::from([(0, 0, String::new())]);
        while let Some((of, followed, at)) = way.last_mut() {
            let Some((step, used)) = self.types.get(*of).and_then(|of| of.uses.get(*followed)) else {
                way.pop();
                continue;
            };
            *followed += 1;
            *steps = steps.saturating_sub(1);
            if *steps == 0 || found.count > Finding::PLACES + Finding::COUNTED {
                found.has_more = true;
                break;
            }
            if !leading.contains(used) {
                continue;
            }
            let place = [at, step].into_iter().filter(|part| !part.is_empty()).map(|part| &**part).collect::<Vec<_>>();
            let place = place.join("/");
            if *used == target {
                found.count += 1;
                if found.named.len() <= Finding::PLACES {
                    found.named.push(place);
                }
            } else if way.len() >= DEPTH {
                found.has_more = true;
            } else if !way.iter().any(|(of, ..)| of == used) {
                way.push((*used, 0, place));
            }
        }
        found
    }
}
