//! `bench reconnect`: what the clients do when a connection ends, beside each other.
//!
//! Every client meets every case in a process of its own, because some panic, against a server that answers as the case
//! says. They run as they come; only the wait before a reconnect is made short where it can be set.

mod cases;
mod clients;
mod seen;
mod server;
mod trial;

use serde::Serialize;

use self::cases::Case;
use self::clients::Client;
use self::trial::Outcome;
use crate::{Effort, report};

/// What one client did in one case.
#[derive(Clone, Debug, Serialize)]
struct Line {
    bench: &'static str,
    case: &'static str,
    client: &'static str,
    version: &'static str,
    did: String,
    right: bool,
}

/// Runs every case with every client.
pub(crate) fn main(effort: Effort<'_>) {
    let cases: Vec<Case> = cases::all().into_iter().filter(|case| effort.includes(case.name)).collect();
    let rows: Vec<(&Case, Vec<Outcome>)> = cases
        .iter()
        .map(|case| {
            let outcomes = Client::ALL.map(|client| {
                let Outcome { did, right } = trial::run(case, client);
                let (client, version) = (client.name(), client.version());
                let line = Line { bench: "reconnect", case: case.name, client, version, did: did.clone(), right };
                report::print_line(&line);
                Outcome { did, right }
            });
            (case, outcomes.into())
        })
        .collect();
    print_table(&rows);
}

/// Is the client that `trial` starts, of the name and with the address that are behind `reconnect-of`.
pub(crate) fn one(client: &str, url: &str) {
    clients::run(client, url);
}

/// Prints the table in Markdown.
fn print_table(rows: &[(&Case, Vec<Outcome>)]) {
    let heads = Client::ALL.map(Client::label);
    eprintln!("\n| the server | right is | {} |", heads.join(" | "));
    eprintln!("|---|---|{}", "---|".repeat(heads.len()));
    for (case, outcomes) in rows {
        let cells = outcomes.iter().map(|outcome| format!("{} {}", if outcome.right { "✓" } else { "✗" }, outcome.did));
        eprintln!("| {} | {} | {} |", case.server, case.wanted, cells.collect::<Vec<_>>().join(" | "));
    }
    let right = |n: usize| rows.iter().filter(|(_, outcomes)| outcomes.get(n).is_some_and(|one| one.right)).count();
    let sums: Vec<_> = (0..heads.len()).map(|n| format!("{} of {}", right(n), rows.len())).collect();
    eprintln!("| right | | {} |", sums.join(" | "));
}
