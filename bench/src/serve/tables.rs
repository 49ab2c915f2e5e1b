//! The figures of a run as the tables of `README.md`.

use serde_json::Value;

use super::contenders::Contender;
use super::run::Phase;
use crate::readme::{table, versions};
use crate::report::Case;

/// All that a run has found.
pub(super) fn render(cases: &[Case]) -> String {
    [
        versions(&["axum", "hyper", "hyper-util", "tokio", "tokio-stream"]),
        "### A delivery: µs of CPU time, in user space + in the kernel".to_owned(),
        deliveries(cases),
        "### Until an event is received: µs, p50 / p99".to_owned(),
        latencies(cases),
        "### A quiet connection: KiB in memory, bytes of the heap".to_owned(),
        idle(cases),
        "### All connect: ms until all are open, µs of CPU time for each".to_owned(),
        accept(cases),
        "### All come back, having missed 1000 events each".to_owned(),
        storm(cases),
        "### A compressed delivery".to_owned(),
        compressed(cases),
    ]
    .map(|part| part.trim_end().to_owned())
    .join("\n\n")
}

fn deliveries(cases: &[Case]) -> String {
    let mut rows = vec![head("events, subscribers", &["to the idiom", "user alone", "to epoll"])];
    for (name, case) in of_phases(cases, &Phase::ALL) {
        let parts = |who: &str| format!("{} + {}", figure(&case.more["user"][who]), figure(&case.more["system"][who]));
        let other = |what: &str| find(cases, &format!("{name}-{what}")).map_or_else(String::new, Case::ratio_cell);
        rows.push(row(name, parts, &[case.ratio_cell(), other("user"), other("epoll")]));
    }
    table(&rows)
}

fn latencies(cases: &[Case]) -> String {
    let mut rows = vec![head("events, subscribers", &["p99 to the idiom"])];
    for (name, case) in of_phases(cases, &[Phase::Fixed, Phase::Single]) {
        let parts =
            |who: &str| format!("{} / {}", figure(&case.more["p50_us"][who]), figure(&case.more["p99_us"][who]));
        let p99 = find(cases, &format!("{name}-p99")).map_or_else(String::new, Case::ratio_cell);
        rows.push(row(name, parts, &[p99]));
    }
    table(&rows)
}

fn idle(cases: &[Case]) -> String {
    let mut rows =
        vec![head("subscribers", &["to the idiom", "heap", "heap, idiom", "heap of axum and hyper", "ours alone"])];
    for (subscribers, case) in of(cases, "idle-") {
        let heap = |what: &str| figure(&case.more[what]);
        let most = heap("heap_bytes_of_ours_target");
        let ours = format!("{} (≤ {most})", heap("heap_bytes_of_ours"));
        let heaps = [heap("heap_bytes"), heap("heap_bytes_idiom"), heap("heap_bytes_bare"), ours];
        let behind = [vec![case.ratio_cell()], heaps.to_vec()].concat();
        rows.push(row(subscribers, |who| figure(&case.more["resident"][who]), &behind));
    }
    table(&rows)
}

fn accept(cases: &[Case]) -> String {
    let mut rows = vec![head("subscribers", &["to the idiom"])];
    for (subscribers, case) in of(cases, "accept-") {
        let cpu = &case.more["cpu_us_per_connection"];
        let parts = |who: &str| format!("{}, {}", figure(&case.more["opened"][who]), figure(&cpu[who]));
        rows.push(row(subscribers, parts, &[case.ratio_cell()]));
    }
    table(&rows)
}

fn storm(cases: &[Case]) -> String {
    let mut rows = vec![["", "ours", "axum idiom", "ratio"].map(str::to_owned).to_vec()];
    for (_, case) in of(cases, "storm-") {
        let figures = [case.ours, case.best_rival].map(|ours| figure(&ours.into()));
        rows.push([vec![case.unit.to_owned()], figures.to_vec(), vec![case.ratio_cell()]].concat());
    }
    table(&rows)
}

fn compressed(cases: &[Case]) -> String {
    const RIVALS: [&str; 2] = ["each its own", "tower-http"];
    let names =
        ["", "", "ours", RIVALS[0], RIVALS[1], "as it is", "ratio", "calls for an event", "heap of a subscriber"];
    let mut rows = vec![names.map(str::to_owned).to_vec()];
    for (coding, case) in of(cases, "compressed-") {
        let (unit, ours) = (case.unit.to_owned(), figure(&case.ours.into()));
        let rivals = RIVALS.map(|rival| figure(&case.more["rivals"][rival]));
        let counted = ["calls_per_event", "heap_bytes_per_subscriber"].map(|name| {
            let most = case.more.get(&format!("{name}_target")).map(figure).unwrap_or_default();
            let found = case.more.get(name).map(figure).unwrap_or_default();
            if found.is_empty() { found } else { format!("{found} (≤ {most})") }
        });
        let behind = [figure(&case.more["plain"]), case.ratio_cell()];
        let coding = coding.trim_end_matches("-bytes").to_owned();
        rows.push([vec![coding, unit, ours], rivals.to_vec(), behind.to_vec(), counted.to_vec()].concat());
    }
    table(&rows)
}

fn head(first: &str, behind: &[&str]) -> Vec<String> {
    let contenders = Contender::ALL.map(Contender::name);
    [&[first][..], &contenders, behind].concat().into_iter().map(str::to_owned).collect()
}

fn row(first: &str, of_contender: impl Fn(&str) -> String, behind: &[String]) -> Vec<String> {
    let figures = Contender::ALL.map(|contender| of_contender(contender.name()));
    [vec![first.to_owned()], figures.to_vec(), behind.to_vec()].concat()
}

/// The cases of deliveries, with their names.
fn of_phases<'a>(cases: &'a [Case], phases: &[Phase]) -> Vec<(&'a str, &'a Case)> {
    let cases = phases.iter().flat_map(|phase| cases.iter().filter(|case| case.name.starts_with(phase.name())));
    cases.filter(|case| case.more.contains_key("user")).map(|case| (case.name.as_str(), case)).collect()
}

/// The cases whose names begin so, with the rest of them.
fn of<'a>(cases: &'a [Case], prefix: &str) -> Vec<(&'a str, &'a Case)> {
    cases.iter().filter_map(|case| Some((case.name.strip_prefix(prefix)?, case))).collect()
}

fn find<'a>(cases: &'a [Case], name: &str) -> Option<&'a Case> {
    cases.iter().find(|case| case.name == name)
}

fn figure(figure: &Value) -> String {
    match figure.as_f64() {
        None => String::new(),
        Some(figure) if figure >= 100.0 => format!("{figure:.0}"),
        Some(figure) if figure >= 1.0 => format!("{figure:.1}"),
        Some(figure) => format!("{figure:.2}"),
    }
}
