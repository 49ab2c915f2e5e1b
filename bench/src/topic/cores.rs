//! What a second core changes.

use super::channel::{MAX_BURST, Shape};
use super::fan_out::{Cost, OURS, contender, figures, name};
use super::rivals::Broadcast;
use crate::Effort;
use crate::report::Case;

/// A clock that a case is measured by, its unit, and how it is read from a cost.
type Clock = (&'static str, &'static str, fn(&Cost) -> f64);

const CLOCKS: [Clock; 2] =
    [("cpu", "ns CPU per delivery", |cost| cost.cpu), ("wall", "ns wall per delivery", |cost| cost.wall)];

pub(super) fn cases(effort: Effort<'_>) -> Vec<Case> {
    let mut cases = Vec::new();
    for cores in [1, 2] {
        let shape = Shape { subscribers: 10_000, burst: MAX_BURST, cores };
        let name = format!("cores-{cores}-{}", name(shape));
        if !effort.includes(&name) {
            continue;
        }
        let [ours, rival] = &figures(shape, effort, &[OURS, contender::<Broadcast>()])[..] else { continue };
        for (clock, unit, read) in CLOCKS {
            let case = Case::new("topic", format!("{name}-{clock}"), unit, read(&ours.1), &[(rival.0, read(&rival.1))]);
            cases.push(case.with("subscribers", shape.subscribers).with("cores", cores).print());
        }
    }
    cases
}
