//! `bench topic`: one publisher, many subscribers, in one process.
//!
//! All do the same job. A typed event of 200 bytes becomes the same frame, once for each time that it is published, and
//! every subscriber is a task that receives in a loop and counts what it got.

mod channel;
mod cores;
mod fan_out;
mod ours;
mod replay;
mod rivals;
mod waiting;

use crate::report::{Case, print_table};
use crate::{Effort, payload::Quote};

/// Runs every case.
pub(crate) fn main(effort: Effort<'_>) {
    same_frames();
    let mut cases: Vec<Case> = fan_out::cases(effort);
    cases.extend(waiting::case(effort));
    cases.extend(replay::cases(effort));
    cases.extend(cores::cases(effort));
    print_table(&cases);
}

/// Ours and the rivals must put the same bytes on the wire, or their costs say nothing.
fn same_frames() {
    let quote = Quote::new();
    for number in [1, 2] {
        assert_eq!(ours::frame(&quote, number), quote.frame(number), "the frames differ");
    }
}
