//! What it costs the publisher alone when all wait.

use sse_core::Topic;

use super::channel::{Channel, Shape, World};
use super::rivals::Broadcast;
use crate::Effort;
use crate::measure::{cpu, in_turn, median, ratio};
use crate::payload::Quote;
use crate::report::Case;

const SHAPE: Shape = Shape { subscribers: 100_000, burst: 1, cores: 1 };

pub(super) fn case(effort: Effort<'_>) -> Option<Case> {
    let name = "publish-100000-waiting";
    if !effort.includes(name) {
        return None;
    }
    let publishes = if effort.quick { 2 } else { 10 };
    let runs: [fn(u64) -> f64; 2] = [measure::<Topic<Quote>>, measure::<Broadcast>];
    let mut figures = in_turn(effort.rounds(), &runs.map(|run| move || run(publishes))).into_iter().map(median);
    let (ours, rival) = (figures.next().unwrap_or(f64::NAN), figures.next().unwrap_or(f64::NAN));
    let case = Case::new("topic", name.to_owned(), "us CPU per publish", ours, &[(Broadcast::NAME, rival)]);
    Some(case.target(1.0).with("subscribers", SHAPE.subscribers).print())
}

fn measure<C: Channel>(publishes: u64) -> f64 {
    World::<C>::run(SHAPE, move |mut world| async move {
        let mut total = 0;
        for warm in [false, true] {
            total = 0;
            for _ in 0..if warm { publishes } else { 1 } {
                let before = cpu();
                world.publish();
                total += cpu() - before;
                world.received().await;
            }
        }
        ratio(total, publishes) / 1_000.0
    })
}
