//! The figures of a run as the tables of `README.md`.

use serde_json::{Map, Value};

use crate::readme::{table, versions};
use crate::report::Case;

const CRATES: [&str; 11] = [
    "actix-web-lab",
    "axum",
    "eventsource-client",
    "eventsource-stream",
    "serde_json",
    "sse-codec",
    "sse-core",
    "sse-parse",
    "sse-stream",
    "sseer",
    "warp",
];

/// All that a run has found.
pub(super) fn render(cases: &[Case]) -> String {
    let of = |prefix: &str| cases.iter().filter(|case| case.name.starts_with(prefix)).collect::<Vec<_>>();
    let (typed, encode) =
        of("encode-").into_iter().partition::<Vec<_>, _>(|case| case.name.starts_with("encode-typed"));
    let serde = |case: &Case| case.name.ends_with("-serde");
    let (against_serde, typed) = typed.into_iter().partition::<Vec<_>, _>(|case| serde(case));
    let decode = of("decode-");
    [
        versions(&CRATES),
        "### Encoding text: ns of CPU time for an event".to_owned(),
        times(&encode, "ours_reused", "reused buffer", &encode),
        "### Encoding a typed event: ns of CPU time".to_owned(),
        times(&typed, "ours_reused", "reused buffer", &against_serde),
        "### Encoding: allocations for an event".to_owned(),
        allocations(&[&encode[..], &typed].concat()),
        "### Decoding: ours (owned) divided by the best exact decoder, and by sse-stream".to_owned(),
        ratios(&decode),
        "### Decoding: ns of CPU time for an event".to_owned(),
        decode_times(&decode),
        "### Decoding: allocations for an event".to_owned(),
        allocations(&decode.iter().copied().filter(|case| case.name.ends_with("-exact")).collect::<Vec<_>>()),
        "### A line that does not end, byte by byte".to_owned(),
        hostile(&decode),
    ]
    .map(|part| part.trim_end().to_owned())
    .join("\n\n")
}

/// A row for each case: ours, another figure of ours, all rivals, and the ratio that `judged` has.
fn times(cases: &[&Case], other: &str, other_name: &str, judged: &[&Case]) -> String {
    let names = names(cases, |case| &case.more["rivals"]);
    let mut rows = vec![head(&["event", "ours", other_name], &names, &["against", "ratio"])];
    for case in cases {
        let mut row = vec![short(case), figure(&case.ours.into()), figure(&case.more[other])];
        row.extend(names.iter().map(|name| figure(&case.more["rivals"][name])));
        let judge = judged.iter().find(|judge| judge.name.starts_with(&case.name)).unwrap_or(case);
        row.extend([judge.rival.to_owned(), judge.ratio_cell()]);
        rows.push(row);
    }
    table(&rows)
}

/// A row for each case: how often each allocates.
fn allocations(cases: &[&Case]) -> String {
    let names = names(cases, |case| &case.more["allocations"]);
    let mut rows = vec![head(&["event"], &names, &[])];
    for case in cases {
        let mut row = vec![short(case)];
        row.extend(names.iter().map(|name| figure(&case.more["allocations"][name])));
        rows.push(row);
    }
    table(&rows)
}

/// A row for each cell: its two ratios.
fn ratios(cases: &[&Case]) -> String {
    let mut rows = vec![head(
        &["event, chunks", "best exact", "ratio", "ratio to sse-stream", "borrowed to sse-stream"],
        &[],
        &[],
    )];
    for exact in cases.iter().filter(|case| case.name.ends_with("-exact")) {
        let cell = short(exact);
        let sse_stream = cases.iter().find(|case| case.name == format!("decode-{cell}-sse-stream"));
        let borrowed = sse_stream.and_then(|case| Some(case.more["ours_borrowed"].as_f64()? / case.best_rival));
        let borrowed = borrowed.map_or_else(String::new, |borrowed| format!("{borrowed:.2}"));
        let to_sse_stream = sse_stream.map_or_else(String::new, |case| case.ratio_cell());
        rows.push(vec![cell, exact.rival.to_owned(), exact.ratio_cell(), to_sse_stream, borrowed]);
    }
    if let Some(mean) = cases.iter().find(|case| case.name == "decode-mean-sse-stream") {
        rows.push(vec!["geometric mean".to_owned(), String::new(), String::new(), mean.ratio_cell(), String::new()]);
    }
    table(&rows)
}

/// A row for each cell, of which there are three cases.
fn decode_times(cases: &[&Case]) -> String {
    let cells: Vec<_> = cases.iter().copied().filter(|case| case.name.ends_with("-exact")).collect();
    let of_cell = |cell: &Case| {
        let cell = cell.name.trim_end_matches("exact");
        let rivals = ["exact", "sse-stream", "others"].map(|against| format!("{cell}{against}"));
        let cases = cases.iter().filter(|case| rivals.contains(&case.name));
        let rivals = cases.filter_map(|case| case.more["rivals"].as_object());
        rivals.flatten().map(|(name, time)| (name.clone(), time.clone())).collect::<Map<_, _>>()
    };
    let Some(&first) = cells.first() else { return String::new() };
    let names: Vec<_> = of_cell(first).into_iter().map(|(name, _)| name).collect();
    let mut rows = vec![head(&["event, chunks", "ours", "borrowed"], &names, &[])];
    for cell in cells {
        let mut row = vec![short(cell), figure(&cell.ours.into()), figure(&cell.more["ours_borrowed"])];
        let rivals = of_cell(cell);
        row.extend(names.iter().map(|name| figure(&rivals[name])));
        rows.push(row);
    }
    table(&rows)
}

fn hostile(cases: &[&Case]) -> String {
    let Some(case) = cases.iter().find(|case| case.name == "decode-hostile-line") else { return String::new() };
    let mut rows = vec![head(&["", "ms of CPU time", "bytes read", "bytes held at most"], &[], &[])];
    let names = names(&[case], |case| &case.more["bytes_read"]);
    for name in names {
        let time = match &case.more["rivals"][&name] {
            Value::Null if name == "ours" => case.ours.into(),
            Value::Null => case.more["ours_default_limits"].clone(),
            time => time.clone(),
        };
        let [read, held] = ["bytes_read", "bytes_held_at_most"].map(|what| case.more[what][&name].to_string());
        rows.push(vec![name, figure(&time), read, held]);
    }
    table(&rows)
}

/// The names that an object of the cases has, each once.
fn names<'a>(cases: &[&'a Case], of: impl Fn(&'a Case) -> &'a Value) -> Vec<String> {
    let mut names = Vec::new();
    for name in cases.iter().filter_map(|&case| of(case).as_object()).flat_map(Map::keys) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

fn head(before: &[&str], names: &[String], behind: &[&str]) -> Vec<String> {
    let before = before.iter().map(|&name| name.to_owned());
    before.chain(names.iter().cloned()).chain(behind.iter().map(|&name| name.to_owned())).collect()
}

fn short(case: &Case) -> String {
    let name = case.name.trim_start_matches("encode-").trim_start_matches("decode-");
    name.trim_end_matches("-exact").to_owned()
}

fn figure(figure: &Value) -> String {
    match figure.as_f64() {
        None => String::new(),
        Some(figure) if figure >= 1_000.0 => format!("{figure:.0}"),
        Some(figure) if figure.fract() == 0.0 => format!("{figure}"),
        Some(figure) => format!("{figure:.1}"),
    }
}
