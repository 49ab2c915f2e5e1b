//! `bench wire`: what an event costs on its way to bytes, and on its way back.
//!
//! All do the same job, and what they did is checked before any of them is timed: a frame is read by our decoder, and a
//! stream must give as many events, with as much data, as were written into it.

mod contest;
pub(crate) mod decode;
pub(crate) mod encode;
mod hostile;
mod tables;

pub(crate) use self::contest::Contender;
use crate::report::print_table;
use crate::{Effort, readme};

/// Runs every case.
pub(crate) fn main(effort: Effort<'_>) {
    let mut cases = encode::cases(effort);
    cases.extend(decode::cases(effort));
    cases.extend(hostile::case(effort));
    print_table(&cases);
    if effort.record {
        readme::write("wire", &tables::render(&cases));
    }
}
