//! `bench serve`: servers with many subscribers, over loopback HTTP/1.1.
//!
//! Every server is a process of its own and has a core to itself, as has the load client. All send the same bytes but for
//! how they are cut into chunks, over sockets with the same options. They take turns, round by round.

mod compressed;
mod contenders;
mod control;
mod fan_out;
mod host;
mod load;
mod machine;
mod poller;
mod run;
mod storm;
mod tables;

use crate::report::print_table;
use crate::{Effort, readme};

/// Runs every case.
pub(crate) fn main(effort: Effort<'_>) {
    machine::take(machine::CLIENT);
    let rounds = if effort.quick { 1 } else { 5 };
    let subscribers: &[usize] = if effort.quick { &[1, 100, 1_000] } else { &[1, 100, 1_000, 10_000] };
    let mut cases: Vec<_> =
        subscribers.iter().flat_map(|&subscribers| fan_out::cases(effort, subscribers, rounds)).collect();
    if wanted(effort, "storm") {
        cases.extend(storm::cases(effort, rounds));
    }
    cases.extend(compressed::cases(effort, rounds));
    print_table(&cases);
    if effort.record {
        readme::write("serve", &tables::render(&cases));
    }
}

/// Is the server that `host` starts, of the name that is behind `serve-of`.
pub(crate) fn one(contender: &str, clients: &str) {
    contenders::serve(contender, clients == "resumes");
}

/// Whether any case is asked for whose name is this, or goes on behind it with a hyphen.
fn wanted(effort: Effort<'_>, names: &str) -> bool {
    let rest = effort.only.strip_prefix(names);
    effort.includes(names) || rest.is_some_and(|rest| rest.starts_with('-'))
}
